"""`length`: among the rollouts of one prompt, shorter is better, as long as it is right.

With L the length, min and max the shortest and longest of the group, lambda = 0.5 - (L - min) / (max - min):

    lambda          where the answer is right
    min(0, lambda)  where it is wrong
    0               where all of the group are of one length

in [-0.5, 0.5]. Source: the length reward of Kimi k1.5 (arXiv 2501.12599, section 2.3.3). min and max are the *group's*:
taken over a batch of several prompts they would punish the rollouts of the hardest prompt for being about it.

Whether an answer is right is what `accuracy` says, or the column `correct`. Where that is unknown the rollout is
unscored, with accuracy's verdict; its length still counts in min and max. Lengths are tokens where every row of a group
has `completion_ids`, else characters for that group. Options: `completion_ids`, `correct`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from r1rewards.errors import BadCallError
from r1rewards.groups import group_index
from r1rewards.reward import Outcomes, Pending, Reward
from r1rewards.rewards.correct_of import Correct, correct_of
from r1rewards.verdicts import CODE_OF, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from r1rewards.rollouts import Batch


def score_length(batch: Batch) -> Outcomes | Pending:
    """(B,) rewards in [-0.5, 0.5], verdict `measured`."""
    if batch.groups is None and len(batch) > 1:
        raise BadCallError(
            "length compares the rollouts of one prompt: pass groups=[...] (one id per rollout) or prompts=[...]"
        )
    correct = correct_of(batch)
    if callable(correct):
        return lambda: _outcomes(batch, correct())
    return _outcomes(batch, correct)


def _outcomes(batch: Batch, correct: Correct) -> Outcomes:
    ids, index = group_index(batch.groups or [0] * len(batch))
    lengths, is_tokens = _lengths(batch, index, len(ids))
    shortest, longest = np.full(len(ids), np.inf), np.zeros(len(ids))
    np.minimum.at(shortest, index, lengths)
    np.maximum.at(longest, index, lengths)
    spread = (longest - shortest)[index]
    places = np.divide(
        lengths - shortest[index], spread, out=np.full(len(batch), 0.5), where=spread > 0
    )
    rewards = 0.5 - places
    rewards = np.where(correct.is_correct, rewards, np.minimum(0.0, rewards))
    rewards[~correct.is_known] = np.nan
    codes = np.where(correct.is_known, CODE_OF[Verdict.MEASURED], correct.verdicts)

    def detail(i: int) -> Mapping[str, Any]:
        unit = "tokens" if is_tokens[i] else "characters"
        group = {"shortest": float(shortest[index[i]]), "longest": float(longest[index[i]])}
        return {"length": float(lengths[i]), "unit": unit, **group, **correct.detail(i)}

    return Outcomes(rewards.astype(np.float32), codes.astype(np.uint8), detail)


def _lengths(
    batch: Batch, index: npt.NDArray[np.intp], groups: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """(B,) lengths, and whether they are tokens: all of a group in one unit."""
    tokens = batch.column("completion_ids")
    has_ids = np.array([ids is not None for ids in tokens], np.bool_)
    whole = np.ones(groups, np.bool_)
    np.logical_and.at(whole, index, has_ids)
    is_tokens = whole[index]
    lengths = [
        len(ids) if use else len(text)
        for ids, use, text in zip(tokens, is_tokens, batch.completions, strict=True)
    ]
    return np.array(lengths, np.float64), is_tokens


REWARD = Reward(
    "length",
    score_length,
    low=-0.5,
    high=0.5,
    options=("completion_ids", "correct"),
    by_group=True,
)
