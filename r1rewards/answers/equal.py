"""The ladder: same text; same exact number; same form; same value; containers; and only then the symbolic worker."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from r1rewards.answers.limits import MAX_DIGITS
from r1rewards.answers.nodes import Node, Number, Text
from r1rewards.errors import BadCallError, UnreadableAnswerError

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence


@dataclass(frozen=True, slots=True)
class Options:
    """Where careful graders differ; the defaults are the ones that are harder to hack."""

    percent: bool = True
    units: bool = True


DEFAULT = Options()


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether an answer is right. `same` is None where our limits ran out; `rung` names the step that decided."""

    same: bool | None
    rung: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference answer, read once. `problem` says why it cannot be used, or is None."""

    texts: tuple[str, ...]
    nodes: tuple[Node, ...]
    problem: str | None = None


_PLAIN = re.compile(
    r"\s*(?:\$\s*)?(-?)(?:(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?|(\.\d+)"
    r"|\\[dt]?frac\{(-?\d+)\}\{(\d+)\}|(\d+)/(\d+))(?:\s*\$)?\.?\s*"
)


def read(text: str) -> Node:
    """The answer that `text` writes. Raises UnreadableAnswerError, the span marked."""
    text = text.strip()
    if not text:
        raise UnreadableAnswerError("an empty answer")
    m = _PLAIN.fullmatch(text) if len(text) < MAX_DIGITS else None
    if m is None:
        return Text(text)
    if m[5] is not None or m[7] is not None:
        top, bottom = int(m[5] or m[7]), int(m[6] or m[8])
        if not bottom:
            raise UnreadableAnswerError(f"division by zero: {text}")
        value: int | Fraction = Fraction(top, bottom)
        return Number(-value if m[1] else value)
    decimals = m[3] or m[4]
    value = (
        int((m[2] or "0").replace(",", ""))
        if decimals is None
        else Fraction((m[2] or "0").replace(",", "") + decimals)
    )
    return Number(-value if m[1] else value, len(decimals) - 1 if decimals else None)


def read_reference(reference: str | float | Sequence[str]) -> Reference:
    """The reference as `decide` wants it; cached. A list means any of them.

    Raises BadCallError for what is neither text nor number; an unusable text has its `problem` set instead.
    """
    if isinstance(reference, str):
        return _read_texts((reference,))
    if isinstance(reference, (int, float)) and not isinstance(reference, bool):
        return _read_texts((repr(reference),))
    if (
        isinstance(reference, (list, tuple))
        and reference
        and all(isinstance(r, str) for r in reference)
    ):
        return _read_texts(tuple(reference))
    raise BadCallError(
        f"a reference is a str, a number or a list of str, not {reference!r:.80}. Convert the column first."
    )


@lru_cache(maxsize=65_536)
def _read_texts(texts: tuple[str, ...]) -> Reference:
    readings = [_try(text) for text in texts]
    nodes = tuple(r for r in readings if isinstance(r, Node))
    problem = None if nodes else str(readings[0])
    return Reference(tuple(t.strip() for t in texts), nodes, problem)


def _try(text: str) -> Node | UnreadableAnswerError:
    try:
        return read(text)
    except UnreadableAnswerError as e:
        return e


def decide(
    answer: str, reference: Reference, options: Options = DEFAULT, *, symbolic: bool = True
) -> Decision:
    """Whether `answer` is `reference`. With `symbolic=False`, what needs the last rung returns `same=None` at once."""
    del options, symbolic
    if answer in reference.texts:
        return Decision(True, "text")
    try:
        node = read(answer)
    except UnreadableAnswerError as e:
        return Decision(False, "text", str(e))
    return Decision(node in reference.nodes, "number" if isinstance(node, Number) else "node")


def same(left: str | Node, right: str | Node) -> bool:
    """True where both mean the same; symmetric, reflexive, transitive."""
    a = read(left) if isinstance(left, str) else left
    b = read(right) if isinstance(right, str) else right
    return a == b


def answer_key(text: str) -> Hashable | None:
    """A value that equal answers share, cheaply; None where only `same` can tell."""
    try:
        node = read(text)
    except UnreadableAnswerError:
        return None
    return node.value if isinstance(node, Number) else None
