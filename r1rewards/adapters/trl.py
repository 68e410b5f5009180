"""Reward functions for TRL's trainers: GRPO, RLOO, Online DPO and asynchronous GRPO.

    from r1rewards.adapters.trl import accuracy_reward, format_reward
    trainer = GRPOTrainer(..., reward_funcs=[accuracy_reward, format_reward])

    trl grpo --reward_funcs r1rewards.adapters.trl.accuracy_reward ...

Besides the three below, `<name>_reward` names any registered reward or preset (`r1_zero_reward`, `repetition_reward`).
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from r1rewards.adapters.settings import Settings
from r1rewards.batch import RewardSpec, Score, Scores, score_batch
from r1rewards.registry import PRESETS, may_judge, names
from r1rewards.verdicts import VERDICTS, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class RewardFunction:
    """What TRL calls once per batch; pickles, as asynchronous GRPO's scoring process needs.

    Returns B of float, or None for a rollout that could not be scored: TRL 1.6 and later leave such a rollout out where
    every reward function gives None. Earlier versions count it as 0; choose `on_unscorable="zero"` there to say so.
    """

    def __init__(self, name: str, settings: Settings) -> None:
        self.__name__ = name
        self.settings = settings

    def __call__(
        self,
        prompts: Sequence[Any] | None = None,
        completions: Sequence[Any] | None = None,
        completion_ids: Sequence[Sequence[int]] | None = None,
        *,
        log_extra: Callable[[str, list[Any]], None] | None = None,
        log_metric: Callable[[str, float], None] | None = None,
        trainer_state: Any = None,  # noqa: ARG002 - TRL's, not a dataset column
        environments: Any = None,  # noqa: ARG002 - the same
        **columns: Any,
    ) -> list[float | None]:
        """B rewards for B completions (texts or lists of messages); dataset columns come by keyword."""
        scores = score_batch(
            list(completions or ()),
            self.settings.reference(columns),
            rewards=self.settings.rewards,
            prompts=None if prompts is None else list(prompts),
            **self.settings.columns({"completion_ids": completion_ids, **columns}),
        )
        if log_extra is not None:
            _log_columns(scores, log_extra)
        if log_metric is not None:
            _log_shares(scores, log_metric)
        return [self._number(scores, i) for i in range(len(scores))]

    def _number(self, scores: Scores, i: int) -> float | None:
        total = float(scores.total[i])
        return total if math.isfinite(total) else self.settings.number(None, scores[i])

    def __repr__(self) -> str:
        return f"<{self.__name__}: {self.settings.rewards}>"


def make_reward(
    rewards: RewardSpec = "r1-zero",
    *,
    name: str | None = None,
    answer: str | None = None,
    on_unscorable: str = "none",
    **options: Any,
) -> RewardFunction:
    """A reward function that gives the weighted sum of `rewards`.

    rewards:       as in `score_batch`: a preset, a name, several, or a mapping to weights.
    name:          what TRL logs it as; by default `accuracy_reward` and the like.
    answer:        the dataset column that holds the reference, where it is none of solution, answer, ground_truth,
                   reference.
    on_unscorable: "none", "zero" or "raise".
    options:       options of the rewards, such as `prefilled=True` or `language="zh"`.

    One function for several rewards leaves a rollout out as soon as one of them could not be scored; separate functions
    let TRL sum up the others.
    """
    own = rewards if isinstance(rewards, str) else "rewards"
    return RewardFunction(
        name or f"{own.replace('-', '_').replace('/', '_')}_reward",
        Settings(rewards=rewards, on_unscorable=on_unscorable, answer=answer, options=options),
    )


accuracy_reward = make_reward("accuracy")
format_reward = make_reward("format")
language_reward = make_reward("language")


def __getattr__(attribute: str) -> RewardFunction:
    """`<name>_reward`, for the command line of TRL, which can only name an attribute."""
    stem = attribute.removesuffix("_reward")
    if stem != attribute:
        for known in (*names(), *PRESETS):
            if known.replace("-", "_").replace("/", "_") == stem:
                return make_reward(known)
    raise AttributeError(f"module {__name__!r} has no attribute {attribute!r}")


def _log_columns(scores: Scores, log_extra: Callable[[str, list[Any]], None]) -> None:
    """Columns of TRL's completions table: what happened, and the answer that was read."""
    rows: list[Score] = list(scores)
    for name in scores.names:
        log_extra(f"{name}_verdict", [row.outcomes[name].verdict.value for row in rows])
        if not may_judge(name):
            continue
        answers = [row.outcomes[name].detail.get("answer") for row in rows]
        if any(answer is not None for answer in answers):
            log_extra(f"{name}_answer", ["" if a is None else str(a) for a in answers])


def _log_shares(scores: Scores, log_metric: Callable[[str, float], None]) -> None:
    """`r1/<reward>/<verdict>`: the share of rollouts with each verdict that occurred; `r1/<reward>/unscored` always."""
    for k, name in enumerate(scores.names):
        counts: Counter[Verdict] = Counter(VERDICTS[code] for code in scores.verdict_codes[:, k])
        for verdict, count in counts.items():
            log_metric(f"r1/{name}/{verdict.value}", count / len(scores))
        unscored = sum(count for verdict, count in counts.items() if not verdict.is_scored)
        log_metric(f"r1/{name}/unscored", unscored / max(1, len(scores)))
