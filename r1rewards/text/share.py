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

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from r1rewards.text import langid
from r1rewards.text.ngrams import COMMON, LONGEST_WORD, NEUTRAL
from r1rewards.text.scripts import HAN, KANA, LANGUAGES, LATIN, fold
from r1rewards.text.words import (
    LETTER_WEIGHTS,
    WORD,
    Words,
    first_of_segments,
    original_places,
    read_words,
    weights,
    word_keys,
)  # fmt: skip

if TYPE_CHECKING:
    from r1rewards.text.ngrams import Known, WordTable
    from r1rewards.text.words import Booleans, Positions

KANA_IN_JAPANESE = 0.1
"""Least share of kana among the Han and kana of a Japanese sentence."""

SHORT_HAN = 6
"""A sentence of fewer Han letters and no kana (a heading) is taken to be in the language of the whole text."""

NAME_WORDS = 2
PERIODS = range(1, 17)
REPEATED_LETTERS = 0.12
REPEATS_COUNTED = 3

Weights = npt.NDArray[np.int64]


class Share(NamedTuple):
    """in_target / (in_target + foreign), in word weights."""

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


@dataclass(slots=True)
class Count:
    """The words of a text as they were counted.

    languages: (n,) codes: a language, "" for neutral words; for scripts without a supported language "und".
    weights:   (n,) what each counts, in 1 / WORD: 0 for neutral words and padding, more than its own weight for foreign
               words that are repeated.
    """

    words: Words
    target: str
    languages: npt.NDArray[np.str_]
    weights: Weights
    share: Share = field(default=Share(0.0, 0.0))


def measure(text: str, target: str) -> Share:
    """The share of `target` (a code of `LANGUAGES`) in `text`."""
    return count(read_words(text), target).share


Teller = Callable[[Words, "Positions", "Positions"], "npt.NDArray[np.str_]"]
"""Another engine: (words, which of them, their sentences) -> their languages."""


def count_text(text: str, target: str, teller: Teller | None = None) -> Count:
    """Every word of `text` with its language and weight."""
    return count(read_words(text), target, teller)


def count(words: Words, target: str, teller: Teller | None = None) -> Count:
    """Every word with its language and weight. teller: what tells the languages of a script apart, if not `langid`."""
    n = len(words)
    segments = first_of_segments(words)
    segment_of = np.repeat(np.arange(len(segments)), np.diff(np.append(segments, n)))
    scripts = np.full(n, LATIN, np.uint8) if words.scripts is None else words.scripts
    languages = _by_script(scripts)
    weight = weights(words)
    neutral = words.neutral.copy()
    _tell_han(words, scripts, segment_of, languages, weight)
    times = _times(words, segments, neutral)
    is_first = times[segment_of] > 0 if n else np.zeros(0, np.bool_)
    named = _names(words, scripts, segments, segment_of, neutral)
    for script in langid.CANDIDATES:
        at = np.flatnonzero((scripts == script) & is_first & ~neutral)
        if at.size:
            _tell(words, script, target, at, segment_of, neutral, named, languages, teller)
    languages[neutral] = ""
    weight[neutral] = 0
    in_target = languages == target
    weight[~is_first] = 0
    weight[~in_target] *= times[segment_of[~in_target]]
    padding, lengths = _padding(words, is_first & ~neutral), words.ends - words.starts
    weight[in_target] -= (weight * padding // np.maximum(lengths, 1))[in_target]
    ours = int(weight[in_target].sum())
    share = Share(ours / WORD, (int(weight.sum()) - ours) / WORD)
    return Count(words, target, languages, weight, share)


_SOLE = {row.script: row.code for row in LANGUAGES.values() if row.script not in langid.CANDIDATES}


def _by_script(scripts: npt.NDArray[np.uint8]) -> npt.NDArray[np.str_]:
    names = np.array([_SOLE.get(script, "und") for script in range(32)])
    found: npt.NDArray[np.str_] = names[scripts]
    return found


def _tell_han(
    words: Words,
    scripts: npt.NDArray[np.uint8],
    segment_of: Positions,
    languages: npt.NDArray[np.str_],
    weight: Weights,
) -> None:
    """Chinese or Japanese, sentence by sentence."""
    is_han, is_kana = scripts == HAN, scripts == KANA
    if not is_kana.any():
        return
    lengths = words.ends - words.starts
    count = segment_of[-1] + 1
    han = np.bincount(segment_of[is_han], lengths[is_han], count)
    kana = np.bincount(segment_of[is_kana], lengths[is_kana], count)
    japanese = kana >= KANA_IN_JAPANESE * (han + kana)
    mostly = kana.sum() >= KANA_IN_JAPANESE * (han.sum() + kana.sum())
    japanese[(kana == 0) & (han < SHORT_HAN)] = mostly
    in_japanese = is_han & japanese[segment_of]
    languages[in_japanese] = "ja"
    weight[in_japanese] = lengths[in_japanese] * LETTER_WEIGHTS[KANA]


def _times(words: Words, segments: Positions, neutral: Booleans) -> npt.NDArray[np.int64]:
    """(segments,) how often each stands in the text, at its first place; 0 at the others.

    Sentences are equal where their letters are, neutral words left out.
    """
    kept = ~neutral
    step = np.zeros(words.kinds.size + 1, np.int8)
    step[words.starts[kept]] = 1
    step[words.ends[kept]] -= 1
    is_letter = np.cumsum(step[:-1], dtype=np.int8).view(np.bool_)
    pairs = np.empty((int(is_letter.sum()), 2), np.uint8)
    pairs[:, 0], pairs[:, 1] = words.codes[is_letter], words.kinds[is_letter] & 31
    size = 2
    if words.scripts is not None:
        units = np.frombuffer(words.text.encode("utf-16-le", "surrogatepass"), "<u2")[is_letter]
        raw = np.where(
            np.isin(pairs[:, 1], list(langid.CANDIDATES)), pairs.view(np.uint16)[:, 0], units
        ).tobytes()
    else:
        raw, size = pairs[:, 0].tobytes(), 1
    lengths = np.where(kept, words.ends - words.starts, 0)
    bounds = np.concatenate([[0], np.cumsum(lengths)])[np.append(segments, len(words))] * size
    first: dict[bytes, int] = {}
    times = np.zeros(len(segments), np.int64)
    for i, (start, end) in enumerate(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)):
        times[first.setdefault(raw[start:end], i)] += 1
    return times


def _names(
    words: Words,
    scripts: npt.NDArray[np.uint8],
    segments: Positions,
    segment_of: Positions,
    neutral: Booleans,
) -> Booleans:
    """(n,) words that look like names: see the module."""
    capital = words.capital & ~neutral
    if not capital.any():
        return capital
    script_count = np.zeros((len(segments), 32), np.bool_)
    script_count[segment_of[~neutral], scripts[~neutral]] = True
    mixed = script_count.sum(axis=1) > 1
    is_first = np.zeros(len(words), np.bool_)
    is_first[segments] = True
    run_start = capital.copy()
    run_start[1:] &= ~capital[:-1] | is_first[1:]
    runs = np.cumsum(run_start) - 1
    lengths = np.bincount(runs[capital], minlength=1)
    short = capital & (lengths[np.maximum(runs, 0)] <= NAME_WORDS)
    named: Booleans = short & (~is_first | mixed[segment_of])
    return named


def _tell(  # noqa: PLR0917
    words: Words, script: int, target: str, at: Positions, segment_of: Positions,
    neutral: Booleans, named: Booleans, languages: npt.NDArray[np.str_], teller: Teller | None,
) -> None:  # fmt: skip
    """Languages of the words `at`, all of one script that several languages share; symbols and names become neutral."""
    table = langid.word_table(script)
    known = look_up(words, at, table)
    marks = known.marks[known.slots]
    symbol = marks & NEUTRAL != 0
    neutral[at[symbol]] = True
    at, marks = at[~symbol], marks[~symbol]
    if not at.size:
        return
    is_name = named[at] & (marks & COMMON == 0)
    if target == "de":
        is_name[:] = False
    if teller is None:
        windows = langid.Windows.of(np.flatnonzero(np.diff(segment_of[at], prepend=-1)), at.size)
        target_at = table.languages.index(target) if target in table.languages else 0
        known = known._replace(slots=known.slots[~symbol])
        labels = langid.label(windows, known, is_name if is_name.any() else None, target_at)
        languages[at] = np.array(table.languages)[labels]
    else:
        languages[at] = teller(words, at, segment_of[at])
    neutral[at[is_name & (languages[at] != "de")]] = True


def look_up(words: Words, at: Positions, table: WordTable) -> Known:
    """What is known of the words `at`."""
    starts, ends = words.starts[at], words.ends[at]
    last = np.minimum(ends, starts + LONGEST_WORD)
    keys = word_keys(words.codes, starts, ends)
    return table.look_up(keys, lambda i: "".join(map(fold, words.text[starts[i] : last[i]])))


def _padding(words: Words, chosen: Booleans) -> npt.NDArray[np.int64]:
    """(n,) how many letters of each word are endless repetition, of a pattern of up to 16 letters."""
    padding = np.zeros(len(words), np.int64)
    at = np.flatnonzero(chosen)
    if not at.size:
        return padding
    step = np.zeros(words.kinds.size + 1, np.int8)
    step[words.starts[at]] = 1
    step[words.ends[at]] -= 1
    is_letter = np.cumsum(step[:-1], dtype=np.int8).view(np.bool_)
    letters = (
        words.codes[is_letter].astype(np.uint16)
        | (words.kinds[is_letter] & 31).astype(np.uint16) << 8
    )
    if words.scripts is not None:
        units = np.frombuffer(words.text.encode("utf-16-le", "surrogatepass"), "<u2")[is_letter]
        letters = np.where(letters >> 8 >= HAN, units, letters)
    repeated = np.zeros(letters.size, np.bool_)
    for period in PERIODS:
        same = letters[period:] == letters[:-period]
        if (
            np.count_nonzero(same) >= REPEATED_LETTERS * letters.size
            and letters.size > REPEATS_COUNTED * period
        ):
            repeated[period:] |= _long_runs(same, (REPEATS_COUNTED - 1) * period)
    if repeated.any():
        lengths = words.ends[at] - words.starts[at]
        bounds = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        padding[at] = np.add.reduceat(repeated, bounds, dtype=np.int64)
    return padding


def _long_runs(same: Booleans, length: int) -> Booleans:
    """True behind the first `length` of each run of True."""
    index = np.arange(same.size)
    last_break = np.maximum.accumulate(np.where(same, -1, index))
    return same & (index - last_break > length)


def by_language(counted: Count) -> dict[str, float]:
    """The weight of each language, largest first; "und" is a script of no supported language."""
    totals = {
        str(code): round(counted.weights[counted.languages == code].sum() / WORD, 2)
        for code in np.unique(counted.languages)
        if code
    }
    return {code: n for code, n in sorted(totals.items(), key=lambda item: -item[1]) if n}


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
    words = counted.words
    places = original_places(text, words)
    languages = counted.languages.tolist()
    runs: list[list[int]] = []
    sentence = np.searchsorted(first_of_segments(words), np.arange(len(words)), "right").tolist()
    for i, language in enumerate(languages):
        if language in {"", counted.target} or not counted.weights[i]:
            if language == counted.target:
                runs.append([])
            continue
        if (
            runs
            and runs[-1]
            and languages[runs[-1][-1]] == language
            and sentence[runs[-1][-1]] == sentence[i]
        ):
            runs[-1].append(i)
        else:
            runs.append([i])
    found = []
    for run in filter(None, runs):
        start, end = places(int(words.starts[run[0]])), places(int(words.ends[run[-1]]) - 1) + 1
        weight = round(int(counted.weights[run].sum()) / WORD, 2)
        found.append(
            ForeignRun(text[start:end], offset + start, offset + end, languages[run[0]], weight)
        )
    return found
