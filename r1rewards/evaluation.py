"""How good the policy is, from G samples for each of its prompts: pass@1, pass@k, cons@k, solve rates.

    evaluate(is_correct, groups, answers).value("pass@1")

Every figure is a mean over groups (prompts) of a figure of that group, with the standard error of that mean.
Rollouts that could not be scored are left out: they are neither right nor wrong.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from r1rewards.answers import answer_key, same
from r1rewards.batch import Scores
from r1rewards.errors import BadCallError, UnreadableAnswerError
from r1rewards.groups import group_index
from r1rewards.verdicts import CODE_OF, Verdict

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over groups.

    value:  the mean. error: its standard error, std with ddof=1 over sqrt(groups); NaN for one group.
    groups: how many groups it is a mean of: those with at least k scored rollouts.
    ties:   for cons@k, in how many of them the vote was tied.
    """

    value: float
    error: float
    groups: int
    ties: int = 0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of one file or of one data source in it.

    rollouts, unscored: how many, and how many of them could not be scored.
    passes:    k -> pass@k, for k = 1, 2, 4 ... and the largest group.
    consensus: k -> cons@k for the same k; empty where the rollouts have no answers to vote on (code).
    rates:     group id -> share of its scored rollouts that is right, in order of first appearance.
    sources:   data source -> its own figures; empty where there is only one.
    """

    rollouts: int
    unscored: int
    passes: Mapping[int, Estimate]
    consensus: Mapping[int, Estimate]
    rates: Mapping[Hashable, float]
    sources: Mapping[str, Evaluation] = field(default_factory=dict)

    def value(self, name: str) -> float:
        """The figure named `pass@K` or `cons@K`; NaN where there is none for that K.

        Raises BadCallError for other names.
        """
        kind, _, k = name.partition("@")
        kinds = {"pass": self.passes, "cons": self.consensus}
        if kind not in kinds or not re.fullmatch(r"[1-9][0-9]*", k):
            there = ", ".join(f"{kind}@{k}" for kind, found in kinds.items() for k in found)
            raise BadCallError(f"no figure is named {name!r}; there is {there or 'none'}")
        estimate = kinds[kind].get(int(k))
        return math.nan if estimate is None else estimate.value

    def solved(self, rate: float) -> list[Hashable]:
        """The groups with exactly this solve rate: those at 0.0 and at 1.0 give GRPO no gradient."""
        return [group for group, found in self.rates.items() if found == rate]


def correctness(scores: Scores, name: str) -> FloatArray:
    """(B,) 1.0 where the reward `name` found a rollout right, 0.0 where not, NaN where it could not tell.

    Right is the verdict `correct`, or for a reward that only measures, a reward of 1 and above.
    """
    rewards = scores.part(name)
    codes = scores.verdict_codes[:, scores.names.index(name)]
    is_right = (codes == CODE_OF[Verdict.CORRECT]) | (
        (codes == CODE_OF[Verdict.MEASURED]) & (rewards >= 1.0)
    )
    return np.where(np.isnan(rewards), np.nan, is_right.astype(np.float64))


def evaluate(
    is_correct: Sequence[float] | FloatArray,
    groups: Sequence[Hashable],
    answers: Sequence[str | None] | None = None,
    sources: Sequence[str | None] | None = None,
) -> Evaluation:
    """The figures of B rollouts.

    is_correct: (B,) 1.0, 0.0, or NaN where unscored. groups: B ids; rollouts with equal ids share a prompt.
    answers:    B extracted answers for cons@k, None where there is none. sources: B names of data sources.
    Raises BadCallError where the lengths differ, and for partial credit.
    """
    right = np.asarray(is_correct, dtype=np.float64)
    odd = right[~np.isnan(right) & (right != 0) & (right != 1)]
    if odd.size:
        raise BadCallError(
            f"is_correct is 1.0, 0.0 or NaN for each rollout, not {odd[0]:g}; see `correctness`"
        )
    given = (groups, answers, sources)
    if any(column is not None and len(column) != len(right) for column in given):
        raise BadCallError(
            "is_correct, groups, answers and sources need one value per rollout each"
        )
    votes = list(answers) if answers is not None else [None] * len(right)
    whole = _evaluate(right, groups, votes)
    names = dict.fromkeys(name for name in sources or () if name is not None)
    if sources is None or len(names) < 2:
        return whole
    parts = {name: [i for i, found in enumerate(sources) if found == name] for name in names}
    by_source = {
        name: _evaluate(right[rows], [groups[i] for i in rows], [votes[i] for i in rows])
        for name, rows in parts.items()
    }
    return Evaluation(
        whole.rollouts, whole.unscored, whole.passes, whole.consensus, whole.rates, by_source
    )


def _evaluate(
    right: FloatArray, groups: Sequence[Hashable], answers: Sequence[str | None]
) -> Evaluation:
    ids, index = group_index(groups)
    members: list[list[int]] = [[] for _ in ids]
    for i in np.flatnonzero(~np.isnan(right)):
        members[index[i]].append(int(i))
    counts = [(len(rows), int(right[rows].sum())) for rows in members]
    largest = max((n for n, _ in counts), default=0)
    ks = _ks(largest)
    passes = {k: _mean([pass_at_k(n, c, k) for n, c in counts if n >= k]) for k in ks}
    consensus = _consensus(right, answers, members, ks)
    rates = {group: c / n for group, (n, c) in zip(ids, counts, strict=True) if n}
    return Evaluation(len(right), int(np.isnan(right).sum()), passes, consensus, rates)


def _ks(largest: int) -> list[int]:
    """1, 2, 4 ... and the size of the largest group."""
    return sorted({1 << i for i in range(largest.bit_length())} | {largest}) if largest else []


@lru_cache(maxsize=65_536)
def pass_at_k(n: int, c: int, k: int) -> float:
    """The chance that one of k rollouts is right, drawn without return from n of which c are right; unbiased.

    Source: Chen et al. 2021, arXiv 2107.03374 section 2.1: 1 - C(n - c, k) / C(n, k).

    >>> pass_at_k(4, 1, 2)
    0.5
    """
    if not 0 <= c <= n or not 1 <= k <= n:
        raise BadCallError(f"pass@k needs 0 <= c <= n and 1 <= k <= n, not n={n}, c={c}, k={k}")
    return 1.0 - math.comb(n - c, k) / math.comb(n, k)


def _mean(values: Sequence[float], ties: int = 0) -> Estimate:
    numbers = np.asarray(values, dtype=np.float64)
    error = numbers.std(ddof=1) / math.sqrt(len(numbers)) if len(numbers) > 1 else math.nan
    return Estimate(float(numbers.mean()), float(error), len(numbers), ties)


# Consensus.


def _consensus(
    right: FloatArray,
    answers: Sequence[str | None],
    members: Sequence[Sequence[int]],
    ks: Sequence[int],
) -> dict[int, Estimate]:
    """The cons@k of each k, from the first k scored rollouts of each group."""
    if not any(answer is not None for answer in answers):
        return {}
    classes = [answer_classes([answers[i] for i in rows]) for rows in members]
    found = {}
    for k in ks:
        votes = [
            majority([right[i] == 1.0 for i in rows[:k]], named[:k])
            for rows, named in zip(members, classes, strict=True)
            if len(rows) >= k
        ]
        found[k] = _mean([credit for credit, _ in votes], sum(tied for _, tied in votes))
    return found


def majority(is_correct: Sequence[bool], classes: Sequence[int | None]) -> tuple[float, bool]:
    """Whether the answer that most rollouts give is right, and whether the vote was tied.

    classes: for each rollout the class of its answer, None where it has none and does not vote. A class is right where
    one of its rollouts was found right. A tie earns the share of the tied classes that is right, which is what drawing
    one of them would earn on average. No votes earn 0.
    """
    votes = Counter(name for name in classes if name is not None)
    if not votes:
        return 0.0, False
    most = max(votes.values())
    first = [name for name, count in votes.items() if count == most]
    right = {name for name, good in zip(classes, is_correct, strict=True) if good}
    return sum(name in right for name in first) / len(first), len(first) > 1


def answer_classes(answers: Sequence[str | None]) -> list[int | None]:
    """For each answer the number of its class: equal answers share one, however they are written. None stays None."""
    classes = _Classes()
    return [None if answer is None else classes.find(answer) for answer in answers]


class _Classes:
    """Classes of equal answers. One with a key is looked up, one without compared with an answer of each class."""

    def __init__(self) -> None:
        self._by_text: dict[str, int] = {}
        self._by_key: dict[Hashable, int] = {}
        self._first: list[str] = []  # of each class
        self._without_key: list[int] = []

    def find(self, answer: str) -> int:
        """The number of the answer's class, a new one where it is the first."""
        if answer not in self._by_text:
            self._by_text[answer] = self._place(answer, _key(answer))
        return self._by_text[answer]

    def _place(self, answer: str, key: Hashable | None) -> int:
        if key is not None and key in self._by_key:
            return self._by_key[key]
        others = range(len(self._first)) if key is None else self._without_key
        place = next((i for i in others if _is_same(answer, self._first[i])), len(self._first))
        if place == len(self._first):
            self._first.append(answer)
            if key is None:
                self._without_key.append(place)
        if key is not None:
            self._by_key[key] = place
        return place


@lru_cache(maxsize=65_536)
def _key(answer: str) -> Hashable | None:
    return answer_key(answer)


def _is_same(left: str, right: str) -> bool:
    try:
        return same(left, right)
    except UnreadableAnswerError:
        return False  # what cannot be read equals only itself
