"""PID 1 of a slot: takes requests from the host, runs programs through the zygotes, and leaves nothing behind.

It is root inside with three capabilities (SETUID, SETGID, KILL) and reads nothing that a program wrote except bytes it
copies and small fixed records; it never sees an expected output. When the host's end of the socket closes, however the
owner died, it exits, and the container with it. Standard library only; started as
`python3 -I supervisor.py DIRECTORY CONFIG-AS-JSON`, where DIRECTORY holds this file, its siblings and the socket.
"""

import array
import contextlib
import glob
import json
import marshal
import math
import os
import signal
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # which -I leaves out

from files import acting_as, free_space, no_queues, put_file, read_regular, wipe
from trial import REPLY_BYTES, RESET_S, SlotLostError, Trial
from usage import LocalUsage, Usage, descendants, threads_of

LENGTHS = struct.Struct("!II")
WORK = "/tmp"
ZYGOTE_S = 120.0  # in which an interpreter must start; with numpy 0.2 s on an idle machine


class NoInterpreterError(SlotLostError):
    """An interpreter ended before it was ready: something that it imports is not here."""


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


class Supervisor:
    """One slot: its zygotes, its counters and the identities its programs run under."""

    def __init__(self, host, directory, config):
        self.host = host
        self.directory = directory
        self.uids = config["uids"]  # [program's, judge's]
        self.zygotes = {}
        self.usage = self.make_usage(config)
        self.open_shared_memory()
        self.clean_files = free_space(WORK)

    def open_shared_memory(self):
        """Semaphores and shared memory (multiprocessing) are files in /dev/shm; here in /tmp, and wiped with it."""
        with contextlib.suppress(
            OSError
        ):  # a runtime that has its own, or lets nobody write to /dev
            os.symlink(WORK, "/dev/shm")

    def make_usage(self, config):
        return Usage(config["cpus"])

    def zygote(self, kind):
        """The interpreter of this kind, started when first asked for: numpy costs 100 ms once, and 20 MB."""
        if kind not in self.zygotes:
            try:
                self.zygotes[kind] = Zygote(self.directory, kind)
            except NoInterpreterError:  # no numpy in this image: the program will say so
                if kind != "numpy":
                    raise
                self.zygotes[kind] = self.zygote("full")
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
                put_file(WORK, name, mode, content)
            while len(results) < len(tests) and sum(map(len, payload)) < REPLY_BYTES:
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
            put_file(WORK, name, 0o444, content)
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
        return free_space(WORK) == self.clean_files and no_queues()

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


class LocalSupervisor(Supervisor):
    """The same without a container: an ordinary process, whose programs confine themselves (confine.py).

    Programs are told apart by descent: orphans come to us as the subreaper. Started by root they get uids of their own
    as in a container; started by anybody else they share ours, and only Landlock stands between.
    """

    def __init__(self, host, directory, config):
        import confine

        confine.LIBC.prctl(confine.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.others, self.counted = 0, -math.inf
        super().__init__(host, directory, config)

    def make_usage(self, config):
        return LocalUsage(config["cpus"], self)

    def open_shared_memory(self):
        """That of the machine, where programs may not write."""

    def trial(self, request, source, tests):
        """The kernel counts the threads of a user: where programs are ours, a trainer's, too, and other slots'."""
        if self.uids[0] == os.getuid() and time.monotonic() > self.counted + 1:
            self.others, self.counted = threads_of(self.uids[0]) + 64, time.monotonic()
        limits = request["limits"]
        limits = {**limits, "processes": limits["processes"] + self.others}
        return super().trial({**request, "limits": limits}, source, tests)

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
        self.sock.settimeout(ZYGOTE_S)
        self.orders = 0
        if self.receive(NoInterpreterError) != kind:
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

    def receive(self, death=SlotLostError):
        try:
            message = self.sock.recv(65536)
        except OSError as e:
            raise SlotLostError(str(e)) from e
        if not message:
            raise death("the pre-imported interpreter died")
        return marshal.loads(message)


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
