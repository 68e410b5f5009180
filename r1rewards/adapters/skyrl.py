"""An environment for SkyRL (skyrl_gym): one turn, scored by rules. Imports skyrl_gym, so only SkyRL loads it.

    skyrl_gym.register(id="r1", entry_point="r1rewards.adapters.skyrl:R1Env")        # then environment.env_class=r1

The reference is `reward_spec.ground_truth` of the dataset row. Settings stand in the environment's configuration
(`environment.skyrl_gym.r1`) or in the TOML file named by R1REWARDS_CONFIG.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skyrl_gym.envs.base_text_env import BaseTextEnv, BaseTextEnvStepOutput

from r1rewards.adapters.rows import flat_row
from r1rewards.adapters.settings import settings
from r1rewards.batch import score
from r1rewards.errors import BadCallError


class R1Env(BaseTextEnv):  # type: ignore[misc]
    """Scores the model's first reply and ends."""

    def __init__(self, env_config: Any = None, extras: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        row = dict(extras or {})
        spec = row.pop("reward_spec", None)
        if not isinstance(spec, Mapping) or "ground_truth" not in spec:
            raise BadCallError(
                'a dataset row for r1rewards needs reward_spec={"ground_truth": ...}; '
                f"this one has: {', '.join(sorted(row)) or 'nothing'}"
            )
        self.settings = settings(env_config if isinstance(env_config, Mapping) else None)
        self.row, self.ground_truth, self.prompt = row, spec["ground_truth"], None

    def init(self, prompt: Any) -> tuple[Any, dict[str, Any]]:
        """Keep the prompt: rewards may read it."""
        self.prompt = prompt
        return prompt, {}

    def step(self, action: str) -> BaseTextEnvStepOutput:
        """Score `action`; its metadata carries the parts and verdicts."""
        found = score(
            action,
            self.ground_truth,
            rewards=self.settings.rewards,
            prompt=self.prompt,
            **self.settings.columns(self.row),
        )
        row = flat_row(found, self.settings)
        return BaseTextEnvStepOutput(
            observations=[], reward=float(row["score"]), done=True, metadata=row
        )
