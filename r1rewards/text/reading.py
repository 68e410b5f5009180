"""In which language each word of some texts is.

It is told
- by its script, where one supported language alone is written in it;
- Han: Japanese where kana are a tenth of the sentence's Han and kana, and in short notes of Japanese texts; else
  Chinese (simplified and traditional);
- else by `langid`.
Names (one or two words with a capital inside a sentence, or in another script than the sentence) count for no language.
German writes all nouns so: there they count.

Several texts are read at once, because an array operation costs a microsecond before it touches a letter. What is said
of a text never depends on those beside it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from r1rewards.text import langid
from r1rewards.text.keys import word_keys
from r1rewards.text.letters import codes_of
from r1rewards.text.ngrams import COMMON, LONGEST_WORD, NEUTRAL
from r1rewards.text.repeats import repeated
from r1rewards.text.scripts import HAN, KANA, LANGUAGES, LATIN, fold, is_any
from r1rewards.text.words import Words, first_of_sentences

if TYPE_CHECKING:
    from r1rewards.text.keys import Keys
    from r1rewards.text.ngrams import Known, WordTable
    from r1rewards.text.scripts import Bytes
    from r1rewards.text.words import Booleans, Positions

KANA_IN_JAPANESE = 0.1
"""Least share of kana among the Han and kana of a Japanese sentence."""

SHORT_HAN = 6
"""A sentence of fewer Han letters and no kana (a heading) is taken to be in the language of the whole text."""

NOTE_HAN = 16
"""One of up to so many, too, where the text is Japanese and none of them shows Chinese: notes such as 余弦定理適用."""

CHINESE_WORDS = "的是我你他她們這那了嗎呢也很"
"""Han of nearly every Chinese sentence and of few Japanese notes. Others are not in JIS X 0208 at all: 这们对时."""

NAME_WORDS = 2
GERMAN_NOUNS = 12
"""Where more than one word in so many looks like a name, they may be German nouns, which are no names."""

IDS = ("", "und", *LANGUAGES)
"""Languages as numbers: 0 for neutral words, 1 for what no supported language is written in."""

ID_OF = {code: i for i, code in enumerate(IDS)}
NEUTRAL_ID, UND = 0, 1

_SOLE = np.full(32, UND, np.uint8)
for _row in LANGUAGES.values():
    if _row.script not in langid.CANDIDATES:
        _SOLE[_row.script] = ID_OF[_row.code]

Teller = Callable[[Words, "Positions", "Positions"], "Bytes"]
"""Another engine: (words, which of them, the sentence of each) -> their languages, as indices into `IDS`."""


@dataclass
class Reading:
    """Texts on their way to be counted. `tell` finds the languages.

    teller: the engine, if not `langid`. names_all: tell foreign languages from each other, too.
    neutral: (n,) grows as symbols and names are found. ids: (n,) the language of each word, an index into `IDS`.
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
        self.first_words = self.words.starts.searchsorted(self.words.letters.bounds)

    def tell(self) -> None:
        """Find the language of every word."""
        scripts = self.words.scripts
        if scripts is None:
            self._tell(LATIN, (~self.neutral).nonzero()[0])
        else:
            if (scripts == HAN).any() and (scripts == KANA).any():
                self._tell_han()
            for script in langid.CANDIDATES:
                self._tell(script, ((scripts == script) & ~self.neutral).nonzero()[0])
        self.ids[self.neutral] = NEUTRAL_ID

    def foreign_texts(self) -> set[int]:
        """The texts that have words in another language than the target."""
        is_foreign = (self.ids != ID_OF[self.target]) & ~self.neutral
        up_to = is_foreign.nonzero()[0].searchsorted(self.first_words)
        return set((up_to[1:] > up_to[:-1]).nonzero()[0].tolist())

    def _texts_of(self, at: Positions) -> Positions:
        """The text of each of the words `at`."""
        found: Positions = self.first_words.searchsorted(at, "right") - 1
        return found

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
        german = None if names is None else self._may_be_german(at, names)
        if self.teller is not None:
            self.ids[at] = self.teller(self.words, at, self.sentence_of.take(at))
        elif self.target in table.languages or self.names_all or german is not None:
            self._label(table, known, at, names)
        self.neutral[at[marks & NEUTRAL != 0]] = True
        if names is not None:
            if german is not None:
                names &= ~(german & (self.ids.take(at) == ID_OF["de"]))
            self.neutral[at[names]] = True

    def _may_be_german(self, at: Positions, names: Booleans) -> Booleans | None:
        """(at,) True in texts so full of `names` that these may be German nouns; None for nowhere."""
        bounds = at.searchsorted(self.first_words)
        found = bounds.searchsorted(names.nonzero()[0], "right") - 1
        size = np.diff(bounds)
        is_full = np.bincount(found, minlength=size.size) * GERMAN_NOUNS > size
        return np.repeat(is_full, size) if is_full.any() else None

    def _label(self, table: WordTable, known: Known, at: Positions, names: Booleans | None) -> None:
        ids = table_ids(table.languages)
        target = table.languages.index(self.target) if self.target in table.languages else None
        sentence = self.sentence_of.take(at)
        first = np.ones(at.size, np.bool_)
        np.not_equal(sentence[1:], sentence[:-1], out=first[1:])
        windows = langid.Windows.of(first.nonzero()[0], at.size)
        bounds = at.searchsorted(self.first_words)
        labels = langid.label(windows, known, names, target, bounds, lambda: self._counted(at))
        self.ids[at] = ids[target] if labels is None else ids.take(labels)

    def _counted(self, at: Positions) -> Booleans | None:
        return None if self.is_new is None else self.is_new.take(at)

    def _tell_han(self) -> None:
        """Chinese or Japanese, sentence by sentence."""
        words, scripts = self.words, self.words.scripts
        is_han = scripts == HAN
        lengths = words.ends - words.starts
        han = np.add.reduceat(lengths * is_han, self.sentences)
        kana = np.add.reduceat(lengths * (scripts == KANA), self.sentences)
        japanese = kana >= KANA_IN_JAPANESE * (han + kana)
        text = self._texts_of(self.sentences)
        kana_of, han_of = np.bincount(text, kana), np.bincount(text, han)
        mostly = kana_of >= KANA_IN_JAPANESE * (han_of + kana_of)
        japanese = np.where((kana == 0) & (han < SHORT_HAN), mostly.take(text), japanese)
        notes = (kana == 0) & (han >= SHORT_HAN) & (han <= NOTE_HAN) & mostly.take(text)
        for i in notes.nonzero()[0].tolist():
            begin = int(words.starts[self.sentences[i]])
            behind = self.sentences[i + 1] if i + 1 < len(self.sentences) else len(words)
            end = int(words.ends[behind - 1])
            japanese[i] = not _chinese().search(words.letters.text, begin, end)
        self.han_is_japanese = is_han & japanese.take(self.sentence_of)
        self.ids[self.han_is_japanese] = ID_OF["ja"]

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
    def codes(self) -> Bytes:
        """One byte for each letter, see `scripts`."""
        return codes_of(self.words.letters.units)

    @functools.cached_property
    def keys(self) -> Keys:
        """(n,) keys of the words; of those in scripts that `langid` knows not, only once `is_new` needs them."""
        words = self.words
        if words.scripts is None:
            return word_keys(self.codes, words.starts, words.ends)
        keys = np.zeros(len(words), np.uint64)
        at = is_any(words.scripts, langid.CANDIDATES).nonzero()[0]
        if at.size:
            keys[at] = word_keys(self.codes, words.starts.take(at), words.ends.take(at))
        return keys

    @functools.cached_property
    def is_new(self) -> Booleans | None:
        """(n,) True in sentences that have not stood before in the same text; None for everywhere.

        Sentences are equal where their words are, in any order, neutral ones left out.
        """
        texts = self._texts_of(self.sentences)
        old = repeated(self.words, self.sentences, texts, self.keys, self.codes)
        return None if old is None else ~old.take(self.sentence_of)

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
        at = (~self.words.neutral).nonzero()[0]
        of, sentence = scripts.take(at), self.sentence_of.take(at)
        changes = (of[1:] != of[:-1]) & (sentence[1:] == sentence[:-1])
        mixed = np.zeros(len(self.sentences), np.bool_)
        mixed[sentence[1:][changes]] = True
        return mixed


@functools.cache
def _chinese() -> re.Pattern[str]:
    """One Han letter that shows Chinese."""
    han = map(chr, range(0x4E00, 0xA000))
    return re.compile(f"[{CHINESE_WORDS}{''.join(c for c in han if not _is_in_jis(c))}]")


def _is_in_jis(letter: str) -> bool:
    return bool(letter.encode("shift_jis", "ignore"))


@functools.cache
def table_ids(languages: tuple[str, ...]) -> Bytes:
    """The numbers of these languages."""
    return np.array([ID_OF[code] for code in languages], np.uint8)


def look_up(words: Words, at: Positions, table: WordTable, keys: Keys | None = None) -> Known:
    """What is known of the words `at`; keys: theirs, where they are known."""
    if keys is None:
        keys = word_keys(codes_of(words.letters.units), words.starts.take(at), words.ends.take(at))
    return table.look_up(keys, lambda i: "".join(map(fold, words.word(at[i])[:LONGEST_WORD])))
