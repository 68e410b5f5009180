"""Score one completion, and see why: python examples/score_one.py"""

from __future__ import annotations

from r1rewards import score

COMPLETION = (
    "<think>\nHalf of one is a half.\n</think>\n<answer>\nIt is $\\boxed{\\frac{1}{2}}$.\n</answer>"
)

s = score(COMPLETION, "0.5", rewards="r1", language="en")
print(f"total {s.total}")
for name, outcome in s.outcomes.items():
    print(f"  {name}: {outcome.verdict.value}, {outcome.reward}, {dict(outcome.detail)}")

# What could not be scored is None, never 0.0: here nobody can say what the right answer is.
print(score(COMPLETION, "", rewards="accuracy").outcomes["accuracy"].verdict.value)
