"""Completions in every shape trainers hand over, and the batch's columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from r1rewards.errors import BadCallError
from r1rewards.rollouts import STOP_TOKENS, Batch, completion_text, prompt_text, strip_stop_tokens
from tests.clock import assert_quick


@pytest.mark.parametrize("token", STOP_TOKENS)
def test_stop_tokens_are_stripped_from_the_end_only(token: str) -> None:
    assert strip_stop_tokens(f"a {token} b{token}\n{token} \n") == f"a {token} b"
    assert strip_stop_tokens("white space stays \n") == "white space stays \n"


def test_three_thousand_stop_tokens_are_stripped_in_one_pass() -> None:
    assert strip_stop_tokens("a" + "<|im_end|>\n" * 3000) == "a"


@pytest.mark.parametrize("unit", ["</s>", "</s><eos>", "<|im_end|>\n", "</s> x", "> "])
def test_300_kb_of_stop_tokens_are_read_in_linear_time(unit: str) -> None:
    text = unit * (300_000 // len(unit))
    assert_quick(lambda: strip_stop_tokens(text), 0.3)


def test_the_last_assistant_text_of_a_conversation_is_the_completion() -> None:
    messages = [
        {"role": "assistant", "content": "let me look", "tool_calls": [{}]},
        {"role": "tool", "content": "42"},
        {
            "role": "assistant",
            "content": [{"type": "text", "text": "It is "}, {"type": "text", "text": "42"}],
        },
        {"role": "assistant", "content": None},
    ]
    assert completion_text(messages) == ("It is 42", False)


@pytest.mark.parametrize("key", ["reasoning_content", "thinking", "reasoning"])
def test_a_separate_thought_is_joined_back_in(key: str) -> None:
    text, rejoined = completion_text({"role": "assistant", key: "hm", "content": "4<|im_end|>"})
    assert text == "<think>\nhm\n</think>\n\n4"
    assert rejoined


def test_a_rejoined_thought_is_not_prefilled_though_the_others_are() -> None:
    batch = Batch(["a</think>b", {"thinking": "hm", "content": "4"}], columns={"prefilled": True})
    assert batch.column("prefilled") == [True, False]


def test_no_text_is_an_empty_completion_and_a_number_is_a_bad_call() -> None:
    assert completion_text(None) == ("", False)
    assert completion_text([]) == ("", False)
    with pytest.raises(BadCallError, match="int"):
        completion_text(3)
    with pytest.raises(BadCallError, match="int"):
        completion_text({"content": 3})
    with pytest.raises(BadCallError, match="'role' and 'content'; this mapping has 'text'"):
        completion_text([{"text": "4"}])


def test_prompts_as_messages_are_their_last_user_text() -> None:
    assert (
        prompt_text([{"role": "system", "content": "s"}, {"role": "user", "content": "q"}]) == "q"
    )
    assert prompt_text([]) is None
    for no_prompt in (3, b"q"):
        with pytest.raises(BadCallError, match="a prompt is a str or messages"):
            prompt_text(no_prompt)


def test_shared_work_is_done_once_for_all_views_with_options() -> None:
    calls = []

    def lengths(batch: Batch) -> list[int]:
        calls.append(1)
        return [len(c) for c in batch.completions]

    batch = Batch(["a", "bb"])
    assert batch.shared(lengths) == batch.with_options({"x": 1}).shared(lengths) == [1, 2]
    assert len(calls) == 1
    assert batch.take([1]).shared(lengths) == [2]


def test_rows_of_a_batch_are_rollouts() -> None:
    batch = Batch(["a", "b"], ["1", "2"], prompts="p", groups=["x", "y"], columns={"k": [1, None]})
    assert batch[1].reference == "2"
    assert batch[0].get("k") == 1
    assert batch[1].get("k", 5) == 5
    assert [r.group for r in batch[:]] == ["x", "y"]
    assert batch.column("k", 5) == [1, 5]
    assert batch.column("absent") == [None, None]
    assert not batch.has("absent")


class Column(Sequence[str]):
    """What datasets gives for `rows["answer"]`: a sequence that is no list."""

    def __getitem__(self, i):
        return ["4", "5"][i]

    def __len__(self):
        return 2


@pytest.mark.parametrize("references", [["4", "5"], ("4", "5"), np.array(["4", "5"]), Column()])
def test_a_column_of_any_kind_has_one_value_per_rollout(references) -> None:
    assert Batch(["a", "b"], references).references == ["4", "5"]


def test_a_column_of_pyarrow_has_one_value_per_rollout() -> None:
    pa = pytest.importorskip("pyarrow")
    assert Batch(["a", "b"], pa.chunked_array([["4"], ["5"]])).references == ["4", "5"]


def test_a_tuple_may_be_one_value_of_an_option_but_not_of_what_each_rollout_has() -> None:
    batch = Batch(["a", "b"], columns={"tags": ("think", "answer")})
    assert batch.column("tags") == [("think", "answer")] * 2
    with pytest.raises(BadCallError, match="3 values for 2"):
        Batch(["a", "b"], ("1", "2", "3"))


def test_the_rows_of_a_matrix_are_the_values_of_a_column() -> None:
    batch = Batch(["a", "b"], columns={"completion_ids": np.arange(6).reshape(2, 3)})
    assert [list(ids) for ids in batch.column("completion_ids")] == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    "completions", ["one text", b"bytes", {"role": "assistant", "content": "a"}]
)
def test_one_completion_is_not_taken_for_many(completions) -> None:
    with pytest.raises(BadCallError, match=r"score\(\) takes one"):
        Batch(completions)


def test_completions_may_come_from_a_generator() -> None:
    assert Batch(text for text in "ab").completions == ["a", "b"]
