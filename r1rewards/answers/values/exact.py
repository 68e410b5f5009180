"""Exact values: what is a rational number, and within our limits."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import comb, factorial, gcd, isqrt, lcm, perm
from typing import TYPE_CHECKING, Any

from r1rewards.answers.limits import (
    MAX_BITS,
    MAX_FACTORIAL,
    MAX_ROOT_BITS,
    MAX_STEPS,
    MAX_TERMS,
)
from r1rewards.answers.nodes import (
    BaseN,
    Big,
    Call,
    Matrix,
    Node,
    Number,
    Percent,
    Power,
    Product,
    Ratio,
    Sum,
    Symbol,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Rational = int | Fraction


class UndefinedError(ArithmeticError):
    """The expression has no value there: division by zero, 0^0, inf - inf."""


class NotHereError(ArithmeticError):
    """This arithmetic cannot express the value; another may."""


class TooHardError(ArithmeticError):
    """A limit ran out before the value was known."""


class Exact:
    """Rational arithmetic. `values`: what letters stand for, bound variables included."""

    __slots__ = ("steps", "values")

    def __init__(self, values: Mapping[str, Rational] | None = None) -> None:
        self.values = dict(values) if values else {}
        self.steps = 0

    def of(self, node: Node) -> Rational:
        """The value of `node`. Raises UndefinedError, NotHereError or TooHardError."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise TooHardError
        kind = type(node)
        if kind is Number:
            return node.value  # type: ignore[attr-defined, no-any-return]
        rule = _EXACT.get(kind)
        if rule is None:
            raise NotHereError
        return rule(self, node)

    def symbol(self, node: Symbol) -> Rational:
        """The value given to a letter."""
        found = self.values.get(node.name)
        if found is None:
            raise NotHereError
        return found

    def sum(self, node: Sum) -> Rational:
        """Terms added up."""
        first, *rest = node.terms
        total = self.of(first)
        for term in rest:
            total = total + self.of(term)
        return bounded(total)

    def product(self, node: Product) -> Rational:
        """Factors multiplied, as whole numbers above and below: one fraction at the end costs less than many."""
        top = bottom = 1
        for factor in node.factors:
            value = self.of(factor)
            if type(value) is int:
                top *= value
            else:
                top *= value.numerator
                bottom *= value.denominator
            if top.bit_length() > MAX_BITS or bottom.bit_length() > MAX_BITS:
                value = bounded(Fraction(top, bottom))
                top, bottom = value.numerator, value.denominator
        return top if bottom == 1 else bounded(Fraction(top, bottom))

    def power(self, node: Power) -> Rational:
        """A rational power, where the result is rational."""
        return rational_power(self.of(node.base), self.of(node.exponent))

    def percent(self, node: Percent) -> Rational:
        """Hundredths."""
        return bounded(Fraction(self.of(node.amount)) / 100)

    def ratio(self, node: Ratio) -> Rational:
        """Two parts divided."""
        if len(node.parts) != 2:
            raise NotHereError
        return divide(self.of(node.parts[0]), self.of(node.parts[1]))

    def based(self, node: BaseN) -> Rational:
        """What digits in a base mean."""
        return node.value

    def call(self, node: Call) -> Rational:
        """A function whose value at rationals is rational."""
        rule = _RATIONAL_FUNCTIONS.get(node.name)
        if rule is None:
            raise NotHereError
        if node.name == "det":
            return determinant([[self.of(cell) for cell in row] for row in matrix_of(node).rows])
        return bounded(rule([self.of(arg) for arg in node.args]))

    def big(self, node: Big) -> Rational:
        """A sum or product over a range of at most MAX_TERMS whole numbers."""
        total: Rational = 0 if node.kind == "sum" else 1
        for _ in running(self, node):
            value = self.of(node.body)
            total = bounded(total + value if node.kind == "sum" else total * value)
        return total


def running(exact: Exact, node: Big) -> Iterator[None]:
    """Lets the bound variable of a sum or product run through its range, and gives its letter back afterwards."""
    values = exact.values
    saved = values.get(node.variable)
    for k in bounds(exact, node):
        values[node.variable] = k
        yield
    if saved is None:
        values.pop(node.variable, None)
    else:
        values[node.variable] = saved


def bounds(exact: Exact, node: Big) -> range:
    """The range a bound variable runs through. Raises where it is not short and constant."""
    if node.kind not in ("sum", "prod") or node.low is None or node.high is None:
        raise NotHereError
    low, high = exact.of(node.low), exact.of(node.high)
    if not isinstance(low, int) or not isinstance(high, int):
        raise NotHereError
    if high - low >= MAX_TERMS:
        raise TooHardError
    return range(low, high + 1)


def bounded(value: Rational) -> Rational:
    """`value` if it is within MAX_BITS; a whole Fraction becomes an int."""
    if type(value) is int:
        if value.bit_length() > MAX_BITS:
            raise TooHardError
        return value
    if value.denominator == 1:
        return bounded(value.numerator)
    if value.numerator.bit_length() > MAX_BITS or value.denominator.bit_length() > MAX_BITS:
        raise TooHardError
    return value


def divide(top: Rational, bottom: Rational) -> Rational:
    """`top / bottom`, undefined for zero."""
    if not bottom:
        raise UndefinedError
    return bounded(Fraction(top) / bottom)


def rational_power(base: Rational, exponent: Rational) -> Rational:
    """`base ** exponent` where it is rational and small enough; roots of negative numbers only for odd roots."""
    if base == 0:
        if exponent <= 0:
            raise UndefinedError
        return 0
    if base == 1:
        return 1
    if isinstance(exponent, int):
        if base == -1:
            return -1 if exponent % 2 else 1
        size = max(abs(base.numerator).bit_length(), base.denominator.bit_length())
        if abs(exponent) * size > MAX_BITS * 2:
            raise TooHardError
        if type(base) is int:
            return bounded(base**exponent if exponent > 0 else Fraction(1, base**-exponent))
        return bounded(base**exponent)
    degree = exponent.denominator
    if degree > 64:
        raise NotHereError
    negative = base < 0
    if negative and degree % 2 == 0:
        raise NotHereError
    top, bottom = exact_root(abs(base.numerator), degree), exact_root(base.denominator, degree)
    if top is None or bottom is None:
        raise NotHereError
    root = Fraction(-top if negative else top, bottom)
    return rational_power(bounded(root), exponent.numerator)


def exact_root(n: int, degree: int) -> int | None:
    """The whole `degree`-th root of n >= 0, or None."""
    if n < 2:
        return n
    if degree == 2:
        root = isqrt(n)
        return root if root * root == n else None
    if n.bit_length() > MAX_ROOT_BITS:
        raise TooHardError
    low, high = 1, 1 << -(-n.bit_length() // degree)
    while low < high:
        middle = (low + high) // 2
        if middle**degree < n:
            low = middle + 1
        else:
            high = middle
    return low if low**degree == n else None


def matrix_of(node: Call) -> Matrix:
    """The one square matrix that `det` is taken of."""
    (found,) = node.args
    if (
        not isinstance(found, Matrix)
        or len(found.rows) != len(found.rows[0])
        or len(found.rows) > 4
    ):
        raise NotHereError
    return found


def determinant(rows: list[list[Rational]]) -> Rational:
    """By expansion along the first row; at most 4x4."""
    if len(rows) == 1:
        return rows[0][0]
    total: Rational = 0
    for j, cell in enumerate(rows[0]):
        minor = [row[:j] + row[j + 1 :] for row in rows[1:]]
        total = total + (-1) ** j * cell * determinant(minor)
    return bounded(total)


def _whole(value: Rational) -> int:
    if not isinstance(value, int):
        raise NotHereError
    return value


# Both texts of a pair hold nearly the same ones: two hundred of a thousand digits and more take 10 ms to multiply out.
_factorial_of = lru_cache(maxsize=512)(factorial)
_binomial_of = lru_cache(maxsize=512)(comb)


def _factorial(args: list[Rational]) -> Rational:
    n = _whole(args[0])
    if n < 0:
        raise UndefinedError
    if n > MAX_FACTORIAL:
        raise TooHardError
    return _factorial_of(n)


def _double_factorial(args: list[Rational]) -> Rational:
    n = _whole(args[0])
    if n < 0 or n > MAX_FACTORIAL:
        raise TooHardError
    total = 1
    for k in range(n, 0, -2):
        total *= k
    return total


def _binomial(args: list[Rational]) -> Rational:
    n, k = _whole(args[0]), _whole(args[1])
    if n < 0 or k < 0:
        raise NotHereError
    if min(k, n - k) > MAX_FACTORIAL or n.bit_length() * max(0, min(k, n - k)) > MAX_BITS * 2:
        raise TooHardError
    return _binomial_of(n, k)


def _permutations(args: list[Rational]) -> Rational:
    n, k = _whole(args[0]), _whole(args[1])
    if n < 0 or k < 0:
        raise NotHereError
    if k > MAX_FACTORIAL or n.bit_length() * k > MAX_BITS * 2:
        raise TooHardError
    return perm(n, k)


def _gcd(args: list[Rational]) -> Rational:
    fractions = [Fraction(a) for a in args]
    bottom = lcm(*(f.denominator for f in fractions))
    return bounded(Fraction(gcd(*(int(f * bottom) for f in fractions)), bottom))


def _lcm(args: list[Rational]) -> Rational:
    fractions = [Fraction(a) for a in args]
    bottom = lcm(*(f.denominator for f in fractions))
    return bounded(Fraction(lcm(*(int(f * bottom) for f in fractions)), bottom))


def _mod(args: list[Rational]) -> Rational:
    if not args[1]:
        raise UndefinedError
    return bounded(Fraction(args[0]) % Fraction(args[1]))


def _norm(args: list[Rational]) -> Rational:
    value = args[0]
    return -value if value < 0 else value


def _max(args: list[Rational]) -> Rational:
    return max(args)


def _min(args: list[Rational]) -> Rational:
    return min(args)


def _log(args: list[Rational]) -> Rational:
    """A logarithm that is rational: log_b(b^(p/q))."""
    if len(args) != 2:
        raise NotHereError
    value, base = args
    if base <= 0 or base == 1 or value <= 0:
        raise UndefinedError
    if value == 1:
        return 0
    sign = 1
    if base < 1:
        base, sign = 1 / Fraction(base), -sign
    if value < 1:
        value, sign = 1 / Fraction(value), -sign
    if not isinstance(bounded(value), int) or not isinstance(bounded(base), int):
        raise NotHereError
    v, b = int(value), int(base)
    for q in range(1, 13):
        power, p = b, 1
        target = v**q
        while power < target:
            power, p = power * b, p + 1
            if p > MAX_TERMS:
                raise NotHereError
        if power == target:
            return Fraction(sign * p, q) if q > 1 else sign * p
        if v.bit_length() > 64:
            break
    raise NotHereError


_RATIONAL_FUNCTIONS: dict[str, Callable[[list[Rational]], Rational]] = {
    "factorial": _factorial, "factorial2": _double_factorial, "binom": _binomial, "perm": _permutations, "gcd": _gcd,
    "lcm": _lcm, "mod": _mod, "abs": _norm, "norm": _norm, "floor": lambda a: a[0].__floor__(),
    "ceil": lambda a: a[0].__ceil__(), "max": _max, "min": _min, "sgn": lambda a: (a[0] > 0) - (a[0] < 0),
    "root": lambda a: rational_power(a[0], divide(1, a[1])), "log": _log, "det": _norm, "conj": lambda a: a[0],
}  # fmt: skip
_EXACT: dict[type, Callable[[Any, Any], Rational]] = {
    Symbol: Exact.symbol, Sum: Exact.sum, Product: Exact.product, Power: Exact.power, Percent: Exact.percent,
    Ratio: Exact.ratio, BaseN: Exact.based, Call: Exact.call, Big: Exact.big,
}  # fmt: skip


def rational(node: Node) -> Rational | None:
    """The rational that `node` is worth, or None where it is none or none that we compute. Raises UndefinedError."""
    if type(node) is Number:
        return node.value
    try:
        return Exact().of(node)
    except (NotHereError, TooHardError):
        return None


def defined_rational(node: Node) -> Rational | None:
    """As `rational`, with None also for what is undefined."""
    try:
        return rational(node)
    except UndefinedError:
        return None
