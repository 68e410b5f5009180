"""Every shape in which rollouts are written is recognised, and a row per rollout comes out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from r1rewards.rollouts import completion_text, prompt_text
from r1rewards.rows import BadRow, Keys, Row, read_rows
from r1rewards.shapes import flattened

USER = {"role": "user", "content": "2+2?"}
SAYS = {"role": "assistant", "content": "\\boxed{4}"}

# name -> (row of a file, [(completion, reference, prompt, group is shared)])
SHAPES: dict[str, tuple[dict[str, Any], list[tuple[str, Any, str | None]]]] = {
    "trl": ({"prompt": "2+2?", "completion": "a", "solution": "4"}, [("a", "4", "2+2?")]),
    "trl, conversational": (
        {"prompt": [USER], "completion": [SAYS], "solution": "$4$"},
        [("\\boxed{4}", "$4$", "2+2?")],
    ),
    "verl generation": (
        {"prompt": [USER], "responses": ["a", "b"], "reward_model": {"ground_truth": "4"}, "data_source": "gsm8k"},
        [("a", "4", "2+2?"), ("b", "4", "2+2?")],
    ),
    "verl dump": ({"input": "2+2?", "output": "a", "gts": "4", "score": 1.0, "step": 3}, [("a", "4", "2+2?")]),
    "lm-eval": (
        {"doc_id": 7, "doc": {"question": "2+2?"}, "target": "4", "arguments": [["2+2?", {"until": []}]],
         "resps": [["a", "b"]], "filtered_resps": ["a"], "filter": "none"},
        [("a", "4", "2+2?"), ("b", "4", "2+2?")],
    ),
    "lm-eval, newer arguments, target in doc": (
        {"doc_id": 7, "doc": {"answer": "4"}, "target": "", "resps": [["a"]],
         "arguments": {"gen_args_0": {"arg_0": "2+2?", "arg_1": {}}}},
        [("a", "4", "2+2?")],
    ),
    "chat log": ({"messages": [USER, SAYS], "answer": "4"}, [("\\boxed{4}", "4", "2+2?")]),
    "chat completion": (
        {"choices": [{"message": SAYS}, {"message": SAYS}], "answer": "4"},
        [("\\boxed{4}", "4", None)] * 2,
    ),
    "batch response": (
        {"custom_id": "q1", "response": {"body": {"choices": [{"message": SAYS}]}}, "answer": "4"},
        [("\\boxed{4}", "4", None)],
    ),
    "vllm": ({"prompt": "2+2?", "outputs": [{"text": "a"}, {"text": "b"}], "answer": "4"}, [("a", "4", "2+2?"), ("b", "4", "2+2?")]),
    "sharegpt": (
        {"conversations": [{"from": "human", "value": "2+2?"}, {"from": "gpt", "value": "a"}], "answer": "4"},
        [("a", "4", "2+2?")],
    ),
}  # fmt: skip


def read(path: Path, *rows: dict[str, Any], keys: Keys | None = None) -> list[Row | BadRow]:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return list(read_rows(str(path), keys))


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_is_recognised(name: str, tmp_path: Path) -> None:
    raw, wanted = SHAPES[name]
    found = read(tmp_path / "rows.jsonl", raw)
    assert all(isinstance(row, Row) for row in found), found
    told = [
        (completion_text(row.completion)[0], row.reference, prompt_text(row.prompt))
        for row in found
    ]
    assert told == wanted
    if len(found) > 1:
        assert len({row.group for row in found}) == 1 != len({row.place for row in found})


def test_samples_of_one_row_have_places_numbers_and_a_group_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    found = read(path, {"responses": ["a", "b"]}, {"responses": ["c"]}, {"responses": ["d", "e"]})
    assert [row.place for row in found] == [
        f"{path}:{at}" for at in ("1#1", "1#2", "2", "3#1", "3#2")
    ]
    assert [row.number for row in found] == [1, 2, 3, 4, 5]
    assert found[0].group == found[1].group != found[3].group
    assert found[0].raw == {"completion": "a", "sample": 0}


def test_lm_eval_rows_of_a_second_filter_are_the_same_samples_again(tmp_path: Path) -> None:
    row = {"doc_id": 1, "doc": {}, "target": "4", "resps": [["a"]]}
    found = read(tmp_path / "r.jsonl", {**row, "filter": "strict"}, {**row, "filter": "flexible"})
    assert len(found) == 1


def test_lm_eval_rows_of_log_likelihoods_hold_no_text(tmp_path: Path) -> None:
    (found,) = read(tmp_path / "r.jsonl", {"doc": {}, "resps": [[[-1.5, False]]], "target": 0})
    assert isinstance(found, BadRow)
    assert "no completion" in found.why


def test_a_named_key_may_hold_one_text_or_several(tmp_path: Path) -> None:
    keys = Keys(completion="mine")
    several, one = {"mine": ["a", "b"], "completion": "no"}, {"mine": ["c"], "completion": "no"}
    found = read(tmp_path / "r.jsonl", several, one, {"mine": "d"}, {"completion": "no"}, keys=keys)
    assert [row.completion for row in found[:4]] == ["a", "b", "c", "d"]
    assert isinstance(found[4], BadRow)
    assert "looked for mine" in found[4].why


def test_outputs_of_tests_are_not_taken_for_samples() -> None:
    row = {"completion": "a program", "inputs": ["1", "2"], "outputs": ["3", "4"]}
    assert flattened(row) == [row]
    row = {"response": "a program", "inputs": ["1", "2"], "outputs": ["3", "4"]}
    assert flattened(row) == [row]
    row = {"completion": "mine", "samples": ["other", "texts"]}
    assert flattened(row) == [row]
