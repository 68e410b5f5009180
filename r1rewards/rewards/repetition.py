"""`repetition`: a penalty for saying the same again.

reward = max_penalty * (1 - different n-grams / all n-grams), in [-1, 0]; 0 where the text is shorter than one n-gram.
Source: the n-gram penalty of "Demystifying Long Chain-of-Thought Reasoning" (arXiv 2502.03373, appendix C.2), in the
form open-r1 made common: ngram_size 3, max_penalty -1, one number per completion.

Units are the token ids of the column `completion_ids` where the row has them, else words; a script without spaces
counts letters, as many to an n-gram as carry n words (`text.shingles`): `"好的。" * 500` costs what `"ok " * 500` does.
Options: `ngram_size` (3), `max_penalty` (-1.0, from -1 to 0; for more, give the reward a weight), `completion_ids`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from r1rewards.errors import BadCallError
from r1rewards.reward import Outcomes, Reward
from r1rewards.text.shingles import repetition, token_units, units_of
from r1rewards.verdicts import CODE_OF, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from r1rewards.rollouts import Batch


def score_repetition(batch: Batch) -> Outcomes:
    """(B,) rewards in [-1, 0], verdict `measured`; the detail has the counts and the unit."""
    sizes = batch.column("ngram_size", 3)
    penalties = batch.column("max_penalty", -1.0)
    ids = batch.column("completion_ids")
    found = [
        repetition(units_of(text) if tokens is None else token_units(tokens), _size(n))
        for text, tokens, n in zip(batch.completions, ids, sizes, strict=True)
    ]
    most = np.array([_penalty(p) for p in penalties], np.float32)
    shares = np.array([r.share for r in found], np.float32)

    def detail(i: int) -> Mapping[str, Any]:
        unit = "words" if ids[i] is None else "tokens"
        counts = {"ngrams": found[i].total, "different": found[i].different}
        return {"repeated": float(shares[i]), **counts, "ngram_size": sizes[i], "unit": unit}

    return Outcomes(
        most * shares + np.float32(0),
        np.full(len(batch), CODE_OF[Verdict.MEASURED], np.uint8),
        detail,
    )


def _size(n: Any) -> int:
    if isinstance(n, (int, np.integer)) and n >= 1:
        return int(n)
    raise BadCallError(f"repetition: ngram_size is a whole number from 1 on, not {n!r}")


def _penalty(value: Any) -> float:
    if isinstance(value, (int, float, np.number)) and -1 <= value <= 0:
        return float(value)
    raise BadCallError(
        f"repetition: max_penalty lies between -1 and 0, not {value!r}; for more, give the reward a weight"
    )


REWARD = Reward(
    "repetition",
    score_repetition,
    low=-1.0,
    high=0.0,
    options=("ngram_size", "max_penalty", "completion_ids"),
)
