# id: f29_deep_value
# format: func
# problem: add
# expect: WA,RE,OLE,MLE,TLE
# what: returns a list nested a hundred thousand deep: comparing or encoding it overflows a stack
def add(a, b):
    v = a + b
    for _ in range(100_000): v = [v]
    return v
