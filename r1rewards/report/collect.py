"""What the page needs of a file of any size: a few numbers per row, and a fixed number of rows to show."""

from __future__ import annotations

import random
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from r1rewards.audit import Audit
from r1rewards.batch import Score, Scores
from r1rewards.evaluation import correctness
from r1rewards.rollouts import completion_text
from r1rewards.rows import Row
from r1rewards.verdicts import Verdict

PER_KIND = 30
"""Rows shown of each kind of failure: a random choice, the same in every run."""

SLOWEST = 20
"""Rows in the table of the slowest."""

GOOD = frozenset({Verdict.CORRECT, Verdict.WELL_FORMED, Verdict.MEASURED, Verdict.NOT_APPLICABLE})


@dataclass(frozen=True, slots=True)
class Shown:
    """One row that the page shows."""

    row: Row
    score: Score
    flags: tuple[str, ...]


class Collected:
    """Fed chunk by chunk. Memory: about 200 bytes per row, and the rows that will be shown."""

    def __init__(self, names: Sequence[str], main: str) -> None:
        """names: the rewards. main: the one that says what is right."""
        self.names = tuple(names)
        self.main = main
        self.audit = Audit(main)
        self.rewards: list[Any] = []
        self.totals: list[float] = []
        self.codes: list[Any] = []
        self.right: list[float] = []
        self.lengths: list[int] = []
        self.groups: list[Hashable] = []
        self.answers: list[str | None] = []
        self.sources: list[str | None] = []
        self.slowest: list[tuple[float, Shown]] = []
        self.kinds: dict[tuple[str, str], _Sample] = {}

    def __len__(self) -> int:
        return len(self.totals)

    def add(self, rows: Sequence[Row], scores: Scores) -> None:
        """Take one chunk."""
        self.audit.add(rows, scores)
        self.rewards.append(scores.rewards)
        self.codes.append(scores.verdict_codes)
        self.totals += scores.total.tolist()
        self.right += correctness(scores, self.main).tolist()
        for row, score in zip(rows, scores, strict=True):
            self._add_row(row, score)

    def _add_row(self, row: Row, score: Score) -> None:
        self.lengths.append(len(completion_text(row.completion)[0]))
        self.groups.append(row.group)
        answer = score.find("answer")
        self.answers.append(answer if isinstance(answer, str) and len(answer) < 400 else None)
        self.sources.append(row.source)
        shown = Shown(row, score, self.audit.flags.get(row.place, ()))
        for kind in kinds_of(shown, self.main):
            self.kinds.setdefault(kind, _Sample()).offer(shown)
        cpu_ms = judging_ms(score)
        if cpu_ms is not None:
            self.slowest.append((cpu_ms, shown))
            if len(self.slowest) > 4 * SLOWEST:
                self._keep_slowest()

    def _keep_slowest(self) -> None:
        self.slowest = sorted(self.slowest, key=lambda pair: -pair[0])[:SLOWEST]

    def finish(self) -> None:
        """All rows were seen."""
        self.audit.finish()
        self._keep_slowest()

    def values(self, k: int) -> Any:
        """(B,) rewards of number k, NaN where unscored."""
        return np.concatenate([part[:, k] for part in self.rewards])

    def verdicts(self, k: int) -> Any:
        """(B,) verdict codes of number k."""
        return np.concatenate([part[:, k] for part in self.codes])


def kinds_of(shown: Shown, main: str) -> list[tuple[str, str]]:
    """The lists a row belongs to, as (reward, verdict) of its first fault, and ("audit", flag) for each flag."""
    outcomes = shown.score.outcomes
    first = [main, *(name for name in outcomes if name != main)]
    faults = [
        (name, outcomes[name].verdict.value) for name in first if outcomes[name].verdict not in GOOD
    ]
    return [*faults[:1], *(("audit", flag) for flag in shown.flags)]


def judging_ms(score: Score) -> float | None:
    """CPU milliseconds that judging took where a reward measured them: all tests of a program, or a symbolic proof."""
    tests = score.find("tests")
    if isinstance(tests, Sequence):
        return sum(float(t.get("cpu_ms", 0.0)) for t in tests if isinstance(t, Mapping))
    found = score.find("cpu_ms")
    return float(found) if isinstance(found, int | float) else None


class _Sample:
    """`PER_KIND` rows out of all that were offered, each as likely as any other (reservoir sampling)."""

    def __init__(self) -> None:
        self.count = 0
        self.rows: list[Shown] = []
        self._random = random.Random(0)  # noqa: S311 - the same choice in every run, not a secret

    def offer(self, shown: Shown) -> None:
        """Take it, perhaps."""
        self.count += 1
        if len(self.rows) < PER_KIND:
            self.rows.append(shown)
            return
        place = self._random.randrange(self.count)
        if place < PER_KIND:
            self.rows[place] = shown
