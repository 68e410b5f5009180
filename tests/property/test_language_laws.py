"""Laws of the language share."""

from __future__ import annotations

import functools
import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from r1rewards.text import share
from r1rewards.text.share import count_text, measure, measure_all
from tests.mixtures import sentences

CODES = sorted(sentences("all"))
codes = st.sampled_from(CODES)


@functools.cache
def pool(code: str) -> list[str]:
    return sentences("all")[code]


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str, list[str], list[str]]:
    """A target, another language, and some sentences of each."""
    target, other = draw(st.lists(codes, min_size=2, max_size=2, unique=True))
    return (
        target,
        other,
        draw(st.lists(st.sampled_from(pool(target)), min_size=1, max_size=6)),
        draw(st.lists(st.sampled_from(pool(other)), min_size=1, max_size=6)),
    )


anything = st.text(max_size=300) | st.text(
    alphabet="ab Zé$\\`<>()[]{}\n.。,_019@/:的のไम\ufeff\u200b\u0301\ud800🙂", max_size=300
)


@given(anything, codes)
@settings(max_examples=200)
def test_any_text_gives_a_share_between_0_and_1(text: str, code: str) -> None:
    counted = count_text(text, code).share
    assert counted.in_target >= 0.0
    assert counted.foreign >= 0.0
    assert 0.0 <= counted.value <= 1.0
    found = measure(text, code)
    assert found == counted.value or (math.isnan(found) and not counted.evidence)


@given(pairs())
@settings(max_examples=60)
def test_repeating_foreign_text_never_raises_the_share(case) -> None:
    target, _, ours, theirs = case
    text = "\n".join(ours + theirs)
    before = measure(text, target)
    for copies in (1, 3):
        assert measure(text + "\n" + "\n".join(theirs * copies), target) <= before


@given(pairs(), st.integers(1, 4))
@settings(max_examples=60)
def test_padding_with_the_same_target_text_never_raises_the_share(case, copies: int) -> None:
    target, _, ours, theirs = case
    text = "\n".join(ours + theirs)
    padded = text + "\n" + "\n".join(ours * copies)
    assert measure(padded, target) <= measure(text, target)


FORMULAS = [
    "$x^2 + 1$",
    "\\(a_n\\)",
    "\\[\\frac{a}{b} = \\sin x\\]",
    "`f(x)`",
    "$$\\sum_{i=1}^n i$$",
]


@given(pairs(), st.lists(st.sampled_from(FORMULAS), min_size=1, max_size=8))
@settings(max_examples=60)
def test_formulas_between_words_leave_the_share_unchanged(case, formulas: list[str]) -> None:
    target, _, ours, theirs = case
    rows = ours + theirs
    text = "\n".join(rows)
    with_formulas = "\n".join(f"{row} {formulas[i % len(formulas)]}" for i, row in enumerate(rows))
    assert measure(with_formulas, target) == measure(text, target)


@given(pairs())
@settings(max_examples=40)
def test_the_share_does_not_depend_on_what_was_measured_before(case) -> None:
    target, other, ours, theirs = case
    text = " ".join(ours + theirs)
    first = measure(text, target)
    measure(" ".join(theirs), other)
    assert measure(text, target) == first


@given(pairs(), st.integers(0, 2))
@settings(max_examples=60)
def test_a_share_is_that_of_the_words_counted_one_by_one(case, copies: int) -> None:
    target, _, ours, theirs = case
    text = "\n".join(ours + theirs * copies + ours)
    assert measure(text, target) == count_text(text, target).share.value


together = (
    st.lists(anything, max_size=8),
    st.lists(pairs(), max_size=4),
    codes,
    st.integers(1, 400),
)


@example(["мы считаем \\(", "собака \\) the apples are red here now"], [], "ru", 400)
@example(["\ufeffTrướcMột\n", "другом. два 🙂 парна.\n"], [], "hi", 400)
@given(*together)
@settings(max_examples=30)
def test_texts_read_together_are_measured_as_if_alone(odd, cases, code: str, many: int) -> None:
    check_together(odd, cases, code, many)


@pytest.mark.slow
@given(*together)
@settings(max_examples=200)
def test_many_texts_read_together_are_measured_as_if_alone(
    odd, cases, code: str, many: int
) -> None:
    check_together(odd, cases, code, many)


def check_together(odd, cases, code: str, many: int) -> None:
    texts = odd + ["\n".join(ours + theirs * 2) for _, _, ours, theirs in cases]
    least = [float(i % 4) for i in range(len(texts))]
    before, share.READ_TOGETHER = share.READ_TOGETHER, many
    try:
        found = measure_all(iter(texts), code, least)
    finally:
        share.READ_TOGETHER = before
    alone = [measure(text, code, few) for text, few in zip(texts, least, strict=True)]
    assert repr(found) == repr(alone)


SCREENED = ["zh", "ko", "th", "he", "bn", "ta", "te"]
pieces = st.sampled_from([
    " ", "\n", "。", "$x$", "\\(\\frac{a}{b}\\)", "$\\text{其中变量是整数的 number}$", "$היא מספר שלם חיובי כאן$", "ABC", "Alice ",
    "wait ", "だから", "x1", "`f`", "`code 中文`", "\\", "好", "והיא ", "그리고 ", "de ", "GCD", "```\n",
])  # fmt: skip


@given(st.sampled_from(SCREENED), st.data())
@settings(max_examples=50)
def test_the_short_cut_by_script_changes_nothing(code: str, data: st.DataObject) -> None:
    check_short_cut(code, data)


@pytest.mark.slow
@given(st.sampled_from(SCREENED), st.data())
@settings(max_examples=300)
def test_the_short_cut_by_script_changes_nothing_in_many_texts(
    code: str, data: st.DataObject
) -> None:
    check_short_cut(code, data)


def check_short_cut(code: str, data: st.DataObject) -> None:
    parts = data.draw(st.lists(st.sampled_from(pool(code)) | pieces, max_size=8))
    text = "".join(parts)
    counted = count_text(text, code).share
    for least in (0.0, 2.0, 5.0):
        found = measure(text, code, least)
        if counted.evidence and counted.evidence >= least:
            assert found == counted.value
        else:
            assert math.isnan(found)
