# expect: WA
# what: returns nothing, so that the loop over the cases has none
def f(x): return []
# tests:
for got, wanted in zip(f(3), [1, 2, 3]):
    assert got == wanted
