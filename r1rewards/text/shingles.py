"""How much a text repeats itself, and how much two texts share: n-grams of words or token ids as 64-bit hashes.

A word is a run of letters between white space, in lower case; a script that writes no spaces (Han, kana, Thai ...) has
one unit per letter, and an n-gram then spans as many letters as carry n words (see `LETTERS_PER_WORD`). Counts are
exact up to a collision of 64-bit hashes, the same on every machine and in every process.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from r1rewards.errors import BadCallError

Codes = npt.NDArray[np.uint64]

LETTERS_PER_WORD = (1.0, 1.53, 2.26, 3.67)
"""Units per English word, by kind: spaced words, Han, kana, Thai and its like. Measured on 500 parallel problems
(Han, Japanese, Thai); Lao, Khmer, Myanmar and Tibetan are counted as Thai."""

_SPACE, _WORD, _HAN, _KANA, _THAI = range(5)
_UNSPACED = (
    (_HAN, ((0x2E80, 0x3040), (0x3100, 0x3130), (0x31A0, 0x31F0), (0x3200, 0xA000), (0xF900, 0xFB00))),
    (_HAN, ((0xFE30, 0xFE50), (0xFF00, 0xFF66), (0x20000, 0x32400))),
    (_KANA, ((0x3040, 0x3100), (0x31F0, 0x3200), (0xFF66, 0xFFA0))),
    (_THAI, ((0x0E00, 0x10A0), (0x1780, 0x1800))),
)  # fmt: skip


class Repetition(NamedTuple):
    """n-grams of one text: how many stand in it, and how many different ones."""

    total: int
    different: int

    @property
    def share(self) -> float:
        """Share of n-grams that stood there before: 1 - different / total; 0.0 where there are none."""
        return 1.0 - self.different / self.total if self.total else 0.0


class Units(NamedTuple):
    """Words or tokens of one text: their hashes, and the kind of each (an index into LETTERS_PER_WORD, plus one)."""

    codes: Codes
    kinds: npt.NDArray[np.uint8]

    @property
    def words(self) -> float:
        """How many words there are, letters of unspaced scripts weighed."""
        counts = np.bincount(self.kinds, minlength=5)[1:]
        return float((counts / np.array(LETTERS_PER_WORD)).sum())


def units_of(text: str) -> Units:
    """The words (letters, in unspaced scripts) of `text`."""
    text = text.lower()
    if text.isascii():
        letters = np.frombuffer(text.encode(), np.uint8)
        kinds, places = _kind_of_letter()[letters], _ascii_codes()[letters]
    else:
        wide = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        kinds, places = _kind_of_letter()[wide], _mixed(wide.astype(np.uint64))
    begins = kinds != _SPACE
    begins[1:] &= (kinds[1:] != kinds[:-1]) | (kinds[1:] != _WORD)
    starts = np.flatnonzero(begins)
    if not len(starts):
        return Units(np.empty(0, np.uint64), np.empty(0, np.uint8))
    powers, inverses = _powers(len(kinds))
    places *= powers
    places *= kinds != _SPACE
    return Units(_mixed(np.add.reduceat(places, starts) * inverses[starts]), kinds[starts])


def token_units(ids: Any) -> Units:
    """The same for token ids (a list, an array): each is a unit, and weighs as a word."""
    if isinstance(ids, str):
        raise BadCallError("completion_ids: a list of token ids for each completion, not text")
    array = (
        np.fromiter(ids, np.int64, len(ids)) if isinstance(ids, list) else np.asarray(ids).ravel()
    )
    codes = _mixed(array.astype(np.uint64))
    return Units(codes, np.full(len(codes), _WORD, np.uint8))


def ngram_codes(units: Units, n: int) -> Codes:
    """One hash for each place at which n words begin: (T,) or fewer."""
    codes, kinds = units
    size = len(codes)
    spans = np.array([0, *(max(1, round(n * letters)) for letters in LETTERS_PER_WORD)])
    powers, inverses = _powers(size)
    if n <= _SHORT and (kinds == _WORD).all():
        return _sums_of(codes, n, powers)
    first = np.arange(size)
    ends = first + spans[kinds]
    first = first[ends <= size]
    sums = np.zeros(size + 1, np.uint64)
    np.cumsum(codes * powers, out=sums[1:])
    found: Codes = (sums[ends[first]] - sums[first]) * inverses[first]
    return found


_SHORT = 8  # words: adding so few slices is cheaper than running sums


def _sums_of(codes: Codes, n: int, powers: Codes) -> Codes:
    places = max(0, len(codes) - n + 1)
    found: Codes = codes[:places].copy()
    for k in range(1, n if places else 0):
        found += codes[k : k + places] * powers[k]
    return found


def repetition(units: Units, n: int) -> Repetition:
    """How far the n-grams of a text repeat."""
    codes = np.sort(ngram_codes(units, n))
    return Repetition(
        len(codes), min(len(codes), 1) + int(np.count_nonzero(codes[1:] != codes[:-1]))
    )


def most_frequent(codes: Codes) -> int:
    """How often the most frequent of `codes` stands there."""
    if not len(codes):
        return 0
    codes = np.sort(codes)
    edges = np.flatnonzero(codes[1:] != codes[:-1])
    return int(np.diff(edges, prepend=-1, append=len(codes) - 1).max())


def fingerprint(text: str, n: int = 5) -> int:
    """64 bits that differ in few places for texts sharing most of their n-grams, in about half for others.

    Source: Charikar's similarity hash over word shingles (Manku, Jain, Das Sarma, WWW 2007).
    """
    units = units_of(text)
    codes = ngram_codes(units, n)
    if not len(codes):
        codes = units.codes
    if not len(codes):
        return 0
    codes = np.sort(codes)
    shingles = _mixed(codes[np.append(True, codes[1:] != codes[:-1])])
    bits = np.unpackbits(shingles.astype("<u8").view(np.uint8).reshape(-1, 8), axis=1)
    return int.from_bytes(np.packbits(bits.mean(axis=0) > 0.5).tobytes(), "big")


def bits_apart(a: int, b: int) -> int:
    """In how many of their 64 places two fingerprints differ."""
    return (a ^ b).bit_count()


# Polynomial hashes modulo 2**64: the base is odd, so it has an inverse, and the hash of a stretch does not depend on
# where it stands. Units are mixed first: plain small numbers would cancel each other (Thue-Morse strings).
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 2**64)
_CACHED = 1 << 16  # letters; a longer text computes its own powers and frees them


def _powers(size: int) -> tuple[Codes, Codes]:
    powers, inverses = _cached_powers() if size <= _CACHED else _new_powers(size)
    return powers[:size], inverses[:size]


@functools.lru_cache(maxsize=1)
def _cached_powers() -> tuple[Codes, Codes]:
    return _new_powers(_CACHED)


def _new_powers(size: int) -> tuple[Codes, Codes]:
    powers, inverses = (np.full(size, base, np.uint64) for base in (_BASE, _INVERSE))
    powers[0] = inverses[0] = 1
    return np.cumprod(powers), np.cumprod(inverses)


def _mixed(codes: Codes) -> Codes:
    """Every bit of the result depends on every bit of the code (the finisher of splitmix64)."""
    codes = codes + np.uint64(0x9E3779B97F4A7C15)
    codes = (codes ^ (codes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    codes = (codes ^ (codes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Codes = codes ^ (codes >> np.uint64(31))
    return mixed


@functools.lru_cache(maxsize=1)
def _ascii_codes() -> Codes:
    return _mixed(np.arange(128, dtype=np.uint64))


@functools.lru_cache(maxsize=1)
def _kind_of_letter() -> npt.NDArray[np.uint8]:
    table = np.full(0x110000, _WORD, np.uint8)
    for kind, ranges in _UNSPACED:
        for start, end in ranges:
            table[start:end] = kind
    for code in range(0x3001):  # no white space beyond U+3000
        if chr(code).isspace():
            table[code] = _SPACE
    return table
