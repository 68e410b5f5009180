"""How long each completion of a batch is, and in which unit: one place, so that no reward mixes tokens and letters."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from r1rewards.errors import BadCallError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from r1rewards.rollouts import Batch

LENGTH_OPTIONS = ("completion_ids", "characters_per_token")
NO_LENGTH = "this row has no limit, or no length in tokens (completion_ids)"


class Lengths(NamedTuple):
    """(B,) lengths in tokens, NaN where unknown, and how each was found."""

    tokens: npt.NDArray[np.float64]
    units: Sequence[str]

    def detail(self, i: int) -> Mapping[str, Any]:
        """What a reader needs to know about one length."""
        return {"length": float(self.tokens[i]), "unit": self.units[i]}


def token_lengths(batch: Batch, reward: str) -> Lengths:
    """Tokens of each completion: as many as `completion_ids` holds, else letters / `characters_per_token`, if given.

    Raises BadCallError where the call gives neither: a limit in tokens compared with letters is off by a factor of 2 to
    5, and differently for every script, so none is assumed.
    """
    if len(batch) and not any(batch.has(name) for name in LENGTH_OPTIONS):
        raise BadCallError(
            f"{reward}: counts tokens; pass completion_ids (one list of token ids per completion), or say how many "
            f"characters make a token, for example characters_per_token=3.5 for English mathematics."
        )
    ids, ratios = batch.column("completion_ids"), batch.column("characters_per_token")
    rows = [_length(*row, reward) for row in zip(batch.completions, ids, ratios, strict=True)]
    return Lengths(np.array([tokens for tokens, _ in rows], np.float64), [u for _, u in rows])


def _length(text: str, ids: Any, ratio: Any, reward: str) -> tuple[float, str]:
    if isinstance(ids, str):
        raise BadCallError(
            f"{reward}: completion_ids is a list of token ids for each completion, not text"
        )
    if ids is not None:
        return float(len(ids)), "tokens"
    if ratio is None:
        return math.nan, "unknown"
    if not isinstance(ratio, (int, float, np.number)) or not 0 < ratio < math.inf:
        raise BadCallError(f"{reward}: characters_per_token is a number above 0, not {ratio!r}")
    return len(text) / float(ratio), f"characters / {ratio:g}"


def limits(batch: Batch, reward: str, name: str) -> npt.NDArray[np.float64]:
    """(B,) the column `name`, a number of tokens above 0; NaN where a row has none, BadCallError where no row has."""
    if len(batch) and not batch.has(name):
        raise BadCallError(f"{reward}: pass {name}=..., in tokens")
    return np.array([_limit(value, reward, name) for value in batch.column(name)], np.float64)


def _limit(value: Any, reward: str, name: str) -> float:
    if value is None or value != value:  # noqa: PLR0124 - NaN, as pandas fills a column that has gaps
        return math.nan
    if isinstance(value, (int, float, np.number)) and 0 < value < math.inf:
        return float(value)
    raise BadCallError(f"{reward}: {name} is a number of tokens above 0, not {value!r}")
