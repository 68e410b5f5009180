r"""Functions and their arguments, fractions and roots, sums, integrals and limits, matrices and cases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from r1rewards.answers.build import (
    HALF,
    MINUS_ONE,
    ZERO,
    by_cases,
    called,
    differential,
    divided,
    is_name,
    literal,
    name_of,
    negated,
    product,
)  # fmt: skip
from r1rewards.answers.limits import MAX_ITEMS
from r1rewards.answers.nodes import (
    Big,
    Call,
    Constant,
    FiniteSet,
    Matrix,
    Node,
    Number,
    Power,
    Relation,
    Symbol,
    Text,
)
from r1rewards.answers.reading.brackets import Brackets
from r1rewards.answers.reading.spelling import ALIGNED

if TYPE_CHECKING:
    from collections.abc import Callable

_IMPLICIT = frozenset(("frac", "sqrt", "binom", "overline", "vec", "abs", "color", "stack"))
_OF_SEVERAL = frozenset(("max", "min", "gcd", "lcm"))
_INVERSE = {"sin": "asin", "cos": "acos", "tan": "atan", "sinh": "asinh", "cosh": "acosh", "tanh": "atanh",
            "cot": "acot", "sec": "asec", "csc": "acsc"}  # fmt: skip
_CAPITALS = re.compile(r"\{\s*([A-Z]{1,5}'?)\s*\}|([A-Z]{1,5}'?)(?![a-z])")


_CASES = ALIGNED | {"cases", "dcases", "rcases"}


class Functions(Brackets):
    """The rules for what starts with a command or a function's name."""

    __slots__ = ()

    def function(self, name: str) -> Node:
        """function = name [ "_" base ] [ "^" exponent ] arguments"""
        base = self.stuck_base() if name == "log" and self.kind == "n" else None
        exponent: Node | None = None
        while self.kind == "o" and self.ahead in "_^":
            is_base = self.ahead == "_"
            self.advance()
            if is_base:
                base = self.argument()
            elif self.kind == "o" and self.ahead in "+-":
                exponent = self.nested(self.signed_atom)
            else:
                exponent = self.argument()
        args = self.arguments()
        if not args or (len(args) > 1 and name not in _OF_SEVERAL):
            raise self.error(f"{name} of {len(args)} arguments")
        if base is not None and name != "log":
            raise self.error("a subscript behind a function")
        if exponent == MINUS_ONE and name in _INVERSE:
            return Call(_INVERSE[name], args)
        node = called(name, args if base is None else (*args, base))
        return node if exponent is None else Power(node, exponent)

    def stuck_base(self) -> Node | None:
        """`log2(8)` and `log10(x)`, as programmers write them."""
        _, _, start, end = self.tokens[self.i]
        if (
            self.text[start - 3 : end + 1] in ("log2(", "log10(")
            and self.text[start - 4 : start - 3] != "\\"
        ):
            base = Number(int(self.ahead))
            self.advance()
            return base
        return None

    def arguments(self) -> tuple[Node, ...]:
        """arguments = brackets | factors without a sign, up to the next function"""
        if self.kind == "o":
            closing = {"(": (")", "]"), "[": ("]",), "<{": ("}>",), "{": ("}",)}.get(self.ahead)
            if closing is not None:
                self.advance()
                return self.items(*closing)
        factors = [self.factor()]
        while (self.kind in "nsc" and not self.is_stuck()) or (
            self.kind == "f" and self.ahead in _IMPLICIT
        ):
            factors.append(self.power())
        return (factors[0] if len(factors) == 1 else product(factors),)

    def argument(self) -> Node:
        r"""argument = "{" expr "}" | one digit | atom, as TeX reads `\\frac12`"""
        kind, ahead = self.kind, self.ahead
        if kind == "o" and ahead == "{":
            return self.braced_number() or self.atom()
        if kind == "n":
            return self.digit()
        if kind == "s":
            self.advance()
            return Constant(ahead) if ahead in ("i", "e") else Symbol(ahead)
        if kind == "o" and ahead == "-":
            self.advance()
            return negated(self.argument())
        return self.atom()

    def digit(self) -> Node:
        """The first digit of a number ahead; the others stay. A decimal is taken whole."""
        self.ungroup()
        if self.ahead.isdecimal() and len(self.ahead) > 1:
            kind, digits, start, end = self.tokens[self.i]
            self.tokens[self.i] = (kind, digits[1:], start + 1, end)
            self.ahead = digits[1:]
            return Number(int(digits[0]))
        node = literal(self.ahead)
        self.advance()
        return node or ZERO

    def fraction(self, _: str) -> Node:
        r"""fraction = "\frac" argument argument"""
        top = self.argument()
        return divided(top, self.argument())

    def binomial(self, _: str) -> Node:
        r"""binomial = "\binom" argument argument"""
        top = self.argument()
        return Call("binom", (top, self.argument()))

    def root(self, _: str) -> Node:
        r"""root = "\sqrt" [ "[" expr "]" ] ( group | atom )"""
        index: Node | None = None
        if self.ahead == "[" and self.accept("["):
            brackets, self.brackets = self.brackets, 1
            index = self.nested(self.expr)
            self.brackets = brackets
            self.expect("]")
        body = (self.braced_number() if self.ahead == "{" else None) or self.atom()
        if index is None or index == Number(2):
            return Power(body, HALF)
        return Call("root", (body, index))

    def overlined(self, _: str) -> Node:
        """A bar over capital letters names a segment; over anything else it conjugates."""
        letters = self.letters()
        if letters:
            return Symbol(letters) if len(letters) > 1 else Call("conj", (Symbol(letters),))
        return Call("conj", (self.argument(),))

    def arrowed(self, name: str) -> Node:
        r"""An arrow or hat: `\hat{i}` is a unit vector, anything else a name. An angle is named by its letters."""
        letters = self.letters()
        if name == "angle":
            return Symbol("∠" + (letters or self.raw_group()))
        if letters:
            return Symbol(letters)
        body = self.raw_group()
        if name == "dot":
            return Symbol(body + "˙")
        if body in ("i", "j", "k", "imath", "jmath"):
            self.vectors = True
            return Constant(body[0] + "^")
        return Symbol(body)

    def letters(self) -> str:
        """Capital letters in a row, in a group or not; empty where something else is ahead."""
        m = _CAPITALS.match(self.text, self.tokens[self.i][2])
        if m is None:
            return ""
        while self.kind != "$" and self.tokens[self.i][2] < m.end():
            self.advance()
        return m[1] or m[2]

    def ignored(self, _: str) -> Node:
        r"""`\color{red}`, `\stackrel{a}`: what the first group says does not count"""
        self.raw_group()
        return self.nested(self.power)

    def big(self, name: str) -> Node:
        r"""big = ( "\sum" | "\prod" ) "_" "{" name "=" expr "}" "^" argument term"""
        variable, low, high = "", None, None
        while self.kind == "o" and self.ahead in "_^":
            is_low = self.ahead == "_"
            self.advance()
            if not is_low:
                high = self.argument()
                continue
            grouped = self.accept("{")
            bound = self.nested(self.relation)
            if grouped:
                self.expect("}")
            if (
                not isinstance(bound, Relation)
                or bound.ops != ("=",)
                or not is_name(bound.sides[0])
            ):
                raise self.error("a sum over something else than a range")
            variable, low = name_of(bound.sides[0]), bound.sides[1]
        return Big(name, variable, low, high, self.nested(self.term))

    def integral(self, _: str) -> Node:
        r"""integral = "\int" [ "_" argument ] [ "^" argument ] expr"""
        low, high = None, None
        while self.kind == "o" and self.ahead in "_^":
            is_low = self.ahead == "_"
            self.advance()
            bound = self.argument()
            low, high = (bound, high) if is_low else (low, bound)
        body = self.nested(self.expr)
        if isinstance(body, FiniteSet) and len(body.items) == 1:
            body = body.items[0]  # braces around the integrand
        variable, body = differential(body)
        return Big("int", variable, low, high, body)

    def limit(self, _: str) -> Node:
        r"""limit = "\lim" "_" "{" name arrow expr [ "^" sign ] "}" term"""
        self.expect("_")
        self.expect("{")
        name = self.atom()
        if not self.accept("→") or not is_name(name):
            raise self.error("a limit without its variable")
        target = self.nested(self.factor_of_limit)
        return Big("lim", name_of(name), target, None, self.nested(self.term))

    def factor_of_limit(self) -> Node:
        """Where the variable goes, with the side it comes from dropped."""
        node: Node = self.signed_atom() if self.kind == "o" and self.ahead in "+-" else self.atom()
        while not (self.kind == "o" and self.ahead == "}"):
            if self.kind == "$" or self.ahead not in ("^", "+", "-", "{"):
                raise self.error("a limit at something else than a point")
            self.advance()
            if self.ahead == "}" and self.tokens[self.i + 1][1] == "}":
                self.advance()
        self.advance()
        return node

    # --- environments

    def environment(self, *, cases: bool = False) -> Node:
        r"""environment = "\begin{" name "}" row { "\\\\" row } "\end{" name "}" """
        name = self.ahead[7:].rstrip("*")
        self.advance()
        cases = cases or name in _CASES
        rows: list[list[Node]] = []
        row: list[Node] = []
        saved = self.bars, self.brackets, self.builders
        self.bars = self.brackets = self.builders = 0
        while not (self.kind == "e" and self.ahead.startswith("\\end")):
            if self.kind == "$":
                break
            if self.kind == "o" and self.ahead in "⏎&":
                if self.ahead == "⏎":
                    rows.append(row)
                    row = []
                self.advance()
            elif not (cases and self.separated()):
                row.append(self.condition() if cases else self.relation())
        if row:
            rows.append(row)
        self.advance_unless_end()
        self.bars, self.brackets, self.builders = saved
        rows = [r for r in rows if r]
        if not rows or len(rows) * max(map(len, rows)) > MAX_ITEMS * 2:
            raise self.error("an empty or very large matrix")
        if cases:
            return by_cases(rows)
        if len({len(r) for r in rows}) > 1:
            raise self.error("rows of different length")
        matrix = Matrix(tuple(tuple(r) for r in rows))
        return Call("det", (matrix,)) if name == "vmatrix" else matrix

    def condition(self) -> Node:
        """condition = [ "if" | "for" | "when" ] relation | "otherwise" """
        if self.kind != "t":
            return self.relation()
        words = self.ahead.strip(" ,.:").lower()
        self.advance()
        if words.startswith(("otherwise", "else")):
            return Text("otherwise")
        if words in ("if", "for", "when", "for all", "if and only if", "where", "as"):
            return self.relation()
        raise self.error("words that are no condition")

    def raw_group(self) -> str:
        """A group or one token, as text without spaces: the inside of a subscript."""
        if self.kind == "n" and len(self.ahead) > 1:
            digits = self.ahead.rstrip(".")
            self.advance()
            return digits
        if not self.accept("{"):
            if self.kind == "$":
                raise self.error("a group is missing")
            found = self.ahead
            self.advance()
            return found
        depth, parts = 1, []
        while self.kind != "$":
            if self.kind == "o":
                depth += (self.ahead == "{") - (self.ahead == "}")
            if not depth:
                self.advance()
                break
            parts.append(self.ahead)
            self.advance()
        return "".join(p for p in parts if p not in "{}").rstrip(".")


FUNCTIONS: dict[str, Callable[[Functions, str], Node]] = {
    "frac": Functions.fraction, "binom": Functions.binomial, "sqrt": Functions.root, "overline": Functions.overlined,
    "vec": Functions.arrowed, "dot": Functions.arrowed, "angle": Functions.arrowed, "color": Functions.ignored,
    "stack": Functions.ignored, "sum": Functions.big, "prod": Functions.big, "int": Functions.integral,
    "lim": Functions.limit,
}  # fmt: skip
"""Command -> its rule; any other function reads its arguments by `Functions.function`."""
