"""slime's reward: `--custom-rm-path r1rewards.adapters.slime.reward`, with or without `--group-rm`.

The label of a sample is its reference, its metadata are the columns. Settings come from the TOML file named by
R1REWARDS_CONFIG. Scoring runs on threads of ours: slime's event loop goes on generating.
"""

from __future__ import annotations

import asyncio
from typing import Any

from r1rewards.adapters.rows import flat_row
from r1rewards.adapters.settings import Settings, settings
from r1rewards.microbatch import CALLS, Call, score_calls

Reward = float | dict[str, float | str]


async def reward(args: Any, sample: Any, **_: Any) -> Reward | list[Reward]:
    """One sample's reward, or with `--group-rm` those of a list of samples.

    A float; where `--reward-key` names a key, a dict of `score`, `acc`, `pred` and `r1_*`, the same keys for every one.
    """
    chosen = settings()
    if isinstance(sample, list):
        calls = [_call(s, chosen) for s in sample]
        scores = await asyncio.to_thread(score_calls, calls)
    else:
        scores = [await CALLS.join(_call(sample, chosen))]
    rows = [flat_row(score, chosen) for score in scores]
    found: list[Reward] = [
        row if getattr(args, "reward_key", None) else float(row["score"]) for row in rows
    ]
    return found if isinstance(sample, list) else found[0]


def _call(sample: Any, chosen: Settings) -> Call:
    metadata = sample.metadata if isinstance(sample.metadata, dict) else {}
    reference = sample.label if chosen.answer is None else chosen.reference(metadata)
    return Call(sample.response, reference, chosen.rewards, sample.prompt, chosen.columns(metadata))
