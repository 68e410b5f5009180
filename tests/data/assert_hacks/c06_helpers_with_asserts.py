# expect: AC
# what: helpers of the test code that assert, and are caught
def f(x): return x * 2
# tests:
def same(a, b):
    assert a == b
def differs(a, b):
    try:
        same(a, b)
    except AssertionError:
        return True
    return False
same(f(1), 2)
assert differs(f(1), 3)
