"""The share of a thought's words that are in the target language.

    share = words in the target language / words in any language

Source: the language consistency reward of DeepSeek-R1 (arXiv 2501.12948 section 2.3.2),
`Num(Words_target) / Num(Words)`. What a word is, what it weighs and what is masked: `words`, `masks`; in which language
it is: `reading`.

Padding does not pay: words of a sentence that has stood before count once if they are in the target language, and every
time if they are not; of one pattern repeated without end, three repetitions count.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from r1rewards.text.letters import original_places
from r1rewards.text.padding import padding
from r1rewards.text.reading import ID_OF, IDS, NEUTRAL_ID, Reading, Teller
from r1rewards.text.scripts import KANA, UNSPACED
from r1rewards.text.words import (
    LETTER_WEIGHTS,
    LIGHTEST_LETTER,
    WORD,
    Words,
    first_of_sentences,
    read_words,
    weights,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from r1rewards.text.scripts import Bytes

EVIDENT_WORDS = 48
"""Words looked at to see that a text has evidence enough."""

READ_TOGETHER = 1 << 19
"""Letters of the texts that are read at once: so many that the fixed cost of array operations is small, so few that the
arrays take 20 MB."""


class Share(NamedTuple):
    """Words in the target language and words in others, by weight."""

    in_target: float
    foreign: float

    @property
    def evidence(self) -> float:
        """All words that count."""
        return self.in_target + self.foreign

    @property
    def value(self) -> float:
        """The share; 0 where there are no words."""
        return self.in_target / self.evidence if self.evidence else 0.0


class Count(NamedTuple):
    """The n words of a text as they were counted.

    ids:     (n,) the language of each, an index into `IDS`.
    weights: (n,) what each counts, in 1 / WORD: 0 for neutral words and for padding.
    """

    words: Words
    target: str
    ids: Bytes
    weights: npt.NDArray[np.int64]
    share: Share


def measure(text: str, target: str, least: float = 0.0) -> float:
    """The share of `target` (a code of `LANGUAGES`) in `text`; NaN where fewer than `least` words count."""
    return measure_all([text], target, [least])[0]


def measure_all(texts: Iterable[str], target: str, least: Sequence[float]) -> list[float]:
    """The share of `target` in each of B texts; NaN where fewer words count than `least`, (B,), says.

    The same as of `count_text`; but foreign words are told from the target only, not from each other, and where all
    words are in the target nothing is added up.
    """
    _keep_memory()
    shares = [math.nan] * len(least)
    for places, some in _read_together(texts):
        reading = Reading(read_words(*some), target)
        reading.tell()
        foreign = reading.foreign_texts()
        sum_of = _Sums(reading)
        for i, place in enumerate(places):
            if i not in foreign and _has_evidence(reading, i, least[place]):
                shares[place] = 1.0
                continue
            share = sum_of.share(i)
            if share.evidence and share.evidence >= least[place]:
                shares[place] = share.value
    return shares


@functools.cache
def _keep_memory() -> None:
    """Have the allocator keep what arrays of a few megabytes leave, for the next.

    glibc hands it back to the system unless a larger block has been freed before, and paging it in anew for every part
    costs up to a third of the time. The block itself is never touched.
    """
    np.empty(_KEPT, np.uint8)


_KEPT = 31 << 20  # glibc learns from blocks of up to 32 MB


def _read_together(texts: Iterable[str]) -> Iterator[tuple[list[int], list[str]]]:
    """Texts with their places, in parts of about READ_TOGETHER letters, ASCII apart from others."""
    parts: dict[bool, tuple[list[int], list[str]]] = {True: ([], []), False: ([], [])}
    letters = {True: 0, False: 0}
    for place, text in enumerate(texts):
        kind = text.isascii()
        parts[kind][0].append(place)
        parts[kind][1].append(text)
        letters[kind] += len(text) + 1
        if letters[kind] >= READ_TOGETHER:
            yield parts[kind]
            parts[kind], letters[kind] = ([], []), 0
    yield from (part for part in parts.values() if part[0])


def _has_evidence(reading: Reading, number: int, least: float) -> bool:
    """True where the first words of a text alone, counted once each, are evidence enough.

    Quick, and never wrong in saying so of a text whose words are all in the target.
    """
    words, text = reading.words, reading.words.letters.text
    first, behind = reading.first_words[number : number + 2].tolist()
    seen: set[str] = set()
    for i in range(first, min(behind, first + EVIDENT_WORDS)):
        if reading.neutral[i]:
            continue
        word = text[words.starts[i] : words.ends[i]].lower()
        is_unspaced = words.scripts is not None and words.scripts[i] in UNSPACED
        seen.update(word if is_unspaced else [word])
        if len(seen) * (LIGHTEST_LETTER if is_unspaced else WORD) >= least * WORD:
            return True
    return False


def count_text(text: str, target: str, teller: Teller | None = None) -> Count:
    """Every word of `text` with its language and weight. teller: the engine, if not `langid`."""
    reading = Reading(read_words(text), target, teller, names_all=True)
    reading.tell()
    sums = _Sums(reading)
    share = sums.share(0)
    return Count(reading.words, target, reading.ids, sums.weights, share)


class _Sums:
    """Adds up what was told of some texts. weights: as in `Count`, less the padding of the texts that were added up."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.in_target = reading.ids == ID_OF[reading.target]

    @functools.cached_property
    def weights(self) -> npt.NDArray[np.int64]:
        reading, words = self.reading, self.reading.words
        weight = weights(words)
        if not len(words):
            return weight
        if reading.han_is_japanese is not None:
            at = reading.han_is_japanese.nonzero()[0]
            weight[at] = (words.ends - words.starts).take(at) * LETTER_WEIGHTS[KANA]
        weight[reading.neutral] = 0
        if reading.is_new is not None:
            weight[self.in_target & ~reading.is_new] = 0
        return weight

    def share(self, text: int) -> Share:
        """The share of one text."""
        words = self.reading.words
        first, behind = self.reading.first_words[text : text + 2].tolist()
        weight, in_target = self.weights[first:behind], self.in_target[first:behind]
        begin, end = words.letters.bounds[text], words.letters.bounds[text + 1] - 1
        starts, ends = words.starts[first:behind] - begin, words.ends[first:behind] - begin
        repeated = padding(words.letters.units[begin:end], starts, ends) if behind > first else None
        if repeated is not None:
            cut = weight * repeated // (ends - starts)
            weight[in_target] -= cut[in_target]
        ours, total = int(weight[in_target].sum()), int(weight.sum())
        return Share(ours / WORD, (total - ours) / WORD)


def by_language(counted: Count) -> dict[str, float]:
    """The weight of each language, largest first; "und" is what no supported language is written in."""
    totals = np.bincount(counted.ids, counted.weights, len(IDS)) / WORD
    order = sorted(np.flatnonzero(totals).tolist(), key=lambda i: (-totals[i], i))
    return {IDS[i]: round(float(totals[i]), 2) for i in order}


class ForeignRun(NamedTuple):
    """Words in a row that are not in the target language: completion[start:end]."""

    text: str
    start: int
    end: int
    language: str
    words: float


def foreign_runs(counted: Count, text: str, offset: int = 0) -> list[ForeignRun]:
    """The foreign runs of `text`, the text that was counted and that starts at `offset` of the completion, in order.

    Neutral words do not break a run; a sentence's end does.
    """
    words, ours = counted.words, ID_OF[counted.target]
    runs: list[list[int]] = []
    sentence = np.searchsorted(first_of_sentences(words), np.arange(len(words)), "right")
    is_broken = True
    for i in (counted.ids != NEUTRAL_ID).nonzero()[0].tolist():
        if counted.ids[i] == ours:
            is_broken = True
            continue
        last = runs[-1][-1] if runs and not is_broken else i
        if is_broken or counted.ids[last] != counted.ids[i] or sentence[last] != sentence[i]:
            runs.append([])
        runs[-1].append(i)
        is_broken = False
    place = original_places(text, words.letters.text)
    found = []
    for run in runs:
        start, end = place(int(words.starts[run[0]])), place(int(words.ends[run[-1]]) - 1) + 1
        weight = round(int(counted.weights[run].sum()) / WORD, 2)
        code = IDS[counted.ids[run[0]]]
        found.append(ForeignRun(text[start:end], offset + start, offset + end, code, weight))
    return found
