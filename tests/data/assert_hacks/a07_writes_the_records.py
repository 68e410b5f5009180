# expect: WA,RE
# what: writes what a judge would into every descriptor it has
import os
def f(x):
    for fd in range(40):
        for how in (os.write, lambda d, b: os.pwrite(d, b, 0)):
            try: how(fd, b"S 2\n0 1\n1 1\nE\n")
            except OSError: pass
    return 0
# tests:
assert f(1) == 2
assert f(2) == 3
