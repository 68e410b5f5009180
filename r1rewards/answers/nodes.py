r"""What an answer can be: small frozen dataclasses, compared by structure.

A node says what was written, after spelling is out of the way (`\\dfrac12` and `1/2` give equal nodes); whether two
nodes mean the same is decided in `equal`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction


class Node:
    """The root of all nodes."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Number(Node):
    """An exact rational. `places`: digits after the decimal point where it was written as a decimal."""

    value: int | Fraction
    places: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Text(Node):
    """Words, wrappers and spacing removed, case kept."""

    words: str
