"""A finite field in which -1 and every prime up to 41 have square roots: images of algebraic expressions.

Expressions that are equal have equal images, so different images prove a difference. The other way, equal images of
different expressions happen for at most degree / 2**61 of the points (Schwartz-Zippel).
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import TYPE_CHECKING, Any

from r1rewards.answers.limits import MAX_EXPONENT_BITS, MAX_ROOT_BITS, MAX_STEPS
from r1rewards.answers.nodes import (
    BaseN,
    Big,
    Call,
    Constant,
    Node,
    Number,
    Percent,
    Power,
    Product,
    Ratio,
    Sum,
    Symbol,
)
from r1rewards.answers.values.exact import (
    Exact,
    NotHereError,
    Rational,
    TooHardError,
    UndefinedError,
    running,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PRIME = 2_306_216_997_536_251_801
"""1895 * 8 * 3 * 5 * ... * 41 + 1: by quadratic reciprocity -1 and all primes up to 41 are squares modulo it."""

ROOTS = {
    -1: 912913534896555369, 2: 561391291744726055, 3: 790974338366272878, 5: 565890451003571864, 7: 938601321546260782,
    11: 396494763711284186, 13: 353341067262097382, 17: 122207015681849150, 19: 965732285440031665,
    23: 837137177859324313, 29: 770090531232511987, 31: 93886834727917441, 37: 562685310321725500,
    41: 998643947416605627,
}  # fmt: skip
"""A square root of each modulo PRIME; `tests/answers/values/test_domains.py` squares them."""


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
        for _ in running(self.exact, node):
            value = self.of(node.body)
            total = (total + value if node.kind == "sum" else total * value) % PRIME
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


_PRIMES = [(n, root) for n, root in ROOTS.items() if n > 0]


def _whole_root(n: int) -> int:
    root = isqrt(n)
    if root * root == n:
        return root % PRIME
    if n.bit_length() > MAX_ROOT_BITS:
        raise NotHereError
    image = 1
    for prime, element in _PRIMES:
        while not n % prime:
            n //= prime
            image = image * element % PRIME
        if n == 1:
            return image
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
