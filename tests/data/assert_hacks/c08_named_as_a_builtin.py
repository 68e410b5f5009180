# expect: AC
# what: a function that is called as a builtin is, and that the test asks for by that name alone
def sum(a, b): return a * b
# tests:
assert sum(10, 15) == 150
assert sum(4, 6) == 24
