"""Prose that hides in masks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r1rewards.text.hiding import is_prose, prose_blocks
from r1rewards.text.masks import CODE, FORMULA, INLINE_CODE, Masks, Span
from r1rewards.text.words import read_words
from tests.text.test_masks import masks_of


@pytest.mark.parametrize(
    ("text", "hides"),
    [
        ("$let me think about this again$", True),
        ("$speed = distance / time$", False),
        ("$\\text{if } x > 0 \\text{ and } y < 0$", False),
        ("$\\text{the sum of all the terms}$", True),
        ("\\[ \\sin x \\cos y \\tan z \\log u \\exp v \\]", False),
        ("$Okay=let=me=think=about=this=problem=step=again=slowly$", True),
        ("`gcd(first, second, third)`", False),
        ("```\nfor i in range(n):\n    total += a[i] * b[i]\n```", False),
        ("```\nimport numpy as np\nfrom math import gcd\n```", False),
        ("```\nFirst we look at the sum\nand then at the product\n```", True),
        ("https://example.org/some/long/english/path?query=the+answer", False),
    ],
)
def test_a_mask_that_hides_prose_is_none(text: str, hides: bool) -> None:
    words = read_words(text)
    found = masks_of(words)
    assert found.starts.size == 1
    if found.kinds[0] == CODE:
        plain = read_words(
            "".join(c if c.isalnum() or c in " \n" else "." for c in words.letters.text)
        )
        everything = plain.starts, plain.ends
        (hidden,) = prose_blocks(words.letters, *everything, found.starts, found.ends)
        assert bool(hidden) is hides
    else:
        assert is_prose(words.letters.text, found, 0) is hides


PIECES = st.sampled_from([
    "ab", "Area", "of", "a", "I", "2", "12", "x1", "\\text", "\\frac", "\\pi", "\\\\", "\\", " ", "\n", ".", "{", "}",
    "=", "^", "_", "ABC", "AB", "aB", "camelCase", "-", "\\quad", "\x0b",
])  # fmt: skip


@given(st.lists(st.tuples(PIECES, st.sampled_from(["", " ", " "])).map("".join), max_size=30))
def test_one_pattern_finds_the_prose_that_is_found_word_by_word(pieces: list[str]) -> None:
    text = "".join(pieces)
    for kind in FORMULA, INLINE_CODE:
        by_words = is_prose(f"{text}=é", Masks.of([Span(0, len(text) + 2, kind)]), 0)
        assert is_prose(text, Masks.of([Span(0, len(text), kind)]), 0) is by_words
