r"""The rule-based rewards of DeepSeek-R1, for any RL trainer.

>>> from r1rewards import score
>>> score("<think>2+2</think><answer>\\boxed{4}</answer>", "4").total
2.0
"""

from typing import TYPE_CHECKING, Any

from r1rewards.batch import Score, Scores, score, score_batch
from r1rewards.errors import R1RewardsError
from r1rewards.hookspecs import hookimpl
from r1rewards.registry import get_reward
from r1rewards.reward import Outcomes, Reward, per_rollout
from r1rewards.rollouts import Batch, Rollout
from r1rewards.verdicts import Outcome, Verdict

if TYPE_CHECKING:
    from r1rewards.microbatch import ascore

__all__ = [
    "Batch",
    "Outcome",
    "Outcomes",
    "R1RewardsError",
    "Reward",
    "Rollout",
    "Score",
    "Scores",
    "Verdict",
    "ascore",
    "get_reward",
    "hookimpl",
    "per_rollout",
    "score",
    "score_batch",
]


def __getattr__(name: str) -> Any:
    if name == "ascore":  # brings asyncio, which most trainers' workers never need
        from r1rewards.microbatch import ascore

        return ascore
    if name == "__version__":
        from importlib.metadata import version

        return version("r1rewards")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
