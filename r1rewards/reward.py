"""A reward: a name and a function from a batch of rollouts to their outcomes."""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from r1rewards.errors import BadCallError
from r1rewards.rollouts import Batch, Rollout
from r1rewards.verdicts import CODE_OF, VERDICTS, Outcome, Verdict

FloatArray = npt.NDArray[np.float32]
CodeArray = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What one reward says of a whole batch.

    rewards:  (B,) float32, NaN where a rollout could not be scored.
    verdicts: (B,) uint8, indices into `VERDICTS`.
    detail:   row index -> the detail of that row's Outcome; called only when somebody looks at it.
    """

    rewards: FloatArray
    verdicts: CodeArray
    detail: Callable[[int], Mapping[str, Any]] = lambda _: {}

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> Outcomes:
        """From B row-by-row outcomes."""
        numbers = [math.nan if o.reward is None else o.reward for o in outcomes]
        return cls(
            np.array(numbers, dtype=np.float32),
            np.array([CODE_OF[o.verdict] for o in outcomes], dtype=np.uint8),
            lambda i: outcomes[i].detail,
        )

    def __len__(self) -> int:
        return len(self.rewards)

    def __getitem__(self, i: int) -> Outcome:
        number = float(self.rewards[i])
        verdict = VERDICTS[self.verdicts[i]]
        return Outcome(
            verdict, None if math.isnan(number) else number, functools.partial(self.detail, i)
        )


Pending = Callable[[], Outcomes]
"""Work that runs elsewhere (a process, a container): call it to wait for the outcomes."""

ScoreFunction = Callable[[Batch], "Outcomes | Pending | Sequence[Outcome | float | None]"]


@dataclass(frozen=True, slots=True, eq=False)
class Reward:
    """The number, and the thing that computes it.

    name:    what users type; third parties prefix theirs: `acme/sql`.
    score:   called once per batch with B rollouts; returns B of `Outcome | float | None`, or `Outcomes`, or, for work
             that runs elsewhere and may overlap with other rewards, a function that waits for the `Outcomes`.
    low, high: bounds of every reward it gives.
    options: names of the columns it reads, for `get_reward(name, **options)`; None means any.
    fixed:   options bound by `get_reward`; they win over columns of that name.
    by_group: True where a rollout's reward depends on the others of its prompt.
    """

    name: str
    score: ScoreFunction
    low: float = 0.0
    high: float = 1.0
    options: tuple[str, ...] | None = None
    fixed: Mapping[str, Any] = field(default_factory=dict)
    by_group: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise BadCallError(f"a reward has a name, such as 'acme/sql', not {self.name!r}")
        if not callable(self.score):
            raise BadCallError(
                f"reward {self.name!r}: score is a function of a Batch, or per_rollout of one of a Rollout; not "
                f"{self.score!r}"
            )
        if isinstance(self.options, str):
            raise BadCallError(
                f"reward {self.name!r}: options=({self.options!r},), a tuple of names, not a text"
            )
        if not self.low <= self.high:
            raise BadCallError(
                f"reward {self.name!r}: low={self.low!r} is above high={self.high!r}"
            )

    def with_options(self, **options: Any) -> Reward:
        """This reward with `options` fixed. Raises BadCallError for an option it does not read."""
        unknown = sorted(set(options) - set(self.options)) if self.options is not None else []
        if unknown:
            raise BadCallError(
                f"reward {self.name!r} has no option {', '.join(unknown)}; "
                f"it reads: {', '.join(self.options or ()) or 'none'}."
            )
        fixed = {**self.fixed, **options}
        return Reward(
            self.name, self.score, self.low, self.high, self.options, fixed, self.by_group
        )


class per_rollout:  # noqa: N801 - a decorator, named like one
    """Lift a function of one `Rollout` to a batch: `Reward("acme/short", per_rollout(is_short))`.

    The function returns a number, a bool, an `Outcome`, or None for "not scorable" (verdict `not_applicable`).
    Works as a decorator, too; either way the result pickles, as trainers with worker processes need.
    """

    def __init__(self, function: Callable[[Rollout], Outcome | float | None]) -> None:
        self.function = function
        functools.update_wrapper(self, function)

    def __call__(self, batch: Batch) -> list[Outcome]:
        """B outcomes, one call of the function per rollout."""
        return [as_outcome(self.function(rollout)) for rollout in batch]

    def __reduce__(self) -> str | tuple[Any, ...]:
        module = sys.modules.get(self.function.__module__)
        name = self.function.__qualname__
        return name if getattr(module, name, None) is self else (per_rollout, (self.function,))


def as_outcome(value: Outcome | float | None) -> Outcome:
    """A plugin's answer as an Outcome. Raises ValueError or TypeError for what is neither."""
    if isinstance(value, Outcome):
        return value
    if value is None:
        return Outcome(Verdict.NOT_APPLICABLE, None)
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"a reward is a finite number or None, not {number}")
    return Outcome(Verdict.MEASURED, number)
