"""Endless repetition of a short pattern: how much of each word it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from r1rewards.text.letters import Units
    from r1rewards.text.words import Booleans, Positions

PERIODS = range(1, 17)
REPEATED_LETTERS = 0.12
SAMPLED = 7
REPEATS_COUNTED = 3
"""A pattern of 1 to 16 letters that repeats more than so often is padding, in texts where that is a part so large (by
every seventh letter)."""


def padding(units: Units, starts: Positions, ends: Positions) -> npt.NDArray[np.int64] | None:
    """(n,) how many letters of each word of a text are padding; None for none. units: its letters."""
    columns = [units[i::SAMPLED].copy() for i in range(SAMPLED)]
    some = columns[0]
    repeated: Booleans | None = None
    for period in PERIODS:
        ahead = columns[period % SAMPLED][period // SAMPLED :]
        if np.count_nonzero(ahead == some[: ahead.size]) >= REPEATED_LETTERS * some.size:
            same = units[period:] == units[:-period]
            if repeated is None:
                repeated = np.zeros(units.size + 1, np.bool_)
            repeated[period:-1] |= _long_runs(same, (REPEATS_COUNTED - 1) * period)
    if repeated is None or not repeated.any():
        return None
    before = np.concatenate([[0], repeated.cumsum()])
    of_each: npt.NDArray[np.int64] = before.take(ends) - before.take(starts)
    return of_each


def _long_runs(same: Booleans, length: int) -> Booleans:
    """True behind the first `length` of each run of True."""
    index = np.arange(same.size)
    last_break = np.maximum.accumulate(np.where(same, -1, index))
    long: Booleans = same & (index - last_break > length)
    return long
