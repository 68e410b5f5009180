"""Numeric values with bounds: discs in double precision that prove "different", and many digits that tell "equal".

A disc is a complex number and a radius that surely covers the true value: every operation widens it by its rounding
(2**-50 relative, four times what IEEE and libm promise). Two discs apart are a proof. Discs that touch are looked at
again with mpmath at a precision that grows with the numbers written, under a lock, as its contexts are not thread-safe.
"""

from __future__ import annotations

import cmath
import math
import threading
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from r1rewards.answers.exact import (
    Exact,
    NotHereError,
    Rational,
    TooHardError,
    UndefinedError,
    bounds,
    matrix_of,
    scrambled,
)  # fmt: skip
from r1rewards.answers.limits import MAX_DIGITS_STEPS, MAX_STEPS
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
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Disc = tuple[complex, float]

EPS = 2.0**-50
TINY = 1e-300
_PI, _E = (complex(math.pi), math.pi * EPS), (complex(math.e), math.e * EPS)


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
        found = _CONSTANTS.get(node.name)
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
        if name in _EXACT_FIRST:
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
        rule = _FUNCTIONS.get(name)
        if rule is None:
            if name in _UNKNOWABLE or len(name) > 3:
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
        values = self.exact.values
        saved = values.get(node.variable)
        for k in bounds(self.exact, node):
            values[node.variable] = k
            value = self.of(node.body)
            total = plus(total, value) if node.kind == "sum" else times(total, value)
        if saved is None:
            values.pop(node.variable, None)
        else:
            values[node.variable] = saved
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


def related(a: Disc, op: str, b: Disc) -> bool:
    """`a op b` where the discs tell; points are random, so that equality is never close."""
    gap = a[0].real - b[0].real
    sure = abs(gap) > a[1] + b[1]
    if op in "<≤>≥" and (sure or op in "≤≥"):
        return (gap < 0 or not sure) if op in "<≤" else (gap > 0 or not sure)
    if op in "=≠":
        return sure is (op == "≠")
    raise NotHereError


def disc_of(value: Rational) -> Disc:
    """A rational, to the nearest double."""
    try:
        x = float(value)
    except OverflowError as e:
        raise NotHereError from e
    if x == 0 and value:
        raise NotHereError
    return complex(x), 0.0 if type(value) is int and -_WHOLE < value < _WHOLE else abs(x) * EPS


_WHOLE = 1 << 53


def plus(a: Disc, b: Disc) -> Disc:
    """a + b."""
    z = a[0] + b[0]
    return z, a[1] + b[1] + abs(z) * EPS


def times(a: Disc, b: Disc) -> Disc:
    """a * b."""
    (z, r), (w, s) = a, b
    x = z * w
    x = complex(x.real + 0.0, x.imag + 0.0)
    return x, abs(z) * s + abs(w) * r + r * s + abs(x) * EPS


def inverse(a: Disc) -> Disc:
    """1 / a."""
    z, r = a
    size = abs(z)
    if size <= r:
        raise UndefinedError if r == 0 else NotHereError
    x = 1 / z
    x = complex(x.real + 0.0, x.imag + 0.0)
    return x, r / (size * (size - r)) + abs(x) * EPS


def whole_power(a: Disc, n: int) -> Disc:
    """a ** n by squaring."""
    if n < 0:
        return inverse(whole_power(a, -n))
    if n == 0 and a[0] == 0:
        raise UndefinedError
    if n > 1 << 20:
        raise NotHereError
    total = (1 + 0j, 0.0)
    while n:
        if n & 1:
            total = times(total, a)
        n >>= 1
        if n:
            a = times(a, a)
    return total


def square_root(a: Disc) -> Disc:
    """sqrt, its cut along the negative reals."""
    z, r = _off_cut(a)
    x = cmath.sqrt(z)
    size = abs(z)
    if size <= r:
        return 0j, math.sqrt(size + r)
    return x, r / math.sqrt(size - r) + abs(x) * EPS


def log(a: Disc) -> Disc:
    """The natural logarithm, its cut along the negative reals."""
    z, r = _off_cut(a)
    size = abs(z)
    if size <= r:
        raise UndefinedError if r == 0 else NotHereError
    x = cmath.log(z)
    return x, r / (size - r) + abs(x) * EPS + EPS


def _off_cut(a: Disc) -> Disc:
    """The same disc, where it does not straddle the negative reals."""
    z, r = a
    z = complex(z.real + 0.0, z.imag + 0.0)
    if z.real < 0 and z.imag != 0 and abs(z.imag) <= r:
        raise NotHereError
    return z, r


def exp(a: Disc) -> Disc:
    """e ** a."""
    z, r = a
    if z.real > 600 or abs(z.imag) > 1e6 or z.real < -600:
        raise NotHereError
    x = cmath.exp(z) if z.imag else complex(math.exp(z.real))
    return x, abs(x) * (math.expm1(min(r, 700.0)) + EPS * (1 + abs(z)))


def sin(a: Disc) -> Disc:
    """sine."""
    return _smooth(cmath.sin, a, math.cosh)


def cos(a: Disc) -> Disc:
    """cosine."""
    return _smooth(cmath.cos, a, math.cosh)


def _smooth(
    function: Callable[[complex], complex], a: Disc, slope: Callable[[float], float]
) -> Disc:
    z, r = a
    if abs(z.real) > 1e6 or abs(z.imag) > 300:
        raise NotHereError
    x = function(z) if z.imag else complex(function(z).real)
    steep = slope(min(abs(z.imag) + r, 700.0))
    return x, steep * (r + EPS * (1 + abs(z)))


def _hyperbolic(a: Disc) -> tuple[Disc, Disc]:
    """(sinh, cosh) by the exponential."""
    grow, fall = exp(a), exp((-a[0], a[1]))
    half = (0.5 + 0j, 0.0)
    return times(half, plus(grow, (-fall[0], fall[1]))), times(half, plus(grow, fall))


def asin(a: Disc) -> Disc:
    """Arc sine."""
    return _inverse_sine(cmath.asin, a)


def acos(a: Disc) -> Disc:
    """Arc cosine."""
    return _inverse_sine(cmath.acos, a)


def _inverse_sine(function: Callable[[complex], complex], a: Disc) -> Disc:
    z, r = a
    z = complex(z.real + 0.0, z.imag + 0.0)
    x = function(z)
    gap = abs(1 - z * z)
    reach = r * (2 * abs(z) + r) + EPS
    if gap <= 2 * reach:
        return x, 4 * math.sqrt(reach + r)
    return x, r / math.sqrt(gap - reach) + EPS * (1 + abs(x))


def atan(a: Disc) -> Disc:
    """Arc tangent."""
    z, r = a
    gap = abs(1 + z * z)
    reach = r * (2 * abs(z) + r)
    if gap <= 2 * reach:
        raise NotHereError
    x = cmath.atan(z)
    return x, r / (gap - reach) + EPS * (1 + abs(x))


def atanh(a: Disc) -> Disc:
    """Hyperbolic arc tangent, by the logarithm."""
    one = (1 + 0j, 0.0)
    quotient = times(plus(one, a), inverse(plus(one, (-a[0], a[1]))))
    return times((0.5 + 0j, 0.0), log(quotient))


def absolute(a: Disc) -> Disc:
    """|a|."""
    return complex(abs(a[0])), a[1] + abs(a[0]) * EPS


def _step(function: Callable[[float], int]) -> Callable[[Disc], Disc]:
    def stepped(a: Disc) -> Disc:
        z, r = a
        low, high = function(z.real - r), function(z.real + r)
        if z.imag or low != high:
            raise NotHereError
        return complex(low), 0.0

    return stepped


def gamma(a: Disc) -> Disc:
    """Gamma of a real, its slope bounded by that of the logarithm."""
    z, r = a
    if z.imag or z.real <= 0 or z.real > 150:
        raise NotHereError
    x = math.gamma(z.real)
    steep = abs(math.log(z.real + 1)) + 2 + 1 / z.real
    return complex(x), x * (math.expm1(steep * r) + 64 * EPS)


def binomial(n: Disc, k: Disc) -> Disc:
    """gamma(n+1) / gamma(k+1) / gamma(n-k+1)."""
    one = (1 + 0j, 0.0)
    below = times(gamma(plus(k, one)), gamma(plus(plus(n, (-k[0], k[1])), one)))
    return times(gamma(plus(n, one)), inverse(below))


def extreme(choose: Callable[..., Any]) -> Callable[..., Disc]:
    """max or min of real discs."""

    def chosen(*args: Disc) -> Disc:
        if any(z.imag for z, _ in args):
            raise NotHereError
        return complex(choose(z.real for z, _ in args)), max(r for _, r in args)

    return chosen


def determinant(rows: list[list[Disc]]) -> Disc:
    """By expansion along the first row."""
    if len(rows) == 1:
        return rows[0][0]
    total = (0j, 0.0)
    for j, (z, r) in enumerate(rows[0]):
        minor = determinant([row[:j] + row[j + 1 :] for row in rows[1:]])
        total = plus(total, times((z * (-1) ** j, r), minor))
    return total


def unknown_function(name: str, args: list[Disc]) -> Disc:
    """An unknown f, as one fixed smooth function of its own: equal arguments give equal values, and hardly others."""
    total = disc_of(Fraction(scrambled(1, name) % 1000 + 7, 97))
    for i, arg in enumerate(args):
        slope = disc_of(Fraction(scrambled(i + 2, name) % 1000 + 11, 701))
        total = plus(total, sin(plus(times(slope, arg), slope)))
    return total


def _per(a: Callable[[Disc], Disc], b: Callable[[Disc], Disc]) -> Callable[[Disc], Disc]:
    return lambda x: times(a(x), inverse(b(x)))


def _sign(a: Disc) -> Disc:
    if abs(a[0]) <= a[1] or a[0].imag:
        raise NotHereError
    return complex(math.copysign(1, a[0].real)), 0.0


_CONSTANTS = {
    "pi": _PI,
    "e": _E,
    "i": (1j, 0.0),
    "deg": (complex(math.pi / 180), math.pi / 180 * EPS),
}
_EXACT_FIRST = frozenset(
    (
        "factorial",
        "factorial2",
        "binom",
        "perm",
        "gcd",
        "lcm",
        "mod",
        "floor",
        "ceil",
        "max",
        "min",
        "log",
    )
)
_UNKNOWABLE = frozenset(("gcd", "lcm", "mod", "factorial2", "perm", "norm", "arg", "prime", "det"))
_FUNCTIONS: dict[str, Callable[..., Disc]] = {
    "sin": sin, "cos": cos, "tan": _per(sin, cos), "cot": _per(cos, sin), "sec": lambda a: inverse(cos(a)),
    "csc": lambda a: inverse(sin(a)), "asin": asin, "acos": acos, "atan": atan,
    "acot": lambda a: atan(inverse(a)), "asec": lambda a: acos(inverse(a)), "acsc": lambda a: asin(inverse(a)),
    "sinh": lambda a: _hyperbolic(a)[0], "cosh": lambda a: _hyperbolic(a)[1],
    "tanh": lambda a: times(_hyperbolic(a)[0], inverse(_hyperbolic(a)[1])),
    "coth": lambda a: times(_hyperbolic(a)[1], inverse(_hyperbolic(a)[0])),
    "sech": lambda a: inverse(_hyperbolic(a)[1]), "csch": lambda a: inverse(_hyperbolic(a)[0]),
    "asinh": lambda a: log(plus(a, square_root(plus(times(a, a), (1 + 0j, 0.0))))),
    "acosh": lambda a: log(plus(a, square_root(plus(times(a, a), (-1 + 0j, 0.0))))),
    "atanh": atanh,
    "abs": absolute, "norm": absolute, "floor": _step(math.floor), "ceil": _step(math.ceil),
    "factorial": lambda a: gamma(plus(a, (1 + 0j, 0.0))), "binom": binomial, "max": extreme(max), "min": extreme(min),
    "sgn": _sign, "conj": lambda a: (a[0].conjugate(), a[1]),
}  # fmt: skip
_RULES: dict[type, Callable[[Any, Any], Disc]] = {
    Symbol: Discs.letter, Constant: Discs.constant, Sum: Discs.sum, Product: Discs.product, Power: Discs.power,
    Percent: Discs.percent, Ratio: Discs.ratio, BaseN: Discs.based, Call: Discs.call, Big: Discs.big,
    Piecewise: Discs.piecewise,
}  # fmt: skip


def apart(a: Disc, b: Disc) -> bool:
    """True where the discs prove two values different."""
    return abs(a[0] - b[0]) > a[1] + b[1] + TINY


# --- many digits

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
        mp = self.mp
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
        _ = mp
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
        if name in _EXACT_FIRST:
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
            if any(mp.im(a) or a > 2000 or a < -50 for a in args):
                raise TooHardError
            return mp.gamma(args[0] + 1) if name == "factorial" else mp.binomial(*args)
        if name in ("max", "min"):
            if any(mp.im(a) for a in args):
                raise NotHereError
            return max(args) if name == "max" else min(args)
        if name == "conj":
            return mp.conj(args[0])
        if name == "sgn":
            if abs(args[0]) < self.largest * mp.mpf(2) ** (60 - mp.prec):
                raise NotHereError
            return mp.sign(args[0])
        if name in _UNKNOWABLE or len(name) > 3:
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
        values = self.exact.values
        saved = values.get(node.variable)
        for k in bounds(self.exact, node):
            values[node.variable] = k
            value = self.of(node.body)
            total = total + value if node.kind == "sum" else total * value
        if saved is None:
            values.pop(node.variable, None)
        else:
            values[node.variable] = saved
        return total


_SAME_NAME = frozenset(
    "sin cos tan cot sec csc asin acos atan acot asec acsc sinh cosh tanh coth sech csch asinh acosh atanh".split()
)
