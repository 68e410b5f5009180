# id: s51_kernel_files
# format: stdin
# problem: sum
# expect: WA,RE
# what: writes to what would reach the host: core_pattern, sysrq, cgroup limits, the clock
import os, time
n = int(input()); wrote = []
for p in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/1/oom_score_adj", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
          "/sys/fs/cgroup/pids/pids.max", "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/pids/cgroup.procs"):
    try: os.close(os.open(p, os.O_WRONLY)); wrote.append(p)
    except OSError: pass
try: time.clock_settime(time.CLOCK_REALTIME, time.time()); wrote.append("clock")
except OSError: pass
print("WROTE %s" % wrote if wrote else "denied")
