"""The conformance kit: what trainers rest on, checked for any reward, built-in or yours.

>>> from r1rewards import get_reward
>>> from r1rewards.testing import check_reward
>>> check_reward(get_reward("format"))
"""

from __future__ import annotations

import math
import pickle
import random
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from r1rewards.batch import Scores, score_batch
from r1rewards.registry import get_reward
from r1rewards.reward import Reward
from r1rewards.sandbox.selfcheck import Check as Check  # noqa: PLC0414 - re-exported
from r1rewards.sandbox.selfcheck import check_sandbox as check_sandbox  # noqa: PLC0414
from r1rewards.verdicts import Verdict

HOSTILE = (
    "", " \n\t", "\x00", "\ud800", "\U0010ffff", "<think>", "</think>", "<think></think><answer></answer>",
    "\\boxed{", "}" * 50, "{" * 2000, "\\boxed{" * 500, "<" * 2000, "$" * 1001, "`" * 1001, "```python\n", "9" * 5000,
    "\\frac" * 300, "\u202e\u200b\u200d" * 50, "的" * 500, "a " * 2000, "😀" * 200, "\\boxed{9^{9^{9^{9}}}}",
    "\\boxed{__import__('os').system('true')}", "-1e999", "nan", "\r\n" * 300, "|special_token|", "<|im_end|>" * 20,
)  # fmt: skip
"""Completions that have broken somebody's reward function."""

ORDINARY = (
    "<think>\n2 + 2 is 4.\n</think>\n<answer>\n\\boxed{4}\n</answer>",
    "<think>两个二相加等于四。</think><answer>\\boxed{4}</answer>",
    "<think>Let me see. It is five.</think>\n\nThe answer is $\\boxed{5}$.",
    "I do not know.",
    "<think>This thought is cut off in the middle of the",
    "```python\nprint(4)\n```",
)


class ConformanceError(AssertionError):
    """A reward breaks a promise; the message says which, and for what input."""


def check_reward(
    reward: Reward | str,
    *,
    completions: Sequence[Any] = (),
    references: Sequence[Any] | None = None,
    columns: Mapping[str, Any] | None = None,
) -> None:
    """Check that a reward keeps what trainers and users rest on. Raises ConformanceError where it does not.

    reward: the reward, or the name of one that is registered, as it is in the plugin's own tests.
    completions, references: further rollouts to try, beside the ordinary and hostile ones of this module.
    columns: options or columns the reward needs, one value for all.

    Checked: no completion makes it raise; every reward is finite and within [low, high] or unscored; the same input
    gives the same reward, also in another order, one at a time (unless by_group) and from many threads; the verdict
    agrees with the reward (unscored if and only if the verdict says so); it pickles; its options are plain names.
    """
    reward = get_reward(reward) if isinstance(reward, str) else reward
    own = list(references) if references is not None else ["4"] * len(completions)
    rest = [*ORDINARY, *HOSTILE]
    trial = _Trial(reward, [*completions, *rest], [*own, *["4"] * len(rest)], dict(columns or {}))
    scores = trial.score()
    _check_range(trial, scores)
    _check_verdicts(trial, scores)
    _check_order(trial, scores)
    if not reward.by_group:
        _check_one_by_one(trial, scores)
    _check_threads(trial, scores)
    _check_pickle(reward)


@dataclass(frozen=True, slots=True)
class _Trial:
    """A reward and the rollouts it is tried on, in three groups."""

    reward: Reward
    texts: list[Any]
    golds: list[Any]
    columns: dict[str, Any]

    def score(self, order: Sequence[int] | None = None) -> Scores:
        """All rollouts, or those at `order`, as one batch."""
        rows = range(len(self.texts)) if order is None else order
        return score_batch(
            [self.texts[i] for i in rows],
            [self.golds[i] for i in rows],
            rewards=self.reward,
            groups=[i % 3 for i in rows],
            **self.columns,
        )


def _fail(reward: Reward, promise: str, text: Any = None) -> None:
    shown = "" if text is None else f" Completion: {text[:200]!r}"
    raise ConformanceError(f"reward {reward.name!r}: {promise}.{shown}")


def _check_range(trial: _Trial, scores: Scores) -> None:
    reward = trial.reward
    for text, score in zip(trial.texts, scores, strict=True):
        (outcome,) = score.outcomes.values()
        if outcome.verdict is Verdict.REWARD_ERROR:
            _fail(
                reward,
                f"no completion may make it raise, and one did ({outcome.detail.get('error')})",
                text,
            )
        value = outcome.reward
        if value is not None and not (reward.low - 1e-6 <= value <= reward.high + 1e-6):
            _fail(reward, f"{value} is outside of its range [{reward.low}, {reward.high}]", text)


def _check_verdicts(trial: _Trial, scores: Scores) -> None:
    for text, score in zip(trial.texts, scores, strict=True):
        (outcome,) = score.outcomes.values()
        if outcome.verdict.is_scored is (outcome.reward is None):
            _fail(
                trial.reward,
                f"verdict {outcome.verdict.value} does not go with reward {outcome.reward}",
                text,
            )


def _check_order(trial: _Trial, scores: Scores) -> None:
    order = list(range(len(trial.texts)))
    random.Random(0).shuffle(order)  # noqa: S311 - an order, not a secret
    texts = [trial.texts[i] for i in order]
    shuffled = trial.score(order).rewards
    _same(
        trial.reward,
        "a shuffled batch must give the shuffled rewards",
        scores.rewards[order],
        shuffled,
        texts,
    )


def _check_one_by_one(trial: _Trial, scores: Scores) -> None:
    alone = np.stack([trial.score([i]).rewards[0] for i in range(len(trial.texts))])
    _same(
        trial.reward, "a batch must equal its items one by one", scores.rewards, alone, trial.texts
    )


def _check_threads(trial: _Trial, scores: Scores) -> None:
    found: list[Scores] = []
    threads = [threading.Thread(target=lambda: found.append(trial.score())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(found) != len(threads):
        _fail(trial.reward, "it must work off the main thread, and raised there")
    for other in found:
        _same(
            trial.reward,
            "threads must not change rewards",
            scores.rewards,
            other.rewards,
            trial.texts,
        )


def _same(reward: Reward, promise: str, left: Any, right: Any, texts: Sequence[Any]) -> None:
    for text, a, b in zip(texts, left[:, 0], right[:, 0], strict=True):
        if a != b and not (math.isnan(a) and math.isnan(b)):
            _fail(reward, f"{promise}: {a} and {b}", text)


def _check_pickle(reward: Reward) -> None:
    try:
        pickle.loads(pickle.dumps(reward.score))  # noqa: S301 - what we have just written
    except (pickle.PicklingError, AttributeError, TypeError) as e:
        _fail(reward, f"its function must pickle, as trainers with worker processes need ({e})")
