r"""What an answer can be: small frozen dataclasses, compared by structure.

A node says what was written, after spelling is out of the way (`\dfrac12` and `1/2` give equal nodes); whether two
nodes mean the same is decided in `equal`.
"""

from __future__ import annotations

from dataclasses import field
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from r1rewards.answers.records import record

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction


class Node:
    """The root of all nodes."""

    __slots__ = ()


# --- scalars: what has a value, or would have one if its letters had


@record(frozen=True, slots=True)
class Number(Node):
    """An exact rational. `places`: digits after the decimal point (of the mantissa's last digit) where it was written
    as a decimal, negative for 3.2e5; None where it was not.
    """

    value: int | Fraction
    places: int | None = field(default=None, compare=False)


@record(frozen=True, slots=True)
class Symbol(Node):
    """A letter or name, subscript and primes included: `x`, `x_1`, `f'`, `theta`."""

    name: str


@record(frozen=True, slots=True)
class Constant(Node):
    """`pi`, `e`, `i`, `oo`, `deg` (pi/180), or a unit vector `i^`, `j^`, `k^`."""

    name: str


@record(frozen=True, slots=True)
class Sign(Node):
    r"""The factor +1 or -1 of a `\pm` (kind 1) or `\mp` (kind -1), until the grammar expands it."""

    kind: int
    index: int


@record(frozen=True, slots=True)
class Sum(Node):
    """Terms added up; a difference holds `Product((-1, term))`."""

    terms: tuple[Node, ...]


@record(frozen=True, slots=True)
class Product(Node):
    """Factors multiplied; a quotient holds `Power(bottom, -1)`."""

    factors: tuple[Node, ...]


@record(frozen=True, slots=True)
class Power(Node):
    """Base to an exponent."""

    base: Node
    exponent: Node


@record(frozen=True, slots=True)
class Call(Node):
    """A function of the closed list in `functions.py`, or an unknown one (`f`) that is only equal to itself."""

    name: str
    args: tuple[Node, ...]


@record(frozen=True, slots=True)
class Big(Node):
    r"""What a bound variable runs through: kind `sum`, `prod`, `int`, `lim`. Bounds are None where not written."""

    kind: str
    variable: str
    low: Node | None
    high: Node | None
    body: Node


@record(frozen=True, slots=True)
class BaseN(Node):
    """Digits in a written base; `value` is what they mean."""

    digits: str
    base: int
    value: int | Fraction


@record(frozen=True, slots=True)
class Percent(Node):
    """A number of hundredths."""

    amount: Node


@record(frozen=True, slots=True)
class Quantity(Node):
    """An amount and its unit, as `units.py` reads it."""

    amount: Node
    unit: str


@record(frozen=True, slots=True)
class Congruence(Node):
    """A residue class."""

    residue: Node
    modulus: Node


@record(frozen=True, slots=True)
class Ratio(Node):
    """`2:3:4`."""

    parts: tuple[Node, ...]


# --- collections


@record(frozen=True, slots=True)
class Several(Node):
    """Several answers in one: in no order, joined (`joint`) by commas, `and`, `or`, or a plus-minus sign."""

    items: tuple[Node, ...]
    joint: str = field(default=",", compare=False)


@record(frozen=True, slots=True)
class Named(Node):
    """Values of different names given together: `x = 1, y = 2`; `is_tuple` where written as `(n, k) = (2, 1)`."""

    names: tuple[str, ...]
    values: tuple[Node, ...]
    is_tuple: bool = field(default=False, compare=False)


@record(frozen=True, slots=True)
class FiniteSet(Node):
    """Elements between braces."""

    items: tuple[Node, ...]


@record(frozen=True, slots=True)
class Tuple(Node):
    """Ordered items between brackets. `()` and `[]` with two items may mean an interval; `<>` is a vector."""

    items: tuple[Node, ...]
    brackets: str


@record(frozen=True, slots=True)
class Matrix(Node):
    """Rows of entries. `bars` marks a determinant."""

    rows: tuple[tuple[Node, ...], ...]


@record(frozen=True, slots=True)
class Piecewise(Node):
    """(value, condition) rows of a function by cases; a condition of Text("otherwise") is the rest."""

    rows: tuple[tuple[Node, Node], ...]


# --- sets of reals and statements


@record(frozen=True, slots=True)
class Interval(Node):
    """What can only be an interval: mixed or reversed brackets, or an infinite end."""

    low: Node
    high: Node
    has_low: bool
    has_high: bool


@record(frozen=True, slots=True)
class NamedSet(Node):
    """`R`, `Z`, `N`, `Q`, `C`, or `empty`; also R+ and the like by their written suffix."""

    name: str


@record(frozen=True, slots=True)
class Combined(Node):
    """Sets joined by `union`, `meet` or `minus`, in writing order."""

    operation: str
    parts: tuple[Node, ...]


@record(frozen=True, slots=True)
class SetBuilder(Node):
    """The values of `element` for which all `conditions` hold."""

    element: Node
    conditions: tuple[Node, ...]


@record(frozen=True, slots=True)
class Relation(Node):
    """A chain `sides[0] ops[0] sides[1] ...` of `=`, `≠`, `<`, `≤`, `>`, `≥`, `≈`, `∈`, or an arrow."""

    sides: tuple[Node, ...]
    ops: tuple[str, ...]


# --- words


@record(frozen=True, slots=True)
class Text(Node):
    """Words; wrappers and spacing removed, case kept."""

    words: str


@record(frozen=True, slots=True)
class Choice(Node):
    """A letter of a multiple choice, with what its option says, where written."""

    letter: str
    option: Node | None = None


@record(frozen=True, slots=True)
class Clock(Node):
    """A time of day or duration `h:mm[:ss]` in seconds; `half` is `am`, `pm` or empty."""

    seconds: int
    half: str
    ratio: tuple[int, ...] = field(default=(), compare=False)


@record(frozen=True, slots=True)
class Date(Node):
    """A calendar day; what was not written is 0."""

    year: int
    month: int
    day: int


@record(frozen=True, slots=True)
class Either(Node):
    """A spelling with two readings, the likelier first: `3,14` is 3.14 or a list."""

    readings: tuple[Node, ...]


SCALARS = (Number, Symbol, Constant, Sum, Product, Power, Call, Big, BaseN, Piecewise, Ratio)
"""What has a value, or would have one if its letters had."""

SETS = (Interval, NamedSet, Combined, SetBuilder)
"""What is written as a set of numbers, without its elements."""


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below, in writing order."""
    below = _BELOW.get(type(node))
    return () if below is None else below(node)


def _cells(node: Matrix | Piecewise) -> tuple[Node, ...]:
    return tuple(cell for row in node.rows for cell in row)


def _written(*nodes: Node | None) -> tuple[Node, ...]:
    return tuple(n for n in nodes if n is not None)


_BELOW: dict[type[Node], Callable[[Any], tuple[Node, ...]]] = {
    Sum: attrgetter("terms"), Product: attrgetter("factors"), Several: attrgetter("items"), Tuple: attrgetter("items"),
    FiniteSet: attrgetter("items"), Ratio: attrgetter("parts"), Combined: attrgetter("parts"), Call: attrgetter("args"),
    Either: attrgetter("readings"), Relation: attrgetter("sides"), Named: attrgetter("values"),
    Power: attrgetter("base", "exponent"), Congruence: attrgetter("residue", "modulus"),
    Interval: attrgetter("low", "high"), Percent: lambda n: (n.amount,), Quantity: lambda n: (n.amount,),
    Big: lambda n: _written(n.low, n.high, n.body), Matrix: _cells, Piecewise: _cells,
    SetBuilder: lambda n: (n.element, *n.conditions), Choice: lambda n: _written(n.option),
}  # fmt: skip


def rebuilt(node: Node, below: tuple[Node, ...]) -> Node:
    """`node` with other nodes below it, as many as `children` gave."""
    match node:
        case Sum() | Product() | FiniteSet() | Ratio() | Either():
            return type(node)(below)
        case Several(_, joint):
            return Several(below, joint)
        case Tuple(_, brackets):
            return Tuple(below, brackets)
        case Call(name):
            return Call(name, below)
        case Relation(_, ops):
            return Relation(below, ops)
        case Combined(operation):
            return Combined(operation, below)
        case Named(names, _, is_tuple):
            return Named(names, below, is_tuple)
        case Power() | Congruence():
            return type(node)(*below)
        case Percent():
            return Percent(below[0])
        case Quantity(_, unit):
            return Quantity(below[0], unit)
        case Interval(_, _, has_low, has_high):
            return Interval(below[0], below[1], has_low, has_high)
        case Big(kind, variable, low, high):
            ends = iter(below)
            return Big(
                kind,
                variable,
                None if low is None else next(ends),
                None if high is None else next(ends),
                next(ends),
            )
        case Matrix(rows):
            width = len(rows[0])
            return Matrix(tuple(below[i : i + width] for i in range(0, len(below), width)))
        case Piecewise():
            return Piecewise(tuple((below[i], below[i + 1]) for i in range(0, len(below), 2)))
        case SetBuilder():
            return SetBuilder(below[0], below[1:])
        case Choice(letter):
            return Choice(letter, below[0])
    return node


def renamed(node: Node, names: dict[str, str]) -> Node:
    """`node` with letters renamed, bound ones left alone."""
    if type(node) is Symbol:
        new = names.get(node.name)
        return node if new is None else Symbol(new)
    below = children(node)
    if not below:
        return node
    if type(node) is Big and node.variable in names:
        names = {k: v for k, v in names.items() if k != node.variable}
    changed = tuple(renamed(child, names) for child in below)
    return node if changed == below else rebuilt(node, changed)


def substituted(node: Node, name: str, value: Node) -> Node:
    """`node` with a value for a letter."""
    if type(node) is Symbol:
        return value if node.name == name else node
    below = children(node)
    if not below or (type(node) is Big and node.variable == name):
        return node
    return rebuilt(node, tuple(substituted(child, name, value) for child in below))
