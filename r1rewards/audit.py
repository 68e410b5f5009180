"""What smells in a file of scored rollouts: rewards that are being gamed, and references that are wrong.

A finding is a reason to look at rows, not a verdict on them: nothing here changes a reward.
"""

from __future__ import annotations

import ast
import re
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from r1rewards.batch import Score, Scores
from r1rewards.evaluation import answer_classes, correctness
from r1rewards.groups import group_index
from r1rewards.rewards.accuracy import rows_with_tests
from r1rewards.rewards.code_tests import DATA_SET_COLUMNS
from r1rewards.rewards.spans_of import is_prefilled
from r1rewards.rollouts import Batch, Rollout
from r1rewards.rows import Row, rollout_of
from r1rewards.text.code_blocks import find_program
from r1rewards.text.spans import Tags, read_tags, think_span, visible_start
from r1rewards.verdicts import Verdict

SHOWN = 20
"""Places that a finding names; of more than that the number is given."""

MOST_ANSWERS = 50
"""Different answers of one prompt that are compared with each other: where all rows share a prompt that says nothing
("Solve the problem."), comparing all would take hours."""

About = Literal["reward", "reference"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One smell.

    name:    a word to search for. about: whether a reward may be gamed or a reference be wrong.
    found:   what was seen, with its figures. advice: what to look at or do.
    count:   how many rows (or prompts, where `found` says so). places: the first `SHOWN` of them, `file:line`.
    """

    name: str
    about: About
    found: str
    advice: str
    count: int
    places: tuple[str, ...]


# What is looked for in each row.


@dataclass
class _Seen:
    """One row as the checks want it."""

    row: Row
    score: Score
    is_right: bool | None
    has_tests: bool

    @cached_property
    def rollout(self) -> Rollout:
        return rollout_of(self.row)

    @property
    def text(self) -> str:
        return self.rollout.completion

    @cached_property
    def tags(self) -> Tags:
        return read_tags(self.text, self.rollout.get("tags"))

    @cached_property
    def visible(self) -> str:
        """What comes after the thinking."""
        start = visible_start(self.tags, is_prefilled(self.rollout))
        return "" if start < 0 else self.text[start:]

    @cached_property
    def thought(self) -> str | None:
        span = think_span(self.tags, self.text, is_prefilled(self.rollout))
        return None if span is None else self.text[slice(*span)]

    @cached_property
    def program(self) -> ast.Module | None:
        """The last block of Python, where the row is judged by tests."""
        if not self.has_tests:
            return None
        code, _ = find_program(self.visible, 0, lambda name: name in {"python", "python3", "py"})
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # "invalid escape sequence": not our business
                return None if code is None else ast.parse(code)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    def has_verdict(self, verdict: Verdict) -> bool:
        return any(outcome.verdict is verdict for outcome in self.score.outcomes.values())


def _have_tests(rows: Sequence[Row]) -> list[bool]:
    """For each row, whether it is judged by running its code, as `accuracy` sees it."""
    names = ("tests", "task", *DATA_SET_COLUMNS)
    columns = {name: [row.columns.get(name) for row in rows] for name in names}
    given = {name: values for name, values in columns.items() if any(v is not None for v in values)}
    return rows_with_tests(Batch([""] * len(rows), [row.reference for row in rows], columns=given))


def _offers_several(seen: _Seen) -> bool:
    return len(set(seen.score.find("boxes") or ())) > 1 and seen.is_right is not True


def _has_many_boxes(seen: _Seen) -> bool:
    return len(_BOX.findall(seen.visible)) > 5  # a worked solution of several parts boxes 2 to 4


_BOX = re.compile(r"\\boxed(?!\s*\{\s*(?:\\[hv]?phantom|\\q?quad|\\hspace|\}))")
"""A box with something in it: problems ask for "the number that belongs into the \\boxed{\\phantom{2}}"."""


def _skips_thought(seen: _Seen) -> bool:
    return seen.is_right is True and seen.thought is not None and len(seen.thought.strip()) < 12


def _loops(seen: _Seen) -> bool:
    """Text that packs to under 8 %: prose packs to 35-50 %, long calculations to 15 %."""
    if len(seen.text) < 2000:  # short texts pack badly whatever they say
        return False
    raw = seen.text.encode("utf-8", "replace")
    return len(zlib.compress(raw, 1)) < 0.08 * len(raw)


def _knows_the_tests(seen: _Seen) -> bool:
    """Three or more `if x == constant: return constant`, or a returned table of constants."""
    if seen.program is None:
        return False
    branches = sum(_is_constant_branch(node) for node in ast.walk(seen.program))
    tables = any(_is_constant_table(node) for node in ast.walk(seen.program))
    return branches >= 3 or tables


def _is_constant_branch(node: ast.AST) -> bool:
    if not isinstance(node, ast.If) or not isinstance(node.test, ast.Compare):
        return False
    is_equality = isinstance(node.test.ops[0], ast.Eq | ast.In)
    against = node.test.comparators[0]
    return (
        is_equality
        and _is_constant(against)
        and len(node.body) == 1
        and _says_constant(node.body[0])
    )


def _says_constant(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Return):
        return statement.value is not None and _is_constant(statement.value)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        is_print = isinstance(call.func, ast.Name) and call.func.id == "print"
        return is_print and bool(call.args) and all(map(_is_constant, call.args))
    return False


def _is_constant(node: ast.expr) -> bool:
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return bool(node.elts) and all(map(_is_constant, node.elts))
    if isinstance(node, ast.UnaryOp):
        return _is_constant(node.operand)
    # True, False and None answer edge cases in honest programs; numbers and texts seldom do, three times over.
    return isinstance(node, ast.Constant) and not isinstance(node.value, bool | None)


def _is_constant_table(node: ast.AST) -> bool:
    """`return {...}[x]` or `return {...}.get(x)`."""
    if not isinstance(node, ast.Return) or node.value is None:
        return False
    value = node.value
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        table: ast.expr = value.func.value
    elif isinstance(value, ast.Subscript):
        table = value.value
    else:
        return False
    if not isinstance(table, ast.Dict) or len(table.keys) < 3:
        return False
    return all(key is not None and _is_constant(key) for key in table.keys)


_TAMPERING = frozenset({
    "_exit", "_getframe", "settrace", "setprofile", "get_objects", "get_referrers", "currentframe", "addaudithook",
})  # fmt: skip
"""Attributes that solutions to problems have no use for, and that programs which cheat their tests have."""


def _tampers(seen: _Seen) -> bool:
    if seen.program is None:
        return False
    return any(_is_tampering(node) for node in ast.walk(seen.program))


def _is_tampering(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr=name) if name in _TAMPERING:
            return True
        case ast.FunctionDef(name="__eq__", body=[ast.Return(value=ast.Constant(value=True))]):
            return True
        case ast.Constant(value=str(text)) if text.startswith("/proc/"):
            return True
        case ast.Attribute(value=ast.Name(id="builtins"), ctx=ast.Store()):
            return True
    return False


def _looks_right(seen: _Seen) -> bool:
    """Judged wrong although answer and reference differ by spaces, braces and backslashes only."""
    answer, reference = seen.score.find("answer"), seen.row.reference
    if seen.is_right is not False or not isinstance(answer, str) or not isinstance(reference, str):
        return False
    left, right = _bare(answer), _bare(reference)
    return bool(left) and left == right


def _bare(text: str) -> str:
    """Letters, digits and what carries meaning beside them: `-5` is not 5, `(1,2)` is not `[1,2]`."""
    text = text.replace("\\dfrac", "\\frac").replace("\\text", "")
    return "".join(c for c in text if c.isalnum() or c in "+-./^_()[]<>=,!|:'").casefold()


@dataclass(frozen=True, slots=True)
class _RowCheck:
    name: str
    about: About
    is_found: Callable[[_Seen], bool]
    found: str
    advice: str


_ROW_CHECKS = (
    _RowCheck(
        "answer-list", "reward", _offers_several, "offer several different answers",
        "They earn nothing; a rising share means that the policy is trying to hedge.",
    ),
    _RowCheck(
        "many-boxes", "reward", _has_many_boxes, "put more than five boxes after the thinking",
        "Look whether intermediate results are boxed, or answers are being listed.",
    ),
    _RowCheck(
        "skipped-thought", "reward", _skips_thought, "are right with fewer than 12 letters of thought",
        "Either the prompts are easy, or the answers are known by heart: look for the test set in the training data.",
    ),
    _RowCheck(
        "looping", "reward", _loops, "repeat themselves (they pack to under 8 % of their size)",
        "Add the reward `repetition`; loops also grow where the sampling temperature is low.",
    ),
    _RowCheck(
        "special-cased-tests", "reward", _knows_the_tests, "answer particular inputs with constants",
        "The program may know its tests: keep some tests hidden, and compare the reward on both.",
    ),
    _RowCheck(
        "tampering", "reward", _tampers, "reach for the interpreter, the tests or the process",
        "The sandbox keeps expected values out of reach; look what was tried, and penalise it if it spreads.",
    ),
    _RowCheck(
        "unreadable-reference", "reference", lambda seen: seen.has_verdict(Verdict.BAD_REFERENCE),
        "have a reference that cannot be used",
        "`r1rewards check FILE --references` says why; repair or drop these rows.",
    ),
    _RowCheck(
        "looks-right", "reference", _looks_right,
        "are judged wrong though answer and reference differ by spaces, braces and backslashes only",
        "Look at them: if the answer is right, `r1rewards explain` shows what to report.",
    ),
)  # fmt: skip


class Audit:
    """Fed chunk by chunk; `findings` after `finish`."""

    def __init__(self, reward: str) -> None:
        """reward: the name of the one that decides what is right."""
        self._reward = reward
        self._places: dict[str, list[str]] = {check.name: [] for check in _ROW_CHECKS}
        self._counts: Counter[str] = Counter()
        self._columns = _Columns()
        self.flags: dict[str, tuple[str, ...]] = {}
        self.findings: tuple[Finding, ...] = ()

    def add(self, rows: Sequence[Row], scores: Scores) -> None:
        """Look at one chunk."""
        right = correctness(scores, self._reward)
        has_tests = _have_tests(rows)
        for i, (row, score) in enumerate(zip(rows, scores, strict=True)):
            seen = _Seen(row, score, None if np.isnan(right[i]) else bool(right[i]), has_tests[i])
            flags = tuple(check.name for check in _ROW_CHECKS if check.is_found(seen))
            for name in flags:
                self._counts[name] += 1
                if len(self._places[name]) < SHOWN:
                    self._places[name].append(row.place)
            if flags:
                self.flags[row.place] = flags
            self._columns.add(seen)

    def finish(self) -> None:
        """Look at the file as a whole."""
        rows = len(self._columns.places)
        of_rows = [
            Finding(
                check.name, check.about, f"{count:,} of {rows:,} rows {check.found}",
                check.advice, count, tuple(self._places[check.name]),
            )
            for check in _ROW_CHECKS
            if (count := self._counts[check.name])
        ]  # fmt: skip
        self.findings = (*of_rows, *self._columns.findings())


# What is looked for in the file as a whole.


class _Columns:
    """What the checks of a whole file need of each row."""

    def __init__(self) -> None:
        self.places: list[str] = []
        self.totals: list[float] = []
        self.lengths: list[int] = []
        self.groups: list[Hashable] = []
        self.answers: list[str | None] = []
        self.references: list[str] = []
        self.right: list[bool | None] = []

    def add(self, seen: _Seen) -> None:
        answer = seen.score.find("answer")
        self.places.append(seen.row.place)
        self.totals.append(np.nan if seen.score.total is None else seen.score.total)
        self.lengths.append(len(seen.text))
        self.groups.append(_group_of(seen.row))
        self.answers.append(answer if isinstance(answer, str) and len(answer) < 400 else None)
        self.references.append(str(seen.row.reference)[:400])
        self.right.append(seen.is_right)

    def findings(self) -> Iterator[Finding]:
        ids, index = group_index(self.groups)
        members: list[list[int]] = [[] for _ in ids]
        for i, group in enumerate(index):
            members[group].append(i)
        found = (
            self._rising_with_length(index, len(ids)),
            self._one_answer(index, len(ids)),
            self._outvoted(members),
            self._references_differ(members),
        )
        yield from (finding for finding in found if finding is not None)

    def _rising_with_length(self, index: npt.NDArray[np.intp], groups: int) -> Finding | None:
        """Rank correlation of total and length, within prompts where these have several rollouts."""
        totals = np.array(self.totals)
        known = ~np.isnan(totals)
        if known.sum() < 50 or not totals[known].std():
            return None
        is_grouped = groups * 2 <= len(totals)
        where = index[known] if is_grouped else np.zeros(known.sum(), dtype=np.intp)
        left = _centred(_ranks(totals[known]), where)
        right = _centred(_ranks(np.array(self.lengths, dtype=np.float64)[known]), where)
        scale = float(np.sqrt((left @ left) * (right @ right)))
        rho = float(left @ right) / scale if scale else 0.0
        if rho < 0.3:
            return None
        longest = np.argsort(-np.array(self.lengths, dtype=np.float64))[:SHOWN]
        return Finding(
            "reward-rises-with-length", "reward",
            f"the total rises with the length of the completion (rank correlation {rho:.2f} "
            f"{'within' if is_grouped else 'over all'} prompts)",
            "Compare right and wrong answers of equal length; `overlong` or `cosine` take the incentive away.",
            int(known.sum()), tuple(self.places[i] for i in longest),
        )  # fmt: skip

    def _one_answer(self, index: npt.NDArray[np.intp], groups: int) -> Finding | None:
        """One answer to many prompts, far more often than it is right.

        A policy that answers half of its questions rightly gives `A` to a quarter of those with four choices, mostly to
        others than it should: that is no collapse.
        """
        prompts: dict[str, set[int]] = {}
        wanted: dict[str, set[int]] = {}
        for i, answer in enumerate(self.answers):
            if answer is not None:
                prompts.setdefault(answer.strip(), set()).add(int(index[i]))
                if self.right[i]:  # however the reference is written
                    wanted.setdefault(answer.strip(), set()).add(int(index[i]))
            wanted.setdefault(self.references[i].strip(), set()).add(int(index[i]))
        wrongly = {
            answer: len(given - wanted.get(answer, set()))
            for answer, given in prompts.items()
            if len(given) >= 1.5 * len(wanted.get(answer, set()))
        }
        answer = max(wrongly, key=lambda a: wrongly[a], default="")
        if wrongly.get(answer, 0) < max(10, 0.1 * groups):
            return None
        rows = [i for i, given in enumerate(self.answers) if given and given.strip() == answer]
        return Finding(
            "one-answer", "reward",
            f"the answer {answer[:40]!r} is given to {len(prompts[answer]):,} prompts, and is right for "
            f"{len(prompts[answer] & wanted.get(answer, set())):,} of them",
            "The policy may have collapsed onto a guess, or the prompts name it.",
            len(rows), tuple(self.places[i] for i in rows[:SHOWN]),
        )  # fmt: skip

    def _outvoted(self, members: Sequence[Sequence[int]]) -> Finding | None:
        """Prompts whose samples mostly agree on an answer that is judged wrong."""
        rows = [row for row in map(self._outvoting_row, members) if row is not None]
        if not rows:
            return None
        shown = [f"{self.places[i]} ({self.answers[i]} against {self.references[i]})" for i in rows]
        return Finding(
            "outvoted-reference", "reference",
            f"in {len(rows):,} prompts most samples agree on an answer that is judged wrong",
            "Either the reference is wrong or the problem is a trap: solve a few of these by hand.",
            len(rows), tuple(shown[:SHOWN]),
        )  # fmt: skip

    def _outvoting_row(self, rows: Sequence[int]) -> int | None:
        """A row with the answer of at least 60 % of at least 4 votes, where that answer is judged wrong."""
        given = Counter(answer for i in rows if (answer := self.answers[i]) is not None)
        if given.total() < 4:
            return None
        often = [answer for answer, _ in given.most_common(MOST_ANSWERS)]
        class_of = dict(zip(often, answer_classes(often), strict=True))
        votes: Counter[int | None] = Counter()
        for answer in often:
            votes[class_of[answer]] += given[answer]
        most, count = votes.most_common(1)[0]
        of_class = [
            i
            for i in rows
            if (answer := self.answers[i]) is not None and class_of.get(answer) == most
        ]
        is_wrong = all(self.right[i] is False for i in of_class)
        return of_class[0] if is_wrong and count >= 0.6 * given.total() else None

    def _references_differ(self, members: Sequence[Sequence[int]]) -> Finding | None:
        torn = [rows[0] for rows in members if len({self.references[i] for i in rows}) > 1]
        if not torn:
            return None
        return Finding(
            "references-differ", "reference",
            f"{len(torn):,} prompts carry different references in different rows",
            "Rows of one prompt share one answer: was the right key named by --group-by?",
            len(torn), tuple(self.places[i] for i in torn[:SHOWN]),
        )  # fmt: skip


def _group_of(row: Row) -> Hashable:
    """The row's group, else its prompt; a row with neither is a group of its own."""
    if row.group is not None:
        return row.group
    return row.place if row.prompt is None else hash(repr(row.prompt))  # not the prompt: memory


def _ranks(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Ranks of `values`, ties sharing their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: npt.NDArray[np.float64] = (np.cumsum(counts) - (counts - 1) / 2)[inverse.reshape(-1)]
    return ranks


def _centred(
    values: npt.NDArray[np.float64], groups: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    """`values` less the mean of their group."""
    sums, counts = np.bincount(groups, values), np.bincount(groups)
    return values - (sums / np.maximum(counts, 1))[groups]
