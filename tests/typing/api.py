"""Type-checked, never run: what users write must keep its types."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from r1rewards import (
    Outcome,
    Reward,
    Rollout,
    Score,
    Scores,
    Verdict,
    get_reward,
    per_rollout,
    score,
    score_batch,
)

s: Score = score("completion", "4")
total: float | None = s.total
parts: dict[str, float | None] = s.rewards
outcome: Outcome = s.outcomes["accuracy"]
verdict: Verdict = outcome.verdict

scores: Scores = score_batch(
    ["a", "b"], ["1", "2"], rewards={"accuracy": 1.0, "format": 0.5}, groups=[1, 1]
)
array: npt.NDArray[np.float32] = scores.rewards
total_array: npt.NDArray[np.float32] = scores.total
advantage: npt.NDArray[np.float32] = scores.advantages()
one: Score = scores[0]

reward: Reward = get_reward("format", prefilled=True)
score("a", rewards=reward)
score("a", rewards=["accuracy", reward])
score("a", rewards={reward: 0.5})


@per_rollout
def length(rollout: Rollout) -> float:
    return float(len(rollout.completion))


mine: Reward = Reward("mine/length", length, low=0.0, high=1e9)
