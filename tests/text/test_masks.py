"""What is masked, and what only hides there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from r1rewards.text.letters import Letters
from r1rewards.text.masks import Masks, _Opener, find_masks
from r1rewards.text.scripts import BACKSLASH, BACKTICK
from r1rewards.text.words import Words, read_words
from tests.clock import cpu_s


def masks_of(words: Words) -> Masks:
    marks = np.flatnonzero((words.letters.kinds >= BACKSLASH) & (words.letters.kinds <= BACKTICK))
    return find_masks(words.letters, marks, words.stops)


def masked(text: str) -> list[str]:
    words = read_words(text)
    starts, ends, _ = masks_of(words)
    return [words.letters.text[a:b] for a, b in zip(starts, ends, strict=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("so $x+1$ and $y$ hold", ["$x+1$", "$y$"]),
        ("so \\(x\\) and \\[y\\] hold", ["\\(x\\)", "\\[y\\]"]),
        ("$$a\nb$$ then", ["$$a\nb$$"]),
        ("$a\nb$ is none", []),
        ("it costs $5 and $16 now", []),
        ("花了$5，又花了$16。", []),
        ("a \\$5 note and $x$", ["$x$"]),
        ("\\begin{align*} a &= b \\end{align*} end", ["\\begin{align*} a &= b \\end{align*}"]),
        ("\\begin{itemize} words \\end{itemize}", []),
        ("```py\nx = 1\n``` and `y`", ["```py\nx = 1\n```", "`y`"]),
        ("```\nnever closed", ["```\nnever closed"]),
        ("a ` alone\nand ` again", []),
        ("see https://example.org/a?b=c, then", ["https://example.org/a?b=c,"]),
        ("mail me@example.org now", ["me@example.org"]),
        ("a <b>bold</b> word, 3 < 4 > 2", ["<b>", "</b>"]),
        ("\\( never closed $x$", ["$x$"]),
        ("`$x$` inside", ["`$x$`"]),
    ],
)
def test_what_is_masked(text: str, expected: list[str]) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    "unit",
    [
        "$",
        "\\(",
        "$$",
        "`",
        "```",
        "<b",
        "\\begin{align}",
        "www.",
        "@",
        "a@",
        "\\",
        "$a ",
        "[",
        "https://",
    ],
)
def test_hostile_text_is_read_in_linear_time(unit: str) -> None:
    """Eight times the text takes no more than about eight times as long: quadratic would be 64."""

    def cost(size: int) -> float:
        text = unit * (size // len(unit))
        return min(cpu_s(lambda: read_words(text)) for _ in range(3))

    assert cost(80_000) < 24 * cost(10_000) + 0.02


def one_by_one(letters: Letters) -> list[tuple[int, int]]:
    """At each mark outside of a span, what opens there: no strides."""
    spans, end = [], 0
    opener, kinds = _Opener(letters), letters.kinds
    for at in np.flatnonzero((kinds >= BACKSLASH) & (kinds <= BACKTICK)).tolist():
        if at < end:
            continue
        span = opener.span_at(at)
        if span is not None:
            spans.append((span.start, span.end))
        end = span.end if span is not None else max(end, opener.skip_to)
    return spans


pieces = st.sampled_from([
    "$", "$$", "\\(", "\\)", "\\[", "\\]", "`", "```", "\\begin{align}", "\\end{align}", "\\binom", "\\$", "\\\\",
    *[" ", " ", "\n", "x", "x ", "5", "word "],
])  # fmt: skip


several = st.lists(st.lists(pieces, max_size=40).map("".join), min_size=1, max_size=3)


@given(several)
@settings(max_examples=80)
def test_strides_find_what_one_by_one_finds(texts: list[str]) -> None:
    check_strides(texts)


@pytest.mark.slow
@given(several)
@settings(max_examples=500)
def test_strides_find_the_same_in_many_texts(texts: list[str]) -> None:
    check_strides(texts)


def check_strides(texts: list[str]) -> None:
    words = read_words(*texts)
    starts, ends, _ = masks_of(words)
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == one_by_one(words.letters)
