"""A trace ends where `decide` decided, and says why."""

from __future__ import annotations

import pytest

from r1rewards.answers import decide, read_reference
from r1rewards.answers.trace import RUNGS, trace

PAIRS = [
    ("4", "4"), ("4", "5"), ("1/2", "0.5"), ("\\frac{2}{4}", "\\frac12"), ("x+1", "1+x"), ("x+1", "x+2"),
    ("\\sin(\\pi/3)", "\\frac{\\sqrt3}{2}"), ("\\{1,2\\}", "\\{2,1\\}"), ("(1,2)", "[1,2]"), ("yes", "no"),
    ("\\frac{1}{0}", "1"), ("}{", "1"), ("12.5\\%", "12.5"), ("5 cm", "0.05 m"),
    ("\\frac{1}{0}+x", "x"), ("9^{9^{9^9}}", "9^{9^{9^8}}"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "reference"), PAIRS)
def test_a_trace_ends_with_the_decision(answer: str, reference: str) -> None:
    wanted = read_reference(reference)
    decision = decide(answer, wanted)
    found = trace(answer, wanted)
    assert found.decision == decision
    assert found.steps[-1].same is decision.same
    assert all(step.same is None for step in found.steps[:-1])
    assert all(step.why for step in found.steps)
    tried = [step.rung for step in found.steps if step.rung in RUNGS]
    assert tried == sorted(tried, key=RUNGS.index)


def test_the_reference_that_fits_is_the_one_shown() -> None:
    found = trace("5", read_reference(["4", "5.0"]))
    assert found.decision.same
    assert found.steps[-1].rung == "number"
    assert "5 = 5, exactly" in found.steps[-1].why


def test_a_reference_that_cannot_be_read_says_why() -> None:
    found = trace("5", read_reference(""))
    assert isinstance(found.reference, str)
    assert found.steps[-1].same is False
