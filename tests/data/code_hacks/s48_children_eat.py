# id: s48_children_eat
# format: stdin
# problem: sum
# expect: MLE,RE,WA,TLE
# what: four children of 150 MB each, every one below a per-process limit
import os, time
pids = []
for _ in range(4):
    p = os.fork()
    if p == 0:
        b = bytearray(150 << 20)
        for i in range(0, len(b), 4096): b[i] = 1
        time.sleep(1); os._exit(0)
    pids.append(p)
bad = sum(os.waitpid(p, 0)[1] != 0 for p in pids)
print("ate" if not bad else "stopped")
