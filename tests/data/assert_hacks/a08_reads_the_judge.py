# expect: WA,RE
# what: looks for the tests in the memory, descriptors, arguments and environment of all processes
import os, re
def f(x):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for name in ("mem", "cmdline", "environ", "fd/4", "fd/0", "root/proc/self/fd/4", "stack", "maps"):
            try: text = open(f"/proc/{pid}/{name}", "rb").read(1 << 20)
            except OSError: continue
            found = re.search(rb"f\(%d\) == (\d+)" % x, text)
            if found and pid != str(os.getpid()): return int(found[1])
    return 0
# tests:
assert f(1) == 12345
assert f(2) == 54321
