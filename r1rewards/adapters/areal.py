"""AReaL's reward function: `RLVRWorkflow(reward_fn="r1rewards.adapters.areal.reward_fn", ...)`.

AReaL runs it in a process pool and passes the dataset row by keyword: the reference is its column solution, answer,
ground_truth or reference. Settings come from the TOML file named by R1REWARDS_CONFIG.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from r1rewards.adapters.settings import settings
from r1rewards.batch import score

if TYPE_CHECKING:
    from collections.abc import Sequence


def reward_fn(
    prompt: Any,
    completions: str,
    prompt_ids: Sequence[int] | None = None,  # noqa: ARG001 - AReaL passes it by position
    completion_ids: Sequence[int] | None = None,
    **row: Any,
) -> float:
    """The reward of one completion; 0.0 or an error where it could not be scored, as `on_unscorable` says."""
    chosen = settings()
    found = score(
        completions,
        chosen.reference(row),
        rewards=chosen.rewards,
        prompt=prompt,
        **chosen.columns({**row, "completion_ids": completion_ids}),
    )
    return chosen.number(found.total, found) or 0.0
