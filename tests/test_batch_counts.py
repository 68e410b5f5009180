"""Counts, not clocks, guard what makes a batch fast: how often things are read, decided and sent."""

from __future__ import annotations

import json
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from r1rewards import Scores, score_batch
from r1rewards.adapters import http, trl
from r1rewards.adapters.rows import flat_row
from r1rewards.adapters.settings import Settings
from r1rewards.answers import references
from r1rewards.cli.scored_file import as_json
from r1rewards.rewards import language, math_answers, spans_of
from r1rewards.rollouts import Batch
from r1rewards.text import share

EXAMPLES = Path(__file__).parent.parent / "examples" / "rollouts.jsonl"
ROWS = [json.loads(line) for line in EXAMPLES.read_text(encoding="utf-8").splitlines()]
TEXTS, GOLDS = [r["completion"] for r in ROWS], [r["answer"] for r in ROWS]


def test_each_completion_is_scanned_for_tags_once_however_many_rewards_ask() -> None:
    with mock.patch.object(spans_of, "read_tags", wraps=spans_of.read_tags) as read:
        score_batch(TEXTS, GOLDS, rewards=["accuracy", "format", "repetition"])
    assert read.call_count == len(TEXTS)


def test_a_reward_that_is_alone_does_not_read_the_thoughts() -> None:
    together = score_batch(TEXTS, GOLDS, rewards=["accuracy", "format"])
    with mock.patch.object(spans_of, "read_tags", side_effect=AssertionError("tags were read")):
        alone = score_batch(TEXTS, GOLDS, rewards="accuracy")
    assert np.array_equal(alone.rewards[:, 0], together.rewards[:, 0], equal_nan=True)


def test_short_thoughts_are_read_many_at_a_time() -> None:
    with mock.patch.object(share, "read_words", wraps=share.read_words) as read:
        score_batch(TEXTS, GOLDS, rewards="language", language="en")
    assert read.call_count <= sum(map(len, TEXTS)) // share.READ_TOGETHER + 2


def test_an_answer_is_decided_once_per_reference_and_a_reference_is_read_once() -> None:
    math_answers._judge.cache_clear()
    references.reference_of.cache_clear()
    with mock.patch.object(math_answers, "decide", wraps=math_answers.decide) as decide:
        score_batch(TEXTS * 8, GOLDS * 8, rewards="math")
    distinct = math_answers._judge.cache_info().misses
    assert distinct < len(TEXTS)
    assert decide.call_count <= 3 * distinct  # several boxes in one row are decided one by one
    assert references.reference_of.cache_info().misses <= len(set(GOLDS))


def test_a_batch_of_plain_answers_asks_no_worker() -> None:
    with mock.patch.object(math_answers, "_submit") as submit:
        score_batch(TEXTS, GOLDS, rewards="math")
    assert submit.call_count == 0


def test_no_rollout_object_is_made_unless_one_is_asked_for() -> None:
    with mock.patch.object(Batch, "__getitem__", side_effect=AssertionError("a row was built")):
        scores = score_batch(TEXTS, GOLDS)
    assert scores[0].rewards["accuracy"] == 1.0


def test_the_details_of_all_rows_read_no_column_anew() -> None:
    """A column is as long as the batch: read once for each row's detail, 65,536 details took a minute."""
    scores = score_batch(
        TEXTS, GOLDS, rewards=["accuracy", "format", "repetition", "length"],
        groups=list(range(len(TEXTS))), extraction="boxed", prefilled=False,
    )  # fmt: skip
    with mock.patch.object(Batch, "column", side_effect=AssertionError("a column was read")):
        details = [score.outcomes["accuracy"].detail for score in scores]
    assert any("span" in detail for detail in details)


def _logged_by_trl(scores: Scores) -> list[str]:
    columns: dict[str, list[str]] = {}
    trl._log_columns(scores, columns.__setitem__)
    return columns["accuracy_answer"]


LOGS = {
    "trl": _logged_by_trl,
    "verl": lambda scores: [flat_row(score, Settings())["pred"] for score in scores],
    "http": lambda scores: http._answer(scores.names, scores)["answers"]["accuracy"],
    "scored file": lambda scores: [as_json(scores, i)["answer"] for i in range(len(scores))],
    "audit, report": lambda scores: [score.find("answer") for score in scores],
}


@pytest.mark.parametrize("log", LOGS)
def test_nobody_counts_the_words_of_a_thought_again_to_log_an_answer(log: str) -> None:
    """A detail of `language` costs as much as its reward: TRL's log of a step of 16,384 took 17 s instead of 1.5."""
    scores = score_batch(TEXTS, GOLDS, rewards="r1", language="en")
    with mock.patch.object(language, "_detail", side_effect=AssertionError("words were counted")):
        answers = LOGS[log](scores)
    assert len(answers) == len(TEXTS)
    assert sum(map(bool, answers)) > len(TEXTS) // 2


@settings(max_examples=30)
@given(st.lists(st.integers(0, len(TEXTS) - 1), min_size=1, max_size=40))
def test_duplicates_change_nothing(chosen: list[int]) -> None:
    texts, golds = [TEXTS[i] for i in chosen], [GOLDS[i] for i in chosen]
    once = score_batch(texts, golds)
    thrice = score_batch(texts * 3, golds * 3)
    assert np.array_equal(np.tile(once.rewards, (3, 1)), thrice.rewards, equal_nan=True)


@settings(max_examples=15)
@given(st.permutations(range(len(TEXTS))))
def test_shuffling_real_rewards_shuffles_them(order: list[int]) -> None:
    straight = score_batch(TEXTS, GOLDS)
    shuffled = score_batch([TEXTS[i] for i in order], [GOLDS[i] for i in order])
    assert np.array_equal(straight.rewards[order], shuffled.rewards)
    assert np.array_equal(straight.total[order], shuffled.total)


def test_a_batch_equals_its_items_one_by_one() -> None:
    together = score_batch(TEXTS, GOLDS)
    for i in range(0, len(TEXTS), 7):
        alone = score_batch([TEXTS[i]], [GOLDS[i]])
        assert np.array_equal(together.rewards[i], alone.rewards[0])
