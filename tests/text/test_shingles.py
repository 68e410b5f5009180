from __future__ import annotations

import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r1rewards.text.shingles import (
    Repetition,
    bits_apart,
    fingerprint,
    most_frequent,
    ngram_codes,
    repetition,
    token_units,
    units_of,
)

words = st.lists(st.text("abαя", min_size=1, max_size=4), max_size=60)


@given(words, st.integers(1, 5))
def test_counts_agree_with_a_plain_loop_over_words(text: list[str], n: int) -> None:
    grams = Counter(zip(*(text[k:] for k in range(n)), strict=False))
    found = repetition(units_of("  ".join(text)), n)
    assert found == Repetition(sum(grams.values()), len(grams))


@given(st.lists(st.integers(0, 3), max_size=60), st.integers(1, 5))
def test_counts_agree_with_a_plain_loop_over_token_ids(ids: list[int], n: int) -> None:
    grams = Counter(zip(*(ids[k:] for k in range(n)), strict=False))
    assert repetition(token_units(ids), n) == Repetition(sum(grams.values()), len(grams))


@given(words, st.sampled_from([1, 2, 12]))
def test_the_most_frequent_ngram_is_counted(text: list[str], n: int) -> None:
    grams = Counter(zip(*(text[k:] for k in range(n)), strict=False))
    assert most_frequent(ngram_codes(units_of(" ".join(text)), n)) == max(grams.values(), default=0)


@given(words)
def test_ascii_and_other_texts_have_the_same_codes(text: list[str]) -> None:
    joined = " ".join(text)
    assert units_of(joined).codes.tolist() == units_of(f"{joined} 思").codes.tolist()[:-1]


@pytest.mark.parametrize(("text", "span"), [("好的", 5), ("あの", 7), ("ดี", 11), ("ok ", 3)])
def test_an_ngram_spans_as_many_letters_as_carry_its_words(text: str, span: int) -> None:
    units = units_of(text * 40)
    assert len(ngram_codes(units, 3)) == len(units.codes) - span + 1


@pytest.mark.parametrize(
    "text", ["好的。" * 500, "ok " * 500, "はい" * 500, "ใช่" * 500, "ja\n" * 500]
)
def test_a_text_that_only_repeats_is_found_in_every_script(text: str) -> None:
    assert repetition(units_of(text), 3).share > 0.98


def test_where_a_word_stands_does_not_change_its_code() -> None:
    codes = units_of("word other\u3000word\twOrd").codes
    assert codes[0] == codes[2] == codes[3] != codes[1]


@pytest.mark.parametrize(
    "text", ["", " \n", "\u200b", "\ud800 \udfff", "\x00\x01", "😀" * 3, "\u0301a"]
)
def test_odd_texts_have_counts(text: str) -> None:
    assert repetition(units_of(text), 3).share == 0.0


def test_unspaced_letters_weigh_less_than_words() -> None:
    assert units_of("one two three").words == 3
    assert units_of("我们走" * 51).words == pytest.approx(100)


def test_a_text_longer_than_the_cached_powers_counts_the_same() -> None:
    text = "one two three four " * 10_000
    assert len(text) > 1 << 16
    assert repetition(units_of(text), 3) == Repetition(39_998, 4)


def test_near_duplicates_have_near_fingerprints() -> None:
    rng = np.random.default_rng(0)
    text = [f"w{k}" for k in rng.integers(0, 2000, 1500)]
    other = [f"w{k}" for k in rng.integers(0, 2000, 1500)]
    one_word_off = [*text[:700], "zzz", *text[701:]]
    prints = [fingerprint(" ".join(t)) for t in (text, one_word_off, other)]
    assert bits_apart(prints[0], prints[1]) <= 3
    assert bits_apart(prints[0], prints[2]) >= 16
    assert fingerprint("") == 0


def test_a_fingerprint_is_the_same_in_every_process() -> None:
    code = "from r1rewards.text.shingles import fingerprint; print(fingerprint('one two three four five six'))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(found.stdout) == fingerprint("one two three four five six")
