# id: s54_stop_itself
# format: stdin
# problem: sum
# expect: TLE,RE
# what: stops itself: neither CPU nor exit, only a wall limit ends it
import os, signal
os.kill(os.getpid(), signal.SIGSTOP)
print("woken")
