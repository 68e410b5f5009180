"""A place in a list of tokens, and the rules that files further on provide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from r1rewards.answers.limits import MAX_DEPTH
from r1rewards.answers.reading.tokens import Token, marked

if TYPE_CHECKING:
    from collections.abc import Callable

    from r1rewards.answers.nodes import Node
    from r1rewards.errors import UnreadableAnswerError


class Cursor:
    """One reading of one token list. `i` is the token ahead."""

    __slots__ = (
        "ahead",
        "bars",
        "brackets",
        "builders",
        "depth",
        "i",
        "kind",
        "signs",
        "text",
        "tokens",
        "vectors",
    )

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.i = self.depth = self.bars = self.brackets = self.builders = self.signs = 0
        self.vectors = False
        self.kind, self.ahead, _, _ = tokens[0]

    def advance(self) -> None:
        """Past the token ahead."""
        self.i = i = self.i + 1
        self.kind, self.ahead, _, _ = self.tokens[i]

    def goto(self, i: int) -> None:
        """Back or forth to token i."""
        self.i = i
        self.kind, self.ahead, _, _ = self.tokens[i]

    def accept(self, op: str) -> bool:
        """True, and past it, where operator `op` is ahead."""
        if self.ahead == op and self.kind == "o":
            self.advance()
            return True
        return False

    def expect(self, op: str) -> None:
        """Past `op`; a missing closing bracket at the very end is repaired."""
        if not self.accept(op) and self.kind != "$":
            raise self.error(f"expected {op!r}")

    def error(self, why: str) -> UnreadableAnswerError:
        """The error to raise here, the token ahead marked."""
        _, _, start, end = self.tokens[self.i]
        return marked(self.text, start, end, why)

    def nested(self, rule: Callable[[], Node]) -> Node:
        """`rule()` one level deeper. Raises beyond MAX_DEPTH."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"nested deeper than {MAX_DEPTH}")
        node = rule()
        self.depth -= 1
        return node

    if TYPE_CHECKING:  # the rules that files further on provide

        def relation(self) -> Node:
            """See `grammar.Parser`."""

        def expr(self) -> Node:
            """See `grammar.Parser`."""

        def term(self) -> Node:
            """See `grammar.Parser`."""

        def factor(self) -> Node:
            """See `grammar.Parser`."""

        def power(self) -> Node:
            """See `grammar.Parser`."""

        def atom(self) -> Node:
            """See `grammar.Parser`."""

        def ungroup(self, ahead: int = 0) -> None:
            """See `grammar.Parser`."""

        def is_stuck(self) -> bool:
            """See `grammar.Parser`."""

        def signed(self) -> Node:
            """See `grammar.Parser`."""

        def signed_atom(self) -> Node:
            """See `grammar.Parser`."""

        def environment(self, *, cases: bool = False) -> Node:
            """See `functions.Functions`."""
