"""The charts of the page: columns in, SVG out. What to count and where to cut is decided here, how to draw in `svg`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from r1rewards.report.html import Markup, el
from r1rewards.report.svg import Bar, Point, bars, points, shares, short
from r1rewards.verdicts import VERDICTS, Verdict

FloatArray = npt.NDArray[np.float64]

_KINDS = {
    Verdict.CORRECT: "good",
    Verdict.WELL_FORMED: "good",
    Verdict.MEASURED: "plain",
    Verdict.PARTIAL: "plain",
    Verdict.WRONG: "bad",
    Verdict.MALFORMED: "bad",
    Verdict.NO_ANSWER: "none",
    Verdict.UNREADABLE_ANSWER: "none",
}


def kind_of(verdict: Verdict) -> str:
    """The colour of a verdict: good, bad, none (nothing to judge), plain (measured), odd (ours), off (unscored)."""
    if verdict in _KINDS:
        return _KINDS[verdict]
    if verdict.is_ours:
        return "odd"
    return "bad" if verdict.is_scored else "off"


def histogram(label: str, values: FloatArray, x_title: str) -> Markup:
    """How often each value stands: a bar per value where there are few different ones, else twenty bins."""
    known = values[~np.isnan(values)].astype(np.float64)
    if not len(known):
        return el("p", "No row could be scored.", class_="note")
    found, counts = np.unique(known, return_counts=True)
    if len(found) <= 9:
        named = zip(found, counts, strict=True)
        return bars(label, [Bar(short(float(v)), int(n)) for v, n in named], x_title)
    counts, edges = np.histogram(known, bins=20)
    binned = [
        Bar(short(float(a)), int(n), tip=f"{short(float(a))} to {short(float(b))}: {n:,} rows")
        for a, b, n in zip(edges, edges[1:], counts, strict=False)
    ]
    return bars(label, binned, x_title)


def verdicts(name: str, codes: Any) -> list[Markup]:
    """One bar cut into the verdicts of a reward, and its legend."""
    counts = np.bincount(codes, minlength=len(VERDICTS))
    parts = sorted(
        (
            Bar(VERDICTS[i].value, int(n), kind_of(VERDICTS[i]))
            for i, n in enumerate(counts) if n
        ),
        key=lambda bar: -bar.value,
    )  # fmt: skip
    total = int(counts.sum()) or 1
    rows = [
        el(
            "tr",
            el("td", el("span", class_=f"dot {part.kind}"), part.name),
            el("td", f"{int(part.value):,}", class_="n"),
            el("td", f"{part.value / total:.1%}", class_="n"),
        )
        for part in parts
    ]
    return [shares(f"verdicts of {name}", parts), el("table", el("tbody", rows))]


def solve_rates(rates: Sequence[float]) -> Markup:
    """Prompts by the share of their samples that is right; exactly 0 and exactly 1 apart."""
    inner, _ = np.histogram([rate for rate in rates if 0.0 < rate < 1.0], bins=10, range=(0.0, 1.0))
    middle = [
        Bar(
            f"<.{i + 1}" if i < 9 else "<1",
            int(n),
            tip=f"over {i / 10:.1f} up to {(i + 1) / 10:.1f}: {n:,} prompts",
        )
        for i, n in enumerate(inner)
    ]
    first = Bar("none", rates.count(0.0), "off", f"exactly 0: {rates.count(0.0):,} prompts")
    last = Bar("all", rates.count(1.0), "off", f"exactly 1: {rates.count(1.0):,} prompts")
    return bars("prompts by solve rate", [first, *middle, last], "share of samples that is right")


def right_by_length(lengths: FloatArray, right: FloatArray) -> Markup:
    """Share of right answers in ten classes of length with as many rows each, with 95 % intervals."""
    known = ~np.isnan(right)
    order = np.argsort(lengths[known], kind="stable")
    if len(order) < 10:
        return el("p", "Fewer than ten rows could be judged.", class_="note")
    found = []
    for part in np.array_split(order, 10):
        size, share = len(part), float(right[known][part].mean())
        low, high = _wilson(share, size)
        inside = lengths[known][part]
        tip = f"{inside.min():,.0f} to {inside.max():,.0f} letters: {share:.1%} of {size:,} rows are right"
        found.append(Point(float(np.median(inside)), share, low, high, tip))
    label = "share of right answers against length"
    return points(label, found, "letters of the completion (median of each tenth)", log_x=True)


def _wilson(share: float, size: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927); it stays within [0, 1] at the ends."""
    z = 1.96
    middle = share + z * z / (2 * size)
    half = z * math.sqrt(share * (1 - share) / size + z * z / (4 * size * size))
    scale = 1 + z * z / size
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def lengths(values: FloatArray) -> Markup:
    """Completions by length, on a logarithmic axis."""
    low, high = math.log10(max(values.min(), 1.0)), math.log10(max(values.max(), 10.0))
    counts, edges = np.histogram(np.log10(np.maximum(values, 1.0)), bins=16, range=(low, high))
    drawn = [
        Bar(
            short(round(10**a)),
            int(n),
            "plain",
            f"{10**a:,.0f} to {10**b:,.0f} letters: {n:,} rows",
        )
        for a, b, n in zip(edges, edges[1:], counts, strict=False)
    ]
    return bars("completions by length", drawn, "letters of the completion, logarithmic")
