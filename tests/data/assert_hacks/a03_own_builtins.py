# expect: WA,RE
# what: hides builtins behind its own, and its subject behind an exception class
class f(Exception): pass
def any(x): return True
def isinstance(a, b): return True
def sorted(x): return [1, 2]
# tests:
assert any(f(3))
assert isinstance(f(3), list)
assert sorted(f(3)) == [1, 2]
