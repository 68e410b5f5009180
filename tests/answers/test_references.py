"""References as data sets ship them."""

from __future__ import annotations

import numpy as np
import pytest

from r1rewards.answers.references import check_references, reference_key, reference_of


def test_unusable_references_are_listed_with_their_place_and_reason() -> None:
    references = ["5", "", None, "\\frac12", 7, [], ["", "3"], "\\boxed{}"]
    problems = dict(check_references(references))
    assert sorted(problems) == [1, 2, 5, 7]
    assert all(problems.values())


@pytest.mark.parametrize(
    ("reference", "key"),
    [
        ("5", "5"),
        (5, 5),
        (["1", "2"], ("1", "2")),
        (np.float32(0.5), 0.5),
        (np.array(["1", "2"]), ("1", "2")),
        (None, None),
        (float("nan"), None),
        ({"type": "stdin"}, None),
    ],
)
def test_keys(reference: object, key: object) -> None:
    assert reference_key(reference) == key


def test_any_of_a_list_of_references_will_do() -> None:
    assert reference_of(("1", "\\boxed{2}")).problem is None
    assert reference_of(("1", "\\boxed{2}")).texts == ("1", "2")
