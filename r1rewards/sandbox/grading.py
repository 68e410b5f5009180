"""One program against the tests of one problem: run it, compare, and say test by test what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from r1rewards.sandbox.checkers import Case, CheckerRun
from r1rewards.sandbox.jobs import Asserts, Job, JobResult, Status, TestResult
from r1rewards.verdicts import Verdict

if TYPE_CHECKING:
    from r1rewards.sandbox.jobs import Handle, Sandbox
    from r1rewards.sandbox.testsets import TestSet

HEAD = 200
"""Letters of an output that are shown to people. The reward needs none of them."""


@dataclass(frozen=True, slots=True)
class Grade:
    """What became of a program.

    verdict: CORRECT where every test passed, else what happened to the first that did not.
    passed, total: tests.
    why_unscored: empty, or the job status that says why nothing is known of the program.
    detail: plain data for people: verdict, CPU and memory of each test, the first failure, notes.
    """

    verdict: Verdict
    passed: int = 0
    total: int = 0
    why_unscored: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


class Grading:
    """A program that is being run; `result()` waits for its grade."""

    def __init__(
        self,
        sandbox: Sandbox,
        tests: TestSet,
        source: str,
        *,
        stop_at_first_failure: bool = False,
        low_trust: bool = True,
        deadline: float | None = None,
    ) -> None:
        self._sandbox = sandbox
        self._tests = tests
        self._deadline = deadline
        self._job: Job = tests.job(
            source, stop_at_first_failure=stop_at_first_failure, low_trust=low_trust
        )
        self._handle: Handle = sandbox.submit(self._job, deadline=deadline)
        self._check: CheckerRun | None = None

    def run(self) -> JobResult:
        """Wait until the program has run; where a checker decides, it is queued then."""
        result = self._handle.result()
        if self._tests.checker is not None and self._check is None and result.status is Status.OK:
            ended = [i for i, test in enumerate(result.tests) if test.status is Status.OK]
            self._check = self._ask_checker([self._case(i, result.tests[i].stdout) for i in ended])
        return result

    def result(self) -> Grade:
        """Wait for the grade."""
        result = self.run()
        if result.status is Status.COMPILE_ERROR:
            return Grade(Verdict.COMPILE_ERROR, 0, self._tests.size, detail=_detail(result))
        if result.status is not Status.OK:
            return _unscored(result)
        rights = self._rights(result)
        if isinstance(rights, Grade):
            return rights
        verdicts = [self._verdict(*pair) for pair in zip(result.tests, rights, strict=True)]
        return self._grade(result, verdicts)

    def _rights(self, result: JobResult) -> Sequence[bool] | Grade:
        """For each test whether what it gave is right, or why nobody can tell."""
        if self._check is not None:
            return self._checked(self._check, result)
        if isinstance(self._job.tests, Asserts):
            return [bool(test.passed) for test in result.tests]
        is_right = self._job.is_right or (lambda _i, _test: True)
        return [
            t.status is Status.OK and (is_right(i, t) if t.passed is None else t.passed)
            for i, t in enumerate(result.tests)
        ]

    def _checked(self, check: CheckerRun, result: JobResult) -> Sequence[bool] | Grade:
        words = check.words()
        if isinstance(words, JobResult):
            return _checker_failed(words)
        ended = [i for i, test in enumerate(result.tests) if test.status is Status.OK]
        broken = [i for i, word in zip(ended, words, strict=True) if word == "broken"]
        if broken:  # by this output, or always? It must at least take the answer itself.
            control = self._ask_checker([self._case(i, None) for i in broken]).words()
            if isinstance(control, JobResult):
                return _checker_failed(control)
            if any(word != "right" for word in control):
                note = f"the checker fails on the answer of case {broken[0]} itself"
                return _checker_failed(JobResult(Status.BAD_TESTS, note=note))
        right = {i for i, word in zip(ended, words, strict=True) if word == "right"}
        return [i in right for i in range(len(result.tests))]

    def _ask_checker(self, cases: Sequence[Case]) -> CheckerRun:
        assert self._tests.checker is not None
        return CheckerRun(self._sandbox, self._tests.checker, cases, self._deadline)

    def _case(self, i: int, output: bytes | None) -> Case:
        """Case i as the checker reads it; without an output, the answer stands for one."""
        assert self._tests.checker is not None
        answer = self._tests.checker.answers[i]
        test: Any = self._tests.tests[i]  # type: ignore[index]
        return Case(test.input, answer if output is None else output, answer)

    def _verdict(self, test: TestResult, is_right: bool) -> Verdict | None:
        """None where the test was not run."""
        if test.status is Status.NOT_RUN:
            return None
        if test.status is Status.OK:
            return Verdict.CORRECT if is_right else Verdict.WRONG
        if test.status is Status.RUNTIME_ERROR and self._heap_is_full(test):
            return Verdict.MEMORY_LIMIT
        return Verdict(test.status.value)

    def _heap_is_full(self, test: TestResult) -> bool:
        """Whether a garbage collector gave up where the kernel would have stopped others: at 90 % of the heap."""
        heap_mb = self._tests.language.heap_share * self._tests.limits.memory_mb
        return 0 < 0.9 * heap_mb <= test.memory_mb

    def _grade(self, result: JobResult, verdicts: list[Verdict | None]) -> Grade:
        total = len(verdicts)
        passed = verdicts.count(Verdict.CORRECT)
        first = next((i for i, v in enumerate(verdicts) if v not in (Verdict.CORRECT, None)), None)
        detail = {**_detail(result), "passed": passed, "total": total}
        detail["tests"] = [_test_detail(*pair) for pair in zip(result.tests, verdicts, strict=True)]
        if first is not None:
            detail["first_failure"] = self._failure(first, result.tests[first])
        verdict = Verdict.CORRECT if first is None else verdicts[first]
        assert verdict is not None
        return Grade(verdict, passed, total, detail=detail)

    def _failure(self, i: int, test: TestResult) -> dict[str, Any]:
        """The first test that failed, as far as it helps to see why."""
        got = test.stdout if test.value is None else test.value
        shown = {"test": i, "got": _head(got), "stderr": _tail(test.stderr)}
        if self._tests.expected:
            expected = self._tests.expected[i]
            shown["expected"] = _head(expected if isinstance(expected, bytes) else repr(expected).encode())  # fmt: skip
        return {name: value for name, value in shown.items() if value != ""}


def _unscored(result: JobResult) -> Grade:
    return Grade(Verdict.UNDECIDED, why_unscored=result.status.value, detail=_detail(result))


def _checker_failed(result: JobResult) -> Grade:
    """A checker that does not compile or does not take its own answer is the data's fault."""
    ours = result.status in (Status.DEADLINE, Status.SANDBOX_DOWN)
    why = result.status if ours else Status.BAD_TESTS
    detail = {**_detail(result), "field": "checker"}
    return Grade(Verdict.UNDECIDED, why_unscored=why.value, detail=detail)


def _detail(result: JobResult) -> dict[str, Any]:
    detail: dict[str, Any] = {"trust": result.trust, "isolation": result.isolation}
    if result.note:
        detail["note"] = result.note
    return detail


def _test_detail(test: TestResult, verdict: Verdict | None) -> dict[str, Any]:
    if verdict is None:
        return {"verdict": "not_run"}
    shown: dict[str, Any] = {
        "verdict": verdict.value,
        "cpu_ms": round(test.cpu_ms, 2),
        "memory_mb": round(test.memory_mb, 1),
    }
    if test.exit_code:
        shown["exit_code"] = test.exit_code
    if test.signal:
        shown["signal"] = test.signal
    return shown


def _head(text: bytes) -> str:
    return text[: 4 * HEAD].decode("utf-8", "replace")[:HEAD]


def _tail(text: bytes) -> str:
    """The end of what went to stderr: the last line of a traceback says most."""
    return text[-4 * HEAD :].decode("utf-8", "replace")[-HEAD:].strip()
