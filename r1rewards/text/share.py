"""The share of a thought's words that are in the target language.

    share = words in the target language / words in any language

Source: the language consistency reward of DeepSeek-R1 (arXiv 2501.12948 section 2.3.2),
`Num(Words_target) / Num(Words)`. What a word is, what it weighs and what is masked: `words`, `masks`. Its language is
told
- by its script, where one supported language alone is written in it;
- Han: Japanese where kana are a tenth of the sentence's Han and kana, else Chinese (simplified and traditional);
- else by `langid`.
Names (one or two words with a capital inside a sentence, or in another script than the sentence) count for no language.
 German writes all nouns so: there they count.

Padding does not pay: words of a sentence that has stood before count once if they are in the target language, and every
time if they are not; of one pattern repeated without end, three repetitions count.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from r1rewards.text import langid
from r1rewards.text.ngrams import COMMON, LONGEST_WORD, NEUTRAL
from r1rewards.text.scripts import HAN, KANA, LANGUAGES, LATIN, THAI, fold
from r1rewards.text.words import (
    IS_UNSPACED,
    LETTER_WEIGHTS,
    WORD,
    Letters,
    Words,
    codes_of,
    find_words,
    first_of_sentences,
    mix,
    original_places,
    read_letters,
    read_words,
    run_keys,
    weights,
    word_keys,
)  # fmt: skip

if TYPE_CHECKING:
    from r1rewards.text.ngrams import Known, WordTable
    from r1rewards.text.scripts import Bytes
    from r1rewards.text.words import Booleans, Keys, Positions

KANA_IN_JAPANESE = 0.1
"""Least share of kana among the Han and kana of a Japanese sentence."""

SHORT_HAN = 6
"""A sentence of fewer Han letters and no kana (a heading) is taken to be in the language of the whole text."""

NAME_WORDS = 2
GERMAN_NOUNS = 12
"""Where more than one word in so many looks like a name, they may be German nouns, which are no names."""

PERIODS = range(1, 17)
REPEATED_LETTERS = 0.12
SAMPLED = 7
REPEATS_COUNTED = 3
"""A pattern of 1 to 16 letters that repeats more than so often is padding, in texts where that is a part so large (by
every seventh letter)."""

EVIDENT_WORDS = 12
"""Words looked at to see that a text has evidence enough."""

IDS = ("", "und", *LANGUAGES)
"""Languages as numbers: 0 for neutral words, 1 for what no supported language is written in."""

ID_OF = {code: i for i, code in enumerate(IDS)}
NEUTRAL_ID, UND = 0, 1

_SOLE = np.full(32, UND, np.uint8)
for _row in LANGUAGES.values():
    if _row.script not in langid.CANDIDATES:
        _SOLE[_row.script] = ID_OF[_row.code]

_IS_SHARED = np.zeros(32, np.bool_)
_IS_SHARED[list(langid.CANDIDATES)] = True


_SCREENED = frozenset({HAN, THAI})
"""Scripts without spaces of one language each (kana are not here: Japanese is written in Han, too). For others this
gains nothing."""


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


Teller = Callable[[Words, "Positions", "Positions"], "Bytes"]
"""Another engine: (words, which of them, the sentence of each) -> their languages, as indices into `IDS`."""


def measure(text: str, target: str, least: float = 0.0) -> float:
    """The share of `target` (a code of `LANGUAGES`) in `text`; NaN where fewer than `least` words count.

    The same as of `count_text`; but foreign words are told from the target only, not from each other, and where all
    words are in the target nothing is added up.
    """
    letters = read_letters(text)
    if _is_all_in_script(letters, LANGUAGES[target].script, least):
        return 1.0
    reading = _Reading(find_words(letters), target)
    if not reading.tell() and reading.has_evidence(least):
        return 1.0
    share = reading.share()
    return share.value if share.evidence >= least and share.evidence else math.nan


def _is_all_in_script(letters: Letters, script: int, least: float) -> bool:
    """True where `script` belongs to one language, all words outside of masks are in it, and there are enough of them.

    Only the words in other scripts are looked at; False where these do not decide.
    """
    if script not in _SCREENED or letters.text.isascii():
        return False
    words = find_words(letters, but=script)
    if np.count_nonzero(words.neutral) < len(words):
        return False
    at = (letters.kinds == script).nonzero()[0]
    starts, ends, _ = words.masks
    if np.count_nonzero(at.searchsorted(starts) != at.searchsorted(ends)):
        return False  # what a mask holds may make it text
    seen = len({letters.text[i] for i in at[: 8 * EVIDENT_WORDS].tolist()})
    return seen > 0 and seen * int(LETTER_WEIGHTS[script]) >= least * WORD


def count_text(text: str, target: str, teller: Teller | None = None) -> Count:
    """Every word of `text` with its language and weight. teller: the engine, if not `langid`."""
    reading = _Reading(read_words(text), target, teller, names_all=True)
    reading.tell()
    return reading.count()


@dataclass
class _Reading:
    """A text on its way to be counted.

    names_all: tell foreign languages from each other, too.
    neutral: (n,) grows as symbols and names are found. ids: (n,) see `Count`.
    """

    words: Words
    target: str
    teller: Teller | None = None
    names_all: bool = False

    def __post_init__(self) -> None:
        scripts = self.words.scripts
        self.neutral = self.words.neutral.copy()
        self.ids = (
            np.full(len(self.words), UND, np.uint8) if scripts is None else _SOLE.take(scripts)
        )
        self.han_is_japanese: Booleans | None = None

    def tell(self) -> bool:
        """Find the language of every word. False where none is foreign."""
        scripts = self.words.scripts
        if scripts is None:
            self._tell(LATIN, (~self.neutral).nonzero()[0])
        else:
            present = np.bincount(scripts, minlength=32)
            if present[HAN] and present[KANA]:
                self._tell_han()
            for script in langid.CANDIDATES:
                if present[script]:
                    self._tell(script, ((scripts == script) & ~self.neutral).nonzero()[0])
        self.ids[self.neutral] = NEUTRAL_ID
        in_target = np.count_nonzero(self.ids == ID_OF[self.target])
        return bool(in_target + np.count_nonzero(self.neutral) < self.ids.size)

    def _tell(self, script: int, at: Positions) -> None:
        """Languages of the words `at`, all of one shared script; symbols and names become neutral."""
        if not at.size:
            return
        table = langid.word_table(script)
        known = look_up(self.words, at, table, self.keys.take(at))
        marks = known.marks.take(known.slots)
        names = self.names.take(at) & (marks & COMMON == 0) if self.target != "de" else None
        if names is not None and not np.count_nonzero(names):
            names = None
        if self.teller is not None:
            self.ids[at] = self.teller(self.words, at, self.sentence_of.take(at))
        else:
            self._label(table, known, at, names)
        self.neutral[at[marks & NEUTRAL != 0]] = True
        if names is not None:
            self.neutral[at[names & ~self._german_nouns(at, names)]] = True

    def _german_nouns(self, at: Positions, names: Booleans) -> Booleans:
        if np.count_nonzero(names) * GERMAN_NOUNS <= at.size:
            return np.zeros(at.size, np.bool_)
        german: Booleans = self.ids.take(at) == ID_OF["de"]
        return german

    def _label(self, table: WordTable, known: Known, at: Positions, names: Booleans | None) -> None:
        ids = table_ids(table.languages)
        target = table.languages.index(self.target) if self.target in table.languages else None
        if target is None and not self.names_all:
            may_be_german = names is not None and np.count_nonzero(names) * GERMAN_NOUNS > at.size
            if not may_be_german:
                return  # foreign, whatever it is
        sentence = self.sentence_of.take(at)
        first = np.ones(at.size, np.bool_)
        np.not_equal(sentence[1:], sentence[:-1], out=first[1:])
        windows = langid.Windows.of(first.nonzero()[0], at.size)
        labels = langid.label(windows, known, names, target, lambda: self.is_new.take(at))
        self.ids[at] = ids[target] if labels is None else ids.take(labels)

    def _tell_han(self) -> None:
        """Chinese or Japanese, sentence by sentence."""
        words, scripts = self.words, self.words.scripts
        is_han, is_kana = scripts == HAN, scripts == KANA
        lengths = words.ends - words.starts
        count = self.sentences.size
        han = np.bincount(self.sentence_of[is_han], lengths[is_han], count)
        kana = np.bincount(self.sentence_of[is_kana], lengths[is_kana], count)
        japanese = kana >= KANA_IN_JAPANESE * (han + kana)
        mostly = kana.sum() >= KANA_IN_JAPANESE * (han.sum() + kana.sum())
        japanese[(kana == 0) & (han < SHORT_HAN)] = mostly
        self.han_is_japanese = is_han & japanese.take(self.sentence_of)
        self.ids[self.han_is_japanese] = ID_OF["ja"]

    def has_evidence(self, least: float) -> bool:
        """True where the first words alone, counted once each, are evidence enough: quick, never wrong in saying so."""
        words = self.words
        at = (~self.neutral[: 4 * EVIDENT_WORDS]).nonzero()[0][:EVIDENT_WORDS].tolist()
        spellings = {words.word(i).lower() for i in at}
        if words.scripts is None or not IS_UNSPACED[words.scripts[at]].any():
            return len(spellings) >= least and bool(spellings)
        letters = len(set("".join(spellings)))
        return (
            letters * int(LETTER_WEIGHTS[LETTER_WEIGHTS > 0].min()) >= least * WORD and letters > 0
        )

    def share(self) -> Share:
        """The share of `count`, by counting where all words weigh the same."""
        words = self.words
        if words.scripts is not None or not len(words) or _padding(words) is not None:
            return self.count().share
        in_target = self.ids == ID_OF[self.target]
        foreign = len(words) - np.count_nonzero(in_target) - np.count_nonzero(self.neutral)
        in_target &= self.is_new
        return Share(float(np.count_nonzero(in_target)), float(foreign))

    def count(self) -> Count:
        """Add up what `tell` has found."""
        words = self.words
        if not len(words):
            return Count(words, self.target, self.ids, np.zeros(0, np.int64), Share(0.0, 0.0))
        weight = weights(words)
        if self.han_is_japanese is not None:
            at = self.han_is_japanese.nonzero()[0]
            weight[at] = (words.ends - words.starts).take(at) * LETTER_WEIGHTS[KANA]
        weight[self.neutral] = 0
        in_target = self.ids == ID_OF[self.target]
        weight[in_target & ~self.is_new] = 0
        padding = _padding(words)
        if padding is not None:
            cut = weight * padding // (words.ends - words.starts)
            weight[in_target] -= cut[in_target]
        ours, total = int(weight[in_target].sum()), int(weight.sum())
        return Count(
            words, self.target, self.ids, weight, Share(ours / WORD, (total - ours) / WORD)
        )

    @functools.cached_property
    def sentences(self) -> Positions:
        """The first word of each sentence."""
        return first_of_sentences(self.words)

    @functools.cached_property
    def sentence_of(self) -> Positions:
        """(n,) the sentence of each word."""
        step = np.zeros(len(self.words), np.intp)
        step[self.sentences[1:]] = 1
        return step.cumsum()

    @functools.cached_property
    def keys(self) -> Keys:
        """(n,) keys of the words; of those in scripts that `langid` knows not, only once `is_new` needs them."""
        words = self.words
        if words.scripts is None:
            return word_keys(codes_of(words), words.starts, words.ends)
        keys = np.zeros(len(words), np.uint64)
        at = _IS_SHARED.take(words.scripts).nonzero()[0]
        if at.size:
            keys[at] = word_keys(codes_of(words), words.starts.take(at), words.ends.take(at))
        return keys

    @functools.cached_property
    def is_new(self) -> Booleans:
        """(n,) True in sentences that have not stood before.

        Sentences are equal where their words are, in any order, neutral ones left out.
        """
        words, keys = self.words, self.keys
        if words.scripts is not None:
            keys = np.where(_IS_SHARED.take(words.scripts), keys, run_keys(words))
        spread = mix(mix(keys))
        spread *= ~words.neutral
        sums = np.add.reduceat(spread, self.sentences)
        order = sums.argsort(kind="stable")
        ranked = sums.take(order)
        new = np.ones(sums.size, np.bool_)
        new[order[1:][ranked[1:] == ranked[:-1]]] = False
        return new.take(self.sentence_of)

    @functools.cached_property
    def names(self) -> Booleans:
        """(n,) words that look like names: see the module."""
        words = self.words
        named = np.zeros(len(words), np.bool_)
        at = (words.capital & ~words.neutral).nonzero()[0]
        if not at.size:
            return named
        sentence = self.sentence_of.take(at)
        opens = at == self.sentences.take(sentence)
        starts_run = np.ones(at.size, np.bool_)
        starts_run[1:] = (at[1:] != at[:-1] + 1) | opens[1:]
        run = starts_run.cumsum() - 1
        short = np.bincount(run).take(run) <= NAME_WORDS
        if words.scripts is not None:
            opens &= ~self._is_mixed.take(sentence)
        named[at[short & ~opens]] = True
        return named

    @functools.cached_property
    def _is_mixed(self) -> Booleans:
        """(sentences,) True where words of several scripts stand in a sentence."""
        scripts = self.words.scripts
        assert scripts is not None
        kept = (~self.words.neutral).nonzero()[0]
        seen = np.zeros((self.sentences.size, 32), np.bool_)
        seen[self.sentence_of.take(kept), scripts.take(kept)] = True
        mixed: Booleans = np.count_nonzero(seen, axis=1) > 1
        return mixed


@functools.cache
def table_ids(languages: tuple[str, ...]) -> Bytes:
    """The numbers of these languages."""
    return np.array([ID_OF[code] for code in languages], np.uint8)


def look_up(words: Words, at: Positions, table: WordTable, keys: Keys | None = None) -> Known:
    """What is known of the words `at`; keys: theirs, where they are known."""
    if keys is None:
        keys = word_keys(codes_of(words), words.starts.take(at), words.ends.take(at))
    return table.look_up(keys, lambda i: "".join(map(fold, words.word(at[i])[:LONGEST_WORD])))


def _padding(words: Words) -> npt.NDArray[np.int64] | None:
    """(n,) how many letters of each word are endless repetition of a pattern of up to 16 letters; None for none."""
    units = words.units
    some = units[::SAMPLED]
    repeated: Booleans | None = None
    for period in PERIODS:
        ahead = units[period::SAMPLED]
        if np.count_nonzero(ahead == some[: ahead.size]) >= REPEATED_LETTERS * some.size:
            same = units[period:] == units[:-period]
            if repeated is None:
                repeated = np.zeros(units.size + 1, np.bool_)
            repeated[period:-1] |= _long_runs(same, (REPEATS_COUNTED - 1) * period)
    if repeated is None or not repeated.any():
        return None
    before = np.concatenate([[0], repeated.cumsum()])
    padding: npt.NDArray[np.int64] = before.take(words.ends) - before.take(words.starts)
    return padding


def _long_runs(same: Booleans, length: int) -> Booleans:
    """True behind the first `length` of each run of True."""
    index = np.arange(same.size)
    last_break = np.maximum.accumulate(np.where(same, -1, index))
    long: Booleans = same & (index - last_break > length)
    return long


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
    place = original_places(text, words)
    found = []
    for run in runs:
        start, end = place(int(words.starts[run[0]])), place(int(words.ends[run[-1]]) - 1) + 1
        weight = round(int(counted.weights[run].sum()) / WORD, 2)
        code = IDS[counted.ids[run[0]]]
        found.append(ForeignRun(text[start:end], offset + start, offset + end, code, weight))
    return found
