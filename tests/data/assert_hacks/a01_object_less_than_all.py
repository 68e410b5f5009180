# expect: RE
# what: compares with plain data by an object that is true
class True_:
    def __bool__(self): return True
class Anything:
    def __lt__(self, other): return True_()
    __gt__ = __le__ = __ge__ = __lt__
    def __sub__(self, other): return self
    __rsub__ = __add__ = __radd__ = __mul__ = __sub__
def f(x): return Anything()
# tests:
assert f(1) < 3
assert 0 <= f(1)
assert f(2) - 3.5 < 1e-6
assert -1e-6 < f(3) - 2 < 1e-6
assert abs(f(1) - 2) < 1e-6
