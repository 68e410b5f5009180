"""The short cuts of the language scorer against plain loops."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from r1rewards.text import langid, ngrams
from r1rewards.text.keys import word_keys
from r1rewards.text.letters import codes_of
from r1rewards.text.scripts import CYRILLIC, LATIN
from r1rewards.text.words import first_of_sentences, read_words
from tests.mixtures import by_phrase, by_sentence


def plain_labels(rows, sentence_of, target, counted) -> list[int]:
    """The definition, word by word."""
    n = len(rows)

    def windows(i: int):
        near = range(max(0, i - langid.REACH), min(n, i + langid.REACH + 1))
        sums = [
            sum(int(rows[j][k]) for j in near if sentence_of[j] == sentence_of[i])
            for k in range(len(rows[0]))
        ]
        if target is not None:
            sums[target] += 1
        return sums

    def best(values) -> int:
        return max(range(len(values)), key=lambda k: (values[k], -k))

    sums = [windows(i) for i in range(n)]
    first = [best(s) for s in sums]
    counts = [
        sum(c and label == k for label, c in zip(first, counted, strict=True))
        for k in range(len(rows[0]))
    ]
    total = sum(counts)
    logs = [
        round(
            ngrams.UNITS_PER_NAT
            * langid.PRIOR_WEIGHT
            * math.log(max(c / total, langid.LEAST_SHARE))
        )
        for c in counts
    ]
    return [best([a + b for a, b in zip(s, logs, strict=True)]) for s in sums]


@pytest.mark.parametrize("seed", range(24))
def test_labels_are_those_of_a_plain_loop(seed: int) -> None:
    rng = random.Random(seed)
    script, codes = rng.choice(
        [(LATIN, ["en", "fr", "de", "nl", "sv", "vi"]), (CYRILLIC, ["ru", "uk", "bg"])]
    )
    target, other = rng.sample(codes, 2)
    mixture = rng.choice(
        [
            by_sentence(target, other, "dev", rng.randint(0, 8), rng),
            by_phrase(target, other, "dev", rng),
        ]
    )
    words = read_words(mixture.text)
    table = langid.word_table(script)
    keys = word_keys(codes_of(words.letters.units), words.starts, words.ends)
    known = table.look_up(keys, lambda i: words.word(i).lower())
    first = first_of_sentences(words)
    sentence_of = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(words))))
    counted = np.array([rng.random() < 0.7 for _ in range(len(words))])
    index = rng.choice([table.languages.index(target), None])
    bounds = np.array([0, len(words)])
    windows = langid.Windows.of(first, len(words))
    found = langid.label(windows, known, None, index, bounds, lambda: counted)
    expected = plain_labels(known.rows[known.slots], sentence_of, index, counted)
    assert (expected if found is None else found.tolist()) == (
        [index] * len(words) if found is None else expected
    )


def test_a_table_that_is_full_forgets_and_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ngrams, "MOST_WORDS", 64)
    table = ngrams.WordTable("latin", ("en", "fr"), lambda _: 0)
    words = [
        f"{a}{b}"
        for a in ("le", "the", "quel", "which", "pour", "zzz")
        for b in "abcdefghijklmnopqrstuvwxyz"
    ]
    alone = {}
    for word in words:
        known = table.look_up(
            np.array([hash(word) & 0x7FFFFFFF | 1], np.uint64), lambda _, word=word: word
        )
        alone[word] = known.rows[known.slots[0]].tolist()
        assert table.count <= 64
    keys = np.array([hash(word) & 0x7FFFFFFF | 1 for word in words], np.uint64)
    known = table.look_up(keys, lambda i: words[i])  # more new words than the table holds
    assert [known.rows[slot].tolist() for slot in known.slots] == [alone[word] for word in words]
    assert table.count <= 64


def test_words_of_a_language_score_best_in_it() -> None:
    table = langid.word_table(LATIN)
    for word, code in {
        "which": "en",
        "quelle": "fr",
        "nicht": "de",
        "không": "vi",
        "şey": "tr",
        "også": "da",
    }.items():
        keys = np.array([1 + hash(word) & 0xFFFFFFFF], np.uint64)
        known = table.look_up(keys, lambda _, word=word: word)
        row = known.rows[known.slots[0]]
        assert row[table.languages.index(code)] >= np.sort(row)[-2]
