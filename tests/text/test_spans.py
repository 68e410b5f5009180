from __future__ import annotations

import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r1rewards.errors import BadCallError
from r1rewards.text.spans import (
    ABSENT,
    R1,
    Layout,
    Tag,
    _search_each,
    answer_span,
    layout_of,
    read_tags,
    read_visible,
    think_span,
    visible_in,
    visible_start,
)
from tests.clock import assert_quick

PIECES = [
    *R1.literals,
    "<",
    ">",
    "</",
    "think>",
    "<thinking>",
    "a<b",
    " ",
    "\n",
    "x",
    "思",
    "㰼",
    "<｜",
    "\udc3c",
]
texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def test_tags_are_counted_and_placed() -> None:
    tags = read_tags("<think>a</think>b<answer>c</answer></think>")
    assert tags.think_open == Tag(1, 0, 0)
    assert tags.think_close == Tag(2, 8, 35)
    assert tags.answer_open == Tag(1, 17, 17)
    assert tags.answer_close == Tag(1, 26, 26)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<",
        "<think",
        "<THINK>",
        "< think >",
        '<think lang="en">',
        "＜think＞",
        "<th\u200bink>",
        "<thinking>",
    ],
)
def test_what_is_not_exactly_a_tag_is_none(text: str) -> None:
    assert read_tags(text)[:4] == (ABSENT,) * 4


@given(texts)
def test_the_one_pass_agrees_with_a_search_per_tag(text: str) -> None:
    assert read_tags(text) == _search_each(text, R1)


@given(texts, st.booleans(), st.sampled_from([R1, layout_of("r"), layout_of("|x|")]))
def test_what_is_visible_is_the_same_from_either_end(
    text: str, prefilled: bool, layout: Layout
) -> None:
    for one in (
        text,
        text.replace("think", "thonk"),
        text.replace("think", "r"),
        text.replace("<think>", "|x|"),
        "<" * 400 + text,
    ):
        expected = visible_in(read_tags(one, layout), prefilled)
        assert read_visible(one, layout, prefilled) == expected


def test_the_answer_tag_counts_where_it_is_visible() -> None:
    assert read_visible("<answer>a</answer></think>b") == (26, None)
    assert read_visible("</think><answer>b") == (8, ("<answer>", "</answer>"))
    assert read_visible("</think><answer>b<think>") == (-1, None)
    assert read_visible("<answer>a", R1, True) == (-1, None)
    assert read_visible("a<b<answer>c") == (0, ("<answer>", "</answer>"))


@given(texts)
def test_a_text_dense_in_brackets_is_read_the_same(text: str) -> None:
    padded = "<" * 400 + " " + text
    assert read_tags(padded) == _search_each(padded, R1)


@given(texts, st.booleans())
def test_thinking_and_visible_text_never_overlap(text: str, prefilled: bool) -> None:
    tags = read_tags(text)
    start, think, answer = (
        visible_start(tags, prefilled),
        think_span(tags, text, prefilled),
        answer_span(tags, text, prefilled),
    )
    if think is not None:
        assert 0 <= think[0] <= think[1] <= (len(text) if start < 0 else start)
    if start < 0:
        assert answer is None
        assert think is not None
        assert think[1] == len(text)
    else:
        assert answer is not None
        assert start <= answer[0] <= answer[1] <= len(text)


@pytest.mark.parametrize(
    ("text", "prefilled", "visible"),
    [
        ("just text", False, "just text"),
        ("just text", True, None),
        ("<think>a</think>b", False, "b"),
        ("a</think>b", True, "b"),
        (
            "a</think>b",
            False,
            "b",
        ),  # the caller forgot to say prefilled: the answer is still after the thought
        ("<think>a", False, None),
        ("<think>a</think>b<think>c", False, None),
        ("<think>a</think>b<think>c</think>d", False, "d"),
        ("<answer>4</answer>", False, "<answer>4</answer>"),
    ],
)
def test_visible_text_begins_after_the_last_thought(
    text: str, prefilled: bool, visible: str | None
) -> None:
    start = visible_start(read_tags(text), prefilled)
    assert (None if start < 0 else text[start:]) == visible


@pytest.mark.parametrize(
    ("text", "prefilled", "thought"),
    [
        ("just text", False, None),
        ("just text", True, "just text"),
        ("x<think>a</think>b", False, "a"),
        ("a</think>b", True, "a"),
        ("a</think>b", False, "a"),
        ("<think>a</think>b<think>c</think>d", False, "a</think>b<think>c"),
        ("<think>a</think>b<think>c", False, "a</think>b<think>c"),
        ("</think>a<think>b", False, "b"),
    ],
)
def test_the_thought_reaches_from_the_first_tag_to_the_visible_text(
    text: str, prefilled: bool, thought: str | None
) -> None:
    span = think_span(read_tags(text), text, prefilled)
    assert (None if span is None else text[slice(*span)]) == thought


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<think>a</think> <answer>4</answer> ", "4"),
        ("<think>a</think>it is 4", "it is 4"),
        ("<think><answer>3</answer></think>4", "4"),
        ("<think>a</think><answer>3</answer><answer>4</answer>", "4"),
        ("<think>a</think><answer>4", "4"),
        ("<answer>4</answer>", "4"),
        ("<think><answer>4</answer>", None),
    ],
)
def test_the_answer_is_what_the_last_visible_answer_tag_holds(
    text: str, answer: str | None
) -> None:
    span = answer_span(read_tags(text), text)
    assert (None if span is None else text[slice(*span)]) == answer


def test_names_and_literals_make_a_layout() -> None:
    assert layout_of(None) is R1
    assert layout_of("reasoning") == Layout("<reasoning>", "</reasoning>")
    assert layout_of(["reasoning", "solution"]) == Layout(
        "<reasoning>", "</reasoning>", "<solution>", "</solution>"
    )
    assert layout_of(("[THINK]", "[/THINK]")) == Layout("[THINK]", "[/THINK]")
    assert layout_of(("◁a▷", "◁/a▷", "◁b▷", "◁/b▷")).mark == "◁"
    assert layout_of("|special_token|").is_delimited


@pytest.mark.parametrize(
    "names",
    [
        "",
        (),
        ("a", "<b>"),
        ("a", "b", "c"),
        ("<a>", "<b>", "<c>"),
        5 * ("<x>",),
        ("<a", "<a>"),
        (1, 2),
        ("think", "think"),
        5,
        math.nan,
        {"think": "answer"},
        ("<t>", "</t>", "<t>", "</t>"),
    ],
)
def test_what_is_no_layout_says_how_to_write_one(names: object) -> None:
    with pytest.raises(BadCallError, match="tags:"):
        layout_of(names)  # type: ignore[arg-type]


def test_a_delimiter_opens_and_closes_in_turn() -> None:
    layout = layout_of("|special_token|")
    text = "|special_token|why|special_token|4"
    tags = read_tags(text, layout)
    assert text[slice(*think_span(tags, text) or (0, 0))] == "why"
    assert text[visible_start(tags) :] == "4"
    third = text + "|special_token|more"
    assert visible_start(read_tags(third, layout)) == -1
    assert read_tags(third, layout).think_open == Tag(2, 0, 34)


def test_custom_tags_leave_the_usual_ones_alone() -> None:
    tags = read_tags("<think>a</think><reasoning>b</reasoning>c", "reasoning")
    assert (tags.think_open.times, tags.think_open.first) == (1, 16)


def test_tags_pickle_and_carry_their_layout() -> None:
    tags = read_tags("<think>a</think>", "think")
    assert pickle.loads(pickle.dumps(tags)) == tags


HOSTILE = [
    "<",
    "<think>",
    "</think",
    "<a",
    "<think><",
    "㰼",
    "<㰼",
    "</think><answer>",
    "\n</think>\n<answer>\n",
    "< ",
    "<thin",
    "</answer></",
]


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_text_is_read_in_linear_time(unit: str) -> None:
    text = unit * (300_000 // len(unit))
    assert_quick(lambda: read_tags(text), 0.3)
