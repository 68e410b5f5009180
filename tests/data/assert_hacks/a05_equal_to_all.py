# expect: WA,RE
# what: an object that equals, contains and measures all
class Anything:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __contains__(self, item): return True
    def __len__(self): return 3
    def __iter__(self): return iter([Anything()] * 3)
    def __getitem__(self, key): return Anything()
    def __float__(self): return 2.0
    def __round__(self, n=0): return 2.0
    def __abs__(self): return 0.0
    def __hash__(self): return 0
    def __instancecheck__(self, thing): return True
def f(x): return Anything()
# tests:
assert f(1) == 3
assert 3 == f(1)
assert f(1)[0] == 3
assert f(1) in [1, 2, 3]
assert 3 in f(1)
assert list(f(1)) == [1, 2, 3]
assert isinstance(f(1), int)
assert round(f(1), 2) == 2.0
assert abs(f(1)) == 0.0
assert set(f(1)) == {1}
assert {1: 2} == f(1)
assert f(1) is True
