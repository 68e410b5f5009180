"""The words of a thought: runs of letters of one script, what is masked or neutral among them, and what each weighs.

    words = read_words(text)
    words.word(0)                       # the first of them

Not words: whatever `masks` says. Neutral, counted for no language: single letters, words that touch a digit, an
underscore or a backslash, capitals of at most five letters and camelCase. (Names, function names and units are found
where languages are told apart: `reading`.) A word of a script with spaces weighs 1, a letter of a script without spaces
1 / LETTERS_PER_WORD, so that the same content weighs about the same in all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from r1rewards.text import hiding, masks
from r1rewards.text.letters import Letters, read_letters
from r1rewards.text.scripts import (
    ALPHABETS,
    BACKSLASH,
    BACKTICK,
    DIGIT,
    LATIN,
    LETTERS_PER_WORD,
    NEWLINE,
    OTHER,
    PERIOD,
    SPACE,
    SYLLABIC,
    UNSPACED,
    UPPER,
    Bytes,
    is_any,
)  # fmt: skip

if TYPE_CHECKING:
    from r1rewards.text.masks import Masks

Positions = npt.NDArray[np.intp]
Booleans = npt.NDArray[np.bool_]


class Runs(NamedTuple):
    """The n runs of letters of one script in some texts, in order.

    starts, ends: (n,) their places. scripts: (n,); None where all are LATIN.
    """

    starts: Positions
    ends: Positions
    scripts: Bytes | None

    def take(self, at: Positions) -> Runs:
        """Some of them."""
        scripts = None if self.scripts is None else self.scripts.take(at)
        return Runs(self.starts.take(at), self.ends.take(at), scripts)


@dataclass(slots=True)
class Words:
    """The n words of some texts outside of their masks, in order.

    starts, ends: (n,) their places in the letters.
    scripts:  (n,) their scripts; None where all are LATIN.
    neutral:  (n,) counted for no language.
    capital:  (n,) the first letter is a capital, the others are not all.
    stops:    where new lines, periods and stop signs stand.
    masked:   how many letters are masked.
    """

    letters: Letters
    starts: Positions
    ends: Positions
    scripts: Bytes | None
    neutral: Booleans
    capital: Booleans
    stops: Positions
    masked: int

    def __len__(self) -> int:
        return len(self.starts)

    def word(self, i: int) -> str:
        """The i-th word."""
        return self.letters.text[self.starts[i] : self.ends[i]]


def read_words(*texts: str) -> Words:
    """The words of `texts`, those of each as if it were read alone. Linear in their length, whatever they hold."""
    letters = read_letters(texts)
    kinds = letters.kinds
    runs = _runs(kinds, letters.text.isascii())
    signs = ((kinds - np.uint8(NEWLINE)) <= BACKTICK - NEWLINE).nonzero()[0]
    is_mark = kinds.take(signs) >= BACKSLASH
    stops = signs[~is_mark]
    masked = masks.find_masks(letters, signs[is_mark], stops)
    neutral, capital, hidden = _neutral(kinds, runs)
    count = 0
    if masked.starts.size and runs.starts.size:
        keep, count = _unmasked(letters, masked, runs, hidden)
        runs, neutral, capital = runs.take(keep), neutral.take(keep), capital.take(keep)
    return Words(letters, *runs, neutral, capital, stops, count)


def _runs(kinds: Bytes, is_ascii: bool) -> Runs:
    """The last of `kinds` is no letter's."""
    behind = np.empty(kinds.size + 1, np.uint8)  # the script of each, no letter before the first
    behind[0] = 0
    script = behind[1:]
    np.less(kinds, OTHER, out=script.view(np.bool_))
    if not is_ascii:
        script *= kinds & np.uint8(31)
    edges = (behind[1:] != behind[:-1]).nonzero()[0]
    if is_ascii or script.max() <= LATIN:
        return Runs(edges[::2].copy(), edges[1::2].copy(), None)
    of = script.take(edges)
    if not np.count_nonzero(of[1::2]):  # no run touches the next
        return Runs(edges[::2].copy(), edges[1::2].copy(), of[::2].copy())
    at = (of != 0).nonzero()[0]
    return Runs(edges.take(at), edges.take(at + 1), of.take(at))


def _unmasked(
    letters: Letters, masked: Masks, runs: Runs, hidden: Booleans
) -> tuple[Positions, int]:
    """The runs that stand outside of the masks, those that hide prose left out; and how many letters are masked.

    hidden: (n,) runs that are surely no plain words.
    """
    starts, ends, scripts = runs
    first, behind = starts.searchsorted(masked.starts), starts.searchsorted(masked.ends)
    plain = np.zeros(starts.size + 1, np.int32)
    np.cumsum(~hidden, out=plain[1:])
    suspicious = plain.take(behind) - plain.take(first) >= hiding.PLAIN_WORDS_IN_A_ROW
    hides = np.zeros(first.size, np.bool_)
    if scripts is not None:
        long = is_any(scripts, UNSPACED)
        if np.count_nonzero(long):
            long &= ends - starts >= hiding.UNSPACED_LETTERS_IN_A_ROW
            longs = np.concatenate([[0], np.cumsum(long)])
            hides = longs[behind] > longs[first]
            suspicious &= ~hides
    blocks = (suspicious & (masked.kinds == masks.CODE)).nonzero()[0]
    if blocks.size:
        spans = masked.starts.take(blocks), masked.ends.take(blocks)
        hides[blocks] = hiding.prose_blocks(letters, starts, ends, *spans)
        suspicious[blocks] = False
    for i in suspicious.nonzero()[0].tolist():
        hides[i] = hiding.is_prose(letters.text, masked, i)
    count = int((masked.ends - masked.starts)[~hides].sum())
    if np.count_nonzero(hides):
        first, behind = first[~hides], behind[~hides]
    edges = np.zeros(2 * first.size + 2, np.intp)  # outside, inside, outside ...
    edges[1:-1:2], edges[2:-1:2], edges[-1] = first, behind, starts.size
    is_outside = np.ones(edges.size - 1, np.bool_)
    is_outside[1::2] = False
    return np.repeat(is_outside, edges[1:] - edges[:-1]).nonzero()[0], count


def _neutral(kinds: Bytes, runs: Runs) -> tuple[Booleans, Booleans, Booleans]:
    """(n,) neutral words; words with a capital; words that are single letters or commands."""
    starts, ends, scripts = runs
    if not starts.size:
        return np.zeros(0, np.bool_), np.zeros(0, np.bool_), np.zeros(0, np.bool_)
    before, behind = kinds.take(starts - 1), kinds.take(ends)  # before the first: the last
    hidden = ends - starts == 1
    touches = (before - np.uint8(DIGIT)) < 2
    touches |= (behind - np.uint8(DIGIT)) < 2
    if scripts is not None:
        touches &= is_any(scripts, ALPHABETS)
        hidden &= ~is_any(scripts, SYLLABIC)
    hidden |= before == BACKSLASH
    neutral = hidden | touches
    capital = (kinds.take(starts) & np.uint8(UPPER | OTHER)) == UPPER
    upper = (kinds & np.uint8(UPPER | OTHER)) == UPPER
    if np.count_nonzero(upper) > np.count_nonzero(capital & (before >= OTHER)):
        _mark_capitals(runs, (upper[1:] & (kinds[:-1] < OTHER)).nonzero()[0] + 1, neutral, capital)
    return neutral, capital, hidden


def _mark_capitals(runs: Runs, inner: Positions, neutral: Booleans, capital: Booleans) -> None:
    """Words with a capital behind their first letter: all capitals (neutral to five letters) and camelCase (neutral).

    inner: where capitals stand behind a letter. A text all in capitals is text: words in a row of five or more in
    capitals, of three lengths, are not neutral.
    """
    starts, ends, _ = runs
    word = starts.searchsorted(inner, "right") - 1
    first = np.ones(word.size, np.bool_)
    np.not_equal(word[1:], word[:-1], out=first[1:])
    words = word[first]
    counts = np.bincount(first.cumsum() - 1)
    lengths = ends[words] - starts[words]
    all_capitals = (counts == lengths - 1) & capital[words]
    odd = words[~all_capitals | (lengths <= 5)]
    neutral[odd] = True
    capital[words[all_capitals]] = False
    if odd.size < 5 or not np.count_nonzero(odd[4:] - odd[:-4] == 4):
        return
    for run in np.split(odd, (np.diff(odd) != 1).nonzero()[0] + 1):
        if run.size >= 5 and np.unique(ends[run] - starts[run]).size >= 3:
            neutral[run] = ends[run] - starts[run] == 1


def first_of_sentences(words: Words) -> Positions:
    """The first word of each sentence that has words.

    Sentences end at a new line, at a stop sign, and at a period that a space or the text's end follows.
    """
    kinds, ends = words.letters.kinds, words.stops
    if ends.size:
        following = kinds.take(ends + 1, mode="clip")
        inside = (kinds.take(ends) == PERIOD) & ((following - np.uint8(SPACE)) > NEWLINE - SPACE)
        ends = ends[~inside]
    if not len(words):
        return ends[:0]
    first = np.empty(ends.size + 1, np.intp)
    first[0] = 0
    first[1:] = words.starts.searchsorted(ends)
    is_new = np.empty(first.size, np.bool_)
    is_new[0] = True
    np.not_equal(first[1:], first[:-1], out=is_new[1:])
    is_new &= first < len(words)
    found: Positions = first[is_new]
    return found


WORD = 1_000_000
"""The weight of one word: weights are whole numbers, so that no order of adding changes a share."""

LETTER_WEIGHTS = np.zeros(32, np.int64)
LETTER_WEIGHTS[list(LETTERS_PER_WORD)] = [round(WORD / n) for n in LETTERS_PER_WORD.values()]
LIGHTEST_LETTER = round(WORD / max(LETTERS_PER_WORD.values()))


def weights(words: Words) -> npt.NDArray[np.int64]:
    """(n,) what each word weighs, in 1 / WORD; Han as in Chinese."""
    if words.scripts is None:
        return np.full(len(words), WORD)
    of_letter = LETTER_WEIGHTS[words.scripts]
    weight: npt.NDArray[np.int64] = np.where(
        of_letter > 0, of_letter * (words.ends - words.starts), WORD
    )
    return weight
