# expect: WA,RE
# what: arrays of the wrong shape and of objects
import numpy as np
class Yes:
    def __eq__(self, other): return True
def f(x): return np.array([Yes(), Yes()], dtype=object) if x else np.zeros((0, 2))
# tests:
import numpy as np
assert np.array_equal(f(0), [1, 2])
assert (f(1) == [1, 2]).all()
assert f(1)[0] == 1
assert f(0).shape == (2,)
