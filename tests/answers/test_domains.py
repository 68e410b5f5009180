"""The three arithmetics at their edges: what has no value, what another can say, what is too hard."""

from __future__ import annotations

import pytest

from r1rewards.answers import read
from r1rewards.answers.digits import agree
from r1rewards.answers.disc import whole_power
from r1rewards.answers.discs import Discs
from r1rewards.answers.exact import (
    Exact,
    NotHereError,
    TooHardError,
    UndefinedError,
    rational_power,
)
from r1rewards.answers.identity import Allowance, is_positive, same_value


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (r"\infty", NotHereError), ("x", NotHereError), (r"(-\pi)^{\sqrt2}", NotHereError), (r"\sqrt[0]{\pi}", UndefinedError),
        (r"(\pi-\pi)^{-1}", NotHereError), (r"\pi^{10^{400}}", NotHereError), (r"e^{1000\pi}", NotHereError), (r"\tan(10^9\pi)", NotHereError),
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
    with pytest.raises(TooHardError):
        Exact().of(read(r"10^{4000}\cdot 10^{4000}"))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (r"\hat{i}", NotHereError), (r"\sqrt{-\pi}", UndefinedError), (r"\ln(-\pi)", UndefinedError), (r"\arcsin\pi", UndefinedError),
        (r"(-\pi)^{\sqrt2}", NotHereError), ("+".join([r"\pi"] * 600), TooHardError), (r"\begin{cases} \pi & 1>2\end{cases}", UndefinedError),
    ],
)  # fmt: skip
def test_many_digits_say_why_they_have_no_value(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        agree(read(text), read("1"), {}, bits=100, is_real=True)


def test_many_digits_of_a_percentage() -> None:
    assert agree(read(r"\pi\%"), read(r"\frac{\pi}{100}"), {}, bits=100)


def test_the_sign_of_a_quotient() -> None:
    assert is_positive(read("x^2+1"), 1) is True
    assert is_positive(read("-x^2-1"), 1) is False
    assert is_positive(read("x-x"), 1) is None
    assert is_positive(read(r"\int x"), 1) is None
    assert same_value(read(r"\frac63"), read("2"), 1, Allowance())
