# expect: AC
# what: asserts in functions, as pytest has them, some called and some not, and an import of the program
def add(a, b): return a + b
def fail(): raise ValueError
# tests:
from solution import add, fail as broken
def test_small():
    assert add(1, 2) == 3
    assert add(0, 0) == 0
def test_large(n=20):
    assert add(10**n, 1) == 10**n + 1
def test_error():
    try:
        broken()
        assert False
    except ValueError:
        caught = True
    assert caught
test_small()
