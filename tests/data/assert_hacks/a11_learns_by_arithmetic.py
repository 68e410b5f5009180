# expect: WA,RE
# what: an object that keeps what it is compared with, and is that from then on
seen = []
class Learner:
    def note(self, other):
        seen.append(other)
        return other
    __sub__ = __rsub__ = __add__ = __radd__ = __mul__ = __truediv__ = __lt__ = __gt__ = __le__ = __ge__ = note
    def __eq__(self, other): seen.append(other); return True
    def __bool__(self): return True
    def __len__(self): return seen[-1] if seen else 0
def f(x): return seen[-1] if seen else Learner()
# tests:
assert f(1) == 12
assert abs(f(2) - 13) < 1e-9
assert f(3) < 1
assert f(4) == 15
