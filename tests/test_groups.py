"""Group statistics against a plain loop and against the trainers' formulas."""

from __future__ import annotations

import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r1rewards.errors import BadCallError
from r1rewards.groups import advantages, group_stats

rewards = st.one_of(st.just(float("nan")), st.floats(-1000, 1000, width=32))
rows = st.lists(st.tuples(rewards, st.sampled_from("abc")), max_size=20)


def slow_advantages(values: list[float], groups: list[str], eps: float) -> list[float]:
    found = []
    for value, group in zip(values, groups, strict=True):
        scored = [v for v, g in zip(values, groups, strict=True) if g == group and v == v]
        if value != value or len(scored) < 2:
            found.append(0.0)
        else:
            found.append((value - statistics.fmean(scored)) / (statistics.stdev(scored) + eps))
    return found


@given(rows)
def test_advantages_equal_a_plain_loop(pairs) -> None:
    values, groups = [v for v, _ in pairs], [g for _, g in pairs]
    expected = slow_advantages(values, groups, 1e-4)
    # 1e-2: a group of nearly equal values divides rounding of the mean by eps
    np.testing.assert_allclose(advantages(values, groups), expected, rtol=1e-4, atol=1e-2)


def test_dr_grpo_leaves_out_the_division() -> None:
    assert advantages([3.0, 1.0], ["a", "a"], scale=False).tolist() == [1.0, -1.0]


def test_stats_keep_the_order_of_groups_and_count_the_scored() -> None:
    stats = group_stats([1.0, np.nan, 3.0, 5.0], np.array(["b", "a", "b", "b"]))
    assert stats.ids == ("b", "a")
    assert stats.scored.tolist() == [3, 0]
    assert stats.mean[0] == 3.0
    assert stats.std[0] == 2.0
    assert np.isnan(stats.mean[1])
    with pytest.raises(BadCallError, match="2 group ids for 1"):
        group_stats([1.0], ["a", "b"])
