"""Is this what was expected? What a program gave against what it should give, on the host, as bytes and plain data.

Covered: nothing of the program takes part. Output is bytes, return values are exact builtin types, and no comparison
runs code of the program's. Nothing is lower-cased, zipped, cut to a common prefix or turned into a set, and a tolerance
is never applied to an integer.
Not covered: a test whose expected output is itself wrong or too little.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from r1rewards.sandbox.wire import json_key

OutputCheck = Callable[[bytes, bytes], bool]
"""(what the program printed, what it should have printed) -> same or not."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Real numbers may differ by `absolute`, or by `relative` times the expected number."""

    absolute: float
    relative: float

    def allows(self, got: float, expected: float) -> bool:
        """True where the two numbers are close enough. NaN is close to nothing, an infinity to itself only."""
        if math.isinf(expected) or math.isinf(got):
            return got == expected
        return abs(got - expected) <= max(self.absolute, self.relative * abs(expected))


def lines_of(output: bytes) -> list[bytes]:
    """The lines of `output` without what never matters: CRLF, blanks at line ends, empty lines at the end."""
    lines = [line.rstrip() for line in output.split(b"\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def same_lines(got: bytes, expected: bytes) -> bool:
    """The default: equal byte by byte, white space at line ends and at the end of the text apart."""
    return got == expected or lines_of(got) == lines_of(expected)


def same_tokens(got: bytes, expected: bytes) -> bool:
    """Equal word by word; how words are spaced and broken into lines does not matter."""
    return got.split() == expected.split()


def same_lines_unordered(got: bytes, expected: bytes) -> bool:
    """The same lines, each as often, in any order."""
    return Counter(lines_of(got)) == Counter(lines_of(expected))


def same_floats(tolerance: Tolerance) -> OutputCheck:
    """Equal word by word, where a word that is expected to be a real number may differ by `tolerance`."""

    def same(got: bytes, expected: bytes) -> bool:
        left, right = got.split(), expected.split()
        return len(left) == len(right) and all(
            a == b or _same_real(a, b, tolerance) for a, b in zip(left, right, strict=True)
        )

    return same


_NUMBER = re.compile(rb"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,5})?")
_LONGEST_NUMBER = 400  # digits of the largest double, written out


def _same_real(got: bytes, expected: bytes, tolerance: Tolerance) -> bool:
    if max(len(got), len(expected)) > _LONGEST_NUMBER:
        return False
    if not (_NUMBER.fullmatch(got) and _NUMBER.fullmatch(expected)):
        return False
    if not _is_real(expected):  # an integer may be written as 3.0, but not missed
        return Decimal(got.decode()) == Decimal(expected.decode())
    return tolerance.allows(float(got), float(expected))


def _is_real(number: bytes) -> bool:
    return b"." in number or b"e" in number or b"E" in number


def same_value(
    got: Any, expected: Any, tolerance: Tolerance | None = None, *, deep_tuples: bool = False
) -> bool:
    """Whether `got`, which a function returned, is the JSON value `expected`.

    A tuple equals a list at the top level (at any depth with `deep_tuples`, as APPS and TACO compare); a bool is not an
    int; 3 equals 3.0; keys of a dict are compared as JSON writes them. `tolerance` holds where a float is expected.
    """
    pairs = [(got, expected, True)]
    while pairs:
        left, right, tuple_is_list = pairs.pop()
        if tuple_is_list and type(left) is tuple:
            left = list(left)
        inner = _inner_pairs(left, right, tolerance)
        if inner is None:
            return False
        pairs += [(a, b, deep_tuples) for a, b in inner]
    return True


def _inner_pairs(
    got: Any, expected: Any, tolerance: Tolerance | None
) -> list[tuple[Any, Any]] | None:
    """What is left to compare where the outsides agree; None where they do not."""
    if type(expected) in (int, float) and type(got) in (int, float):
        return [] if _same_number(got, expected, tolerance) else None
    if type(got) is not type(expected):
        return None
    if type(expected) is list:
        return list(zip(got, expected, strict=True)) if len(got) == len(expected) else None
    if type(expected) is dict:
        got, expected = _json_keys(got), _json_keys(expected)
        if got is None or expected is None or got.keys() != expected.keys():
            return None
        return [(got[key], expected[key]) for key in expected]
    return [] if got == expected else None


def _same_number(got: float, expected: float, tolerance: Tolerance | None) -> bool:
    if got == expected:
        return True
    if type(expected) is not float:
        return False
    if math.isnan(expected):
        return got != got  # noqa: PLR0124 - math.isnan overflows on a large int
    try:
        return tolerance is not None and tolerance.allows(float(got), expected)
    except OverflowError:
        return False


def _json_keys(value: dict[Any, Any]) -> dict[str, Any] | None:
    """The dict with its keys as `json.dumps` writes them; None where two keys become one, or JSON has no such key."""
    keys = list(map(json_key, value))
    if None in keys or len(set(keys)) < len(keys):
        return None
    return dict(zip(keys, value.values(), strict=True))  # type: ignore[arg-type]


def same_items_unordered(got: Any, expected: Any, tolerance: Tolerance | None = None) -> bool:
    """A list (or tuple) with the same items, each as often, in any order; any other value as `same_value`.

    A tolerance pairs the items by size, and so holds for plain lists of numbers only.
    """
    if type(got) not in (list, tuple) or type(expected) is not list:
        return same_value(got, expected, tolerance)
    if len(got) != len(expected):
        return False
    if tolerance is not None and set(map(type, [*got, *expected])) <= {int, float}:
        return same_value(sorted(got), sorted(expected), tolerance)
    return Counter(map(_canonical, got)) == Counter(map(_canonical, expected))


def _canonical(value: Any) -> tuple[Any, ...]:
    """Equal for two values that `same_value` calls the same, and hashable. Depth is bounded where the value came in."""
    kind = type(value)
    if kind in (int, float):
        return ("nan",) if value != value else ("number", _number_text(value))  # noqa: PLR0124 - as above
    if kind in (list, tuple):
        return (kind.__name__, *map(_canonical, value))
    if kind is dict:
        keyed = _json_keys(value)
        if keyed is None:
            return ("unreadable", id(value))
        return ("dict", frozenset((key, _canonical(item)) for key, item in keyed.items()))
    if kind in (str, bool, type(None)):
        return (kind.__name__, value)
    return ("unreadable", id(value))


def _number_text(value: float) -> str:
    """One text for 3 and 3.0. Texts have hashes that nobody can know; integers of one hash are easily found."""
    if type(value) is float and not value.is_integer():
        return repr(value)
    return hex(int(value))
