# id: s47_children_burn
# format: stdin
# problem: sum
# expect: TLE
# what: the parent sleeps, its children burn the CPU: rusage of the main process sees nothing
import os, time
for _ in range(4):
    if os.fork() == 0:
        while True: pass
time.sleep(100)
