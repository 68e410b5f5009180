r"""Tokens -> nodes by recursive descent: one method per rule, its rule as the docstring.

Here: relations, expressions and atoms. Brackets, functions and environments are in `brackets` and
`functions`; words, numerals and dates in `words`; what stands at the top of an answer (lists, labels,
choices) in `answer`. No rule evaluates anything beyond a literal.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from r1rewards.answers.build import (
    DEGREE,
    base_number,
    decorated,
    literal,
    negated,
    primed,
    product,
    reciprocal,
    repeating,
)  # fmt: skip
from r1rewards.answers.limits import MAX_DEPTH, MAX_DIGITS, MAX_POSTFIX, MAX_REPEATING
from r1rewards.answers.nodes import (
    Call,
    Combined,
    Congruence,
    Constant,
    NamedSet,
    Node,
    Number,
    Percent,
    Power,
    Product,
    Quantity,
    Ratio,
    Relation,
    Several,
    Sign,
    Sum,
    Symbol,
)  # fmt: skip
from r1rewards.answers.reading.functions import FUNCTIONS, Functions
from r1rewards.answers.reading.units import read_unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from r1rewards.answers.reading.tokens import Token

RELATIONS = frozenset("=≠<≤>≥≈∈∉≡∼→⊂⊥∥")
_SET_OPERATIONS = {"∪": "union", "∩": "meet", "∖": "minus"}
_RELATES = RELATIONS | {"pmod", "mod", "("}
_CLOSING = frozenset((")", "]", "}", "}>", "&", "⏎"))
_STARTS = frozenset("nrscfeS")
_MAY_STICK = frozenset("ne")
_ENDS = frozenset("$,t")
_OPENING = frozenset("([{⌊⌈")
_ENDS_A_TERM = RELATIONS | frozenset("+-)}]&:") | {"}>", "⏎"}
_POSTFIX = frozenset("^!%'°_")
_SIGNS = frozenset("+-±∓")
WHERE = frozenset(
    ("where", "for", "with", "for all", "for any", "for some", "for every", "for each")
)
FOR_WHOLE = frozenset(
    (
        "for integer",
        "for integers",
        "for all integers",
        "for any integer",
        "for some integer",
        "for every integer",
    )
)
_IS_WHOLE = frozenset(
    ("integer", "is an integer", "is any integer", "an integer", "any integer", "is integer")
)
_MIXED = re.compile(r"\\[dtc]?frac\s*(?:\{\s*(\d{1,9})\s*\}|(\d))\s*(?:\{\s*(\d{1,9})\s*\}|(\d))")
_CHOSEN = re.compile(r"\^\s*(?:\{\s*\d{1,9}\s*\}|\d{1,9}(?![\d.,eE]))")


_SET_NAMES = {
    **dict.fromkeys(("N*", "N+", "N>0", "N≥1", "Z>0", "Z≥1", "Z*+", "Z+*"), "Z+"),
    **dict.fromkeys(("R>0", "R*+", "R+*"), "R+"), "R<0": "R-",
}  # fmt: skip
"""The whole and the real numbers above zero, as they are written in one school or another."""


class Parser(Functions):
    """The grammar of one item. `i` is the token ahead."""

    __slots__ = ()

    # --- relations and sets

    def relation(self) -> Node:
        """relation = ratio { relop ratio } [ "(mod" expr ")" ]"""
        side = self.amount()
        if self.kind != "o" or self.ahead in _CLOSING:  # nearly always
            return side
        side = self.ratio(side)
        if self.kind != "o" or self.ahead not in _RELATES:
            return side
        sides, ops = [side], []
        while self.kind == "o" and self.ahead in RELATIONS:
            ops.append(self.ahead)
            self.advance()
            if self.accept("="):  # `<=` written with a space
                ops[-1] = {"<": "≤", ">": "≥"}.get(ops[-1], ops[-1])
            if ops[-1] in "∈∉" and self.kind == "s" and self.ahead in "RZNQC":
                self.kind = "S"  # `x \\in R`
            sides.append(self.ratio())
        modulus = self.modulus()
        if modulus is not None and ops in ([], ["≡"], ["="]):
            return Congruence(sides[-1], modulus)
        if modulus is not None:
            raise self.error("a modulus after a relation that is no congruence")
        return Relation(tuple(sides), tuple(ops)) if ops else side

    def modulus(self) -> Node | None:
        r"""modulus = "\pmod" group | "(" "mod" expr ")" | "mod" expr"""
        if self.accept("pmod"):
            return self.argument()
        if self.kind == "o" and self.ahead == "(" and self.tokens[self.i + 1][1] in ("mod", "pmod"):
            self.advance()
            self.advance()
            node = self.nested(self.expr)
            self.expect(")")
            return node
        return None

    def ratio(self, first: Node | None = None) -> Node:
        """ratio = sets { ":" sets }; `first`: an amount that was read already"""
        first = self.sets(first)
        if self.kind != "o" or self.ahead != ":" or self.builders:
            return first
        parts = [first]
        while self.accept(":"):
            parts.append(self.sets())
        return Ratio(tuple(parts))

    def sets(self, first: Node | None = None) -> Node:
        r"""sets = amount { ( "\cup" | "\cap" | "\setminus" ) amount }"""
        node = first or self.amount()
        while self.kind == "o" and self.ahead in _SET_OPERATIONS:
            operation = _SET_OPERATIONS[self.ahead]
            self.advance()
            right = self.amount()
            if isinstance(node, Combined) and node.operation == operation and operation != "minus":
                node = Combined(operation, (*node.parts, right))
            else:
                node = Combined(operation, (node, right))
        return node

    def amount(self) -> Node:
        """amount = [ currency ] expr [ currency ] [ unit ]"""
        negative = self.ahead == "-" and self.tokens[self.i + 1][0] == "u"
        if negative:
            self.advance()
        currency = self.currency() if self.kind == "u" else ""
        node = self.expr()
        if self.kind == "u":
            currency = self.currency()
        if negative:
            node = negated(node)
        if currency:
            node = Quantity(node, currency)
        if self.kind == "t" and not self.is_clause():
            node = self.with_unit(node)
        return node

    def is_clause(self) -> bool:
        r"""True where words introduce the domain of a letter: `\\text{ where } k \\in \\mathbb{Z}`."""
        words = self.ahead.strip(" ,.:").lower()
        return (words in WHERE or words in FOR_WHOLE) and self.tokens[self.i + 1][0] == "s"

    def currency(self) -> str:
        r"""currency = "\\$" | "€" | "£" | ..."""
        found = self.ahead
        self.advance()
        return found

    def with_unit(self, node: Node) -> Node:
        """unit = words, slashes and powers up to the end of the item, as `units.read_unit` knows them"""
        if isinstance(node, Symbol) and self.ahead.strip(" .").lower() in _IS_WHOLE:
            self.advance()
            return Relation((node, NamedSet("Z")), ("∈",))
        first = self.i
        start = self.tokens[first][2]
        while self.kind in "tsn" or (self.kind == "o" and self.ahead in "/^*{}()-_°"):
            if (
                self.kind == "o"
                and self.ahead == ")"
                and "(" not in self.text[start : self.tokens[self.i][2]]
            ):
                break
            self.advance()
        end = self.tokens[self.i - 1][3]
        while (
            end < len(self.text)
            and self.text[end] == "}"
            and self.text.count("{", start, end) > self.text.count("}", start, end)
        ):
            end += 1
        unit = read_unit(self.text[start:end])
        if unit is None or isinstance(node, (Relation, Several)):
            self.goto(first)
            raise self.error("words that are no unit")
        if unit == "%":
            return Percent(node)
        if isinstance(node, Quantity):
            if not unit:
                return node
            unit = node.unit if unit in (node.unit, "each") else f"{node.unit} {unit}"
            return Quantity(node.amount, " ".join(sorted(unit.split())))
        return Quantity(node, unit) if unit else node

    # --- expressions

    def expr(self) -> Node:
        r"""expr = [ sign ] term { ( "+" | "-" | "\pm" | "\mp" ) term }"""
        first = self.signed() if self.kind == "o" and self.ahead in _SIGNS else self.term()
        if self.kind != "o" or self.ahead not in _SIGNS:
            return first
        terms = [first]
        while self.kind == "o" and self.ahead in _SIGNS:
            terms.append(self.signed())
        return Sum(tuple(terms))

    def signed(self) -> Node:
        """signed = sign { sign } term"""
        sign = self.ahead
        self.advance()
        node = (
            self.nested(self.signed) if self.kind == "o" and self.ahead in _SIGNS else self.term()
        )
        if sign == "-":
            return negated(node)
        if sign == "+":
            return node
        self.signs += 1
        return Product((Sign(1 if sign == "±" else -1, self.signs), node))

    def term(self) -> Node:
        """term = factor { ( "*" | "/" | "mod" | nothing ) factor }"""
        first = self.power() if self.kind in _STARTS else self.factor()
        if self.kind in _ENDS or (self.kind == "o" and self.ahead in _ENDS_A_TERM):
            return first
        factors = [first]
        while True:
            kind = self.kind
            if kind == "o":
                ahead = self.ahead
                if ahead in _ENDS_A_TERM:
                    break
                if ahead == "*":
                    self.advance()
                    factors.append(self.factor())
                elif ahead == "/":
                    self.advance()
                    factors.append(reciprocal(self.factor()))
                elif ahead == "mod":
                    self.advance()
                    factors = [Call("mod", (product(factors), self.factor()))]
                elif self.is_opening():
                    factors.append(self.power())
                else:
                    break
            elif kind in _STARTS and not (kind in _MAY_STICK and self.is_stuck()):
                factors.append(self.power())
            else:
                break
        return factors[0] if len(factors) == 1 else product(factors)

    def is_opening(self) -> bool:
        """True where the bracket ahead starts another factor, written without a sign."""
        ahead = self.ahead
        if ahead == "|":
            return not self.bars and self.tokens[self.i + 1][1] not in ("", "|")
        if ahead not in _OPENING or (ahead == "[" and self.brackets):
            return False
        return ahead != "(" or self.tokens[self.i + 1][1] not in ("mod", "pmod")

    def is_stuck(self) -> bool:
        """True where what is ahead cannot be multiplied to what stands before: two numbers, the end of a matrix."""
        if self.kind == "e":
            return self.ahead.startswith("\\end")
        return (
            self.kind == "n"
            and self.tokens[self.i - 1][0] == "n"
            and self.tokens[self.i - 2][1] != "^"
        )

    def factor(self) -> Node:
        """factor = { "+" | "-" } power"""
        if self.kind == "o" and self.ahead in _SIGNS:
            return self.nested(self.signed_factor)
        return self.power()

    def signed_factor(self) -> Node:
        """A factor behind its own sign, as in `2 * -3` and `x^{-1}`."""
        sign = self.ahead
        self.advance()
        node = self.factor()
        if sign in "±∓":
            self.signs += 1
            return Product((Sign(1 if sign == "±" else -1, self.signs), node))
        return negated(node) if sign == "-" else node

    def power(self) -> Node:
        """power = atom { "!" | "%" | "'" | "^" exponent | degree sign | "_" base }"""
        kind = self.kind
        node = self.number() if kind == "n" else self.symbol() if kind == "s" else self.atom()
        postfixes = 0
        while self.kind == "o" and self.ahead in _POSTFIX:
            ahead = self.ahead
            postfixes += 1
            if postfixes > MAX_POSTFIX:
                raise self.error(f"more than {MAX_POSTFIX} signs behind a value")
            if ahead == "^":
                self.advance()
                node = self.raised(node)
            elif ahead == "!":
                self.advance()
                node = Call("factorial2" if self.accept("!") else "factorial", (node,))
            elif ahead == "%":
                self.advance()
                node = Percent(node)
            elif ahead == "'":
                self.advance()
                node = primed(node)
            elif ahead == "°":
                self.advance()
                node = product([node, DEGREE])
            else:
                self.advance()
                node = self.based(node)
        return node

    def raised(self, base: Node) -> Node:
        """exponent = degree sign | prime | "{" expr "}" | signed atom"""
        if self.kind == "o" and self.ahead in "°'*":
            mark = self.ahead
            self.advance()
            return decorated(base, mark)
        if self.kind == "o" and self.ahead == "{":
            inner = self.tokens[self.i + 1]
            if inner[0] == "o" and inner[1] in ("°", "'", "*", "^c"):
                self.advance()
                while self.accept(inner[1]):
                    base = decorated(base, inner[1])
                self.expect("}")
                return base
            exponent = self.braced_number() or self.braced_exponent()
        elif self.kind == "o" and self.ahead in "+-±":
            exponent = self.nested(self.signed_atom)
        else:
            exponent = self.atom()
            if self.kind == "o" and self.ahead == "^":
                self.advance()
                exponent = self.nested(lambda: self.raised(exponent))
        return Power(base, exponent)

    def braced_exponent(self) -> Node:
        """ "{" expr "}" """
        self.advance()
        exponent = self.nested(self.expr)
        self.expect("}")
        return exponent

    def signed_atom(self) -> Node:
        """A sign and an atom: `x^-1`."""
        sign = self.ahead
        self.advance()
        node = self.atom()
        return negated(node) if sign == "-" else node

    def based(self, node: Node) -> Node:
        """A subscript behind a name that already ended, such as `x'_1`."""
        if not isinstance(node, Symbol):
            raise self.error("a subscript behind what is no name")
        return Symbol(f"{node.name}_{self.raw_group()}")

    # --- atoms

    def atom(self) -> Node:
        """atom = number | name | constant | function | set | brackets | matrix"""
        kind, ahead = self.kind, self.ahead
        if kind == "n":
            return self.number()
        if kind == "s":
            return self.symbol()
        if kind in "ofe":
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise self.error(f"nested deeper than {MAX_DEPTH}")
            node = self.compound(kind, ahead)
            self.depth -= 1
            return node
        if kind not in "crSu":
            raise self.error("a value is missing" if kind == "$" else f"{ahead!r} is not read")
        return self.other_atom(kind, ahead)

    def compound(self, kind: str, ahead: str) -> Node:
        """compound = brackets | function | environment"""
        if kind == "f":
            self.advance()
            return FUNCTIONS.get(ahead, Functions.function)(self, ahead)
        if kind == "e":
            return self.environment()
        rule = _BRACKETS.get(ahead)
        if rule is None:
            raise self.error(f"{ahead!r} where a value should stand")
        self.advance()
        return rule(self)

    def other_atom(self, kind: str, ahead: str) -> Node:
        """A constant, a repeating decimal, a named set or an amount of money."""
        if kind == "u":
            currency = self.currency()
            return Quantity(self.power(), currency)
        self.advance()
        if kind == "r":
            if len(ahead) > MAX_REPEATING:
                raise self.error("a repeating decimal of that length")
            return repeating(ahead)
        if kind == "c":
            self.vectors = self.vectors or ahead[-1] == "^"
            return Constant(ahead)
        suffix = ""
        while self.kind == "o" and self.ahead in "^_":
            self.advance()
            suffix += self.raw_group()
        return NamedSet(_SET_NAMES.get(ahead + suffix, ahead + suffix))

    def number(self) -> Node:
        """number = digits [ "." digits ] [ "e" digits ] [ base | proper fraction ]"""
        at = self.i
        text = self.ahead
        if self.brackets and len(text) != self.tokens[at][3] - self.tokens[at][2]:
            self.ungroup()
            text = self.ahead
        self.advance()
        if self.kind == "o" and self.ahead == "_":
            self.advance()
            base = self.raw_group()
            found = base_number(text, base)
            if found is None:
                self.goto(at)
                raise self.error("digits that the base does not have")
            return found
        node = literal(text)
        if node is None:
            self.goto(at)
            raise self.error(f"a number of more than {MAX_DIGITS} digits")
        if self.kind in "fn" and type(node.value) is int and node.places is None:
            part = self.proper_fraction()
            if part is not None:
                return Number(node.value + part)
        return node

    def ungroup(self, ahead: int = 0) -> None:
        """Between brackets a plain comma separates: `(12,102)` is a pair."""
        at = self.i + ahead
        _, _, start, end = self.tokens[at]
        written = self.text[start:end]
        if "," in written and "{" not in written and "\\" not in written:
            parts: list[Token] = []
            for digits in written.split(","):
                parts += [
                    ("n", digits, start, start + len(digits)),
                    (",", ",", start + len(digits), start + len(digits) + 1),
                ]
                start += len(digits) + 1
            self.tokens[at : at + 1] = parts[:-1]
            self.goto(self.i)

    def proper_fraction(self) -> Fraction | None:
        r"""proper fraction = "\\frac" digits digits | digits "/" digits, below one, behind a whole number"""
        at = self.i
        if self.kind == "f" and self.ahead == "frac":
            found = _MIXED.match(self.text, self.tokens[at][2])
            if found is None:
                return None
            top, bottom = int(found[1] or found[2]), int(found[3] or found[4])
            if not 0 < top < bottom:
                return None
            while self.tokens[self.i][2] < found.end():
                self.advance()
            return Fraction(top, bottom)
        if self.kind != "n" or self.tokens[at + 1][1] != "/" or self.tokens[at + 2][0] != "n":
            return None
        if self.brackets:
            self.ungroup(2)
        top_text, bottom_text = self.ahead, self.tokens[at + 2][1]
        if not (top_text.isdecimal() and bottom_text.isdecimal()) or len(bottom_text) > 9:
            return None
        if not 0 < int(top_text) < int(bottom_text):
            return None
        self.goto(at + 3)
        return Fraction(int(top_text), int(bottom_text))

    def symbol(self) -> Node:
        """name = letter [ "_" group ] [ "(" arguments ")" for f, g, h and for C(n,k) ]"""
        name = self.ahead
        self.advance()
        if name in "ie" and len(name) == 1 and not (self.kind == "o" and self.ahead == "_"):
            return Constant(name)
        if self.kind == "o" and self.ahead == "_":
            self.advance()
            subscript = self.raw_group()
            if (
                name in "CA"
                and subscript.isdigit()
                and _CHOSEN.match(self.text, self.tokens[self.i][2])
            ):
                return self.chosen(name, subscript)
            name = f"{name}_{subscript}"
        if self.kind == "o" and self.ahead in "'^":
            name += self.primes()
        if self.kind == "o" and self.ahead == "(" and name[0] in "fghFGCP":
            return self.called(name)
        return Symbol(name)

    def primes(self) -> str:
        r"""primes = { "'" } | "^" "{" { "'" } "}", as `f^{\\prime\\prime}` writes them"""
        first = self.i
        ahead = self.tokens[first + 1 : first + 3]
        if self.ahead == "^" and all(token[1] != "'" for token in ahead):
            return ""
        braced = self.accept("^") and self.accept("{")
        found = ""
        while self.accept("'"):
            found += "'"
        if not found or (braced and not self.accept("}")):
            self.goto(first)
            return ""
        return found

    def chosen(self, name: str, below: str) -> Node:
        """`C_5^2`: of the two numbers the larger is n, as both writing orders are in use."""
        self.advance()
        above = self.raw_group()
        if not above.isdigit():
            raise self.error("a choice out of something else than a whole number")
        n, k = max(int(below), int(above)), min(int(below), int(above))
        return Call("binom" if name == "C" else "perm", (Number(n), Number(k)))

    def called(self, name: str) -> Node:
        """`f(x)` is a call, `C(5,2)` a binomial, any other letter in front of brackets a product."""
        if name in ("C", "P"):
            if not self.is_pair_ahead():
                return Symbol(name)
            name = "binom" if name == "C" else "perm"
        self.advance()
        args = self.items(")")
        if not args or (name in ("binom", "perm") and len(args) != 2):
            raise self.error(f"{name} of {len(args)} arguments")
        return Call(name, args)

    def is_pair_ahead(self) -> bool:
        """True where one comma stands in the brackets ahead. Counted, as reading twice takes 2^depth steps."""
        depth = commas = 0
        for kind, text, start, end in self.tokens[self.i :]:
            if kind == "o" and text in _OPENS:
                depth += 1
            elif kind == "o" and text in _CLOSES:
                depth -= 1
                if not depth:
                    return commas == 1 and text == ")"
            elif depth == 1:
                commas += kind == "," or (kind == "n" and "," in self.text[start:end])
        return False


_OPENS, _CLOSES = frozenset("([{⟨") | {"<{"}, frozenset(")]}⟩") | {"}>"}
_BRACKETS: dict[str, Callable[[Parser], Node]] = {
    "(": Parser.parenthesised, "[": Parser.squared, "]": Parser.reversed_bracket, "{": Parser.braced,
    "<{": Parser.set_braced, "|": Parser.barred, "‖": Parser.double_barred, "⟨": Parser.angled, "⌊": Parser.floored,
    "⌈": Parser.ceiled,
}  # fmt: skip
