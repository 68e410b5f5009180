"""The reward `math`: from completions to verdicts."""

from __future__ import annotations

import math
import threading
import time
from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest

from r1rewards import Verdict, get_reward, score_batch
from r1rewards.answers import Decision
from r1rewards.errors import BadCallError
from r1rewards.rewards import math_answers

BOX = "Therefore $\\boxed{%s}$."


def verdicts(completions: list[str], references: Any, **columns: Any) -> list[Verdict]:
    scores = score_batch(completions, references, rewards="math", **columns)
    found = scores.verdicts[:, 0].tolist()
    numbers = scores.rewards[:, 0].tolist()
    for verdict, number in zip(found, numbers, strict=True):
        expected = (1.0 if verdict is Verdict.CORRECT else 0.0) if verdict.is_scored else math.nan
        assert number == expected or (math.isnan(number) and math.isnan(expected))
    return found


def test_each_verdict() -> None:
    completions = [
        BOX % "5",
        BOX % "6",
        "I do not know.",
        "<think>\\boxed{5}",
        BOX % "5",
        BOX % "5",
    ]
    references = ["5", "5", "5", "5", "", None]
    assert verdicts(completions, references) == [
        Verdict.CORRECT,
        Verdict.WRONG,
        Verdict.NO_ANSWER,
        Verdict.NO_ANSWER,
        Verdict.BAD_REFERENCE,
        Verdict.NOT_APPLICABLE,
    ]


def test_only_what_is_visible_counts() -> None:
    completions = [
        "<think>\\boxed{5}</think> I do not know.",
        "<think>\\boxed{6}</think> \\boxed{5}",
        "\\boxed{6}</think> \\boxed{5}",
        "\\boxed{5}</think> ok",
    ]
    expected = [Verdict.NO_ANSWER, Verdict.CORRECT, Verdict.CORRECT, Verdict.NO_ANSWER]
    assert verdicts(completions, "5") == expected
    assert verdicts(completions[2:], "5", prefilled=True) == expected[2:]


def test_a_prefilled_thought_that_never_closes_is_no_answer() -> None:
    assert verdicts(["\\boxed{5}"], "5", prefilled=True) == [Verdict.NO_ANSWER]
    assert verdicts(["\\boxed{5}"], "5") == [Verdict.CORRECT]


def test_boxes_offered_together_are_a_list_or_a_hedge() -> None:
    row = "So $x=\\boxed{1}$ or $x=\\boxed{2}$."
    assert verdicts([row], "2") == [Verdict.WRONG]
    assert verdicts(["\\boxed{1}, \\boxed{2}"], "1") == [Verdict.WRONG]
    assert verdicts(["$\\boxed{\\frac{1}{2}}$ or $0.5$"], "1/2") == [Verdict.CORRECT]
    assert verdicts(["\\boxed{5} or 6"], "5") == [Verdict.WRONG]


def test_extraction_is_an_option_per_row() -> None:
    completions = ["The answer is 5."] * 3 + ["<answer>5</answer> or so"]
    modes = ["boxed", "lenient", None, "answer_tag"]
    assert verdicts(completions, "5", extraction=modes) == [
        Verdict.NO_ANSWER,
        Verdict.CORRECT,
        Verdict.NO_ANSWER,
        Verdict.CORRECT,
    ]
    with pytest.raises(BadCallError, match="boxed, lenient, answer_tag"):
        score_batch(completions, "5", rewards=get_reward("math", extraction="last"))


def test_options_per_row() -> None:
    boxes = [BOX % "0.50\\%"] * 2 + [BOX % "5\\text{ cm}"] * 2 + [BOX % "\\gcd(2,4)"] * 2
    found = verdicts(
        boxes,
        ["0.50", "0.50", "5", "5", "2", "2"],
        percent=[True, False, None, None, None, None],
        units=[None, None, True, False, None, None],
        unevaluated=[None, None, None, None, True, None],
    )
    assert [v is Verdict.CORRECT for v in found] == [True, False] * 3


def test_a_data_set_column_that_has_the_name_of_an_option_is_a_clear_error() -> None:
    with pytest.raises(BadCallError, match="units: True or False, not 'cm'"):
        score_batch([BOX % "5"] * 2, "5", rewards="math", units=["cm", "m"])
    fixed = get_reward("math", units=True)
    assert score_batch([BOX % "5"], "5", rewards=fixed, units="cm").total[0] == 1.0


def test_other_tags() -> None:
    text = "<reason>\\boxed{3}</reason><solution>5</solution>"
    assert verdicts([text], "5", tags=[("reason", "solution")]) == [Verdict.CORRECT]


@pytest.mark.parametrize(
    ("reference", "verdict"),
    [
        (5, Verdict.CORRECT),
        (5.0, Verdict.CORRECT),
        (np.int64(5), Verdict.CORRECT),
        (["4", "5"], Verdict.CORRECT),
        (("4", "5"), Verdict.CORRECT),
        ([4, 5], Verdict.CORRECT),
        ("\\boxed{5}", Verdict.CORRECT),
        ("So we add. It is $\\boxed{5}$.", Verdict.CORRECT),
        ("2+3 = <<2+3=5>>5\n#### 5", Verdict.CORRECT),
        (float("nan"), Verdict.NOT_APPLICABLE),
        ({"type": "stdin", "cases": []}, Verdict.NOT_APPLICABLE),
        ([], Verdict.BAD_REFERENCE),
        ("  ", Verdict.BAD_REFERENCE),
        ([None], Verdict.BAD_REFERENCE),
    ],
    ids=repr,
)
def test_references_as_data_sets_ship_them(reference: Any, verdict: Verdict) -> None:
    assert verdicts([BOX % "5"], [reference]) == [verdict]


def test_an_unusable_reference_is_named_even_where_there_is_no_answer() -> None:
    scores = score_batch(["no box"], [""], rewards="math")
    assert scores.verdicts[0, 0] is Verdict.BAD_REFERENCE
    assert scores[0].outcomes["math"].detail["reason"]


def test_the_detail_says_what_was_found_where_and_why() -> None:
    text = "<think>2+3</think> So \\boxed{5}."
    detail = score_batch([text], ["5"], rewards="math")[0].outcomes["math"].detail
    start, end = detail["span"]
    assert text[start:end] == detail["answer"] == "5"
    assert detail["reference"] == "5"
    assert detail["rung"]
    missing = score_batch(["<think>\\boxed{5}"], ["5"], rewards="math")[0].outcomes["math"].detail
    assert missing["reason"] == "unclosed_thought"
    assert "answer" not in missing


def test_a_batch_without_references_is_not_applicable() -> None:
    score = score_batch([BOX % "5"], rewards="math")[0]
    assert score.outcomes["math"].verdict is Verdict.NOT_APPLICABLE
    assert "reference" not in score.outcomes["math"].detail


def test_long_answers_are_judged_but_not_kept() -> None:
    math_answers._judge.cache_clear()
    long = "+".join(f"x_{{{i}}}" for i in range(100))
    assert verdicts([BOX % long] * 2, [long, "5"]) == [Verdict.CORRECT, Verdict.WRONG]
    assert math_answers._judge.cache_info().currsize == 0


def test_equal_pairs_are_decided_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    real = math_answers.decide

    def counting(answer: str, *rest: Any, **options: Any) -> Decision:
        calls.append(answer)
        return real(answer, *rest, **options)

    monkeypatch.setattr(math_answers, "decide", counting)
    math_answers._judge.cache_clear()
    completions = [f"Text {i}. " + BOX % (i % 3) for i in range(300)]
    first = verdicts(completions, "1")
    assert sorted(calls) == ["0", "1", "2"]
    assert verdicts(completions, "1") == first
    assert len(calls) == 3  # and not again in the next batch
    assert verdicts(completions, "2") != first
    assert len(calls) == 6  # but the reference is part of the key


def test_a_batch_equals_its_rows_one_by_one() -> None:
    completions = [BOX % i for i in range(8)] + ["none", "<think>", "\\boxed{5} or 6"]
    together = verdicts(completions, "5")
    assert together == [verdicts([c], "5")[0] for c in completions]


# The symbolic rung: a stand-in for the worker pool, which has tests of its own.


@pytest.fixture
def open_answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Future[Decision]]:
    """Answers that contain "?" need the worker; their futures, by answer."""
    futures: dict[str, Future[Decision]] = {}
    real = math_answers.decide

    def decide(answer: str, *rest: Any, **options: Any) -> Decision:
        if "?" in answer:
            return Decision(None, "symbolic")
        return real(answer, *rest, **options)

    def submit(task: Any) -> Future[Decision]:
        return futures.setdefault(task.answer, Future())

    monkeypatch.setattr(math_answers, "decide", decide)
    monkeypatch.setattr(math_answers, "_submit", submit)
    math_answers._judge.cache_clear()
    return futures


def test_open_answers_are_submitted_once_and_collected_last(
    open_answers: dict[str, Future[Decision]],
) -> None:
    reward = get_reward("math")
    from r1rewards.rollouts import Batch

    texts = [BOX % "a?", BOX % "5", BOX % "b?", BOX % "a?", BOX % "c?"]
    pending: Any = reward.score(Batch(texts, "5"))
    assert callable(pending)
    assert sorted(open_answers) == ["a?", "b?", "c?"]
    open_answers["a?"].set_result(Decision(True, "symbolic"))
    open_answers["b?"].set_result(Decision(False, "symbolic"))
    open_answers["c?"].set_result(Decision(None, "symbolic", "gave up"))
    outcomes = pending()
    assert [outcomes[i].verdict for i in range(5)] == [
        Verdict.CORRECT,
        Verdict.CORRECT,
        Verdict.WRONG,
        Verdict.CORRECT,
        Verdict.UNDECIDED,
    ]
    assert outcomes[4].reward is None
    assert outcomes[4].detail["reason"] == "gave up"


def test_what_the_worker_has_not_decided_by_the_deadline_is_unscored(
    open_answers: dict[str, Future[Decision]],
) -> None:
    started = time.monotonic()
    scores = score_batch([BOX % "a?", BOX % "5"], "5", rewards="math", deadline_s=0.3)
    assert scores.verdicts[:, 0].tolist() == [Verdict.DEADLINE, Verdict.CORRECT]
    assert time.monotonic() - started < 5
    assert open_answers["a?"].cancelled()


def test_threads_may_score_at_the_same_time() -> None:
    math_answers._judge.cache_clear()
    completions = [BOX % (i % 50) for i in range(400)]
    expected = verdicts(completions, "7")
    found: list[list[Verdict]] = []
    threads = [
        threading.Thread(target=lambda: found.append(verdicts(completions, "7"))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 6
