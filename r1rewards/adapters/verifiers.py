"""Rewards for Prime Intellect's verifiers, the environments of prime-rl.

From 0.4 on:  --env.taskset.task.rewards.r1.fn r1rewards.adapters.verifiers:reward      (or accuracy, format, language)
Up to 0.2:    vf.Rubric(funcs=[rubric_reward], weights=[1.0])

The reference is the task's field solution, answer, ground_truth or reference. Settings come from the TOML file named by
R1REWARDS_CONFIG.
"""

from __future__ import annotations

from typing import Any

from r1rewards.adapters.settings import settings
from r1rewards.microbatch import ascore


async def reward(task: Any, trace: Any) -> float:
    """The sum of the rewards that the settings name, for the last reply of `trace`."""
    return await _reward(task, trace, None)


async def accuracy(task: Any, trace: Any) -> float:
    """1.0 where the answer is right or the tests pass."""
    return await _reward(task, trace, "accuracy")


async def format(task: Any, trace: Any) -> float:  # noqa: A001 - verifiers logs the name of the function
    """1.0 where the completion is laid out as asked."""
    return await _reward(task, trace, "format")


async def language(task: Any, trace: Any) -> float:
    """The share of the thought that is in the target language."""
    return await _reward(task, trace, "language")


async def rubric_reward(
    prompt: Any, completion: Any, answer: Any = None, info: Any = None, **state: Any
) -> float:
    """The same for a Rubric, which looks at parameter names to decide what to pass."""
    columns = {**(info if isinstance(info, dict) else {}), "answer": answer or None}
    del state
    return await _scored(completion, columns, prompt, None)


async def _reward(task: Any, trace: Any, rewards: str | None) -> float:
    columns = {k: v for k, v in task.model_dump().items() if k != "prompt"}
    if trace.root_reply is not None:
        completion: Any = trace.root_reply
    else:
        completion = [m.model_dump() for m in trace.assistant_messages]
    return await _scored(completion, columns, task.prompt_text, rewards)


async def _scored(completion: Any, columns: Any, prompt: Any, rewards: str | None) -> float:
    chosen = settings()
    found = await ascore(
        completion,
        chosen.reference(columns),
        rewards=rewards or chosen.rewards,
        prompt=prompt,
        **chosen.columns(columns),
    )
    return chosen.number(found.total, found) or 0.0
