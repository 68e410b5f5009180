"""pass@k, cons@k and their kin against slow references: every subset drawn, every pair compared."""

from __future__ import annotations

import itertools
import math
import statistics
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r1rewards import score_batch
from r1rewards.answers import same
from r1rewards.errors import BadCallError
from r1rewards.evaluation import answer_classes, correctness, evaluate, majority, pass_at_k

ANSWERS = ["1/2", "0.5", "\\frac{1}{2}", "3", "3.0", "x", "x ", None]
rollouts = st.lists(
    st.tuples(
        st.sampled_from([1.0, 0.0, math.nan]), st.sampled_from("abc"), st.sampled_from(ANSWERS)
    ),
    max_size=14,
)


def slow_pass_at_k(outcomes: list[float], k: int) -> float:
    """Draw every subset of k."""
    draws = list(itertools.combinations(outcomes, k))
    return float(Fraction(sum(1 in draw for draw in draws), len(draws)))


def slow_cons(outcomes: list[float], answers: list[str | None]) -> tuple[float, bool]:
    """Compare every pair of answers; count the votes of each class by hand."""
    classes: list[list[int]] = []
    for i, answer in enumerate(answers):
        if answer is None:
            continue
        for members in classes:
            if answer == answers[members[0]] or same(answer, answers[members[0]]):
                members.append(i)
                break
        else:
            classes.append([i])
    if not classes:
        return 0.0, False
    top = [c for c in classes if len(c) == max(map(len, classes))]
    return statistics.fmean(any(outcomes[i] == 1 for i in c) for c in top), len(top) > 1


@given(rollouts)
def test_every_figure_equals_the_slow_reference(rows) -> None:
    right, groups, answers = ([row[i] for row in rows] for i in range(3))
    found = evaluate(right, groups, answers)
    scored = {g: [(r, a) for r, h, a in rows if h == g and r == r] for g in dict.fromkeys(groups)}
    for k, estimate in found.passes.items():
        each = [slow_pass_at_k([r for r, _ in of], k) for of in scored.values() if len(of) >= k]
        assert estimate.groups == len(each)
        assert estimate.value == pytest.approx(statistics.fmean(each))
        if len(each) > 1:
            error = statistics.stdev(each) / math.sqrt(len(each))
            assert estimate.error == pytest.approx(error)
    for k, estimate in found.consensus.items():
        each = [
            slow_cons([r for r, _ in of[:k]], [a for _, a in of[:k]])
            for of in scored.values()
            if len(of) >= k
        ]
        assert estimate.value == pytest.approx(statistics.fmean(credit for credit, _ in each))
        assert estimate.ties == sum(tied for _, tied in each)


def test_the_references_can_tell_a_wrong_value() -> None:
    assert slow_pass_at_k([1, 0, 0, 0], 2) == 0.5 != 1 - (3 / 4) ** 2  # the biased estimate
    assert slow_cons([0, 0, 1], ["x", "x", "3"]) == (0.0, False)


@given(st.integers(1, 9), st.data())
def test_pass_at_k_draws_without_return(n: int, data) -> None:
    c, k = data.draw(st.integers(0, n)), data.draw(st.integers(1, n))
    assert pass_at_k(n, c, k) == pytest.approx(slow_pass_at_k([1] * c + [0] * (n - c), k))


def test_pass_at_k_of_many_samples_is_exact() -> None:
    assert pass_at_k(10_000, 1, 1) == pytest.approx(1e-4)
    assert pass_at_k(10_000, 5, 5_000) == pytest.approx(0.96878, abs=1e-5)
    with pytest.raises(BadCallError, match="k <= n"):
        pass_at_k(4, 1, 5)


def test_votes_go_to_classes_not_to_strings() -> None:
    assert answer_classes(["0.5", "3", "1/2", None, "\\frac{1}{2}"]) == [0, 1, 0, None, 0]
    found = evaluate([1, 1, 0, 0], ["a"] * 4, ["1/2", "0.5", "3", "4"])
    assert found.value("cons@4") == 1.0
    assert found.consensus[4].ties == 0
    assert found.value("cons@2") == 1.0


def test_a_tie_earns_the_share_of_the_tied_classes_and_is_counted() -> None:
    assert majority([True, False], [0, 1]) == (0.5, True)
    assert majority([False, False], [None, None]) == (0.0, False)
    assert evaluate([1, 0], ["a", "a"], ["1", "2"]).consensus[2].ties == 1


def test_answers_that_cannot_be_read_vote_by_their_text() -> None:
    assert answer_classes(["", "", "1"]) == [0, 0, 1]


def test_small_groups_are_left_out_of_a_large_k() -> None:
    found = evaluate([1, 0, 0, 1, math.nan], ["a", "a", "a", "b", "b"])
    assert [(k, e.groups) for k, e in found.passes.items()] == [(1, 2), (2, 1), (3, 1)]
    assert found.unscored == 1
    assert found.rates == {"a": 1 / 3, "b": 1.0}
    assert found.solved(1.0) == ["b"]
    assert math.isnan(found.value("pass@64"))
    assert not found.consensus


@pytest.mark.parametrize("name", ["foo", "pass", "pass@x", "pass@0", "maj@4", "pass@²", ""])
def test_a_figure_of_no_such_name_is_an_error_that_lists_them(name: str) -> None:
    found = evaluate([1, 0], ["a", "a"], ["4", "5"])
    with pytest.raises(BadCallError, match="pass@1, pass@2, cons@1, cons@2"):
        found.value(name)
    with pytest.raises(BadCallError, match="there is none"):
        evaluate([], []).value(name)


def test_partial_credit_is_no_correctness() -> None:
    with pytest.raises(BadCallError, match=r"not 0\.5"):
        evaluate([0.5, 0.5, 1.0], ["a", "a", "a"])
    assert evaluate([True, False], ["a", "a"]).value("pass@1") == 0.5


def test_sources_have_their_own_figures() -> None:
    found = evaluate([1, 0, 0], ["a", "b", "c"], None, ["gsm8k", "aime", "aime"])
    assert {name: part.value("pass@1") for name, part in found.sources.items()} == {
        "gsm8k": 1.0,
        "aime": 0.0,
    }
    assert not evaluate([1], ["a"], None, ["gsm8k"]).sources
    with pytest.raises(BadCallError, match="one value per rollout"):
        evaluate([1, 0], ["a"])


def test_correctness_is_the_verdict_not_the_number() -> None:
    scores = score_batch(["\\boxed{4}", "\\boxed{5}", "\\boxed{4}"], ["4", "4", None])
    np.testing.assert_array_equal(correctness(scores, "accuracy"), [1.0, 0.0, np.nan])


def test_nothing_to_evaluate_is_no_error() -> None:
    found = evaluate([], [])
    assert (found.rollouts, dict(found.passes), dict(found.rates)) == (0, {}, {})


def test_numbers_are_compared_with_nothing_but_what_has_no_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[tuple[str, str]] = []
    monkeypatch.setattr(
        "r1rewards.evaluation.same", lambda *pair: calls.append(pair) or same(*pair)
    )
    numbers = [str(i) for i in range(300)]
    assert answer_classes([*numbers, "x + 1", *numbers, "7.0", "1 + x"]) == [
        *range(301), *range(300), 7, 300,
    ]  # fmt: skip
    assert len(calls) <= 2 * 301 + 1  # the two without a key with all, "7.0" is looked up
