"""pass@k and cons@k of a file of samples: python examples/evaluate_samples.py [rollouts.jsonl]

On the command line: r1rewards check rollouts.jsonl --group-by prompt_id
"""

from __future__ import annotations

import sys
from pathlib import Path

from r1rewards import score_batch
from r1rewards.evaluation import correctness, evaluate
from r1rewards.rows import Row, read_rows

source = sys.argv[1] if len(sys.argv) > 1 else str(Path(__file__).with_name("rollouts.jsonl"))
rows = [row for row in read_rows(source) if isinstance(row, Row)]
scores = score_batch(
    [row.completion for row in rows], [row.reference for row in rows], rewards="accuracy"
)
answers = [score.outcomes["accuracy"].detail.get("answer") for score in scores]
found = evaluate(correctness(scores, "accuracy"), [row.group for row in rows], answers)
for k, estimate in found.passes.items():
    vote = found.consensus[k]
    print(
        f"pass@{k} {estimate.value:.3f} ± {estimate.error:.3f}   cons@{k} {vote.value:.3f}, {vote.ties} ties"
    )
print(f"{len(found.solved(0.0))} prompts never solved, {len(found.solved(1.0))} always")
