"""Sets of real numbers: intervals, points, unions and complements, however they were written, in one normal form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from r1rewards.answers.limits import MAX_ITEMS
from r1rewards.answers.nodes import (
    Call,
    Combined,
    Constant,
    FiniteSet,
    Interval,
    NamedSet,
    Node,
    Number,
    Product,
    Relation,
    SetBuilder,
    Several,
    Symbol,
    Text,
    Tuple,
)  # fmt: skip
from r1rewards.answers.values.discs import Discs
from r1rewards.answers.values.exact import NotHereError, TooHardError, UndefinedError, rational
from r1rewards.answers.values.identity import (
    Allowance,
    UnknownValueError,
    infinity_sign,
    same_value,
)

if TYPE_CHECKING:
    from collections.abc import Callable

PLUS, MINUS = Constant("oo"), Product((Number(-1), Constant("oo")))


@dataclass(frozen=True, slots=True)
class End:
    """An end point: where it lies (a double, for the order) and what was written."""

    at: float
    node: Node


@dataclass(frozen=True, slots=True)
class Piece:
    """An interval; a point is one with both ends in and the same."""

    low: End
    high: End
    has_low: bool
    has_high: bool


Pieces = list[Piece]
LOWEST, HIGHEST = End(float("-inf"), MINUS), End(float("inf"), PLUS)
ALL: Pieces = [Piece(LOWEST, HIGHEST, False, False)]


class NoSetError(ValueError):
    """A node that is no set of reals, or one whose order cannot be told."""


def pieces_of(node: Node, seed: int) -> tuple[Pieces, str]:
    """The set that `node` writes, in order and merged, and the name of its variable where it was written with one.

    Raises NoSetError.
    """
    found = _pieces(node, seed)
    if not found and isinstance(node, (Tuple, Interval)):
        raise NoSetError  # (18, 6) is a point, and nobody writes the empty set like that
    return merged(found, seed), variable_of(node)


def variable_of(node: Node) -> str:
    r"""The letter that a set restricts: x in `x > 2`, `x \\in (2, 3)`, `\\{x | x > 2\\}`."""
    if isinstance(node, SetBuilder):
        return ""  # bound: any name will do
    if isinstance(node, Relation):
        return next((name for name in map(name_text, node.sides) if name), "")
    if isinstance(node, Several):
        names = {variable_of(item) for item in node.items}
        return names.pop() if len(names) == 1 else ""
    return ""


def name_text(node: Node) -> str:
    """`x`, `f(x)`, `|x|` as a text that names what is restricted; empty for anything else."""
    if isinstance(node, Symbol):
        return node.name
    if (
        isinstance(node, Call)
        and node.args
        and all(isinstance(a, Symbol) for a in node.args)
        and len(node.name) == 1
    ):
        return f"{node.name}({','.join(name_text(a) for a in node.args)})"
    if isinstance(node, Product) and node.factors[0] == Number(-1) and len(node.factors) == 2:
        return name_text(node.factors[1])
    if isinstance(node, Call) and node.name == "abs" and isinstance(node.args[0], Symbol):
        return node.args[0].name
    return ""


def _pieces(node: Node, seed: int) -> Pieces:
    match node:
        case Interval(low, high, has_low, has_high):
            return _interval(low, high, has_low, has_high)
        case Tuple((low, high), brackets) if brackets in ("()", "[]"):
            closed = brackets == "[]"
            return _interval(low, high, closed, closed)
        case FiniteSet(items) if len(items) <= MAX_ITEMS:
            return [_point(item) for item in items]
        case NamedSet("empty"):
            return []
        case NamedSet("R"):
            return ALL
        case NamedSet(name) if name in _HALF_LINES:
            return _HALF_LINES[name]
        case Combined(operation, parts):
            return _combined(operation, [_pieces(part, seed) for part in parts], seed)
        case SetBuilder(element, conditions):
            return _built(element, conditions, seed)
        case Relation():
            return _related(node, seed)
        case Several(items, joint) if all(isinstance(i, Relation) for i in items):
            return _listed(items, joint, seed)
    raise NoSetError


def _listed(items: tuple[Node, ...], joint: str, seed: int) -> Pieces:
    """Inequalities of one letter: cases, or all of them where "and" joins them or one excludes (`x >= 1, x != 2`), or
    where cases would be all there is (`x > 1, x < 3`).
    """
    if len({variable_of(item) for item in items}) > 1:
        raise NoSetError
    sets = [_pieces(item, seed) for item in items]
    if joint != ",":
        return _combined("meet" if joint == "and" else "union", sets, seed)
    excluding = [isinstance(i, Relation) and i.ops[-1] in "≠∉" for i in items]
    cases = [s for s, excludes in zip(sets, excluding, strict=True) if not excludes]
    among = merged([p for s in cases for p in s], seed)
    if len(cases) > 1 and among == ALL:
        return _combined("meet", sets, seed)
    rest = [s for s, excludes in zip(sets, excluding, strict=True) if excludes]
    return _combined("meet", [*([among] if cases else []), *rest], seed) if rest else among


_ZERO = End(0.0, Number(0))
_HALF_LINES: dict[str, Pieces] = {
    "R+": [Piece(_ZERO, HIGHEST, False, False)],
    "R≥0": [Piece(_ZERO, HIGHEST, True, False)],
    "R-": [Piece(LOWEST, _ZERO, False, False)],
    "R≤0": [Piece(LOWEST, _ZERO, False, True)],
}


def _interval(low: Node, high: Node, has_low: bool, has_high: bool) -> Pieces:
    a, b = end_of(low), end_of(high)
    if a.at > b.at:
        return []
    if a.at == b.at:
        return [Piece(a, b, True, True)] if has_low and has_high else []
    return [Piece(a, b, has_low and a.at != float("-inf"), has_high and b.at != float("inf"))]


def _point(node: Node) -> Piece:
    end = end_of(node)
    return Piece(end, end, True, True)


def end_of(node: Node) -> End:
    """Where a closed expression lies on the real line. Raises NoSetError for letters and complex values."""
    try:
        sign = infinity_sign(node)
        if sign:
            return HIGHEST if sign > 0 else LOWEST
        exact = rational(node)
        if exact is not None:
            return End(float(exact), node)
        z, r = Discs({}).of(node)
    except (UndefinedError, NotHereError, TooHardError, OverflowError) as e:
        raise NoSetError from e
    if abs(z.imag) > r:
        raise NoSetError
    return End(z.real, node)


def _same_end(a: End, b: End, seed: int) -> bool:
    if a.at == b.at:
        return a.node == b.node or abs(a.at) == float("inf") or _same(a.node, b.node, seed)
    if abs(a.at - b.at) > 1e-9 * max(1.0, abs(a.at), abs(b.at)):
        return False
    return _same(a.node, b.node, seed)


def _same(a: Node, b: Node, seed: int) -> bool:
    try:
        return same_value(a, b, seed, Allowance())
    except (UnknownValueError, UndefinedError) as e:
        raise NoSetError from e


def merged(pieces: Pieces, seed: int) -> Pieces:
    """In order, overlapping and touching pieces joined."""
    found: Pieces = []
    for p in sorted(pieces, key=lambda p: (p.low.at, not p.has_low, p.high.at)):
        if found:
            last = found[-1]
            touching = _same_end(last.high, p.low, seed)
            if (touching and (last.has_high or p.has_low)) or (
                not touching and p.low.at < last.high.at
            ):
                if _same_end(last.high, p.high, seed):
                    found[-1] = Piece(
                        last.low, last.high, last.has_low, last.has_high or p.has_high
                    )
                elif p.high.at > last.high.at:
                    found[-1] = Piece(last.low, p.high, last.has_low, p.has_high)
                continue
        found.append(p)
    return found


def complement(pieces: Pieces, seed: int) -> Pieces:
    """The reals that are not in the set."""
    found: Pieces = []
    low, has_low = LOWEST, False
    for p in merged(pieces, seed):
        if p.low.at > low.at or (has_low and not p.has_low):
            found.append(Piece(low, p.low, has_low, not p.has_low))
        low, has_low = p.high, not p.has_high
    if low.at != float("inf"):
        found.append(Piece(low, HIGHEST, has_low, False))
    return found


def _combined(operation: str, sets: list[Pieces], seed: int) -> Pieces:
    if operation == "union":
        return [p for s in sets for p in s]
    if operation == "minus":
        sets = [sets[0], *(complement(s, seed) for s in sets[1:])]
    return complement([p for s in sets for p in complement(s, seed)], seed)


def _built(element: Node, conditions: tuple[Node, ...], seed: int) -> Pieces:
    """{x | conditions}, all of which must hold."""
    sets = []
    if isinstance(element, Relation) and element.ops == ("∈",):
        sets.append(_pieces(element.sides[1], seed))
        element = element.sides[0]
    if not isinstance(element, Symbol):
        raise NoSetError
    for condition in conditions:
        if isinstance(condition, Text) or variable_of(condition) != element.name:
            raise NoSetError
        sets.append(_pieces(condition, seed))
    return _combined("meet", sets, seed)


_FLIPPED = {"<": ">", ">": "<", "≤": "≥", "≥": "≤", "=": "=", "≠": "≠"}
_HALF: dict[str, Callable[[End], Pieces]] = {
    "<": lambda e: [Piece(LOWEST, e, False, False)],
    "≤": lambda e: [Piece(LOWEST, e, False, True)],
    ">": lambda e: [Piece(e, HIGHEST, False, False)],
    "≥": lambda e: [Piece(e, HIGHEST, True, False)],
    "=": lambda e: [Piece(e, e, True, True)],
    "≠": lambda e: [Piece(LOWEST, e, False, False), Piece(e, HIGHEST, False, False)],
}


def _related(node: Relation, seed: int) -> Pieces:
    r"""A solved relation or chain around one name: `x > 2`, `-1 < x <= 3`, `-x > 1`, `1 < |z| < 2`, `x \\in S`."""
    if node.ops in (("∈",), ("∉",)) and name_text(node.sides[0]):
        inside = _pieces(node.sides[1], seed)
        return inside if node.ops == ("∈",) else complement(inside, seed)
    names = [i for i, side in enumerate(node.sides) if name_text(side)]
    if len(names) != 1:
        raise NoSetError
    (at,) = names
    name = node.sides[at]
    if len(node.sides) > 3 or (len(node.sides) == 3 and at != 1):
        raise NoSetError
    sets = []
    for i, op in enumerate(node.ops):
        if op not in _HALF:
            raise NoSetError
        is_left = i + 1 == at
        bound = end_of(node.sides[i] if is_left else node.sides[i + 1])
        sets.append(_HALF[_FLIPPED[op] if is_left else op](bound))
    found = _combined("meet", sets, seed) if len(sets) > 1 else sets[0]
    if isinstance(name, Product):
        return mirrored(found)
    if isinstance(name, Call) and name.name == "abs":
        nonnegative = _combined("meet", [found, _HALF["≥"](End(0.0, Number(0)))], seed)
        return nonnegative + mirrored(nonnegative)
    return found


def mirrored(pieces: Pieces) -> Pieces:
    """The set of the negatives."""
    return [
        Piece(_negative(p.high), _negative(p.low), p.has_high, p.has_low) for p in reversed(pieces)
    ]


def _negative(end: End) -> End:
    if end is HIGHEST or end.at == float("inf"):
        return LOWEST
    if end.at == float("-inf"):
        return HIGHEST
    node = (
        Number(-end.node.value) if isinstance(end.node, Number) else Product((Number(-1), end.node))
    )
    return End(-end.at, node)


def same_pieces(a: Pieces, b: Pieces, same_end: Callable[[Node, Node], bool | None]) -> bool | None:
    """Piece by piece, closed ends and all."""
    if len(a) != len(b):
        return False
    for p, q in zip(a, b, strict=True):
        if p.has_low != q.has_low or p.has_high != q.has_high:
            return False
    found: bool | None = True
    for p, q in zip(a, b, strict=True):
        for x, y in ((p.low, q.low), (p.high, q.high)):
            if abs(x.at) == float("inf") or abs(y.at) == float("inf"):
                if x.at != y.at:
                    return False
                continue
            one = same_end(x.node, y.node)
            if one is False:
                return False
            found = found and one
    return found
