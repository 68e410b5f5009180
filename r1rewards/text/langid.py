"""Which language the words of a shared script are in, told by the words around them and by the rest of the text.

Each word has a weight in each candidate language (`ngrams`). The language of a word is the one with the largest sum
over a window of two words to each side, inside its sentence, plus the logarithm of the language's share in the text.
The share is counted in a first pass, with equal shares; no share is taken to be under 0.002.

Candidates are all supported languages of the script. A language that is not among them is taken for the nearest one.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from r1rewards.text.ngrams import COMMON, NEUTRAL, UNITS_PER_NAT, Known, WordTable, common_words
from r1rewards.text.scripts import ARABIC, CYRILLIC, DEVANAGARI, LATIN

if TYPE_CHECKING:
    from r1rewards.text.words import Booleans, Positions

CANDIDATES = {
    LATIN: (
        "en", "fr", "de", "es", "pt", "it", "nl", "sv", "pl", "cs", "ro", "hu", "tr", "vi", "id", "sw", "fi", "da",
        "no",
    ),
    CYRILLIC: ("ru", "uk", "bg"),
    ARABIC: ("ar", "fa", "ur"),
    DEVANAGARI: ("hi", "mr"),
}  # fmt: skip
"""Script -> the languages told apart in it. Scripts that are not here decide by themselves."""

SCRIPT_NAMES = {
    LATIN: "latin", CYRILLIC: "cyrillic", ARABIC: "arabic", DEVANAGARI: "devanagari",
}  # fmt: skip

REACH = 2
"""Words to each side that speak for a word's language."""

LEAST_SHARE = 0.002
PRIOR_WEIGHT = 4
"""The n-grams of a word overlap, so its weights overstate; the logarithm of a share counts this many times."""

Table = npt.NDArray[np.int16]


@functools.cache
def word_table(script: int) -> WordTable:
    """The words of `script` (one of `CANDIDATES`)."""
    return WordTable(
        SCRIPT_NAMES[script], CANDIDATES[script], _mark if script == LATIN else _no_mark
    )


def _mark(word: str) -> int:
    if word in common_words()["symbols"]:
        return NEUTRAL
    return COMMON if word in common_words()["en"] else 0


def _no_mark(_: str) -> int:
    return 0


@dataclass(frozen=True, slots=True)
class Windows:
    """n words in sentences, laid out with REACH empty places around each sentence so that no window leaves it.

    places: (n,) where each word stands in the layout, which has `size` places.
    """

    places: Positions
    size: int

    @classmethod
    def of(cls, first_words: Positions, count: int) -> Windows:
        """first_words: the first word of each sentence."""
        step = np.zeros(count, np.intp)
        step[first_words] = REACH
        places = np.cumsum(step)
        places += np.arange(count)
        return cls(places, count + REACH * (len(first_words) + 1))

    def sums(self, values: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
        """(n, ...) values -> (n, ...) sums over each word's window."""
        laid = np.zeros((self.size, *values.shape[1:]), np.int16)
        laid[self.places] = values
        return self.sums_laid(laid)

    def sums_laid(self, laid: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
        """The same of values already laid out: (size, ...) -> (n, ...)."""
        total = laid[: self.size - 2 * REACH] + laid[1 : self.size - 2 * REACH + 1]
        for shift in range(2, 2 * REACH + 1):
            total += laid[shift : self.size - 2 * REACH + shift]
        picked: npt.NDArray[np.int16] = total.take(self.places - REACH, axis=0)
        return picked


def label(
    windows: Windows, known: Known, silent: Booleans | None, target: int = 0
) -> npt.NDArray[np.intp]:
    """(n,) the language of each word, as an index into the table's languages.

    silent: (n,) words that stand in their windows but say nothing (names).
    target: where two languages are equally likely, this one it is.
    """
    slots = known.slots
    if silent is not None:
        slots = np.where(silent, len(known.rows) - 1, slots)
    laid = np.full(windows.size, len(known.rows) - 1, np.int64)
    laid[windows.places] = slots
    sums = windows.sums_laid(known.rows.take(laid, axis=0)).T.astype(np.int32)
    sums[target] += 1
    first = sums.argmax(axis=0)
    sums += log_shares(np.bincount(first, minlength=len(sums)))[:, None]
    labels: npt.NDArray[np.intp] = sums.argmax(axis=0)
    return labels


def log_shares(counts: npt.NDArray[np.intp]) -> npt.NDArray[np.int32]:
    """Counts per language -> the logarithms of their shares, in the units of the weights."""
    shares = np.maximum(counts / max(int(counts.sum()), 1), LEAST_SHARE)
    logs: npt.NDArray[np.int32] = np.rint(UNITS_PER_NAT * PRIOR_WEIGHT * np.log(shares)).astype(
        np.int32
    )
    return logs
