r"""What is written in words: numerals, clock times, dates, choices, Chinese, and text that is the answer itself."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from r1rewards.answers.build import literal
from r1rewards.answers.nodes import (
    Clock,
    Combined,
    Date,
    FiniteSet,
    NamedSet,
    Node,
    Number,
    Quantity,
    Several,
    Text,
)
from r1rewards.answers.reading.units import measure, read_unit

# --- English numerals

_ONES: Final = dict(zip(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen".split(), range(20), strict=True,
))  # fmt: skip
_TENS: Final = dict(
    zip(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(),
        range(20, 100, 10),
        strict=True,
    )
)
_SCALES: Final = {
    "hundred": 100,
    "thousand": 1000,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
_PARTS: Final = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
                 "tenth": 10}  # fmt: skip
_NUMERAL = re.compile(r"[a-z]+(?:[ -]+[a-z]+){0,9}", re.IGNORECASE)


def numeral(words: str) -> Number | None:
    """`twelve`, `forty-two`, `one hundred and five`, `two thirds`, `minus three`; None for other words."""
    if not _NUMERAL.fullmatch(words):
        return None
    parts = [w for w in re.split(r"[ -]+", words.lower()) if w != "and"]
    sign = -1 if parts and parts[0] in ("minus", "negative") else 1
    parts = parts[1:] if sign < 0 else parts
    if (
        len(parts) == 2
        and parts[1].rstrip("s") in _PARTS
        and (parts[0] in _ONES or parts[0] == "a")
    ):
        return Number(Fraction(sign * _ONES.get(parts[0], 1), _PARTS[parts[1].rstrip("s")]))
    total = current = 0
    for word in parts:
        if word in _ONES:
            current += _ONES[word]
        elif word in _TENS:
            current += _TENS[word]
        elif word == "hundred" and current:
            current *= 100
        elif word in _SCALES and current:
            total, current = total + current * _SCALES[word], 0
        else:
            return None
    return Number(sign * (total + current)) if parts else None


# --- Chinese

_HAN_DIGITS: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "壹": 1,
    "贰": 2,
    "叁": 3,
}
_HAN_UNITS: Final = {"十": 10, "百": 100, "千": 1000}
_HAN_SCALES: Final = {"万": 10**4, "亿": 10**8}
_HAN_NUMBER = re.compile(
    "负?[零〇一二三四五六七八九两十百千万亿壹贰叁]+(?:分之[零〇一二三四五六七八九两十百千万亿]+|点[零〇一二三四五六七八九]+)?"
)
_HAN = re.compile("[\u4e00-\u9fff]")
_HAN_REPLACED: Final = (
    ("大于等于", "≥"), ("大于或等于", "≥"), ("小于等于", "≤"), ("小于或等于", "≤"), ("不等于", "≠"), ("大于", ">"), ("小于", "<"),
    ("等于", "="), ("以及", ","), ("或者", ","), ("且", ","), ("和", ","), ("或", ","), ("与", ","), ("正无穷", r"\infty "),
    ("负无穷", r"-\infty "), ("无穷大", r"\infty "), ("无穷", r"\infty "), ("属于", r"\in "), ("百分之", "PERCENT"),
)  # fmt: skip
_HAN_LABEL = re.compile(
    r"^(?:所以|因此|故|即|最终|最后|正确)*的?(?:答案|结果|选项|选)(?:应该|应)?(?:是|为|:|：)?\s*[:：]?\s*"
)


def from_chinese(text: str) -> str:
    """Chinese connectives, comparisons, labels and numerals as ASCII; everything else as it stands."""
    if not _HAN.search(text):
        return text
    text = _HAN_LABEL.sub("", text)
    for word, op in _HAN_REPLACED:
        if word in text:
            text = text.replace(word, op)
    if "PERCENT" in text and len(text) < 60:
        text = re.sub(
            r"PERCENT(\d+(?:\.\d+)?|[零一二三四五六七八九两十百]+)",
            lambda m: _han_text(m[1]) + r"\%",
            text,
        )
    bare = text.strip()
    if len(bare) > 60:
        return text
    m = _HAN_NUMBER.match(bare)
    if m is not None and (
        m.end() == len(bare)
        or (len(bare) - m.end() <= 2 and not _HAN_NUMBER.match(bare[m.end() :]))
    ):
        return _han_text(m[0]) + bare[m.end() :]
    return text


def _han_text(numeral_text: str) -> str:
    """A Chinese numeral in digits; text that is no numeral stays."""
    if numeral_text.startswith("负"):
        return "-" + _han_text(numeral_text[1:])
    if "分之" in numeral_text:
        bottom, _, top = numeral_text.partition("分之")
        return rf"\frac{{{_han_int(top)}}}{{{_han_int(bottom)}}}"
    whole, _, decimals = numeral_text.partition("点")
    tail = "." + "".join(str(_HAN_DIGITS[c]) for c in decimals) if decimals else ""
    return f"{_han_int(whole)}{tail}"


def _han_int(text: str) -> int:
    if text.isdecimal():
        return int(text)
    if all(c in _HAN_DIGITS for c in text):
        return int("".join(str(_HAN_DIGITS[c]) for c in text) or "0")
    total = section = digit = 0
    for c in text:
        if c in _HAN_DIGITS:
            digit = _HAN_DIGITS[c]
        elif c in _HAN_UNITS:
            section, digit = section + (digit or 1) * _HAN_UNITS[c], 0
        else:
            total, section, digit = (total + section + digit) * _HAN_SCALES[c], 0, 0
    return total + section + digit


_CIRCLED = re.compile("[①-⑳](?:[\\s,，、和与及]*[①-⑳])+")


def circled(text: str) -> Node | None:
    """Statements chosen by their circled numbers, `①③` or `①, ③`; out of order and without commas, a sequence."""
    if _CIRCLED.fullmatch(text) is None:
        return None
    numbers = [ord(c) - 0x245F for c in text if "①" <= c <= "⑳"]
    if len(numbers) == len(text) and numbers != sorted(set(numbers)):
        return Text(text)
    return Several(tuple(map(Number, numbers)))


# --- amounts

_AMOUNT = re.compile(r"([+-]?\d[\d,]*(?:\.\d+)?)\s+([^\W\d].*?)[,\s]*(?=\d|$)")


def quantity(plain: str) -> Node | None:
    """`12 apples`, `5 ft 6 in`; None for other text."""
    found: list[Node] = []
    at = 0
    while at < len(plain):
        m = _AMOUNT.match(plain, at)
        unit = None if m is None or len(found) > 3 else read_unit(m[2])
        if m is None or unit is None:
            return None
        amount = literal(m[1].replace(",", "").lstrip("+-"))
        if amount is None:
            return None
        amount = Number(-amount.value, amount.places) if m[1][0] == "-" else amount
        found.append(Quantity(amount, unit) if unit else amount)
        at = m.end()
    return compound(found) if len(found) > 1 else found[0] if found else None


_NONE: Final = Fraction(0)


def compound(amounts: list[Node]) -> Node | None:
    """Amounts of one kind in smaller and smaller units, added up: 5 feet and 6 inches are 66 inches."""
    total, last, kind = _NONE, _NONE, None
    for one in amounts:
        if (
            not isinstance(one, Quantity)
            or not isinstance(one.amount, Number)
            or one.amount.value < 0
        ):
            return None
        factor, dimensions = measure(one.unit)
        if not dimensions or (last and (factor >= last or dimensions != kind)):
            return None
        total, last, kind = total + factor * one.amount.value, factor, dimensions
    assert isinstance(one, Quantity)
    value = total / last
    return Quantity(Number(value.numerator if value.denominator == 1 else value), one.unit)


# --- times and dates

_CLOCK = re.compile(
    r"(\d{1,3})\s*:\s*([0-5]\d)(?:\s*:\s*([0-5]\d))?\s*(?:([ap])\.?\s*m\.?(?:\s*\.)?)?(?:\s*o'?clock)?",
    re.IGNORECASE,
)
_HOUR = re.compile(r"(\d{1,2})\s*([ap])\.?\s*m\.?", re.IGNORECASE)


def clock(plain: str) -> Clock | None:
    """`3:30`, `20:34:00`, `4:30 p.m.`, `5 pm`; None for what no clock shows."""
    m = _HOUR.fullmatch(plain)
    if m is not None:
        hour, minute, second, half = int(m[1]), 0, 0, m[2].lower() + "m"
        parts: tuple[int, ...] = ()
    else:
        m = _CLOCK.fullmatch(plain)
        if m is None:
            return None
        hour, minute, second = int(m[1]), int(m[2]), int(m[3] or 0)
        half = m[4].lower() + "m" if m[4] else ""
        parts = (hour, minute) if m[3] is None else (hour, minute, second)
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
        parts = ()
    return Clock(hour * 3600 + minute * 60 + second, half, parts)


_MONTHS: Final = {
    name: i + 1 for i, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split())
}
_MONTH = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_DATES = (
    re.compile(
        rf"{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s*,?\s*(?P<year>\d{{4}}))?",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+{_MONTH}(?:\s*,?\s*(?P<year>\d{{4}}))?",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
    re.compile(r"(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日?"),
)


def date(plain: str) -> Date | None:
    """`May 5`, `5 May 2024`, `2024-05-06`, `5月6日`; None for other text."""
    for pattern in _DATES:
        m = pattern.fullmatch(plain)
        if m is not None:
            month = int(m["month"]) if m["month"].isdecimal() else _MONTHS[m["month"][:3].lower()]
            day = int(m["day"])
            if 1 <= month <= 12 and 1 <= day <= 31:
                return Date(int(m["year"] or 0), month, day)
    return None


# --- words

_UNWRAPPED = re.compile(
    r"\\(?:text\w*|mathrm|mathbf|mathit|mathsf|mbox|hbox|operatorname|textnormal|emph|underline|boldsymbol|bm|rm|bf|it|mathcal)\s*(?![A-Za-z])"
    r"|\\[ ,;:!]|\\q?quad|\\left|\\right|\\displaystyle|\\[()\[\]]|[{}$~`\"“”]|\*\*|\\(?=\\?$)"
)


def plain_text(text: str) -> str:
    r"""`text` without font commands, braces, dollar signs and spacing commands: what a reader sees of words."""
    return " ".join(
        _UNWRAPPED.sub(" ", text).replace("\\&", "&").replace("\\%", "%").split()
    ).strip()


_NO_SOLUTION: Final = frozenset({
    "no solution", "no solutions", "no real solution", "no real solutions", "there is no solution", "there are no solutions",
    "the empty set", "empty set", "no such solution", "no solution exists", "无解", "空集", "no real roots", "none exist",
    "no such values", "no such value", "no values", "there are none", "none",
})  # fmt: skip
_SET = re.compile(
    r"(?:the |all |any |every |set of )*(?P<part>positive |negative |non-?negative )?(?P<kind>reals|integers"
    r"|(?:real|rational|complex|natural) numbers)(?: (?:except|excluding|other than)(?: for)? (?:x ?= ?)?(?P<but>[-\d/, and]{1,80}))?"
)
_KINDS: Final = {"rea": "R", "int": "Z", "rat": "Q", "com": "C", "nat": "N"}
_PARTS_OF_SETS: Final = {"p": "+", "ne": "-", "no": "≥0"}
_EXCEPTION = re.compile(r"-?\d{1,9}(?:/\d{1,9})?")


def named_set(lowered: str) -> Node | None:
    """`all real numbers`, `positive integers`, `all real numbers except 0 and 1`; None for other words."""
    m = _SET.fullmatch("all real numbers" if lowered in _ALL_REALS else lowered)
    if m is None:
        return None
    part = m["part"] or ""
    found = NamedSet(
        _KINDS[m["kind"][:3]]
        + next((v for k, v in _PARTS_OF_SETS.items() if part.startswith(k)), "")
    )
    if m["but"] is None:
        return found
    points = re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", m["but"].strip())
    if not all(_EXCEPTION.fullmatch(p) and not p.endswith("/0") for p in points):
        return None
    values = (Fraction(p) for p in points)
    numbers = tuple(Number(v.numerator if v.denominator == 1 else v) for v in values)
    return Combined("minus", (found, FiniteSet(numbers)))


_ALL_REALS: Final = frozenset({"any real number", "全体实数"})


_SAID: Final = {
    "infinity": "infinite", "infinite": "infinite", "infinitely many": "infinite", "infinitely many solutions": "infinite",
    "infinite solutions": "infinite", "infinitely many values": "infinite",
    "dne": "does not exist", "doesn't exist": "does not exist", "does not exist": "does not exist",
    "the limit does not exist": "does not exist", "limit does not exist": "does not exist", "不存在": "does not exist",
}  # fmt: skip
"""Ways to say the same."""


def words(plain: str) -> Node:
    """An answer in words: the empty set, the reals, a numeral, a time or date, or just text."""
    lowered = plain.lower().strip(" .!。")
    if lowered in _NO_SOLUTION:
        return NamedSet("empty")
    if lowered in _SAID:
        return Text(_SAID[lowered])
    return (
        numeral(lowered)
        or named_set(lowered)
        or clock(plain.strip())
        or date(plain.strip(" ."))
        or quantity(plain.strip(" ."))
        or Text(plain.strip(" .。,;:").removesuffix("条件") or plain)
    )


_PAREN_CHOICE = re.compile(
    r"[(（]\s*([A-J])\s*[)）]\s*(?![-+*/^=<>≤≥_(,])(.*)",
    re.DOTALL | re.IGNORECASE,
)
_LETTER_CHOICE = re.compile(
    r"([A-J])(?:\s*[):：.](?!\d)\s*|\s+(?=[A-Z][a-z]))(?![-+*/^=<>≤≥_(,])(.*)", re.DOTALL
)
CHOSEN = re.compile(
    r"(?:the )?(?:correct |final |right )?(?:answer|option|choice)(?: is| ?[:：=])? (?=[(（]?[A-J](?![A-Za-z]))",
    re.IGNORECASE,
)


_OTHER_CHOICE = re.compile(
    r"\A\s*(?:(?:or|and|或|和)\b|[,/&;、]\s*\S|[A-J](?:\.|\Z))|(?<![A-Za-z])[A-J][):：]|\([A-J]\)"
)
"""What offers another choice behind the first, and is no text of an option: `(A) or (B)`, `A) 3 B) 4`."""


def choice(plain: str) -> tuple[str, str] | None:
    """(letter, what its option says) of `(B)`, `(B) 12`, `B. 12`, `B) twelve`, `C Cecile`, `the answer is B`."""
    told = CHOSEN.match(plain)
    if told is not None:
        plain = plain[told.end() :].rstrip(".")
        if len(plain) == 1 and plain.isupper():
            return plain, ""
    m = _PAREN_CHOICE.fullmatch(plain)
    if m is None or not m[1].isupper():
        m = _LETTER_CHOICE.fullmatch(plain)
    return None if m is None or _OTHER_CHOICE.search(m[2]) else (m[1], m[2])


_ARTICLES = frozenset({"a", "an", "the", "on", "it", "is", "it's", "its"})
_NOUNS = frozenset(
    "triangle quadrilateral polygon shape number numbers function line lines angle curve figure statement color solution "
    "solutions point points set values value year".split()
)


def same_words(a: str, b: str) -> bool:
    """True where two texts say the same: case, articles, punctuation and an obvious noun behind do not count."""
    left, right = _content(a), _content(b)
    if left == right:
        return True
    if len(left) > len(right):
        left, right = right, left
    extra = right[len(left) :]
    return bool(left) and right[: len(left)] == left and all(w in _NOUNS for w in extra)


def _content(text: str) -> list[str]:
    found = re.findall(r"[^\W_]+(?:['’-][^\W_]+)*|[^\w\s.,;:!?'\"()\[\]-]", text.casefold())
    kept = [w for w in found if w not in _ARTICLES]
    return kept or found
