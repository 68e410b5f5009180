from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from r1rewards.errors import BadCallError
from r1rewards.rewards import format_tags
from r1rewards.rewards.format_tags import REWARD, score_format
from r1rewards.rollouts import STOP_TOKENS, Batch
from r1rewards.verdicts import Verdict

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data/format/cases.jsonl")
    .read_text("utf-8")
    .splitlines()
]
GOOD = "<think>\nwhy\n</think>\n<answer>\n4\n</answer>"


def score(text: Any, **columns: Any) -> Any:
    return score_format(Batch([text], columns=columns))[0]


@pytest.mark.parametrize(
    "nothing", ["\u200b", "\ufeff\n", "\u2060" * 40, "\u3164", "\u2800", "\xad \u200d", "\0"]
)
def test_what_shows_nothing_is_white_space(nothing: str) -> None:
    assert score(f"<think>{nothing}</think><answer>4</answer>").detail["fault"] == "blank"
    assert score(f"<think>why</think><answer>{nothing}</answer>").detail["fault"] == "blank"
    assert score(f"<think>why</think>{nothing}", style="think").detail["fault"] == "no_answer"
    assert score(f"{nothing}<think>why</think>{nothing}<answer>4</answer>{nothing}").reward == 1
    assert score(f"<think>{nothing}why</think><answer>{nothing}4</answer>").reward == 1
    assert score(f"{nothing}x<think>why</think><answer>4</answer>").detail["fault"] == "text_before"


@pytest.mark.parametrize("style", ["think_answer", "think"])
@pytest.mark.parametrize("case", CASES, ids=lambda c: c["id"])
def test_all_cases_agree_in_both_styles(case: dict[str, Any], style: str) -> None:
    outcome = score(case["text"], prefilled=case["prefilled"], style=style)
    assert outcome.reward == float(case[f"expect_{style}"])
    assert outcome.verdict is (Verdict.WELL_FORMED if outcome.reward else Verdict.MALFORMED)


def test_the_cases_scored_as_one_batch_give_the_same() -> None:
    columns = {"prefilled": [c["prefilled"] for c in CASES]}
    got = score_format(Batch([c["text"] for c in CASES], columns=columns))
    assert got.rewards.tolist() == [float(c["expect_think_answer"]) for c in CASES]
    assert got.rewards.dtype == np.float32
    assert got.verdicts.dtype == np.uint8


@pytest.mark.parametrize("token", STOP_TOKENS)
def test_stop_tokens_at_the_end_cost_nothing(token: str) -> None:
    assert score(f"{GOOD}{token}\n{token}").reward == 1.0


@pytest.mark.parametrize(
    ("text", "fault", "tag", "at"),
    [
        ("", "missing", "<think>", -1),
        ("<think>a<think>b</think>", "repeated", "<think>", 8),
        ("<think>a", "missing", "</think>", -1),
        ("</think><think>a", "text_before", "<think>", 0),
        ("Hi <think>a</think>", "text_before", "<think>", 0),
        ("<think> </think>", "blank", "<think>", 7),
        ("<think>a</think>", "missing", "<answer>", -1),
        ("<think><answer>a</answer></think>", "out_of_order", "<answer>", 7),
        ("<think>a</think></answer>b<answer>", "out_of_order", "</answer>", 16),
        ("<think>a</think> so <answer>b</answer>", "text_before", "<answer>", 16),
        ("<think>a</think><answer>\n</answer>", "blank", "<answer>", 24),
        ("<think>a</think><answer>b</answer> c", "text_after", "</answer>", 34),
        ("<think>a</think><answer>b</answer><answer>c</answer>", "repeated", "<answer>", 34),
    ],
)
def test_the_detail_says_which_rule_and_where(text: str, fault: str, tag: str, at: int) -> None:
    detail = score(text).detail
    assert (detail["fault"], detail["tag"], detail["at"]) == (fault, tag, at)
    assert tag in detail["why"]


def test_a_blank_stretch_longer_than_the_first_look_is_still_blank() -> None:
    assert score(f"<think>{' ' * 100}</think><answer>4</answer>").detail["fault"] == "blank"
    assert (
        score(
            f"{' ' * 100}<think>{' ' * 100}x</think>{' ' * 99}<answer>{' ' * 100}4</answer>"
        ).reward
        == 1.0
    )
    assert score(f"<think>x</think><answer>4</answer>{' ' * 100}x").detail["fault"] == "text_after"


def test_prefilled_is_judged_with_the_tag_put_before() -> None:
    assert score("why</think><answer>4</answer>", prefilled=True).reward == 1.0
    assert score(GOOD, prefilled=True).detail["fault"] == "opened_again"
    assert score(" </think><answer>4</answer>", prefilled=True).detail["fault"] == "blank"


def test_prefilled_may_differ_by_row_and_follows_a_prompt_given_as_text() -> None:
    texts = ["why</think><answer>4</answer>", GOOD]
    assert score_format(Batch(texts, columns={"prefilled": [True, False]})).rewards.tolist() == [
        1,
        1,
    ]
    assert score_format(Batch(texts, prompts=["Q: <think>\n", "Q:"])).rewards.tolist() == [1, 1]


def test_an_empty_thought_is_allowed_on_request() -> None:
    assert score("<think>\n\n</think>\n\n<answer>4</answer>", allow_empty_think=True).reward == 1.0
    assert score("<think></think>4", allow_empty_think=True, style="think").reward == 1.0


@pytest.mark.parametrize(
    ("tags", "style", "text"),
    [
        ("reasoning", "think_answer", "<reasoning>a</reasoning><answer>b</answer>"),
        (
            ("reasoning", "solution"),
            "think_answer",
            "<reasoning>a</reasoning><solution>b</solution>",
        ),
        (("[THINK]", "[/THINK]"), "think", "[THINK]a[/THINK]b"),
        (
            (
                "<|begin_of_thought|>",
                "<|end_of_thought|>",
                "<|begin_of_solution|>",
                "<|end_of_solution|>",
            ),
            "think_answer",
            "<|begin_of_thought|>a<|end_of_thought|>\n\n<|begin_of_solution|>b<|end_of_solution|>",
        ),
        ("|special_token|", "think", "|special_token|a|special_token|b"),
    ],
)
def test_custom_tags(tags: Any, style: str, text: str) -> None:
    assert score(text, tags=tags, style=style).reward == 1.0
    assert score(text).reward == 0.0
    assert score(text + text, tags=tags, style=style).reward == 0.0


def test_one_literal_for_both_tags_cannot_be_prefilled() -> None:
    with pytest.raises(BadCallError, match="prefilled"):
        score("a|special_token|b", tags="|special_token|", style="think", prefilled=True)


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        (GOOD, 1.0),
        (GOOD + " bye", 0.8),
        ("<think>a</think><answer>4", 0.6),
        ("<answer>4</answer><think>a</think>", 0.4),
        ("<think>" * 3 + "a", 0.0),
        ("", 0.0),
    ],
)
def test_partial_credit_counts_tags_and_never_reaches_one(text: str, credit: float) -> None:
    outcome = score(text, partial="tag_count")
    assert outcome.reward == pytest.approx(credit)
    assert outcome.verdict is (Verdict.WELL_FORMED if credit == 1.0 else Verdict.MALFORMED)


def test_partial_credit_where_the_prompt_opens_the_thought() -> None:
    assert score("a</think>", prefilled=True, partial="tag_count").reward == pytest.approx(0.25)
    assert score(
        "a</think>", prefilled=True, partial="tag_count", style="think"
    ).reward == pytest.approx(0.5)


@pytest.mark.parametrize(
    "column",
    [{"style": "r1"}, {"partial": True}, {"partial": "half"}, {"style": ["think"] * 7 + ["x"]}],
)
def test_an_unknown_option_names_those_that_are_known(column: dict[str, Any]) -> None:
    with pytest.raises(BadCallError, match="is not one of"):
        score_format(Batch([GOOD] * 8, columns=column))


def test_a_batch_that_closes_thoughts_nobody_opened_is_warned_of_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    format_tags._warn_once.cache_clear()
    with caplog.at_level(logging.WARNING, logger="r1rewards"):
        for _ in range(2):
            score_format(Batch(["why</think><answer>4</answer>"] * 8))
        score_format(Batch([GOOD] * 8))
    assert [record.name for record in caplog.records] == ["r1rewards"]
    assert "prefilled=True" in score("why</think>4").detail["why"]


def test_odd_texts_score_and_never_raise() -> None:
    odd = [
        "\ud800<think>\ud800</think>",
        "\x00" * 9,
        "<think>\u200f</think>‎a",
        "<" * 9,
        None,
        [],
        "𝑥" * 9,
    ]
    assert len(score_format(Batch(odd)).rewards) == len(odd)


def test_an_empty_batch_scores_nothing() -> None:
    assert len(score_format(Batch([]))) == 0


def test_the_reward_reads_only_its_options() -> None:
    assert REWARD.with_options(style="think", prefilled=True).fixed == {
        "style": "think",
        "prefilled": True,
    }
    with pytest.raises(BadCallError, match="no option"):
        REWARD.with_options(prefill=True)
