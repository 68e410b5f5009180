"""`--reward.remote_url $(r1rewards path openrlhf)`: OpenRLHF looks for `reward_func`."""

from r1rewards.adapters.openrlhf import reward_func

__all__ = ["reward_func"]
