"""An environment for NeMo-RL: one turn, scored by rules. Imports nemo_rl, ray and torch, so only NeMo-RL loads it.

    from nemo_rl.environments.utils import register_env
    register_env("r1", "r1rewards.adapters.nemo_rl.R1Environment")

The reference is `ground_truth` of each sample's metadata, the rest of the metadata are the columns. Settings stand in
the environment's configuration (`env.r1`) or in the TOML file named by R1REWARDS_CONFIG.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ray
import torch
from nemo_rl.environments.interfaces import EnvironmentInterface, EnvironmentReturn

from r1rewards.adapters.rows import flat_row
from r1rewards.adapters.settings import settings
from r1rewards.microbatch import Call, score_calls

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class R1EnvironmentBody(EnvironmentInterface):  # type: ignore[misc]
    """The environment without Ray around it: for tests and for own environments built on it."""

    def __init__(self, cfg: Mapping[str, Any] | None = None) -> None:
        self.settings = settings({k: v for k, v in (cfg or {}).items() if k in _SETTINGS})

    def step(
        self,
        message_log_batch: Sequence[Sequence[Mapping[str, Any]]],
        metadata: Sequence[Any],
        return_extracted_answer: bool = True,  # noqa: ARG002 - NeMo-RL's evaluation passes it by position
    ) -> EnvironmentReturn[Any]:
        """Score the assistant's text of each conversation; every episode ends here."""
        calls = [
            self._call(log, row or {}) for log, row in zip(message_log_batch, metadata, strict=True)
        ]
        rows = [flat_row(score, self.settings) for score in score_calls(calls)]
        return EnvironmentReturn(
            observations=[
                {"role": "environment", "content": f"reward: {row['score']:g}"} for row in rows
            ],
            metadata=list(metadata),
            next_stop_strings=[None] * len(rows),
            rewards=torch.tensor([row["score"] for row in rows], dtype=torch.float32),
            terminateds=torch.ones(len(rows)),
            answers=[str(row["pred"]) or None for row in rows],
        )

    def _call(self, log: Sequence[Mapping[str, Any]], row: Mapping[str, Any]) -> Call:
        said = [{"role": m["role"], "content": m["content"]} for m in log]
        prompt = "".join(str(m["content"]) for m in said if m["role"] != "assistant")
        return Call(
            [m for m in said if m["role"] == "assistant"],
            self.settings.reference(row),
            self.settings.rewards,
            prompt,
            self.settings.columns(row),
        )

    def global_post_process_and_metrics(self, batch: Any) -> tuple[Any, dict[str, float]]:
        """The mean reward of a step's rollouts; one that did not end by itself counts as 0, as in NeMo-RL's own."""
        batch["rewards"] = batch["rewards"] * batch["is_end"]
        ended = batch["is_end"].float().mean().item()
        return batch, {
            "reward": batch["rewards"].mean().item(),
            "fraction_of_samples_properly_ended": ended,
        }

    def shutdown(self) -> None:
        """Nothing to stop; NeMo-RL's evaluation asks its environment to."""


_SETTINGS = ("rewards", "on_unscorable", "answer", "options")

R1Environment = ray.remote(R1EnvironmentBody)
"""What `register_env` names: NeMo-RL asks for a Ray actor class."""
