"""One attempt at one job on a slot: what is sent, and what the answers say."""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import re
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from r1rewards.sandbox.containers import Backend, GoOn, Pool, Slot
from r1rewards.sandbox.docker import Profile
from r1rewards.sandbox.jobs import (
    Asserts,
    Call,
    Job,
    JobResult,
    Limits,
    Status,
    Stdin,
    TestResult,
    Toolchain,
)
from r1rewards.sandbox.splitting import why_not_split
from r1rewards.sandbox.traces import leaves_nothing, may_share_a_process

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ARTEFACTS_MB = 256  # compiled programs kept for the next job with the same source and flags
REQUEST_BYTES = 8 << 20  # tests are sent in groups of about this size
KEPT_OUTPUT = (
    16 << 10
)  # bytes of an output that has been judged: a batch may hold 20,000 results until it ends
STACK_MB = 64  # of a Python program; one that is executed gets all its memory, as contests do
NUMPY = re.compile(r"^\s*(?:import|from)\s+(?:numpy|scipy|pandas)\b", re.MULTILINE)


def profile_of(toolchain: Toolchain, limits: Limits) -> Profile:
    """The slot that programs of this toolchain and these limits need.

    What is in /tmp and in its two streams outlives a program that the kernel kills for memory: with half of the memory
    for one and a quarter for each of the others there is room left for the supervisor, or it would be killed next.
    """
    tmp_mb = min(limits.tmp_mb, max(1, limits.memory_mb // 2))
    return Profile(toolchain.image, limits.memory_mb, limits.processes, tmp_mb, limits.tmp_files)


@dataclass(slots=True)
class Task:
    """A job that waits for a slot. deadline: `time.monotonic()` after which it is given up."""

    job: Job
    deadline: float | None
    future: concurrent.futures.Future[JobResult]

    @property
    def passed(self) -> bool:
        """True once the deadline has passed."""
        return self.deadline is not None and time.monotonic() > self.deadline


class _ToolMissingError(Exception):
    """The image has no such compiler or interpreter."""


class Attempt:
    """One attempt at one job, from a slot's being taken to its being given back."""

    def __init__(self, pool: Pool, compiled: Artefacts, task: Task, *, fresh: bool) -> None:
        self.pool = pool
        self.compiled = compiled
        self.task = task
        self.job = task.job
        self.fresh = fresh
        self.isolation = pool.backend.isolation

    def result(self) -> JobResult:
        """Run the job. Raises SlotLostError, SandboxUnavailableError, TimeoutError."""
        try:
            files = self._build()
            if isinstance(files, JobResult):
                return files
            with self._slot(self.job.limits) as slot:
                if isinstance(self.job.tests, Asserts):
                    return _AssertRun(self, slot, self.job.tests).result()
                return _TestRun(self, slot, files, self.job.tests).result()
        except _ToolMissingError as e:
            return down(f"image {self.job.toolchain.image}: {e}", self.pool.backend)

    @contextlib.contextmanager
    def _slot(self, limits: Limits) -> Iterator[Slot]:
        profile = profile_of(self.job.toolchain, limits)
        slot = self.pool.get(profile, self.task.deadline)
        while self.fresh and slot.programs:  # the second attempt is not for a slot with a history
            self.pool.destroy(slot)
            slot = self.pool.get(profile, self.task.deadline)
        try:
            yield slot
        finally:
            self.pool.put(slot)

    def _build(self) -> list[tuple[str, int, bytes]] | JobResult:
        """The files a program needs to run: its source, or what the compiler made of it."""
        toolchain = self.job.toolchain
        source = (toolchain.file_name, 0o444, source_bytes(self.job))
        if not toolchain.run_argv:
            return []  # Python: the source goes to the interpreter, not to a file
        if not toolchain.compile_argv:
            return [source]
        key = (toolchain.image, toolchain.compile_argv, toolchain.file_name, source[2])
        kept = self.compiled.get(key)
        if kept is not None:
            return kept
        found = self._compile([source])
        if not isinstance(found, JobResult):
            self.compiled.put(key, found)
        return found

    def _compile(
        self, files: list[tuple[str, int, bytes]]
    ) -> list[tuple[str, int, bytes]] | JobResult:
        toolchain, limits = self.job.toolchain, self.job.toolchain.compile_limits
        with self._slot(limits) as slot:
            header = {
                **self.header("exec", limits, files),
                "argv": list(toolchain.compile_argv),
                "keep": list(toolchain.artefacts),
            }
            reply, payload = self.ask(
                slot, header, [*(f[2] for f in files), b""], [Stdin()], limits
            )
        test = reply["tests"][0]
        said = (payload[0] + payload[1]).decode("utf-8", "replace")[-4000:]
        kept = list(zip(reply["kept"], payload[2:], strict=True))
        if test["status"] != "ok" or not kept:
            why = said or f"the compiler ended with {test['status']}"
            return JobResult(Status.COMPILE_ERROR, note=why, isolation=self.isolation)
        return [(name, 0o555, content) for name, content in kept]

    def header(
        self, mode: str, limits: Limits, files: Sequence[tuple[str, int, bytes]] = ()
    ) -> dict[str, Any]:
        """What every request says."""
        toolchain = self.job.toolchain
        stack_mb = limits.memory_mb if mode == "exec" else STACK_MB
        return {
            "mode": mode,
            "zygote": "plain"
            if mode == "exec"
            else "numpy"
            if NUMPY.search(self.job.source)
            else "plain"
            if mode == "python"
            else "full",
            "name": toolchain.file_name,
            "files": [[name, bits] for name, bits, _ in files],
            "env": dict(toolchain.env),
            "limits": {
                "cpu_s": limits.cpu_s,
                "wall_s": limits.wall_backstop_s,
                "output_bytes": limits.output_kb << 10,
                "file_bytes": max(
                    min(limits.tmp_mb << 20, limits.memory_mb << 18), (limits.output_kb << 10) + 1
                ),
                "stack_bytes": stack_mb << 20,
                "memory_bytes": limits.memory_mb << 20,
                "processes": limits.processes,
            },
        }

    def ask(
        self,
        slot: Slot,
        header: dict[str, Any],
        blobs: list[bytes],
        tests: Sequence[Stdin | Call],
        limits: Limits,
        *,
        share: bool = False,
        go_on: GoOn | None = None,
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Run `tests` in one request. The supervisor keeps the limits; we only guard against its own death."""
        per_process_s = limits.cpu_s * (len(tests) if share else 1)
        header["limits"]["process_cpu_s"] = int(per_process_s) + 2
        header["share"] = share
        header["stop"] = self.job.stop_at_first_failure
        header["tests"] = [_test_header(test) for test in tests]
        for test in tests:
            blobs.append(_input(test))
            blobs += test.files.values() if isinstance(test, Stdin) else ()
        until = time.monotonic() + 60 + len(tests) * 21 * limits.wall_backstop_s
        until = min(until, self.task.deadline or until)
        reply, payload = slot.request(header, blobs, until, go_on)
        for i, test_reply in enumerate(reply["tests"]):
            if test_reply["status"] == "no_such_program":
                raise _ToolMissingError(payload[2 * i + 1].decode("utf-8", "replace"))
        return reply, payload


class _TestRun:
    """Stdin and Call tests: several in one process first where that is allowed, then by themselves."""

    def __init__(
        self,
        run: Attempt,
        slot: Slot,
        files: list[tuple[str, int, bytes]],
        tests: tuple[Stdin, ...] | tuple[Call, ...],
    ) -> None:
        self.run = run
        self.slot = slot
        self.job = run.job
        self.files = files
        self.tests: Sequence[Stdin | Call] = tests
        self.done: dict[int, TestResult] = {}
        self.is_over = False  # nothing more to learn: it does not compile, or one failure is enough and is there
        self.doubtful: dict[int, TestResult] = {}  # failed in a process that had run others before
        self.mode = (
            "exec"
            if self.job.toolchain.run_argv
            else "call"
            if isinstance(tests[0], Call)
            else "python"
        )
        self.share = self._may_share()

    def _may_share(self) -> bool:
        if self.mode == "exec" or len(self.tests) < 2 or self.job.processes == "per_test":
            return False
        if any(isinstance(test, Stdin) and (test.files or test.argv) for test in self.tests):
            return False
        return self.job.processes == "per_program" or may_share_a_process(self.job.source)

    def result(self) -> JobResult:
        if self.share:
            self._run_together()
        while not self.is_over and (waiting := self._waiting()):
            for i, result, _ in self._ask(self._group(waiting), share=False):
                if not self._conclude(i, result, self._is_right(i, result)):
                    break
        return self._collect()

    def _waiting(self) -> list[int]:
        return [i for i in range(len(self.tests)) if i not in self.done]

    def _run_together(self) -> None:
        """Settle what can be where tests share a process; the rest is left to be run alone."""
        waiting = self._waiting()
        while waiting and self.share and not self.is_over:
            found = self._ask(self._group(waiting), share=True)
            waiting = waiting[len(found) :]
            for position, (i, result, note) in enumerate(found):
                self._settle(i, result, first=position == 0 and note != "f")
                self.share &= note != "f"
                if self.is_over or not self.share:
                    break
        self.share = False
        self._look_at_one()

    def _look_at_one(self) -> None:
        """Of a script that leaves nothing behind, run the last failure alone: if it is the same, so are the others."""
        alike = {
            i: result for i, result in self.doubtful.items()
            if result.status in (Status.OK, Status.RUNTIME_ERROR) and result.signal is None
        }  # fmt: skip
        if not alike or self.mode != "python" or not leaves_nothing(self.job.source):
            return
        last, before = alike.popitem()
        ((_, alone, _),) = self._ask([last], share=False)
        is_same = alone.status is before.status and alone.stdout[:KEPT_OUTPUT] == before.stdout
        if self._conclude(last, alone, self._is_right(last, alone)) and is_same:
            self.done |= alike

    def _settle(self, i: int, result: TestResult, *, first: bool) -> None:
        """Final where it is right, or was alone in its process so far; else it gets a process of its own.

        At once where a failure would end the job, else together with the others: one request for all of them.
        """
        is_right = self._is_right(i, result)
        if not first and not is_right:
            self.doubtful[i] = self._shortened(result, is_right)
            if not self.job.stop_at_first_failure:
                return
            ((_, result, _),) = self._ask([i], share=False)
            is_right = self._is_right(i, result)
        self._conclude(i, result, is_right)

    def _conclude(self, i: int, result: TestResult, is_right: bool) -> bool:
        """Let this result count. False where it shows that nothing so far may: all tests are then run alone.

        A program that can tell whether it shares a process would have two guesses at each test: one there, and where
        that was wrong another one alone.
        """
        before = self.doubtful.pop(i, None)
        if before is not None and before.status is Status.OK and is_right:
            self.done, self.doubtful, self.share = {}, {}, False
            return False
        self.done[i] = self._shortened(result, is_right)
        self.is_over |= result.status is Status.COMPILE_ERROR
        self.is_over |= self.job.stop_at_first_failure and not is_right
        return True

    def _shortened(self, result: TestResult, is_right: bool) -> TestResult:
        """The beginning of a long output, and what was decided while it was whole."""
        stdout, value = result.stdout, result.value
        if self.job.is_right is None or max(len(stdout), len(value or b"")) <= KEPT_OUTPUT:
            return result
        value = value and value[:KEPT_OUTPUT]
        return replace(result, passed=is_right, stdout=stdout[:KEPT_OUTPUT], value=value)

    def _is_right(self, i: int, result: TestResult) -> bool:
        return result.status is Status.OK and (
            self.job.is_right is None or self.job.is_right(i, result)
        )

    def _group(self, waiting: list[int]) -> list[int]:
        """The next tests to send: one where the answer decides about the next, else as many as fit in a request."""
        if not self.share and self.job.stop_at_first_failure:
            return waiting[:1]
        group: list[int] = []
        size = 0
        for i in waiting:
            size += input_bytes(self.tests[i])
            if group and size > REQUEST_BYTES:
                break
            group.append(i)
        return group

    def _ask(self, group: list[int], *, share: bool) -> list[tuple[int, TestResult, str | None]]:
        job = self.job
        header = self.run.header(self.mode, job.limits, self.files)
        header["argv"] = list(job.toolchain.run_argv)
        tests = [self.tests[i] for i in group]
        blobs = [
            *(content for _, _, content in self.files),
            b"" if self.mode == "exec" else source_bytes(job),
        ]

        def go_on(first: dict[str, Any], outputs: list[bytes]) -> bool:
            return self._is_right(group[0], self._read(first, *outputs))

        reply, payload = self.run.ask(
            self.slot, header, blobs, tests, job.limits, share=share, go_on=go_on
        )
        return [
            (i, self._read(test, *payload[2 * k : 2 * k + 2]), test["note"])
            for k, (i, test) in enumerate(zip(group, reply["tests"], strict=False))
        ]

    def _read(self, test: dict[str, Any], stdout: bytes, stderr: bytes) -> TestResult:
        result = _test_result(test, stdout, stderr)
        if self.mode != "call":
            return result
        if result.status is Status.OK and not stdout:
            note = stderr + b"\nthe program ended without returning a value"
            return replace(result, status=Status.RUNTIME_ERROR, stderr=note.strip())
        return replace(result, stdout=b"", value=stdout if result.status is Status.OK else None)

    def _collect(self) -> JobResult:
        results = [self.done.get(i, TestResult(Status.NOT_RUN)) for i in range(len(self.tests))]
        broken = next((r for r in results if r.status is Status.COMPILE_ERROR), None)
        if broken is not None:
            note = broken.stderr.decode("utf-8", "replace")
            return JobResult(Status.COMPILE_ERROR, note=note, isolation=self.run.isolation)
        return JobResult(Status.OK, tuple(results), isolation=self.run.isolation)


class _AssertRun:
    """Test code against a program: split over two processes, or together in one where that is impossible."""

    def __init__(self, run: Attempt, slot: Slot, tests: Asserts) -> None:
        self.run = run
        self.slot = slot
        self.job = run.job
        self.tests = tests

    def result(self) -> JobResult:
        why = why_not_split(self.tests.code)
        if why and not self.job.low_trust:
            note = f"the tests cannot be split from the program: {why}"
            return JobResult(Status.REFUSED, note=note, isolation=self.run.isolation)
        header = self.run.header("together" if why else "asserts", self.job.limits)
        if NUMPY.search(self.tests.code):
            header["zygote"] = "numpy"
        given = {
            "code": self.tests.code,
            "entry": self.tests.entry_point,
            "stop": self.job.stop_at_first_failure,
        }
        reply, payload = self.run.ask(
            self.slot,
            header,
            [source_bytes(self.job)],
            [Stdin(json.dumps(given).encode())],
            self.job.limits,
        )
        result = self._read(reply["tests"][0], *payload[:2])
        return replace(result, trust="low") if why else result

    def _read(self, test: dict[str, Any], records: bytes, stderr: bytes) -> JobResult:
        """What the judge wrote down: the number of asserts, how each ended, and whether it came to the end."""
        whole = _test_result(test, b"", stderr)
        isolation = self.run.isolation
        if whole.status is Status.COMPILE_ERROR:
            return JobResult(
                whole.status, note=stderr.decode("utf-8", "replace"), isolation=isolation
            )
        count, ended, seen = _read_records(records)
        if ended.startswith("B"):
            return JobResult(Status.BAD_TESTS, note=ended[2:], isolation=isolation)
        if count == 0 and whole.status is Status.OK:
            note = "the test code has no assert outside of its functions"
            return JobResult(Status.BAD_TESTS, note=note, isolation=isolation)
        results = []
        for site in range(count or 1):
            how = seen.get(site)
            if how is not None:
                word = Status.RUNTIME_ERROR if how == "r" else Status.OK
                results.append(replace(whole, status=word, passed=how == "1"))
            elif not ended.startswith("E"):
                missing = Status.NOT_RUN if ended.startswith("F") else whole.status
                missing = Status.RUNTIME_ERROR if missing is Status.OK else missing
                results.append(replace(whole, status=missing, passed=False))
        if not results:  # such as a loop over what the program gave, and it gave nothing
            results.append(replace(whole, passed=False))
            ended = "E no assert was reached"
        return JobResult(Status.OK, tuple(results), note=ended[2:], isolation=isolation)


def _read_records(records: bytes) -> tuple[int, str, dict[int, str]]:
    """(asserts, last word, assert -> "1" held every time, "0" did not, "r" raised)."""
    seen: dict[int, str] = {}
    count, ended = 0, ""
    for line in records.decode("utf-8", "replace").splitlines():
        head, _, rest = line.partition(" ")
        if head == "S" and rest.isdigit():
            count = int(rest)
        elif head in ("A", "B", "E", "F"):
            ended = line
        elif head.isdigit() and seen.get(int(head), "1") == "1":
            seen[int(head)] = rest
    return count, ended, seen


def _test_result(test: dict[str, Any], stdout: bytes, stderr: bytes) -> TestResult:
    return TestResult(
        status=Status(test["status"]),
        stdout=stdout,
        stderr=stderr,
        exit_code=test["exit"],
        signal=test["signal"],
        cpu_ms=test["cpu_ms"],
        wall_ms=test["wall_ms"],
        memory_mb=test["memory_mb"],
    )


def _input(test: Stdin | Call) -> bytes:
    return test.function.encode() + b"\0" + test.args if isinstance(test, Call) else test.input


def _test_header(test: Stdin | Call) -> dict[str, Any]:
    if isinstance(test, Call) or not (test.argv or test.files):
        return {}
    return {"argv": list(test.argv), "files": list(test.files)}


def input_bytes(test: Stdin | Call) -> int:
    """What a test sends into the slot."""
    if isinstance(test, Call):
        return len(test.args)
    return len(test.input) + (sum(map(len, test.files.values())) if test.files else 0)


def source_bytes(job: Job) -> bytes:
    """The program's text as UTF-8; a lone surrogate becomes bytes that no compiler takes."""
    return job.source.encode("utf-8", "surrogatepass")


def down(note: str, backend: Backend) -> JobResult:
    """Our failure, not the program's: the job is unscored."""
    return JobResult(Status.SANDBOX_DOWN, note=note, isolation=backend.isolation)


class Artefacts:
    """Compiled programs by source and flags; the least recently used go first. Thread-safe."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Any, list[tuple[str, int, bytes]]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Any) -> list[tuple[str, int, bytes]] | None:
        """The files kept under `key`, or None."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Any, files: list[tuple[str, int, bytes]]) -> None:
        """Keep `files`, and drop the oldest where that is too much."""
        with self._lock:
            if key not in self._kept:
                self._kept[key] = files
                self._bytes += sum(len(content) for _, _, content in files)
            while self._bytes > ARTEFACTS_MB << 20:
                _, old = self._kept.popitem(last=False)
                self._bytes -= sum(len(content) for _, _, content in old)
