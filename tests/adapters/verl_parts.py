"""verl's configuration and a batch of rollouts, as its trainer builds them, for tests on a CPU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def config(tokenizer_path: Path, *overrides: str) -> Any:
    """verl's own `ppo_trainer` configuration with `overrides`, its legacy keys migrated as its trainer does."""
    import verl.trainer
    from hydra import compose, initialize_config_dir
    from verl.experimental.reward_loop.reward_loop import migrate_legacy_reward_impl

    folder = str(Path(verl.trainer.__file__).parent / "config")
    with initialize_config_dir(config_dir=folder, version_base=None):
        found = compose(
            "ppo_trainer", overrides=[f"actor_rollout_ref.model.path={tokenizer_path}", *overrides]
        )
    return migrate_legacy_reward_impl(found)


def data_proto(
    tokenizer: Any, rollouts: Sequence[Mapping[str, Any]], prompt: str = "2 + 2?"
) -> Any:
    """B rollouts as verl's DataProto: prompts padded left, responses padded right.

    rollouts: each with completion, ground_truth, and optionally data_source and extra_info.
    """
    import numpy as np
    import torch
    from verl import DataProto

    asked = tokenizer(prompt)["input_ids"]
    answers = [
        tokenizer(r["completion"])["input_ids"] or [tokenizer.eos_token_id] for r in rollouts
    ]
    width, size = max(map(len, answers)), len(rollouts)
    pad = tokenizer.pad_token_id
    prompts = torch.tensor([[pad, *asked]] * size)
    responses = torch.tensor([ids + [pad] * (width - len(ids)) for ids in answers])
    attention = torch.tensor(
        [[0] + [1] * len(asked) + [1] * len(ids) + [0] * (width - len(ids)) for ids in answers]
    )
    return DataProto.from_dict(
        tensors={
            "prompts": prompts,
            "responses": responses,
            "attention_mask": attention,
            "input_ids": torch.cat([prompts, responses], dim=1),
        },
        non_tensors={
            "data_source": np.array([r.get("data_source", "math") for r in rollouts], dtype=object),
            "reward_model": np.array(
                [{"style": "rule", "ground_truth": r["ground_truth"]} for r in rollouts],
                dtype=object,
            ),
            "extra_info": np.array(
                [{"index": i, **r.get("extra_info", {})} for i, r in enumerate(rollouts)],
                dtype=object,
            ),
        },
    )
