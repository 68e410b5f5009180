"""Keep what is worth fine-tuning on, as DeepSeek-R1 did: python examples/rejection_sampling.py [rollouts.jsonl]

On the command line: r1rewards check rollouts.jsonl --keep correct --drop mixed-language,code-block -o sft.jsonl
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from r1rewards import Rollout, score_batch
from r1rewards.filters import judge
from r1rewards.rows import Row, read_rows

source = sys.argv[1] if len(sys.argv) > 1 else str(Path(__file__).with_name("rollouts.jsonl"))
rows = [row for row in read_rows(source) if isinstance(row, Row)]
scores = score_batch(
    [row.completion for row in rows],
    [row.reference for row in rows],
    rewards=["accuracy", "language"],
    language=[row.columns.get("language") for row in rows],
)

reasons: Counter[str] = Counter()
for row, score in zip(rows, scores, strict=True):
    rollout = Rollout(row.completion, row.reference, row.prompt, row.group, row.columns)
    decision = judge(rollout, score, keep=["correct"], drop=["mixed-language", "code-block"])
    reasons[decision.reason] += 1
for reason, count in reasons.most_common():
    print(f"{count:5} {reason}")
