"""Why an answer was decided as it was, rung by rung: for people, never for a reward."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from r1rewards.answers.equal import Reference, decide, read
from r1rewards.answers.options import DEFAULT, Options
from r1rewards.answers.values.discs import Discs
from r1rewards.answers.values.exact import (
    NotHereError,
    TooHardError,
    UndefinedError,
    defined_rational,
)
from r1rewards.answers.values.identity import letters
from r1rewards.errors import UnreadableAnswerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from r1rewards.answers.decisions import Decision
    from r1rewards.answers.nodes import Node

RUNGS = ("text", "node", "number", "value", "container", "symbolic")
"""The ladder, from its foot."""


@dataclass(frozen=True, slots=True)
class Step:
    """One rung: what it said. `same` is None where it could not decide, and the next one was tried."""

    rung: str
    same: bool | None
    why: str


@dataclass(frozen=True, slots=True)
class Trace:
    """How an answer was compared with a reference.

    answer, reference: as they were read; a str says why a text could not be read.
    steps: the rungs that were tried, the deciding one last. decision: what `decide` says.
    """

    answer: Node | str
    reference: Node | str
    steps: tuple[Step, ...]
    decision: Decision


def trace(answer: str, reference: Reference, options: Options = DEFAULT) -> Trace:
    """The whole way from two texts to a decision, against the first of several references that fits, else the first."""
    singles = [
        Reference((text,), (node,))
        for text, node in zip(reference.texts, reference.nodes, strict=True)
    ]
    found = [one for one in singles if decide(answer, one, options).same] or singles[:1]
    decision = decide(answer, reference, options)
    if not found:
        why = reference.problem or "no reference"
        return Trace(_read(answer), why, (Step("text", False, why),), decision)
    (wanted,), (right,) = found[0].texts, found[0].nodes
    left = _read(answer)
    return Trace(left, right, tuple(_steps(answer, wanted, left, right, decision)), decision)


def _read(text: str) -> Node | str:
    try:
        return read(text)
    except UnreadableAnswerError as e:
        return str(e)


def _steps(
    answer: str, wanted: str, left: Node | str, right: Node, decision: Decision
) -> list[Step]:
    """The rungs up to the one that decided."""
    last = Step(decision.rung, decision.same, decision.reason or "that is how it was decided")
    if isinstance(left, str):
        return [Step("text", None, "the texts differ"), Step("read", False, left)]
    tried: dict[str, Callable[[], str]] = {
        "text": lambda: f"{answer.strip()!r} {_sign(answer.strip() == wanted)} {wanted!r}",
        "node": lambda: (
            "both are read as the same tree" if left == right else "the trees differ in form"
        ),
        "number": lambda: _numbers(left, right),
        "value": lambda: _values(left, right),
    }
    steps = []
    for rung in RUNGS:
        if rung == decision.rung:
            break
        if rung in tried:
            steps.append(Step(rung, None, tried[rung]()))
    if decision.rung in tried:
        said = tried[decision.rung]()
        last = Step(
            decision.rung,
            decision.same,
            f"{said}; {decision.reason}" if decision.reason else said,
        )
    return [*steps, last]


def _sign(is_equal: bool) -> str:
    return "=" if is_equal else "≠"


def _numbers(left: Node, right: Node) -> str:
    a, b = defined_rational(left), defined_rational(right)
    if a is None or b is None:
        return "not both are numbers that a fraction can hold"
    return f"{a} {_sign(a == b)} {b}, exactly"


def _values(left: Node, right: Node) -> str:
    free = sorted(letters(left) | letters(right))
    if free:
        return f"compared as functions of {', '.join(free)} at random points, exactly and in floating point"
    a, b = _disc(left), _disc(right)
    return f"about {a} against {b}" if a and b else "no value in floating point"


def _disc(node: Node) -> str:
    try:
        value, _ = Discs({}).of(node)
    except (NotHereError, TooHardError, UndefinedError, OverflowError, ValueError):
        return ""
    return f"{value.real:.12g}" if not value.imag else f"{value:.12g}"
