"""Which language the words of a shared script are in, told by the words around them and by the rest of the text.

Each word has a weight in each candidate language (`ngrams`). The language of a word is the one with the largest sum
over a window of two words to each side, inside its sentence, plus the logarithm of the language's share in the text.
The share is counted in a first pass, with equal shares; no share is taken to be under 0.002.

Candidates are all supported languages of the script. A language that is not among them is taken for the nearest one.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from r1rewards.text.ngrams import COMMON, NEUTRAL, UNITS_PER_NAT, Known, WordTable, common_words
from r1rewards.text.scripts import ARABIC, CYRILLIC, DEVANAGARI, LATIN

if TYPE_CHECKING:
    from r1rewards.text.ngrams import Rows
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

MANY_DOUBTS = 0.67
"""Where more than such a part of the words is doubtful, all are looked at."""

LEAST_SHARE = 0.002
PRIOR_WEIGHT = 4
"""The n-grams of a word overlap, so its weights overstate; the logarithm of a share counts this many times."""


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
        step = np.ones(count, np.intp)
        step[first_words] = 1 + REACH
        step[0] = REACH
        return cls(step.cumsum(), count + REACH * (len(first_words) + 1))

    def sums(self, laid: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
        """(size,) values in the layout -> (n,) sums over each word's window."""
        return _window_sums(laid).take(self.places - REACH)

    def sums_at(self, rows: Rows, laid: Positions, words: Positions) -> Rows:
        """(k, languages) sums of the rows that `laid` (size,) names, over the windows of the k `words` only."""
        place = self.places.take(words)
        is_needed = np.zeros(self.size, np.bool_)
        for shift in range(-REACH, REACH + 1):
            is_needed[place + shift] = True
        needed = is_needed.nonzero()[0]
        totals = _window_sums(rows.take(laid.take(needed), axis=0))
        return totals.take(is_needed.cumsum().take(place) - 1 - REACH, axis=0)

    def lay(self, values: npt.NDArray[Any], fill: int = 0) -> npt.NDArray[Any]:
        """(n,) values -> (size,) in the layout, `fill` in the empty places."""
        laid = np.full(self.size, fill, values.dtype)
        laid[self.places] = values
        return laid


def _window_sums(laid: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    """(k, ...) -> (k - 2 REACH, ...) sums of 2 REACH + 1 in a row."""
    count = len(laid) - 2 * REACH
    total: npt.NDArray[np.int16] = laid[:count] + laid[1 : count + 1]
    for shift in range(2, 2 * REACH + 1):
        total += laid[shift : count + shift]
    return total


Counted = Callable[[], "Booleans | None"]


def label(  # noqa: PLR0917
    windows: Windows,
    known: Known,
    silent: Booleans | None,
    target: int | None,
    bounds: Positions,
    counted: Counted,
) -> npt.NDArray[np.uint8] | None:
    """(n,) the language of each word, as an index into the table's languages; None where all are in the target.

    silent:  (n,) words that stand in their windows but say nothing (names).
    target:  an index; where two languages are equally likely, this one it is. None where it is written otherwise.
    bounds:  (texts + 1,) the first word of each text.
    counted: which words (n,) count for the shares, None for all; asked for only where there are two languages.
    """
    nobody = len(known.rows) - 1
    slots = known.slots if silent is None else np.where(silent, nobody, known.slots)
    laid = windows.lay(slots, nobody)
    if target is None:
        doubtful = np.arange(slots.size)
    else:
        # How far the target is ahead of the best other, word by word: a bound from below for the same of sums.
        ahead = windows.sums(known.leads[target].take(laid))
        doubtful = (ahead < 0).nonzero()[0]
        if not doubtful.size:
            return None
        if doubtful.size > MANY_DOUBTS * slots.size:
            doubtful = np.arange(slots.size)
    ranked = _ranked(windows.sums_at(known.rows, laid, doubtful), target)
    first = _best(ranked)
    if (first == target).all():
        return None
    logs = _logs_by_text(first, doubtful, target, bounds, counted())[: len(ranked)]
    # Where another language has the larger share, it may win words of which there was no doubt.
    weak = (logs[target] < logs.max(axis=0)).nonzero()[0] if target is not None else doubtful[:0]
    if weak.size and doubtful.size < slots.size:
        again = np.zeros(slots.size, np.bool_)
        again[doubtful] = True
        for text in weak.tolist():
            again[bounds[text] : bounds[text + 1]] = True
        doubtful = again.nonzero()[0]
        ranked = _ranked(windows.sums_at(known.rows, laid, doubtful), target)
    begins = doubtful.searchsorted(bounds)
    for text in range(len(bounds) - 1):
        ranked[:, begins[text] : begins[text + 1]] += logs[:, text, None] << _RANK_BITS
    found = _best(ranked)
    if (found == target).all():
        return None
    labels = np.full(slots.size, target or 0, np.uint8)
    labels[doubtful] = found
    return labels


_RANK_BITS = 5
MOST_LANGUAGES = 1 << _RANK_BITS
"""Of one script."""
_RANKS = np.arange(MOST_LANGUAGES - 1, -1, -1).astype(np.int32)[:, None]


def _logs_by_text(
    labels: npt.NDArray[np.uint8],
    at: Positions,
    rest: int | None,
    bounds: Positions,
    counted: Booleans | None,
) -> npt.NDArray[np.int32]:
    """(MOST_LANGUAGES, texts) the logarithms of the shares of the languages in each text.

    labels: (k,) the languages of the words `at`. rest: that of all others.
    """
    texts = len(bounds) - 1
    cells = np.repeat(np.arange(texts) * MOST_LANGUAGES, np.diff(at.searchsorted(bounds))) + labels
    total = np.diff(bounds)
    if counted is not None:
        cells = cells[counted.take(at)]
        total = np.diff(np.concatenate([[0], counted.cumsum()]).take(bounds))
    counts = np.bincount(cells, minlength=texts * MOST_LANGUAGES).reshape(texts, MOST_LANGUAGES)
    if rest is not None:
        counts[:, rest] += total - counts.sum(axis=1)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    logs = np.full((MOST_LANGUAGES, texts), _log_share(LEAST_SHARE), np.int32)
    for text, language in np.argwhere(shares > LEAST_SHARE).tolist():
        logs[language, text] = _log_share(float(shares[text, language]))
    return logs


def _ranked(sums: npt.NDArray[np.int16], target: int | None) -> npt.NDArray[np.int32]:
    """(n, languages) sums -> (languages, n), with the language in the low bits so that a maximum names it."""
    ranked: npt.NDArray[np.int32] = sums.T.astype(np.int32, order="C")
    if target is not None:
        ranked[target] += 1
    ranked <<= _RANK_BITS
    ranked += _RANKS[: len(ranked)]
    return ranked


def _best(ranked: npt.NDArray[np.int32]) -> npt.NDArray[np.uint8]:
    """(n,) the language of the largest; the first of equals."""
    best = ranked.max(axis=0)
    labels: npt.NDArray[np.uint8] = (~best & (MOST_LANGUAGES - 1)).astype(np.uint8)
    return labels


def _log_share(share: float) -> int:
    return round(UNITS_PER_NAT * PRIOR_WEIGHT * math.log(share))
