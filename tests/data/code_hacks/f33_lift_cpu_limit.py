# id: f33_lift_cpu_limit
# format: func
# problem: add
# expect: TLE,RE
# what: lifts RLIMIT_CPU as far as it may, ignores SIGXCPU, then loops (RE where the backend refuses the call)
import resource, signal
def add(a, b):
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    try: resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))
    except (OSError, ValueError): pass
    while True: pass
