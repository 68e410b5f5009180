"""Lists, sets, tuples, matrices, values by name: in order, or each element of one for one of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from r1rewards.answers.build import places_of
from r1rewards.answers.decisions import all_of
from r1rewards.answers.limits import MAX_COMPARISONS, MAX_DISTINCT, MAX_ITEMS
from r1rewards.answers.nodes import (
    SCALARS,
    Call,
    FiniteSet,
    Matrix,
    Named,
    Node,
    Product,
    Several,
    Symbol,
    Tuple,
)
from r1rewards.answers.rules.settle import ALPHABETICAL
from r1rewards.answers.values.disc import Disc, apart
from r1rewards.answers.values.discs import Discs
from r1rewards.answers.values.exact import NotHereError, TooHardError, UndefinedError
from r1rewards.answers.values.identity import Traits, real_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from r1rewards.answers.rules.kinds import Judge


def unordered(judge: Judge, a: Node, b: Node) -> bool | None:
    """Lists and sets, each element of one for one of the other."""
    left, right = items_of(a), items_of(b)
    if isinstance(a, FiniteSet) or isinstance(b, FiniteSet):
        left, right = distinct(judge, left), distinct(judge, right)
    elif (
        len(left) > len(right) and not judge.is_strict and len(distinct(judge, right)) == len(right)
    ):
        left = distinct(judge, left)  # a solution given twice is given
    if len(left) != len(right):
        return judge.refused("missing or extra elements")
    if sum(type(i) is FiniteSet for i in left) != sum(type(i) is FiniteSet for i in right):
        return judge.refused("a set among the elements of one alone")
    return matched(judge, left, right)


def distinct(judge: Judge, items: Sequence[Node]) -> tuple[Node, ...]:
    """The items of a set, each once."""
    found: list[tuple[Node, Disc | None]] = []
    for item in items:
        mark = fingerprint(item, judge.seed)
        near = [f for f, other in found if mark is None or other is None or not apart(mark, other)]
        if item not in near and not any(given_before(judge, item, f, len(items)) for f in near):
            found.append((item, mark))
    return tuple(item for item, _ in found)


def given_before(judge: Judge, item: Node, other: Node, of: int) -> bool:
    """Whether an item repeats another; in long lists, and where the allowance is spent, only by form."""
    return of <= MAX_DISTINCT and bool(judge.allowance.left) and judge.strictly_same(item, other)


def matched(judge: Judge, left: Sequence[Node], right: Sequence[Node]) -> bool | None:
    """A one-to-one matching. Exact numbers are matched by value first."""
    judge.at("container")
    if len(left) > MAX_ITEMS:
        return None
    rest = [(item, fingerprint(item, judge.seed)) for item in left]
    pending: list[Node] = []
    budget = MAX_COMPARISONS
    for wanted in right:
        is_open = False
        mark = None if places_of(wanted) is not None else fingerprint(wanted, judge.seed)
        for i, (item, other) in enumerate(rest):
            if mark is not None and other is not None and apart(mark, other):
                continue
            budget -= 1
            if budget < 0 or not judge.allowance.left:
                return None
            found = True if item == wanted else judge.same(item, wanted)
            if found:
                del rest[i]
                break
            is_open = is_open or found is None
        else:
            if not is_open:
                return judge.refused("an element of the reference is missing")
            pending.append(wanted)
    if all(any(judge.same(item, wanted) is None for item, _ in rest) for wanted in pending):
        return None if pending else True
    return judge.refused("an element of the reference is missing")


def ordered(judge: Judge, left: Sequence[Node], right: Sequence[Node]) -> bool | None:
    """Item by item."""
    judge.at("container")
    if len(left) != len(right):
        return judge.refused("another number of items")
    return all_of(judge.same(x, y) for x, y in zip(left, right, strict=True))


def tuples(judge: Judge, a: Tuple, b: Tuple) -> bool | None:
    """Ordered; two items between unlike brackets may be intervals and differ."""
    if len(a.items) == len(b.items) == 2 and {a.brackets, b.brackets} == {"()", "[]"}:
        return judge.refused("unlike brackets")
    return ordered(judge, a.items, b.items)


def matrices(judge: Judge, a: Matrix, b: Matrix) -> bool | None:
    """Entry by entry."""
    if len(a.rows) != len(b.rows) or len(a.rows[0]) != len(b.rows[0]):
        return judge.refused("another shape")
    return ordered(judge, [c for r in a.rows for c in r], [c for r in b.rows for c in r])


def vectors(judge: Judge, a: Node, b: Node) -> bool | None:
    """A column against a tuple; `[[1, 2], [3, 4]]` against rows."""
    matrix, other = (a, b) if isinstance(a, Matrix) else (b, a)
    assert isinstance(matrix, Matrix)
    assert isinstance(other, Tuple)
    if all(isinstance(row, Tuple) and len(row.items) == len(matrix.rows[0]) for row in other.items):
        rows = [cell for row in other.items for cell in items_of(row)]
        cells = [cell for row in matrix.rows for cell in row]
        return ordered(judge, cells, rows) if a is matrix else ordered(judge, rows, cells)
    if len(matrix.rows[0]) != 1:
        return judge.refused("a row or matrix for a vector")
    column = [row[0] for row in matrix.rows]
    return (
        ordered(judge, column, other.items) if a is matrix else ordered(judge, other.items, column)
    )


def points(judge: Judge, a: Node, b: Node) -> bool | None:
    """`A(1, 2)`, and `P(1, 2)`, which may be a number of choices elsewhere, for the point."""
    if judge.is_strict:
        return judge.refused("a name on one side only")
    x, y = (n if isinstance(n, Tuple) else _point_of(n) for n in (a, b))
    return (
        judge.refused("different kinds of answer")
        if x is None or y is None
        else tuples(judge, x, y)
    )


def _point_of(node: Node) -> Tuple | None:
    if isinstance(node, Call):
        return Tuple(node.args, "()") if node.name in ("perm", "binom") else None
    assert isinstance(node, Product)
    name, *rest = node.factors
    is_point = len(rest) == 1 and isinstance(name, Symbol) and name.name[0].isupper()
    return rest[0] if is_point and isinstance(rest[0], Tuple) else None


def named(judge: Judge, a: Named, b: Named) -> bool | None:
    """Values by name; where the names differ only in their subscript, in any order."""
    if set(a.names) == set(b.names):
        return ordered(judge, [a.values[a.names.index(n)] for n in b.names], b.values)
    return judge.refused("other names")


def named_values(judge: Judge, a: Node, b: Node) -> bool | None:
    """Names on one side: against a tuple in the order of the names, against a list in any."""
    names, other = (a, b) if isinstance(a, Named) else (b, a)
    assert isinstance(names, Named)
    if judge.is_strict:
        return judge.refused("names on one side")
    if isinstance(other, Tuple):
        order = list(range(len(names.names)))
        if not names.is_tuple or ALPHABETICAL.issuperset(names.names):
            order.sort(key=lambda i: names.names[i])  # (y, x) = (2, 1) is the point (1, 2)
        values: Sequence[Node] = [names.values[i] for i in order]
        left, right = (values, other.items) if a is names else (other.items, values)
        return ordered(judge, left, right)
    left, right = (names.values, items_of(b)) if a is names else (items_of(a), names.values)
    return (
        matched(judge, left, right)
        if len(left) == len(right)
        else judge.refused("missing or extra elements")
    )


def fingerprint(node: Node, seed: int) -> Disc | None:
    """A disc around an expression at one point, the same for every letter of a name: discs apart prove a difference.

    None where letters must be whole numbers, or a logarithm has two readings.
    """
    if type(node) not in SCALARS:
        return None
    traits = Traits(node)
    if traits.whole or traits.signs or traits.has_bare_log:
        return None
    try:
        return Discs(real_points(traits.letters, traits.letters, seed, 0)).of(node)
    except (UndefinedError, NotHereError, TooHardError):
        return None


def items_of(node: Node) -> tuple[Node, ...]:
    """The elements of a collection; a single value is one."""
    return (
        node.items
        if isinstance(node, (Several, FiniteSet, Tuple))
        else node.values
        if isinstance(node, Named)
        else (node,)
    )
