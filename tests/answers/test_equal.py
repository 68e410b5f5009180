"""The ladder, rung by rung."""

from __future__ import annotations

import pytest

from r1rewards.answers import decide, read_reference, same


@pytest.mark.parametrize(
    ("answer", "reference", "expected"),
    [
        ("5", "5", True),
        ("1,000.0", "1000", True),
        ("\\frac{1}{2}", "0.5", True),
        ("12", "13", False),
    ],
)
def test_plain_numbers_are_compared_exactly(answer: str, reference: str, expected: bool) -> None:
    assert decide(answer, read_reference(reference)).same is expected


@pytest.mark.parametrize(
    ("answer", "reference", "expected"),
    [
        ("x<-1 \\text{ or } x>0", r"(-\infty, -1) \cup (0, \infty)", True),  # `<-` was one token
        (
            "0/1，100/1",
            r"\frac{0}{1}, \frac{100}{1}",
            True,
        ),  # a full-width comma was a thousands separator
        (r"(0/1,100.\overline{1})", r"(0,\frac{901}{9})", True),
        (r"\frac01.", "0", True),
        (r"\{\frac 1 1,100/1\}", "1, 100", True),
        (r"\{0,3 1/3,100/1\}", r"0, \frac{10}{3}, 100", True),
        ("(2,12) \\cup (12,102)", "(2, 12) \\cup (12, 102)", True),
        ("f(x'')=2x", "f(x)=2x", False),
        ("3\\pi", "6.43 \\times 10^{135432}", False),
        ("2asecx", "1", False),
        ("15^\\circ^\\circ", "3", False),
        (r"5 \text{ or } 144.0", r"\text{４２×\mpπ: ", False),
        (r"1, \{x \mid \}", "1, 2", False),
        (
            r"\max(i^2\pi, 1)",
            r"\max(i^2\pi, 2)",
            False,
        ),  # complex numbers on the real line were compared
        ("P30240", "P301e5240", False),  # a number of over 4,300 digits was printed
    ],
)
def test_what_fuzzing_found(answer: str, reference: str, expected: bool | None) -> None:
    assert decide(answer, read_reference(reference), symbolic=False).same is expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("1,234", "1234", True),
        (r"1, \sum_{n=0}^{\infty} \frac{1}{n!}", r"1, \sum_{k=0}^{\infty} \frac{1}{n!}", False),
        ("\\max(112:0, 4)", "\\max(1B2:0, 4)", False),
        ("x=1, y=2", "(1,2)", False),
        ("x=5", "5", False),
    ],
)
def test_without_roles_only_what_is_written_alike_is_the_same(
    left: str, right: str, expected: bool
) -> None:
    assert same(left, right) is same(right, left) is expected
