"""Whether two expressions are the same function: one random point in a finite field, or several in the complex plane.

"Different" is proved (unequal images, disjoint discs). "Equal" may err: by Schwartz-Zippel with probability below
degree / 2**61 per point in the field; elsewhere two analytic functions that agree to 100 digits at two random points.
Points are derived from the seed, which the caller derives from the texts: the same pair, the same verdict.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from r1rewards.answers.limits import MAX_AGREEMENTS, MAX_CONJUGATED
from r1rewards.answers.nodes import (
    Big,
    Call,
    Constant,
    Node,
    Number,
    Piecewise,
    Power,
    Product,
    Sum,
    Symbol,
    children,
    rebuilt,
    substituted,
)  # fmt: skip
from r1rewards.answers.records import record
from r1rewards.answers.values.digits import agree
from r1rewards.answers.values.disc import Disc, apart
from r1rewards.answers.values.discs import Discs
from r1rewards.answers.values.exact import (
    Exact,
    NotHereError,
    Rational,
    TooHardError,
    UndefinedError,
    defined_rational,
    rational,
)
from r1rewards.answers.values.field import Field, scrambled
from r1rewards.answers.writing import write

if TYPE_CHECKING:
    from collections.abc import Iterator

DIGITS_BITS = 200
"""Agreement asked of many-digit evaluation: 60 decimal digits, plus what the written numbers need to be told apart."""

_KINKS = frozenset(("abs", "norm", "floor", "ceil", "max", "min", "sgn", "mod"))
_WHOLE_FUNCTIONS = frozenset(("factorial", "factorial2", "binom", "perm", "gcd", "lcm"))
_WHOLE_NAMES = frozenset("ijklmnpqrstNMK")
_RESTATED = frozenset(("gcd", "lcm", "mod"))

_D = Symbol("d")


class Allowance:
    """How many evaluations with many digits a decision may still make."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_AGREEMENTS

    def spend(self) -> None:
        """One of them. Raises TooHardError where none is left."""
        if not self.left:
            raise TooHardError
        self.left -= 1


class Traits:
    """What two expressions hold that decides where they may be evaluated."""

    __slots__ = (
        "bits", "conjugated", "has_bare_log", "infinite", "is_complex", "kinks", "letters", "literals", "positive",
        "signs", "unevaluated", "whole",
    )  # fmt: skip

    def __init__(self, *nodes: Node) -> None:
        self.letters: set[str] = set()
        self.conjugated: set[str] = set()
        self.positive: set[str] = set()
        self.whole: set[str] = set()
        self.signs: set[str] = set()
        self.literals: set[Rational] = set()
        self.is_complex = self.has_bare_log = self.kinks = self.infinite = self.unevaluated = False
        self.bits = 0
        for node in nodes:
            self.look(node)

    def look(self, node: Node) -> None:
        """Note `node` and all below."""
        kind = type(node)
        if kind is Number:
            value = node.value  # type: ignore[attr-defined]
            self.literals.add(value)
            bits = (
                value.bit_length()
                if type(value) is int
                else value.denominator.bit_length() + value.numerator.bit_length()
            )
            self.bits = max(self.bits, bits)
            return
        if kind is Symbol:
            self.letters.add(node.name)  # type: ignore[attr-defined]
            return
        if kind is Constant:
            self.is_complex |= node.name == "i"  # type: ignore[attr-defined]
            self.infinite |= node.name == "oo"  # type: ignore[attr-defined]
            return
        if kind is Power:
            self.look_at_power(node)  # type: ignore[arg-type]
        elif kind is Call:
            self.look_at_call(node)  # type: ignore[arg-type]
        elif kind is Piecewise:
            self.kinks = True
        elif kind is Big:
            self.look_at_big(node)  # type: ignore[arg-type]
            return
        for child in children(node):
            self.look(child)

    def look_at_power(self, node: Power) -> None:
        """Letters in the base of an even root or of an unknown exponent are positive; (-1)^n makes n whole."""
        exponent = node.exponent
        if type(exponent) is Number:
            if exponent.value == -1 and type(node.base) is Product:
                self.unevaluated |= node.base.factors[0] == _D  # one over dx: a derivative
            if type(exponent.value) is Fraction and exponent.value.denominator % 2 == 0:
                self.positive |= base_letters(node.base)
                self.kinks = True
            return
        value = defined_rational(exponent)
        if value is None:
            self.positive |= base_letters(node.base)
            base = defined_rational(node.base)
            if base is not None and base < 0:
                self.signs |= letters(exponent)
        elif isinstance(value, Fraction):
            self.bits = max(self.bits, value.denominator.bit_length() * 2)
            if value.denominator % 2 == 0:
                self.positive |= base_letters(node.base)
                self.kinks = True

    def look_at_call(self, node: Call) -> None:
        """What a function says about its letters."""
        name = node.name
        if name in _KINKS:
            self.kinks = True
            if name in ("floor", "ceil", "mod"):
                self.whole |= {n for n in letters(node) if n[0] in _WHOLE_NAMES}
        elif name == "conj":
            self.conjugated |= {n for n in letters(node) if n[-1] != "′"}
        elif name in _WHOLE_FUNCTIONS:
            self.whole |= letters(node)
        elif name == "log" and len(node.args) == 1:
            self.has_bare_log = True
        elif name == "log":
            self.positive |= base_letters(node.args[1])
        elif name == "root":
            index = defined_rational(node.args[1])
            if not isinstance(index, int) or index % 2 == 0:
                self.positive |= base_letters(node.args[0])
        elif name in ("sin", "cos", "tan") and any(c == Constant("pi") for c in _below(node)):
            self.signs |= letters(node)
        if name in _RESTATED:
            self.unevaluated = True

    def look_at_big(self, node: Big) -> None:
        """Letters in the bounds of a sum are whole; its own variable is no letter."""
        self.unevaluated = True
        inner = Traits(*children(node))
        inner.letters.discard(node.variable)
        for bound in (node.low, node.high):
            if bound is not None:
                self.whole |= letters(bound)
        self.letters |= inner.letters
        self.whole |= inner.whole - {node.variable}
        self.positive |= inner.positive - {node.variable}
        self.is_complex |= inner.is_complex
        self.has_bare_log |= inner.has_bare_log
        self.kinks |= inner.kinks


def _below(node: Node) -> Iterator[Node]:
    for child in children(node):
        yield child
        yield from _below(child)


def letters(node: Node) -> set[str]:
    """The letters in `node`."""
    if isinstance(node, Symbol):
        return {node.name}
    found = set[str]().union(*map(letters, children(node)))
    return found - {node.variable} if isinstance(node, Big) else found


def base_letters(node: Node) -> set[str]:
    """Letters that a base is a product or quotient of."""
    if isinstance(node, Symbol):
        return {node.name}
    if isinstance(node, Product):
        return set().union(*(base_letters(f) for f in node.factors))
    if isinstance(node, Power):
        exponent = defined_rational(node.exponent)
        if isinstance(exponent, int) and exponent % 2:
            return base_letters(node.base)
    return set()


class UnknownValueError(ArithmeticError):
    """No rung of ours could evaluate the expressions: the question stays open."""


def same_value(a: Node, b: Node, seed: int, allowance: Allowance) -> bool:
    """Whether a and b have the same value, wherever both have one. Raises UndefinedError, UnknownValueError."""
    found = in_field(a, b, seed, points=2)
    if found is False:
        return False
    traits = Traits(a, b)
    if traits.infinite:
        return same_infinity(a, b)
    if traits.conjugated:
        if len(traits.conjugated) > MAX_CONJUGATED:
            raise UnknownValueError
        left, right = (with_parts(n, traits.conjugated) for n in (a, b))
        return same_value(left, right, seed, allowance)
    if not traits.letters:
        return same_constant(a, b, traits, found, allowance)
    if found and not traits.kinks:
        return not far_apart(a, b, traits, seed)
    if in_order(a) == in_order(b):
        return True
    if not allowance.left:
        raise UnknownValueError
    return at_points(a, b, traits, seed, allowance)


def with_parts(node: Node, names: set[str]) -> Node:
    """With u + iv for each letter z of `names`: what is conjugated is no real number."""
    for name in sorted(names):
        imaginary = Product((Constant("i"), Symbol(name + "_2′")))
        node = substituted(node, name, Sum((Symbol(name + "_1′"), imaginary)))
    return node


def in_order(node: Node) -> Node:
    """`node` with terms and factors in one order: what differs in nothing else need not be evaluated."""
    below = children(node)
    if not below:
        return node
    parts = tuple(map(in_order, below))
    if isinstance(node, (Sum, Product)):
        parts = tuple(sorted(parts, key=write))
    return rebuilt(node, parts)


def same_infinity(a: Node, b: Node) -> bool:
    """Equal only as the same signed infinity; arithmetic on infinities is undefined."""
    return infinity_sign(a) == infinity_sign(b) != 0


def infinity_sign(node: Node) -> int:
    """1 for oo, -1 for -oo, 0 for the finite. Raises UndefinedError for what computes with infinities."""
    if not has_infinity(node):
        return 0
    if type(node) is Constant:
        return 1
    if isinstance(node, Product):
        rest = [f for f in node.factors if f != Constant("oo")]
        if len(rest) == 1 and isinstance(rest[0], Number) and rest[0].value:
            return 1 if rest[0].value > 0 else -1
    raise UndefinedError


def has_infinity(node: Node) -> bool:
    """True where an infinity is computed with; as a bound of a sum or integral it is not."""
    kind = type(node)
    if kind is Number or kind is Symbol:
        return False
    if kind is Constant:
        return node.name == "oo"  # type: ignore[attr-defined, no-any-return]
    return kind is not Big and any(map(has_infinity, children(node)))


def in_field(a: Node, b: Node, seed: int, points: int) -> bool | None:
    """Whether the images agree at random points of the field; None where one cannot be taken there."""
    try:
        for k in range(points):
            field = Field(seed + k)
            if field.of(a) != field.of(b):
                return False
    except (NotHereError, TooHardError):
        return None
    return True


def far_apart(a: Node, b: Node, traits: Traits, seed: int) -> bool:
    """Whether one evaluation in doubles tells a and b apart: nobody can spell out a multiple of the field's prime and
    a small number in one.
    """
    points = real_points(traits.letters, set(), seed, 0)
    try:
        discs = Discs(points)
        return apart(discs.of(a), discs.of(b))
    except (NotHereError, TooHardError, UndefinedError):
        return False


def same_constant(
    a: Node, b: Node, traits: Traits, found: bool | None, allowance: Allowance
) -> bool:
    """Closed expressions: discs, then many digits unless the field agreed; a bare `log` is natural or decimal."""
    x, y = rational(a), rational(b)
    if x is not None and y is not None:
        return x == y
    unknown = False
    for base in (0, 10) if traits.has_bare_log else (0,):
        try:
            discs = Discs({}, base=base)
            if not apart(discs.of(a), discs.of(b)) and (
                found or _agree(a, b, traits, base, allowance)
            ):
                return True
        except NotHereError:
            try:
                if _agree(a, b, traits, base, allowance):
                    return True
            except (NotHereError, TooHardError):
                unknown = True
        except TooHardError:
            unknown = True
    if unknown:
        if found:
            return True
        raise UnknownValueError
    return False


def _agree(a: Node, b: Node, traits: Traits, base: int, allowance: Allowance) -> bool:
    allowance.spend()
    return agree(a, b, {}, bits=DIGITS_BITS + 2 * min(traits.bits, 2000), base=base)


def at_points(a: Node, b: Node, traits: Traits, seed: int, allowance: Allowance) -> bool:
    """Two functions of letters: as real functions, where that fails as complex or whole-number ones."""
    unknown = False
    for base in (0, 10) if traits.has_bare_log else (0,):
        trial = Trial(traits, seed, base, allowance)
        found = on_reals(a, b, trial) if not traits.is_complex else None
        if found is None and not traits.whole and not traits.signs:
            found = on_reals(a, b, trial, is_real=False)
        if found:
            return True
        if traits.whole or (traits.signs and found is None) or (traits.signs and not found):
            on_whole = on_integers(a, b, trial)
            if on_whole:
                return True
            found = on_whole if found is None else found
        unknown = unknown or found is None
    if unknown:
        raise UnknownValueError
    return False


@record(frozen=True, slots=True)
class Trial:
    """How two functions are tried: `base` is what a bare `log` is taken to."""

    traits: Traits
    seed: int
    base: int
    allowance: Allowance


def on_reals(a: Node, b: Node, trial: Trial, *, is_real: bool = True) -> bool | None:
    """Agreement at real points where both have a (real) value. Having one where the other has none is a difference;
    None where too few points have one.
    """
    agreed: list[dict[str, Rational]] = []
    base = trial.base
    for k, points in enumerate(trial_points(trial.traits, trial.seed)):
        left, right = _value(a, points, is_real, base), _value(b, points, is_real, base)
        if left is None or right is None:
            if left is not right and is_real and _Unsure not in (left, right):
                return False
            continue
        if left is _Unsure or right is _Unsure:
            if k < 6:
                agreed.append(points)
            continue
        if apart(left, right):  # type: ignore[arg-type]
            return False
        agreed.append(points)
    if len(agreed) < 3:
        return None
    checked = 0
    for points in (agreed[0], agreed[-1], agreed[1]):
        try:
            trial.allowance.spend()
            if not agree(a, b, points, bits=100, is_real=is_real, base=base):
                return False
            checked += 1
        except (UndefinedError, NotHereError, TooHardError):
            continue
        if checked == 2:
            return True
    return None


class _UnsureType:
    pass


_Unsure = _UnsureType()


def _value(
    node: Node, points: dict[str, Rational], is_real: bool, base: int
) -> Disc | _UnsureType | None:
    """A disc; None where the function has no (real) value; unsure where discs cannot tell."""
    try:
        z, r = Discs(points, is_real=is_real, base=base).of(node)
    except UndefinedError:
        return None
    except (NotHereError, TooHardError):
        return _Unsure
    if is_real and abs(z.imag) > r:
        return None
    return z, r


_RANGES = ((1, 3), (-3, -1), (0, 1), (-1, 0), (3, 20), (-20, -3), (20, 90), (-90, -20))


def trial_points(traits: Traits, seed: int) -> Iterator[dict[str, Rational]]:
    """Eight random points of every size and sign, and with kinks about, points between the written numbers."""
    for k in range(8):
        yield real_points(traits.letters, traits.positive, seed, k)
    if traits.kinks:
        near = [v for v in traits.literals if -(10**9) < v < 10**9]
        ends: list[Rational] = sorted({*near, *(-v for v in near)})[:24]
        for k, end in enumerate(ends):
            shift = Fraction(scrambled(seed + 31 * k, "kink") % 900 + 50, 1000)
            points = real_points(traits.letters, traits.positive, seed, k % 8)
            for name in traits.letters:
                point = end + shift
                points[name] = abs(point) if name in traits.positive else point
                shift = shift * Fraction(7, 9)
            yield points


def real_points(names: set[str], positive: set[str], seed: int, k: int) -> dict[str, Rational]:
    """A random real for every name; trial k says of what size, and sometimes of which sign."""
    points: dict[str, Rational] = {}
    for name in names:
        bits = scrambled(seed + k, name)
        low, high = _RANGES[k % 8] if k < 2 or bits & 1 else _RANGES[(k + 2) % 8]
        part = (bits >> 8) % 1_000_003 + 1
        value = Fraction(low * 1_000_005 + part * (high - low), 1_000_005)
        points[name] = abs(value) if name in positive else value
    return points


def on_integers(a: Node, b: Node, trial: Trial) -> bool | None:
    """Agreement at whole numbers (letters that need not be whole get reals); None where too few points have a value."""
    traits, seed = trial.traits, trial.seed
    whole = traits.whole | traits.signs
    agreed = 0
    for k in range(14):
        points = real_points(traits.letters, traits.positive, seed, k)
        for name in whole:
            points[name] = 1 + scrambled(seed + 7 * k, name) % (4 + 2 * k)
        try:
            x, y = Exact(points).of(a), Exact(points).of(b)
        except UndefinedError:
            continue
        except TooHardError:
            continue
        except NotHereError:
            found = _agree_at(a, b, points, trial)
            if found is None:
                continue
            if not found:
                return False
            agreed += 1
            continue
        if x != y:
            return False
        agreed += 1
    return True if agreed >= 5 else None


def _agree_at(a: Node, b: Node, points: dict[str, Rational], trial: Trial) -> bool | None:
    try:
        discs = Discs(points, base=trial.base)
        if apart(discs.of(a), discs.of(b)):
            return False
    except UndefinedError:
        return None
    except (NotHereError, TooHardError):
        pass
    try:
        trial.allowance.spend()
        return agree(a, b, points, bits=100, base=trial.base)
    except (UndefinedError, NotHereError, TooHardError):
        return None


def difference(a: Node, b: Node) -> Node:
    """a - b."""
    return Sum((a, Product((Number(-1), b))))


def is_positive(node: Node, seed: int) -> bool | None:
    """The sign of a quotient that is known to be constant, at one random point; None where it has none."""
    traits = Traits(node)
    for k in range(6):
        value = _value(node, real_points(traits.letters, traits.positive, seed, k), True, 0)
        if value is None or value is _Unsure:
            continue
        z, r = value  # type: ignore[misc]
        if abs(z.real) > r:
            return bool(z.real > 0)
    return None
