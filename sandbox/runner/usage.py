"""What the programs of a slot have used, as the kernel counts it. Standard library only; beside supervisor.py."""

import contextlib
import os
import time


class Usage:
    """What the whole slot has used, from its own cgroup, which is readable inside. Versions 1 and 2."""

    poll_s = 0.25  # for what has printed too much and goes on; the kernel enforces the rest

    def __init__(self, cpus):
        root = "/sys/fs/cgroup"
        v2 = os.path.exists(f"{root}/cgroup.controllers")
        self.version = 2 if v2 else 1
        names = (
            ("cpu.stat", "memory.events", "pids.current")
            if v2
            else ("cpuacct/cpuacct.usage", "memory/memory.oom_control", "pids/pids.current")
        )
        self.cpu, self.memory, self.pids = (
            os.open(f"{root}/{name}", os.O_RDONLY) for name in names
        )
        self.cpus = cpus

    def cpu_s(self):
        """CPU seconds of all processes that ever ran in the slot, without this one's."""
        text = os.pread(self.cpu, 4096, 0)
        total = int(text) / 1e9 if self.version == 1 else field(text, b"usage_usec") / 1e6
        return total - time.process_time()

    def too_much(self, _):
        """Never: the kernel enforces it."""
        return False

    def oom_kills(self):
        return field(os.pread(self.memory, 4096, 0), b"oom_kill")

    def processes(self):
        return int(os.pread(self.pids, 64, 0))


def field(text, name):
    for line in text.splitlines():
        key, _, value = line.partition(b" ")
        if key == name:
            return int(value)
    return 0


class LocalUsage:
    """What programs have used, from /proc: CPU in ticks of 10 ms, memory looked at every 10 ms instead of enforced."""

    version = 0
    poll_s = 0.01

    def __init__(self, cpus, supervisor):
        self.cpus = cpus
        self.supervisor = supervisor
        self.tick = os.sysconf("SC_CLK_TCK")
        self.page = os.sysconf("SC_PAGE_SIZE")

    def cpu_s(self):
        """Of the dead, as their parents were told, and of the living."""
        times = os.times()
        ticks = 0
        for zygote in set(self.supervisor.zygotes.values()):
            with contextlib.suppress(OSError):
                ticks += sum(stat_of(zygote.pid)[13:15])
        for pid in self.supervisor.survivors():
            with contextlib.suppress(OSError):
                ticks += sum(stat_of(pid)[11:15])
        return ticks / self.tick + times.children_user + times.children_system

    def too_much(self, limits):
        """More memory than allowed, all programs of the slot together."""
        pages = 0
        for pid in self.supervisor.survivors():
            with contextlib.suppress(OSError):
                pages += stat_of(pid)[21]
        return pages * self.page > limits["memory_bytes"]

    def oom_kills(self):
        return 0

    def processes(self):
        return 1 + len(set(self.supervisor.zygotes.values())) + len(self.supervisor.survivors())


def descendants(top):
    """The pids below `top`, children of children included."""
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                children.setdefault(stat_of(name)[1], []).append(int(name))
    found, waiting = [], [top]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def threads_of(uid):
    """How many threads all processes of a user have."""
    count = 0
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                if os.stat(f"/proc/{name}").st_uid == uid:
                    count += stat_of(name)[17]
    return count


def stat_of(pid):
    """The numbers of /proc/PID/stat from the state on: 1 is the parent, 11-14 CPU ticks, 17 threads, 21 pages."""
    with open(f"/proc/{pid}/stat", "rb") as f:
        fields = f.read().rpartition(b")")[2].split()
    return [fields[0], *map(int, fields[1:])]


def queued_s(pid):
    """Seconds the threads of `pid` were ready to run and got no CPU: the longest of them."""
    longest = 0.0
    with contextlib.suppress(OSError, ValueError, IndexError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/schedstat") as f:
                longest = max(longest, int(f.read().split()[1]) / 1e9)
    return longest
