r"""Expressions: exact numbers, form, value; then what a decimal or an antiderivative as reference allows."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from r1rewards.answers.build import places_of
from r1rewards.answers.nodes import (
    Big,
    Call,
    Node,
    Number,
    Power,
    Product,
    Ratio,
    Sum,
    Symbol,
    children,
    renamed,
)
from r1rewards.answers.rules.amounts import in_degrees, in_letters, quantities
from r1rewards.answers.rules.collections import matched, ordered
from r1rewards.answers.values.discs import Discs
from r1rewards.answers.values.exact import NotHereError, TooHardError, UndefinedError, rational
from r1rewards.answers.values.identity import Traits, UnknownValueError, infinity_sign, letters

if TYPE_CHECKING:
    from r1rewards.answers.rules.kinds import Judge
    from r1rewards.answers.values.exact import Rational


def scalars(judge: Judge, a: Node, b: Node) -> bool | None:
    """Two expressions: exact numbers, form, value; then rounding to a decimal reference."""
    try:
        return scalar_values(judge, a, b)
    except UnknownValueError:
        return True if same_form(judge, a, b) else left_open(judge, a, b)


def left_open(judge: Judge, a: Node, b: Node) -> bool | None:
    """Neither equal nor different for all we can compute: sympy's where something is left to evaluate."""
    if is_restated(judge, a, b):
        return judge.refused("restates the question unevaluated")
    if Traits(a, b).unevaluated:
        judge.needs_sympy = True
        return None
    if not judge.is_strict and not is_computed(a) and is_computed(b):
        return judge.refused("beyond what is computed")
    judge.why = judge.why or "beyond what is computed"
    return None


def same_form(judge: Judge, a: Node, b: Node) -> bool:
    """Part by part, for what could not be evaluated: integrals, limits, long sums."""
    if isinstance(a, Big) and isinstance(b, Big) and a.variable != b.variable:
        if a.variable in letters(b.body):
            return False  # a free letter there: renaming would catch it
        b = Big(b.kind, a.variable, b.low, b.high, renamed(b.body, {b.variable: a.variable}))
    if type(a) is not type(b) or not isinstance(a, (Big, Call, Power, Sum, Product, Ratio)):
        return a == b
    shapes = [
        (n.kind, n.variable, n.low is None, n.high is None)
        if isinstance(n, Big)
        else getattr(n, "name", "")
        for n in (a, b)
    ]
    left, right = children(a), children(b)
    if shapes[0] != shapes[1] or len(left) != len(right):
        return False
    same_parts = matched if isinstance(a, (Sum, Product)) else ordered
    return bool(same_parts(judge, left, right))


def scalar_values(judge: Judge, a: Node, b: Node) -> bool | None:
    """The rungs in order. Raises UndefinedError, UnknownValueError."""
    x, y = rational(a), rational(b)  # both: either may be undefined
    if x is not None and y is not None:
        judge.at("number")
        if x == y:
            return evaluated(judge, a, b)
        return rounds(judge, a, b) or judge.refused("a different number")
    if in_degrees(a) is not in_degrees(b) and not judge.is_strict:
        return quantities(judge, a, b)
    if a == b:
        infinity_sign(a)
        return True
    judge.at("value")
    if places_of(b) is not None and rounds(judge, a, b):
        return True
    if not judge.equal(a, b):
        if y is not None and type(a) is Product and not judge.is_strict and judge.options.units:
            amount, unit = in_letters(a)
            if "^-" in unit and " " in unit:  # `10 m/s` for 10; `10 m` may be a formula
                return judge.same(amount, b)
        return up_to_a_constant(judge, a, b)
    return evaluated(judge, a, b)


def evaluated(judge: Judge, a: Node, b: Node) -> bool:
    """Equal in value: but an answer that leaves the question to be evaluated is none."""
    return not is_restated(judge, a, b) or judge.refused("restates the question unevaluated")


def is_restated(judge: Judge, a: Node, b: Node) -> bool:
    """True where the answer has a sum, integral, limit, gcd, remainder or determinant, and the reference none."""
    if judge.options.unevaluated or type(a) is Number:
        return False
    return is_unevaluated(a) and not is_unevaluated(b)


def is_unevaluated(node: Node) -> bool:
    """True for what is left to be worked out, a determinant included."""
    return Traits(node).unevaluated or _has_determinant(node)


def _has_determinant(node: Node) -> bool:
    return (isinstance(node, Call) and node.name == "det") or any(
        map(_has_determinant, children(node))
    )


def rounds(judge: Judge, answer: Node, reference: Node) -> bool:
    """Whether the answer lies within half a unit of the reference's last decimal place."""
    places = places_of(reference) if judge.options.rounding else None
    if places is None:
        return False
    value, target = rational(answer), rational(reference)
    if target is None or abs(places) >= 5000:
        return False
    if value is not None:
        return _rounds_to(value, target, places)
    half = Fraction(1, 2) / Fraction(10) ** places
    try:
        z, r = Discs({}).of(answer)
        return abs(z.imag) <= r and abs(Fraction(z.real) - target) + Fraction(r) <= half
    except (UndefinedError, NotHereError, TooHardError, OverflowError, ValueError):
        return False


def _rounds_to(value: Rational, target: Rational, places: int) -> bool:
    """Whether `value` rounds to `target` at so many decimal places.

    A tie goes up, or to the even digit: 0.25 rounds to 0.3 or 0.2, and 0.75 to 0.8 alone.
    """
    shift, unshift = (10**places, 1) if places >= 0 else (1, 10**-places)
    gap = value - target
    steps = 2 * shift * (-gap if gap < 0 else gap)
    if steps != unshift:
        return steps < unshift
    return target * shift % (2 * unshift) == 0 or target * target > value * value


def up_to_a_constant(judge: Judge, a: Node, b: Node) -> bool:
    """Antiderivatives: both add a letter of their own, `C`, whatever its name, and differ by a constant."""
    left, right = free_constant(a), free_constant(b)
    if not left or not right:
        return with_capitals(judge, a, b) or judge.refused("a different value")
    x, y = without(a, left), without(b, right)
    names = letters(x) | letters(y)
    if left in letters(x) or right in letters(y):
        return judge.refused("a different value")
    others = {name: name + "′" for name in names}
    moved = judge.equal(Sum((x, renamed(y, others))), Sum((renamed(x, others), y)))
    return moved or judge.refused("a different value")


def with_capitals(judge: Judge, a: Node, b: Node) -> bool:
    """Constants of integration in two sums, `c_1` or `C_1`: case apart, where each side has but one of them."""
    if type(a) is not Sum or type(b) is not Sum or judge.is_strict:
        return False
    names = {name: name.upper() for name in small_constants(a) | small_constants(b)}
    if not names or any(
        names.keys() & own and own & {*names.values()} for own in map(letters, (a, b))
    ):
        return False
    return judge.equal(renamed(a, names), renamed(b, names))


def small_constants(node: Sum) -> set[str]:
    """`c_1`, `c_2` of `c_1 e^x + c_2`."""
    factors = (f for t in node.terms for f in (t.factors if type(t) is Product else (t,)))
    return {f.name for f in factors if type(f) is Symbol and f.name[:2] == "c_"}


def is_computed(node: Node) -> bool:
    """True where a closed expression has a value within our limits."""
    try:
        return rational(node) is not None or Discs({}).of(node)[1] >= 0
    except (UndefinedError, NotHereError, TooHardError):
        return False


def free_constant(node: Node) -> str:
    """The letter of integration that a sum adds: C, c, K, k or one with a subscript; empty where there is none."""
    if not isinstance(node, Sum):
        return ""
    names = [t.name for t in node.terms if isinstance(t, Symbol)]
    return next((n for n in names if n[0] in "CcKk" and names.count(n) == 1), "")


def without(node: Node, name: str) -> Node:
    """A sum without its term `name`."""
    assert isinstance(node, Sum)
    rest = tuple(t for t in node.terms if t != Symbol(name))
    return rest[0] if len(rest) == 1 else Sum(rest)
