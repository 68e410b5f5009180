"""Charts as inline SVG: bars, shares, and points with their error. Sizes are in the units of the view box (pixels)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from r1rewards.report.html import Markup, el

WIDTH, HEIGHT = 460, 190
LEFT, RIGHT, TOP, BOTTOM = 44, 10, 16, 34
"""Margins around the drawing: numbers stand at the left, names below."""
LETTER = 6.2
"""Width of a digit or letter at the 11 pixels of `style.css`."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name below, its height, the CSS class that colours it, and what the tooltip says."""

    name: str
    value: float
    kind: str = ""
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """A value in [low, high] above x; `tip` is what the tooltip says."""

    x: float
    value: float
    low: float
    high: float
    tip: str = ""


def bars(label: str, values: Sequence[Bar], x_title: str = "") -> Markup:
    """Upright bars with their counts on top. label: what a screen reader says."""
    top, ticks = _scale(max((bar.value for bar in values), default=0.0))
    step = (WIDTH - LEFT - RIGHT) / max(len(values), 1)
    thick = min(step * 0.8, 64.0)
    longest = max((len(bar.name) for bar in values), default=1)
    every = math.ceil(
        (longest * LETTER + 8) / step
    )  # names stand apart, in the larger letters of a narrow page too
    drawn = []
    for i, bar in enumerate(values):
        height = _height(bar.value, top)
        x, y = LEFT + i * step, HEIGHT - BOTTOM - height
        drawn.append(
            el(
                "g",
                el("title", bar.tip or f"{bar.name}: {bar.value:,g}"),
                _rect(x, TOP, step, HEIGHT - TOP - BOTTOM, "hover"),
                _rect(x + (step - thick) / 2, y, thick, height, f"bar {bar.kind}"),
                _text(x + step / 2, y - 4, short(bar.value), "value")
                if bar.value and step > 24
                else None,
                _text(x + step / 2, HEIGHT - BOTTOM + 14, bar.name) if i % every == 0 else None,
            )
        )
    return _chart(label, _grid(top, ticks), drawn, _x_title(x_title))


def points(label: str, values: Sequence[Point], x_title: str, *, log_x: bool = False) -> Markup:
    """Shares in [0, 1] against x, joined by a line, each with its error bar."""
    place = math.log if log_x else float
    xs = [place(max(point.x, 1e-9)) for point in values]
    low, high = min(xs, default=0.0), max(xs, default=1.0)
    span = (high - low) or 1.0
    width = WIDTH - LEFT - RIGHT - 20
    at = [LEFT + 10 + width * (x - low) / span for x in xs]
    path = " ".join(f"{x:.1f},{_y(p.value, 1.0):.1f}" for x, p in zip(at, values, strict=True))
    drawn = []
    free = -1e9  # where the next name below may begin
    for x, point in zip(at, values, strict=True):
        name = short(point.x)
        is_free = x - len(name) * 3.5 > free
        free = x + len(name) * 3.5 + 14 if is_free else free
        drawn.append(
            el(
                "g",
                el("title", point.tip or f"{name}: {point.value:.3f}"),
                _line((x, _y(point.low, 1.0)), (x, _y(point.high, 1.0)), "error"),
                el("circle", cx=f"{x:.1f}", cy=f"{_y(point.value, 1.0):.1f}", r=4, class_="point"),
                _text(x, HEIGHT - BOTTOM + 14, name) if is_free else None,
            )
        )
    line = el("polyline", points=path, class_="line")
    grid = _grid(1.0, [0.0, 0.25, 0.5, 0.75, 1.0])
    return _chart(label, grid, line, drawn, _x_title(x_title))


def shares(label: str, parts: Sequence[Bar]) -> Markup:
    """One lying bar cut into shares; its legend is the table beside it."""
    total = sum(part.value for part in parts) or 1.0
    x, drawn = 0.0, []
    for part in parts:
        width = WIDTH * part.value / total
        tip = part.tip or f"{part.name}: {part.value:,g} ({part.value / total:.1%})"
        drawn.append(el("g", el("title", tip), _rect(x, 0, width, 22, f"bar {part.kind}")))
        x += width
    return el(
        "svg", el("title", label), drawn, viewBox=f"0 0 {WIDTH} 22", role="img", class_="shares",
        preserveAspectRatio="none",
    )  # fmt: skip


def short(number: float) -> str:
    """A number in five letters or so: 950, 1.2k, 35k, 0.25."""
    size = abs(number)
    if size >= 999_500:
        return f"{number / 1e6:.3g}M"
    if size >= 10_000:
        return f"{number / 1e3:.0f}k"
    if size >= 1000:
        return f"{number / 1e3:.2g}k"
    return f"{number:.3g}"


def _scale(largest: float) -> tuple[float, list[float]]:
    """The top of the axis and its ticks: about four, at 1, 2 or 5 times a power of ten."""
    if largest <= 0:
        return 1.0, [0.0, 1.0]
    rough = largest / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough * 0.999)
    count = math.ceil(largest / step - 1e-9)
    return step * count, [step * i for i in range(count + 1)]


def _height(value: float, top: float) -> float:
    return (HEIGHT - TOP - BOTTOM) * value / top


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - _height(value, top)


def _line(start: tuple[float, float], end: tuple[float, float], kind: str) -> Markup:
    (x1, y1), (x2, y2) = start, end
    return el("line", x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}", class_=kind)


def _grid(top: float, ticks: Sequence[float]) -> list[Markup]:
    lines = []
    for tick in ticks:
        y = _y(tick, top)
        lines.append(_line((LEFT, y), (WIDTH - RIGHT, y), "grid"))
        lines.append(_text(LEFT - 6, y + 4, short(tick), "tick"))
    return lines


def _x_title(text: str) -> Markup | None:
    return _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 4, text, "axis") if text else None


def _rect(x: float, y: float, width: float, height: float, kind: str) -> Markup:
    return el(
        "rect",
        x=f"{x:.1f}",
        y=f"{y:.1f}",
        width=f"{width:.1f}",
        height=f"{height:.1f}",
        class_=kind,
    )


def _text(x: float, y: float, text: str, kind: str = "name") -> Markup:
    return el("text", text, x=f"{x:.1f}", y=f"{y:.1f}", class_=kind)


def _chart(label: str, *parts: object) -> Markup:
    return el("svg", el("title", label), *parts, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img")
