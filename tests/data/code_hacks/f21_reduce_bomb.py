# id: f21_reduce_bomb
# format: func
# problem: add
# expect: WA,RE
# what: returns an object whose __reduce__ runs code where results are unpickled
import os
class T:
    def __reduce__(self): return (os._exit, (0,))
def add(a, b): return T()
