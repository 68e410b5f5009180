# id: s55_kill_all_then_answer
# format: stdin
# problem: sum
# expect: AC
# what: right answer, after killing every process it may signal
import os, signal
n = int(input()); print(sum(map(int, input().split())), flush=True)
try: os.kill(-1, signal.SIGKILL)
except ProcessLookupError: pass
