"""How much faster does verl score a step through R1RewardManager than through its `naive` manager, same rewards?

Both run on a DataProto of 2,048 rollouts, in turns, in one process; the rewards must be identical. Once as the manager
is called (`run_single` of every rollout at once), and once in verl's real RewardLoopWorker. What the worker itself costs
(slicing, reading its configuration, a task per rollout) is the time of a manager that returns a constant: no manager can
be faster. Needs verl (docs/trainers-ci.md): python tests/benchmarks/bench_verl_manager.py [math_real.jsonl]
The file has rows with `completion` and `reference`; without it the rollouts are made up.
"""

from __future__ import annotations

import asyncio
import json
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "adapters"))
sys.path.insert(0, str(Path(__file__).parents[2]))

import tiny
import verl_parts

SIZE = 2048
OURS = "pkg://r1rewards.adapters.verl"
NAIVE = [f"reward.custom_reward_function.path={OURS}"]
BATCHED = [
    *NAIVE,
    "reward.reward_manager.source=importlib",
    "reward.reward_manager.name=R1RewardManager",
    f"reward.reward_manager.module.path={OURS}",
]


def rollouts(path: str | None) -> list[dict[str, Any]]:
    """2,048 rollouts, in groups of 8 as GRPO samples them."""
    if path is None:
        return [
            {"completion": f"<think>{i} + 2, so</think><answer>\\boxed{{{i + i % 3}}}</answer>", "ground_truth": str(i + 2)}
            for i in range(SIZE)
        ]  # fmt: skip
    with Path(path).open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [{"completion": r["completion"], "ground_truth": r["reference"]} for r in rows[:SIZE]]


def main() -> None:
    from verl.experimental.reward_loop.reward_loop import RewardLoopWorker

    rows = rollouts(sys.argv[1] if len(sys.argv) > 1 else None)
    tokenizer = tiny.tiny_tokenizer((row["completion"] for row in rows), 16_000)
    with tempfile.TemporaryDirectory() as folder:
        tokenizer.save_pretrained(folder)
        (Path(folder) / "config.json").write_text('{"model_type": "qwen2"}')
        data = verl_parts.data_proto(tokenizer, rows)
        workers = {
            name: RewardLoopWorker(verl_parts.config(Path(folder), *overrides))
            for name, overrides in (("naive", NAIVE), ("R1RewardManager", BATCHED))
        }
        slices = [data[i : i + 1] for i in range(SIZE)]
        commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
        ).stdout.strip()
        tokens = (
            float(data.batch["attention_mask"][:, -data.batch["responses"].shape[1] :].sum()) / SIZE
        )
        print(f"{SIZE} rollouts of {tokens:.0f} tokens, {platform.machine()}, commit {commit}")
        compare("manager", {n: (w, lambda w=w: gather(w, slices)) for n, w in workers.items()})
        compare(
            "worker", {n: (w, lambda w=w: w.compute_score_batch(data)) for n, w in workers.items()}
        )
        idle = workers["R1RewardManager"]
        idle.reward_manager.run_single = constant
        report("worker", {"a constant": timed(idle, lambda: idle.compute_score_batch(data))[0]})


async def constant(data: Any) -> dict[str, Any]:
    return {"reward_score": 0.0, "reward_extra_info": {}}


async def gather(worker: Any, slices: list[Any]) -> list[Any]:
    run = worker.reward_manager.run_single
    return await asyncio.gather(*(asyncio.create_task(run(part)) for part in slices))


def compare(what: str, runs: dict[str, tuple[Any, Any]]) -> None:
    """Both in turns; prints the best of each and their ratio. The rewards must be the same."""
    found = {name: timed(*run) for name, run in runs.items()}
    best, rewards = ({n: pair[k] for n, pair in found.items()} for k in (0, 1))
    for _ in range(4):
        best = {n: tuple(map(min, best[n], timed(*run)[0])) for n, run in runs.items()}
    first, second = runs
    assert rewards[first] == rewards[second]
    report(what, best)
    ratios = [a / b for a, b in zip(best[first], best[second], strict=True)]
    print(f"{what}, ratio: {ratios[0]:.1f} wall, {ratios[1]:.1f} CPU")


def timed(worker: Any, run: Any) -> tuple[tuple[float, float], list[float]]:
    """Wall and CPU seconds, the smaller of two runs each, and the rewards."""
    took = []
    for _ in range(2):
        wall, cpu = time.perf_counter(), time.process_time()
        rows = worker.loop.run_until_complete(run())
        took.append((time.perf_counter() - wall, time.process_time() - cpu))
    return (min(w for w, _ in took), min(c for _, c in took)), [r["reward_score"] for r in rows]


def report(what: str, best: dict[str, tuple[float, float]]) -> None:
    for name, (wall, cpu) in best.items():
        print(
            f"{what}, {name:>15}: {wall * 1e3:6.0f} ms wall, {cpu * 1e3:6.0f} ms CPU, {SIZE / wall:7.0f} rollouts/s"
        )


if __name__ == "__main__":
    main()
