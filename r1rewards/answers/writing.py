r"""Nodes -> LaTeX in one spelling: every group braced, every product with its dot. `read(write(node)) == node`."""

from __future__ import annotations

import re
from fractions import Fraction

from r1rewards.answers.nodes import (
    BaseN,
    Big,
    Call,
    Choice,
    Clock,
    Combined,
    Congruence,
    Constant,
    Date,
    Either,
    FiniteSet,
    Interval,
    Matrix,
    Named,
    NamedSet,
    Node,
    Number,
    Percent,
    Piecewise,
    Power,
    Product,
    Quantity,
    Ratio,
    Relation,
    SetBuilder,
    Several,
    Sum,
    Symbol,
    Text,
    Tuple,
)  # fmt: skip
from r1rewards.answers.reading.spelling import NAMES

_MONTHS = "0 January February March April May June July August September October November December".split()
_RELATIONS = {
    "≠": r"\ne", "≤": r"\le", "≥": r"\ge", "≈": r"\approx", "∈": r"\in", "∉": r"\notin", "≡": r"\equiv", "∼": r"\sim",
    "→": r"\to", "⊂": r"\subset", "⊥": r"\perp", "∥": r"\parallel",
}  # fmt: skip
_SEPARATING = re.compile(r"[,;{}\\]|\b(?:and|or)\b")
_CONSTANTS = {
    "pi": r"\pi",
    "oo": r"\infty",
    "deg": r"1^{\circ}",
    "i^": r"\hat{i}",
    "j^": r"\hat{j}",
    "k^": r"\hat{k}",
}
_CALLS = {
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "acot": "arccot", "asec": "arcsec", "acsc": "arccsc",
    "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh",
}  # fmt: skip
_SETS = {"union": r"\cup", "meet": r"\cap", "minus": r"\setminus"}


def write(node: Node) -> str:
    """The LaTeX of a node."""
    match node:
        case Number(value, places):
            return number(value, places)
        case Symbol(name):
            return symbol(name)
        case Constant(name):
            return _CONSTANTS.get(name, name)
        case Sum(terms):
            return " + ".join(_term(t) for t in terms).replace("+ -", "- ")
        case Product(factors):
            return product(factors)
        case Power(base, exponent):
            return f"{grouped(base)}^{{{write(exponent)}}}"
        case Call():
            return call(node)
        case Big():
            return big(node)
        case BaseN(digits, base):
            return rf"\text{{{digits}}}_{{{base}}}"
        case Percent(amount):
            return rf"{grouped(amount)}\%"
        case Quantity(amount, unit):
            return rf"{write(amount)} \text{{ {unit.replace('$', 'dollar').replace('°', 'deg')}}}"
        case Congruence(residue, modulus):
            return rf"{write(residue)} \pmod{{{write(modulus)}}}"
        case Ratio(parts):
            return " : ".join(map(grouped, parts))
    return collection(node)


def collection(node: Node) -> str:
    """The LaTeX of what is no scalar."""
    match node:
        case Several(items, joint):
            between = ", " if joint == "," else rf" \text{{ {joint} }} "
            return between.join(map(write, items))
        case FiniteSet(items):
            return rf"\{{{_listed(items)}\}}"
        case Tuple(items, "<>"):
            return rf"\langle {_listed(items)} \rangle"
        case Tuple(items, brackets):
            return f"{brackets[0]}{_listed(items)}{brackets[1]}"
        case Named(names, values):
            return ", ".join(
                f"{symbol(n)} = {write(v)}" for n, v in zip(names, values, strict=True)
            )
        case Matrix(rows):
            return (
                r"\begin{pmatrix} "
                + r" \\ ".join(" & ".join(map(write, r)) for r in rows)
                + r" \end{pmatrix}"
            )
        case Piecewise(rows):
            lines = (f"{write(v)} & {_condition(c)}" for v, c in rows)
            return r"\begin{cases} " + r" \\ ".join(lines) + r" \end{cases}"
        case Interval(low, high, has_low, has_high):
            return f"{'[' if has_low else '('}{write(low)}, {write(high)}{']' if has_high else ')'}"
        case NamedSet("empty"):
            return r"\emptyset"
        case NamedSet(name):
            return rf"\mathbb{{{name[0]}}}" + (f"_{{{name[1:]}}}" if name[1:] else "")
        case Combined(operation, parts):
            return f" {_SETS[operation]} ".join(
                f"({write(p)})" if isinstance(p, Combined) else write(p) for p in parts
            )
        case SetBuilder(element, conditions):
            return rf"\{{{write(element)} \mid {_listed(conditions)}\}}"
        case Relation(sides, ops):
            tail = (
                f" {_RELATIONS.get(op, op)} {write(s)}"
                for op, s in zip(ops, sides[1:], strict=True)
            )
            return write(sides[0]) + "".join(tail)
        case Either(readings):
            return write(readings[0])
    return in_words(node)


def in_words(node: Node) -> str:
    """The text of what is written in words."""
    match node:
        case Text(words):
            return words if _SEPARATING.search(words) else rf"\text{{{words}}}"
        case Choice(letter, option):
            return f"({letter})" + ("" if option is None else f" {write(option)}")
        case Clock(seconds, half):
            minutes, second = divmod(seconds, 60)
            hour, minute = divmod(minutes, 60)
            shown = (hour - 1) % 12 + 1 if half else hour
            return (
                f"{shown}:{minute:02}"
                + (f":{second:02}" if second else "")
                + (f" {half}" if half else "")
            )
        case Date(0, month, day):
            return rf"\text{{{_MONTHS[month]} {day}}}"
        case Date(year, month, day):
            return f"{year:04}-{month:02}-{day:02}"
    raise AssertionError(node)  # pragma: no cover - every kind of node has a case


def number(value: int | Fraction, places: int | None) -> str:
    """A decimal as it was written, any other number as a whole one or a fraction."""
    sign, size = ("-", -value) if value < 0 else ("", value)
    if places is not None and places > 0:
        digits = digits_of(int(size * 10**places)).rjust(places + 1, "0")
        return f"{sign}{digits[:-places]}.{digits[-places:]}"
    if isinstance(size, Fraction):
        return rf"{sign}\frac{{{digits_of(size.numerator)}}}{{{digits_of(size.denominator)}}}"
    return sign + digits_of(size)


def digits_of(n: int) -> str:
    """`str(n)` past Python's own limit of 4,300 digits."""
    if n.bit_length() < 14_000:
        return str(n)
    high, low = divmod(n, 10**4000)
    return digits_of(high) + str(low).rjust(4000, "0")


def symbol(name: str) -> str:
    """A name: Greek letters as commands, subscripts braced."""
    stem, _, subscript = name.partition("_")
    primes = len(name) - len(name.rstrip("'"))
    stem, subscript = stem.rstrip("'"), subscript.rstrip("'")
    if stem.endswith("˙"):
        stem = rf"\dot{{{stem[:-1]}}}"
    elif stem.startswith("∠"):
        stem = rf"\angle {stem[1:]}"
    elif stem in NAMES:
        stem = "\\" + stem
    elif len(stem) > 1:
        stem = rf"\overline{{{stem}}}" if stem.isupper() else rf"\text{{{stem}}}"
    elif stem == "…":
        stem = r"\ldots"
    return stem + (f"_{{{subscript}}}" if subscript else "") + "'" * primes


def product(factors: tuple[Node, ...]) -> str:
    """Factors with dots, a leading -1 as a sign."""
    if factors[0] == Number(-1) and len(factors) > 1 and not _starts_with_sign(factors[1]):
        return "-" + product(factors[1:])
    parts: list[str] = []
    for factor in factors:
        if factor == Constant("deg") and parts:
            parts[-1] = (
                f"{{{parts[-1]}}}^{{\\circ}}"
                if parts[-1].endswith("}")
                else f"{parts[-1]}^{{\\circ}}"
            )
        else:
            parts.append(grouped(factor))
    return r" \cdot ".join(parts)


def _starts_with_sign(node: Node) -> bool:
    return isinstance(node, (Number, Percent, Quantity)) and write(node).startswith("-")


def grouped(node: Node) -> str:
    """A node in round brackets, unless it stands for itself."""
    text = write(node)
    if isinstance(node, Number):
        return text if text.replace(".", "").isdecimal() else f"({text})"
    if isinstance(node, (Symbol, Constant)) and node != Constant("deg"):
        return text
    return f"({text})"


def _term(node: Node) -> str:
    return f"({write(node)})" if isinstance(node, Sum) else write(node)


def _listed(items: tuple[Node, ...]) -> str:
    return ", ".join(map(write, items))


def _condition(node: Node) -> str:
    return write(node) if isinstance(node, Text) else rf"\text{{if }} {write(node)}"


def call(node: Call) -> str:
    """A function with its arguments in brackets."""
    name, args = node.name, node.args
    match name:
        case "factorial" | "factorial2":
            return f"{grouped(args[0])}{'!' * (1 + (name == 'factorial2'))}"
        case "binom":
            return rf"\binom{{{write(args[0])}}}{{{write(args[1])}}}"
        case "perm":
            return f"P({_listed(args)})"
        case "root":
            return rf"\sqrt[{write(args[1])}]{{{write(args[0])}}}"
        case "log" if len(args) == 2:
            return rf"\log_{{{write(args[1])}}}({write(args[0])})"
        case "abs":
            return (
                rf"|{write(args[0])}|" if "|" not in write(args[0]) else rf"\abs({write(args[0])})"
            )
        case "mod":
            return rf"({grouped(args[0])} \bmod {grouped(args[1])})"
        case "conj":
            return f"{grouped(args[0])}^{{*}}"
        case "prime":
            return f"{grouped(args[0])}'"
        case _ if len(name.rstrip("'")) == 1 or "_" in name:
            return f"{symbol(name)}({_listed(args)})"
    return rf"\{_CALLS.get(name, name)}({_listed(args)})"


def big(node: Big) -> str:
    """A sum, product, integral or limit."""
    variable = symbol(node.variable) if node.variable else ""
    if node.kind == "lim":
        assert node.low is not None
        return rf"\lim_{{{variable} \to {write(node.low)}}} ({write(node.body)})"
    if node.kind == "int":
        low = "" if node.low is None else f"_{{{write(node.low)}}}"
        high = "" if node.high is None else f"^{{{write(node.high)}}}"
        return rf"\int{low}{high} ({write(node.body)})" + (f" d {variable}" if variable else "")
    low = "" if node.low is None else f"_{{{variable} = {write(node.low)}}}"
    high = "" if node.high is None else f"^{{{write(node.high)}}}"
    return rf"\{node.kind}{low}{high} ({write(node.body)})"
