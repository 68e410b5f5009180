"""Evaluation in discs: where an expression lies, in double precision, with a bound that proves "different"."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from r1rewards.answers.limits import MAX_STEPS
from r1rewards.answers.nodes import (
    BaseN,
    Big,
    Call,
    Constant,
    Node,
    Number,
    Percent,
    Piecewise,
    Power,
    Product,
    Ratio,
    Relation,
    Sum,
    Symbol,
)
from r1rewards.answers.values.disc import (
    CONSTANTS,
    EPS,
    FUNCTIONS,
    Disc,
    determinant,
    disc_of,
    exp,
    inverse,
    log,
    plus,
    related,
    sin,
    square_root,
    times,
    whole_power,
)
from r1rewards.answers.values.exact import (
    Exact,
    NotHereError,
    Rational,
    TooHardError,
    UndefinedError,
    matrix_of,
    running,
)
from r1rewards.answers.values.field import scrambled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Discs:
    """Evaluation in discs. `points`: exact values of the letters; `base`: what a bare `log` is taken to."""

    __slots__ = ("base", "exact", "is_real", "points", "steps")

    def __init__(
        self, points: Mapping[str, Rational], *, is_real: bool = False, base: int = 0
    ) -> None:
        self.points = points
        self.exact = Exact(points)
        self.is_real = is_real
        self.base = base
        self.steps = 0

    def of(self, node: Node) -> Disc:
        """A disc around the value of `node`. Raises UndefinedError, NotHereError or TooHardError."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise TooHardError
        kind = type(node)
        if kind is Number:
            return disc_of(node.value)  # type: ignore[attr-defined]
        rule = _RULES.get(kind)
        if rule is None:
            raise NotHereError
        try:
            return rule(self, node)
        except (OverflowError, ZeroDivisionError, ValueError) as e:
            raise NotHereError from e

    def letter(self, node: Symbol) -> Disc:
        """The point of a letter."""
        found = self.exact.values.get(node.name)
        if found is None:
            raise NotHereError
        return disc_of(found)

    def constant(self, node: Constant) -> Disc:
        """pi, e, i, one degree."""
        found = CONSTANTS.get(node.name)
        if found is None:
            raise NotHereError
        return found

    def sum(self, node: Sum) -> Disc:
        """Terms added up."""
        z, r = 0j, 0.0
        for term in node.terms:
            w, s = self.of(term)
            z += w
            r += s + abs(z) * EPS
        return z, r

    def product(self, node: Product) -> Disc:
        """Factors multiplied."""
        total = (1 + 0j, 0.0)
        for factor in node.factors:
            total = times(total, self.of(factor))
        return total

    def power(self, node: Power) -> Disc:
        """Whole powers, roots (real ones of negative numbers where odd), and general powers by exp and log."""
        try:
            exponent = self.exact.of(node.exponent)
        except NotHereError:
            return self.general_power(node)
        base = self.of(node.base)
        if type(exponent) is int or exponent.denominator == 1:
            return whole_power(base, int(exponent))
        return self.root(base, Fraction(exponent))

    def general_power(self, node: Power) -> Disc:
        """exp(exponent * log(base)); e^z directly."""
        if type(node.base) is Constant and node.base.name == "e":
            return exp(self.of(node.exponent))
        base = self.of(node.base)
        exponent = self.of(node.exponent)
        if self.is_real and base[0].real <= 0:
            raise NotHereError
        return exp(times(exponent, log(base)))

    def root(self, base: Disc, exponent: Fraction) -> Disc:
        """base ** (p/q)."""
        z, r = base
        if z.imag == 0 and z.real < 0 and r < -z.real:
            if exponent.denominator % 2:
                sign = -1.0 if exponent.numerator % 2 else 1.0
                w, s = self.root((-z, r), exponent)
                return w * sign, s
            if self.is_real:
                raise UndefinedError
        if z == 0 and r == 0:
            if exponent <= 0:
                raise UndefinedError
            return 0j, 0.0
        if exponent.denominator == 2 and exponent.numerator == 1:
            return square_root(base)
        return exp(times(disc_of(exponent), log(base)))

    def percent(self, node: Percent) -> Disc:
        """Hundredths."""
        return times(self.of(node.amount), (0.01 + 0j, 0.01 * EPS))

    def ratio(self, node: Ratio) -> Disc:
        """Two parts divided."""
        if len(node.parts) != 2:
            raise NotHereError
        return times(self.of(node.parts[0]), inverse(self.of(node.parts[1])))

    def based(self, node: BaseN) -> Disc:
        """What digits in a base mean."""
        return disc_of(node.value)

    def call(self, node: Call) -> Disc:
        """A function; of exact arguments by exact arithmetic where it can."""
        name = node.name
        if name in EXACT_FIRST:
            try:
                return disc_of(self.exact.of(node))
            except NotHereError:
                pass
        if name == "det":
            rows = [[self.of(cell) for cell in row] for row in matrix_of(node).rows]
            return determinant(rows)
        args = [self.of(arg) for arg in node.args]
        if name in ("log", "ln"):
            return self.logarithm(name, args)
        if name == "root":
            try:
                index = self.exact.of(node.args[1])
            except NotHereError:
                return exp(times(inverse(args[1]), log(args[0])))
            if not index:
                raise UndefinedError
            return self.root(args[0], Fraction(1) / index)
        rule = FUNCTIONS.get(name)
        if rule is None:
            if name in UNKNOWABLE or len(name) > 3:
                raise NotHereError
            return unknown_function(name, args)
        if self.is_real and name in ("asin", "acos") and abs(args[0][0].real) > 1:
            raise UndefinedError
        return rule(*args)

    def logarithm(self, name: str, args: list[Disc]) -> Disc:
        """log_b(a) = ln a / ln b; a bare `log` to the base in force."""
        if self.is_real and any(z.real <= 0 for z, _ in args):
            raise UndefinedError
        value = log(args[0])
        if len(args) == 2:
            return times(value, inverse(log(args[1])))
        if name == "log" and self.base:
            return times(value, inverse(log(disc_of(self.base))))
        return value

    def big(self, node: Big) -> Disc:
        """A short sum or product."""
        total = (0j, 0.0) if node.kind == "sum" else (1 + 0j, 0.0)
        for _ in running(self.exact, node):
            value = self.of(node.body)
            total = plus(total, value) if node.kind == "sum" else times(total, value)
        return total

    def piecewise(self, node: Piecewise) -> Disc:
        """The row whose condition holds at the point."""
        for value, condition in node.rows:
            if self.holds(condition):
                return self.of(value)
        raise UndefinedError

    def holds(self, condition: Node) -> bool:
        """Whether a chain of relations is true at the point."""
        if not isinstance(condition, Relation):
            return True  # `otherwise`, behind the rows that said when
        sides = [self.of(side) for side in condition.sides]
        return all(
            related(a, op, b) for a, op, b in zip(sides, condition.ops, sides[1:], strict=False)
        )


def unknown_function(name: str, args: list[Disc]) -> Disc:
    """An unknown f, as one fixed smooth function of its own: equal arguments give equal values, and hardly others."""
    total = disc_of(Fraction(scrambled(1, name) % 1000 + 7, 97))
    for i, arg in enumerate(args):
        slope = disc_of(Fraction(scrambled(i + 2, name) % 1000 + 11, 701))
        total = plus(total, sin(plus(times(slope, arg), slope)))
    return total


EXACT_FIRST = frozenset(
    "factorial factorial2 binom perm gcd lcm mod floor ceil max min log".split()
)
UNKNOWABLE = frozenset(("gcd", "lcm", "mod", "factorial2", "perm", "norm", "arg", "prime", "det"))
_RULES: dict[type, Callable[[Any, Any], Disc]] = {
    Symbol: Discs.letter, Constant: Discs.constant, Sum: Discs.sum, Product: Discs.product, Power: Discs.power,
    Percent: Discs.percent, Ratio: Discs.ratio, BaseN: Discs.based, Call: Discs.call, Big: Discs.big,
    Piecewise: Discs.piecewise,
}  # fmt: skip
