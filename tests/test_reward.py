"""A reward of one's own that cannot work is refused where it is made, not at the first step of a run."""

from __future__ import annotations

from typing import Any

import pytest

from r1rewards import Batch, Reward
from r1rewards.errors import BadCallError


def half(batch: Batch) -> list[float]:
    return [0.5] * len(batch)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": ""}, "a reward has a name"),
        ({"name": None}, "a reward has a name"),
        ({"score": None}, "score is a function of a Batch"),
        ({"score": 0.5}, "score is a function of a Batch"),
        ({"options": "max_words"}, r"options=\('max_words',\)"),
        ({"low": 1.0, "high": 0.0}, "low=1.0 is above high=0.0"),
    ],
)
def test_a_reward_that_cannot_work_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(BadCallError, match=message):
        Reward(**{"name": "acme/half", "score": half, **arguments})
