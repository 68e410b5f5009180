"""The three arithmetics at their edges: what has no value, what another can say, what is too hard."""

from __future__ import annotations

import pytest

from r1rewards.answers import read, same
from r1rewards.answers.limits import MAX_AGREEMENTS
from r1rewards.answers.values.digits import agree
from r1rewards.answers.values.disc import whole_power
from r1rewards.answers.values.discs import Discs
from r1rewards.answers.values.exact import (
    Exact,
    NotHereError,
    TooHardError,
    UndefinedError,
    rational_power,
)
from r1rewards.answers.values.field import PRIME, ROOTS, Field, residue
from r1rewards.answers.values.identity import (
    Allowance,
    UnknownValueError,
    base_letters,
    is_positive,
    same_value,
)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (r"\infty", NotHereError), ("x", NotHereError), (r"(-\pi)^{\sqrt2}", NotHereError), (r"\sqrt[0]{\pi}", UndefinedError),
        (r"(\pi-\pi)^{-1}", NotHereError), (r"\pi^{10^{400}}", NotHereError), (r"e^{1000\pi}", NotHereError), (r"\tan(10^9\pi)", NotHereError),
        (r"15\cdot 10^{307}(1+i)", NotHereError), ("1e-400", NotHereError), (r"\sqrt{-1+((\sqrt{2})^2-2)i}", NotHereError),
        (r"0^{-\frac12}", UndefinedError), (r"1:2:3", NotHereError), ("z'(x)", NotHereError),
    ],
)  # fmt: skip
def test_discs_say_why_they_have_no_value(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        Discs({}, is_real=True).of(read(text))


def test_nothing_to_the_nothing_is_undefined() -> None:
    with pytest.raises(UndefinedError):
        whole_power((0j, 0.0), 0)
    with pytest.raises(UndefinedError):
        rational_power(0, 0)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (r"\hat{i}-1", NotHereError), (r"\pi:(\pi-\pi)", NotHereError), (r"\sqrt{-\pi}", UndefinedError), (r"\ln(-\pi)", UndefinedError), (r"\arcsin\pi", UndefinedError),
        (r"(-\pi)^{\sqrt2}", NotHereError), ("+".join([r"\pi"] * 600), TooHardError), (r"\begin{cases} \pi & 1>2\end{cases}", UndefinedError),
    ],
)  # fmt: skip
def test_many_digits_say_why_they_have_no_value(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        agree(read(text), read("1"), {}, bits=100, is_real=True)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (r"10^{-4000}\cdot 10^{-4000}", TooHardError), ("10:0", UndefinedError), (r"\binom{-3}{2}", NotHereError),
        (r"10^{4000}\cdot 10^{4000}", TooHardError),
    ],
)  # fmt: skip
def test_exact_arithmetic_says_why_there_is_no_value(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        Exact().of(read(text))


def test_what_is_long_halfway_may_be_short_in_the_end() -> None:
    assert Exact().of(read(r"10^{4000}\cdot 10^{-4000}\cdot 10^{4000}\cdot 10^{-4000}")) == 1


def test_an_exponent_may_be_a_percentage() -> None:
    assert Exact().of(read(r"3^{200\%}")) == 9


def test_a_base_without_an_exponent_has_no_letters_that_must_be_positive() -> None:
    assert base_letters(read(r"x^{\frac{1}{0}}")) == set()


def test_an_allowance_runs_out() -> None:
    allowance = Allowance()
    for _ in range(MAX_AGREEMENTS):
        allowance.spend()
    with pytest.raises(TooHardError):
        allowance.spend()
    with pytest.raises(UnknownValueError):
        same_value(read(r"\sin(2x)"), read(r"2\sin x\cos x"), 1, allowance)


def test_an_unknown_function_has_equal_values_at_equal_arguments() -> None:
    assert agree(read("f(2)"), read("f(1+1)"), {}, bits=100)
    assert not agree(read("f(2)"), read("f(3)"), {}, bits=100)


def test_many_digits_of_a_percentage() -> None:
    assert agree(read(r"\pi\%"), read(r"\frac{\pi}{100}"), {}, bits=100)


def test_the_sign_of_a_quotient() -> None:
    assert is_positive(read("x^2+1"), 1) is True
    assert is_positive(read("-x^2-1"), 1) is False
    assert is_positive(read("x-x"), 1) is None
    assert is_positive(read(r"\int x"), 1) is None
    assert same_value(read(r"\frac63"), read("2"), 1, Allowance())


def test_the_roots_of_the_field_are_roots() -> None:
    assert all(root * root % PRIME == n % PRIME for n, root in ROOTS.items())
    assert pow(2, PRIME - 1, PRIME) == 1


def test_no_text_spells_out_the_prime() -> None:
    field = Field(1)
    with pytest.raises(NotHereError):
        field.of(read(str(PRIME)))
    with pytest.raises(UndefinedError):
        residue(read(rf"\frac{{1}}{{{PRIME}}}").value)
    assert not same(f"x+{PRIME}", "x")
    assert not same(r"x+2306216997\cdot 1000000000 y+ 536251801 y", "x")
