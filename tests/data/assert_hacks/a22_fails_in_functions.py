# expect: WA,RE
# what: wrong, or raising before the assert, in functions that nobody calls
def f(x):
    if x: raise ValueError
    return 1
# tests:
def test_wrong():
    assert f(0) == 2
def test_raises():
    y = f(1)
    assert y is None
