# id: s49_memfd
# format: stdin
# problem: sum
# expect: MLE,RE,OLE,WA,TLE
# what: fills anonymous files in memory, which no resident size shows
import os
fds = []
for k in range(64):
    fd = os.memfd_create("m%d" % k); fds.append(fd)
    for _ in range(64): os.write(fd, bytes(1 << 20))
print("filled")
