"""The ladder: same text; same exact number; same form; same value; containers; and only then the symbolic worker."""

from __future__ import annotations

import re
from dataclasses import field
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING
from zlib import crc32

from r1rewards.answers.decisions import Decision
from r1rewards.answers.nodes import SCALARS, Either, Node, Number
from r1rewards.answers.options import DEFAULT, STRICT, Options
from r1rewards.answers.reading.answer import read_answer
from r1rewards.answers.records import record
from r1rewards.answers.rules.kinds import Judge
from r1rewards.answers.values.exact import Rational, UndefinedError, rational
from r1rewards.answers.values.identity import infinity_sign
from r1rewards.answers.writing import write
from r1rewards.errors import BadCallError, UnreadableAnswerError

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence


@record(frozen=True, slots=True)
class Reference:
    """A reference answer, read once. `problem` says why it cannot be used, or is None.

    number, places: of a single plain number, its exact value and digits after the point: what the fast path compares.
    """

    texts: tuple[str, ...]
    nodes: tuple[Node, ...] = field(compare=False, repr=False)
    problem: str | None = None
    number: tuple[int, int] | None = field(default=None, compare=False, repr=False)


SAME_TEXT = Decision(True, "text")
SAME_NUMBER = Decision(True, "number")
OTHER_NUMBER = Decision(False, "number", "a different number")

_PLAIN = re.compile(
    r"(-?)(?:(\d{1,18})(?:\.(\d{1,18}))?|\\[dt]?frac\{(-?\d{1,18})\}\{(\d{1,18})\}|(\d{1,18})/(\d{1,18}))"
)


_INFINITE = re.compile(r"inf|oo|[^\x00-\x7f]", re.IGNORECASE)
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3}){1,5}(?:\.\d+)?")


def plain_number(text: str) -> tuple[int, int] | None:
    """(numerator, denominator) of the spellings that nearly all answers have; None for every other text."""
    m = _PLAIN.fullmatch(text)
    if m is None:
        return None
    sign, whole, decimals, top, bottom, over, under = m.groups()
    if whole is not None:
        if decimals is None:
            return (-int(whole) if sign else int(whole)), 1
        scale = 10 ** len(decimals)
        value = int(whole) * scale + int(decimals)
        return (-value if sign else value), scale
    n, d = int(top or over), int(bottom or under)
    return ((-n if sign else n), d) if d else None


def read(text: str) -> Node:
    """The answer that `text` writes. Raises UnreadableAnswerError, the span marked."""
    return read_answer(text.strip())


def read_reference(reference: str | float | Sequence[str]) -> Reference:
    """The reference as `decide` wants it; cached. A list means any of them.

    Raises BadCallError for what is neither text nor number; an unusable text has its `problem` set instead.
    """
    if isinstance(reference, str):
        return _read_texts((reference,))
    if isinstance(reference, (int, float)) and not isinstance(reference, bool):
        return _read_texts((repr(reference),))
    if isinstance(reference, (list, tuple)) and reference:
        texts = tuple(
            r if isinstance(r, str) else repr(r) for r in reference if not isinstance(r, bool)
        )
        if len(texts) == len(reference) and all(
            isinstance(r, (str, int, float)) for r in reference
        ):
            return _read_texts(texts)
    raise BadCallError(
        f"a reference is a str, a number or a list of str, not {reference!r:.80}. Convert the column first."
    )


@lru_cache(maxsize=65_536)
def _read_texts(texts: tuple[str, ...]) -> Reference:
    return read_texts(texts)


def read_texts(texts: tuple[str, ...]) -> Reference:
    """The reference that any of `texts` is, read anew."""
    if len(texts) == 1:
        found = plain_number(texts[0])
        if found is not None:
            return _plain_reference(texts[0], *found)
    nodes: list[Node] = []
    usable: list[str] = []
    problem = None
    for text in map(str.strip, texts):
        node = _usable(text)
        if isinstance(node, str):
            problem = problem or node
        else:
            usable.append(text)
            nodes.append(node)
    if not nodes:
        return Reference((), (), problem)
    number, only = None, nodes[0]
    if type(only) is Number and only.places is None and len(nodes) == 1:
        number = only.value.numerator, only.value.denominator
    return Reference(tuple(usable), tuple(nodes), None, number)


def _plain_reference(text: str, top: int, bottom: int) -> Reference:
    """A whole number, fraction or decimal: four of five references."""
    if bottom == 1 and "." not in text:
        return Reference((text,), (Number(top),), None, (top, bottom))
    value: int | Fraction = Fraction(top, bottom)
    value = value.numerator if value.denominator == 1 else value
    if "." not in text:
        return Reference((text,), (Number(value),), None, (top, bottom))
    return Reference((text,), (Number(value, len(text) - text.index(".") - 1),))


def _usable(text: str) -> Node | str:
    """What a reference writes, or why it cannot be used."""
    try:
        node = read_answer(text)
        if type(node) is Number:
            return node
        for one in node.readings if isinstance(node, Either) else (node,):
            # Both raise UndefinedError. No infinity is written without one of these letters.
            if type(one) in SCALARS and rational(one) is None and _INFINITE.search(text):
                infinity_sign(one)
    except UnreadableAnswerError as e:
        return str(e)
    except UndefinedError:
        return f"undefined: {text}"
    return node


def decide(
    answer: str, reference: Reference, options: Options = DEFAULT, *, symbolic: bool = True
) -> Decision:
    """Whether `answer` is `reference`. With `symbolic=False`, what needs the last rung returns `same=None` at once."""
    if answer in reference.texts:
        return SAME_TEXT
    if reference.number is not None:
        found = plain_number(answer)
        if found is not None:
            (a, b), (c, d) = found, reference.number
            return SAME_NUMBER if a * d == b * c else OTHER_NUMBER
        if (
            "," in answer
            and plain_number(answer.replace(",", "")) == reference.number
            and _GROUPED.fullmatch(answer)
        ):
            return SAME_NUMBER
    return _climb(answer.strip(), reference, options, symbolic=symbolic)


def _climb(answer: str, reference: Reference, options: Options, *, symbolic: bool) -> Decision:
    """The rungs above text."""
    if answer in reference.texts:
        return SAME_TEXT
    try:
        node = read_answer(answer)
    except UnreadableAnswerError as e:
        return Decision(False, "unreadable", str(e))
    found = Decision(None, "limits", "no usable reference")
    is_open = False
    for text, wanted in zip(reference.texts, reference.nodes, strict=True):
        judge = Judge(options, crc32(f"{answer}\0{text}".encode("utf-8", "replace")))
        verdict = judge.same(node, wanted)
        if verdict:
            return Decision(True, judge.rung)
        if verdict is None and judge.needs_sympy:
            is_open = True
        found = Decision(verdict, judge.rung if verdict is False else "limits", judge.why)
    if is_open and symbolic:
        from r1rewards.answers.symbolic import submit

        return submit(answer, reference, options).result()
    return Decision(None, "symbolic", "left to the symbolic rung") if is_open else found


def same(left: str | Node, right: str | Node) -> bool:
    """True where both mean the same. Symmetric, reflexive, and transitive but for names: `x=5` and `k=5` are both 5."""
    a = read(left) if isinstance(left, str) else left
    b = read(right) if isinstance(right, str) else right
    seed = crc32("\0".join(sorted((write(a), write(b)))).encode("utf-8", "replace"))
    return a == b or bool(Judge(STRICT, seed, is_strict=True).same(a, b))


def answer_key(text: str) -> Hashable | None:
    """A value that equal answers share, cheaply; None where only `same` can tell."""
    try:
        node = read(text)
        value: Rational | None = rational(node)
    except (UnreadableAnswerError, UndefinedError):
        return None
    return value
