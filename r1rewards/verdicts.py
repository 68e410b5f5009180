"""What happened to a rollout, as a word first and a number second.

A reward decides a `Verdict`; the number follows from a table in that reward's file. Verdicts come in three families:
the model's doing (a number), the data's fault and our own failure (both unscored: NaN in arrays, None in Python).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Detail = Callable[[], Mapping[str, Any]]


class Verdict(str, Enum):
    """The closed list of everything that can happen. The value is the word users see."""

    # The model's doing: scored.
    CORRECT = "correct"
    WRONG = "wrong"
    PARTIAL = "partial"  # some of the tests passed
    NO_ANSWER = "no_answer"  # no box, no code block, a thought that never closes
    UNREADABLE_ANSWER = "unreadable_answer"  # there is an answer, but it is not mathematics or code
    COMPILE_ERROR = "compile_error"
    RUNTIME_ERROR = "runtime_error"
    TIME_LIMIT = "time_limit"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"
    WELL_FORMED = "well_formed"
    MALFORMED = "malformed"
    MEASURED = "measured"  # a graded property of the text: a share, a length, a penalty

    # Not the model's doing: unscored.
    UNDETERMINED = "undetermined"  # too little evidence in the text to measure anything
    NOT_APPLICABLE = "not_applicable"  # this rollout carries nothing for this reward to judge
    BAD_REFERENCE = "bad_reference"  # the data's fault
    UNDECIDED = "undecided"  # ours: the limits ran out before the answer was decided
    SANDBOX_DOWN = "sandbox_down"  # ours: the program could not be run
    DEADLINE = "deadline"  # ours: the batch's deadline passed first
    REWARD_ERROR = "reward_error"  # ours: the reward itself raised; the detail names the error

    @property
    def is_scored(self) -> bool:
        """True where a number follows from this verdict."""
        return self not in _UNSCORED

    @property
    def is_ours(self) -> bool:
        """True where we failed, not the model and not the data."""
        return self in _OURS


_OURS = frozenset({Verdict.UNDECIDED, Verdict.SANDBOX_DOWN, Verdict.DEADLINE, Verdict.REWARD_ERROR})
_UNSCORED = _OURS | {Verdict.UNDETERMINED, Verdict.NOT_APPLICABLE, Verdict.BAD_REFERENCE}

VERDICTS: tuple[Verdict, ...] = tuple(Verdict)
"""All verdicts in a fixed order: arrays of verdicts hold indices into this tuple."""

CODE_OF: Mapping[Verdict, int] = MappingProxyType({v: i for i, v in enumerate(VERDICTS)})
"""Verdict -> its index in `VERDICTS`."""

Family = Literal["model", "data", "ours"]


@dataclass(frozen=True, init=False)
class Outcome:
    """One reward of one rollout: what happened, the number that follows, and why.

    reward: a finite float, or None where the rollout could not be scored (never 0.0 for a failure of ours).
    detail: plain data for people and logs: the extracted answer, the rung that decided, per-test results. May be given
            as a function, called when somebody looks: a detail can cost as much as the reward.
    """

    verdict: Verdict
    reward: float | None
    detail: Mapping[str, Any]

    def __init__(
        self,
        verdict: Verdict,
        reward: float | None,
        detail: Mapping[str, Any] | Detail | None = None,
    ) -> None:
        vars(self).update(verdict=verdict, reward=reward, _detail=detail or {})

    @property  # type: ignore[no-redef] # a field that is made when somebody looks
    def detail(self) -> Mapping[str, Any]:
        """See the class."""
        found = vars(self)["_detail"]
        if callable(found):
            vars(self)["_detail"] = found = found()
        return cast("Mapping[str, Any]", found)

    def __reduce__(self) -> tuple[Any, ...]:
        return Outcome, (self.verdict, self.reward, dict(self.detail))
