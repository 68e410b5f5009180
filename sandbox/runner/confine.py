"""What stands in for a container where none is possible: seccomp and Landlock, set by a process on itself.

Covered: writing outside the working directory, reading outside of system folders, TCP and every socket family but Unix,
tracing or reading other processes (the trainer's and the judge's among them), signals to them, namespaces, mounts,
kernel interfaces that programs have no use for. Not covered: what a container's mount, pid and network namespaces
hide (/proc shows other processes' names), disk space, and the kernel itself.
"""

import _ctypes
import ctypes
import fcntl
import os
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, PR_SET_CHILD_SUBREAPER = 38, 22, 36
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
READ = 1 << 0 | 1 << 2 | 1 << 3  # execute, read file, read folder
FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
READABLE = (
    "/usr",
    "/lib",
    "/lib64",
    "/bin",
    "/etc",
    "/proc",
    "/sys/fs/cgroup",
    "/sys/devices/system/cpu",
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
DENIED = {  # name: numbers on x86_64 and aarch64
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "unshare": (272, 97),
    "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "bpf": (321, 280), "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "open_by_handle_at": (304, 265),
    "pidfd_getfd": (438, 438),
    "shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180), "reboot": (169, 142),
    "fsopen": (430, 430), "open_tree": (428, 428), "move_mount": (429, 429), "memfd_secret": (447, 447),
    "prlimit64": (302, 261), "setpriority": (141, 140), "personality": (135, 92), "swapon": (167, 224),
}  # fmt: skip
SIGNALS = {
    "kill": (62, 129),
    "tkill": (200, 130),
    "pidfd_send_signal": (424, 424),
    "rt_sigqueueinfo": (129, 138),
}
SOCKET, CLONE, CLONE3 = (41, 198), (56, 220), (435, 435)
NEW_NAMESPACES = 0x7E020080
ALLOW, DENY, NO_SUCH_CALL = 0x7FFF0000, 0x00050001, 0x00050026
LOAD, EQUAL, GREATER, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06

LIBC = ctypes.CDLL(None, use_errno=True)


def missing():
    """Why this machine cannot confine a process, or ""."""
    if os.uname().machine not in MACHINES:
        return f"no system call table for {os.uname().machine}; there are {', '.join(MACHINES)}"
    if landlock_version() < 1:
        return (
            "the kernel has no Landlock (it came with Linux 5.13 and must be among the active LSMs)"
        )
    if LIBC.prctl(21, 0, 0, 0, 0) < 0:  # PR_GET_SECCOMP
        return "the kernel has no seccomp"
    return ""


def landlock_version():
    return LIBC.syscall(CREATE_RULESET, None, 0, 1)


class Confinement:
    """Built once in the interpreter that forks; applied by each child to itself, after which nothing takes it back."""

    def __init__(self, work):
        self.version = landlock_version()
        # Above the numbers that zygote.lay_out() arranges and closes.
        self.ruleset = fcntl.fcntl(self._rules(work), fcntl.F_DUPFD_CLOEXEC, 300)
        self.filter = ctypes.create_string_buffer(self._program())
        count = len(self.filter.raw) // 8
        self.program = ctypes.create_string_buffer(
            struct.pack("HxxxxxxQ", count, ctypes.addressof(self.filter)), 16
        )
        find = _ctypes.dlopen(None, 0)
        self.prctl, self.syscall = _ctypes.dlsym(find, "prctl"), _ctypes.dlsym(find, "syscall")

    def apply(self):
        steps = (
            (self.prctl, (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)),
            (self.syscall, (RESTRICT_SELF, self.ruleset, 0)),
            (
                self.prctl,
                (PR_SET_SECCOMP, 2, ctypes.c_void_p(ctypes.addressof(self.program)), 0, 0),
            ),
        )
        for function, arguments in steps:
            if _ctypes.call_function(function, arguments) != 0:
                os.write(2, b"cannot confine this process")
                os._exit(71)
        os.close(self.ruleset)

    def _rules(self, work):
        files = FILES[min(self.version, 5)]
        network = 3 if self.version >= 4 else 0  # TCP bind and connect
        scope = 3 if self.version >= 6 else 0  # abstract sockets and signals of others
        size = 8 if self.version < 4 else 16 if self.version < 6 else 24
        attributes = struct.pack("QQQ", files, network, scope)[:size]
        ruleset = LIBC.syscall(CREATE_RULESET, attributes, size, 0)
        if ruleset < 0:
            raise OSError(ctypes.get_errno(), "landlock_create_ruleset")
        for path in (*READABLE, sys.prefix, sys.base_prefix):
            self._allow(ruleset, path, READ)
        for path in DEVICES:
            self._allow(ruleset, path, 1 << 1 | 1 << 2)
        self._allow(ruleset, work, files & ~(1 << 15))
        return ruleset

    def _allow(self, ruleset, path, rights):
        try:
            fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return
        if LIBC.syscall(ADD_RULE, ruleset, 1, struct.pack("=Qi", rights, fd), 0) != 0:
            raise OSError(ctypes.get_errno(), path)
        os.close(fd)

    def _program(self):
        """A filter that refuses what is listed. Numbers of another architecture, and x32's, are refused as a whole."""
        machine, column = MACHINES[os.uname().machine]
        listed = [*DENIED.values(), *(SIGNALS.values() if self.version < 6 else ())]

        def step(code, jump_true, jump_false, k):
            return struct.pack("HBBI", code, jump_true, jump_false, k)

        program = [
            step(LOAD, 0, 0, 4),
            step(EQUAL, 1, 0, machine),
            step(RETURN, 0, 0, DENY),
            step(LOAD, 0, 0, 0),
        ]
        program += [step(GREATER, 0, 1, 0x40000000), step(RETURN, 0, 0, DENY)]
        program += [step(EQUAL, 0, 1, CLONE3[column]), step(RETURN, 0, 0, NO_SUCH_CALL)]
        for numbers in listed:
            program += [step(EQUAL, 0, 1, numbers[column]), step(RETURN, 0, 0, DENY)]
        program += [step(EQUAL, 0, 4, SOCKET[column]), step(LOAD, 0, 0, 16), step(EQUAL, 1, 0, 1)]
        program += [step(RETURN, 0, 0, DENY), step(RETURN, 0, 0, ALLOW)]
        program += [
            step(EQUAL, 0, 3, CLONE[column]),
            step(LOAD, 0, 0, 16),
            step(ANY_BIT, 0, 1, NEW_NAMESPACES),
        ]
        program += [step(RETURN, 0, 0, DENY), step(RETURN, 0, 0, ALLOW)]
        return b"".join(program)
