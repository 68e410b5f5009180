"""The ladder, rung by rung."""

from __future__ import annotations

import pytest

from r1rewards.answers import decide, read_reference


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
