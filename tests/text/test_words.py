"""The words of a text: runs, neutral words, odd characters."""

from __future__ import annotations

import numpy as np
import pytest

from r1rewards.text.keys import word_keys
from r1rewards.text.letters import codes_of, original_places
from r1rewards.text.words import (
    WORD,
    first_of_sentences,
    read_words,
    weights,
)


def kept(text: str) -> list[str]:
    words = read_words(text)
    return [
        words.letters.text[a:b]
        for a, b, n in zip(words.starts, words.ends, words.neutral, strict=True)
        if not n
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "We use x1, y and n_max but not ABC or camelCase.",
            ["We", "use", "and", "but", "not", "or"],
        ),
        ("IMPORTANT stays, GCD goes", ["IMPORTANT", "stays", "goes"]),
        ("\\frac{a}{b} and \\text{so on}", ["and", "so", "on"]),
        ("第3个数是42。", ["第", "个数是"]),
        ("값은 42입니다", ["값은", "입니다"]),
        ("l'équation d'abord", ["équation", "abord"]),
        ("可以eat苹果", ["可以", "eat", "苹果"]),
        ("می‌کنیم", ["میکنیم"]),
        ("de\u0301ja\u0300 vu", ["déjà", "vu"]),
        ("Ｌｅｔ ｍｅ", ["Ｌｅｔ", "ｍｅ"]),
        ("𝐋𝐞𝐭 me 𠀀𠀁", ["Let", "me", "㐀㐀"]),
        ("a\ud800b lone\udfff", ["lone"]),
        ("", []),
        ("\x00\x07 ok \x1b[31m red\u202e", ["ok", "red"]),
        ("हमें इसका मान", ["हमें", "इसका", "मान"]),
    ],
)
def test_words_that_count(text: str, expected: list[str]) -> None:
    assert kept(text) == expected


def test_a_text_in_capitals_is_text() -> None:
    assert kept("OKAY LET ME THINK ABOUT THIS") == ["OKAY", "LET", "ME", "THINK", "ABOUT", "THIS"]
    assert kept("AB CD EF GH IJ are sides") == ["are", "sides"]


def test_sentences_end_at_stops_lines_and_periods_before_space() -> None:
    words = read_words("One 3.5 two. Three four! Five\nsix。seven")
    assert [words.letters.text[words.starts[i] : words.ends[i]] for i in first_of_sentences(words)] == [
        "One", "Three", "Five", "six", "seven",
    ]  # fmt: skip


def test_weights_make_translations_equal() -> None:
    assert weights(read_words("two words")).tolist() == [WORD, WORD]
    assert weights(read_words("三角形")).sum() / WORD == pytest.approx(3 / 1.53, abs=1e-5)
    assert weights(read_words("ひらがな")).sum() / WORD == pytest.approx(4 / 2.26, abs=1e-5)
    assert weights(read_words("สวัสดี")).sum() / WORD == pytest.approx(6 / 3.67, abs=1e-5)


def test_keys_are_equal_for_equal_words_in_any_case_and_place() -> None:
    text = "Verständnis verständnis VERSTÄNDNIS verstandnis abcdefgh abcdefghi abcdefghijklmnopqrstuvwxyz"
    words = read_words(text)
    keys = word_keys(codes_of(words.letters.units), words.starts, words.ends)
    assert keys[0] == keys[1] == keys[2]
    assert np.unique(keys).size == 5


@pytest.mark.parametrize(
    "text",
    ["so\u200b it \u00adis", "e\u0301te\u0301 x\u0301\u0302 ok", "🙂 ok \U0001d400", "plain"],
)
def test_every_letter_knows_where_it_came_from(text: str) -> None:
    words = read_words(text)
    place = original_places(text, words.letters.text)
    for start, end in zip(words.starts.tolist(), words.ends.tolist(), strict=True):
        read, original = words.letters.text[start:end], text[place(start) : place(end - 1) + 1]
        assert original[0] in (read[0], "e", "\U0001d400")


def test_a_capital_right_behind_a_letter_of_another_script_is_inside_a_word() -> None:
    words = read_words("дAbc слово Abc")
    spelled = [words.word(i) for i in range(len(words))]
    assert spelled == ["д", "Abc", "слово", "Abc"]
    assert words.neutral.tolist() == [True, True, False, False]
