"""`math`: whether the final answer of the completion is the reference.

1.0 where it is (`correct`), 0.0 where it is not (`wrong`), where there is none (`no_answer`) and where it cannot be
read (`unreadable_answer`). Unscored: `bad_reference` (the data's fault), `undecided` (our limits ran out), `deadline`,
`not_applicable` (no reference).
Source: the accuracy reward of DeepSeek-R1, arXiv 2501.12948 section 2.2: the final answer in a box, checked by rules.

Options, for all or per row: `extraction` ("boxed", "lenient" or "answer_tag", see `answers.extract`), `prefilled` (the
prompt has opened the thought), `tags` (see `text.spans.layout_of`), and the fields of `answers.Options`.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import fields
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from r1rewards.answers import Decision, Options, decide
from r1rewards.answers.extract import MODES, Mode, find_answer
from r1rewards.answers.references import reference_key, reference_of
from r1rewards.errors import BadCallError
from r1rewards.reward import CodeArray, Outcomes, Pending, Reward
from r1rewards.rewards.spans_of import visible_of
from r1rewards.rollouts import Batch
from r1rewards.verdicts import CODE_OF, VERDICTS, Verdict

OPTION_NAMES = tuple(field.name for field in fields(Options))

_NUMBER = np.full(len(VERDICTS), np.nan, dtype=np.float32)
for _verdict, _number in (
    (Verdict.CORRECT, 1.0),
    (Verdict.WRONG, 0.0),
    (Verdict.NO_ANSWER, 0.0),
    (Verdict.UNREADABLE_ANSWER, 0.0),
):
    _NUMBER[CODE_OF[_verdict]] = _number
_CORRECT, _WRONG = CODE_OF[Verdict.CORRECT], CODE_OF[Verdict.WRONG]
_NO_ANSWER, _UNREADABLE = CODE_OF[Verdict.NO_ANSWER], CODE_OF[Verdict.UNREADABLE_ANSWER]
_UNDECIDED, _DEADLINE = CODE_OF[Verdict.UNDECIDED], CODE_OF[Verdict.DEADLINE]
_BAD_REFERENCE, _NOT_APPLICABLE = (
    CODE_OF[Verdict.BAD_REFERENCE],
    CODE_OF[Verdict.NOT_APPLICABLE],
)

CACHED = 65_536
"""Decisions kept between batches: a step of 16,384 rollouts asks for about 5,000 different ones; 30 MB when full."""

_LONG = 400
"""Letters of an answer that is not kept: real ones have under 100, and a hostile batch must not fill the memory."""


class Judgement(NamedTuple):
    """What became of one answer: the index of its verdict in `VERDICTS`, and why."""

    code: int
    rung: str = ""
    reason: str = ""


def score_math(batch: Batch) -> Outcomes | Pending:
    """(B,) 1.0 or 0.0. Pending where some answers need the symbolic rung, which runs in other processes."""
    places = visible_of(batch)
    modes = _modes_of(batch)
    judgements = _judge_rows(batch, places, modes, _options_of(batch))
    open_tasks = {j for j in judgements if type(j) is _Task}
    if not open_tasks:
        return _outcomes(batch, places, modes, judgements)
    futures = {task: _submit(task) for task in open_tasks}

    def wait() -> Outcomes:
        closed = {task: _wait(future, batch.deadline) for task, future in futures.items()}
        return _outcomes(batch, places, modes, [closed.get(j, j) for j in judgements])

    return wait


REWARD = Reward("math", score_math, options=("extraction", "prefilled", "tags", *OPTION_NAMES))


class _Task(NamedTuple):
    """An answer that only the symbolic rung can decide."""

    answer: str
    reference: Hashable
    options: Options | None


_Place = tuple[int, tuple[str, str] | None]
"""Where a row's visible text begins, and the tag of the answer in it: see `spans_of.visible_of`."""


def _judge_rows(
    batch: Batch,
    places: Sequence[_Place],
    modes: Sequence[Mode],
    options: Sequence[Options | None],
) -> list[Any]:
    """B judgements or tasks. Equal (answer, reference) pairs are decided once, here and between batches."""
    references = batch.references or [None] * len(batch)
    found: list[Any] = []
    rows = zip(batch.completions, places, references, modes, options, strict=True)
    for text, (start, tag), reference, mode, chosen in rows:
        if type(reference) is not str:
            reference = reference_key(reference)  # noqa: PLW2901 - a str nearly always: no second name
            if reference is None:
                found.append(_NO_REFERENCE)
                continue
        if start < 0:
            found.append(_judge_nothing("unclosed_thought", reference))
            continue
        answer, _, _, boxes, reason = find_answer(text, start, mode=mode, tag=tag)
        if answer is None:
            found.append(_judge_nothing(reason, reference))
        elif len(answer) < _LONG:
            found.append(_judge(answer, boxes, reference, chosen))
        else:
            found.append(_judge.__wrapped__(answer, boxes, reference, chosen))
    return found


_NO_REFERENCE = Judgement(_NOT_APPLICABLE, reason="this rollout has no reference answer")


@lru_cache(maxsize=CACHED)
def _judge(
    answer: str, boxes: tuple[str, ...], reference: Hashable, options: Options | None
) -> Judgement | _Task:
    """The verdict on one answer. Options are None for the default: a dataclass is slow to hash."""
    read = reference_of(reference)
    if read.problem is not None:
        return Judgement(_BAD_REFERENCE, reason=read.problem)
    chosen = _DEFAULT if options is None else options
    decision = decide(answer, read, chosen, symbolic=False)
    if decision.same is None and decision.rung == "symbolic":
        return _Task(answer, reference, options)
    if boxes and not decision.same:
        # Several answers: right where they are the list that was asked for, or where all of them are right.
        each = [decide(box, read, chosen, symbolic=False) for box in boxes]
        if all(d.same for d in each):
            return Judgement(_CORRECT, each[-1].rung)
        is_open = decision.same is None or all(d.same is not False for d in each)
        code = _UNDECIDED if is_open else _WRONG
        return Judgement(code, decision.rung, f"{len(boxes)} different answers were offered")
    return _judgement(decision)


_DEFAULT = Options()


@lru_cache(maxsize=1024)
def _judge_nothing(reason: str, reference: Hashable) -> Judgement:
    """No answer is wrong, except against a reference that nobody could meet."""
    read = reference_of(reference)
    if read.problem is not None:
        return Judgement(_BAD_REFERENCE, reason=read.problem)
    return Judgement(_NO_ANSWER, reason=reason)


def _judgement(decision: Decision) -> Judgement:
    if decision.same is None:
        code = _UNDECIDED
    elif decision.same:
        code = _CORRECT
    else:
        code = _UNREADABLE if decision.rung == "unreadable" else _WRONG
    return Judgement(code, decision.rung, decision.reason)


# Options.


def _modes_of(batch: Batch) -> Sequence[Mode]:
    modes = batch.column("extraction", "boxed")
    for mode in set(modes) if batch.has("extraction") else ():
        if mode not in MODES:
            raise BadCallError(f"extraction: one of {', '.join(MODES)}, not {mode!r}")
    return modes


def _options_of(batch: Batch) -> Sequence[Options | None]:
    """Each row's `answers.Options`, None where it is the default."""
    given = [name for name in OPTION_NAMES if batch.has(name)]
    if not given:
        return [None] * len(batch)
    columns = [batch.column(name) for name in given]
    for name, column in zip(given, columns, strict=True):
        other = next((v for v in column if v is not None and not isinstance(v, _BOOLS)), None)
        if other is not None:
            raise BadCallError(
                f"{name}: True or False, not {other!r:.80}. Rename a column of the data set that happens to have this "
                f'name, or fix the option: get_reward("math", {name}=True).'
            )
    rows = zip(*columns, strict=True)
    known: dict[tuple[Any, ...], Options | None] = {}
    return [
        known[row] if row in known else known.setdefault(row, _options(given, row)) for row in rows
    ]


_BOOLS = (bool, np.bool_)


def _options(names: Sequence[str], values: tuple[Any, ...]) -> Options | None:
    chosen = {n: bool(v) for n, v in zip(names, values, strict=True) if v is not None}
    options = Options(**chosen)
    return None if options == _DEFAULT else options


# The symbolic rung.


def _submit(task: _Task) -> Future[Decision]:
    """Start the worker on an answer that the other rungs left open."""
    symbolic = importlib.import_module("r1rewards.answers.symbolic")
    chosen = _DEFAULT if task.options is None else task.options
    future: Future[Decision]
    future = symbolic.submit(task.answer, reference_of(task.reference), chosen)
    return future


def _wait(future: Future[Decision], deadline: float | None) -> Judgement:
    try:
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        return _judgement(future.result(left))
    except FutureTimeoutError:
        future.cancel()
        return Judgement(_DEADLINE, "symbolic", "the deadline passed before the worker had decided")


# Outcomes.


def _outcomes(
    batch: Batch, places: Sequence[_Place], modes: Sequence[Mode], judgements: Sequence[Judgement]
) -> Outcomes:
    codes: CodeArray = np.fromiter((j[0] for j in judgements), np.uint8, len(judgements))

    def detail(i: int) -> Mapping[str, Any]:
        """answer, span (start, end), boxes, reference, rung, reason: those that there are. Made when somebody looks."""
        found: dict[str, Any] = {"rung": judgements[i].rung, "reason": judgements[i].reason}
        if batch.references is not None:
            found["reference"] = batch.references[i]
        start, tag = places[i]
        if start >= 0:
            answer = find_answer(batch.completions[i], start, mode=modes[i], tag=tag)
            found |= {"answer": answer.text, "boxes": answer.boxes}
            if answer.text is not None:
                found["span"] = (answer.start, answer.end)
        return {name: value for name, value in found.items() if value not in (None, "", ())}

    return Outcomes(_NUMBER[codes], codes, detail)
