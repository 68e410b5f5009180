"""Nothing hangs: every hostile text is judged within a bound that does not depend on the text.

The promise is 20 ms of CPU outside the symbolic rung (`tests/benchmarks/bench_math.py --hostile` prints the times); the
bound here is much wider, so that a loaded machine does not fail the suite: what hangs takes minutes.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from r1rewards.answers import Decision, decide
from r1rewards.answers.extract import MODES, find_answer
from r1rewards.answers.references import reference_of
from tests.answers.hostile import CONTENTS, TEXTS
from tests.clock import assert_quick

BOUND_S = 0.25
ROOT = Path(__file__).parent.parent.parent


def judged(completion: str, reference: str) -> Decision | None:
    """As the reward `math` does it, with nothing remembered."""
    answer = find_answer(completion).text
    read = reference_of.__wrapped__(reference)
    if answer is None or read.problem is not None:
        return None
    return decide(answer, read, symbolic=False)


@pytest.mark.parametrize("name", CONTENTS)
def test_a_hostile_answer_is_judged_quickly(name: str) -> None:
    answer, reference = CONTENTS[name]
    assert_quick(lambda: judged(f"So $\\boxed{{{answer}}}$.", reference), BOUND_S)


@pytest.mark.parametrize("name", CONTENTS)
def test_a_hostile_reference_is_judged_quickly(name: str) -> None:
    reference, answer = CONTENTS[name]
    assert_quick(lambda: judged(f"So $\\boxed{{{answer}}}$.", reference), BOUND_S)


@pytest.mark.parametrize("name", CONTENTS)
def test_a_hostile_answer_equals_itself_or_is_refused_quickly(name: str) -> None:
    answer, _ = CONTENTS[name]
    assert_quick(lambda: judged(f"So $\\boxed{{{answer}}}$.", answer + " "), BOUND_S)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_is_searched_quickly(name: str, mode: str) -> None:
    assert_quick(lambda: find_answer(TEXTS[name], mode=mode), BOUND_S)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", CONTENTS)
def test_a_hostile_answer_is_not_paid(name: str) -> None:
    answer, reference = CONTENTS[name]
    decision = judged(f"So $\\boxed{{{answer}}}$.", reference)
    assert decision is None or not decision.same or name in TRULY_EQUAL


TRULY_EQUAL = {
    "infinite sum",
    "two long lists, shuffled",
    "two long lists of roots",
    "two long lists of expressions",
    "equal towers written twice",
    "quotient of factorials",
    "long modulus",
    "power of a sum",
    "many ors",
    "long chain of equalities",
    "many units",
    "deep text",
    "deep braces",
    "deep absolute values",
    "only dots",
    "zero-width spaces",
    "combining accents",
    "null bytes",
    "100,000 digits, repeating",
    "quotient of long numbers",
    "set-builder chain",
    "many words",
}
"""Where the two mean the same, or where a reader may find that they do; none of them pays a wrong answer."""

_ALL = """
import resource
from tests.answers.hostile import CONTENTS, TEXTS
from r1rewards import score_batch
boxes = [f"\\\\boxed{{{answer}}}" for answer, _ in CONTENTS.values()]
references = [reference for _, reference in CONTENTS.values()]
swapped = [f"\\\\boxed{{{reference}}}" for _, reference in CONTENTS.values()]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
from r1rewards.rewards import math_answers, spans_of
def judged(texts, gold):
    batch = math_answers.Batch(texts, gold)
    return math_answers._judge_rows(batch, spans_of.visible_of(batch), ["boxed"] * len(batch), [None] * len(batch))
for batch, gold in ((boxes, references), (swapped, [a for a, _ in CONTENTS.values()])):
    assert len(judged(batch, gold)) == len(batch)
for text in TEXTS.values():
    judged([text], "5")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
def test_all_hostile_texts_together_stay_under_300_mb() -> None:
    run = subprocess.run(
        [sys.executable, "-c", _ALL], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) < 300
