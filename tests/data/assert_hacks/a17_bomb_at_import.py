# expect: WA,RE,MLE
# what: takes all processes before the judge could be started
import os
while True:
    try:
        if os.fork() == 0:
            import time; time.sleep(5); os._exit(0)
    except OSError: break
def f(x): return 0
# tests:
assert f(1) == 2
