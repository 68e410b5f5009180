"""The calls that verl makes, without verl. `test_verl_loop` runs the real reward loop and the older managers."""

from __future__ import annotations

import math
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from r1rewards import score_batch
from r1rewards.adapters.verl import compute_score, compute_score_batch, compute_score_float
from r1rewards.errors import BadCallError

RIGHT = "<think>2 + 2</think><answer>\\boxed{4}</answer>"
TEXTS = [RIGHT, "\\boxed{5}", "", "<think>never closed \\boxed{4}", "\\boxed{\\frac{8}{2}}"]


def test_by_keyword_as_the_managers_call_it() -> None:
    row = compute_score(
        data_source="openai/gsm8k", solution_str=RIGHT, ground_truth="4", extra_info={"index": 3}
    )
    assert (row["score"], row["acc"], row["pred"]) == (2.0, 1.0, "4")
    assert (row["r1_accuracy"], row["r1_format"], row["r1_accuracy_verdict"]) == (
        1.0,
        1.0,
        "correct",
    )


def test_by_position_as_main_eval_and_prime_call_it() -> None:
    assert compute_score_float("math", RIGHT, "4") == 2.0
    assert compute_score_float("math", RIGHT, "4", None) == 2.0
    assert isinstance(compute_score_float("math", "", "4"), float)


def test_a_batch_as_the_batch_manager_calls_it() -> None:
    rows = compute_score_batch(
        data_sources=["math"] * len(TEXTS), solution_strs=TEXTS, ground_truths=["4"] * len(TEXTS),
        extra_infos=[{"rollout_reward_scores": {}}] * len(TEXTS),
    )  # fmt: skip
    assert [row["score"] for row in rows] == score_batch(TEXTS, "4").total.tolist()


def test_every_data_source_and_every_bad_row_has_the_same_keys_and_finite_numbers() -> None:
    rows = [
        compute_score("gsm8k", RIGHT, "4", {}),
        compute_score("code", RIGHT, None, {"split": "train"}),
        compute_score("", "", "\\frac{", {"num_turns": 2, "rollout_reward_scores": {}}),
    ]
    assert len({tuple(row) for row in rows}) == 1
    assert all(math.isfinite(v) for row in rows for v in row.values() if not isinstance(v, str))


def test_reward_kwargs_choose_rewards_policy_and_options() -> None:
    kwargs = {
        "rewards": {"accuracy": 1.0, "format": 0.5},
        "prefilled": True,
        "reward_router_address": "x:1",
    }
    assert compute_score("m", RIGHT.removeprefix("<think>"), "4", {}, **kwargs)["score"] == 1.5
    with pytest.raises(RuntimeError, match="could not be scored"):
        compute_score("m", RIGHT, None, {}, on_unscorable="raise")
    assert (
        compute_score("m", RIGHT, "5", {"gold": "4"}, rewards="accuracy", answer="gold")["score"]
        == 1.0
    )


def test_the_file_that_the_environment_names_chooses_them_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "r1.toml").write_text('rewards = "format"\n')
    monkeypatch.setenv("R1REWARDS_CONFIG", str(tmp_path / "r1.toml"))
    assert compute_score("m", RIGHT, "4")["score"] == 1.0
    assert "r1_accuracy" not in compute_score("m", RIGHT, "4")


def test_a_reward_that_compares_groups_is_refused_where_rollouts_come_one_by_one() -> None:
    with pytest.raises(BadCallError, match="length compares all rollouts of a prompt"):
        compute_score("m", RIGHT, "4", rewards="length")


def test_extra_info_is_left_as_it_was() -> None:
    extra = {"index": 1, "num_turns": 1}
    compute_score("m", RIGHT, "4", extra)
    assert extra == {"index": 1, "num_turns": 1}


def test_64_threads_at_once_give_the_rewards_of_a_serial_run() -> None:
    calls = [
        (f"<think>x</think><answer>\\boxed{{{i % 7}}}</answer>", str(i % 5)) for i in range(1000)
    ]
    serial = [compute_score("m", text, gold, {})["score"] for text, gold in calls]
    with ThreadPoolExecutor(64) as threads:
        at_once = threads.map(lambda call: compute_score("m", *call, {})["score"], calls)
    assert list(at_once) == serial


def test_the_functions_pickle() -> None:
    for function in (compute_score, compute_score_batch, compute_score_float):
        assert pickle.loads(pickle.dumps(function)) is function
