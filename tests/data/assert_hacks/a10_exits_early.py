# expect: WA,RE
# what: ends its process well, at import, on a call, and in an exit handler
import atexit, os, sys
atexit.register(os._exit, 0)
def f(x):
    if x == 1: sys.exit(0)
    os._exit(0)
# tests:
assert f(1) == 2
assert f(2) == 3
