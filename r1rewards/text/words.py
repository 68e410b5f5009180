"""The words of a thought: runs of letters of one script, what is masked or neutral among them, and what each weighs.

    words = read_words(text)
    words.text[words.starts[i] : words.ends[i]]       # the i-th word

Not words: whatever `masks` says. Neutral, counted for no language: single letters, words that touch a digit, an
underscore or a backslash, capitals of at most five letters and camelCase. (Names, function names and units are found
where languages are told apart: `share`.) A word of a script with spaces weighs 1, a letter of a script without spaces
1 / LETTERS_PER_WORD, so that the same content weighs about the same in all.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from r1rewards.text import masks
from r1rewards.text.ngrams import LONGEST_WORD
from r1rewards.text.scripts import (
    BACKSLASH,
    BACKTICK,
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
    UPPER,
    Bytes,
    tables,
)  # fmt: skip

if TYPE_CHECKING:
    from r1rewards.text.masks import Masks

Positions = npt.NDArray[np.intp]
Booleans = npt.NDArray[np.bool_]
Keys = npt.NDArray[np.uint64]
Units = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


@dataclass(slots=True)
class Words:
    """The n words of some texts outside of their masks, in order.

    text:     the texts as read, a new line behind each: without invisible characters, one UTF-16 unit per letter.
    units:    the same as an array. kinds: one byte for each letter of `text`, see `scripts`.
    bounds:   where in `text` each of the texts begins, and the end of the last.
    starts, ends: (n,) their places in `text`.
    scripts:  (n,) their scripts; None where all are LATIN.
    neutral:  (n,) counted for no language.
    capital:  (n,) the first letter is a capital, the others are not all.
    stops:    where new lines, periods and stop signs stand.
    masked:   how many letters are masked.
    """

    text: str
    units: Units
    kinds: Bytes
    bounds: list[int]
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
        return self.text[self.starts[i] : self.ends[i]]


class Letters(NamedTuple):
    """The letters of some texts: see `Words`."""

    text: str
    units: Units
    kinds: Bytes
    bounds: list[int]


def read_words(*texts: str) -> Words:
    """The words of `texts`, those of each as if it were read alone. Linear in their length, whatever they hold."""
    text, units, kinds, bounds = read_letters(texts)
    starts, ends, scripts = _runs(kinds, text.isascii())
    signs = ((kinds - np.uint8(NEWLINE)) <= BACKTICK - NEWLINE).nonzero()[0]
    is_mark = kinds.take(signs) >= BACKSLASH
    stops = signs[~is_mark]
    masked = masks.find_masks(text, units, kinds, signs[is_mark], stops, bounds)
    neutral, capital, hidden = _neutral(kinds, starts, ends, scripts)
    letters = 0
    if masked.starts.size and starts.size:
        keep, letters = _unmasked(text, units, masked, starts, ends, scripts, hidden)
        starts, ends, neutral, capital = (
            column.take(keep) for column in (starts, ends, neutral, capital)
        )
        scripts = None if scripts is None else scripts.take(keep)
    return Words(
        text, units, kinds, bounds, starts, ends, scripts, neutral, capital, stops, letters
    )


def read_letters(texts: Sequence[str]) -> Letters:
    """The letters of `texts`, invisible ones left out, one unit each."""
    text = "\n".join([*texts, ""])
    bounds = list(itertools.accumulate((len(t) + 1 for t in texts), initial=0))
    table = tables()
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:
        pass
    else:
        kinds = np.frombuffer(raw.translate(table.latin_1_kinds), np.uint8)
        if text.isascii() or not np.count_nonzero(kinds == INVISIBLE):
            return Letters(text, np.frombuffer(raw, np.uint8), kinds, bounds)
    points = _points_of(text)
    if points.max() > _LAST_UNIT:
        text = _in_one_unit(points)
        points = _points_of(text)
    units = points.astype(np.uint16)
    kinds = table.kinds.take(units)
    if kinds.max() >= INVISIBLE:
        at = (kinds >= INVISIBLE).nonzero()[0]
        odd = set((np.searchsorted(bounds, at, "right") - 1).tolist())
        return read_letters([_visible(t) if i in odd else t for i, t in enumerate(texts)])
    return Letters(text, units, kinds, bounds)


_LAST_UNIT = 0xFFFF


def _points_of(text: str) -> npt.NDArray[np.uint32]:
    """The code point of each letter."""
    return np.array(text).reshape(1).view(np.uint32)  # a tenth of the time that `encode` takes


def codes_of(words: Words) -> Bytes:
    """One byte for each letter of the text, see `scripts`."""
    table = tables()
    if words.units.itemsize == 1:
        return np.frombuffer(words.units.tobytes().translate(table.latin_1_codes), np.uint8)
    return table.codes.take(words.units)


_INVISIBLE = re.compile(f"[{OTHERS[INVISIBLE]}]+")
_MARK = re.compile("[\u0300-\u036f]")
_MARKS = re.compile("[^\u0300-\u036f]?[\u0300-\u036f]+")


def _in_one_unit(points: npt.NDArray[np.uint32]) -> str:
    """The text with one letter for each character that takes two UTF-16 units."""
    points = points.copy()
    at = (points > _LAST_UNIT).nonzero()[0]
    found, which = np.unique(points[at], return_inverse=True)
    points[at] = np.array([ord(_stand_in(chr(p))) for p in found.tolist()])[which]
    return str(points.tobytes(), "utf-32", "surrogatepass")


def _stand_in(character: str) -> str:
    """Rare Han, mathematical alphabets; or a sign."""
    if "\U00020000" <= character <= "\U000323af":
        return "\u3400"
    if "\U0001d400" <= character <= "\U0001d7ff":
        return unicodedata.normalize("NFKC", character)[0]
    return "\ufffd" if not character.isalpha() else "\u2d30"


def _visible(text: str) -> str:
    """Without invisible characters, and accents joined to their letters where Unicode has such a letter."""
    text = _INVISIBLE.sub("", text)
    return _MARKS.sub(_joined, text) if _MARK.search(text) else text


def _joined(found: re.Match[str]) -> str:
    composed = unicodedata.normalize("NFC", found.group())
    return composed[:1] if not "\u0300" <= composed[0] <= "\u036f" else ""


def original_places(text: str, words: Words) -> Callable[[int], int]:
    """A function from a place in `words.text` to the place in `text`, the only one from which that was read."""
    if len(text) == len(words.text) - 1:
        return lambda place: place
    places, at = [], 0
    for found in _MARKS.finditer(text):
        places += [i for i in range(at, found.start()) if not _INVISIBLE.match(text[i])]
        places += [found.start()] * bool(_joined(found))
        at = found.end()
    places += [i for i in range(at, len(text)) if not _INVISIBLE.match(text[i])]
    return lambda place: places[place] if place < len(places) else len(text)


def _runs(kinds: Bytes, is_ascii: bool) -> tuple[Positions, Positions, Bytes | None]:
    """Runs of letters of one script: starts, ends, scripts. No letter is the last."""
    behind = np.empty(
        kinds.size + 1, np.uint8
    )  # the script of each letter, a sign before the first
    behind[0] = 0
    script = behind[1:]
    np.less(kinds, OTHER, out=script.view(np.bool_))
    if not is_ascii:
        script *= kinds & np.uint8(31)
    edges = (behind[1:] != behind[:-1]).nonzero()[0]
    if is_ascii or script.max() <= LATIN:
        return edges[::2].copy(), edges[1::2].copy(), None
    of = script.take(edges)
    at = of.nonzero()[0]
    return edges.take(at), edges.take(at + 1), of.take(at)


def _unmasked(  # noqa: PLR0917
    text: str,
    units: Units,
    masked: Masks,
    starts: Positions,
    ends: Positions,
    scripts: Bytes | None,
    hidden: Booleans,
) -> tuple[Positions, int]:
    """The words that stand outside of the masks, those that hide prose left out; and how many letters are masked.

    hidden: (n,) words that are surely no plain words.
    """
    first, behind = starts.searchsorted(masked.starts), starts.searchsorted(masked.ends)
    plain = np.zeros(starts.size + 1, np.int32)
    np.cumsum(~hidden, out=plain[1:])
    suspicious = plain.take(behind) - plain.take(first) >= masks.PLAIN_WORDS_IN_A_ROW
    hides = np.zeros(first.size, np.bool_)
    if scripts is not None:
        long = ends - starts >= masks.UNSPACED_LETTERS_IN_A_ROW
        long &= IS_UNSPACED.take(scripts)
        if np.count_nonzero(long):
            longs = np.concatenate([[0], np.cumsum(long)])
            hides = longs[behind] > longs[first]
            suspicious &= ~hides
    blocks = (suspicious & (masked.kinds == masks.CODE)).nonzero()[0]
    if blocks.size:
        spans = masked.starts.take(blocks), masked.ends.take(blocks)
        hides[blocks] = masks.prose_blocks(text, units, starts, ends, *spans)
        suspicious[blocks] = False
    for i in suspicious.nonzero()[0].tolist():
        hides[i] = masks.is_prose(text, masked, i)
    letters = int((masked.ends - masked.starts)[~hides].sum())
    if np.count_nonzero(hides):
        first, behind = first[~hides], behind[~hides]
    inside = np.zeros(starts.size + 1, np.int8)  # one more where a mask begins, one less behind it
    np.add.at(inside, first, 1)
    np.subtract.at(inside, behind, 1)
    return (inside[:-1].cumsum(dtype=np.int8) == 0).nonzero()[0], letters


def _neutral(
    kinds: Bytes, starts: Positions, ends: Positions, scripts: Bytes | None
) -> tuple[Booleans, Booleans, Booleans]:
    """(n,) neutral words; words with a capital; words that are single letters or commands."""
    if not starts.size:
        return np.zeros(0, np.bool_), np.zeros(0, np.bool_), np.zeros(0, np.bool_)
    before, behind = (
        kinds.take(starts - 1),
        kinds.take(ends),
    )  # before the first is the last: a new line
    hidden = ends - starts == 1
    touches = (before - np.uint8(DIGIT)) < 2
    touches |= (behind - np.uint8(DIGIT)) < 2
    if scripts is not None:
        touches &= IS_ALPHABET.take(scripts)
        hidden &= ~IS_SYLLABIC.take(scripts)
    hidden |= before == BACKSLASH
    neutral = hidden | touches
    capital = (kinds.take(starts) & np.uint8(UPPER | OTHER)) == UPPER
    _mark_capitals(kinds, starts, ends, neutral, capital)
    return neutral, capital, hidden


def _mark_capitals(
    kinds: Bytes, starts: Positions, ends: Positions, neutral: Booleans, capital: Booleans
) -> None:
    """Words with a capital behind their first letter: all capitals (neutral to five letters) and camelCase (neutral).

    A text all in capitals is text: words in a row of five or more in capitals, of three lengths, are not neutral.
    """
    upper = (kinds & np.uint8(UPPER | OTHER)) == UPPER
    inner = (upper[1:] & (kinds[:-1] < OTHER)).nonzero()[0] + 1
    if not inner.size:
        return
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
    kinds, ends = words.kinds, words.stops
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

IS_UNSPACED, IS_ALPHABET, IS_SYLLABIC = np.zeros((3, 32), np.bool_)
IS_UNSPACED[list(LETTERS_PER_WORD)] = True
IS_ALPHABET[[LATIN, CYRILLIC, GREEK]] = True
IS_SYLLABIC[[*LETTERS_PER_WORD, HANGUL]] = True
"""Scripts without spaces; scripts whose letters name variables and units; scripts where one letter may be a word."""

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


_FIRST_BYTES = np.array([(1 << 8 * n) - 1 for n in range(8)] + [(1 << 64) - 1], np.uint64)
_FACTORS = (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53))


def word_keys(codes: Bytes, starts: Positions, ends: Positions) -> Keys:
    """(n,) 64-bit keys of words: the letters themselves up to eight, a mix of the first 24 of longer ones.

    Equal words have equal keys. Different ones of up to eight letters have different keys; of longer ones, two of a
    million share a key with a chance of 3e-8.
    """
    lengths = ends - starts
    eights = _eights(codes, LONGEST_WORD)
    keys: Keys = eights.take(starts) & _FIRST_BYTES.take(lengths, mode="clip")
    for i, factor in enumerate(_FACTORS):
        longer = (lengths > 8 * (i + 1)).nonzero()[0]
        if not longer.size:
            break
        rest = np.minimum(lengths.take(longer), LONGEST_WORD) - 8 * (i + 1)
        part = eights.take(starts.take(longer) + 8 * (i + 1)) & _FIRST_BYTES.take(rest, mode="clip")
        mixed = mix(keys.take(longer)) * factor + part
        keys[longer] = mix(mixed) | np.uint64(1 << 63)
    return keys


def _eights(data: Units, margin: int) -> Keys:
    """At each letter, the eight bytes from there on as one number; zeros stand behind the end."""
    padded = np.zeros(data.size + margin + 8, data.dtype)
    padded[: data.size] = data
    unaligned = np.ndarray((data.size + margin,), "<u8", padded, strides=(data.itemsize,))
    # Copied once, because looking up unaligned numbers one by one costs more.
    return np.ascontiguousarray(unaligned)


def mix(keys: Keys) -> Keys:
    """Spread each bit over many."""
    mixed: Keys = keys * _FACTORS[0]
    mixed ^= mixed >> np.uint64(29)
    return mixed


def run_heads(words: Words) -> Keys:
    """(n,) equal for runs that are equal: the first letters of each in 64 bits, in lower case where `word_keys` is so."""
    codes = codes_of(words)
    eights = _eights(codes, 8)
    return eights.take(words.starts) & _FIRST_BYTES.take(words.ends - words.starts, mode="clip")


def run_keys(words: Words) -> Keys:
    """(n,) 64-bit keys of runs of letters of any length and script. Capitals differ from small letters."""
    eights = _eights(words.units, 8)
    size = words.units.itemsize
    starts, left = words.starts, words.ends - words.starts
    keys = mix(eights.take(starts) & _FIRST_BYTES.take(left * size, mode="clip"))
    longer = np.arange(len(words))
    for block in range(1, _SHORT_RUN + 1):
        at = (left > 8 // size).nonzero()[0]
        if not at.size:
            return keys
        longer, starts, left = (
            longer.take(at),
            starts.take(at) + 8 // size,
            left.take(at) - 8 // size,
        )
        part = eights.take(starts) & _FIRST_BYTES.take(left * size, mode="clip")
        keys[longer] += mix(part + np.uint64(block * int(_FACTORS[1]) % 2**64))
    for i, start, end in zip(
        longer.tolist(), starts.tolist(), (starts + left).tolist(), strict=True
    ):
        rest = hashlib.blake2b(words.units[start:end].tobytes(), digest_size=8)
        keys[i : i + 1] += np.frombuffer(rest.digest(), np.uint64)
    return keys


_SHORT_RUN = 8
"""Blocks of eight bytes after which the rest of a run is taken at once."""
