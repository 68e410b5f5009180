"""What happened to a rollout, as a word first and a number second.

A reward decides a `Verdict`; the number follows from a table in that reward's file. Verdicts come in three families:
the model's doing (a number), the data's fault and our own failure (both unscored: NaN in arrays, None in Python).
"""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

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

_NONE: Mapping[str, Any] = MappingProxyType({})


class Outcome:
    """One reward of one rollout: what happened, the number that follows, and why.

    reward: a finite float, or None where the rollout could not be scored (never 0.0 for a failure of ours).
    detail: plain data for people and logs: the extracted answer, the rung that decided, per-test results. May be given
            as a function, called when somebody looks: a detail can cost as much as the reward.
    """

    __slots__ = ("_detail", "reward", "verdict")

    def __init__(
        self, verdict: Verdict, reward: float | None, detail: Mapping[str, Any] | Detail = _NONE
    ) -> None:
        self.verdict = verdict
        self.reward = reward
        self._detail = detail

    @property
    def detail(self) -> Mapping[str, Any]:
        """See the class."""
        if callable(self._detail):
            self._detail = self._detail()
        return self._detail

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Outcome) and self._parts() == other._parts()

    __hash__ = None  # type: ignore[assignment] # a detail is a dict

    def __repr__(self) -> str:
        return f"Outcome(verdict=Verdict.{self.verdict.name}, reward={self.reward}, detail={self.detail})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Outcome, self._parts()

    def _parts(self) -> tuple[Verdict, float | None, dict[str, Any]]:
        return self.verdict, self.reward, dict(self.detail)
