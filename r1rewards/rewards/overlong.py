"""`overlong`: a soft punishment for running into the length limit.

With L the length, Lmax = max_length and c = cache_length, all in tokens:

    0                   where L <= Lmax - c
    (Lmax - c - L) / c  where Lmax - c < L <= Lmax
    -1                  where L > Lmax

Source: DAPO, arXiv 2503.14476, equation 13 (there Lmax is 20,480 and c 4,096). It never goes below -1, however long the
completion.

Options: `max_length` and `cache_length` (needed), `completion_ids`, or `characters_per_token` where there are none (the
detail says which was used). A row without a limit or a length is `not_applicable`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from r1rewards.errors import BadCallError
from r1rewards.reward import Outcomes, Reward
from r1rewards.rewards.lengths_of import LENGTH_OPTIONS, NO_LENGTH, limits, token_lengths
from r1rewards.verdicts import CODE_OF, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from r1rewards.rollouts import Batch


def score_overlong(batch: Batch) -> Outcomes:
    """(B,) rewards in [-1, 0], verdict `measured`."""
    max_length = limits(batch, "overlong", "max_length")
    cache_length = limits(batch, "overlong", "cache_length")
    if np.any(cache_length > max_length):
        raise BadCallError("overlong: cache_length is the last part of max_length, so not above it")
    lengths = token_lengths(batch, "overlong")
    over = (max_length - cache_length - lengths.tokens) / cache_length
    rewards = np.clip(over, -1.0, 0.0) + 0.0  # no -0.0
    codes = np.where(np.isnan(rewards), _NOT_APPLICABLE, _MEASURED).astype(np.uint8)

    def detail(i: int) -> Mapping[str, Any]:
        if np.isnan(rewards[i]):
            return {"reason": NO_LENGTH}
        limit = {"max_length": float(max_length[i]), "cache_length": float(cache_length[i])}
        return {**lengths.detail(i), **limit}

    return Outcomes(rewards.astype(np.float32), codes, detail)


_MEASURED, _NOT_APPLICABLE = CODE_OF[Verdict.MEASURED], CODE_OF[Verdict.NOT_APPLICABLE]

REWARD = Reward(
    "overlong",
    score_overlong,
    low=-1.0,
    high=0.0,
    options=("max_length", "cache_length", *LENGTH_OPTIONS),
)
