"""What a statement comes down to before it is compared: chains to their end, named values to names and values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from r1rewards.answers.nodes import (
    Call,
    Combined,
    Constant,
    FiniteSet,
    Matrix,
    Named,
    Node,
    Number,
    Power,
    Product,
    Ratio,
    Relation,
    SetBuilder,
    Several,
    Sum,
    Symbol,
    Tuple,
)  # fmt: skip
from r1rewards.answers.rules.families import counts, domain, qualified
from r1rewards.answers.values.identity import letters

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Assignment:
    """`name = value`, or `name(dummies) = value`."""

    name: str
    dummies: tuple[str, ...]
    value: Node


def settled(node: Node, seed: int) -> Node:
    """`node` with a chain reduced to its end and lists of named values gathered; anything else as it stands."""
    rule = _RULES.get(type(node))
    return node if rule is None else rule(node, seed)


def settled_items(node: FiniteSet | Tuple, seed: int) -> Node:
    """A set or tuple of named values as one of values."""
    if not any(isinstance(i, Relation) for i in node.items):
        return node
    found = settled_list(Several(node.items), seed)
    if isinstance(node, FiniteSet) and isinstance(found, Several):
        return FiniteSet(found.items)
    if isinstance(node, Tuple) and isinstance(found, Named):
        order = sorted(range(len(found.names)), key=lambda i: found.names[i])
        return Tuple(tuple(found.values[i] for i in order), node.brackets)
    return node


def matrix_of(node: Sum | Product, _: int = 0) -> Node:
    """A sum or product of matrices and numbers, multiplied out; where the shapes do not fit, as it stands."""
    below = node.terms if isinstance(node, Sum) else node.factors
    last = below[-1]
    if type(last) is Relation or (type(last) is Product and type(last.factors[-1]) is Relation):
        found = qualified(node)
        return node if found is None else settled(found, 0)
    if Matrix not in map(type, below):
        return node
    matrices = [c for c in below if isinstance(c, Matrix)]
    if isinstance(node, Product) and (len(matrices) > 3 or any(len(m.rows) > 6 for m in matrices)):
        return node  # every product makes every entry longer
    total: Node | None = None
    for part in below:
        one = settled(part, 0) if isinstance(part, Product) else part
        if total is None:
            total = one
        elif isinstance(node, Sum):
            total = _matrix_sum(total, one)
        else:
            total = _matrix_product(total, one)
        if total is None:
            return node
    assert total is not None
    return total


def _matrix_sum(a: Node, b: Node) -> Node | None:
    if not isinstance(a, Matrix) or not isinstance(b, Matrix) or _shape(a) != _shape(b):
        return None
    rows = zip(a.rows, b.rows, strict=True)
    return Matrix(tuple(tuple(Sum(pair) for pair in zip(r, s, strict=True)) for r, s in rows))


def _matrix_product(a: Node, b: Node) -> Node | None:
    if isinstance(a, Matrix) and isinstance(b, Matrix):
        if _shape(a)[1] != _shape(b)[0]:
            return None
        columns = list(zip(*b.rows, strict=True))
        terms = (
            (tuple(Product(p) for p in zip(r, c, strict=True)) for c in columns) for r in a.rows
        )
        return Matrix(tuple(tuple(Sum(t) for t in row) for row in terms))
    if isinstance(a, Matrix):
        a, b = b, a
    if isinstance(b, Matrix):
        return Matrix(tuple(tuple(Product((a, cell)) for cell in row) for row in b.rows))
    return Product((a, b))


def transposed(node: Power, _: int = 0) -> Node:
    """A matrix to the T, its rows for its columns; a tuple stays: it is a column already."""
    base = node.base
    if node.exponent != Symbol("T") or not isinstance(base, Matrix | Tuple):
        return node
    return Matrix(tuple(zip(*base.rows, strict=True))) if isinstance(base, Matrix) else base


def _shape(a: Matrix) -> tuple[int, int]:
    return len(a.rows), len(a.rows[0])


def settled_relation(node: Relation, seed: int) -> Node:
    """A family of values, or a chain reduced to its end."""
    found = qualified(node) if type(node.sides[-1]) in (Sum, Product) else None
    return settled_chain(node, seed) if found is None else settled(found, seed)


def settled_chain(node: Relation, seed: int) -> Node:
    """`x = 10/2 = 5` is `x = 5`, `2 + 4 = 6` is 6, `1/3 ≈ 0.33` is 1/3; a chain that is false stays as it is."""
    sides, ops = list(node.sides), list(node.ops)
    if "≈" in ops:
        at = ops.index("≈")
        if at == 0 and (isinstance(sides[0], Symbol) or letters(sides[0])):
            ops[0] = "="
        else:
            sides, ops = sides[: at + 1], ops[:at]
    if not ops:
        return sides[0]
    if any(op != "=" for op in ops):
        return Relation(tuple(sides), tuple(ops)) if len(ops) != len(node.ops) else node
    if len(ops) == 1 and isinstance(sides[1], Symbol) and not letters(sides[0]):
        sides.reverse()
    named = bool(name_parts(sides[0])) or is_tuple_of_names(sides[0])
    chain = sides[1:] if named else sides
    if len(chain) > 1 and all(_surely_same(a, chain[-1], seed) for a in chain[:-1]):
        last = chain[-1]
        if named:
            return Relation((sides[0], last), ("=",))
        if len(chain) > 2 or not letters(last):
            return last
    if is_tuple_of_names(sides[0]) and len(sides) == 2:
        return _named_tuple(sides[0], sides[1])
    names = [side.name for side in sides[:-1] if isinstance(side, Symbol)]
    if len(names) == len(ops) > 1 and len(set(names)) == len(names) and not letters(sides[-1]):
        return Named(tuple(names), (sides[-1],) * len(names))  # m = n = 1
    return Relation(tuple(sides), tuple(ops))


def _surely_same(a: Node, b: Node, seed: int) -> bool:
    from r1rewards.answers.options import STRICT
    from r1rewards.answers.rules.kinds import Judge

    return a == b or bool(Judge(STRICT, seed, is_strict=True).same(a, b))


ALPHABETICAL = frozenset("abcxyz")
"""Names whose order nobody need say; `(rho, theta, phi) = (1, 2, 3)` is (1, 2, 3) as written."""


def is_tuple_of_names(node: Node) -> bool:
    """`(x, y)`."""
    return isinstance(node, Tuple) and all(isinstance(i, Symbol) for i in node.items)


def _named_tuple(names: Node, values: Node) -> Node:
    assert isinstance(names, Tuple)
    if isinstance(values, Tuple) and len(values.items) == len(names.items):
        texts = tuple(n.name for n in names.items if isinstance(n, Symbol))
        is_plain = list(texts) == sorted(texts) and ALPHABETICAL.issuperset(texts)
        if is_plain or len(set(texts)) < len(texts):
            return values  # (x, y) = (1, 2): the order of the names is that of the tuple
        return Named(texts, values.items, is_tuple=True)
    return values if isinstance(values, Several) else Relation((names, values), ("=",))


def name_parts(node: Node) -> tuple[str, tuple[str, ...]] | None:
    """(name, dummies) of `x`, `x_1`, `f(x)`; None for what names nothing."""
    if isinstance(node, Symbol):
        return node.name, ()
    if (
        isinstance(node, Call)
        and node.name not in _NOT_NAMES
        and node.args
        and all(isinstance(a, Symbol) for a in node.args)
    ):
        return node.name, tuple(a.name for a in node.args if isinstance(a, Symbol))
    return None


_NOT_NAMES = frozenset(
    "abs sin cos tan cot sec csc ln log det norm floor ceil factorial conj".split()
)


def bare_name(node: Relation) -> Assignment | None:
    """The assignment that an equation is, or None."""
    found = name_parts(node.sides[0])
    if found is None or len(node.sides) != 2 or found[0] in letters(node.sides[1]):
        return None
    return Assignment(found[0], found[1], node.sides[1])


def is_bare(node: Relation) -> bool:
    """True where an equation's left side is nothing but a name: of a value, a segment, an angle, a ratio of two."""
    left = node.sides[0]
    if isinstance(left, Constant):
        return left.name in "ie"
    if bare_name(node) is not None:
        return True
    if isinstance(left, Product):
        return is_segment(left) or _is_measure(left) or _is_derivative(left) or _is_image(left)
    if isinstance(left, Call):
        if left.name in _OF_ANGLES:
            return isinstance(left.args[0], Symbol) and not letters(node.sides[1])
        return (left.name == "abs" and is_segment(left.args[0])) or _is_image(left)
    if isinstance(left, Ratio):
        return all(isinstance(p, Symbol) for p in left.parts) and len(set(left.parts)) > 1
    return is_tuple_of_names(left)


def _is_measure(node: Product) -> bool:
    """`m∠ABC`."""
    return (
        len(node.factors) == 2
        and isinstance(node.factors[1], Symbol)
        and node.factors[1].name.startswith("∠")
    )


def _is_image(node: Call | Product) -> bool:
    """`f(3)`, and `p(1)`, which the grammar reads as a product: a function's value at a number, or a probability."""
    if isinstance(node, Call):
        return _FUNCTION_NAME.fullmatch(node.name) is not None and not letters(node)
    event = node.factors[1]
    if node.factors[0] == Symbol("P") and isinstance(event, Relation | Combined):
        return len(node.factors) == 2  # P(X = 2)
    return isinstance(node.factors[0], Symbol) and type(event) is Number


_OF_ANGLES = frozenset(("sin", "cos", "tan", "cot", "sec", "csc"))
_FUNCTION_NAME = re.compile(r"[A-Za-z](?:_\w+)?'*")


def _is_derivative(node: Product) -> bool:
    r"""`\\frac{dy}{dx}`."""
    over, under = node.factors[:-1], node.factors[-1]
    below = under.base if isinstance(under, Power) and under.exponent == Number(-1) else None
    return (
        isinstance(below, Product)
        and len(over) == len(below.factors) == 2
        and over[0] == below.factors[0] == Symbol("d")
        and isinstance(over[1], Symbol)
        and isinstance(below.factors[1], Symbol)
    )


def is_segment(node: Node) -> bool:
    """`AB`, `S_{ABC}`: capitals in a row."""
    parts = node.factors if isinstance(node, Product) else (node,)
    return all(isinstance(p, Symbol) and p.name[0].isupper() for p in parts)


def is_reference_name(node: Relation) -> bool:
    """What a reference may name besides: `AB/CD`, `S_1 : S_2`."""
    left = node.sides[0]
    if isinstance(left, Ratio):
        return all(is_segment(p) for p in left.parts)
    if isinstance(left, Product):
        return all(
            is_segment(f.base if isinstance(f, Power) and f.exponent == Number(-1) else f)
            for f in left.factors
        )
    return False


# --- lists of named values

_STEM = re.compile(r"_.*|\d+$")


def settled_list(node: Several, seed: int) -> Node:
    """`x = 1, y = 2` as names and values; `x = 1 or x = 2` as values; names that repeat as several of those."""
    first = node.items[0]
    if (
        len(node.items) == 2
        and isinstance(first, Relation)
        and counts(first.sides[0], node.items[1])
    ):
        return settled(first, seed)  # a_n = 2n - 1, n in N*
    over = domain(node.items[-1])
    if over is not None and len(node.items) > 1:
        rest = node.items[:-1]
        return SetBuilder(rest[0] if len(rest) == 1 else settled_list(Several(rest), seed), (over,))
    items = tuple(settled(item, seed) for item in node.items)
    if isinstance(items[-1], SetBuilder) and any(map(domain, items[-1].conditions[:1])):
        rest = (
            *node.items[:-1],
            items[-1].element,
        )  # only the last of several terms names the domain
        return SetBuilder(settled_list(Several(rest), seed), items[-1].conditions)
    items = tuple(
        i for item in items for i in (item.items if isinstance(item, Several) else (item,))
    )
    return _names_apart(_tuples_named_as_the_first(items), node.joint)


def _tuples_named_as_the_first(items: tuple[Node, ...]) -> tuple[Node, ...]:
    """`(n, k) = (2, 1), (3, 1)`: the names stand once and hold for all."""
    first = items[0]
    if not isinstance(first, Named) or not first.is_tuple:
        return items
    width = len(first.names)
    return tuple(
        Named(first.names, i.items, is_tuple=True)
        if isinstance(i, Tuple) and len(i.items) == width
        else i
        for i in items
    )


def _names_apart(items: tuple[Node, ...], joint: str) -> Node:
    """Values without their names where the list is one of values; as it is where the names say more."""
    assignments = [
        bare_name(i) if isinstance(i, Relation) and i.ops == ("=",) else None for i in items
    ]
    named = [a for a in assignments if a is not None]
    if not named or (
        any(letters(a.value) for a in named)
        and len({a.name for a in named}) > 1
        and len(named) < len(items)
    ):
        return Several(items, joint)
    if len(named) == len(items):
        return _by_name([a.name for a in named], [a.value for a in named], items, joint)
    pairs = list(zip(items, assignments, strict=True))
    if any(isinstance(i, Relation) and a is None for i, a in pairs):
        return Several(items, joint)
    return Several(tuple(i if a is None else a.value for i, a in pairs), joint)


def _by_name(names: list[str], values: list[Node], items: tuple[Node, ...], joint: str) -> Node:
    """`x = 1, x = 2` and `x_1 = 1, x_2 = 2` as values, `x = 1, y = 2` as named ones, repeated names as tuples."""
    distinct = list(dict.fromkeys(names))
    if len(distinct) == 1 and any(map(letters, values)):
        return Several(items, joint)  # curves: y = x, y = -x
    if len({_STEM.sub("", n) for n in names}) == 1 and (len(distinct) in (1, len(names))):
        return Several(tuple(values), joint)
    if len(distinct) == len(names):
        return Named(tuple(names), tuple(values))
    width = len(distinct)
    if len(names) % width or any(names[i] != names[i % width] for i in range(len(names))):
        return Several(items, joint)
    groups = [tuple(values[i : i + width]) for i in range(0, len(values), width)]
    order = sorted(range(width), key=lambda i: distinct[i])
    return Several(tuple(Tuple(tuple(g[i] for i in order), "()") for g in groups), joint)


_RULES: dict[type[Node], Callable[[Any, int], Node]] = {
    Relation: settled_relation, Several: settled_list, Power: transposed, Sum: matrix_of, Product: matrix_of,
    FiniteSet: settled_items,
    Tuple: settled_items,
}  # fmt: skip
SETTLED = frozenset(_RULES)
"""The kinds that `settled` may change."""
