"""ms-swift's plugin file. Imports swift, so only ms-swift loads it.

    swift rlhf --rlhf_type grpo --external_plugins $(r1rewards path swift) --reward_funcs r1_accuracy r1_format

Registers r1_accuracy, r1_format, r1_language and r1 (the weighted sum that the settings name). Settings come from the
TOML file named by R1REWARDS_CONFIG; the reference is the dataset column solution, answer, ground_truth or reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from r1rewards.adapters.settings import settings
from r1rewards.batch import score_batch

try:
    from swift.rewards import ORM, orms
except ImportError:  # ms-swift 3
    from swift.plugin import ORM, orms

__all__ = ["R1", "R1Accuracy", "R1Format", "R1Language", "orms"]


class R1(ORM):  # type: ignore[misc]
    """The weighted sum of the rewards that the settings name. ms-swift logs the class's name."""

    rewards: ClassVar[str | None] = None

    def __call__(self, completions: Sequence[str], **columns: Any) -> list[float | None]:
        """B rewards; None where a rollout could not be scored, which ms-swift leaves out of the sum."""
        chosen = settings(on_unscorable="none")
        columns.pop("trainer_state", None)
        scores = score_batch(
            list(completions),
            chosen.reference(columns),
            rewards=self.rewards or chosen.rewards,
            groups=columns.get("prompt_id"),
            **chosen.columns(columns),
        )
        return [chosen.number(score.total, score) for score in scores]


class R1Accuracy(R1):
    """1.0 where the answer is right or the tests pass."""

    rewards = "accuracy"


class R1Format(R1):
    """1.0 where the completion is laid out as asked."""

    rewards = "format"


class R1Language(R1):
    """The share of the thought that is in the target language."""

    rewards = "language"


orms.update({"r1": R1, "r1_accuracy": R1Accuracy, "r1_format": R1Format, "r1_language": R1Language})
