"""`custom_reward_function.path=$(r1rewards path verl)`, for verl up to 0.6, which takes no `pkg://`."""

from r1rewards.adapters.verl import (
    __getattr__,
    compute_score,
    compute_score_batch,
    compute_score_float,
)

__all__ = ["__getattr__", "compute_score", "compute_score_batch", "compute_score_float"]
