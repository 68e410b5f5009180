"""The calls that TRL makes, without TRL: keywords, messages, columns, missing rewards. `test_trl_trainer` runs the real one."""

from __future__ import annotations

import importlib
import json
import multiprocessing
import pickle
import sys
import threading
from typing import Any

import pytest

from r1rewards import score_batch
from r1rewards.adapters import trl
from r1rewards.adapters.settings import UnscorableError
from r1rewards.adapters.trl import accuracy_reward, format_reward, language_reward, make_reward
from r1rewards.errors import BadCallError
from r1rewards.registry import names

RIGHT = "<think>2 + 2</think><answer>\\boxed{4}</answer>"
WRONG = "<think>2 + 2</think><answer>\\boxed{5}</answer>"
BARE = "It is \\boxed{4}."
SIZE = 3


def call(function: Any, completions: list[Any] | None = None, **columns: Any) -> list[float | None]:
    """As GRPOTrainer calls it: everything by keyword, columns repeated per completion."""
    completions = [RIGHT, WRONG, BARE] if completions is None else completions
    given = {"prompts": ["2 + 2?"] * len(completions), "completions": completions, **columns}
    ids = [[1, 2, 3]] * len(completions)
    return function(completion_ids=ids, trainer_state=object(), **given)


def test_the_three_rewards_of_deepseek_r1() -> None:
    assert call(accuracy_reward, solution=["4"] * SIZE) == [1.0, 0.0, 1.0]
    assert call(format_reward, solution=["4"] * SIZE) == [1.0, 1.0, 0.0]


@pytest.mark.skipif("language" not in names(), reason="the language reward is not there")
def test_the_language_reward_reads_the_language_column() -> None:
    thought = "We add two and two, which makes four in the end."
    text = f"<think>{thought}</think><answer>\\boxed{{4}}</answer>"
    assert call(language_reward, [text], language=["en"]) == [1.0]
    assert call(language_reward, [text], language=["zh"]) == [0.0]


def test_the_calls_of_earlier_versions_of_trl() -> None:
    """0.16 passes no ids, 0.18 no state; 0.24 both, and two loggers only from 1.0 on. All of it by keyword."""
    asked = {"prompts": ["2 + 2?"] * 2, "completions": [RIGHT, WRONG], "solution": ["4"] * 2}
    ids = {"completion_ids": [[1, 2], [3]]}
    for version in ({}, ids, {**ids, "trainer_state": object()}):
        assert accuracy_reward(**asked, **version) == [1.0, 0.0]
        assert len(make_reward("r1", on_unscorable="zero")(**asked, **version)) == 2
    with_loggers = {"log_extra": lambda *_: None, "log_metric": lambda *_: None, "environments": []}
    assert accuracy_reward(**asked, **ids, trainer_state=None, **with_loggers) == [1.0, 0.0]


def test_messages_are_read_like_texts() -> None:
    as_messages = [[{"role": "assistant", "content": text}] for text in (RIGHT, WRONG, BARE)]
    assert call(accuracy_reward, as_messages, solution=["4"] * SIZE) == [1.0, 0.0, 1.0]
    assert call(format_reward, as_messages) == [1.0, 1.0, 0.0]


def test_a_thought_that_a_response_template_took_out_is_put_back() -> None:
    parsed = [
        [
            {
                "role": "assistant",
                "content": "<answer>\\boxed{4}</answer>",
                "reasoning_content": "2+2",
            }
        ]
    ]
    assert call(accuracy_reward, parsed, solution=["4"]) == [1.0]
    assert call(format_reward, parsed) == [1.0]


def test_with_tools_the_last_text_of_the_assistant_counts() -> None:
    turns = [
        {"role": "assistant", "content": "\\boxed{5}?", "tool_calls": [{"name": "add"}]},
        {"role": "tool", "content": "\\boxed{6}"},
        {"role": "assistant", "content": "So it is \\boxed{4}."},
    ]
    assert call(accuracy_reward, [turns], solution=["4"]) == [1.0]


@pytest.mark.parametrize("column", ["solution", "answer", "ground_truth", "reference"])
def test_the_reference_is_found_under_its_usual_names(column: str) -> None:
    assert call(accuracy_reward, **{column: ["4", "5", "5"]}) == [1.0, 1.0, 0.0]


@pytest.mark.docker
def test_programs_are_judged_by_the_column_tests() -> None:
    cases = json.dumps({"type": "stdin", "cases": [{"input": "2 2\n", "output": "4\n"}]})
    texts = [
        f"<think>x</think><answer>\n```python\n{body}\n```\n</answer>"
        for body in ("print(sum(map(int, input().split())))", "print(5)")
    ]
    assert call(accuracy_reward, texts, tests=[cases] * 2) == [1.0, 0.0]


def test_a_named_column_holds_the_reference() -> None:
    by_name = make_reward("accuracy", answer="gold")
    assert call(by_name, gold=["4"] * SIZE, solution=["5"] * SIZE) == [1.0, 0.0, 1.0]
    with pytest.raises(BadCallError, match="no such column; this row has: solution"):
        call(by_name, solution=["4"] * SIZE)


def test_columns_named_like_arguments_of_ours_are_not_taken_for_them() -> None:
    columns = {
        "rewards": [9.0] * SIZE,
        "groups": [1, 2, 3],
        "prompt": ["p"] * SIZE,
        "reference": ["4"] * SIZE,
    }
    assert call(accuracy_reward, **columns) == [1.0, 0.0, 1.0]


@pytest.mark.parametrize("column", ["group", "reward", "index", "data_source", "difficulty"])
def test_a_column_of_the_data_set_is_no_argument_whatever_its_name(column: str) -> None:
    columns = {column: ["a"] * SIZE}
    assert call(accuracy_reward, solution=["4"] * SIZE, **columns) == [1.0, 0.0, 1.0]


def test_a_reference_nobody_can_read_is_none_and_by_choice_zero_or_an_error() -> None:
    columns = {"solution": ["4", None, "4"]}
    assert call(accuracy_reward, **columns) == [1.0, None, 1.0]
    assert call(make_reward("accuracy", on_unscorable="zero"), **columns) == [1.0, 0.0, 1.0]
    with pytest.raises(UnscorableError, match="accuracy"):
        call(make_reward("accuracy", on_unscorable="raise"), **columns)
    with pytest.raises(BadCallError, match="zero, none, raise"):
        make_reward("accuracy", on_unscorable="skip")


def test_a_group_of_one_works() -> None:
    assert call(accuracy_reward, [RIGHT], solution=["4"]) == [1.0]
    assert call(accuracy_reward, [], solution=[]) == []


def test_several_rewards_in_one_function_are_summed_with_their_weights() -> None:
    both = make_reward({"accuracy": 1.0, "format": 0.5})
    assert call(both, solution=["4"] * SIZE) == [1.5, 0.5, 1.0]
    assert both.__name__ == "rewards_reward"
    assert make_reward("r1-zero").__name__ == "r1_zero_reward"
    assert make_reward("r1-zero", name="sum").__name__ == "sum"


def test_options_hold_for_every_rollout() -> None:
    assert call(make_reward("format", prefilled=True), [RIGHT.removeprefix("<think>")]) == [1.0]
    assert call(format_reward, [RIGHT.removeprefix("<think>")]) == [0.0]


def test_verdicts_answers_and_shares_are_logged() -> None:
    extra: dict[str, list[Any]] = {}
    metrics: dict[str, float] = {}
    call(
        accuracy_reward, solution=["4", "4", None],
        log_extra=extra.__setitem__, log_metric=metrics.__setitem__,
    )  # fmt: skip
    assert extra["accuracy_verdict"][:2] == ["correct", "wrong"]
    assert extra["accuracy_answer"][:2] == ["4", "5"]
    assert all(len(values) == SIZE for values in extra.values())
    assert metrics["r1/accuracy/correct"] == metrics["r1/accuracy/unscored"] == pytest.approx(1 / 3)


@pytest.mark.parametrize("function", [accuracy_reward, format_reward, make_reward("r1-zero")])
def test_reward_functions_pickle_and_have_a_name(function: Any) -> None:
    copy = pickle.loads(pickle.dumps(function))
    assert copy.__name__ == function.__name__
    assert call(copy, solution=["4"] * SIZE) == call(function, solution=["4"] * SIZE)


def _in_child(pipe: Any, function: Any) -> None:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(call(function, solution=["4"] * SIZE)))
    thread.start()  # asynchronous GRPO calls from asyncio.to_thread
    thread.join()
    pipe.send(found[0])


def test_a_spawned_child_scores_off_its_main_thread() -> None:
    here, there = multiprocessing.Pipe()
    child = multiprocessing.get_context("spawn").Process(
        target=_in_child, args=(there, accuracy_reward)
    )
    child.start()
    assert here.poll(60)
    assert here.recv() == [1.0, 0.0, 1.0]
    child.join(30)
    assert child.exitcode == 0


def resolve(path: str) -> Any:
    """As `trl grpo --reward_funcs` does: import what stands before the last dot, take the attribute behind it."""
    module_path, name = path.rsplit(".", 1)
    return getattr(importlib.import_module(module_path), name)


def test_the_command_line_of_trl_can_name_every_reward() -> None:
    assert resolve("r1rewards.adapters.trl.accuracy_reward") is accuracy_reward
    assert call(resolve("r1rewards.adapters.trl.r1_zero_reward"), solution=["4"] * SIZE) == [
        2.0,
        1.0,
        1.0,
    ]
    for name in ("math", "format", "repetition"):
        assert resolve(f"r1rewards.adapters.trl.{name}_reward").__name__ == f"{name}_reward"
    with pytest.raises(AttributeError, match="acuracy_reward"):
        trl.acuracy_reward


def test_it_agrees_with_score_batch() -> None:
    texts = [RIGHT, WRONG, BARE, "", "\\boxed{", "<think>"]
    expected = score_batch(texts, "4", rewards="r1-zero").total.tolist()
    assert call(make_reward("r1-zero"), texts, solution=["4"] * len(texts)) == expected


def test_importing_the_adapter_imports_no_trainer() -> None:
    assert not {"trl", "torch", "transformers"} & set(sys.modules)
