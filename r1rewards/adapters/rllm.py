"""Rewards for rLLM.

    dataset.toml:   [verifier] import_path = "r1rewards.adapters.rllm:evaluate"
    rllm eval:      --evaluator r1rewards.adapters.rllm:R1Evaluator
    agents, workflows:   reward_function=r1rewards.adapters.rllm.reward_fn

The reference is the task's solution, answer, ground_truth or reference; the rest of the task are the columns. Settings
come from the TOML file named by R1REWARDS_CONFIG. With rLLM's verl backend, `r1rewards.adapters.verl` fits as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from r1rewards.adapters.rows import flat_row
from r1rewards.adapters.settings import settings
from r1rewards.batch import Score, score


def reward_fn(task_info: Mapping[str, Any], action: Any) -> Any:
    """`RewardOutput(reward, metadata, is_correct)` for one answer of an agent (text, or rLLM's Action)."""
    from rllm.rewards.reward_types import RewardOutput

    row, _ = _scored(getattr(action, "action", action), task_info, None)
    return RewardOutput(reward=row["score"], metadata=row, is_correct=row["acc"] == 1.0)


def evaluate(task: Any, episode: Any) -> Any:
    """`EvalOutput(reward, is_correct, signals, metadata)` for an episode; a signal for every reward."""
    from rllm.eval.types import EvalOutput, Signal

    columns = task if isinstance(task, Mapping) else task.metadata  # a dict in earlier versions
    prompt = getattr(task, "instruction", None)
    row, found = _scored(_answer_text(episode), columns, prompt)
    signals = [Signal(name=n, value=v) for n, v in found.rewards.items() if v is not None]
    return EvalOutput(
        reward=row["score"], is_correct=row["acc"] == 1.0, signals=signals, metadata=row
    )


class R1Evaluator:
    """`evaluate` as a class, which rLLM's list of evaluators wants."""

    def evaluate(self, task: Any, episode: Any) -> Any:
        """`evaluate(task, episode)`."""
        return evaluate(task, episode)


def _scored(
    completion: Any, columns: Mapping[str, Any], prompt: Any
) -> tuple[dict[str, float | str], Score]:
    chosen = settings()
    found = score(
        completion,
        chosen.reference(columns),
        rewards=chosen.rewards,
        prompt=prompt,
        **chosen.columns(columns),
    )
    return flat_row(found, chosen), found


def _answer_text(episode: Any) -> str:
    """The agent's final text: the artifact `answer`, the trajectory's output, or the last step that says something."""
    if "answer" in episode.artifacts:
        return str(episode.artifacts["answer"])
    if not episode.trajectories:
        return ""
    last = episode.trajectories[-1]
    said = (
        getattr(step, field, None)
        for step in reversed(last.steps)
        for field in ("output", "model_response")
    )
    return str(last.output or next((text for text in said if text), ""))
