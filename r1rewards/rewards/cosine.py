"""`cosine`: right and short earns most, wrong and short least; along a cosine of the length.

With t = min(L / Lmax, 1), L the length and Lmax = max_length in tokens, and w(t) = (1 + cos(pi t)) / 2 from 1 to 0:

    right:  min_value_correct + (max_value_correct - min_value_correct) * w(t)
    wrong:  max_value_wrong - (max_value_wrong - min_value_wrong) * w(t)

Source: the cosine reward of "Demystifying Long Chain-of-Thought Reasoning" (arXiv 2502.03373, section 4.2 and appendix
C.1); defaults (1.0, 0.5, -0.5, -1.0) as in open-r1. L is clamped at Lmax: the cosine is periodic, and without that a
completion of twice the limit would earn what an empty one does.

Whether an answer is right is what `accuracy` says, or the column `correct`; where that is unknown, the rollout is
unscored with accuracy's verdict. Options: `max_length` (needed), the four values (-1 to 1), `completion_ids`, or
`characters_per_token` where there are none, `correct`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from r1rewards.errors import BadCallError
from r1rewards.reward import Outcomes, Pending, Reward
from r1rewards.rewards.correct_of import Correct, correct_of
from r1rewards.rewards.lengths_of import LENGTH_OPTIONS, NO_LENGTH, limits, token_lengths
from r1rewards.verdicts import CODE_OF, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from r1rewards.rollouts import Batch

_VALUES = {
    "min_value_wrong": -1.0,
    "max_value_wrong": -0.5,
    "min_value_correct": 0.5,
    "max_value_correct": 1.0,
}


def score_cosine(batch: Batch) -> Outcomes | Pending:
    """(B,) rewards between the four values, verdict `measured`."""
    limits(batch, "cosine", "max_length")  # a bad call is an error before anything runs
    correct = correct_of(batch)
    if callable(correct):
        return lambda: _outcomes(batch, correct())
    return _outcomes(batch, correct)


def _outcomes(batch: Batch, correct: Correct) -> Outcomes:
    max_length = limits(batch, "cosine", "max_length")
    lengths = token_lengths(batch, "cosine")
    min_wrong, max_wrong, min_correct, max_correct = (_value(batch, name) for name in _VALUES)
    weight = (1 + np.cos(np.pi * np.minimum(lengths.tokens / max_length, 1.0))) / 2
    right = min_correct + (max_correct - min_correct) * weight
    wrong = max_wrong - (max_wrong - min_wrong) * weight
    rewards = np.where(correct.is_correct, right, wrong)
    rewards[~correct.is_known] = np.nan
    codes = np.where(np.isnan(rewards), CODE_OF[Verdict.NOT_APPLICABLE], CODE_OF[Verdict.MEASURED])
    codes = np.where(correct.is_known, codes, correct.verdicts)

    def detail(i: int) -> Mapping[str, Any]:
        if correct.is_known[i] and np.isnan(rewards[i]):
            return {"reason": NO_LENGTH, **correct.detail(i)}
        return {**lengths.detail(i), "max_length": float(max_length[i]), **correct.detail(i)}

    return Outcomes(rewards.astype(np.float32), codes.astype(np.uint8), detail)


def _value(batch: Batch, name: str) -> npt.NDArray[np.float64]:
    values = batch.column(name, _VALUES[name])
    for value in values if batch.has(name) else ():
        if not isinstance(value, (int, float, np.number)) or not -1 <= value <= 1:
            raise BadCallError(
                f"cosine: {name} lies between -1 and 1, not {value!r}; for more, give the reward a weight"
            )
    return np.array(values, np.float64)


REWARD = Reward(
    "cosine",
    score_cosine,
    low=-1.0,
    high=1.0,
    options=("max_length", *_VALUES, "correct", *LENGTH_OPTIONS),
)
