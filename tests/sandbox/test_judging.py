"""What a program gave against what it should give: bytes and plain data, no leniency that pays a cheat."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r1rewards.sandbox.judging import (
    Tolerance,
    same_floats,
    same_items_unordered,
    same_lines,
    same_lines_unordered,
    same_tokens,
    same_value,
)
from tests.clock import assert_quick

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
CLOSE = Tolerance(1e-6, 1e-6)


@pytest.mark.parametrize(
    "got",
    [b"6\n3\n", b"6\n3", b"6  \r\n3 \t\r\n\r\n\n", b"6\n3 \n  \n"],
)
def test_white_space_at_ends_never_matters(got: bytes) -> None:
    assert same_lines(got, b"6\n3\n")


@pytest.mark.parametrize(
    ("name", "got"),
    [
        ("prefix", b"6\n"),
        ("extra", b"6\n3\n0\n"),
        ("order", b"3\n6\n"),
        ("one line", b"6 3\n"),
        ("indented", b" 6\n3\n"),
        ("empty line first", b"\n6\n3\n"),
        ("doubled inner blank", b"6\n\n3\n"),
        ("empty", b""),
        ("full-width digit", "６\n3\n".encode()),
        ("NUL", b"6\n3\0\n"),
        ("no-break space", "6\u00a0\n3\n".encode()),
    ],
)
def test_any_other_difference_is_wrong(name: str, got: bytes) -> None:
    assert not same_lines(got, b"6\n3\n")


def test_case_matters() -> None:
    assert not any(same(b"yes", b"YES") for same in (same_lines, same_tokens, same_lines_unordered))


def test_tokens_forgive_spacing_only() -> None:
    assert same_tokens(b" 1\n2   3\n", b"1 2 3")
    assert not same_tokens(b"1 2", b"1 2 3")
    assert not same_tokens(b"1 3 2", b"1 2 3")
    assert not same_tokens(b"12 3", b"1 2 3")


def test_unordered_lines_count_how_often() -> None:
    assert same_lines_unordered(b"b\na\na\n", b"a\nb\na")
    assert not same_lines_unordered(b"a\nb\nb\n", b"a\nb\na")
    assert not same_lines_unordered(b"a\nb\n", b"a\nb\na")


@pytest.mark.parametrize(
    ("got", "expected", "same"),
    [
        (b"0.3333333", b"0.33333333", True),
        (b"0.3334", b"0.33333333", False),
        (b"1e6", b"1000000.0", True),
        (b"1000000000010", b"1000000000003", False),  # no tolerance on an integer
        (b"3.0", b"3", True),  # the same number, written another way
        (b"2.9999999", b"3", False),
        (b"nan", b"3.5", False),
        (b"inf", b"3.5", False),
        (b"3_5.0", b"35.0", False),
        (b"0x1p3", b"8.0", False),
        (b"YES 0.5", b"YES 0.50000001", True),
        (b"NO 0.5", b"YES 0.50000001", False),
        (b"0.5", b"0.5 0.5", False),
        (b"1e99999", b"1e99999", True),
        (b"1e99998", b"1e99999", True),  # both beyond a double: infinite
        (b"1" * 5000, b"2.5", False),
    ],
)
def test_a_tolerance_holds_for_expected_reals_only(got: bytes, expected: bytes, same: bool) -> None:
    assert same_floats(CLOSE)(got, expected) is same


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_what_lines_call_the_same_the_looser_checks_do_too(got: bytes, expected: bytes) -> None:
    for check in (same_lines, same_tokens, same_lines_unordered, same_floats(CLOSE)):
        assert check(got, got)
        assert check(got, expected) or not same_lines(got, expected)


@given(JSON, JSON)
def test_sameness_of_values_is_that_of_their_json_texts(a: Any, b: Any) -> None:
    def text(value: Any) -> str:  # 3.0 and 3 are one number, -0.0 and 0 too
        plain = json.loads(
            json.dumps(value), parse_float=lambda s: int(float(s)) if float(s).is_integer() else float(s)
        )  # fmt: skip
        return json.dumps(plain, sort_keys=True)

    assert same_value(a, a)
    assert same_value(a, b) is (text(a) == text(b))
    assert same_items_unordered(a, a)


@given(st.lists(JSON, max_size=5), st.randoms())
def test_shuffling_a_list_changes_nothing_where_order_is_free(
    items: list[Any], random: Any
) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)
    assert same_items_unordered(shuffled, items)
    assert not same_items_unordered([*shuffled, 0], items)


@pytest.mark.parametrize(
    ("got", "expected", "same"),
    [
        ((1, 2), [1, 2], True),
        ([(1, 2)], [[1, 2]], False),  # top level only
        (True, 1, False),
        (1, True, False),
        (0, False, False),
        (None, 0, False),
        ("3", 3, False),
        (3.0, 3, True),
        (3, 3.0, True),
        ([1, 2], [1, 2, 3], False),
        ([1, 2, 3], [1, 2], False),
        ({1: "a"}, {"1": "a"}, True),
        ({1: "a", "1": "b"}, {"1": "a"}, False),  # two keys become one
        ({True: 1}, {"true": 1}, True),
        ({(1, 2): 1}, {"(1, 2)": 1}, False),
        ({10**5000: 1}, {"1": 1}, False),
        ({1, 2}, [1, 2], False),
        (b"a", "a", False),
        (math.nan, 350, False),
        (math.nan, math.nan, True),
        (0.1 + 0.2, 0.3, False),
        (10**400, 1.5, False),
    ],
)  # fmt: skip
def test_sameness_of_return_values(got: Any, expected: Any, same: bool) -> None:
    assert same_value(got, expected) is same


def test_a_tolerance_holds_where_a_float_is_expected() -> None:
    assert same_value([0.1 + 0.2, 7], [0.3, 7], CLOSE)
    assert not same_value([0.3, 7.0000001], [0.3, 7], CLOSE)
    assert not same_value(True, 1.0000001, CLOSE)
    assert not same_value(10**400, 1.5, CLOSE)
    assert same_items_unordered([2.0, 0.1 + 0.2], [0.3, 2], CLOSE)


def test_data_sets_that_write_tuples_as_lists_may_say_so() -> None:
    assert same_value([(1, (2,))], [[1, [2]]], deep_tuples=True)


def test_values_as_deep_as_the_wire_lets_through_are_compared() -> None:
    deep: Any = 1
    for _ in range(150):
        deep = [deep]
    assert same_value(deep, deep)
    assert same_items_unordered(deep, deep)


def test_integers_that_all_have_one_hash_are_compared_in_no_time() -> None:
    items = [(2**61 - 1) * k for k in range(20_000)]
    assert_quick(lambda: same_items_unordered(items[::-1], items), 2)
    assert same_items_unordered([3.0, float("inf"), 10**400], [10**400, 3, float("inf")])
