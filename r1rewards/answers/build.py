r"""What the rules build with: literals, signs, quotients, and the small questions they ask of a node."""

from __future__ import annotations

import re
from fractions import Fraction

from r1rewards.answers.limits import MAX_DIGITS
from r1rewards.answers.nodes import (
    BaseN,
    Call,
    Constant,
    NamedSet,
    Node,
    Number,
    Percent,
    Piecewise,
    Power,
    Product,
    Quantity,
    Several,
    Sum,
    Symbol,
)  # fmt: skip

ONE, MINUS_ONE, ZERO = Number(1), Number(-1), Number(0)
HALF = Number(Fraction(1, 2))
DEGREE = Constant("deg")
INFINITY = Constant("oo")
EMPTY = NamedSet("empty")


_SMALL = {str(n): Number(n) for n in range(100)}


def literal(text: str) -> Number | None:
    """The number that plain digits write, or None where it is too long."""
    found = _SMALL.get(text)
    if found is not None:
        return found
    if text.isdecimal():
        return (
            Number(int(text))
            if len(text) <= 4000
            else Number(int_of(text))
            if len(text) <= MAX_DIGITS
            else None
        )
    mantissa, _, exponent = text.replace("E", "e").partition("e")
    whole, _, decimals = mantissa.partition(".")
    shift = int(exponent) if len(exponent) < 7 and exponent else 0
    if len(mantissa) + abs(shift) > MAX_DIGITS or len(exponent) >= 7:
        return None
    value: int | Fraction = int_of(whole + decimals or "0")
    places = len(decimals) - shift
    value = Fraction(value, 10**places) if places > 0 else value * 10**-places
    if isinstance(value, Fraction) and value.denominator == 1:
        value = value.numerator
    return Number(value, places if decimals else None)


def int_of(digits: str) -> int:
    """`int(digits)` for up to MAX_DIGITS digits, past Python's own limit of 4,300."""
    if len(digits) <= 4000:
        return int(digits)
    return int(digits[:-4000]) * 10**4000 + int(digits[-4000:])


_REPEATING = re.compile(
    r"(\d*)\.(\d*?)(?:\\(?:overline|bar|dot)\s*\{?\s*(\d+)\s*\}?(?:(\d*)\\dot\s*\{?(\d)\}?)?|\((\d+)\)"
    r"|\s*(?:\\[lc]?dots[cbmoi]?|\.\.\.|…))"
)


def repeating(text: str) -> Number:
    r"""`0.1\\overline{6}`, `0.\\dot 1 4\\dot 2`, `0.1(6)`; `0.333...` repeats what is written often enough."""
    m = _REPEATING.fullmatch(text)
    assert m is not None
    whole, fixed = m[1], m[2]
    cycle = m[6] or (m[3] or "") + (m[4] or "") + (m[5] or "")
    if not cycle:
        fixed, cycle = _cycle_of(fixed)
    scale = 10 ** len(fixed)
    value = Fraction(int_of(whole + fixed or "0"), scale)
    if cycle:
        value += Fraction(int_of(cycle), (10 ** len(cycle) - 1) * scale)
        return Number(value)
    return Number(value, len(fixed))


def _cycle_of(digits: str) -> tuple[str, str]:
    for size in range(1, min(len(digits) // 2, 40) + 1):
        times = 3 if size == 1 else 2
        if digits.endswith(digits[-size:] * times):
            cut = len(digits) - size * times
            return digits[:cut], digits[-size:]
    return digits, ""


def base_number(digits: str, base: str) -> BaseN | None:
    """Digits in a base of 2 to 36, or None where they do not fit it."""
    if not base.isdecimal() or not 2 <= int(base[:4]) <= 36 or len(digits) > 200:
        return None
    whole, _, decimals = digits.partition(".")
    try:
        value: int | Fraction = int(whole + decimals, int(base))
    except ValueError:
        return None
    if decimals:
        value = Fraction(value, int(base) ** len(decimals))
    return BaseN(digits.upper(), int(base), value)


def negated(node: Node) -> Node:
    """`-node`, folded into a number, percent or quantity."""
    if isinstance(node, Number):
        return Number(-node.value, node.places)
    if isinstance(node, Percent):
        return Percent(negated(node.amount))
    if isinstance(node, Quantity):
        return Quantity(negated(node.amount), node.unit)
    return product([MINUS_ONE, node])


def product(factors: list[Node]) -> Node:
    """The factors multiplied, products inside products dissolved; a percent on one of them stays with its number."""
    if len(factors) == 1:
        return factors[0]
    flat: list[Node] = []
    for f in factors:
        if isinstance(f, Product):
            flat.extend(f.factors)
        else:
            flat.append(f)
    return Product(tuple(flat))


def reciprocal(node: Node) -> Node:
    """`1/node`."""
    if isinstance(node, Number) and node.value and node.places is None:
        return Number(Fraction(1, node.value))
    return Power(node, MINUS_ONE)


def divided(top: Node, bottom: Node) -> Node:
    """A fraction; of two whole numbers it is a number."""
    if isinstance(bottom, Number) and isinstance(top, Number) and bottom.value:
        value = Fraction(top.value, bottom.value)
        return Number(value.numerator if value.denominator == 1 else value)
    return product([top, Power(bottom, MINUS_ONE)])


def primed(node: Node) -> Node:
    """`f'`."""
    return (
        Symbol(node.name + "'") if isinstance(node, (Symbol, Constant)) else Call("prime", (node,))
    )


def decorated(node: Node, mark: str) -> Node:
    """With what stands in place of an exponent: a degree sign, a star (conjugate), a prime, a complement."""
    if mark == "°":
        return product([node, DEGREE])
    return Call("conj", (node,)) if mark == "*" else primed(node)


def called(name: str, args: tuple[Node, ...]) -> Node:
    """A function of its arguments; `exp` is a power of e, `floor` and `abs` are what their brackets are."""
    if name == "exp" and len(args) == 1:
        return Power(Constant("e"), args[0])
    if name == "cis" and len(args) == 1:
        return Power(Constant("e"), product([Constant("i"), args[0]]))
    if name == "log" and len(args) == 2 and args[1] == Constant("e"):
        return Call("ln", args[:1])
    if name == "lg":
        return Call("log", (*args, Number(10)))
    return Call(name, args)


def differential(body: Node) -> tuple[str, Node]:
    """(variable, integrand) of what ends with `dx`; an empty variable where it does not."""
    last = body.terms[-1] if isinstance(body, Sum) else body
    if not isinstance(last, Product) or len(last.factors) < 2 or last.factors[-2] != Symbol("d"):
        return "", body
    variable = last.factors[-1]
    if not is_name(variable):
        return "", body
    rest = product([*last.factors[:-2]]) if len(last.factors) > 2 else ONE
    return name_of(variable), Sum((*body.terms[:-1], rest)) if isinstance(body, Sum) else rest


def is_infinite(node: Node) -> bool:
    """True for an infinity of either sign."""
    return node == INFINITY or (
        isinstance(node, Product) and INFINITY in node.factors and len(node.factors) == 2
    )


def is_name(node: Node) -> bool:
    """True for what an assignment can name: a letter, also i and e."""
    return isinstance(node, Symbol) or node in (Constant("i"), Constant("e"))


def name_of(node: Node) -> str:
    """The name of what `is_name`."""
    assert isinstance(node, (Symbol, Constant))
    return node.name


def by_cases(rows: list[list[Node]]) -> Node:
    """Rows of one relation each are a system; value and condition make a function by cases."""
    if all(len(r) == 1 for r in rows):
        return Several(tuple(r[0] for r in rows))
    if any(len(r) != 2 for r in rows):
        return Several(tuple(cell for r in rows for cell in r))
    return Piecewise(tuple((r[0], r[1]) for r in rows))


def places_of(node: Node) -> int | None:
    """Digits behind the decimal point, of a decimal or of one in scientific notation; None for exact numbers."""
    if isinstance(node, Number):
        return node.places
    if isinstance(node, Product) and len(node.factors) in (2, 3):
        numbers = [f for f in node.factors if f != Number(-1)]
        if len(numbers) == 2 and isinstance(numbers[0], Number) and isinstance(numbers[1], Power):
            ten, exponent = numbers[1].base, numbers[1].exponent
            if (
                ten == Number(10)
                and isinstance(exponent, Number)
                and isinstance(exponent.value, int)
            ):
                places = numbers[0].places
                return None if places is None else places - exponent.value
    return None
