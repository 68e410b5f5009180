"""Our advantages against the trainers' own code, on the same rewards."""

from __future__ import annotations

import numpy as np
import pytest

from r1rewards.groups import advantages

pytestmark = pytest.mark.trainers
REWARDS = np.random.default_rng(0).normal(size=96).astype(np.float32)
GROUPS = np.repeat(np.arange(12), 8)


def test_advantages_equal_trl_where_some_rewards_are_unscored() -> None:
    torch = pytest.importorskip("torch")
    trl = pytest.importorskip("trl.trainer.utils")
    rewards = REWARDS.copy()
    rewards[[3, 17, 18, 40]] = np.nan
    grouped = torch.tensor(rewards).view(-1, 8)
    std = trl.nanstd(grouped, dim=1).repeat_interleave(8)
    theirs = torch.tensor(rewards) - torch.nanmean(grouped, dim=1).repeat_interleave(8)
    theirs = torch.nan_to_num(
        theirs / (std + 1e-4), nan=0.0
    )  # GRPOTrainer gives unscored rows advantage 0
    np.testing.assert_allclose(advantages(rewards, GROUPS), theirs.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("scale", [True, False])
def test_advantages_equal_verl(scale: bool) -> None:
    torch = pytest.importorskip("torch")
    algos = pytest.importorskip("verl.trainer.ppo.core_algos")
    tokens, mask = torch.zeros(96, 5), torch.ones(96, 5)
    tokens[:, -1] = torch.tensor(REWARDS)
    theirs, _ = algos.compute_grpo_outcome_advantage(
        tokens, mask, GROUPS, norm_adv_by_std_in_grpo=scale
    )
    ours = advantages(REWARDS, GROUPS, eps=1e-6, scale=scale)
    np.testing.assert_allclose(ours, theirs[:, 0].numpy(), rtol=1e-4, atol=1e-5)
