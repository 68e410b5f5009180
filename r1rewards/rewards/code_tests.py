"""`code`: the share of its tests that the program in the completion passes; with `all_or_nothing`, whether all.

The program is the last fenced block of the tests' language after the thinking. It runs in the sandbox; what it gave is
compared here, on the host. Identical programs with identical tests run once per batch, however many rollouts hold them.
Source: "a compiler can be used to generate feedback based on predefined test cases", arXiv 2501.12948 section 2.2.

Options, for all or per row: `tests` (in place of the reference), `all_or_nothing`, `code_language`, the limits and the
tolerance for tests that name none (`cpu_s`, `wall_s`, `memory_mb`, `max_output_kb`, `float_tolerance`), `sandbox`
("docker" or "local"), `low_trust` (False leaves unscored what cannot be kept apart from its tests), `prefilled`,
`tags`.
"""

from __future__ import annotations

import logging
import marshal
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from r1rewards.errors import BadCallError, BadTestsError, SandboxUnavailableError
from r1rewards.reward import Outcomes, Pending, Reward
from r1rewards.rewards.spans_of import visible_of
from r1rewards.text.code_blocks import find_program
from r1rewards.verdicts import Outcome, Verdict

if TYPE_CHECKING:
    from r1rewards.rollouts import Batch
    from r1rewards.sandbox.grading import Grading
    from r1rewards.sandbox.testsets import TestSet

_log = logging.getLogger(__name__)

LARGEST_SOURCE = 1_000_000
"""Bytes of a program. Contest sites take 64 KB; a completion of 32k tokens holds 130 KB."""

DATA_SET_COLUMNS = (
    "input_output", "inputs", "outputs", "fn_name", "test_list", "test_imports", "test_setup_code",
    "test", "entry_point", "starter_code",
)  # fmt: skip
"""Columns that hold tests in the rows of APPS, TACO, LiveCodeBench, MBPP and HumanEval."""
_DEFAULTS = ("cpu_s", "wall_s", "memory_mb", "max_output_kb", "float_tolerance")
_UNSCORED = {
    "sandbox_down": Verdict.SANDBOX_DOWN,
    "deadline": Verdict.DEADLINE,
    "refused": Verdict.UNDECIDED,
    "bad_tests": Verdict.BAD_REFERENCE,
}


@dataclass(slots=True)
class _Program:
    """One program with its tests, and the rollouts that hold it."""

    tests: TestSet
    source: str
    backend: str
    is_all_or_nothing: bool
    low_trust: bool
    rows: list[int] = field(default_factory=list)


def score(batch: Batch) -> Outcomes | Pending:
    """(B,) the share of tests passed, 0.0 without a program; unscored where the tests or the sandbox are to blame."""
    outcomes: list[Outcome | None] = [None] * len(batch)
    programs = _programs(batch, outcomes)
    if not programs:
        return Outcomes.of([outcome or _not_run("") for outcome in outcomes])
    # Most tests first: the longest work must not be what is left for one slot at the end.
    programs.sort(key=lambda program: -program.tests.size)
    started = [(program, _start(program, batch.deadline)) for program in programs]

    def wait() -> Outcomes:
        for _, grading in started:  # checkers start as soon as there is something to check
            if not isinstance(grading, str):
                grading.run()
        for program, grading in started:
            outcome = _outcome(program, grading)
            for row in program.rows:
                outcomes[row] = outcome
        _report(outcomes)
        return Outcomes.of([outcome or _not_run("") for outcome in outcomes])

    return wait


def _programs(batch: Batch, outcomes: list[Outcome | None]) -> list[_Program]:
    """What has to be run; rows that need no run get their outcome at once."""
    programs: dict[Hashable, _Program] = {}
    readings = _readings(batch)
    visible = visible_of(batch)
    strict, low_trust = batch.column("all_or_nothing", False), batch.column("low_trust", True)
    backends = batch.column("sandbox", "docker")
    for i, tests in enumerate(readings):
        if isinstance(tests, Outcome):
            outcomes[i] = tests
            continue
        source = _source(batch.completions[i], visible[i][0], tests)
        if isinstance(source, Outcome):
            outcomes[i] = source
            continue
        options = (_backend(backends[i]), bool(strict[i]), bool(low_trust[i]))
        key = (id(tests), source, options)
        if key not in programs:
            programs[key] = _Program(tests, source, *options)
        programs[key].rows.append(i)
    return list(programs.values())


def _backend(name: Any) -> str:
    if name not in ("docker", "local"):
        raise BadCallError(f'sandbox is "docker" or "local", not {name!r}.')
    return str(name)


def _source(completion: str, start: int, tests: TestSet) -> str | Outcome:
    """The program of a completion whose visible part begins at `start`, or why there is none."""
    if start < 0:
        return _no_answer("the thought never closes")
    names = tests.language.names
    source, found = find_program(completion, start, names.__contains__)
    if source is None:
        seen = f"; there is {', '.join(name or 'a bare one' for name in found)}" if found else ""
        return _no_answer(f"no fenced block of {names[0]} after the thinking{seen}")
    if len(source) > LARGEST_SOURCE:
        return Outcome(
            Verdict.COMPILE_ERROR, 0.0, {"note": f"a program of {len(source):,} letters"}
        )
    return source


def _no_answer(reason: str) -> Outcome:
    return Outcome(Verdict.NO_ANSWER, 0.0, {"reason": reason})


# --- tests ------------------------------------------------------------------------------------------------------------


def _readings(batch: Batch) -> list[TestSet | Outcome]:
    """B test sets, or why there is none: each distinct reference is read once, and equal ones are one object."""
    references = _references(batch)
    columns = [batch.column(name) for name in (*_DEFAULTS, "code_language")]
    read: dict[Hashable, TestSet | Outcome] = {}
    found: list[TestSet | Outcome] = []
    for i, reference in enumerate(references):
        options = tuple(column[i] for column in columns)
        key = (_key(reference), repr(options))
        if key not in read:
            read[key] = _read(reference, options)
        found.append(read[key])
    return found


def _read(reference: Any, options: Sequence[Any]) -> TestSet | Outcome:
    from r1rewards.sandbox.testsets import read_tests

    if reference is None:
        why = "no tests: give a reference, the column `tests`, or the columns of a data set"
        return Outcome(Verdict.NOT_APPLICABLE, None, {"reason": why})
    try:
        return read_tests(reference, dict(zip((*_DEFAULTS, "language"), options, strict=True)))
    except BadTestsError as e:
        return Outcome(Verdict.BAD_REFERENCE, None, {"field": e.field, "reason": e.why})


def _key(reference: Any) -> Hashable:
    """Equal for equal references; rows of a group bring equal dicts, not the same one."""
    if isinstance(reference, str):
        return reference
    try:
        return marshal.dumps(reference, 2)
    except ValueError:  # not plain data, or nested too deep
        return id(reference)


def _references(batch: Batch) -> Sequence[Any]:
    """B references: the column `tests`, else the reference, else the columns of a data set put together."""
    given = batch.references or [None] * len(batch)
    if batch.has("tests"):
        tests = batch.column("tests")
        given = [a if b is None else b for a, b in zip(given, tests, strict=True)]
    if None not in given:
        return given
    together = tests_in_columns(batch)
    return [together[i] if r is None else r for i, r in enumerate(given)]


def tests_in_columns(batch: Batch) -> list[dict[str, Any] | None]:
    """B times the tests that the columns of a data set hold; None where they hold none."""
    columns = {name: batch.column(name) for name in DATA_SET_COLUMNS if batch.has(name)}
    if not columns:
        return [None] * len(batch)
    return [
        _put_together({name: values[i] for name, values in columns.items()})
        for i in range(len(batch))
    ]


def _put_together(fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """The fields of a data set's row as a reference; starter code alone is none."""
    there = {name: value for name, value in fields.items() if value is not None}
    return there if there.keys() - {"starter_code", "entry_point", "fn_name"} else None


# --- runs -------------------------------------------------------------------------------------------------------------


def _start(program: _Program, deadline: float | None) -> Grading | str:
    """The program, queued; or why nothing can be run."""
    from r1rewards.sandbox.grading import Grading
    from r1rewards.sandbox.running import shared_sandbox

    try:
        sandbox = shared_sandbox(program.backend)  # type: ignore[arg-type]
        return Grading(
            sandbox,
            program.tests,
            program.source,
            stop_at_first_failure=program.is_all_or_nothing,
            low_trust=program.low_trust,
            deadline=deadline,
        )
    except SandboxUnavailableError as e:
        return str(e)


def _outcome(program: _Program, grading: Grading | str) -> Outcome:
    if isinstance(grading, str):
        return _not_run(grading)
    grade = grading.result()
    detail = {**grade.detail, "language": program.tests.language.name}
    if grade.why_unscored:
        return Outcome(_UNSCORED[grade.why_unscored], None, detail)
    if grade.verdict is Verdict.CORRECT:
        return Outcome(Verdict.CORRECT, 1.0, detail)
    if program.is_all_or_nothing or not grade.passed:
        return Outcome(grade.verdict, 0.0, detail)
    return Outcome(Verdict.PARTIAL, grade.passed / grade.total, detail)


def _not_run(why: str) -> Outcome:
    return Outcome(Verdict.SANDBOX_DOWN, None, {"note": why})


def _report(outcomes: Sequence[Outcome | None]) -> None:
    """One line in the log per batch for what failed on our side."""
    ours = [o for o in outcomes if o is not None and o.verdict.is_ours]
    if ours:
        counts = ", ".join(
            f"{n} {word.value}" for word, n in Counter(o.verdict for o in ours).items()
        )
        note = next((str(o.detail["note"]) for o in ours if o.detail.get("note")), "")
        _log.warning(
            "code: %d of %d rollouts unscored (%s). %s", len(ours), len(outcomes), counts, note
        )


REWARD = Reward(
    "code",
    score,
    options=(
        "tests", "all_or_nothing", "code_language", *_DEFAULTS, "sandbox", "low_trust", "prefilled", "tags",
        *DATA_SET_COLUMNS,
    ),
)  # fmt: skip
