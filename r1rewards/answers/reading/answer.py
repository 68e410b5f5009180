r"""The top of an answer: what surrounds it, lists of answers, labels, `\pm`, and spellings with two readings."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from itertools import product as every

from r1rewards.answers.build import MINUS_ONE, ONE, base_number, literal, negated, product
from r1rewards.answers.limits import MAX_CHARS, MAX_ITEMS
from r1rewards.answers.nodes import (
    Call,
    Choice,
    Constant,
    Either,
    NamedSet,
    Node,
    Number,
    Product,
    Relation,
    Several,
    Sign,
    Sum,
    Symbol,
    Tuple,
    children,
    rebuilt,
)  # fmt: skip
from r1rewards.answers.reading.grammar import FOR_WHOLE, WHERE, Parser
from r1rewards.answers.reading.tokens import spelled_out, tokens
from r1rewards.answers.reading.words import (
    CHOSEN,
    choice,
    circled,
    clock,
    compound,
    date,
    from_chinese,
    numeral,
    plain_text,
    words,
)  # fmt: skip
from r1rewards.errors import UnreadableAnswerError

_AMBIGUOUS = re.compile(r"\$?\s*(-?\d{1,9}),(\d{1,9})\s*\$?")
_THOUSANDS = re.compile(r"\$?\s*-?\d{1,3}(?:,\d{3})+\s*\$?")
_BASED = re.compile(
    r"\$?\(?(?:\\text\w*\{|\\mathrm\{)?\(?\s*([0-9A-Z]+(?:\.[0-9A-Z]+)?)\s*\)?\}?_\s*(?:\{\s*(\d{1,2})\s*\}|(\d{1,2}))\)?\$?"
)
_IN_BASE = re.compile(
    r"(\d[0-9A-Z]*)(?: ?_ ?| (?=in )| (?=base)| ?(?=\(base))\(?(?:in )?(?:base[ -]?)?([a-z]{3,9}|\d{1,2})\)?"
)
_LABEL = re.compile(
    r"\s*(?:\\text\w*\s*\{)?\s*(?:the\s+)?(?:final\s+)?(?:answer|ans)\s*(?:is|:|=)\s*\}?[\s:]*",
    re.IGNORECASE,
)
_TAGS = re.compile(r"\s*<answer>(.*)</answer>\s*", re.DOTALL)
_SAYS = frozenset("taocTAOC")  # the first letters of what `CHOSEN` matches
_PLAIN = re.compile(
    r"(-?)(?:(\d{1,4000})(?:\.(\d{1,1000}))?|\\[dt]?frac\{(-?\d{1,300})\}\{(\d{1,300})\})"
)
_PROSE = re.compile(r"(?=.*[A-Za-z]{4})[A-Za-z][A-Za-z'’ .-]*")
_JOINED = re.compile(r"\b(?:and|or|is)\b|^(?:option|choice|answer)\b", re.IGNORECASE)
_WRAPPED = re.compile(r"^\\[(\[](?=.*\\[)\]]$)|\\[)\]]$|^\\displaystyle(?![A-Za-z])", re.DOTALL)
_MAYBE_WORDS = re.compile(
    r"[A-Za-z](?:(?<![A-Za-z\\].)[A-Za-z]|(?<=[A-J]))|\\(?:text|mbox|math|op|rm|bf|hbox|emph)|:|\d(?:-\d|\s*[ap])|[^\x00-\x7f]"
)
_OPENS_A_FORMULA = frozenset(("\\frac", "\\sqrt", "\\begi"))
_HAS_WORDS = re.compile(r"[A-Za-z]{2,}|[^\W\d_a-zA-Z]")
_COMMANDS = re.compile(r"\\(?!text|mbox|mathrm|mathbf|q?quad)[A-Za-z]+")


@lru_cache(maxsize=16_384)
def read_answer(text: str) -> Node:
    """The answer that `text` writes. Raises UnreadableAnswerError, the span marked."""
    if len(text) > MAX_CHARS:
        raise UnreadableAnswerError(f"{len(text)} characters; at most {MAX_CHARS} are read")
    text = text.strip()
    if (
        text[-1:] == "." and text[-2:-1] not in ".mM\\"
    ):  # the end of a sentence, but not of `p.m.` or dots
        text = text[:-1].rstrip()
    if text[:1] in "<\\*":  # or empty
        text = _unwrapped(text)
    found = _special(text)
    if found is not None:
        return found
    spelled = text if text.isascii() else from_chinese(text)
    spelled = spelled_out(spelled)
    spelled = _LABEL.sub("", spelled, count=1) if "ans" in spelled.lower() else spelled
    try:
        return _Answer(spelled, tokens(spelled)).answer()
    except UnreadableAnswerError:
        plain = plain_text(text)
        if not _HAS_WORDS.search(_COMMANDS.sub(" ", plain)):
            raise
        return words(plain)


def _unwrapped(text: str) -> str:
    """What an answer's tag, math brackets or stars surround. Raises UnreadableAnswerError where that is nothing."""
    if text[:1] == "<":
        m = _TAGS.fullmatch(text)
        text = (m[1] if m else text).strip()
    if text[:2] in ("\\(", "\\[", "\\d"):
        text = _WRAPPED.sub("", text).strip()
    if text.startswith("**") and text.endswith("**") and len(text) > 4:
        text = text[2:-2]
    if not text:
        raise UnreadableAnswerError("an empty answer")
    return text


def _special(text: str) -> Node | None:
    """What no expression grammar should see: names in capitals, choices, times, dates, numbers in a base."""
    m = _PLAIN.fullmatch(text)
    if m is not None:
        return _plain(m)
    if text[:5] in _OPENS_A_FORMULA:
        return None
    m = _BASED.fullmatch(text) if "_" in text else None
    if m is not None:
        based = base_number(m[1], m[2] or m[3])
        if based is not None and (m[1][0].isdigit() or len(m[1]) > 1):
            return based
    if m is None and ("base" in text or "_" in text) and len(text) < 60:
        m = _IN_BASE.fullmatch(plain_text(text))
        base = None if m is None else numeral(m[2]) if m[2].isalpha() else Number(int(m[2]))
        based = None if m is None or base is None else base_number(m[1], str(base.value))
        if based is not None:
            return based
    if "," in text and len(text) < 200:
        m = _AMBIGUOUS.fullmatch(text)
        if m is not None:
            return _comma_between(text, m[1], m[2])
        m = _THOUSANDS.fullmatch(text)
        if m is not None:
            digits = text.strip("$ ")
            return Either(
                (
                    Number(int(digits.replace(",", ""))),
                    Several(tuple(Number(int(d)) for d in digits.split(","))),
                )
            )
    if "=" in text or len(text) > 400 or not _MAYBE_WORDS.search(text):
        return None
    plain = plain_text(text)
    if not plain.isascii() and (listed := circled(plain)) is not None:
        return listed
    if plain.isupper() and plain.isalpha() and plain.isascii() and len(plain) > 1:
        return words(plain)
    if plain[:1] in "(（ABCDEFGHIJ" or (plain[:1] in _SAYS and CHOSEN.match(plain)):
        chosen = choice(plain)
        if chosen is not None:
            return Choice(chosen[0], _option(chosen[1]))
    if ":" in plain or plain[-2:].lower() in ("m.", "pm", "am"):
        found = clock(plain)
        if found is not None:
            return found
    if _PROSE.fullmatch(plain) and " " in plain and (numeral(plain) or not _JOINED.search(plain)):
        return words(plain)
    return date(plain) if "-" in plain[3:5] or any(c.isalpha() for c in plain) else None


def _plain(m: re.Match[str]) -> Node | None:
    """A whole number, a decimal or a fraction of whole numbers; None for one over zero."""
    sign, whole, decimals, top, bottom = m.groups()
    if top is None:
        node = literal(whole if decimals is None else f"{whole}.{decimals}")
        return None if node is None else negated(node) if sign else node
    if not int(bottom):
        return None
    value = Fraction(int(top), int(bottom))
    whole_value: int | Fraction = value.numerator if value.denominator == 1 else value
    return Number(-whole_value if sign else whole_value)


def _option(text: str) -> Node | None:
    if not text.strip():
        return None
    try:
        return read_answer(text.strip())
    except UnreadableAnswerError:
        return None


def _comma_between(text: str, whole: str, rest: str) -> Node | None:
    """`1,234` is a number, `3,14` a number or two, `1,2` two numbers (or 1.2 where nothing else fits)."""
    listed = Several((Number(int(whole)), Number(int(rest))))
    sign = -1 if whole.startswith("-") else 1
    decimal = Number(int(whole) + sign * Fraction(int(rest), 10 ** len(rest)), len(rest))
    if _THOUSANDS.fullmatch(text) and whole.lstrip("-") != "0":
        return Either((Number(int(whole + rest)), listed))
    if len(rest) < 2:
        return listed
    return (
        Either((decimal, listed))
        if whole.lstrip("-") == "0" or len(rest) == 2
        else Either((listed, decimal))
    )


_DENIALS = frozenset(("not", "no", "never", "isn't", "wrong", "incorrect", "false"))
_INTRODUCTIONS = frozenset(
    ("all", "all real", "any", "point", "the point", "the interval", "the set")
)


class _Answer(Parser):
    """The grammar with the rules that only the top of an answer has."""

    __slots__ = ()

    def answer(self) -> Node:
        """answer = item { separator item }"""
        items: list[Node] = []
        if self.kind == "o" and self.ahead in "≈=":  # `\\boxed{= 5}`
            self.advance()
        while self.kind != "$":
            if self.separated() and self.kind == "$":
                break
            items.append(self.item())
            if len(items) > MAX_ITEMS:
                raise self.error(f"more than {MAX_ITEMS} answers")
            if self.kind == "$":
                break
            if not self.separated():
                raise self.error("left over")
        if not items:
            raise self.error("no answer in it")
        if self.signs:
            items = [signed for item in items for signed in expanded(item)]
        if self.vectors:
            items = [as_vector(item) for item in items]
        if len(items) == 1:
            return items[0]
        several = Several(tuple(items), self.joint())
        total = compound(items) if several.joint != "or" else None
        return several if total is None else Either((total, several))

    def separated(self) -> bool:
        """As between brackets; besides, words that introduce the domain of a letter."""
        found = self.kind in ",o" and super().separated()
        if self.kind == "t" and self.is_clause():
            if self.ahead.strip(" ,.:").lower() in WHERE:
                self.advance()
            return True
        return found

    def joint(self) -> str:
        """The word between the items, or a comma."""
        words_ = (t[1].strip(" ,") for t in self.tokens if t[0] == ",")
        return next((word for word in words_ if word in ("or", "and")), ",")

    def item(self) -> Node:
        """item = [ label ] ( "…" | name "(" names ")" "=" relation | relation | words )"""
        kind = self.kind
        if kind == "t":
            return self.labelled()
        if kind == "s" and self.tokens[self.i + 1][1] == "(":
            found = self.definition()
            if found is not None:
                return found
        elif kind == "o" and self.accept("…"):
            return Symbol("…")
        return self.relation()

    def labelled(self) -> Node:
        """A name in words and what it equals; words alone are an answer of their own."""
        written = self.ahead.strip()
        label = written.rstrip(":").strip()
        start = self.i
        self.advance()
        if not _DENIALS.isdisjoint(label.lower().split()) and self.kind not in ",$.":
            raise self.error("words that deny what follows")
        if (written[-1:] == ":" or label.lower() in _INTRODUCTIONS) and self.kind not in ",$.":
            return self.relation()
        if label.lower().rstrip(" ,.:") in FOR_WHOLE and self.kind == "s":
            return Relation((self.symbol(), NamedSet("Z")), ("∈",))
        if self.kind == "o" and self.ahead in "=≈":
            op = self.ahead
            self.advance()
            return Relation((Symbol(label), self.ratio()), (op,))
        if self.kind == "o" and self.ahead == ":":
            self.advance()
            return self.relation()
        while self.kind == "t":
            self.advance()
        if self.kind not in ",$.":
            self.goto(start)
            raise self.error("words where a value should stand")
        return words(self.text[self.tokens[start][2] : self.tokens[self.i - 1][3]])

    def definition(self) -> Node | None:
        """definition = name "(" name { "," name } ")" "=" relation"""
        at = self.i
        name = self.ahead
        i = at + 2
        args = []
        while self.tokens[i][0] == "s":
            args.append(Symbol(self.tokens[i][1]))
            i += 1
            if self.tokens[i][0] != ",":
                break
            i += 1
        if not args or self.tokens[i][1] != ")" or self.tokens[i + 1][1] != "=":
            return None
        self.goto(i + 2)
        sides, ops = [Call(name, tuple(args))], ["="]
        right = self.relation()
        if isinstance(right, Relation):
            return Relation((*sides, *right.sides), (*ops, *right.ops))
        return Relation((*sides, right), tuple(ops))


def expanded(node: Node) -> list[Node]:
    r"""The answers that `\pm` writes: tied by a `\mp` or by their number, else each on its own."""
    signs: list[Sign] = []
    _collect(node, signs)
    if not signs:
        return [node]
    tied = any(s.kind < 0 for s in signs) or len(signs) > 2
    found: list[Node] = []
    for choice_ in every((1, -1), repeat=1 if tied else len(signs)):
        values = {
            s.index: (choice_[0] * s.kind if tied else choice_[k]) for k, s in enumerate(signs)
        }
        one = _with_signs(node, values)
        if one not in found:
            found.append(one)
    return found


def _collect(node: Node, out: list[Sign]) -> None:
    if isinstance(node, Sign):
        out.append(node)
    for child in children(node):
        _collect(child, out)


def _with_signs(node: Node, values: dict[int, int]) -> Node:
    if isinstance(node, Sign):
        return ONE if values[node.index] > 0 else MINUS_ONE
    below = children(node)
    if not below:
        return node
    changed = tuple(_with_signs(c, values) for c in below)
    if changed == below:
        return node
    if isinstance(node, Product) and isinstance(below[0], Sign):
        rest = product(list(changed[1:]))
        return rest if changed[0] == ONE else negated(rest)
    return rebuilt(node, changed)


def as_vector(node: Node) -> Node:
    """`2i + 3j` of unit vectors as the tuple (2, 3); anything else as it stands."""
    terms = node.terms if isinstance(node, Sum) else (node,)
    parts: dict[str, list[Node]] = {"i^": [], "j^": [], "k^": []}
    for term in terms:
        factors = term.factors if isinstance(term, Product) else (term,)
        axes = [f.name for f in factors if isinstance(f, Constant) and f.name in parts]
        if len(axes) != 1:
            return node
        rest = tuple(f for f in factors if not (isinstance(f, Constant) and f.name in parts))
        parts[axes[0]].append(ONE if not rest else rest[0] if len(rest) == 1 else Product(rest))
    size = 3 if parts["k^"] else 2
    cells = [parts[axis] for axis in ("i^", "j^", "k^")[:size]]
    return Tuple(
        tuple(Number(0) if not c else c[0] if len(c) == 1 else Sum(tuple(c)) for c in cells), "<>"
    )
