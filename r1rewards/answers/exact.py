"""Exact values: rationals, and the images of algebraic expressions in a finite field.

Both are proofs one way: expressions that are equal have equal images, so different images mean different values. The
other way, equal images of different expressions happen for at most degree / 2**61 of the points (Schwartz-Zippel).
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import comb, factorial, gcd, isqrt, lcm, perm
from typing import TYPE_CHECKING, Any

from r1rewards.answers.limits import (
    MAX_BITS,
    MAX_EXPONENT_BITS,
    MAX_FACTORIAL,
    MAX_ROOT_BITS,
    MAX_STEPS,
    MAX_TERMS,
)
from r1rewards.answers.nodes import (
    BaseN,
    Big,
    Call,
    Constant,
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
    from collections.abc import Callable, Mapping

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
        total: Rational = 0
        for term in node.terms:
            total = total + self.of(term)
        return bounded(total)

    def product(self, node: Product) -> Rational:
        """Factors multiplied."""
        total: Rational = 1
        for factor in node.factors:
            total = bounded(total * self.of(factor))
        return total

    def power(self, node: Power) -> Rational:
        """A rational power, where the result is rational."""
        return rational_power(self.of(node.base), self.of(node.exponent))

    def percent(self, node: Percent) -> Rational:
        """Hundredths."""
        return Fraction(self.of(node.amount)) / 100

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
        saved = self.values.get(node.variable)
        for k in bounds(self, node):
            self.values[node.variable] = k
            value = self.of(node.body)
            total = bounded(total + value if node.kind == "sum" else total * value)
        if saved is None:
            self.values.pop(node.variable, None)
        else:
            self.values[node.variable] = saved
        return total


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
    if isinstance(exponent, Fraction) and exponent.denominator == 1:
        exponent = exponent.numerator
    if isinstance(exponent, int):
        if base == -1:
            return -1 if exponent % 2 else 1
        size = max(abs(base.numerator).bit_length(), base.denominator.bit_length())
        if abs(exponent) * size > MAX_BITS * 2:
            raise TooHardError
        if type(base) is int and exponent > 0:
            return bounded(base**exponent)
        return bounded(Fraction(base) ** exponent)
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


def _factorial(args: list[Rational]) -> Rational:
    n = _whole(args[0])
    if n < 0:
        raise UndefinedError
    if n > MAX_FACTORIAL:
        raise TooHardError
    return factorial(n)


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
    return comb(n, k)


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


# --- a finite field in which -1 and every prime up to 41 have square roots

PRIME = 2_306_216_997_536_251_801
"""1895 * 8 * 3 * 5 * ... * 41 + 1: by quadratic reciprocity -1 and all primes up to 41 are squares modulo it."""

ROOTS = {
    -1: 912913534896555369, 2: 561391291744726055, 3: 790974338366272878, 5: 565890451003571864, 7: 938601321546260782,
    11: 396494763711284186, 13: 353341067262097382, 17: 122207015681849150, 19: 965732285440031665,
    23: 837137177859324313, 29: 770090531232511987, 31: 93886834727917441, 37: 562685310321725500,
    41: 998643947416605627,
}  # fmt: skip
"""A square root of each modulo PRIME; `tests/answers/test_exact.py` squares them."""


class Field(Exact):
    """Arithmetic modulo PRIME. Letters, pi and e stand for given or random elements; square roots of rationals with
    small prime factors are taken multiplicatively, so that sqrt(2) sqrt(3) = sqrt(6).
    """

    __slots__ = ("exact", "points", "seed")

    def __init__(self, seed: int, exact: Mapping[str, Rational] | None = None) -> None:
        self.steps = 0
        self.seed = seed
        self.points: dict[str, int] = {}
        self.exact = Exact(exact)

    def of(self, node: Node) -> int:
        """The image of `node`."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise TooHardError
        kind = type(node)
        if kind is Number:
            return written(node.value)  # type: ignore[attr-defined]
        rule = _FIELD.get(kind)
        if rule is None:
            raise NotHereError
        return rule(self, node)

    def letter(self, node: Symbol | Constant) -> int:
        """A random element, the same for the same name; i is a root of -1."""
        name = node.name
        if name in _FIXED and type(node) is Constant:
            if name == "i":
                return ROOTS[-1]
            raise NotHereError
        if name in self.exact.values and type(node) is Symbol:
            return residue(self.exact.values[name])
        found = self.points.get(name)
        if found is None:
            found = self.points[name] = scrambled(self.seed, name) % (PRIME - 2) + 1
        return found

    def sum(self, node: Sum) -> int:
        """Terms added up."""
        total = 0
        for term in node.terms:
            total += self.of(term)
        return total % PRIME

    def product(self, node: Product) -> int:
        """Factors multiplied."""
        total = 1
        for factor in node.factors:
            total = total * self.of(factor) % PRIME
        return total

    def power(self, node: Power) -> int:
        """A whole power of anything, or a square root of a rational."""
        exponent = (
            node.exponent.value if type(node.exponent) is Number else self.exact.of(node.exponent)
        )
        if type(exponent) is not int:
            if type(exponent) is not Fraction or exponent.denominator != 2:
                raise NotHereError
            return pow(square_root(self.exact.of(node.base)), exponent.numerator, PRIME)
        if exponent.bit_length() > MAX_EXPONENT_BITS:
            raise NotHereError
        base = self.of(node.base)
        if not base:
            if exponent <= 0:
                raise UndefinedError
            return 0
        return pow(base, exponent, PRIME)

    def percent(self, node: Percent) -> int:
        """Hundredths."""
        return self.of(node.amount) * pow(100, -1, PRIME) % PRIME

    def rational(self, node: Node) -> int:
        """The image of what is rational by itself."""
        return residue(self.exact.of(node))

    def big(self, node: Big) -> int:
        """A short sum or product."""
        total = 0 if node.kind == "sum" else 1
        values = self.exact.values
        saved = values.get(node.variable)
        for k in bounds(self.exact, node):
            values[node.variable] = k
            value = self.of(node.body)
            total = (total + value if node.kind == "sum" else total * value) % PRIME
        if saved is None:
            values.pop(node.variable, None)
        else:
            values[node.variable] = saved
        return total


_FIXED = frozenset(("i", "oo", "deg", "i^", "j^", "k^"))
_FIELD: dict[type, Callable[[Any, Any], int]] = {
    Symbol: Field.letter, Constant: Field.letter, Sum: Field.sum, Product: Field.product, Power: Field.power,
    Percent: Field.percent, BaseN: Field.rational, Call: Field.rational, Ratio: Field.rational, Big: Field.big,
}  # fmt: skip


def written(value: Rational) -> int:
    """A literal modulo PRIME. Long ones are refused, so that no text can spell out a multiple of the prime."""
    if type(value) is int:
        if -_LONG < value < _LONG:
            return value % PRIME
        raise NotHereError
    if value.denominator > _LONG or abs(value.numerator) > _LONG:
        raise NotHereError
    return value.numerator * pow(value.denominator, -1, PRIME) % PRIME


_LONG = 1 << 48


def residue(value: Rational) -> int:
    """A rational modulo PRIME."""
    if type(value) is int:
        return value % PRIME
    if not value.denominator % PRIME:
        raise UndefinedError
    return value.numerator * pow(value.denominator, -1, PRIME) % PRIME


def square_root(value: Rational) -> int:
    """The image of sqrt(value); of a negative, i times the root of its negative."""
    top = 1 if value >= 0 else ROOTS[-1]
    top = top * _whole_root(abs(value.numerator)) % PRIME
    if value.denominator == 1:
        return top
    return top * pow(_whole_root(value.denominator), -1, PRIME) % PRIME


def _whole_root(n: int) -> int:
    root = isqrt(n)
    if root * root == n:
        return root % PRIME
    image = 1
    for prime, element in ROOTS.items():
        if prime < 0:
            continue
        while not n % prime:
            n //= prime
            image = image * element % PRIME
    root = isqrt(n)
    if root * root != n:
        raise NotHereError
    return image * root % PRIME


def scrambled(seed: int, name: str) -> int:
    """64 bits that depend on every bit of the seed and every letter of the name (splitmix64)."""
    x = (seed * 0x5851_F42D_4C95_7F2D ^ _code(name)) & 0xFFFF_FFFF_FFFF_FFFF
    x = (x + 0x9E37_79B9_7F4A_7C15) & 0xFFFF_FFFF_FFFF_FFFF
    x = ((x ^ (x >> 30)) * 0xBF58_476D_1CE4_E5B9) & 0xFFFF_FFFF_FFFF_FFFF
    x = ((x ^ (x >> 27)) * 0x94D0_49BB_1331_11EB) & 0xFFFF_FFFF_FFFF_FFFF
    return x ^ (x >> 31)


@lru_cache(maxsize=1024)
def _code(name: str) -> int:
    """A name as 64 bits: another one for every short name."""
    x = 0
    for c in name:
        x = (x * 1_000_003 ^ ord(c)) & 0xFFFF_FFFF_FFFF_FFFF
    return x
