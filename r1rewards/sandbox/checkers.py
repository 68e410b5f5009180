"""Checkers: programs of the data set's that judge another program's output, in the manner of testlib.

Run with the paths of input, output and answer; exit code 0 is right, 1 and 2 are wrong, anything else means that the
checker failed. It runs as a job of its own, after the judged program and all it left behind are gone: the answer is
never in the sandbox while that program is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from r1rewards.sandbox.jobs import Job, JobResult, Limits, Status, Stdin, TestResult
from r1rewards.sandbox.languages import toolchain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from r1rewards.sandbox.jobs import Sandbox
    from r1rewards.sandbox.testsets import Checker

Word = Literal["right", "wrong", "broken"]
LIMITS = Limits(cpu_s=10, memory_mb=512, output_kb=64, tmp_mb=256)
_WRONG_CODES = (1, 2)  # testlib's _wa and _pe; a Python checker that raises ends with 1, too


@dataclass(frozen=True, slots=True)
class Case:
    """What a checker reads."""

    input: bytes
    output: bytes
    answer: bytes


class CheckerRun:
    """A checker, queued over N cases."""

    def __init__(
        self, sandbox: Sandbox, checker: Checker, cases: Sequence[Case], deadline: float | None
    ) -> None:
        self._handle = None
        if cases:
            self._handle = sandbox.submit(_job(checker, cases), deadline=deadline)

    def words(self) -> list[Word] | JobResult:
        """N words, in the order of the cases; the job's result where it did not come to an end."""
        if self._handle is None:
            return []
        result = self._handle.result()
        return list(map(_word, result.tests)) if result.status is Status.OK else result


def _job(checker: Checker, cases: Sequence[Case]) -> Job:
    source = _with_headers(checker)
    runs = tuple(
        Stdin(
            files={
                **checker.files,
                "input.txt": case.input,
                "output.txt": case.output,
                "answer.txt": case.answer,
            },
            argv=("input.txt", "output.txt", "answer.txt"),
        )
        for case in cases
    )
    return Job(
        toolchain(checker.language, source, LIMITS.memory_mb), source, runs, LIMITS, processes="per_test"
    )  # fmt: skip


def _with_headers(checker: Checker) -> str:
    """The source with its own headers (`testlib.h`) put in: the compiler is given one file."""
    lines = checker.source.split("\n")
    for name, content in checker.files.items():
        wanted = f'#include "{name}"'
        text = content.decode("utf-8", "replace")
        lines = [text if line.strip() == wanted else line for line in lines]
    return "\n".join(lines)


def _word(result: TestResult) -> Word:
    if result.status is Status.OK:
        return "right"
    if result.status is Status.RUNTIME_ERROR and result.exit_code in _WRONG_CODES:
        return "wrong"
    return "broken"
