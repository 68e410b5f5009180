"""What goes into the sandbox and what comes out: data only, units in the names.

A `Job` is one program and its tests. It says nothing of expected outputs: those stay on the host, where whoever built
the job compares. The one thing of the host that travels with it is `is_right`, which decides what is run again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Literal, Protocol

from r1rewards.errors import BadCallError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Status(str, Enum):
    """How one test, or a whole job, ended. The values are those of `Verdict` where both have the word."""

    OK = "ok"  # it ended by itself with exit code 0, or the call returned; right or wrong is not ours to say
    COMPILE_ERROR = "compile_error"
    RUNTIME_ERROR = "runtime_error"
    TIME_LIMIT = "time_limit"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"
    # Not the program's doing.
    NOT_RUN = "not_run"  # an earlier test failed and the job asked to stop there
    DEADLINE = "deadline"  # the caller's deadline passed first
    REFUSED = "refused"  # asserts that cannot be split, and low trust is not allowed
    BAD_TESTS = "bad_tests"  # the test code does not compile, or asserts nothing
    SANDBOX_DOWN = "sandbox_down"  # no slot, or two slots were lost while running it

    @property
    def is_ours(self) -> bool:
        """True where nothing was learned about the program: such a result is never a reward."""
        return self in (Status.DEADLINE, Status.SANDBOX_DOWN)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one test may use. An assert job is one test; the compiler has limits of its own.

    cpu_s:     CPU seconds of the process and all its descendants: a busy machine does not change the verdict.
    wall_s:    only a backstop against sleepers; None means 3 * cpu_s + 2. Time spent waiting for a CPU is not counted.
    memory_mb: of the whole slot, page cache and files in /tmp included; more means killed, not MemoryError.
    processes: processes and threads alive at once.
    output_kb: of stdout, and again of stderr.
    tmp_mb, tmp_files: of /tmp, which is the working directory and the only writable one; also the largest file. No more
               than half of the memory, and no file than a quarter of it.
    """

    cpu_s: float = 6.0
    wall_s: float | None = None
    memory_mb: int = 512
    processes: int = 64
    output_kb: int = 4096
    tmp_mb: int = 64
    tmp_files: int = 1024

    def __post_init__(self) -> None:
        for name in ("cpu_s", "memory_mb", "processes", "output_kb", "tmp_mb", "tmp_files"):
            if not getattr(self, name) > 0:
                raise BadCallError(
                    f"limit {name} is {getattr(self, name)!r}; give a number above 0."
                )
        if self.wall_s is not None and not self.wall_s > 0:
            raise BadCallError(f"limit wall_s is {self.wall_s!r}; give seconds above 0, or None.")

    @property
    def wall_backstop_s(self) -> float:
        """Seconds after which a test that does not use its CPU time is stopped."""
        return 3 * self.cpu_s + 2 if self.wall_s is None else self.wall_s


COMPILE_LIMITS = Limits(
    cpu_s=30, memory_mb=1024, processes=128, output_kb=256, tmp_mb=512, tmp_files=16384
)
"""g++ with a precompiled header needs 0.5 GB, `go build` 400 MB of files, javac 40 threads."""


@dataclass(frozen=True, slots=True)
class Toolchain:
    """How programs of one language are built and run. A row of `languages.LANGUAGES`.

    image:       the image its slots run.
    file_name:   what the source is called in /tmp.
    compile_argv: run once per source and flags in /tmp; empty where nothing is compiled.
    artefacts:   file names or globs, relative to /tmp, kept from the compiler's run for all runs of the program; the
                 source is kept where nothing is compiled.
    run_argv:    empty means Python inside the pre-imported interpreter (no exec).
    env:         added to the slot's environment for compiler and program.
    """

    name: str
    image: str
    file_name: str
    run_argv: tuple[str, ...] = ()
    compile_argv: tuple[str, ...] = ()
    artefacts: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    compile_limits: Limits = COMPILE_LIMITS


@dataclass(frozen=True, slots=True)
class Stdin:
    """One run of the program: bytes in, bytes out. `files` stand read-only in /tmp; `argv` follows the run command."""

    input: bytes = b""
    files: Mapping[str, bytes] = field(default_factory=dict)
    argv: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a function of a Python program, or of a method of its class `Solution`.

    args: `wire.encode` of the list of positional arguments. The result comes back as `TestResult.value`, to be read by
    `wire.decode`.
    """

    function: str
    args: bytes


@dataclass(frozen=True, slots=True)
class Asserts:
    """Test code for a Python program, run in a process of its own that talks to the program's (the split judge).

    code:        the tests as written in the data set; every `assert` is one TestResult.
    entry_point: where given and `code` defines `check`, `check(<entry point>)` is called at the end, as HumanEval does.
    """

    code: str
    entry_point: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One program and its tests.

    tests:    Stdin or Call values (N results), or one Asserts (a result per `assert`).
    is_right: called on the host, from any thread, with a test's index and its result when that is OK. Tests for which
              it says False are run again in a process of their own before they count as failures. None: OK is final.
    processes: "per_test" forks afresh for every test; "per_program" runs all tests in one process, and those that fail
              again by themselves; "auto" is per_program for Python and per_test for what is executed.
    stop_at_first_failure: later tests are NOT_RUN.
    low_trust: whether asserts that cannot be split may run inside the program's own process (result: trust "low").
    """

    toolchain: Toolchain
    source: str
    tests: tuple[Stdin, ...] | tuple[Call, ...] | Asserts
    limits: Limits = Limits()
    is_right: Callable[[int, TestResult], bool] | None = None
    processes: Literal["auto", "per_test", "per_program"] = "auto"
    stop_at_first_failure: bool = False
    low_trust: bool = True


@dataclass(frozen=True, slots=True)
class TestResult:
    """What one test did.

    stdout: at most `output_kb`; value: the encoded return value of a Call. stderr: its first 2 KB.
    passed: for an assert, whether it held. Where `is_right` was given and an output is long, its answer; only the first
        16 KB of that output are kept. None elsewhere, the caller compares.
    cpu_ms, wall_ms: of all processes of the test; in a process that tests share, its part of theirs by that process's
        clock. memory_mb: largest resident size of one process (floor: the interpreter's 13), 0 in a shared one.
    """

    status: Status
    stdout: bytes = b""
    value: bytes | None = None
    stderr: bytes = b""
    exit_code: int | None = None
    signal: int | None = None
    passed: bool | None = None
    cpu_ms: float = 0.0
    wall_ms: float = 0.0
    memory_mb: float = 0.0

    __test__ = False  # not a test class, whatever pytest thinks of its name


@dataclass(frozen=True, slots=True)
class JobResult:
    """What became of a job: N test results, in the order of the job's tests.

    status: OK where the tests were run (whatever they did), else why none was: COMPILE_ERROR, REFUSED, BAD_TESTS,
            DEADLINE, SANDBOX_DOWN; `tests` is then empty or holds what was finished before.
    note:   for people: the compiler's output, or what happened to the slot.
    trust:  "low" where test code shared a process with the program.
    isolation: "container", or "reduced" on the local backend.
    """

    status: Status
    tests: tuple[TestResult, ...] = ()
    note: str = ""
    trust: Literal["full", "low"] = "full"
    isolation: Literal["container", "reduced"] = "container"


class Handle(Protocol):
    """A job that was submitted."""

    def result(self, timeout_s: float | None = None) -> JobResult:
        """Wait for the result. Raises TimeoutError after `timeout_s`; the job goes on."""


class Sandbox(Protocol):
    """What runs jobs: `docker` or `local` slots. Usable from any thread; a forked child gets slots of its own."""

    def submit(self, job: Job, *, deadline: float | None = None) -> Handle:
        """Queue one job. deadline: `time.monotonic()` after which it is given up with Status.DEADLINE."""

    def run(self, jobs: list[Job], *, deadline: float | None = None) -> list[JobResult]:
        """Results in the order of `jobs`; most work first over the slots. Never raises for a job's sake."""

    def close(self) -> None:
        """Stop all slots. Also done at exit; slots whose owner dies stop by themselves."""
