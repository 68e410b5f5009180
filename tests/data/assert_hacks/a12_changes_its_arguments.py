# expect: WA,RE
# what: changes what the test compares with afterwards, and its elements
def f(xs):
    del xs[:]
    return xs
# tests:
cases = [([3, 1, 2], [1, 2, 3]), ([5, 4], [4, 5])]
for given, wanted in cases:
    assert f(given) == wanted
