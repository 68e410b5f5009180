"""Where the final answer stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r1rewards.answers.extract import MAX_ROW, MODES, find_answer, reference_answer

DATA = Path(__file__).parent.parent / "data" / "answers"
CASES = [
    json.loads(line)
    for line in (DATA / "extraction.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['id']}-{c['why'][:30]}")
def test_extraction(case: dict[str, Any]) -> None:
    text, start = case["completion"], case.get("start", 0)
    found = find_answer(text, start, mode=case.get("mode", "boxed"))
    assert found.text == case["answer"], found
    assert list(found.boxes) == case.get("boxes", [])
    assert found.reason == case.get("reason", "")
    assert found.is_hedging == ("boxes" in case)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["id"])
def test_the_span_holds_the_answer(case: dict[str, Any]) -> None:
    text, start = case["completion"], case.get("start", 0)
    found = find_answer(text, start, mode=case.get("mode", "boxed"))
    if found.text is None:
        assert (found.start, found.end) == (-1, -1)
    elif not found.boxes:
        assert start <= found.start <= found.end <= len(text)
        span = text[found.start : found.end].replace("\\boxed", "").replace("\\fbox", "")
        assert span.strip() in (found.text, "{" + found.text + "}")


PIECES = st.sampled_from(
    [
        "\\boxed", "\\boxed{", "\\fbox{", "{", "}", "\\{", "\\}", "\\", "5", "-3", "\\frac{1}{2}", "x", " ", "\n", "$",
        "\\(", "\\)", " or ", " and ", "=", ",", ".", "The answer is ", "Answer: ", "#### ", "A: ", "**", "<answer>",
        "</answer>", "\\text{", "答案是", "和", "is wrong", "maybe", "%",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=60)


@given(TEXTS, st.sampled_from(MODES), st.integers(0, 40))
def test_no_text_makes_the_search_raise_or_leave_the_text(text: str, mode: Any, start: int) -> None:
    found = find_answer(text, start, mode=mode)
    assert (found.text is None) == bool(found.reason)
    if found.text is not None:
        assert min(start, len(text)) <= found.start <= found.end <= len(text)
        assert found.text.strip()


@given(TEXTS)
def test_what_stands_before_the_start_does_not_matter(text: str) -> None:
    before = "<think>\\boxed{1} or</think>"
    alone, after = find_answer(text), find_answer(before + text, len(before))
    assert (alone.text, alone.boxes, alone.reason) == (after.text, after.boxes, after.reason)


@given(TEXTS)
def test_a_boxed_answer_after_a_new_paragraph_is_found_whatever_stood_before(text: str) -> None:
    text = text.replace("answer>", "")  # what stands in the tag would be another answer
    completion = text + "\n\nSo all in all the result of this long story is\n\n$\\boxed{42}$."
    found = find_answer(completion)
    assert found.text == "42"


@given(TEXTS)
def test_knowing_that_there_is_no_tag_changes_nothing(text: str) -> None:
    text = text.replace("answer>", "")
    assert find_answer(text) == find_answer(text, tag=None)


def test_a_row_has_a_bounded_length() -> None:
    found = find_answer("".join(f"\\boxed{{{i}}}" for i in range(50_000)))
    assert len(found.boxes) == MAX_ROW
    assert found.boxes[-1] == "49999"


@pytest.mark.parametrize(
    ("reference", "answer"),
    [
        ("5", "5"),
        ("\\boxed{5}", "5"),
        ("$\\boxed{\\frac12}$", "\\frac12"),
        ("We add. So the sum is $\\boxed{12}$ apples. \n", "12"),
        ("The roots are $\\boxed{1}$ and $\\boxed{2}$.", "1, 2"),
        ("2 + 2 = <<2+2=4>>4\n#### 4", "4"),
        (
            "It loses 10. Final Answer: The final answer is $28 \\%$. I hope it is correct. Note: no.",
            "$28 \\%$",
        ),
        ("Alina and the answer is\n(C) Cecile", "(C) Cecile"),
        (
            "The answer is that f is linear, its slope 2.",
            "The answer is that f is linear, its slope 2.",
        ),
        ("\\\\boxed{35 cm} ++++++ \\\\boxed{4}", "35 cm, 4"),
        ("", ""),
        ("185\\", "185"),
        ("\\boxed{\\frac{1", "\\boxed{\\frac{1"),
        ("\\boxed{}", ""),
    ],
)
def test_the_answer_of_a_reference_in_the_shapes_of_data_sets(reference: str, answer: str) -> None:
    assert reference_answer(reference) == answer


def test_another_tag_may_mark_the_answer() -> None:
    text = "<solution>7</solution>"
    assert find_answer(text, tag=("<solution>", "</solution>")).text == "7"
    assert find_answer(text).text is None
