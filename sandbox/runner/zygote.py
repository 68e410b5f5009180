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
import contextlib
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
import re
import resource
import select
import string  # noqa: F401
import struct
import sys
import types
import typing  # noqa: F401
from time import perf_counter_ns

DONE = struct.Struct("!BBI")  # kind of record, exit code, index of the test
RECORD = struct.Struct("!BQQQ")  # a test: exit code, where output and errors end, nanoseconds
STRETCH_NS = 50_000_000  # a stretch ends with the test that gets past this, or past so many bytes
STRETCH_BYTES = 1 << 18
MESSAGE_BYTES = 80_000  # more than the inputs of a stretch, less than what malloc maps by itself
HIGH = 200  # above all descriptors of a program: where ours are
CONTROL, SOURCE, INPUT, OUTPUT, NOISE, PEER = 3, 4, 5, 6, 7, 8
LEDGER = PEER  # nobody has both
PR_SET_DUMPABLE = 4
PRCTL = _ctypes.dlsym(_ctypes.dlopen(None, 0), "prctl")


def main(fd, kind, work, confined):
    prepare(kind, work, confined)
    sock, file = occupy(fd)
    rehearse()
    lie_on(file)
    open_input()
    open_outputs()
    gc.collect()
    lighten()
    gc.freeze()  # what is here now is shared with all children; collecting it would copy its pages
    sock.send(marshal.dumps(kind))
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    children = {}  # pidfd -> (pid, number of the order)
    while True:
        for ready, _ in poll.poll():
            if ready == sock.fileno():
                pid, number = fork(sock)
                child = os.pidfd_open(pid)
                children[child] = pid, number
                poll.register(child, select.POLLIN)
            else:
                poll.unregister(ready)
                os.close(ready)
                pid, number = children.pop(ready)
                _, status, used = os.wait4(pid, 0)
                sock.send(marshal.dumps((number, status, used.ru_maxrss)))


def prepare(kind, work, confined):
    """All that is the same for every program is done here, once: a child pays for each page it touches."""
    global WORK, CONFINEMENT
    WORK = work
    if confined:
        import confine

        CONFINEMENT = confine.Confinement(work)
    import_random()
    if kind in ("full", "numpy"):
        import functions  # noqa: F401 - and with it `wire` and `judge`
    if kind == "numpy":
        import numpy.random  # the largest part of what programs import

        numpy.random.seed(0)  # noqa: NPY002 - what programs use
    sys.path[0] = WORK  # where a program's own folder would stand
    os.chdir(WORK)
    os.umask(0o022)
    if os.getuid() == 0:
        os.setgroups([])
    for limit, value in (
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    compile("", "", "exec")  # the first call makes 120 classes for syntax trees: 1.5 ms


def import_random():
    """Import it seeded, and without what it does after each fork: a new seed from the kernel, 0.1 ms.

    Same program, same inputs, same run: the hash seed is fixed, too. `become` registers what is left out here.
    """
    register, os.register_at_fork = os.register_at_fork, lambda **_: None
    import random

    os.register_at_fork = register
    random.seed(0)


def occupy(fd):
    """Our socket, and a file that can be sought in as those of programs can, both above all that a program has."""
    sock = _socket.socket(fileno=fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, HIGH))
    file = fcntl.fcntl(os.memfd_create("streams"), fcntl.F_DUPFD_CLOEXEC, HIGH)
    lie_on(file)
    return sock, file


def lie_on(file):
    """Let all the descriptors that a program will have be `file`."""
    for number in range(PEER + 1):
        os.dup2(file, number)


REHEARSAL = b"""
import sys
def double(x):
    return 2 * x
n = int(input())
numbers = list(map(int, input().split()))
seen = {}
for i in range(n):
    seen[i] = double(numbers[i])
print(sum(numbers), max(numbers), *sorted(seen.values()), len(set(numbers)), " ".join(map(str, numbers)))
"""


def rehearse():
    """Run a program a few times: what an interpreter does only the first few times, no child does again."""
    for number in (0, 1, 2, SOURCE, LEDGER):
        file = os.memfd_create("rehearsal")
        os.dup2(file, number)
        os.close(file)
    for number, copy_of in ((INPUT, 0), (OUTPUT, 1), (NOISE, 2)):
        os.dup2(copy_of, number)
    os.write(SOURCE, REHEARSAL)
    sys.argv = ["rehearsal"]
    open_outputs()
    program = Program({"tests": 20, "name": "rehearsal"})
    for index in range(20):
        program.run_next(index, b"3\n1 2 3\n")
    stay_dumpable()
    del sys.modules["__main__"]


def lighten():
    """Make a fork cheaper: give free memory back, and let it copy the page tables of the interpreter's code, too.

    Else a child faults that code in, 64 KB at a time. Linux copies them for areas with a page of their own, so a byte
    of each is written back as it was.
    """
    with (
        contextlib.suppress(OSError),  # it only costs time
        open("/proc/self/mem", "r+b", 0) as memory,
        open("/proc/self/maps") as maps,
    ):
        for line in maps:
            span, rights, *_, name = line.split()
            if rights in ("r-xp", "r--p") and re.match(r".*/(lib)?(python|c\b)[^/]*$", name):
                memory.seek(int(span.partition("-")[0], 16))
                byte = memory.read(1)
                memory.seek(-1, os.SEEK_CUR)
                memory.write(byte)
        _ctypes.call_function(_ctypes.dlsym(_ctypes.dlopen(None, 0), "malloc_trim"), (0,))


def fork(sock):
    """One order and its descriptors in; returns the child's pid and the number of the order."""
    message, ancillary, _, _ = sock.recvmsg(
        65536, _socket.CMSG_SPACE(8 * 4), _socket.MSG_CMSG_CLOEXEC
    )
    if not message:
        os._exit(0)  # the supervisor is gone
    fds = [fd for _, _, body in ancillary for (fd,) in struct.iter_unpack("i", body)]
    order = marshal.loads(message)
    pid = os.fork()
    if pid == 0:
        try:
            become(order, fds)
        except BaseException:
            sys.__excepthook__(*sys.exc_info())
        finally:
            os._exit(70)  # whatever happens, a child never returns into this loop
    for fd in fds:
        os.close(fd)
    return pid, order["number"]


def become(order, fds):
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
        *(
            [(resource.RLIMIT_NPROC, order["limits"]["processes"])]
            if CONFINEMENT is not None
            else []
        ),
    ):
        resource.setrlimit(limit, (value, value))
    os.setsid()
    if os.getuid() != order["uid"]:
        os.setresgid(order["uid"], order["uid"], order["uid"])
        os.setresuid(order["uid"], order["uid"], order["uid"])
        stay_dumpable()
    if CONFINEMENT is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (2 * order["limits"]["memory_bytes"],) * 2)
        CONFINEMENT.apply()
    if mode == "exec":
        execute(order)
    os.register_at_fork(after_in_child=sys.modules["random"].seed)
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

    `fds`: standard input, output and error, control, source and, for asserts, the other process; for several tests, the
    ledger. A program that is executed keeps the first three; `control` closes when that succeeds.
    """
    stdin, stdout, stderr, control, source, *peer = fds
    layout = {0: stdin, 1: stdout, 2: stderr, CONTROL: control, SOURCE: source}
    if mode != "exec":
        layout |= {INPUT: stdin, OUTPUT: stdout, NOISE: stderr}
    if mode in (
        "call",
        "judge",
        "together",
    ):  # what these print is noise: their results have a file of their own
        layout |= {0: os.open("/dev/null", os.O_RDONLY), 1: stderr}
    if peer:
        layout[PEER] = peer[0]
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


def load(name):
    """The program's code object, and a module of that name for it to run in."""
    return compiled(), new_module(name)


def compiled():
    """The program's code object. What does not compile ends the process here."""
    source = os.pread(SOURCE, os.fstat(SOURCE).st_size, 0)
    try:
        return compile(source, sys.argv[0], "exec", dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError) as e:
        sys.__excepthook__(type(e), e.with_traceback(None), None)
        sys.__stderr__.flush()
        os.write(CONTROL, DONE.pack(ord("c"), 1, 0))
        os._exit(1)


def new_module(name):
    """An empty module for a program to run in."""
    module = types.ModuleType(name)
    module.__file__ = sys.argv[0]
    module.__builtins__ = builtins
    sys.modules[name] = module
    return module


WORK = "/tmp"
CONFINEMENT = None  # on the local backend, what replaces the container


def open_input():
    """Standard input as an interpreter makes it for a file: UTF-8, buffered, not a terminal."""
    raw = io.FileIO(0, "r", closefd=False)
    raw.name = "<stdin>"
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(io.BufferedReader(raw), "utf-8", "surrogateescape")
    sys.stdin.mode = "r"


def open_outputs():
    """The same for standard output and standard error."""
    out, err = io.FileIO(1, "w", closefd=False), io.FileIO(2, "w", closefd=False)
    out.name, err.name = "<stdout>", "<stderr>"
    stdout, stderr = io.BufferedWriter(out), io.BufferedWriter(err)
    sys.stdout = sys.__stdout__ = io.TextIOWrapper(stdout, "utf-8", "surrogateescape")
    sys.stderr = sys.__stderr__ = io.TextIOWrapper(
        stderr, "utf-8", "backslashreplace", line_buffering=True
    )
    sys.stdout.mode = sys.stderr.mode = "w"


def restore_builtins():
    names = vars(builtins)
    names.clear()
    names.update(BUILTINS)


def reseed():
    sys.modules["random"].seed(0)


# What a program can have changed for its next run if it has the word: 0.2 ms where each program paid for it.
UNDOINGS = {b"builtins": restore_builtins, b"random": reseed, b"statistics": reseed}
BUILTINS = dict(vars(builtins))


class Program:
    """A script, run once for each input, by itself or together with the other tests of its program."""

    module_name = "__main__"

    def __init__(self, order):
        self.order = order
        self.code = None
        self.streams = sys.stdout, sys.stderr
        if order["tests"] > 1:
            source = os.pread(SOURCE, os.fstat(SOURCE).st_size, 0)
            self.undoings = [undo for word, undo in UNDOINGS.items() if word in source]

    def run_tests(self):
        """One test to the end of the process; or several in stretches, after each of which we wait for the next.

        What a stretch holds is the supervisor's to say. We cut it short where a test fails, or has taken or printed so
        much that the limits of one test would be noticeably less for the next.
        """
        if self.order["tests"] == 1:
            exit_code = self.run_once()
            self.end(self.flush() or exit_code)
        index, inputs = 0, [None]
        while True:
            ends_ns = perf_counter_ns() + STRETCH_NS
            for content in inputs:
                exit_code, printed = self.run_next(index, content)
                index += 1
                if exit_code or printed > STRETCH_BYTES or perf_counter_ns() > ends_ns:
                    break
            os.write(CONTROL, DONE.pack(ord("d"), exit_code, index - 1))
            message = os.read(CONTROL, MESSAGE_BYTES)
            if not message:
                os._exit(0)
            inputs = marshal.loads(message)

    def run_next(self, index, content):
        """Run one test of several and enter it in the ledger: its exit code, and bytes printed in this stretch.

        content: its input, or None where standard input holds it already.
        """
        started_ns = perf_counter_ns()
        if content is not None:
            os.pwrite(INPUT, content, 0)
            os.ftruncate(INPUT, len(content))
            os.lseek(INPUT, 0, os.SEEK_SET)
        if index:
            self.rewind()
        callbacks = atexit._ncallbacks()
        exit_code = self.run_once()
        exit_code = (self.flush() or exit_code) & 0xFF
        threads = sys.modules["threading"].active_count() if "threading" in sys.modules else 1
        if threads > 1 or atexit._ncallbacks() > callbacks:
            # To be run again, in a process of its own.
            os.write(CONTROL, DONE.pack(ord("f"), 0, index))
            os._exit(75)
        ends = os.lseek(OUTPUT, 0, os.SEEK_END), os.lseek(NOISE, 0, os.SEEK_END)
        record = RECORD.pack(exit_code, *ends, perf_counter_ns() - started_ns)
        os.pwrite(LEDGER, record, index * RECORD.size)
        return exit_code, sum(ends)

    def run_once(self):
        if self.code is None:
            self.code = compiled()
        module = new_module(self.module_name)
        return guarded(lambda: exec(self.code, vars(module)))

    def flush(self):
        """Write out what the program left in its buffers, in its own streams and in those it put in their place."""
        failed = 0
        for stream in (*self.streams, sys.stdout):
            try:
                stream.flush()
            except ValueError:
                pass  # the program closed it, which flushed it
            except BaseException:
                failed = 120  # as the interpreter does when it cannot write its output
                self.streams = ()  # whose buffers hold what the next run has not printed
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
        self.renew_streams()
        for undo in self.undoings:
            undo()
        sys.setrecursionlimit(1000)
        sys.argv = [os.path.join(WORK, self.order["name"])]
        sys.excepthook = sys.__excepthook__

    def renew_streams(self):
        """Those for output are kept where the program only printed to them: new ones would be a quarter of the cost."""
        open_input()
        kept = self.streams or (None, None)
        if (
            sys.stdout is not kept[0]
            or sys.stderr is not kept[1]
            or any(stream.closed or vars(stream) != {"mode": "w"} for stream in kept)
        ):
            open_outputs()
            self.streams = sys.stdout, sys.stderr


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
