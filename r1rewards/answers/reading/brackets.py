r"""Brackets of every shape: groups, tuples, intervals, sets, absolute values."""

from __future__ import annotations

from r1rewards.answers.build import EMPTY, is_infinite, literal, product, reciprocal
from r1rewards.answers.limits import MAX_ITEMS
from r1rewards.answers.nodes import (
    Call,
    FiniteSet,
    Interval,
    Matrix,
    Node,
    SetBuilder,
    Sum,
    Symbol,
    Tuple,
)  # fmt: skip
from r1rewards.answers.reading.cursor import Cursor

_OPEN_BRACES, _CLOSED_BRACES = frozenset(("{", "<{")), frozenset(("}", "}>"))
_BRACES = _OPEN_BRACES | _CLOSED_BRACES
_BEFORE_A_VALUE = frozenset("+-*/^=≠<≤≥>≈∈∉≡∼→±∓∪∩∖,") | {""}
_NO_EXPRESSION = frozenset("=≠<≤>≥≈∈∉≡∼→⊂⊥∥:∪∩∖…&⏎") | {"\\sep", "pmod"}
"""Operators that no expression has: what holds them between braces is a set."""


class Brackets(Cursor):
    """The rules for what stands between brackets."""

    __slots__ = ()

    def items(self, *closing: str) -> tuple[Node, ...]:
        """items = [ relation { separator relation } ] closing"""
        found: list[Node] = []
        bars, self.bars = self.bars, 0
        self.brackets += 1
        while not (self.kind == "o" and self.ahead in closing and (found or self.ahead != "[")):
            if self.kind == "$":
                break
            if found and not self.separated():
                raise self.error(f"expected {' or '.join(closing)}")
            if self.kind == "o" and self.ahead in closing and self.ahead != "[":
                break
            found.append(Symbol("…") if self.accept("…") else self.relation())
            if len(found) > MAX_ITEMS:
                raise self.error(f"more than {MAX_ITEMS} items")
        self.bars = bars
        self.brackets -= 1
        self.advance_unless_end()
        return tuple(found)

    def advance_unless_end(self) -> None:
        """Past a closing bracket; at the end of the text it is taken as written."""
        if self.kind != "$":
            self.advance()

    def separated(self) -> bool:
        """separator = "," | ";" | "and" | "or" | wide space, any number of them"""
        at = self.i
        while self.kind == "," or (self.kind == "o" and self.ahead in ("\\sep", "⏎")):
            self.advance()
        return self.i > at

    def parenthesised(self) -> Node:
        """ "(" items ( ")" | "]" | "[" ): a group, a tuple, or an interval"""
        return self.bracketed("(")

    def bracketed(self, opened: str) -> Node:
        """What stands between round or square brackets, whichever way they face."""
        inner = (
            self.items(")", "]", "[")
            if opened != "(" or self.is_interval_ahead()
            else self.items(")", "]")
        )
        closed = (
            self.tokens[self.i - 1][1]
            if self.tokens[self.i - 1][1] in ")]["
            else {"(": ")"}.get(opened, "]")
        )
        if not inner:
            raise self.error("empty brackets")
        matched = opened + closed in ("()", "[]")
        if len(inner) == 1:
            if not matched:
                raise self.error("brackets that do not match")
            return inner[0]
        if len(inner) == 2 and (not matched or is_infinite(inner[0]) or is_infinite(inner[1])):
            return Interval(inner[0], inner[1], opened == "[", closed == "]")
        if not matched:
            raise self.error("brackets that do not match")
        return Tuple(inner, opened + closed)

    def is_interval_ahead(self) -> bool:
        """True where `(a, b[` closes with a reversed bracket: no round bracket closes before the end."""
        return self.tokens[-2][1] == "[" and not any(
            t[1] == ")" and t[0] == "o" for t in self.tokens[self.i :]
        )

    def squared(self) -> Node:
        """ "[" items ( "]" | ")" | "[" )"""
        return self.bracketed("[")

    def reversed_bracket(self) -> Node:
        """ "]" items ( "[" | "]" ): an interval with an open lower end"""
        return self.bracketed("]")

    def braced(self) -> Node:
        r"""LaTeX group: "{" expr [ "\choose" | "\over" expr ] "}"; with separators, a set"""
        if self.kind == "o":
            if self.accept("}"):
                if self.kind == "$":
                    raise self.error("an empty group")
                return self.nested(self.power)
        elif (
            self.kind == "s"
            and self.tokens[self.i + 1][1] in ("|", ":")
            and self.is_builder_ahead()
        ):
            return self.elements("}", "}>")
        if self.is_set_ahead():
            return self.elements("}", "}>")
        bars, self.bars = self.bars, 0
        node = self.nested(self.expr)
        if self.kind == "o" and self.ahead in ("choose", "over"):
            name = self.ahead
            self.advance()
            right = self.nested(self.expr)
            node = (
                Call("binom", (node, right))
                if name == "choose"
                else product([node, reciprocal(right)])
            )
        self.bars = bars
        self.expect("}")
        return node

    def is_set_ahead(self) -> bool:
        """True where the group ahead holds more than an expression: a comma, a relation, a unit, outside of brackets.

        Looked at token by token before it is read, as reading it twice would take 2^depth steps.
        """
        braces = others = 0
        for i in range(self.i, len(self.tokens)):
            kind, text, _, _ = self.tokens[i]
            if kind == "e" or (kind == "o" and text in _BRACES):
                braces += 1 if text in _OPEN_BRACES or text.startswith("\\begin") else -1
                if braces < 0:
                    return False
            elif braces:
                continue
            elif kind == "o" and text in "([⟨])⟩":
                others += 1 if text in "([⟨" or not others else -1
                if text == "(" and others == 1 and self.tokens[i + 1][1] in ("mod", "pmod"):
                    return True
            elif not others and (
                kind in ",t"
                or (kind == "u" and i > self.i)
                or (kind == "o" and text in _NO_EXPRESSION)
            ):
                return True
        return False

    def is_condition_ahead(self) -> bool:
        r"""True where a bar or colon ends the first element of the set ahead: `\\{x | x > 1\\}`, not `\\{|x|\\}`."""
        depth, bars, before = 0, 0, ""
        for kind, text, _, _ in self.tokens[self.i :]:
            if kind == "e":
                depth += 1 if text.startswith("\\begin") else -1
            elif kind == "o" and text in _OPEN_BRACES | {"(", "[", "⟨"}:
                depth += 1
            elif kind == "o" and text in _CLOSED_BRACES | {")", "]", "⟩"}:
                depth -= 1
            if depth < 0 or (not depth and kind == ","):
                return False
            if not depth and kind == "o" and text == "|":
                if not bars and before not in _BEFORE_A_VALUE:
                    return True
                bars ^= 1
            elif not depth and not bars and kind == "o" and text == ":":
                return True
            before = text if kind == "o" else kind
        return False

    def braced_number(self) -> Node | None:
        """`{12}`, which is what most groups are: read at once. None where something else is ahead."""
        at = self.i
        kind, digits, start, end = self.tokens[at + 1]
        if kind != "n" or self.tokens[at + 2][1] != "}" or len(digits) != end - start:
            return None
        node = literal(digits)
        if node is not None:
            self.goto(at + 3)
        return node

    def is_builder_ahead(self) -> bool:
        """True where a relation stands behind the bar, before the group ends: `{x | x > 1}`, but not `{x|y|}`."""
        ahead = [t[1] for t in self.tokens[self.i + 2 : self.i + 12]]
        end = ahead.index("}") if "}" in ahead else len(ahead)
        return any(op in ahead[:end] for op in "<>≤≥=≠∈")

    def set_braced(self) -> Node:
        r"""set = "\{" [ items | relation ( "|" | ":" ) relation { separator relation } ] "\}" """
        if (
            self.kind == "e"
            and self.tokens[-2][0] == "e"
            and self.ahead[7:] in ("array", "cases", "aligned", "matrix")
        ):
            node = self.environment(cases=True)
            self.accept("}>")
            return node
        return self.elements("}>", "}")

    def elements(self, *closing: str) -> Node:
        """The inside of set braces."""
        if self.is_condition_ahead():
            bars, self.bars = self.bars, 1
            self.builders += 1
            first = self.nested(self.relation)
            self.builders -= 1
            self.bars = bars
            if self.kind != "o" or self.ahead not in "|:":
                raise self.error("expected '|'")
            self.advance()
            return SetBuilder(first, self.items(*closing))
        if self.kind == "$":
            raise self.error("a set without an element or end")
        inner = self.items(*closing)
        return FiniteSet(inner) if inner else EMPTY

    def barred(self) -> Node:
        """ "|" expr "|" """
        self.bars += 1
        brackets, self.brackets = self.brackets, 0
        node = self.nested(self.expr)
        self.bars -= 1
        self.brackets = brackets
        if not self.accept("|") and not self.accept("‖"):
            raise self.error("expected '|'")
        return Call("det", (node,)) if isinstance(node, Matrix) else Call("abs", (node,))

    def double_barred(self) -> Node:
        r""" "\|" expr "\|" """
        self.bars += 1
        node = self.nested(self.expr)
        self.bars -= 1
        if (
            self.kind == "o" and self.ahead == "|"
        ):  # `||x|-1|`: the outer bar and the inner one read as a double
            self.advance()
            self.bars += 1
            node = self.rest_of_sum(Call("abs", (node,)))
            self.bars -= 1
            self.expect("|")
            return Call("abs", (node,))
        self.expect("‖")
        return Call("norm", (node,))

    def rest_of_sum(self, first: Node) -> Node:
        """The terms behind one that was read already."""
        terms = [first]
        while self.kind == "o" and self.ahead in "+-":
            terms.append(self.signed())
        return Sum(tuple(terms)) if len(terms) > 1 else first

    def angled(self) -> Node:
        r""" "\langle" items "\rangle" """
        return Tuple(self.items("⟩"), "<>")

    def floored(self) -> Node:
        r""" "\lfloor" expr "\rfloor" """
        node = self.nested(self.expr)
        self.expect("⌋")
        return Call("floor", (node,))

    def ceiled(self) -> Node:
        r""" "\lceil" expr "\rceil" """
        node = self.nested(self.expr)
        self.expect("⌉")
        return Call("ceil", (node,))
