"""Processes that can be killed: for the few steps whose running time nothing else can bound.

Covered: a task that spins, recurses, fills memory or crashes its interpreter (that process is killed, the next task
gets a new one); calls from any thread, from daemonic multiprocessing children and from event loops; a caller that forks
(the child starts its own workers), that is killed by SIGKILL (its workers see the end of their pipe and leave, in the
middle of a task, too), or whose script has no `if __name__ == "__main__"` (it is never run again: workers start from
this module alone).
Not covered: hostile *code*. A worker is a plain process of the same user; programs belong in the sandbox.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import io
import json
import os
import pickle
import queue
import select
import signal
import struct
import subprocess
import sys
import threading
import time
import weakref
from concurrent.futures import Future
from typing import Any, NoReturn

from r1rewards.errors import BadCallError, WorkerDiedError, WorkerError, WorkerTimeoutError

_HEADER = struct.Struct(">I")
_START_S = (
    60.0  # importing sympy takes 0.3 s idle; a machine at load 50 is still no reason to give up
)
_BOOT = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from r1rewards.workers import serve; serve(sys.argv[2], int(sys.argv[3]))"
)


class WorkerPool:
    """At most `size` processes, each running the function `target` on one task at a time.

    target: `"package.module:function"`; imported in the worker only.
    cpu_s: CPU seconds one task may use, counted by the kernel, so that load does not change who is killed.
    wall_s: the backstop for a task that sleeps; by default 10 times cpu_s plus 5 s.
    memory_mb: address space of a worker, None for no limit.
    recycle: a worker is replaced after this many tasks, which bounds what caches and leaks can hold.

    Workers start with the first task. Arguments are pickled; results are plain data (numbers, str, bytes, list, tuple,
    dict, None): nothing that a worker sends can name a class.
    """

    def __init__(
        self,
        target: str,
        *,
        size: int = 1,
        cpu_s: float = 5.0,
        wall_s: float | None = None,
        memory_mb: int | None = 1024,
        recycle: int = 1000,
    ) -> None:
        if size < 1:
            raise BadCallError(f"size: a pool needs at least one worker, not {size}")
        self.target, self.size, self.cpu_s = target, size, cpu_s
        self.wall_s = 10 * cpu_s + 5 if wall_s is None else wall_s
        self.memory_mb, self.recycle = memory_mb, recycle
        self.started = 0  # processes started so far: tests and metrics count them
        self._reset()
        _POOLS.add(self)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._workers: set[_Worker] = set()
        self._closed = False

    def submit(self, *args: Any) -> Future[Any]:
        """Queue one call of the target; the future's result is its value.

        The future raises WorkerTimeoutError (limit reached), WorkerDiedError (out of memory, killed) or WorkerError
        (the target raised, could not be imported, or the process could not be started).
        """
        task = _Task(args)
        with self._lock:
            if self._closed:
                raise WorkerError("this WorkerPool is closed; make a new one")
            self._tasks.put(task)
            if self._tasks.qsize() > self._idle and len(self._threads) < self.size:
                thread = threading.Thread(
                    target=self._run_tasks, daemon=True, name="r1rewards-worker"
                )
                self._threads.append(thread)
                thread.start()
        return task.future

    def run(self, *args: Any) -> Any:
        """One call of the target, waited for. Raises as `submit` says."""
        return self.submit(*args).result()

    def close(self) -> None:
        """Kill the workers. Tasks still queued fail with WorkerError."""
        with self._lock:
            self._closed = True
            threads, workers = list(self._threads), list(self._workers)
        for _ in threads:
            self._tasks.put(None)
        for worker in workers:
            worker.process.kill()  # its thread sees the end of the pipe, and closes it: nobody else may
        with contextlib.suppress(queue.Empty):
            while True:
                task = self._tasks.get_nowait()
                if task is None:
                    self._tasks.put(None)
                    break
                task.future.set_exception(WorkerError("the WorkerPool was closed"))

    def _run_tasks(self) -> None:
        """One thread per process: take a task, have it done, hand over what came of it."""
        worker: _Worker | None = None
        while True:
            with self._lock:
                self._idle += 1
            task = self._tasks.get()
            with self._lock:
                self._idle -= 1
            if task is None:
                break
            if not task.future.set_running_or_notify_cancel():
                continue
            worker = self._do(task, worker)
        if worker is not None:
            worker.kill()

    def _do(self, task: _Task, worker: _Worker | None) -> _Worker | None:
        """Do one task; returns the worker for the next one, None where it has to be replaced."""
        try:
            if worker is None:
                worker = self._start()
            value = worker.call(task.args, self.cpu_s, self.wall_s)
        except WorkerError as e:
            if worker is not None and worker.is_dead:
                self._drop(worker)
                worker = None
            task.future.set_exception(e)
        except (pickle.PicklingError, TypeError, AttributeError) as e:
            task.future.set_exception(WorkerError(f"the arguments cannot be pickled: {e}"))
        else:
            task.future.set_result(value)
        if worker is not None and worker.calls >= self.recycle:
            self._drop(worker)
            worker = None
        return worker

    def _start(self) -> _Worker:
        worker = _Worker(self.target, self.memory_mb)
        with self._lock:
            self._workers.add(worker)
            self.started += 1
            is_closed = self._closed
        try:
            if is_closed:
                raise WorkerError("the WorkerPool was closed")  # noqa: TRY301
            worker.greet()
        except WorkerError:
            self._drop(worker)
            raise
        return worker

    def _drop(self, worker: _Worker) -> None:
        worker.kill()
        with self._lock:
            self._workers.discard(worker)

    def forget(self) -> None:
        """In a forked child: the parent's workers stay the parent's; this process starts its own."""
        for worker in self._workers:
            worker.disown()
        self._reset()


class _Task:
    __slots__ = ("args", "future")

    def __init__(self, args: tuple[Any, ...]) -> None:
        self.args = args
        self.future: Future[Any] = Future()


class _Worker:
    """One process and its two pipes, spoken to by one thread at a time."""

    def __init__(self, target: str, memory_mb: int | None) -> None:
        if not sys.executable:
            raise WorkerError(
                "sys.executable is empty: workers need the path of a Python interpreter"
            )
        paths = json.dumps([os.path.abspath(p) for p in sys.path])  # noqa: PTH100 - '' means here
        command = [sys.executable, "-I", "-c", _BOOT, paths, target, str(memory_mb or 0)]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        try:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own line
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env=environment, start_new_session=True,
            )  # fmt: skip
        except OSError as e:
            raise WorkerError(f"a worker could not be started: {e}") from e
        self.calls = 0
        self.is_dead = False

    def greet(self) -> None:
        """Wait until the worker has imported its target."""
        self._receive(_START_S, "starting")

    def call(self, args: tuple[Any, ...], cpu_s: float, wall_s: float) -> Any:
        self.calls += 1
        request = pickle.dumps((cpu_s, args), protocol=pickle.HIGHEST_PROTOCOL)
        try:
            _write(self.process.stdin, request)
        except OSError as e:
            self.kill()
            raise WorkerDiedError("the worker ended before it took the task") from e
        return self._receive(wall_s, f"a task of at most {cpu_s:g} CPU seconds")

    def _receive(self, wall_s: float, doing: str) -> Any:
        assert self.process.stdout is not None
        reply = _read(self.process.stdout.fileno(), time.monotonic() + wall_s)
        if reply is None:  # the time is over
            self.kill()
            raise WorkerTimeoutError(f"{doing}: no answer in {wall_s:g} s; the worker was killed")
        if reply == b"":  # the pipe is closed
            code = self.kill()
            if code == -signal.SIGPROF:
                raise WorkerTimeoutError(f"{doing}: CPU time is over")
            raise WorkerDiedError(f"{doing}: the worker ended with exit code {code}")
        kind, value = _PlainUnpickler(io.BytesIO(reply)).load()
        if kind == "memory":
            self.kill()
            raise WorkerDiedError(f"{doing}: the worker ran out of memory")
        if kind == "error":
            raise WorkerError(value)
        return value

    def kill(self) -> int | None:
        """End the process and close its pipes: for the thread that reads from them, and no other."""
        self.is_dead = True
        self.process.kill()
        code = self.process.wait()
        self._close_pipes()
        return code

    def disown(self) -> None:
        self.process.returncode = 0  # not our child: never wait for it
        self._close_pipes()

    def _close_pipes(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


class _PlainUnpickler(pickle.Unpickler):
    """Reads plain data only: a reply cannot name a class, so it cannot run code here."""

    def find_class(self, module: str, name: str) -> NoReturn:
        raise WorkerError(f"a worker's reply may hold plain data only, not {module}.{name}")


def _write(pipe: Any, payload: bytes) -> None:
    pipe.write(_HEADER.pack(len(payload)) + payload)
    pipe.flush()


def _read(fd: int, until: float) -> bytes | None:
    """One frame; b"" at the end of the pipe, None when the time is over."""
    header = _read_exactly(fd, _HEADER.size, until)
    return _read_exactly(fd, _HEADER.unpack(header)[0], until) if header else header


def _read_exactly(fd: int, size: int, until: float) -> bytes | None:
    chunks, missing = [], size
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    while missing:
        left_ms = max(0.0, until - time.monotonic()) * 1000
        if not poll.poll(left_ms):
            return None
        chunk = os.read(fd, min(missing, 1 << 20))
        if not chunk:
            return b""
        chunks.append(chunk)
        missing -= len(chunk)
    return b"".join(chunks)


def serve(target: str, memory_mb: int) -> None:
    """The worker's whole life: import the target, then answer requests until the pipe ends."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1):  # whatever a library prints must not land between two frames
        os.dup2(null, fd)
    try:
        module, _, name = target.partition(":")
        function = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as e:
        _write(replies, pickle.dumps(("error", f"cannot import {target}: {e}")))
        return
    if memory_mb:
        _limit_memory(memory_mb)
    threading.Thread(target=_leave_with_caller, args=(requests.fileno(),), daemon=True).start()
    _write(replies, pickle.dumps(("ok", None)))
    while header := requests.read(_HEADER.size):
        cpu_s, args = pickle.loads(requests.read(_HEADER.unpack(header)[0]))  # noqa: S301 - the parent wrote it
        _write(replies, pickle.dumps(_answer(function, args, cpu_s)))


def _leave_with_caller(requests: int) -> None:
    """End this process, in the middle of a task, too, when nobody holds the other end of its pipe any more."""
    poll = select.poll()
    poll.register(requests, 0)  # the hang-up is always reported
    poll.poll()
    os._exit(0)


def _answer(function: Any, args: tuple[Any, ...], cpu_s: float) -> tuple[str, Any]:
    # SIGPROF is left at its default, which ends the process: the kernel counts this process's CPU time, and no Python
    # code has to run for the limit to hold, be it in the middle of one long multiplication.
    signal.setitimer(signal.ITIMER_PROF, cpu_s)
    try:
        return "ok", function(*args)
    except MemoryError:
        return "memory", None
    except RecursionError:
        return "error", f"{function.__name__}: recursion too deep"
    except Exception as e:  # noqa: BLE001 - the boundary of the process: the parent raises it again as WorkerError
        return "error", f"{type(e).__name__}: {e}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _limit_memory(memory_mb: int) -> None:
    with contextlib.suppress(
        ImportError, ValueError, OSError
    ):  # no `resource` on Windows; a lower limit may stand
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))


_POOLS: weakref.WeakSet[WorkerPool] = weakref.WeakSet()


def _forget_all() -> None:
    for pool in list(_POOLS):
        pool.forget()


def _close_all() -> None:
    for pool in list(_POOLS):
        pool.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
atexit.register(_close_all)
