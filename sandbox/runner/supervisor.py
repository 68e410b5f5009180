"""PID 1 of a slot: takes requests from the host, runs programs through the zygotes, and leaves nothing behind.

It is root inside with three capabilities (SETUID, SETGID, KILL) and reads nothing that a program wrote except bytes it
copies and small fixed records; it never sees an expected output. When the host's end of the socket closes, however the
owner died, it exits, and the container with it. Standard library only; started as
`python3 -I supervisor.py DIRECTORY CONFIG-AS-JSON`, where DIRECTORY holds this file, its siblings and the socket.
"""

import _socket
import array
import contextlib
import errno
import glob
import json
import marshal
import os
import select
import signal
import socket
import stat
import struct
import sys
import time

LENGTHS = struct.Struct("!II")
DONE = struct.Struct("!BBI")  # kind of record, exit code, index of the test
RECORD = struct.Struct("!BQQQ")  # a test: exit code, where output and errors end, nanoseconds
UNRECORDED = (0, 1 << 62, 1 << 62, None)  # the test the process ended in: what is left is its own
STDERR_KEPT = 2048
STRETCH_INPUT = 1 << 16  # bytes that are sent ahead
STRETCH_OUTPUT = 1 << 18  # bytes after which zygote.py ends a stretch
RESET_S = 2.0  # a slot that cannot be cleaned in this time is given up
WORK = "/tmp"


def main(directory, config):
    global WORK
    WORK = config.get("work", WORK)
    host = connect(os.path.join(directory, "socket"))
    try:
        supervisor = (LocalSupervisor if "work" in config else Supervisor)(host, directory, config)
        supervisor.zygote("plain")
    except (OSError, SlotLostError) as e:  # what this place lacks, such as a readable cgroup
        send(host, {"failed": f"{type(e).__name__}: {e}"})
        return
    send(
        host, {"ready": True, "python": sys.version.split()[0], "cgroup": supervisor.usage.version}
    )
    while True:
        request, blobs = receive(host)
        try:
            reply, payload = supervisor.serve(request, blobs)
        except (SlotLostError, OSError) as e:
            reply, payload = {"lost": f"{type(e).__name__}: {e}"}, []
        send(host, reply, payload)


def connect(path):
    """The host listens and we call: a directory that only root of the host can enter would keep us out."""
    host = socket.socket(socket.AF_UNIX)
    host.connect(path)
    return host


def receive(sock):
    """One frame: a JSON object, and the blobs whose sizes it lists. The end of the stream is the end of us."""
    frame = bytearray()
    fill(frame, sock, LENGTHS.size)
    json_size, blob_size = LENGTHS.unpack_from(frame)
    at = LENGTHS.size + json_size
    fill(frame, sock, at + blob_size)
    header = json.loads(frame[LENGTHS.size : at])
    body, blobs = memoryview(frame), []
    for size in header.pop("sizes"):
        blobs.append(body[at : at + size])
        at += size
    return header, blobs


def fill(frame, sock, size):
    """Read on until the frame has that size. It may get more: nothing follows a frame before we have answered it."""
    while len(frame) < size:
        part = sock.recv(min(max(size - len(frame), 1 << 16), 1 << 20))
        if not part:
            os._exit(0)
        frame += part


def send(sock, header, blobs=()):
    header["sizes"] = [len(blob) for blob in blobs]
    text = json.dumps(header, separators=(",", ":")).encode()
    size = sum(header["sizes"])
    sock.sendall(b"".join((LENGTHS.pack(len(text), size), text, *blobs)))


class SlotLostError(Exception):
    """The slot cannot do its work any more; the host destroys it and runs the job in another."""


class Supervisor:
    """One slot: its zygotes, its counters and the identities its programs run under."""

    def __init__(self, host, directory, config):
        self.host = host
        self.directory = directory
        self.uids = config["uids"]  # [program's, judge's]
        self.zygotes = {}
        self.usage = self.make_usage(config)
        self.clean_files = free_space()

    def make_usage(self, config):
        return Usage(config["cpus"])

    def zygote(self, kind):
        """The interpreter of this kind, started when first asked for: numpy costs 100 ms once, and 20 MB."""
        if kind not in self.zygotes:
            try:
                self.zygotes[kind] = Zygote(self.directory, kind)
            except SlotLostError:
                if kind == "plain":
                    raise
                self.zygotes[kind] = self.zygotes[
                    "plain"
                ]  # no numpy in this image: the program will say so
        return self.zygotes[kind]

    def serve(self, request, blobs):
        """Run what one request asks for, then reset. Returns the reply and its blobs."""
        blobs = iter(blobs)
        files = [(name, mode, next(blobs)) for name, mode in request["files"]]
        source = next(blobs)
        tests = [
            (test, [next(blobs) for _ in range(1 + len(test.get("files", ())))])
            for test in request["tests"]
        ]
        results, payload = [], []
        kept = []
        try:
            for name, mode, content in files:
                put_file(name, mode, content)
            while len(results) < len(tests):
                at = len(results)
                some = tests[at:] if request.get("share") else tests[at : at + 1]
                found = self.trial(request, source, some)
                for result, outputs in found:
                    results.append(result)
                    payload += outputs
                if request.get("keep"):
                    kept = self.keep(request["keep"])
                if not self.sweep(files_too=True):
                    raise SlotLostError("processes of a program do not end")
                if request.get("share"):
                    break  # where a process ended early, the host decides what becomes of the rest
        finally:
            clean = self.reset()
        reply = {"tests": results, "kept": [name for name, _ in kept], "clean": clean}
        return reply, payload + [content for _, content in kept]

    def trial(self, request, source, tests):
        """Run `tests` in one process (of each kind the request needs)."""
        test, blobs = tests[0]
        names = test.get("files", ())
        for name, content in zip(names, blobs[1:], strict=True):
            put_file(name, 0o444, content)
        try:
            return Trial(self, request, source, [(test, blobs[0]) for test, blobs in tests]).run()
        finally:
            for name in names:
                os.unlink(os.path.join(WORK, name))

    def may_go_on(self, first, outputs):
        """Ask the host, who alone knows what is right, whether the first test leaves anything to be learnt."""
        send(self.host, {"first": first}, outputs)
        answer, _ = receive(self.host)
        return answer["go"]

    def keep(self, patterns):
        """The files that a compiler left, read with the program's own rights."""
        kept = []
        with acting_as(self.uids[0]):
            for pattern in patterns:
                for path in sorted(glob.glob(os.path.join(WORK, pattern), recursive=True)):
                    content = read_regular(path)
                    if content is not None:
                        kept.append((os.path.relpath(path, WORK), content))
        return kept

    def kill(self):
        """Send SIGKILL to every process of the slot's programs at once; none can fork its way out."""
        for uid in self.uids:
            with acting_as(uid), contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)

    def sweep(self, files_too=False):
        """Kill and reap until no process of a program is left, then remove what they wrote. True when done."""
        deadline = time.monotonic() + RESET_S
        while not self.is_alone():
            self.kill()
            self.reap()
            if self.is_alone() or not self.survivors():
                break
            if time.monotonic() > deadline:
                return False
            time.sleep(0.001)
        if files_too and os.listdir(WORK):
            for uid in self.uids:
                with acting_as(uid):
                    wipe(WORK, uid)
        return True

    def is_alone(self):
        """Whether the kernel counts no process in the slot but ours, dead ones not yet reaped included."""
        return self.usage.processes() == 1 + len(set(self.zygotes.values()))

    def reset(self):
        """Back to the state at the start. False means that this slot must not be used again."""
        if not self.sweep(files_too=True):
            return False
        if os.listdir(WORK):
            wipe(WORK, 0)  # what we put there
            if os.listdir(WORK):
                return False
        return free_space() == self.clean_files and no_queues()

    def reap(self):
        """Collect orphans, which are ours as PID 1. A zygote among the dead means that the slot is lost."""
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if any(zygote.pid == pid for zygote in self.zygotes.values()):
                raise SlotLostError("the pre-imported interpreter died")

    def survivors(self):
        """The processes of the slot's programs that are still there, dead ones not yet reaped included."""
        found = []
        for name in os.listdir("/proc"):
            if name.isdigit():
                with contextlib.suppress(OSError):
                    if os.stat(f"/proc/{name}").st_uid in self.uids or self._is_of_program(name):
                        found.append(int(name))
        return found

    def _is_of_program(self, name):
        """By its real uid: a process that gave up its memory map shows /proc entries owned by root."""
        with open(f"/proc/{name}/status") as f:
            line = next((line for line in f if line.startswith("Uid:")), "Uid:\t0")
        return int(line.split()[1]) in self.uids


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
        if self.note in ("c", "x"):
            return "compile_error" if self.note == "c" else "no_such_program"
        return "runtime_error" if killed_by or exit_code or self.over else "ok"


class LocalSupervisor(Supervisor):
    """The same without a container: an ordinary process, whose programs confine themselves (confine.py).

    Programs are told apart by descent: orphans come to us as the subreaper. Started by root they get uids of their own
    as in a container; started by anybody else they share ours, and only Landlock stands between.
    """

    def __init__(self, host, directory, config):
        sys.path.insert(0, directory)
        import confine

        confine.LIBC.prctl(confine.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        super().__init__(host, directory, config)

    def make_usage(self, config):
        return LocalUsage(config["cpus"], self)

    def kill(self):
        """Stop all before any is killed, so that a bomb cannot fork faster than we find its parts."""
        if os.getuid() == 0:
            super().kill()
        for how in (signal.SIGSTOP, signal.SIGSTOP, signal.SIGKILL):
            for pid in self.survivors():
                with contextlib.suppress(OSError):
                    os.kill(pid, how)

    def survivors(self):
        ours = {zygote.pid for zygote in self.zygotes.values()}
        return [pid for pid in descendants(os.getpid()) if pid not in ours]

    def reset(self):
        if not self.sweep(files_too=True):
            return False
        wipe(WORK, os.getuid())
        return not os.listdir(WORK)


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


def stat_of(pid):
    """The numbers of /proc/PID/stat from the state on: index 1 is the parent, 11 to 14 are CPU ticks, 21 pages."""
    with open(f"/proc/{pid}/stat", "rb") as f:
        fields = f.read().rpartition(b")")[2].split()
    return [fields[0], *map(int, fields[1:])]


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


class Zygote:
    """A pre-imported interpreter that forks programs on demand. It never sees their data: what it forks is clean."""

    def __init__(self, directory, kind):
        self.sock, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "HOME": WORK,
            "TMPDIR": WORK, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1",
            # A BLAS that starts a thread per core of the host would only fight for the one core of the slot.
            "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
        }  # fmt: skip
        self.pid = os.fork()
        if self.pid == 0:
            os.set_inheritable(theirs.fileno(), True)
            path = os.path.join(directory, "zygote.py")
            confined = "confined" if WORK != "/tmp" else ""
            os.execve(
                sys.executable,
                ["python3", "-s", path, str(theirs.fileno()), kind, WORK, confined],
                environment,
            )
        theirs.close()
        self.sock.settimeout(20)
        self.orders = 0
        if self.receive() != kind:
            raise SlotLostError(f"no interpreter with {kind}")

    def fork(self, order, fds):
        """Start a process; returns the number that `ended` will name it by."""
        self.orders += 1
        try:
            rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))
            self.sock.sendmsg([marshal.dumps({**order, "number": self.orders})], [rights])
        except OSError as e:
            raise SlotLostError(str(e)) from e
        return self.orders

    def ended(self):
        """(number, wait status, largest resident kB) of a process that ended."""
        return self.receive()

    def receive(self):
        try:
            message = self.sock.recv(65536)
        except OSError as e:
            raise SlotLostError(str(e)) from e
        if not message:
            raise SlotLostError("the pre-imported interpreter died")
        return marshal.loads(message)


@contextlib.contextmanager
def acting_as(uid):
    """Be `uid` for a moment, with the saved uid as the way back: rights over its files and processes, and no others."""
    if os.getuid() == uid:
        yield
        return
    os.setresuid(uid, uid, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


def put_file(name, mode, content):
    """Write a read-only file of ours into the working directory; the sticky bit keeps programs from replacing it."""
    path = os.path.join(WORK, name)
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        while content:
            content = content[os.write(fd, content) :]
    finally:
        os.close(fd)


def read_regular(path):
    """The content of a regular file, or None: links, pipes and devices are not followed, opened or waited for."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(fd, "rb") as f:
        return f.read() if stat.S_ISREG(os.fstat(fd).st_mode) else None


def wipe(top, uid):
    """Remove all that `uid` owns under `top`. Folders are flattened: no depth can exhaust stack or descriptors."""
    top_fd = os.open(top, os.O_RDONLY | os.O_DIRECTORY)
    try:
        serial = 0
        names = os.listdir(top_fd)
        while names:
            name = names.pop()
            try:
                found = os.stat(name, dir_fd=top_fd, follow_symlinks=False)
                if found.st_uid != uid:
                    continue
                if not stat.S_ISDIR(found.st_mode):
                    os.unlink(name, dir_fd=top_fd)
                    continue
                os.chmod(name, 0o700, dir_fd=top_fd)
                inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top_fd)
                try:
                    for child in os.listdir(inner):
                        serial += 1
                        moved = f".wiped-{serial}"
                        if stat.S_ISDIR(
                            os.stat(child, dir_fd=inner, follow_symlinks=False).st_mode
                        ):
                            os.chmod(
                                child, 0o700, dir_fd=inner
                            )  # renaming a folder writes its "..": needs w
                            os.rename(child, moved, src_dir_fd=inner, dst_dir_fd=top_fd)
                            names.append(moved)
                        else:
                            os.unlink(child, dir_fd=inner)
                finally:
                    os.close(inner)
                os.rmdir(name, dir_fd=top_fd)
            except OSError as e:
                if e.errno != errno.ENOENT:
                    return  # reset() looks at what is left and gives the slot up
    finally:
        os.close(top_fd)


def free_space():
    state = os.statvfs(WORK)
    return state.f_bfree, state.f_ffree


def no_queues():
    """POSIX message queues outlive their makers; the limits forbid them, and this is how we know."""
    try:
        return not os.listdir("/dev/mqueue")
    except FileNotFoundError:
        return True


def write(fd, content):
    """Put `content` at the beginning of `fd`, whose position stays where it is."""
    at = 0
    while at < len(content):
        at += os.pwrite(fd, content[at : at + (1 << 24)], at)


def cut(stream, ends, most):
    """What was written to `stream`, in parts: (its first `most` bytes, its size) for each of `ends`. Leaves it empty.

    Ends may be any numbers. Of an honest process only the last part can reach beyond what is read here.
    """
    size = os.fstat(stream).st_size
    if not size:
        return [(b"", 0)] * len(ends)
    content = os.pread(stream, min(size, most + STRETCH_OUTPUT), 0)
    os.ftruncate(stream, 0)
    ends = [min(end, size) for end in ends]
    starts = [0, *ends[:-1]]
    return [(content[a : min(b, a + most)], b - a) for a, b in zip(starts, ends, strict=True)]


def queued_s(pid):
    """Seconds the threads of `pid` were ready to run and got no CPU: the longest of them."""
    longest = 0.0
    with contextlib.suppress(OSError, ValueError, IndexError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/schedstat") as f:
                longest = max(longest, int(f.read().split()[1]) / 1e9)
    return longest


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
