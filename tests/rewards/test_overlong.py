from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from r1rewards.errors import BadCallError
from r1rewards.reward import Outcomes
from r1rewards.rewards.overlong import REWARD
from r1rewards.rollouts import Batch
from r1rewards.verdicts import Verdict


def score(texts: list[Any], **columns: Any) -> Outcomes:
    found = REWARD.score(Batch(texts, columns=columns))
    assert isinstance(found, Outcomes)
    return found


def of_tokens(*counts: int, **columns: Any) -> list[float]:
    ids = [[0] * count for count in counts]
    found = score(
        [""] * len(counts), completion_ids=ids, max_length=100, cache_length=20, **columns
    )
    return [float(r) for r in found.rewards]


def test_the_formula_of_dapo() -> None:
    assert of_tokens(0, 80, 85, 90, 100) == pytest.approx([0, 0, -0.25, -0.5, -1])


def test_it_never_goes_below_minus_one() -> None:
    assert of_tokens(101, 120, 200, 100_000) == [-1, -1, -1, -1]


def test_dapos_own_numbers() -> None:
    ids = [[0] * n for n in (16_384, 18_432, 20_480, 20_481)]
    found = score([""] * 4, completion_ids=ids, max_length=20_480, cache_length=4_096)
    assert found.rewards.tolist() == [0, -0.5, -1, -1]


def test_without_token_ids_the_call_must_say_how_long_a_token_is() -> None:
    with pytest.raises(BadCallError, match="characters_per_token"):
        score(["x" * 100], max_length=100, cache_length=20)
    found = score(["x" * 360], max_length=100, cache_length=20, characters_per_token=4)
    assert found.rewards.tolist() == [-0.5]
    assert found[0].detail == {
        "length": 90,
        "unit": "characters / 4",
        "max_length": 100,
        "cache_length": 20,
    }


def test_a_row_without_a_length_or_a_limit_is_not_applicable() -> None:
    found = score(
        ["x", "x"], completion_ids=[[1], None], max_length=[10, 10], cache_length=[None, 5]
    )
    assert [found[i].verdict for i in (0, 1)] == [Verdict.NOT_APPLICABLE] * 2
    assert np.isnan(found.rewards).all()
    assert "no length" in found[0].detail["reason"]


@pytest.mark.parametrize(
    "columns",
    [
        {"cache_length": 5},
        {"max_length": 10},
        {"max_length": 0, "cache_length": 5},
        {"max_length": "10", "cache_length": 5},
        {"max_length": 10, "cache_length": 11},
        {"max_length": 10, "cache_length": 5, "characters_per_token": 0},
    ],
)
def test_a_bad_limit_is_an_error(columns: dict[str, Any]) -> None:
    with pytest.raises(BadCallError, match="overlong"):
        score(["x"], **{"characters_per_token": 4, **columns})


def test_numbers_of_numpy_are_numbers_and_nan_is_a_gap() -> None:
    ids = [[0] * 90] * 2
    limit, cache = np.int64(100), np.float32(20)
    found = score(["", ""], completion_ids=ids, max_length=[limit, np.nan], cache_length=cache)
    assert found.rewards[0] == -0.5
    assert found[1].verdict is Verdict.NOT_APPLICABLE
    per_token = score(
        ["x" * 180], characters_per_token=np.int64(2), max_length=100, cache_length=20
    )
    assert per_token.rewards[0] == -0.5
