"""Charts are well-formed and to scale."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from r1rewards.report import charts
from r1rewards.report.svg import BOTTOM, HEIGHT, TOP, Bar, Point, bars, points, shares, short

numbers = st.floats(-1e9, 1e9)


def drawn(svg: str, kind: str) -> list[ET.Element]:
    """Elements of one CSS class; also proves that the SVG is XML."""
    tree = ET.fromstring(svg)
    return [e for e in tree.iter() if kind in (e.get("class") or "").split()]


@settings(max_examples=25)
@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=30))
def test_bars_are_as_high_as_their_values(values: list[float]) -> None:
    found = drawn(bars("x", [Bar(str(i), v) for i, v in enumerate(values)]), "bar")
    heights = [float(e.get("height")) for e in found]
    assert len(heights) == len(values)
    assert max(heights) <= HEIGHT - TOP - BOTTOM + 0.1
    top = max(values)
    for value, height in zip(values, heights, strict=True):
        if top:
            assert height == pytest.approx(max(heights) * value / top, abs=0.11)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1)), max_size=12))
def test_points_stay_inside_the_drawing(pairs) -> None:
    found = drawn(
        points("x", [Point(x, v, v, v) for x, v in sorted(pairs)], "x", log_x=True), "point"
    )
    assert len(found) == len(pairs)
    assert all(TOP - 0.1 <= float(e.get("cy")) <= HEIGHT - BOTTOM + 0.1 for e in found)


def test_shares_fill_the_bar() -> None:
    widths = [float(e.get("width")) for e in drawn(shares("x", [Bar("a", 1), Bar("b", 3)]), "bar")]
    assert widths[1] == pytest.approx(3 * widths[0])


@settings(max_examples=25)
@given(st.lists(st.one_of(numbers, st.just(float("nan"))), max_size=200))
def test_histograms_count_every_known_value(values: list[float]) -> None:
    svg = charts.histogram("x", np.array(values), "x")
    known = [v for v in values if v == v]
    if known:
        ET.fromstring(svg)
    else:
        assert "No row could be scored" in svg


@settings(max_examples=25)
@given(st.integers(0, 50), st.integers(10, 50))
def test_accuracy_by_length_takes_any_lengths(right: int, size: int) -> None:
    rng = np.random.default_rng(right)
    lengths = rng.integers(0, 5, size).astype(float)
    judged = np.where(np.arange(size) < right, 1.0, 0.0)
    assert len(drawn(charts.right_by_length(lengths, judged), "point")) == 10
    ET.fromstring(charts.lengths(lengths))


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0"), (0.25, "0.25"), (950, "950"), (1234, "1.2k"), (35_400, "35k"), (2_500_000, "2.5M")],
)
def test_numbers_are_short(number: float, said: str) -> None:
    assert short(number) == said
