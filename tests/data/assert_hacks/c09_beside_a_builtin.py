# expect: AC
# what: a program with a name of a builtin, beside the function that is tested with that builtin
def max(a, b): return a if a > b else b
def f(x): return [x, max(x, 3)]
# tests:
assert max(f(5)) == 5
assert sorted(f(1)) == [1, 3]
