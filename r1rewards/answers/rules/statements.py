"""Sets of reals, lists that stand for one, and relations: equations, inequalities, memberships, assignments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from r1rewards.answers.decisions import all_of
from r1rewards.answers.nodes import (
    SCALARS,
    SETS,
    Combined,
    FiniteSet,
    Interval,
    Named,
    Node,
    Number,
    Product,
    Relation,
    SetBuilder,
    Several,
    Tuple,
    renamed,
)
from r1rewards.answers.rules.collections import (
    distinct,
    items_of,
    matched,
    ordered,
    tuples,
    unordered,
)
from r1rewards.answers.rules.families import same_families
from r1rewards.answers.rules.settle import Assignment, bare_name, is_bare, is_reference_name
from r1rewards.answers.values import realsets
from r1rewards.answers.values.identity import UnknownValueError, difference, is_positive, letters

if TYPE_CHECKING:
    from r1rewards.answers.rules.kinds import Judge


def sets(judge: Judge, a: Node, b: Node) -> bool | None:
    """Sets of reals by their pieces; sets that cannot be ordered by their form."""
    judge.at("container")
    try:
        p, x = realsets.pieces_of(a, judge.seed)
        q, y = realsets.pieces_of(b, judge.seed)
    except realsets.NoSetError:
        return sets_by_form(judge, a, b)
    if x and y and x != y:
        return judge.refused("another variable")
    return realsets.same_pieces(p, q, judge.same) or judge.refused("another set")


def one_element(judge: Judge, a: Node, b: Node) -> bool | None:
    """A set or list of one element stands for it; of more, it is no single answer."""
    collection, other = (a, b) if isinstance(a, (Several, FiniteSet)) else (b, a)
    items = items_of(collection)
    if isinstance(collection, FiniteSet) and isinstance(other, Relation) and other.ops == ("=",):
        return assigned(judge, a, b)
    if isinstance(a, Several) and type(b) in SCALARS and not judge.is_strict:
        items = distinct(judge, items)  # one answer written twice is one answer
    if isinstance(other, (*SETS, Tuple)) and all(isinstance(i, Relation) for i in items):
        return sets(judge, a, b)
    if isinstance(other, SETS) or (isinstance(other, Tuple) and isinstance(collection, FiniteSet)):
        return sets(judge, a, b)
    if (
        isinstance(other, Relation)
        and isinstance(collection, Several)
        and other.ops
        and other.ops[0] != "="
    ):
        return assigned(judge, a, b) if other.ops[0] == "∈" else sets(judge, a, b)
    if (
        judge.is_strict
        or len(items) != 1
        or isinstance(other, Named)
        or not isinstance(collection, (Several, FiniteSet))
    ):
        return judge.refused("a list for a single value, or the other way round")
    return judge.same(items[0], other) if collection is a else judge.same(other, items[0])


def listed(judge: Judge, a: Node, b: Node) -> bool | None:
    """`[1, 2, 3]`, as programs write lists, for a set or list; `[1, 2]` is an interval, `(1, 2, 3)` has an order."""
    if isinstance(a, Tuple) and a.brackets == "[]" and len(a.items) > 2 and not judge.is_strict:
        return unordered(judge, Several(a.items), b)
    return one_element(judge, a, b)


def sets_by_form(judge: Judge, a: Node, b: Node) -> bool | None:
    """Intervals with letters, named sets, set builders with renamed variables."""
    a, b = membership(a), membership(b)
    if a == b:
        return True
    match a, b:
        case Interval(), Interval():
            if (a.has_low, a.has_high) != (b.has_low, b.has_high):
                return judge.refused("other end points")
            return ordered(judge, (a.low, a.high), (b.low, b.high))
        case (Tuple((low, high), brackets), Interval()) | (
            Interval(),
            Tuple((low, high), brackets),
        ):
            closed = brackets == "[]"
            one = Interval(low, high, closed, closed)
            return (
                sets_by_form(judge, one, b) if isinstance(a, Tuple) else sets_by_form(judge, a, one)
            )
        case Tuple(), Tuple():
            return tuples(judge, a, b)
        case Combined(), Combined():
            if a.operation != b.operation or len(a.parts) != len(b.parts):
                return judge.refused("another set")
            return (
                ordered(judge, a.parts, b.parts)
                if a.operation == "minus"
                else matched(judge, a.parts, b.parts)
            )
        case SetBuilder(), SetBuilder():
            found = same_families(judge, a, b)
            if found is not None or len(a.conditions) != len(b.conditions):
                return found or judge.refused("another set")
            a, b = with_fresh_names(a), with_fresh_names(b)
            return all_of(
                (judge.same(a.element, b.element), matched(judge, a.conditions, b.conditions))
            )
        case Relation(), Relation():
            return relations_by_form(judge, a, b)
    return judge.refused("another set, or none")


def relations(judge: Judge, a: Relation, b: Relation) -> bool | None:
    """Equations, inequalities, memberships."""
    if a.ops == ("=",) and b.ops == ("=",):
        return equations(judge, a, b)
    if "=" in (*a.ops, *b.ops) and (len(a.ops) == 1 or len(b.ops) == 1):
        return judge.refused("another relation")
    return sets(judge, a, b)


def relations_by_form(judge: Judge, a: Relation, b: Relation) -> bool | None:
    """Inequalities in letters: the same up to a positive factor, each written in one direction."""
    a, b = directed(a), directed(b)
    if a.ops != b.ops:
        return judge.refused("another relation")
    pairs = [judge.same(x, y) for x, y in zip(a.sides, b.sides, strict=True)]
    if all(pairs):
        return True
    if len(a.ops) != 1 or a.ops[0] not in "<≤≠" or is_solved(b) is not is_solved(a):
        return None if None in pairs and False not in pairs else judge.refused("another relation")
    return proportional(judge, a, b, signed=a.ops[0] != "≠")


def equations(judge: Judge, a: Relation, b: Relation) -> bool | None:
    """Solved for a name, by name and value; definitions with their dummies renamed; curves up to a factor."""
    x, y = bare_name(a), bare_name(b)
    if x is not None and y is not None:
        left, right = renamed_like(x, y)
        if left.name == right.name:
            return judge.same(left.value, right.value) or as_curves(judge, a, b)
        if (
            x.dummies != y.dummies
            and {x.name, y.name} - {"f", "y"} == set()
            and not judge.is_strict
        ):
            return judge.same(left.value, right.value)  # f(x) = 2x + 3 and y = 2x + 3
    if y is not None and not letters(y.value) and x is None and not judge.is_strict:
        return judge.refused("an equation for its solution")
    if is_solved(a) and is_solved(b):
        return judge.refused("another name")
    return as_curves(judge, a, b)


def as_curves(judge: Judge, a: Relation, b: Relation) -> bool | None:
    """Left minus right, equal up to a non-zero factor."""
    if not all(isinstance(s, SCALARS) for s in (*a.sides, *b.sides)):
        sides = ordered(judge, a.sides, b.sides)
        return sides or ordered(judge, tuple(reversed(a.sides)), b.sides)
    return proportional(judge, a, b, signed=False)


def proportional(judge: Judge, a: Relation, b: Relation, *, signed: bool) -> bool | None:
    """Whether (left - right) of both are each other's multiple, by a positive factor where `signed`."""
    judge.at("value")
    f, g = difference(*a.sides), difference(*b.sides)
    zero = Number(0)
    try:
        if judge.equal(f, zero) or judge.equal(g, zero):
            return judge.refused("a tautology")
        others = {name: name + "′" for name in letters(f) | letters(g)}
        if not others:
            return judge.refused("a relation between numbers")
        moved = judge.equal(Product((f, renamed(g, others))), Product((renamed(f, others), g)))
        if not moved:
            return judge.refused("another relation")
        if signed and not is_positive(Product((f, g)), judge.seed):
            return judge.refused("the inequality points the other way")
    except UnknownValueError:
        return None
    return True


def assigned(judge: Judge, a: Node, b: Node) -> bool | None:
    """A relation against what is none: its value where it names one, a set where it restricts to one."""
    relation, other = (a, b) if isinstance(a, Relation) else (b, a)
    assert isinstance(relation, Relation)
    if relation.ops == ("=",) and (
        is_bare(relation) or (relation is b and is_reference_name(relation))
    ):
        if judge.is_strict and not isinstance(relation.sides[0], Tuple):
            return judge.refused("a name on one side only")
        value = relation.sides[1]
        return judge.same(value, b) if relation is a else judge.same(a, value)
    if relation.ops == ("∈",) and not isinstance(other, SCALARS):
        value = relation.sides[1]
        return judge.same(value, b) if relation is a else judge.same(a, value)
    if relation.ops[0] != "=" and isinstance(other, (*SETS, Tuple, FiniteSet, Several)):
        return sets(judge, a, b)
    return judge.refused("a relation for a value, or the other way round")


def membership(node: Node) -> Node:
    """The set of a membership, anything else as it stands."""
    if isinstance(node, Relation) and node.ops == ("∈",):
        return node.sides[1]
    return node


def with_fresh_names(node: SetBuilder) -> SetBuilder:
    """With the letters it binds renamed by their order."""
    names = {name: f"{i}′" for i, name in enumerate(sorted(letters(node.element)))}
    conditions = tuple(renamed(c, names) for c in node.conditions)
    return SetBuilder(renamed(node.element, names), conditions)


def directed(node: Relation) -> Relation:
    """With its signs pointing left to right: `3 > x` as `x < 3`."""
    if all(op in ">≥" for op in node.ops):
        turned = {">": "<", "≥": "≤"}
        return Relation(tuple(reversed(node.sides)), tuple(turned[op] for op in reversed(node.ops)))
    return node


def is_solved(node: Relation) -> bool:
    """True where one side is a name alone and the other has no letters."""
    left, right = node.sides[0], node.sides[-1]
    return (bool(realsets.name_text(left)) and not letters(right)) or (
        bool(realsets.name_text(right)) and not letters(left)
    )


def renamed_like(x: Assignment, y: Assignment) -> tuple[Assignment, Assignment]:
    """Two definitions with their dummies, if as many, named alike."""
    if x.dummies == y.dummies or len(x.dummies) != len(y.dummies):
        return x, y
    left, right = (
        renamed(d.value, {name: f"{i}′" for i, name in enumerate(d.dummies)}) for d in (x, y)
    )
    return Assignment(x.name, (), left), Assignment(y.name, (), right)
