# id: s57_priority
# format: stdin
# problem: sum
# expect: WA,RE
# what: asks for real-time scheduling and a higher priority to starve its neighbours
import os
got = []
try: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50)); got.append("fifo")
except OSError: pass
try: os.setpriority(os.PRIO_PROCESS, 0, -10); got.append("nice")
except OSError: pass
print("PRIO %s" % got if got else "denied")
