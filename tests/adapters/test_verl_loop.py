"""verl's real reward loop and its older reward managers on a CPU, with a DataProto."""

from __future__ import annotations

import asyncio
import importlib.util
import math
from pathlib import Path
from typing import Any

import pytest
import tiny
import verl_parts

from r1rewards import score_batch

pytestmark = [pytest.mark.trainers, pytest.mark.filterwarnings("default")]

OURS = "pkg://r1rewards.adapters.verl"
FUNCTION = [f"reward.custom_reward_function.path={OURS}"]
MANAGER = [
    "reward.reward_manager.source=importlib",
    "reward.reward_manager.name=R1RewardManager",
    f"reward.reward_manager.module.path={OURS}",
]
ROLLOUTS: list[dict[str, Any]] = [
    {"completion": "<think>2 + 2</think><answer>\\boxed{4}</answer>", "ground_truth": "4"},
    {"completion": "<think>2 + 2</think><answer>\\boxed{5}</answer>", "ground_truth": "4", "data_source": "aime"},
    {"completion": "It is \\boxed{\\frac{8}{2}}", "ground_truth": "4", "extra_info": {"split": "train"}},
    {"completion": "", "ground_truth": "4"},
    {"completion": "\\boxed{4}", "ground_truth": None},
]  # fmt: skip


@pytest.fixture(scope="module")
def verl_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A folder with a tokenizer, and the tokenizer."""
    if importlib.util.find_spec("verl") is None:
        pytest.skip("verl is not installed")
    folder = tmp_path_factory.mktemp("tokenizer")
    tokenizer = tiny.tiny_tokenizer()
    tokenizer.save_pretrained(folder)
    (folder / "config.json").write_text('{"model_type": "qwen2"}')
    return folder, tokenizer


def loop_rows(verl_home: Any, data: Any, overrides: list[str]) -> list[dict[str, Any]]:
    """What verl's worker gives for every rollout of `data`."""
    from verl.experimental.reward_loop.reward_loop import RewardLoopWorker

    worker = RewardLoopWorker(verl_parts.config(verl_home[0], *overrides))
    rows: list[dict[str, Any]] = worker.loop.run_until_complete(worker.compute_score_batch(data))
    return rows


def expected() -> list[float]:
    scores = score_batch([r["completion"] for r in ROLLOUTS], [r["ground_truth"] for r in ROLLOUTS])
    return [0.0 if math.isnan(total) else total for total in scores.total.tolist()]


OTHERS = [
    [*FUNCTION, f"reward.reward_manager.name={name}"] for name in ("dapo", "gdpo", "rate_limited")
]
BOTH = [*FUNCTION, *MANAGER]  # as the documentation has it: verl's worker then takes a shorter way


@pytest.mark.parametrize(
    "overrides",
    [FUNCTION, MANAGER, BOTH, *OTHERS],
    ids=["naive", "R1RewardManager", "both", "dapo", "gdpo", "rate_limited"],
)
def test_the_reward_loop_gives_our_rewards(verl_home: Any, overrides: list[str]) -> None:
    rows = loop_rows(verl_home, verl_parts.data_proto(verl_home[1], ROLLOUTS), overrides)
    assert [row["reward_score"] for row in rows] == expected()
    extra = [row["reward_extra_info"] for row in rows]
    assert len({tuple(info) for info in extra}) == 1
    assert [info["r1_unscored"] for info in extra] == [0.0, 0.0, 0.0, 0.0, 1.0]


@pytest.mark.parametrize("overrides", [FUNCTION, MANAGER], ids=["naive", "R1RewardManager"])
def test_reward_kwargs_of_the_configuration_hold(verl_home: Any, overrides: list[str]) -> None:
    kwargs = "+reward.custom_reward_function.reward_kwargs"
    chosen = [
        *overrides,
        f"{kwargs}.rewards={{accuracy:1.0,format:0.5}}",
        f"{kwargs}.prefilled=true",
    ]
    rollouts = [{"completion": "2 + 2</think><answer>\\boxed{4}</answer>", "ground_truth": "4"}]
    rows = loop_rows(verl_home, verl_parts.data_proto(verl_home[1], rollouts), chosen)
    assert rows[0]["reward_score"] == 1.5


def test_the_manager_scores_by_the_batch_what_naive_scores_one_by_one(verl_home: Any) -> None:
    """Counts, not clocks: how often the scoring is entered for 512 rollouts."""
    from verl.experimental.reward_loop.reward_loop import RewardLoopWorker

    worker = RewardLoopWorker(verl_parts.config(verl_home[0], *MANAGER))
    batches: list[int] = []
    work = worker.reward_manager.batcher.work

    def counted(samples: list[Any]) -> Any:
        batches.append(len(samples))
        return work(samples)

    worker.reward_manager.batcher.work = counted
    data = verl_parts.data_proto(verl_home[1], ROLLOUTS[:4] * 128)
    rows = worker.loop.run_until_complete(worker.compute_score_batch(data))
    assert [row["reward_score"] for row in rows] == expected()[:4] * 128
    assert max(batches) == 64
    assert len(batches) <= 64  # 8 full ones if nothing interferes


def test_the_manager_decodes_as_naive_does(verl_home: Any) -> None:
    texts = ["<think>ünïcode 中文</think><answer>\\boxed{4}</answer><|im_end|>", "a  b\n\n c , d ."]
    rollouts = [{"completion": text, "ground_truth": "4"} for text in texts]
    data = verl_parts.data_proto(verl_home[1], rollouts)
    naive, ours = (loop_rows(verl_home, data, overrides) for overrides in (FUNCTION, MANAGER))
    assert naive == ours


def test_the_driver_side_assembles_rewards_and_extra_columns(verl_home: Any) -> None:
    """What RewardLoopManager.compute_rm_score makes of a worker's rows, without a Ray cluster."""
    import numpy as np
    from verl.trainer.ppo.reward import resolve_reward_manager_cls

    config = verl_parts.config(verl_home[0], *MANAGER)
    data = verl_parts.data_proto(verl_home[1], ROLLOUTS)
    rows = loop_rows(verl_home, data, MANAGER)
    manager = resolve_reward_manager_cls(config)
    rewards = manager.assemble_rm_scores(data, [row["reward_score"] for row in rows])
    assert rewards.sum(dim=-1).tolist() == expected()
    for key in rows[0]["reward_extra_info"]:
        assert len(np.array([row["reward_extra_info"][key] for row in rows])) == len(ROLLOUTS)


@pytest.mark.parametrize("name", ["naive", "dapo", "batch"])
def test_the_older_managers_that_still_ship(verl_home: Any, name: str) -> None:
    from verl.workers.reward_manager import get_reward_manager_cls

    from r1rewards.adapters.verl import compute_score, compute_score_batch

    function = compute_score_batch if name == "batch" else compute_score
    manager = get_reward_manager_cls(name)(verl_home[1], 0, function)
    found = manager(verl_parts.data_proto(verl_home[1], ROLLOUTS), return_dict=True)
    assert found["reward_tensor"].sum(dim=-1).tolist() == expected()
    assert len(found["reward_extra_info"]["r1_accuracy"]) == len(ROLLOUTS)


def test_prime_takes_the_float_variant(verl_home: Any) -> None:
    prime = pytest.importorskip("verl.workers.reward_manager.prime", exc_type=ImportError)
    from r1rewards.adapters.verl import compute_score_float

    rows = ROLLOUTS[:4]
    found = prime.run_reward_scoring(
        compute_score_float,
        completions=[r["completion"] for r in rows], references=[r["ground_truth"] for r in rows],
        tasks=["math"] * 4, extra_info=None, num_processes=2,
    )  # fmt: skip
    asyncio.set_event_loop(asyncio.new_event_loop())  # prime closes the one that it found
    assert found == expected()[:4]


def test_a_file_path_works_as_a_package_path_does(verl_home: Any) -> None:
    import r1rewards.adapters

    path = Path(r1rewards.adapters.__file__).parent / "files" / "r1_verl.py"
    manager = [*MANAGER[:2], f"reward.reward_manager.module.path={path}"]
    data = verl_parts.data_proto(verl_home[1], ROLLOUTS)
    for overrides in ([f"reward.custom_reward_function.path={path}"], manager):
        rows = loop_rows(verl_home, data, overrides)
        assert [row["reward_score"] for row in rows] == expected()
