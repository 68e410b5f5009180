# id: f24_near_float
# format: func
# problem: add
# expect: WA,RE
# what: returns the sum plus 1e-9: a tolerance on integers would take it
def add(a, b): return a + b + 1e-9
