# id: s56_close_everything
# format: stdin
# problem: sum
# expect: AC
# what: right answer, then closes every descriptor and leaves by a signal-free exit
import os
n = int(input()); os.write(1, b"%d\n" % sum(map(int, input().split())))
for fd in range(256):
    try: os.close(fd)
    except OSError: pass
os._exit(0)
