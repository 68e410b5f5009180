"""Amounts: percent, units, degrees, and what may be missing on one side."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from r1rewards.answers.build import ONE, product
from r1rewards.answers.decisions import any_of
from r1rewards.answers.nodes import (
    BaseN,
    Constant,
    Node,
    Number,
    Percent,
    Power,
    Product,
    Quantity,
    Symbol,
)
from r1rewards.answers.reading.units import SYMBOLS, measure, read_unit
from r1rewards.answers.values.exact import rational
from r1rewards.answers.values.identity import letters

if TYPE_CHECKING:
    from r1rewards.answers.rules.kinds import Judge


SCALES = frozenset("hundred thousand million billion trillion".split())
IN_RADIANS = Product((Number(Fraction(1, 180)), Constant("pi")))


def quantities(judge: Judge, a: Node, b: Node) -> bool | None:
    """Amounts with a unit, a percent sign, or neither."""
    (x, u), (y, v) = unscaled(*amount_of(a)), unscaled(*amount_of(b))
    if (
        not (u and v) and not judge.is_strict
    ):  # `9.8 m/s^2` without a font: letters are units if the other side has one
        x, u = (x, u) if u else in_letters(x)
        y, v = (y, v) if v else in_letters(y)
    if u == v:
        return judge.same(x, y)
    if isinstance(x, BaseN) or isinstance(y, BaseN):
        return judge.refused("a number in a base for an amount")
    if not u or not v:
        return missing_unit(judge, x, u, y, v)
    if "%" in (u, v):
        return judge.refused("a percentage for an amount, or the other way round")
    (f, d), (g, e) = measure(u), measure(v)
    if d != e:
        if dict(d).keys() == {"rad"} and dict(e).keys() == {"deg"}:
            return judge.same(x, times(Number(Fraction(g)), y, IN_RADIANS))
        if dict(e).keys() == {"rad"} and dict(d).keys() == {"deg"}:
            return judge.same(times(Number(Fraction(f)), x, IN_RADIANS), y)
        return judge.refused(f"different units: {u} for {v}")
    factor = Number(Fraction(f) / Fraction(g))
    return judge.same(times(factor, x), y)


def unscaled(amount: Node, unit: str) -> tuple[Node, str]:
    """5 thousand dollars as 5,000 dollars: what says how many is no unit that may be missing."""
    scales = [word for word in unit.split() if word in SCALES]
    if not scales:
        return amount, unit
    rest = (word for word in unit.split() if word not in SCALES)
    return times(amount, *(Number(measure(word)[0]) for word in scales)), " ".join(rest)


def in_letters(node: Node) -> tuple[Node, str]:
    """(amount, unit) of a product whose letters all read as units: `20 m`, `9.8 m/s^2`; else no unit."""
    if type(node) is not Product:
        return node, ""
    powers = [p for factor in node.factors if (p := _unit_powers(factor))]
    if not powers:
        return node, ""
    amount = [factor for factor in node.factors if not _unit_powers(factor)]
    if not amount or any(map(letters, amount)):
        return node, ""
    unit = read_unit(
        " ".join(name if e == 1 else f"{name}^{e}" for one in powers for name, e in one)
    )
    return (times(*amount), unit) if unit else (node, "")


def _unit_powers(node: Node) -> list[tuple[str, int]]:
    """[(unit, power)] of `m`, `s^2`, `(kg m)^-1`; empty for anything else."""
    if isinstance(node, Symbol):
        return [(node.name, 1)] if node.name in SYMBOLS else []
    if (
        isinstance(node, Power)
        and isinstance(node.exponent, Number)
        and type(node.exponent.value) is int
    ):
        exponent = node.exponent.value
        return [(name, e * exponent) for name, e in _unit_powers(node.base)]
    if isinstance(node, Product):
        parts = [_unit_powers(factor) for factor in node.factors]
        return [one for part in parts for one in part] if all(parts) else []
    return []


def missing_unit(judge: Judge, x: Node, u: str, y: Node, v: str) -> bool | None:
    """A unit on one side only."""
    unit = u or v
    if unit == "%":
        hundredth = Number(Fraction(1, 100))
        as_number = judge.same(times(hundredth, x), y) if u else judge.same(x, times(hundredth, y))
        if as_number or judge.is_strict:
            return as_number
        return (
            judge.same(x, y)
            if judge.options.percent
            else judge.refused("a percent sign on one side only")
        )
    if unit == "deg" and (
        judge.is_strict or not same_plain(x, y)
    ):  # the other side may be in radians
        return judge.same(times(x, IN_RADIANS), y) if u else judge.same(x, times(y, IN_RADIANS))
    if judge.is_strict or not judge.options.units:
        return judge.refused("a unit on one side only")
    factor, dimensions = measure(unit)
    if not dimensions:  # two dozen eggs are 24 of them
        counted = Number(factor)
        left, right = (times(counted, x), y) if u else (x, times(counted, y))
        return any_of((judge.same(left, right), judge.same(x, y)))
    return judge.same(x, y)


def times(*factors: Node) -> Node:
    """The factors multiplied, ones left out."""
    return product([f for f in factors if f != ONE] or [ONE])


def amount_of(node: Node) -> tuple[Node, str]:
    """(amount, unit) of a percentage, a quantity, a number of degrees; the unit of anything else is empty."""
    if isinstance(node, Percent):
        return node.amount, "%"
    if isinstance(node, Quantity):
        inner, unit = amount_of(node.amount)
        return (inner, f"{node.unit} {unit}") if unit else (node.amount, node.unit)
    if type(node) is Product and _is_degree(node.factors[-1]) and len(node.factors) > 1:
        rest = node.factors[:-1]
        if not any(map(_is_degree, rest)):
            return times(*rest), "deg"
    return node, ""


def _is_degree(node: Node) -> bool:
    return type(node) is Constant and node.name == "deg"


def in_degrees(node: Node) -> bool:
    """True for a closed number of degrees."""
    return (
        type(node) is Product
        and _is_degree(node.factors[-1])
        and amount_of(node)[1] == "deg"
        and not letters(node)
    )


def same_plain(a: Node, b: Node) -> bool:
    """True where two amounts are the same rational, or neither is one."""
    return rational(a) == rational(b)
