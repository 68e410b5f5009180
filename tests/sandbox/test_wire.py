"""What crosses between a program and its judge."""

from __future__ import annotations

import math
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r1rewards.sandbox.wire import WireError, decode, decode_json, encode
from tests.clock import assert_quick

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
    | st.fractions() | st.decimals(allow_nan=False) | st.complex_numbers(allow_nan=False)
    | st.datetimes() | st.dates() | st.times() | st.timedeltas() | st.just(...)
    | st.builds(range, st.integers(-9, 9), st.integers(-9, 9))
)  # fmt: skip
HASHABLE = SCALARS | st.tuples(SCALARS, SCALARS) | st.frozensets(SCALARS, max_size=3)
PLAIN = st.recursive(
    HASHABLE
    | st.sets(HASHABLE, max_size=3)
    | st.builds(Counter, st.text(max_size=9))
    | st.binary().map(bytearray),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(HASHABLE, inner, max_size=3)
        | st.builds(deque, st.lists(inner, max_size=3), st.none() | st.integers(3, 5))
        | st.dictionaries(HASHABLE, inner, max_size=3).map(OrderedDict)
    ),
    max_leaves=12,
)


def types_of(value: Any) -> Any:
    if isinstance(value, dict):
        return type(value), [(types_of(k), types_of(v)) for k, v in value.items()]
    if isinstance(value, (list, tuple, deque)):
        return type(value), [types_of(item) for item in value]
    return type(value)


@given(PLAIN)
def test_decode_undoes_encode_types_included(value: Any) -> None:
    back = decode(encode(value))
    assert back == value
    assert types_of(back) == types_of(value)


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_decode_to_plain_data_or_are_a_wire_error(blob: bytes) -> None:
    try:
        decode(blob)
    except WireError:
        pass


@pytest.mark.parametrize(
    "blob",
    [
        b'{"unknown": 1}', b'{"tuple": 3}', b'{"set": [[1]]}', b'{"int": "zz"}', b'{"dict": [[1]]}', b'{"range": []}',
        b'{"fraction": [1, 0]}', b'{"decimal": "x"}', b'{"ref": 1}', b"{}", b'{"a": 1, "b": 2}', b"[" * 100_000,
        b'{"array": ["|O", [1], "AAAAAAAAAAA="]}', b'{"array": ["<i8", [5], "AA=="]}', b'{"deque": [[1], -1]}',
        b'{"bytes": "\\u00e9"}', b"1" * 5000, b'{"datetime": 3}', b'{"complex": ["x"]}', b'{"array": [[], [], []]}',
    ],
)  # fmt: skip
def test_forged_bytes_are_a_wire_error(blob: bytes) -> None:
    with pytest.raises(WireError):
        decode(blob)


def test_subclasses_arrive_as_what_they_are_underneath() -> None:
    class Cheat(int):
        __hash__ = int.__hash__

        def __eq__(self, other: object) -> bool:
            return True

    class Colour(IntEnum):
        RED = 1

    point = namedtuple("Point", "x y")(1, 2)  # noqa: PYI024
    nested = defaultdict(list, {"a": [Cheat(7)]})
    back = decode(encode([Cheat(0), Colour.RED, point, nested]))
    assert types_of(back) == types_of([0, 1, (1, 2), {"a": [7]}])
    assert back == [0, 1, (1, 2), {"a": [7]}]


@pytest.mark.parametrize("value", [object(), len, WireError, (x for x in ()), [object()], math])
def test_what_is_not_plain_is_refused(value: Any) -> None:
    with pytest.raises(WireError, match="not plain data"):
        encode(value)


def test_cycles_and_deep_nesting_are_refused_not_followed() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    with pytest.raises(WireError, match="nested deeper"):
        encode(cycle)


def test_references_stand_for_what_has_no_plain_form() -> None:
    thing = object()
    blob = encode([1, thing], refer=lambda _: 5)
    assert decode(blob, resolve=lambda number: ("thing", number)) == [1, ("thing", 5)]


@pytest.mark.parametrize(
    "value",
    [
        np.int64(5),
        np.float32(0.5),
        np.arange(6).reshape(2, 3),
        np.array(["a", "bc"]),
        np.zeros((0, 2)),
    ],
)
def test_numpy_crosses_as_arrays_or_as_numbers(value: Any) -> None:
    same = decode(encode(value), arrays=True)
    assert same.dtype == value.dtype
    assert np.array_equal(same, value)
    assert decode(encode(value)) == value.tolist() == decode(encode(value, arrays=False))


def test_moments_with_a_time_zone_keep_it() -> None:
    moment = datetime(2025, 1, 2, 3, 4, 5, 6, tzinfo=timezone(timedelta(hours=2)))
    assert decode(encode([moment, date(2025, 1, 2), time(3, 4)])) == [
        moment,
        date(2025, 1, 2),
        time(3, 4),
    ]


def test_builtin_types_cross_by_name_and_no_others() -> None:
    assert decode(encode([int, str, object])) == [int, str, object]
    with pytest.raises(WireError):
        decode(b'{"type": "SystemExit"}')


def test_huge_numbers_cross_without_decimal_digits() -> None:
    value = [1 << 100_000, -(1 << 64), Fraction(1, 3), Decimal("1E+5")]
    assert decode(encode(value)) == value


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
        ),
    )
)
def test_json_is_read_as_json(value: Any) -> None:
    assert repr(decode_json(encode(value))) == repr(value)


def test_what_stands_for_json_is_read_as_json() -> None:
    value = [(1, [2]), OrderedDict(a=1), Counter("aab"), {1: "x", None: 2.5, False: 1 << 70}]
    read = [(1, [2]), {"a": 1}, {"a": 2, "b": 1}, {"1": "x", "null": 2.5, "false": 1 << 70}]
    assert decode_json(encode(value)) == read


@pytest.mark.parametrize(
    "blob",
    [
        b'{"fraction": ["1e99999999"]}',  # a number of a hundred million digits
        b'{"set": [1]}',
        b'{"decimal": "1"}',
        b'{"dict": [[1, 0], ["1", 0]]}',
        b'{"dict": [[{"tuple": []}, 0]]}',
        b'{"ref": 1}',
        b"[1",
    ],
)
def test_what_no_json_value_equals_is_refused_unread(blob: bytes) -> None:
    with pytest.raises(WireError):
        decode_json(blob)


def test_integers_that_all_have_one_hash_are_read_in_no_time() -> None:
    """Five minutes for the host, where they are keys of a dict: 100,000 of them fit into what a program may return."""
    keys = [(2**61 - 1) * k for k in range(100_000)]
    blob = b'{"dict":[' + b",".join(b'[{"int":"%x"},0]' % key for key in keys) + b"]}"
    assert_quick(lambda: decode_json(blob), 10)
