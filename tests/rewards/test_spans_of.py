from __future__ import annotations

import numpy as np
import pytest

from r1rewards.errors import BadCallError
from r1rewards.rewards.spans_of import prefilled_of, tags_of
from r1rewards.rollouts import Batch
from r1rewards.text.spans import read_tags


def test_one_scan_serves_every_reward() -> None:
    batch = Batch(["<think>a</think>b"] * 3)
    assert tags_of(batch) is tags_of(batch.with_options({"prefilled": True}))
    assert tags_of(batch) == [read_tags("<think>a</think>b")] * 3


def test_another_layout_gets_a_scan_of_its_own() -> None:
    batch = Batch(["<think>a</think><r>b</r>"])
    assert tags_of(batch)[0].think_open.times == 1
    assert tags_of(batch.with_options({"tags": "r"}))[0].think_open.first == 16
    assert tags_of(batch)[0].think_open.first == 0


def test_rows_may_differ_in_their_tags() -> None:
    batch = Batch(["<think>a</think>", "<r>b</r>"], columns={"tags": [None, "r"]})
    assert [t.think_open.times for t in tags_of(batch)] == [1, 1]


def test_an_empty_batch_has_no_tags() -> None:
    assert tags_of(Batch([])) == []
    assert tags_of(Batch([], columns={"tags": "r"})) == []


def test_prefilled_is_said_by_the_call_or_read_off_a_prompt_given_as_text() -> None:
    prompts = ["Q<think>\n", "Q", [{"role": "user", "content": "<think>"}], "Q<think>\n"]
    batch = Batch(["a"] * 4, prompts=prompts, columns={"prefilled": [None, True, None, False]})
    assert prefilled_of(batch) == [True, True, False, False]
    assert prefilled_of(Batch(["a"])) == [False]
    assert prefilled_of(Batch(["a"], prompts="Q <r> ", columns={"tags": "r"})) == [True]


def test_a_rejoined_thought_is_not_prefilled_whatever_the_prompt_ends_with() -> None:
    message = {"role": "assistant", "content": "4", "reasoning_content": "why"}
    assert prefilled_of(Batch([message, "x"], prompts="Q<think>\n")) == [False, True]


@pytest.mark.parametrize("value", ["False", "true", 2])
def test_a_text_is_no_boolean(value: object) -> None:
    with pytest.raises(BadCallError, match="True or False"):
        prefilled_of(Batch(["a"], columns={"prefilled": value}))


@pytest.mark.parametrize("value", [True, 1, np.bool_(True)])
def test_what_is_as_good_as_a_boolean_counts(value: object) -> None:
    assert prefilled_of(Batch(["a"], columns={"prefilled": [value]})) == [True]
