"""Evaluation with many digits, by mpmath: what tells "equal" where discs touch.

The precision grows with the numbers written. Under a lock, as mpmath's contexts are not thread-safe.
"""

from __future__ import annotations

import threading
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from r1rewards.answers.limits import MAX_DIGITS_STEPS, MAX_GAMMA_BITS
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
    Sum,
    Symbol,
)
from r1rewards.answers.values.discs import EXACT_FIRST, UNKNOWABLE, Discs
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
    from collections.abc import Mapping

_LOCK = threading.Lock()


_context: Any = None


def agree(
    left: Node,
    right: Node,
    points: Mapping[str, Rational],
    *,
    bits: int,
    is_real: bool = False,
    base: int = 0,
) -> bool:
    """Whether both evaluate to the same `bits` binary digits: twice, at half the digits and at all of them.

    The two evaluations show how far rounding reaches. Values agree where they differ by no more than 2**-bits of their
    size, or, near zero, by 2**-(bits/4) of what the lower precision got wrong: a sum that cancels is exactly zero then.
    Raises UndefinedError, NotHereError or TooHardError as `Discs` does.
    """
    global _context  # noqa: PLW0603 - one context for the process, built when first needed
    with _LOCK:
        if _context is None:
            from mpmath.ctx_mp import MPContext

            _context = MPContext()
        roughly = []
        for precision in (bits // 2 + 30, bits + 60):
            _context.prec = precision
            many = Digits(_context, points, is_real=is_real, base=base)
            roughly.append((many.of(left), many.of(right)))
        (a, b), (c, d) = roughly
        gap, small = abs(c - d), _context.mpf(2)
        wrong = abs(a - c) + abs(b - d)
        return bool(
            gap <= max(abs(c), abs(d)) * small**-bits or gap <= wrong * small ** -(bits // 4)
        )


class Digits:
    """Evaluation with mpmath. Sizes are checked first: no operand is let in that would take long."""

    def __init__(
        self, context: Any, points: Mapping[str, Rational], *, is_real: bool, base: int
    ) -> None:
        self.mp = context
        self.exact = Exact(points)
        self.is_real = is_real
        self.base = base
        self.steps = 0
        self.largest = context.mpf(0)

    def of(self, node: Node) -> Any:
        """The value of `node`, an mpf or mpc."""
        self.steps += 1
        if self.steps > MAX_DIGITS_STEPS:
            raise TooHardError
        try:
            value = self.value(node)
        except (ValueError, ZeroDivisionError, OverflowError) as e:
            raise NotHereError from e
        size = abs(value)
        if not self.mp.isfinite(size):
            raise NotHereError
        if size > self.largest and self.mp.mag(size) < 4096:
            self.largest = size
        return value

    def value(self, node: Node) -> Any:
        """One node, by kind."""
        match node:
            case Number(value=v) | BaseN(value=v):
                return self.rational(v)
            case Symbol(name=name) if name in self.exact.values:
                return self.rational(self.exact.values[name])
            case Constant(name=name):
                return self.constant(name)
            case Sum(terms=terms):
                total = self.of(terms[0])
                for term in terms[1:]:
                    total = total + self.of(term)
                return total
            case Product(factors=factors):
                total = self.of(factors[0])
                for factor in factors[1:]:
                    total = total * self.of(factor)
                return total
            case Power():
                return self.power(node)
            case Percent(amount=amount):
                return self.of(amount) / 100
            case Ratio(parts=(top, bottom)):
                return self.of(top) / self.of(bottom)
            case Call():
                return self.call(node)
            case Big():
                return self.big(node)
            case Piecewise(rows=rows):
                for value, condition in rows:
                    if Discs(self.exact.values).holds(condition):
                        return self.of(value)
                raise UndefinedError
        raise NotHereError

    def rational(self, value: Rational) -> Any:
        """A rational, rounded."""
        if type(value) is int:
            return self.mp.mpf(value)
        return self.mp.mpf(value.numerator) / value.denominator

    def constant(self, name: str) -> Any:
        """pi, e, i, one degree."""
        mp = self.mp
        if name == "i":
            return mp.mpc(0, 1)
        found = {"pi": mp.pi, "e": mp.e, "deg": mp.degree}.get(name)
        if found is None:
            raise NotHereError
        return +found

    def power(self, node: Power) -> Any:
        """Powers as `Discs.power` takes them."""
        mp = self.mp
        try:
            exponent = self.exact.of(node.exponent)
        except NotHereError:
            base, power = self.of(node.base), self.of(node.exponent)
            if self.is_real and (mp.im(base) or mp.re(base) <= 0):
                raise NotHereError from None
            return self.exp(power * self.log(base))
        base = self.of(node.base)
        return self.rational_power(base, Fraction(exponent))

    def rational_power(self, base: Any, exponent: Fraction) -> Any:
        """base ** (p/q)."""
        mp = self.mp
        if not base:
            if exponent <= 0:
                raise UndefinedError
            return base
        if (
            abs(exponent.numerator).bit_length() > 40
            or abs(mp.mag(base)) * abs(exponent.numerator) > 1 << 40
        ):
            raise TooHardError
        if exponent.denominator == 1:
            return base**exponent.numerator
        if not mp.im(base) and mp.re(base) < 0:
            if exponent.denominator % 2:
                sign = -1 if exponent.numerator % 2 else 1
                return sign * self.rational_power(-base, exponent)
            if self.is_real:
                raise UndefinedError
        if exponent.denominator == 2:
            return mp.sqrt(base) ** exponent.numerator
        return self.exp(self.rational(exponent) * self.log(base))

    def exp(self, value: Any) -> Any:
        """e ** value, of a moderate value."""
        if value and self.mp.mag(value) > 30:
            raise TooHardError
        return self.mp.exp(value)

    def log(self, value: Any) -> Any:
        """The natural logarithm."""
        if not value:
            raise UndefinedError
        return self.mp.log(value)

    def call(self, node: Call) -> Any:
        """A function."""
        name = node.name
        if name in EXACT_FIRST:
            try:
                return self.rational(self.exact.of(node))
            except NotHereError:
                pass
        if name == "root":
            return self.power(Power(node.args[0], Power(node.args[1], Number(-1))))
        if name == "det":
            return self.determinant([[self.of(c) for c in row] for row in matrix_of(node).rows])
        args = [self.of(arg) for arg in node.args]
        if any(a and self.mp.mag(a) > 60 for a in args) and name not in (
            "log",
            "ln",
            "abs",
            "max",
            "min",
            "norm",
            "atan",
        ):
            raise TooHardError
        if name in ("log", "ln"):
            if self.is_real and any(self.mp.im(a) or self.mp.re(a) <= 0 for a in args):
                raise UndefinedError
            base = args[1] if len(args) == 2 else self.base if name == "log" and self.base else None
            return self.log(args[0]) / self.log(base) if base is not None else self.log(args[0])
        if name in ("asin", "acos") and self.is_real and abs(args[0]) > 1:
            raise UndefinedError
        return self.named(name, args)

    def named(self, name: str, args: list[Any]) -> Any:
        """A function by its name in mpmath."""
        mp = self.mp
        if name in _SAME_NAME:
            return getattr(mp, name)(args[0])
        if name in ("abs", "norm"):
            return abs(args[0])
        if name in ("floor", "ceil"):
            if mp.im(args[0]) or abs(args[0] - mp.nint(args[0])) < mp.mpf(2) ** (60 - mp.prec):
                raise NotHereError
            return mp.floor(args[0]) if name == "floor" else mp.ceil(args[0])
        if name in ("factorial", "binom"):
            if mp.prec > MAX_GAMMA_BITS or any(
                mp.im(a) or mp.re(a) > 2000 or mp.re(a) < -50 for a in args
            ):
                raise TooHardError
            return mp.gamma(args[0] + 1) if name == "factorial" else mp.binomial(*args)
        if name in ("max", "min"):
            if any(mp.im(a) for a in args):
                raise NotHereError
            return (max if name == "max" else min)(map(mp.re, args))
        if name == "conj":
            return mp.conj(args[0])
        if name == "sgn":
            if abs(args[0]) < self.largest * mp.mpf(2) ** (60 - mp.prec):
                raise NotHereError
            return mp.sign(args[0])
        if name in UNKNOWABLE or len(name) > 3:
            raise NotHereError
        total = self.rational(Fraction(scrambled(1, name) % 1000 + 7, 97))
        for i, arg in enumerate(args):
            slope = self.rational(Fraction(scrambled(i + 2, name) % 1000 + 11, 701))
            total = total + mp.sin(slope * arg + slope)
        return total

    def determinant(self, rows: list[list[Any]]) -> Any:
        """By expansion along the first row."""
        if len(rows) == 1:
            return rows[0][0]
        return sum(
            (-1) ** j * cell * self.determinant([r[:j] + r[j + 1 :] for r in rows[1:]])
            for j, cell in enumerate(rows[0])
        )

    def big(self, node: Big) -> Any:
        """A short sum or product."""
        total = self.mp.mpf(0 if node.kind == "sum" else 1)
        for _ in running(self.exact, node):
            value = self.of(node.body)
            total = total + value if node.kind == "sum" else total * value
        return total


_SAME_NAME = frozenset(
    "sin cos tan cot sec csc asin acos atan acot asec acsc sinh cosh tanh coth sech csch asinh acosh atanh".split()
)
