"""How much faster does verl score a step through R1RewardManager than through its `naive` manager, same rewards?

Both run on a DataProto of 2,048 rollouts, in turns, in one process; the rewards must be identical. Once as the manager
is called (`run_single` of every rollout at once), and once in verl's real RewardLoopWorker, whose own 0.1 ms per rollout
(slicing, reading its configuration) no manager can change. Needs verl (docs/trainers-ci.md): python tests/benchmarks/bench_verl_manager.py [math_real.jsonl]
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


async def gather(worker: Any, slices: list[Any]) -> list[Any]:
    run = worker.reward_manager.run_single
    return await asyncio.gather(*(asyncio.create_task(run(part)) for part in slices))


def compare(what: str, runs: dict[str, tuple[Any, Any]]) -> None:
    """Five rounds in turns, the first to warm up; prints the best of each and their ratio."""
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    found: dict[str, list[float]] = {}
    for _ in range(6):
        for name, (worker, run) in runs.items():
            wall, cpu = time.perf_counter(), time.process_time()
            rows = worker.loop.run_until_complete(run())
            took[name].append((time.perf_counter() - wall, time.process_time() - cpu))
            found[name] = [row["reward_score"] for row in rows]
    first, second = runs
    assert found[first] == found[second]
    best = {name: (min(w for w, _ in t[1:]), min(c for _, c in t[1:])) for name, t in took.items()}
    for name, (wall, cpu) in best.items():
        print(
            f"{what}, {name:>15}: {wall * 1e3:6.0f} ms wall, {cpu * 1e3:6.0f} ms CPU, {SIZE / wall:7.0f} rollouts/s"
        )
    print(f"{what}, ratio: {best[first][0] / best[second][0]:.1f}")


if __name__ == "__main__":
    main()
