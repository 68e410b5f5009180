# id: f28_huge_value
# format: func
# problem: add
# expect: WA,RE,OLE,MLE,TLE
# what: returns a list of a hundred million numbers
def add(a, b): return [a] * 100_000_000
