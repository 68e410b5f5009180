"""How likely a word is in each language: sums of n-gram weights, looked up for many words at once and remembered.

The weights (`langid_weights.npz`) are derived from the model of py3langid by `tools/build_langid_weights.py`, which
says what they are; licence in `langid_weights.LICENSE.txt`. All sums are integers in units of 1/16 nat: no order of
adding changes a result.
"""

from __future__ import annotations

import functools
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

UNITS_PER_NAT = 16
LONGEST_GRAM = 6
LONGEST_WORD = 24
"""Letters of a word that are looked at: of longer ones, the first 24."""

SLOTS = 1 << 17
MOST_WORDS = SLOTS // 2
"""Words remembered per script and set of languages, before all are forgotten: 9 MB where there are 16 languages."""

Keys = npt.NDArray[np.uint64]
Slots = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int16]

COMMON_BONUS = 4 * UNITS_PER_NAT
"""What being on a language's list of common words adds to a word's weight there."""

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: Fibonacci hashing
_ROW_LIMIT = 3200  # differences of five rows still fit int16


@functools.cache
def common_words() -> dict[str, frozenset[str]]:
    """Language -> its most common words; "symbols" -> function names, units: see `common_words.txt`."""
    found: dict[str, set[str]] = {}
    for line in (
        Path(__file__).with_name("common_words.txt").read_text(encoding="utf-8").split("\n")
    ):
        if line.startswith("["):
            words = found.setdefault(line.strip("[]"), set())
        elif not line.startswith("#"):
            words.update(line.split())
    return {code: frozenset(words) for code, words in found.items()}


class Grams(NamedTuple):
    """The n-grams of one script as a hash table, and the weight of each in each language."""

    keys: Keys  # (slots,), 0 where empty
    rows: npt.NDArray[np.int32]  # (slots,) -> row of weights; the last row is zero
    weights: npt.NDArray[np.int8]  # (n + 1, languages)
    languages: tuple[str, ...]
    shift: np.uint64


@functools.cache
def grams_of(script: str) -> Grams:
    """The table of `script` ("latin", "cyrillic", "arabic", "devanagari"), read once (20 ms)."""
    with np.load(Path(__file__).with_name("langid_weights.npz"), allow_pickle=False) as file:
        keys, weights = file[f"{script}.keys"], file[f"{script}.weights"]
        languages = tuple(file[f"{script}.languages"].tolist())
    bits = int(len(keys) * 4).bit_length()
    table, rows = np.zeros(1 << bits, np.uint64), np.full(1 << bits, len(keys), np.int32)
    shift = np.uint64(64 - bits)
    left = np.arange(len(keys))
    slot = ((keys * _MULTIPLIER) >> shift).astype(np.int64)
    while left.size:  # each round, the first comer takes a free slot and the others try the next
        free = table[slot] == 0
        _, first = np.unique(slot, return_index=True)
        won = np.zeros(left.size, np.bool_)
        won[first] = True
        won &= free
        table[slot[won]], rows[slot[won]] = keys[left[won]], left[won]
        left, slot = left[~won], (slot[~won] + 1) & (table.size - 1)
    weights = np.vstack([weights, np.zeros((1, len(languages)), np.int8)])
    return Grams(table, rows, weights, languages, shift)


def word_rows(words: Sequence[str], grams: Grams, columns: npt.NDArray[np.intp]) -> Rows:
    """(n, columns) int16: for each word, its summed weight in each language.

    As in py3langid, at each byte the longest known n-gram that ends there counts, and no other.
    """
    pieces = [f" {word} ".encode() for word in words]
    ends = np.cumsum([len(piece) for piece in pieces])
    starts = np.concatenate([[0], ends[:-1]])
    text = np.frombuffer(b"".join(pieces) + bytes(8), np.uint8)
    eights: Keys = np.ndarray((int(ends[-1]),), "<u8", text, strides=(1,))
    begin = np.repeat(starts, ends - starts)
    at = np.arange(int(ends[-1])) + 1
    row = np.full(at.size, len(grams.weights) - 1, np.int32)
    left = np.arange(at.size)
    for size in range(LONGEST_GRAM, 1, -1):
        fits = left[at[left] - size >= begin[left]]
        mask = np.uint64((1 << 8 * size) - 1)
        keys = (eights[at[fits] - size] & mask) | np.uint64(size << 56)
        found = _find(keys, grams)
        hit = found >= 0
        row[fits[hit]] = found[hit]
        left = np.setdiff1d(left, fits[hit], assume_unique=True)
    weights = grams.weights[:, columns][row]
    sums = np.add.reduceat(weights, starts, axis=0, dtype=np.int32)
    limited: Rows = np.clip(sums, -_ROW_LIMIT, _ROW_LIMIT).astype(np.int16)
    return limited


def _find(keys: Keys, grams: Grams) -> npt.NDArray[np.int32]:
    """(n,) rows of the n-grams; -1 where unknown."""
    slot = ((keys * _MULTIPLIER) >> grams.shift).astype(np.int64)
    row = np.full(keys.size, -1, np.int32)
    left = np.arange(keys.size)
    while left.size:
        seen = grams.keys[slot]
        hit = seen == keys[left]
        row[left[hit]] = grams.rows[slot[hit]]
        go_on = (seen != 0) & ~hit
        left, slot = left[go_on], (slot[go_on] + 1) & (grams.keys.size - 1)
    return row


NEUTRAL, COMMON = 1, 2
"""Marks of a word: a function name or unit, in no language's count; a common word, no name even with a capital."""


class Known(NamedTuple):
    """Where n words live, and the arrays they live in. The last place of each array is nobody's: a row of zeros."""

    slots: Slots  # (n,)
    rows: Rows  # (slots + 1, languages): weight of the word in each language
    leads: Rows  # (languages, slots + 1): how far each language is ahead of the best other
    marks: npt.NDArray[np.uint8]  # (slots + 1,)


class WordTable:
    """The words met so far in one script, with the row of each in some of its languages.

    A word is known by a 64-bit key (`words.word_keys`). When `MOST_WORDS` have been met, all are forgotten: results do
    not change, and memory stays flat. Safe in threads and after a fork.
    """

    def __init__(self, script: str, languages: Sequence[str], mark: Callable[[str], int]) -> None:
        self.languages = tuple(languages)
        self._grams = grams_of(script)
        self._columns = np.array([self._grams.languages.index(code) for code in languages])
        self._common = [common_words()[code] for code in languages]
        self._mark = mark
        self._forget()
        self._renew_lock()
        os.register_at_fork(after_in_child=self._renew_lock)

    def _renew_lock(self) -> None:
        self._lock = threading.Lock()  # the parent may have forked while a thread held it

    def _forget(self) -> None:
        self.count = 0
        self._keys: Keys = np.zeros(SLOTS, np.uint64)
        self._rows, self._leads, self._marks = _no_words(SLOTS, len(self.languages))

    def look_up(self, keys: Keys, word_at: Callable[[int], str]) -> Known:
        """Where the words with these keys (n,) live; `word_at(i)` spells the i-th, asked for new words only."""
        with self._lock:
            slots = self._search(keys)
            if slots.size and slots.min() < 0:
                new = np.flatnonzero(slots < 0)
                fresh, first = np.unique(keys[new], return_index=True)
                if len(fresh) > MOST_WORDS // 2:
                    return self._by_itself(keys, word_at)
                if self.count + len(fresh) > MOST_WORDS:
                    self._forget()
                    fresh, first = np.unique(keys, return_index=True)
                    new = np.arange(len(keys))
                    if len(fresh) > MOST_WORDS // 2:
                        return self._by_itself(keys, word_at)
                self._learn(fresh, [word_at(i) for i in new[first].tolist()])
                slots = self._search(keys)
            return Known(slots, self._rows, self._leads, self._marks)

    def _by_itself(self, keys: Keys, word_at: Callable[[int], str]) -> Known:
        """A text with more new words than the table holds gets arrays of its own."""
        fresh, first, slots = np.unique(keys, return_index=True, return_inverse=True)
        rows, leads, marks = _no_words(len(fresh), len(self.languages))
        step = 1 << 14  # words scored at once: bounds the memory of their n-grams
        for i in range(0, len(fresh), step):
            words = [word_at(j) for j in first[i : i + step].tolist()]
            here = slice(i, i + len(words))
            rows[here], leads[:, here], marks[here] = self._describe(words)
        return Known(slots.reshape(-1), rows, leads, marks)

    def _describe(self, words: Sequence[str]) -> tuple[Rows, Rows, npt.NDArray[np.uint8]]:
        rows = word_rows(words, self._grams, self._columns)
        for language, common in enumerate(self._common):
            rows[[word in common for word in words], language] += COMMON_BONUS
        marks = np.array([self._mark(word) for word in words], np.uint8)
        rows[marks & NEUTRAL != 0] = 0
        if len(self.languages) == 1:
            return rows, np.zeros_like(rows.T), marks
        best = np.sort(rows, axis=1)[:, -2:]
        leads = rows - np.where(rows == best[:, 1:], best[:, :1], best[:, 1:])
        return rows, leads.T, marks

    def _learn(self, keys: Keys, words: Sequence[str]) -> None:
        rows, leads, marks = self._describe(words)
        left, slot = np.arange(len(keys)), _slot_of(keys)
        while (
            left.size
        ):  # each round, the first comer takes a free slot and the others try the next
            _, first = np.unique(slot, return_index=True)
            won = np.zeros(left.size, np.bool_)
            won[first] = self._keys[slot[first]] == 0
            to, word = slot[won], left[won]
            self._rows[to], self._leads[:, to] = rows[word], leads[:, word]
            self._marks[to], self._keys[to] = marks[word], keys[word]
            left, slot = left[~won], (slot[~won] + 1) & (SLOTS - 1)
        self.count += len(keys)

    def _search(self, keys: Keys) -> Slots:
        """(n,) slots; -1 where a word is unknown."""
        slots = _slot_of(keys)
        left = np.flatnonzero(self._keys.take(slots) != keys)
        while left.size:  # the slot is empty (unknown), or another word's (try the next)
            seen = self._keys.take(slots[left])
            slots[left[seen == 0]] = -1
            left = left[(seen != 0) & (seen != keys[left])]
            slots[left] = (slots[left] + 1) & (SLOTS - 1)
        return slots


def _slot_of(keys: Keys) -> Slots:
    slots: Slots = ((keys * _MULTIPLIER) >> np.uint64(65 - SLOTS.bit_length())).view(np.int64)
    return slots


def _no_words(count: int, languages: int) -> tuple[Rows, Rows, npt.NDArray[np.uint8]]:
    rows, leads = (
        np.zeros((count + 1, languages), np.int16),
        np.zeros((languages, count + 1), np.int16),
    )
    return rows, leads, np.zeros(count + 1, np.uint8)
