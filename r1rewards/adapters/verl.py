"""verl's reward function and reward manager.

One rollout at a time (`compute_score` is the name that verl looks for):

    reward.custom_reward_function.path=pkg://r1rewards.adapters.verl

The same rewards, batched:

    reward.reward_manager.source=importlib reward.reward_manager.name=R1RewardManager
    reward.reward_manager.module.path=pkg://r1rewards.adapters.verl

Settings (`rewards`, `on_unscorable`, options) stand in `reward.custom_reward_function.reward_kwargs` or in the TOML
file named by R1REWARDS_CONFIG. Every row of every data source has the same keys and finite numbers, as verl needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from r1rewards.adapters.rows import flat_row
from r1rewards.adapters.settings import Settings, settings
from r1rewards.microbatch import Call, score_calls

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_VERLS_OWN = frozenset(
    {
        "reward_router_address", "reward_model_tokenizer",
        "sandbox_fusion_url", "concurrent_semaphore", "memory_limit_mb",
        "num_turns", "rollout_reward_scores",
    }
)  # fmt: skip
"""What verl adds to a call or to extra_info that is no option of ours."""

Row = dict[str, float | str]


def compute_score(
    data_source: str = "",
    solution_str: str = "",
    ground_truth: Any = None,
    extra_info: Mapping[str, Any] | None = None,
    **reward_kwargs: Any,
) -> Row:
    """One rollout, as the managers `naive`, `dapo`, `gdpo`, `rate_limited` and `remote` ask for it."""
    chosen = settings_of(reward_kwargs)
    call = rollout_call(data_source, solution_str, ground_truth, extra_info, chosen)
    return flat_row(score_calls([call])[0], chosen)


def compute_score_batch(
    data_sources: Sequence[str],
    solution_strs: Sequence[str],
    ground_truths: Sequence[Any],
    extra_infos: Sequence[Mapping[str, Any] | None] | None = None,
    **reward_kwargs: Any,
) -> list[Row]:
    """A batch, as the manager `batch` of verl up to 0.7.0 asks for it."""
    chosen = settings_of(reward_kwargs)
    extras = extra_infos if extra_infos is not None else [None] * len(solution_strs)
    calls = [
        rollout_call(*row, chosen)
        for row in zip(data_sources, solution_strs, ground_truths, extras, strict=True)
    ]
    return [flat_row(score, chosen) for score in score_calls(calls)]


def compute_score_float(
    data_source: str = "",
    solution_str: str = "",
    ground_truth: Any = None,
    extra_info: Mapping[str, Any] | None = None,
    **reward_kwargs: Any,
) -> float:
    """One rollout's number alone: for the manager `prime` and `verl.trainer.main_eval`, which take no dict."""
    row = compute_score(data_source, solution_str, ground_truth, extra_info, **reward_kwargs)
    return float(row["score"])


def settings_of(reward_kwargs: Mapping[str, Any]) -> Settings:
    """The settings in verl's reward_kwargs, over those of R1REWARDS_CONFIG."""
    return settings({k: v for k, v in reward_kwargs.items() if k not in _VERLS_OWN})


def rollout_call(
    data_source: Any,
    solution_str: str,
    ground_truth: Any,
    extra_info: Mapping[str, Any] | None,
    chosen: Settings,
) -> Call:
    """One rollout of verl's, its extra_info as columns."""
    extra = {k: v for k, v in (extra_info or {}).items() if k not in _VERLS_OWN}
    reference = ground_truth if chosen.answer is None else chosen.reference(extra)
    columns = chosen.columns({**extra, "data_source": data_source})
    return Call(solution_str, reference, chosen.rewards, extra.get("prompt"), columns)


def __getattr__(name: str) -> Any:
    """`R1RewardManager`, whose base class is verl's: loaded only when verl asks for it."""
    if name == "R1RewardManager":
        from r1rewards.adapters.verl_manager import R1RewardManager

        return R1RewardManager
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
