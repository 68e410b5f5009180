# expect: RE
# what: ends the loop over the cases from inside
def f(x): raise StopIteration
# tests:
assert all(map(lambda case: f(case[0]) == case[1], [(1, 2), (2, 3)]))
assert list(map(f, [1, 2])) == []
