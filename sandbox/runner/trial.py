"""One trial of a program: its streams, its clocks, its limits, and what became of each of its tests.

Nothing that a program says of itself decides anything but which of its bytes are whose. Standard library only; beside
supervisor.py.
"""

import _socket
import contextlib
import itertools
import marshal
import os
import select
import signal
import socket
import struct
import time

from usage import queued_s

DONE = struct.Struct("!BBI")  # kind of record, exit code, index of the test
RECORD = struct.Struct("!BQQQ")  # a test: exit code, where output and errors end, nanoseconds
UNRECORDED = (0, 1 << 62, 1 << 62, None)  # the test the process ended in: what is left is its own
STDERR_KEPT = 2048
STRETCH_INPUT = 1 << 16  # bytes that are sent ahead
STRETCH_OUTPUT = 1 << 18  # bytes after which zygote.py ends a stretch
REPLY_BYTES = 8 << 20  # of output, after which the host is answered and asks again for the rest
RESET_S = 30.0  # a slot that cannot be cleaned in this time is given up; a killed process may wait long for its CPU


class SlotLostError(Exception):
    """The slot cannot do its work any more; the host destroys it and runs the job in another."""


class Trial:
    """One process (two for asserts) from start to end: the only place where limits are watched."""

    def __init__(self, supervisor, request, source, tests):
        self.supervisor = supervisor
        self.usage = supervisor.usage
        self.request = request
        self.source = source
        self.tests = tests
        self.limits = request["limits"]
        self.results = []
        self.replied = 0  # bytes of output in them
        self.ended = {}  # number of the order -> (wait status, largest resident kB)
        self.note = None  # what the runner said before it ended: a record kind
        self.over = None  # the limit that made us stop it

    def run(self):
        """Returns a list of (result, [stdout, stderr]), at least one; fewer than tests where it did not get further."""
        with contextlib.ExitStack() as stack:
            self.open_files(stack)
            # Before the clocks: what it costs to start an interpreter is no program's time.
            self.zygote = self.supervisor.zygote(self.request["zygote"])
            self.begin()
            self.start()
            while self.main not in self.ended and len(self.results) < len(self.tests):
                self.step()
            if len(self.results) < len(self.tests):
                if not self.supervisor.is_alone():
                    self.supervisor.kill()  # daemons that would still write
                if len(self.tests) == 1:
                    self.hear_last_words()
                self.finish([*self.records(self.stretch - 1), UNRECORDED], *self.ended[self.main])
        return self.results

    def open_files(self, stack):
        def memory(name, content=b""):
            fd = os.memfd_create(name)
            stack.callback(os.close, fd)
            write(fd, content)
            return fd

        asserts = self.request["mode"] == "asserts"
        self.stdin = memory("stdin", b"" if asserts else self.tests[0][1])
        self.stdout, self.stderr = memory("stdout"), memory("stderr")
        self.code = memory("source", self.source)
        self.ledger = memory("ledger") if len(self.tests) > 1 else None
        self.stretch = 1  # tests that the process may run before it waits for us
        self.control, self.childs_control = _socket.socketpair(
            socket.AF_UNIX, socket.SOCK_SEQPACKET
        )
        stack.callback(self.control.close)
        stack.callback(self.childs_control.close)
        if asserts:
            self.asserts = memory("asserts", self.tests[0][1])
            self.ends = socket.socketpair()
            for end in self.ends:
                stack.callback(end.close)

    def start(self):
        """Ask the zygote for the process; for asserts the program's first, then the judge's, under its own uid."""
        request, uids, zygote = self.request, self.supervisor.uids, self.zygote
        test = self.tests[0][0]
        order = {
            "mode": request["mode"], "name": request["name"], "tests": len(self.tests), "uid": uids[0],
            "limits": self.limits, "argv": request.get("argv", []) + test.get("argv", []),
            "env": request.get("env"),
        }  # fmt: skip
        control = self.childs_control.fileno()
        self.poll = select.poll()
        self.poll.register(zygote.sock, select.POLLIN)
        self.poll.register(self.supervisor.host, select.POLLIN)
        if len(self.tests) > 1:  # else what it says can wait until it has ended
            self.poll.register(self.control, select.POLLIN)
        if request["mode"] == "asserts":
            served = {**order, "mode": "serve"}
            zygote.fork(
                served,
                [self.stdin, self.stderr, self.stderr, control, self.code, self.ends[0].fileno()],
            )
            order = {**order, "mode": "judge", "uid": uids[1], "name": "tests.py"}
            self.main = zygote.fork(
                order,
                [
                    self.stdin,
                    self.stdout,
                    self.stderr,
                    control,
                    self.asserts,
                    self.ends[1].fileno(),
                ],
            )
            for end in self.ends:
                end.close()
        else:
            fds = [self.stdin, self.stdout, self.stderr, control, self.code]
            self.main = zygote.fork(order, fds + ([self.ledger] if self.ledger else []))
        self.childs_control.close()

    def begin(self):
        """Start the clocks of one test, or of a stretch."""
        self.wall = time.monotonic()
        self.cpu = self.usage.cpu_s()
        self.ooms = self.usage.oom_kills()
        self.cpu_left = self.limits["cpu_s"]  # when last looked at
        self.wall_limit = self.limits["wall_s"]

    def step(self):
        """Wait for the next thing to happen, or for the first moment at which a limit can have been passed."""
        idle = self.wall_limit - (time.monotonic() - self.wall)
        wait_s = max(0.005, min(self.cpu_left / self.usage.cpus, idle, self.usage.poll_s))
        events = dict(self.poll.poll((wait_s if self.over is None else 0.05) * 1000 + 1))
        if self.supervisor.host.fileno() in events:
            os._exit(0)  # nobody speaks while a program runs: the owner is gone
        if self.control.fileno() in events:
            self.hear()
        if self.zygote.sock.fileno() in events:
            number, *how = self.zygote.ended()
            self.ended[number] = how
        elif not events:
            self.check_limits()

    def hear(self):
        """A record of the process we run. It may be forged: nothing follows from it but what happens next."""
        record = self.control.recv(64)
        is_whole = len(record) == DONE.size
        kind, _, index = DONE.unpack(record) if is_whole else (0, 0, 0)
        records = self.records(index + 1 - len(self.results)) if kind == ord("d") else ()
        if records and self.over is None:
            self.finish(records)
            allowed = ("ok",) if self.request["stop"] else ("ok", "runtime_error")
            more = len(self.results) < len(self.tests) and self.results[-1][0]["status"] in allowed
            more = more and self.replied < REPLY_BYTES
            if more and self.request["stop"] and len(self.results) == 1:
                more = self.supervisor.may_go_on(*self.results[0])
            if more:
                self.next_stretch()
            else:
                self.tests = self.tests[: len(self.results)]
            return
        self.poll.unregister(self.control)  # it has said its last word
        if is_whole:
            self.note = chr(kind)
        elif record:
            self.stop("forged")

    def hear_last_words(self):
        """The same from a process that had one test and has ended: why it did."""
        with contextlib.suppress(OSError):  # nothing to hear, and a daemon has the other end
            record = self.control.recv(64, socket.MSG_DONTWAIT)
            if len(record) == DONE.size:
                self.note = chr(record[0])
            elif record:
                self.over = "forged"

    def next_stretch(self):
        """Let the process that waits for it go on: with the tests whose inputs fit in one message, or one alone."""
        inputs, size = [], 0
        for _, content in self.tests[len(self.results) :]:
            size += len(content) + 8
            if size > STRETCH_INPUT:
                break
            inputs.append(content)
        if not inputs:
            os.ftruncate(self.stdin, 0)
            write(self.stdin, self.tests[len(self.results)][1])
            os.lseek(self.stdin, 0, os.SEEK_SET)
            inputs = [None]
        os.lseek(self.stdout, 0, os.SEEK_SET)
        os.lseek(self.stderr, 0, os.SEEK_SET)
        self.stretch = len(inputs)
        self.begin()
        with contextlib.suppress(OSError):  # it is gone, or does not listen
            self.control.send(marshal.dumps(inputs), socket.MSG_DONTWAIT)

    def records(self, count):
        """What the process wrote down of the next `count` tests: at most so many, and no more than it was given."""
        if not 0 < count <= self.stretch or self.ledger is None:
            return []
        text = os.pread(self.ledger, count * RECORD.size, len(self.results) * RECORD.size)
        return list(RECORD.iter_unpack(text[: len(text) // RECORD.size * RECORD.size]))

    def check_limits(self):
        self.cpu_left = self.limits["cpu_s"] - (self.usage.cpu_s() - self.cpu)
        if self.over is not None:
            if time.monotonic() - self.stopped > RESET_S:
                raise SlotLostError("a killed process does not end")
            self.supervisor.kill()  # what had not been forked yet
        elif self.usage.too_much(self.limits):
            self.stop("memory")
        elif self.printed() > self.limits["output_bytes"]:
            self.stop("output")  # some languages go on though their writes fail
        elif self.cpu_left < 0:
            self.stop("cpu")
        elif time.monotonic() - self.wall > self.wall_limit:
            starved_s = max(map(queued_s, self.supervisor.survivors()), default=0.0)
            allowed_s = min(self.limits["wall_s"] + starved_s, 20 * self.limits["wall_s"])
            if time.monotonic() - self.wall > allowed_s:
                self.stop("wall")
            else:
                self.wall_limit = allowed_s

    def printed(self):
        """Bytes of the longer of its two streams."""
        return max(os.fstat(stream).st_size for stream in (self.stdout, self.stderr))

    def stop(self, why):
        self.over = why
        self.stopped = time.monotonic()
        self.supervisor.kill()

    def finish(self, records, status=None, resident_kb=0):
        """What the tests of a stretch did, and how the last of them ended: by `status`, or as it wrote down itself."""
        cpu_s, wall_s = self.usage.cpu_s() - self.cpu, time.monotonic() - self.wall
        ooms = self.usage.oom_kills() - self.ooms
        if ooms:
            self.supervisor.kill()
        self.read(records, cpu_s, wall_s)
        last = self.results[-1][0]
        if status is None:
            status = last["exit"] << 8
        killed_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        exit_code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
        if last["status"] != "output_limit":
            last["status"] = self.word(killed_by, exit_code, cpu_s, ooms)
        last |= {
            "exit": exit_code, "signal": killed_by, "memory_mb": round(resident_kb / 1024, 2), "note": self.note,
            "over": self.over,
        }  # fmt: skip

    def read(self, records, cpu_s, wall_s):
        """A result for each record, and what it printed.

        Where one test ends and the next begins is the process's word: it may as well print something else. What they
        used together is ours; each gets the part of it that the process's clock says.
        """
        cap = self.limits["output_bytes"]
        stdouts = cut(self.stdout, [record[1] for record in records], cap)
        stderrs = cut(self.stderr, [record[2] for record in records], STDERR_KEPT)
        times = [record[3] for record in records]
        if times[-1] is None:
            times[-1] = max(0, round(wall_s * 1e9) - sum(times[:-1]))
        whole = sum(times) or 1
        for record, used, out, err in zip(records, times, stdouts, stderrs, strict=True):
            word = (
                "output_limit"
                if max(out[1], err[1]) > cap
                else "runtime_error"
                if record[0]
                else "ok"
            )
            result = {
                "status": word, "exit": record[0], "signal": None, "cpu_ms": round(cpu_s * 1000 * used / whole, 3),
                "wall_ms": round(wall_s * 1000 * used / whole, 3), "memory_mb": 0.0, "note": None, "over": None,
            }  # fmt: skip
            self.results.append((result, [out[0], err[0]]))
            self.replied += len(out[0])

    def word(self, killed_by, exit_code, cpu_s, ooms):
        """How a test ended, in the order that decides: output (which was looked at before), memory, time, crash."""
        if killed_by == signal.SIGXFSZ:
            return "output_limit"
        if ooms or self.over == "memory":
            return "memory_limit"
        if (
            self.over in ("cpu", "wall")
            or cpu_s > self.limits["cpu_s"]
            or killed_by == signal.SIGXCPU
        ):
            return "time_limit"
        if self.note == "x" and self.request["mode"] == "exec":
            return "no_such_program"  # what is executed has no descriptor to say so itself
        if self.note == "c":
            return "compile_error"
        return "runtime_error" if killed_by or exit_code or self.over else "ok"


def write(fd, content):
    """Put `content` at the beginning of `fd`, whose position stays where it is."""
    at = 0
    while at < len(content):
        at += os.pwrite(fd, content[at : at + (1 << 24)], at)


def cut(stream, ends, most):
    """What was written to `stream`, in parts: (its first `most` bytes, its size) for each of `ends`. Leaves it empty.

    Ends may be any numbers; none counts as less than the one before, so that parts never hold more than there is. Of an
    honest process only the last part can reach beyond what is read here.
    """
    size = os.fstat(stream).st_size
    if not size:
        return [(b"", 0)] * len(ends)
    content = os.pread(stream, min(size, most + STRETCH_OUTPUT), 0)
    os.ftruncate(stream, 0)
    ends = list(itertools.accumulate((min(end, size) for end in ends), max))
    starts = [0, *ends[:-1]]
    return [(content[a : min(b, a + most)], b - a) for a, b in zip(starts, ends, strict=True)]
