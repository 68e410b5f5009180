"""Prose that hides in masks."""

from __future__ import annotations

import pytest

from r1rewards.text.hiding import is_prose, prose_blocks
from r1rewards.text.masks import CODE
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
