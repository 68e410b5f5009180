"""The words of a thought: runs of letters of one script, what is masked or neutral among them, and what each weighs.

    words = read_words(text)
    words.text[words.starts[i] : words.ends[i]]       # the i-th word

Not words: whatever `masks` says. Neutral, counted for no language: single letters, words that touch a digit, an
underscore or a backslash, capitals of at most five letters and camelCase. (Names, function names and units are found
where languages are told apart: `share`.) A word of a script with spaces weighs 1, a letter of a script without spaces
1 / LETTERS_PER_WORD, so that the same content weighs about the same in all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from r1rewards.text import masks
from r1rewards.text.ngrams import LONGEST_WORD
from r1rewards.text.scripts import (
    BACKSLASH,
    CYRILLIC,
    DIGIT,
    GREEK,
    HANGUL,
    INVISIBLE,
    LATIN,
    LETTERS_PER_WORD,
    NEWLINE,
    OTHER,
    OTHERS,
    PERIOD,
    SPACE,
    STOP,
    UNSPACED,
    UPPER,
    Bytes,
    tables,
)  # fmt: skip

if TYPE_CHECKING:
    from r1rewards.text.masks import Span

Positions = npt.NDArray[np.intp]
Booleans = npt.NDArray[np.bool_]
Keys = npt.NDArray[np.uint64]


@dataclass(slots=True)
class Words:
    """The n words of one text outside of its masks, in order.

    text:     the text as read: invisible characters left out, one UTF-16 unit per letter.
    starts, ends: (n,) their places in `text`.
    scripts:  (n,) their scripts; None where all are LATIN.
    neutral:  (n,) counted for no language.
    capital:  (n,) the first letter is a capital, the others are not all.
    kinds, codes: one byte for each letter of `text`, see `scripts`.
    spans:    what was masked. masked: how many letters stood there.
    """

    text: str
    kinds: Bytes
    codes: Bytes
    starts: Positions
    ends: Positions
    scripts: Bytes | None
    neutral: Booleans
    capital: Booleans
    spans: list[Span]
    masked: int

    def __len__(self) -> int:
        return len(self.starts)


def read_words(text: str) -> Words:
    """The words of `text`. Linear in its length, whatever it holds."""
    text, kinds, codes = _read_letters(text)
    starts, ends, scripts = _runs(kinds, text.isascii())
    spans = masks.find_masks(text, kinds)
    masked = 0
    if spans and starts.size:
        keep, masked = _unmasked(text, spans, starts, ends, scripts)
        starts, ends = starts[keep], ends[keep]
        scripts = scripts if scripts is None else scripts[keep]
    neutral, capital = _neutral(kinds, starts, ends, scripts)
    return Words(text, kinds, codes, starts, ends, scripts, neutral, capital, spans, masked)


def _read_letters(text: str) -> tuple[str, Bytes, Bytes]:
    table = tables()
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:
        pass
    else:
        kinds = np.frombuffer(raw.translate(table.ascii_kinds), np.uint8)
        if text.isascii() or not (kinds == INVISIBLE).any():
            return text, kinds, np.frombuffer(raw.translate(table.ascii_codes), np.uint8)
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), "<u2")
    if units.size != len(text):
        return _read_letters(_ASTRAL.sub(_stand_in, text))
    kinds = table.kinds.take(units)
    if kinds.size and kinds.max() >= INVISIBLE:
        return _read_letters(_visible(text))
    return text, kinds, table.codes.take(units)


_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_INVISIBLE = re.compile(f"[{OTHERS[INVISIBLE]}]+")
_MARKS = re.compile("[^\u0300-\u036f]?[\u0300-\u036f]+")


def _stand_in(found: re.Match[str]) -> str:
    """One letter for a character that takes two UTF-16 units: rare Han, mathematical alphabets; or a sign."""
    character = found.group()
    if "\U00020000" <= character <= "\U000323af":
        return "\u3400"
    if "\U0001d400" <= character <= "\U0001d7ff":
        return unicodedata.normalize("NFKC", character)[0]
    return "\ufffd" if not character.isalpha() else "\u2d30"


def _visible(text: str) -> str:
    """Without invisible characters, and accents joined to their letters where Unicode has such a letter."""
    return _MARKS.sub(_joined, _INVISIBLE.sub("", text))


def _joined(found: re.Match[str]) -> str:
    composed = unicodedata.normalize("NFC", found.group())
    return composed[:1] if not "\u0300" <= composed[0] <= "\u036f" else ""


def original_places(text: str, words: Words) -> Callable[[int], int]:
    """A function from a place in `words.text` to the place in `text`, from which that was read."""
    if len(text) == len(words.text):
        return lambda place: place
    places, at = [], 0
    for found in _MARKS.finditer(text):
        places += [i for i in range(at, found.start()) if not _INVISIBLE.match(text[i])]
        places += [found.start()] * bool(_joined(found))
        at = found.end()
    places += [i for i in range(at, len(text)) if not _INVISIBLE.match(text[i])]
    return lambda place: places[place] if place < len(places) else len(text)


def _runs(kinds: Bytes, is_ascii: bool) -> tuple[Positions, Positions, Bytes | None]:
    """Runs of letters of one script: starts, ends, scripts."""
    letter = kinds < OTHER
    if is_ascii:
        padded = np.zeros(kinds.size + 2, np.bool_)
        padded[1:-1] = letter
        edges = np.flatnonzero(padded[1:] != padded[:-1])
        return edges[::2], edges[1::2], None
    script = np.zeros(kinds.size + 2, np.uint8)
    np.multiply(kinds & 31, letter, out=script[1:-1])
    edges = np.flatnonzero(script[1:] != script[:-1])
    if not edges.size:
        return edges, edges, np.zeros(0, np.uint8)
    of = script[1:].take(edges)
    is_start = of != 0
    is_start[-1] = False
    at = np.flatnonzero(is_start)
    scripts = of[at]
    return edges[at], edges[at + 1], None if (scripts == LATIN).all() else scripts


def _unmasked(
    text: str, spans: list[Span], starts: Positions, ends: Positions, scripts: Bytes | None
) -> tuple[Booleans, int]:
    """(n,) which words stand outside of the masks, those that hide prose left out; and the letters masked."""
    first, behind = masks.masked_words(spans, starts)
    step = np.zeros(len(starts) + 1, np.int32)
    masked = 0
    suspicious = behind - first >= masks.PLAIN_WORDS_IN_A_ROW
    if scripts is not None:
        long = np.isin(scripts, list(UNSPACED)) & (ends - starts >= masks.UNSPACED_LETTERS_IN_A_ROW)
        longs = np.concatenate([[0], np.cumsum(long)])
        unspaced = longs[behind] > longs[first]
    else:
        unspaced = np.zeros(len(spans), np.bool_)
    for i, span in enumerate(spans):
        if unspaced[i] or (suspicious[i] and masks.is_prose(text, span)):
            continue
        step[first[i]] += 1
        step[behind[i]] -= 1
        masked += span.end - span.start
    return np.cumsum(step[:-1]) == 0, masked


def _neutral(
    kinds: Bytes, starts: Positions, ends: Positions, scripts: Bytes | None
) -> tuple[Booleans, Booleans]:
    if not starts.size:
        return np.zeros(0, np.bool_), np.zeros(0, np.bool_)
    before, behind = kinds.take(starts - 1), kinds.take(ends, mode="clip")
    if starts[0] == 0:
        before[0] = SPACE
    if ends[-1] == kinds.size:
        behind[-1] = SPACE
    bound = ((before - np.uint8(DIGIT)) < 2) | ((behind - np.uint8(DIGIT)) < 2)
    bound |= ends - starts == 1
    if scripts is not None:
        alphabet = (scripts == LATIN) | (scripts == CYRILLIC) | (scripts == GREEK)
        bound &= alphabet | ((ends - starts == 1) & ~np.isin(scripts, [*UNSPACED, HANGUL]))
    bound |= before == BACKSLASH
    capital = (kinds.take(starts) & (UPPER | OTHER)) == UPPER
    _mark_capitals(kinds, starts, ends, bound, capital)
    return bound, capital


def _mark_capitals(
    kinds: Bytes, starts: Positions, ends: Positions, neutral: Booleans, capital: Booleans
) -> None:
    """Words with a capital behind their first letter: all capitals (neutral to five letters) and camelCase (neutral).

    A text all in capitals is text: words in a row of five or more in capitals, of three lengths, are not neutral.
    """
    upper = (kinds & (UPPER | OTHER)) == UPPER
    inner = np.flatnonzero(upper[1:] & (kinds[:-1] < OTHER)) + 1
    if not inner.size:
        return
    words, counts = np.unique(np.searchsorted(starts, inner, "right") - 1, return_counts=True)
    inside = (words >= 0) & (
        inner[np.searchsorted(np.searchsorted(starts, inner, "right") - 1, words)] < ends[words]
    )
    words, counts = words[inside], counts[inside]
    lengths = ends[words] - starts[words]
    all_capitals = (counts == lengths - 1) & capital[words]
    odd = words[~all_capitals | (lengths <= 5)]
    neutral[odd] = True
    capital[words[all_capitals]] = False
    for run in np.split(odd, np.flatnonzero(np.diff(odd) != 1) + 1):
        if run.size >= 5 and np.unique(ends[run] - starts[run]).size >= 3:
            neutral[run] = ends[run] - starts[run] == 1


def sentence_ends(words: Words) -> Positions:
    """Where sentences end: at a new line, at a stop sign, at a period that a space or the text's end follows."""
    kinds = words.kinds
    ends = np.flatnonzero((kinds - np.uint8(NEWLINE)) <= STOP - NEWLINE)
    following = kinds.take(ends + 1, mode="clip")
    period = (kinds.take(ends) == PERIOD) & ((following - np.uint8(SPACE)) > NEWLINE - SPACE)
    if ends.size and ends[-1] == kinds.size - 1:
        period[-1] = False
    found: Positions = ends[~period]
    return found


def first_of_segments(words: Words) -> Positions:
    """The first word of each sentence that has words."""
    at = np.searchsorted(words.starts, sentence_ends(words))
    bounds = np.concatenate([[0], at])
    return np.unique(bounds[bounds < len(words)])


WORD = 1_000_000
"""The weight of one word: weights are whole numbers, so that no order of adding changes a share."""

LETTER_WEIGHTS = np.zeros(32, np.int64)
LETTER_WEIGHTS[list(LETTERS_PER_WORD)] = [round(WORD / n) for n in LETTERS_PER_WORD.values()]


def weights(words: Words) -> npt.NDArray[np.int64]:
    """(n,) what each word weighs, in 1 / WORD; Han as in Chinese."""
    if words.scripts is None:
        return np.full(len(words), WORD)
    of_letter = LETTER_WEIGHTS[words.scripts]
    weight: npt.NDArray[np.int64] = np.where(
        of_letter > 0, of_letter * (words.ends - words.starts), WORD
    )
    return weight


_MASKS = np.array([(1 << 8 * n) - 1 for n in range(8)] + [(1 << 64) - 1], np.uint64)
_PARTS = (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53))


def word_keys(codes: Bytes, starts: Positions, ends: Positions) -> Keys:
    """(n,) 64-bit keys of words: the letters themselves up to eight, a mix of the first 24 of longer ones."""
    padded = np.zeros(codes.size + LONGEST_WORD, np.uint8)
    padded[: codes.size] = codes
    eights: Keys = np.ndarray((codes.size + LONGEST_WORD - 8,), "<u8", padded, strides=(1,))
    lengths = np.minimum(ends - starts, LONGEST_WORD)
    keys: Keys = eights[starts] & _MASKS.take(np.minimum(lengths, 8))
    for i, factor in enumerate(_PARTS):
        longer = np.flatnonzero(lengths > 8 * (i + 1))
        if longer.size:
            part = eights[starts[longer] + 8 * (i + 1)] & _MASKS.take(
                np.minimum(lengths[longer] - 8 * (i + 1), 8)
            )
            mixed = (keys[longer] ^ (keys[longer] >> np.uint64(29))) * factor + part
            keys[longer] = mixed ^ (mixed >> np.uint64(32)) | np.uint64(1 << 63)
    return keys
