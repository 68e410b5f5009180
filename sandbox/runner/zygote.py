"""The pre-imported interpreter: forks a clean process for every program, and is what that process runs first.

It is given orders and descriptors by the supervisor and never reads a program's data itself, so nothing of one program
is in the memory that the next is forked from. Started as `python3 -s zygote.py SOCKET-FD KIND`.
"""

# The C modules themselves: `socket`, `signal` and `ctypes` bring 0.5 MB that every fork would copy the page tables of.
import _ctypes
import _signal
import _socket
import atexit
import bisect  # noqa: F401 - imported once here instead of in every program
import builtins
import collections  # noqa: F401
import copy  # noqa: F401
import fcntl
import functools  # noqa: F401
import gc
import heapq  # noqa: F401
import io
import itertools  # noqa: F401
import marshal
import math  # noqa: F401
import operator  # noqa: F401
import os
import random
import re  # noqa: F401
import resource
import select
import string  # noqa: F401
import struct
import sys
import time  # noqa: F401
import types
import typing  # noqa: F401

DONE = struct.Struct("!BBI")  # kind of record, exit code, index of the test
HIGH = 200  # where descriptors are parked while 0 to 8 are being laid out
CONTROL, SOURCE, INPUT, OUTPUT, NOISE, PEER = 3, 4, 5, 6, 7, 8
PR_SET_DUMPABLE = 4
PRCTL = _ctypes.dlsym(_ctypes.dlopen(None, 0), "prctl")


def main(fd, kind, work, confined):
    global WORK, CONFINEMENT
    WORK = work
    if confined:
        import confine

        CONFINEMENT = confine.Confinement(work)
    if kind in ("full", "numpy"):
        import functions  # noqa: F401 - and with it `wire` and `judge`
    if kind == "numpy":
        import numpy.random  # noqa: F401 - the largest part of what programs import
    sys.path[0] = WORK  # where a program's own folder would stand
    os.chdir("/")
    sock = _socket.socket(fileno=fd)
    file = os.memfd_create("streams")
    for standard in range(3):
        os.dup2(file, standard)  # a file that can be sought in, as those of the programs
    READY.append(make_streams())
    gc.collect()
    gc.freeze()  # what is here now is shared with all children; collecting it would copy its pages
    sock.send(marshal.dumps({"ready": kind}))
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    children = {}  # pidfd -> pid
    while True:
        for ready, _ in poll.poll():
            if ready == sock.fileno():
                pid = fork(sock, kind)
                child = os.pidfd_open(pid)
                children[child] = pid
                poll.register(child, select.POLLIN)
            else:
                poll.unregister(ready)
                os.close(ready)
                pid, status, used = os.wait4(children.pop(ready), 0)
                record = {"ended": pid, "status": status, "resident_kb": used.ru_maxrss}
                sock.send(marshal.dumps(record))


def fork(sock, kind):
    """One order and its descriptors in, one child's pid out."""
    message, ancillary, _, _ = sock.recvmsg(
        65536, _socket.CMSG_SPACE(8 * 4), _socket.MSG_CMSG_CLOEXEC
    )
    if not message:
        os._exit(0)  # the supervisor is gone
    fds = [fd for _, _, body in ancillary for (fd,) in struct.iter_unpack("i", body)]
    pid = os.fork()
    if pid == 0:
        try:
            become(marshal.loads(message), fds, kind)
        except BaseException:
            sys.__excepthook__(*sys.exc_info())
        finally:
            os._exit(70)  # whatever happens, a child never returns into this loop
    for fd in fds:
        os.close(fd)
    sock.send(marshal.dumps({"pid": pid}))
    return pid


def become(order, fds, kind):
    """From a copy of the zygote to a process of the program: its descriptors, limits and identity, then its code."""
    mode = order["mode"]
    lay_out(mode, fds)
    fd = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
    os.write(
        fd, b"500" if mode == "judge" else b"1000"
    )  # killed first: a program, then a judge, never us
    os.close(fd)
    for limit, value in (
        (resource.RLIMIT_CPU, order["limits"]["process_cpu_s"]),
        (resource.RLIMIT_FSIZE, order["limits"]["file_bytes"]),
        (resource.RLIMIT_STACK, order["limits"]["stack_bytes"]),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        *(
            [(resource.RLIMIT_NPROC, order["limits"]["processes"])]
            if CONFINEMENT is not None
            else []
        ),
    ):
        resource.setrlimit(limit, (value, value))
    os.setsid()
    os.umask(0o022)
    os.chdir(WORK)
    if os.getuid() != order["uid"]:
        os.setgroups([])
        os.setresgid(order["uid"], order["uid"], order["uid"])
        os.setresuid(order["uid"], order["uid"], order["uid"])
        stay_dumpable()
    if CONFINEMENT is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (2 * order["limits"]["memory_bytes"],) * 2)
        CONFINEMENT.apply()
    if mode == "exec":
        execute(order)
    random.seed(0)  # same program, same inputs, same run; so is the hash seed
    if kind == "numpy":
        sys.modules["numpy"].random.seed(0)
    sys.argv = [os.path.join(WORK, order["name"]), *order["argv"]]
    if mode == "python":
        Program(order).run_tests()
    else:
        sys.modules["functions"].run(mode, order)


def stay_dumpable():
    """Or a program could not open its own /dev/stdin: after a change of uid, /proc/self belongs to root."""
    _ctypes.call_function(PRCTL, (PR_SET_DUMPABLE, 1, 0, 0, 0))


def lay_out(mode, fds):
    """Put the descriptors where the code below expects them, and close everything else.

    `fds`: standard input, output and error, control, source and, for asserts, the other process. A program that is
    executed keeps the first three; `control` closes when that succeeds.
    """
    parked = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, HIGH) for fd in fds]
    stdin, stdout, stderr, control, source = parked[:5]
    layout = {0: stdin, 1: stdout, 2: stderr, CONTROL: control, SOURCE: source}
    if mode != "exec":
        layout |= {INPUT: stdin, OUTPUT: stdout, NOISE: stderr}
    if mode in (
        "call",
        "judge",
        "together",
    ):  # what these print is noise: their results have a file of their own
        layout |= {0: os.open("/dev/null", os.O_RDONLY), 1: stderr}
    if len(parked) > 5:
        layout[PEER] = parked[5]
    for target, fd in layout.items():
        os.dup2(fd, target, inheritable=target < 3)
    os.closerange(max(layout) + 1, HIGH + 50)


def execute(order):
    """Replace this process by the program. Only a failure to do so comes back, and is told apart from the program's."""
    argv = order["argv"]
    for number in (_signal.SIGPIPE, _signal.SIGXFSZ):
        _signal.signal(number, _signal.SIG_DFL)  # Python ignores them, and what is ignored stays so
    try:
        os.execvpe(argv[0], argv, {**os.environ, **(order["env"] or {})})
    except (OSError, ValueError) as e:
        os.write(2, f"{argv[0]}: {e}".encode())
        os.write(CONTROL, DONE.pack(ord("x"), 127, 0))
        os._exit(127)


def load(order, module_name):
    """The program's code object and a fresh module for it to run in. What does not compile ends the process here."""
    source = os.pread(SOURCE, os.fstat(SOURCE).st_size, 0)
    path = sys.argv[0]
    try:
        code = compile(source, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError) as e:
        sys.__excepthook__(type(e), e.with_traceback(None), None)
        sys.__stderr__.flush()
        os.write(CONTROL, DONE.pack(ord("c"), 1, 0))
        os._exit(1)
    module = types.ModuleType(module_name)
    module.__file__ = path
    module.__builtins__ = builtins
    sys.modules[module_name] = module
    return code, module


WORK = "/tmp"
CONFINEMENT = None  # on the local backend, what replaces the container
READY = []  # the streams of the first run, made before the fork: 0.3 ms that no program has to wait for


def make_streams():
    """Standard streams as an interpreter makes them for files: UTF-8, buffered, not a terminal."""
    stdin, stdout, stderr = (
        io.FileIO(fd, mode, closefd=False) for fd, mode in ((0, "r"), (1, "w"), (2, "w"))
    )
    return (
        io.TextIOWrapper(io.BufferedReader(stdin), "utf-8", "surrogateescape"),
        io.TextIOWrapper(io.BufferedWriter(stdout), "utf-8", "surrogateescape"),
        io.TextIOWrapper(
            io.BufferedWriter(stderr), "utf-8", "backslashreplace", line_buffering=True
        ),
    )


class Program:
    """A script, run once for each input, by itself or together with the other tests of its program."""

    module_name = "__main__"

    def __init__(self, order):
        self.order = order
        self.alone = order["tests"] == 1
        self.builtins = dict(vars(builtins))
        self.streams = None

    def run_tests(self):
        for index in range(self.order["tests"]):
            if index:
                self.rewind()
            self.open_streams()
            exit_code = self.run_once()
            exit_code = self.flush() or exit_code
            if self.alone:
                self.end(exit_code)
            threads = sys.modules["threading"].active_count() if "threading" in sys.modules else 1
            if threads > 1 or atexit._ncallbacks() > self.callbacks:
                os.write(
                    CONTROL, DONE.pack(ord("f"), 0, index)
                )  # to be run again, in a process of its own
                os._exit(75)
            os.write(CONTROL, DONE.pack(ord("d"), exit_code & 0xFF, index))
            if os.read(CONTROL, 1) != b"n":
                os._exit(0)

    def open_streams(self):
        self.callbacks = atexit._ncallbacks()
        sys.stdin, sys.stdout, sys.stderr = READY.pop() if READY else make_streams()
        sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
        self.streams = sys.stdout, sys.stderr

    def run_once(self):
        code, module = load(self.order, self.module_name)
        return guarded(lambda: exec(code, vars(module)))

    def flush(self):
        """Write out what the program left in its buffers, in its own streams and in those it put in their place."""
        failed = 0
        for stream in {id(s): s for s in (*self.streams, sys.stdout)}.values():
            try:
                stream.flush()
            except ValueError:
                pass  # the program closed it, which flushed it
            except BaseException:
                failed = 120  # as the interpreter does when it cannot write its output
        return failed

    def end(self, exit_code):
        """End as an interpreter does: threads first, then exit handlers; without tearing down what is freed anyway."""
        if "threading" in sys.modules:
            sys.modules["threading"]._shutdown()
        atexit._run_exitfuncs()
        os._exit(self.flush() or exit_code)

    def rewind(self):
        """Undo what one run may have left for the next. What escapes this fails, and is run again by itself."""
        os.dup2(INPUT, 0)
        os.dup2(OUTPUT, 1)
        os.dup2(NOISE, 2)
        names = vars(builtins)
        names.clear()
        names.update(self.builtins)
        sys.setrecursionlimit(1000)
        sys.argv = [os.path.join(WORK, self.order["name"])]
        sys.excepthook = sys.__excepthook__
        random.seed(0)


def guarded(run):
    """Run it; returns the exit code an interpreter would end with."""
    try:
        run()
    except SystemExit as e:
        if e.code is None or isinstance(e.code, int):
            return (e.code or 0) & 0xFF
        try:
            print(e.code, file=sys.stderr)
        except BaseException:
            pass
        return 1
    except BaseException:
        kind, value, trace = sys.exc_info()
        for hook in (sys.excepthook, sys.__excepthook__):
            try:
                hook(kind, value, trace.tb_next and trace.tb_next.tb_next)
                break
            except BaseException:
                pass
        return 1
    return 0


if __name__ == "__main__":
    sys.modules["zygote"] = sys.modules.pop("__main__")
    main(int(sys.argv[1]), *sys.argv[2:5])
