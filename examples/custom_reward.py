"""A reward of your own beside the built-in ones: python examples/custom_reward.py

To bring it to every program that uses r1rewards, make it a plugin: see examples/plugin_minimal.
"""

from __future__ import annotations

from r1rewards import Outcome, Reward, Rollout, Verdict, per_rollout, score_batch
from r1rewards.testing import check_reward


@per_rollout
def is_brief(rollout: Rollout) -> Outcome | None:
    """1.0 up to `max_words` words, falling to 0.0 at twice as many; an empty completion is not scored."""
    words = len(rollout.completion.split())
    if not words:
        return None
    limit = rollout.get("max_words", 50)
    return Outcome(Verdict.MEASURED, max(0.0, min(1.0, 2 - words / limit)), {"words": words})


BRIEF = Reward("acme/brief", is_brief, options=("max_words",))

if __name__ == "__main__":
    check_reward(BRIEF)  # what trainers rest on: it never raises, stays in range, pickles ...
    scores = score_batch(
        ["\\boxed{4}", "well, " * 75 + "\\boxed{4}"], "4", rewards={"accuracy": 1.0, BRIEF: 0.2}
    )
    for score in scores:
        print(score.total, score.rewards, dict(score.outcomes["acme/brief"].detail))
