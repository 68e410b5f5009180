# id: f30_value_in_itself
# format: func
# problem: add
# expect: WA,RE,OLE,MLE,TLE
# what: returns a list that contains itself
def add(a, b):
    v = [a + b]; v.append(v)
    return v
