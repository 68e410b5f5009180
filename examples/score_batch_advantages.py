"""Score a step of GRPO and print its advantages: python examples/score_batch_advantages.py [rollouts.jsonl]"""

from __future__ import annotations

import sys
from pathlib import Path

from r1rewards import score_batch
from r1rewards.groups import group_stats
from r1rewards.rows import Row, read_rows

source = sys.argv[1] if len(sys.argv) > 1 else str(Path(__file__).with_name("rollouts.jsonl"))
rows = [row for row in read_rows(source) if isinstance(row, Row)]

scores = score_batch(
    [row.completion for row in rows],
    [row.reference for row in rows],
    rewards={"accuracy": 1.0, "format": 0.5},
    groups=[row.group for row in rows],
)
advantages = scores.advantages()
print(
    f"{len(scores)} rollouts, rewards {scores.rewards.shape}, mean total {scores.total.mean():.3f}"
)

stats = group_stats(scores.total, scores.groups)
flat = sum(std == 0.0 for std in stats.std)
print(f"{len(stats.ids)} prompts, {flat} of them without a gradient: every rollout earns the same")
for row, total, advantage in list(zip(rows, scores.total, advantages, strict=True))[:8]:
    print(f"  {row.group}  total {total:4.1f}  advantage {advantage:+.2f}")
