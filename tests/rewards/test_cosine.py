from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r1rewards.errors import BadCallError
from r1rewards.reward import Outcomes
from r1rewards.rewards.cosine import REWARD
from r1rewards.rollouts import Batch
from r1rewards.verdicts import Verdict


def of(counts: list[int], correct: Any, **columns: Any) -> Outcomes:
    ids = [[0] * count for count in counts]
    columns = {"max_length": 1000, "correct": correct, "completion_ids": ids, **columns}
    found = REWARD.score(Batch([""] * len(counts), columns=columns))
    assert isinstance(found, Outcomes)
    return found


def test_right_and_short_earns_most() -> None:
    assert of([0, 500, 1000], True).rewards.tolist() == pytest.approx([1, 0.75, 0.5])


def test_wrong_and_short_earns_least() -> None:
    assert of([0, 500, 1000], False).rewards.tolist() == pytest.approx([-1, -0.75, -0.5])


def test_beyond_the_limit_the_cosine_does_not_come_back() -> None:
    assert of([1000, 1500, 2000, 5000], True).rewards.tolist() == [0.5] * 4
    assert of([2000], False).rewards.tolist() == [-0.5]


@given(st.lists(st.integers(0, 3000), min_size=2, max_size=8))
def test_longer_never_earns_more_when_right_nor_less_when_wrong(counts: list[int]) -> None:
    counts.sort()
    assert (np.diff(of(counts, True).rewards) <= 1e-6).all()
    assert (np.diff(of(counts, False).rewards) >= -1e-6).all()


def test_the_four_values_can_be_chosen() -> None:
    values = {
        "min_value_wrong": -0.2,
        "max_value_wrong": 0.0,
        "min_value_correct": 0.1,
        "max_value_correct": 0.9,
    }
    assert of([0, 1000], True, **values).rewards.tolist() == pytest.approx([0.9, 0.1])
    assert of([0, 1000], False, **values).rewards.tolist() == pytest.approx([-0.2, 0.0])


def test_unknown_answers_and_lengths_are_unscored() -> None:
    found = of([5, 5], [None, True], completion_ids=[[1], None])
    assert np.isnan(found.rewards).all()
    assert found[1].verdict is Verdict.NOT_APPLICABLE
    assert found[1].detail["correct"] is True
    assert ["reason" in found[i].detail for i in (0, 1)] == [True, True]


@pytest.mark.parametrize(
    "columns",
    [{"max_length": None}, {"max_length": -1}, {"max_value_correct": 2}, {"completion_ids": None}],
)
def test_a_bad_option_is_an_error(columns: dict[str, Any]) -> None:
    with pytest.raises(BadCallError, match="cosine"):
        of([1], True, **columns)


def test_numbers_of_numpy_are_numbers() -> None:
    values = {"max_length": np.int64(10), "max_value_correct": np.float32(0.75)}
    found = of([0], True, **values)
    assert found.rewards.tolist() == [0.75]
