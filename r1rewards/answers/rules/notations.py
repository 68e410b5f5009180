"""Residue classes, ratios, bases, times, dates, words and choices."""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from typing import TYPE_CHECKING

from r1rewards.answers.decisions import all_of
from r1rewards.answers.nodes import (
    BaseN,
    Call,
    Choice,
    Clock,
    Congruence,
    Date,
    FiniteSet,
    NamedSet,
    Node,
    Number,
    Ratio,
    Several,
    Symbol,
    Text,
)
from r1rewards.answers.reading.words import same_words
from r1rewards.answers.rules.amounts import times
from r1rewards.answers.rules.collections import ordered
from r1rewards.answers.rules.scalars import scalars
from r1rewards.answers.rules.statements import one_element
from r1rewards.answers.values.exact import rational

if TYPE_CHECKING:
    from r1rewards.answers.rules.kinds import Judge


def congruences(judge: Judge, a: Congruence, b: Congruence) -> bool | None:
    """The same class of the same modulus."""
    modulus = rational(b.modulus)
    x, y = rational(a.residue), rational(b.residue)
    if None in (x, y, modulus) or rational(a.modulus) is None:
        return ordered(judge, (a.residue, a.modulus), (b.residue, b.modulus))
    if rational(a.modulus) != modulus or not modulus:
        return judge.refused("another modulus")
    judge.at("number")
    assert x is not None
    assert y is not None
    return (Fraction(x) - y) % Fraction(modulus) == 0 or judge.refused("another residue class")


def congruence_value(judge: Judge, a: Node, b: Node) -> bool | None:
    """A class for a number: its written residue, where the reference is a plain number."""
    if isinstance(a, Call) and a.name == "mod" and isinstance(b, Congruence):
        return congruences(judge, Congruence(*a.args), b)  # `3 mod 7` may be meant as the class
    if not isinstance(a, Congruence) or judge.is_strict:
        return judge.refused("a number for a residue class")
    return judge.same(a.residue, b)


def ratios(judge: Judge, a: Ratio, b: Ratio) -> bool | None:
    """Proportional parts."""
    if len(a.parts) != len(b.parts):
        return judge.refused("another number of parts")
    pairs = list(zip(a.parts, b.parts, strict=True))
    (x0, y0), *rest = pairs
    return all_of(judge.same(times(x, y0), times(y, x0)) for x, y in rest)


def bases(judge: Judge, a: BaseN, b: BaseN) -> bool:
    """The same digits in the same base."""
    if a.base == b.base:
        return a.value == b.value or judge.refused("other digits")
    return (judge.is_strict and a.value == b.value) or judge.refused("another base")


def base_value(judge: Judge, a: Node, b: Node) -> bool | None:
    """A number written in a base is its value; a reference in a base asks for that base."""
    if isinstance(b, BaseN) and not judge.is_strict:
        return judge.refused("another base")
    return scalars(judge, a, b)


def clocks(judge: Judge, a: Clock, b: Clock) -> bool:
    """The same time; am or pm may be missing on one side."""
    if a.seconds == b.seconds:
        return True
    if judge.is_strict or bool(a.half) is bool(b.half):
        return judge.refused("another time")
    return (a.seconds - b.seconds) % 43_200 == 0 or judge.refused("another time")


def clock_ratio(judge: Judge, a: Node, b: Node) -> bool | None:
    """`10:15` may be a ratio after all, where the other side is one in lowest terms."""
    time, other = (a, b) if isinstance(a, Clock) else (b, a)
    assert isinstance(time, Clock)
    if judge.is_strict or len(time.ratio) != 2 or not time.ratio[1]:
        return judge.refused("a time of day")
    ratio = Ratio(tuple(Number(n) for n in time.ratio))
    parts = tuple(rational(p) for p in other.parts) if isinstance(other, Ratio) else time.ratio
    if not all(isinstance(p, int) for p in parts) or gcd(*parts) != 1:  # type: ignore[arg-type]
        return judge.refused("a time of day")
    return judge.same(ratio, b) if time is a else judge.same(a, ratio)


def dates(judge: Judge, a: Date, b: Date) -> bool:
    """The same day; the year may be missing on one side."""
    years = {a.year, b.year} - {0}
    same_day = (a.month, a.day) == (b.month, b.day)
    return (
        same_day and len(years) < 2 and not (judge.is_strict and a.year != b.year)
    ) or judge.refused("another day")


def texts(judge: Judge, a: Text, b: Text) -> bool:
    """The same words."""
    judge.at("text")
    if judge.is_strict:
        return a.words.casefold() == b.words.casefold()
    return same_words(a.words, b.words) or judge.refused("other words")


_LETTERS = (Symbol, NamedSet)


def choices(judge: Judge, a: Node, b: Node) -> bool | None:
    r"""The letter decides, `\\mathbf{C}` too; what an option says counts only against what is no letter."""
    x = a.letter if isinstance(a, Choice) else a.name if isinstance(a, _LETTERS) else None
    y = b.letter if isinstance(b, Choice) else b.name if isinstance(b, _LETTERS) else None
    if x is not None and y is not None:
        is_set = isinstance(a, NamedSet) or isinstance(b, NamedSet)
        return (x == y and not (is_set and judge.is_strict)) or judge.refused("another choice")
    if judge.is_strict:
        return judge.refused("a choice on one side only")
    if isinstance(a, Choice) and a.option is not None:
        return judge.same(a.option, b)
    return judge.refused("no choice")


def words_for(judge: Judge, a: Node, b: Node) -> bool | None:
    r"""Words against a name: `\\text{even}` and even; never against a value."""
    x = a.words if isinstance(a, Text) else a.name if isinstance(a, Symbol) else None
    y = b.words if isinstance(b, Text) else b.name if isinstance(b, Symbol) else None
    if x is None or y is None:
        return judge.refused("words for a value, or the other way round")
    return x == y or judge.refused("other words")


def letters_for(judge: Judge, a: Node, b: Node) -> bool | None:
    """Choices run together: `ABD` for A, B, D. Only in the order of the alphabet: `BAC` is an order of three things."""
    text, several = (a, b) if isinstance(a, Text) else (b, a)
    assert isinstance(text, Text)
    assert isinstance(several, (Several, FiniteSet))
    names = [
        i.letter if isinstance(i, Choice) else i.name if isinstance(i, Symbol) else ""
        for i in several.items
    ]
    is_run = text.words.isupper() and list(text.words) == sorted(set(text.words))
    if judge.is_strict or not is_run or len(names) != len(text.words):
        return one_element(judge, a, b)
    return sorted(names) == list(text.words) or judge.refused("other choices")
