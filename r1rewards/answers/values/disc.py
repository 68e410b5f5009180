"""A disc around a complex number, and what arithmetic and functions do to it.

A disc is a double-precision complex number and a radius that surely covers the true value: every operation widens it by
its rounding (2**-50 relative, four times what IEEE and libm promise). Two discs apart are a proof of difference.
"""

from __future__ import annotations

import cmath
import math
from typing import TYPE_CHECKING, Any

from r1rewards.answers.values.exact import NotHereError, Rational, UndefinedError

if TYPE_CHECKING:
    from collections.abc import Callable

Disc = tuple[complex, float]

EPS = 2.0**-50
TINY = 1e-300
_PI, _E = (complex(math.pi), math.pi * EPS), (complex(math.e), math.e * EPS)


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


def _per(a: Callable[[Disc], Disc], b: Callable[[Disc], Disc]) -> Callable[[Disc], Disc]:
    return lambda x: times(a(x), inverse(b(x)))


def _sign(a: Disc) -> Disc:
    if abs(a[0]) <= a[1] or a[0].imag:
        raise NotHereError
    return complex(math.copysign(1, a[0].real)), 0.0


CONSTANTS = {
    "pi": _PI,
    "e": _E,
    "i": (1j, 0.0),
    "deg": (complex(math.pi / 180), math.pi / 180 * EPS),
}


FUNCTIONS: dict[str, Callable[..., Disc]] = {
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


def apart(a: Disc, b: Disc) -> bool:
    """True where the discs prove two values different."""
    return abs(a[0] - b[0]) > a[1] + b[1] + TINY
