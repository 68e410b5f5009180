"""`open_sandbox()`: jobs in, results out, over warm slots and any number of calling threads."""

from __future__ import annotations

import atexit
import concurrent.futures
import contextlib
import os
import queue
import threading
import weakref
from typing import TYPE_CHECKING, Literal

from r1rewards.errors import BadCallError, SandboxUnavailableError
from r1rewards.sandbox.attempt import Artefacts, Attempt, Task, down, input_bytes, profile_of
from r1rewards.sandbox.containers import Backend, Pool, SlotLostError
from r1rewards.sandbox.docker import Engine
from r1rewards.sandbox.jobs import (
    Asserts,
    Call,
    Job,
    JobResult,
    Limits,
    Status,
    Stdin,
    Toolchain,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST_INPUT = 64 << 20  # bytes of one test's input and files: they are held in the slot's memory


def open_sandbox(
    backend: Literal["docker", "local"] = "docker",
    *,
    slots: int | None = None,
    runtime: str | None = None,
) -> Sandbox:
    """A sandbox of its own; `shared_sandbox` is what rewards use.

    slots: programs run at once; None is the number of CPUs this process may use.
    runtime: an OCI runtime of the Docker engine, in place of its default.
    Nothing is started before the first job; `ping()` raises SandboxUnavailableError where nothing can be.
    """
    if slots is None:
        slots = (
            len(os.sched_getaffinity(0))
            if hasattr(os, "sched_getaffinity")
            else os.cpu_count() or 1
        )
    if slots < 1:
        raise BadCallError(f"slots is {slots!r}; give a number above 0.")
    if backend == "docker":
        return Sandbox(Engine(runtime), slots)
    if backend == "local":
        from r1rewards.sandbox.local import Local

        return Sandbox(Local(), slots)
    raise BadCallError(f"no sandbox backend {backend!r}; there are 'docker' and 'local'.")


_shared: dict[str, Sandbox] = {}
_shared_lock = threading.Lock()


def shared_sandbox(backend: Literal["docker", "local"] = "docker") -> Sandbox:
    """The one sandbox of this process for `backend`: slots are warm for whoever scores next."""
    with _shared_lock:
        if backend not in _shared:
            _shared[backend] = open_sandbox(backend)
        return _shared[backend]


class Sandbox:
    """Runs jobs on at most `slots` slots at once. Usable from any thread.

    A forked child gets slots of its own; those of its parent are left alone. Slots stop at `close()`, at exit, and when
    this process dies in any other way.
    """

    def __init__(self, backend: Backend, slots: int) -> None:
        self.backend = backend
        self.slots = slots
        self._begin()
        _open.add(self)

    def _begin(self) -> None:
        self.pool = Pool(self.backend, self.slots)
        self._queue: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._compiled = Artefacts()
        self._closed = False

    def ping(self) -> None:
        """Raises SandboxUnavailableError, with what to do, where no program can be run."""
        self.backend.ping()

    def submit(self, job: Job, *, deadline: float | None = None) -> JobHandle:
        """Queue one job. deadline: `time.monotonic()` after which it is given up with Status.DEADLINE."""
        check(job)
        task = Task(job, deadline, concurrent.futures.Future())
        with self._lock:
            if self._closed:
                raise BadCallError("the sandbox was closed; open a new one.")
            if len(self._threads) < self.slots:
                name = f"r1rewards-slot-{len(self._threads)}"
                thread = threading.Thread(
                    target=self._work, args=(self._queue,), name=name, daemon=True
                )
                self._threads.append(thread)
                thread.start()
            self._queue.put(task)
        return JobHandle(task.future)

    def run(self, jobs: Sequence[Job], *, deadline: float | None = None) -> list[JobResult]:
        """Results in the order of `jobs`; those with most tests start first. Never raises for a job's sake."""
        order = sorted(range(len(jobs)), key=lambda i: -_tests_of(jobs[i]))
        handles = {i: self.submit(jobs[i], deadline=deadline) for i in order}
        return [handles[i].result() for i in range(len(jobs))]

    def warm(
        self, toolchain: Toolchain, limits: Limits | None = None, slots: int | None = None
    ) -> None:
        """Start slots before they are needed. Raises SandboxUnavailableError where that is not possible."""
        profile = profile_of(toolchain, limits or Limits())
        with concurrent.futures.ThreadPoolExecutor(slots or self.slots) as threads:
            started = list(
                threads.map(lambda _: self.pool.get(profile), range(slots or self.slots))
            )
        for slot in started:
            self.pool.put(slot)

    def close(self) -> None:
        """Stop all slots; what is still queued is SANDBOX_DOWN. Also done at exit."""
        with self._lock:
            self._closed = True
            threads, self._threads = self._threads, []
            for _ in threads:
                self._queue.put(None)
        self.pool.close()
        for thread in threads:
            thread.join(timeout=5)
        with contextlib.suppress(queue.Empty):
            while True:
                task = self._queue.get_nowait()
                if task is not None:
                    task.future.set_result(down("the sandbox was closed", self.backend))

    def __enter__(self) -> Sandbox:  # noqa: PYI034 - Self needs Python 3.11
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _work(self, tasks: queue.SimpleQueue[Task | None]) -> None:
        """One thread per slot at work: the engine and the sockets block, and Python's threads are cheap at that."""
        while (task := tasks.get()) is not None:
            try:
                result = self._attempt_twice(task)
            except BaseException as e:  # noqa: BLE001 - a bug of ours, or of is_right, belongs to the one who waits
                task.future.set_exception(e)
            else:
                task.future.set_result(result)

    def _attempt_twice(self, task: Task) -> JobResult:
        """A lost slot says nothing about the program: once more, on a fresh one. Twice is our failure."""
        lost = ""
        for _ in range(2):
            if task.passed:
                break
            try:
                return Attempt(self.pool, self._compiled, task, fresh=bool(lost)).result()
            except SlotLostError as e:
                lost = str(e)
            except TimeoutError:
                break
            except SandboxUnavailableError as e:
                return down(str(e), self.backend)
        if task.passed:
            return JobResult(
                Status.DEADLINE, note="the deadline passed", isolation=self.backend.isolation
            )
        return down(f"two slots were lost: {lost}", self.backend)

    def _after_fork(self) -> None:
        self.pool.forget()
        self._begin()


class JobHandle:
    """A job that was submitted."""

    def __init__(self, future: concurrent.futures.Future[JobResult]) -> None:
        self._future = future

    def result(self, timeout_s: float | None = None) -> JobResult:
        """Wait for the result. Raises TimeoutError after `timeout_s`; the job goes on."""
        try:
            return self._future.result(timeout_s)
        except concurrent.futures.TimeoutError as e:
            raise TimeoutError(f"no result after {timeout_s} s") from e


def check(job: Job) -> None:
    """Raises BadCallError for a job that cannot be run as asked."""
    if isinstance(job.tests, Asserts):
        if job.toolchain.run_argv:
            raise BadCallError(f"asserts are for Python programs, not {job.toolchain.name}.")
        return
    tests: Sequence[Stdin | Call] = job.tests
    kinds = {type(test) for test in tests}
    if not job.tests or len(kinds) > 1:
        raise BadCallError("a job needs at least one test, all Stdin or all Call.")
    if kinds == {Call} and job.toolchain.run_argv:
        raise BadCallError(f"function calls are for Python programs, not {job.toolchain.name}.")
    for i, test in enumerate(tests):
        if input_bytes(test) > LARGEST_INPUT:
            raise BadCallError(f"test {i}: more than {LARGEST_INPUT >> 20} MB of input.")


def _tests_of(job: Job) -> int:
    return 1 if isinstance(job.tests, Asserts) else len(job.tests)


_open: weakref.WeakSet[Sandbox] = weakref.WeakSet()


def _close_all() -> None:
    for sandbox in list(_open):
        sandbox.close()


def _forget_all() -> None:
    global _shared_lock  # noqa: PLW0603 - another thread of the parent may have held it
    _shared_lock = threading.Lock()
    for sandbox in list(_open):
        sandbox._after_fork()  # noqa: SLF001


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
