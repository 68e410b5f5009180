r"""Families of numbers, `a + bk` for whole k: what writes one, and when two are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from r1rewards.answers.build import ONE, ZERO, product
from r1rewards.answers.nodes import (
    SCALARS,
    NamedSet,
    Node,
    Number,
    Product,
    Relation,
    SetBuilder,
    Several,
    Sum,
    Symbol,
    rebuilt,
    renamed,
    substituted,
)  # fmt: skip
from r1rewards.answers.values.discs import Discs
from r1rewards.answers.values.exact import NotHereError, TooHardError, UndefinedError
from r1rewards.answers.values.identity import UnknownValueError, difference, letters

if TYPE_CHECKING:
    from r1rewards.answers.rules.kinds import Judge

WHOLE = NamedSet("Z")
_BOUND = "0′"  # a name that nobody writes


def domain(node: Node) -> Relation | None:
    r"""`k \\in \\mathbb{Z}` as what says that k runs through the whole numbers; None for anything else."""
    if (
        isinstance(node, Relation)
        and node.ops == ("∈",)
        and isinstance(node.sides[0], Symbol)
        and node.sides[1] == WHOLE
    ):
        return node
    return None


def qualified(node: Product | Sum | Relation) -> Node | None:
    r"""What an expression with a statement in brackets behind it is: a family (`x = k\\pi (k \\in \\mathbb{Z})`), a
    sequence (`a_n = 2n (n \\in \\mathbb{N}^*)`), or two statements (`y = \\ln x (x > 0)`). None where there is none.
    """
    found = _split(node)
    if found is None:
        return None
    over = domain(found[1])
    if over is not None:
        return SetBuilder(found[0], (over,))
    if isinstance(node, Relation) and counts(node.sides[0], found[1]):
        return found[0]
    return Several(found)


def _split(node: Node) -> tuple[Node, Node] | None:
    """(expression, the statement in brackets behind it); None where there is none."""
    if isinstance(node, Product) and isinstance(node.factors[-1], Relation):
        return product(list(node.factors[:-1])), node.factors[-1]
    if not isinstance(node, Sum | Relation):
        return None
    parts = node.terms if isinstance(node, Sum) else node.sides
    last = _split(parts[-1]) if isinstance(parts[-1], Sum | Product) else None
    if last is None:
        return None
    return rebuilt(node, (*parts[:-1], last[0])), last[1]


def counts(name: Node, statement: Node) -> bool:
    r"""True where a statement only says what the index of a sequence runs through: `a_n` for `n \\in \\mathbb{N}^*`."""
    return (
        isinstance(statement, Relation)
        and (statement.ops[0], statement.sides[1]) in _COUNTING
        and isinstance(index := statement.sides[0], Symbol)
        and isinstance(name, Symbol)
        and index.name in name.name.partition("_")[2]
    )


_COUNTING = frozenset(
    (("∈", NamedSet("Z+")), ("∈", NamedSet("N")), ("∈", NamedSet("Z≥0")), ("≥", ONE))
)


def same_families(judge: Judge, a: SetBuilder, b: SetBuilder) -> bool | None:
    """Whether two families over the whole numbers are the same: by form, or as progressions.

    None where one is no such family. Families of several terms are compared term by term.
    """
    left, right = _term(a), _term(b)
    if left is None or right is None:
        return None
    (name, x), (other, y) = left, right
    if name and other and name != other:
        return judge.refused("another name")
    if judge.same(x, y):
        return True
    try:
        return _same_progressions(judge, x, y) or judge.refused("another family")
    except (
        UndefinedError,
        UnknownValueError,
        NotHereError,
        TooHardError,
        OverflowError,
        ValueError,
    ):
        return judge.refused("another family")


def _term(node: SetBuilder) -> tuple[str, Node] | None:
    """(name, term) of a family, its index named alike; None for any other set. A name that the set binds is none."""
    element, conditions = node.element, node.conditions
    if len(conditions) == 2 and isinstance(conditions[0], Relation) and conditions[0].ops == ("=",):
        if conditions[0].sides[0] != element:
            return None
        element, conditions = conditions[0].sides[1], conditions[1:]  # {x | x = term, k in Z}
    found = domain(conditions[0]) if len(conditions) == 1 else None
    if found is None:
        return None
    name = ""
    if (
        isinstance(element, Relation)
        and element.ops == ("=",)
        and isinstance(element.sides[0], Symbol)
    ):
        name, element = element.sides[0].name, element.sides[1]
    return name, renamed(
        element, {index.name: _BOUND for index in found.sides if isinstance(index, Symbol)}
    )


def _same_progressions(judge: Judge, a: Node, b: Node) -> bool:
    """Steps equal up to sign, and starts a whole number of steps apart."""
    (start, step), (other_start, other_step) = _progression(judge, a), _progression(judge, b)
    minus = product([Number(-1), other_step])
    if not judge.equal(step, other_step) and not judge.equal(step, minus):
        return False
    gap = difference(start, other_start)
    (z, _), (w, _) = Discs({}).of(gap), Discs({}).of(step)
    steps = round((z / w).real)
    return judge.equal(gap, product([Number(steps), step]))


def _progression(judge: Judge, node: Node) -> tuple[Node, Node]:
    """(value at 0, step) of a term that grows evenly. Raises NotHereError for other terms."""
    if not isinstance(node, SCALARS) or letters(node) != {_BOUND}:
        raise NotHereError
    at = [substituted(node, _BOUND, n) for n in (ZERO, ONE, Number(2))]
    step, next_step = difference(at[1], at[0]), difference(at[2], at[1])
    if not judge.equal(step, next_step) or judge.equal(step, ZERO):
        raise NotHereError
    return at[0], step
