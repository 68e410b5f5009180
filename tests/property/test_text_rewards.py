"""What holds of the rewards that read only the text, for any text."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from r1rewards.reward import Outcomes
from r1rewards.rewards import cosine, format_tags, length, overlong, repetition
from r1rewards.rollouts import STOP_TOKENS, Batch
from r1rewards.verdicts import Verdict
from tests.clock import assert_quick

PIECES = [
    "<think>",
    "</think>",
    "<answer>",
    "</answer>",
    "<",
    ">",
    "why",
    "4",
    " ",
    "\n",
    "\t",
    "思",
    "</",
    "<Think>",
    "\ud800",
]
texts = st.one_of(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), st.text(max_size=20))
STYLES = st.sampled_from(["think_answer", "think"])
COLUMNS: dict[str, Any] = {
    "max_length": 10,
    "cache_length": 5,
    "characters_per_token": 2.0,
    "correct": [True, None, False] * 4,
}
REWARDS = [format_tags.REWARD, repetition.REWARD, overlong.REWARD, length.REWARD, cosine.REWARD]


def run(reward: Any, completions: list[str], **columns: Any) -> Outcomes:
    groups = columns.pop("groups", [0] * len(completions))
    found = reward.score(Batch(completions, groups=groups, columns=columns))
    assert isinstance(found, Outcomes)
    return found


def is_well_formed(text: str, **columns: Any) -> bool:
    return run(format_tags.REWARD, [text], **columns)[0].verdict is Verdict.WELL_FORMED


@given(texts, STYLES)
def test_prefilled_means_the_tag_put_before_the_completion(text: str, style: str) -> None:
    assert is_well_formed(text, style=style, prefilled=True) == is_well_formed(
        "<think>\n" + text, style=style
    )


@given(texts, STYLES, st.text(" \n\t\r", max_size=3), st.sampled_from(["", *STOP_TOKENS]))
def test_white_space_and_stop_tokens_around_change_nothing(
    text: str, style: str, space: str, token: str
) -> None:
    assert is_well_formed(space + text + space + token + space, style=style) == is_well_formed(
        text, style=style
    )


@given(texts)
def test_think_answer_is_the_stricter_style(text: str) -> None:
    assert is_well_formed(text, style="think") >= is_well_formed(text, style="think_answer")


@given(texts, STYLES, st.sampled_from(["<think>", "</think>"]), st.integers(0, 40))
def test_one_think_tag_more_is_one_too_many(text: str, style: str, tag: str, at: int) -> None:
    longer = text[:at] + tag + text[at:]
    both = [text.count(t) for t in ("<think>", "</think>")]
    grown = sum(longer.count(t) for t in ("<think>", "</think>")) == sum(both) + 1
    if is_well_formed(text, style=style) and grown:  # not where the new tag breaks an old one
        assert not is_well_formed(longer, style=style)


@given(texts, STYLES)
def test_partial_credit_never_takes_and_never_pays_a_malformed_text_in_full(
    text: str, style: str
) -> None:
    strict = run(format_tags.REWARD, [text], style=style)[0]
    partial = run(format_tags.REWARD, [text], style=style, partial="tag_count")[0]
    assert partial.verdict is strict.verdict
    assert (partial.reward == 1.0) == (strict.reward == 1.0)
    assert 0.0 <= (strict.reward or 0.0) <= (partial.reward or 0.0)


@given(texts, STYLES, st.booleans())
def test_a_fault_lies_inside_the_text(text: str, style: str, prefilled: bool) -> None:
    detail = run(format_tags.REWARD, [text], style=style, prefilled=prefilled)[0].detail
    if "at" in detail:
        assert -1 <= detail["at"] <= len(text)
        assert detail["why"]


@pytest.mark.parametrize("reward", REWARDS, ids=lambda r: r.name)
@given(completions=st.lists(texts, min_size=1, max_size=12), seed=st.integers(0, 99))
@settings(max_examples=40)
def test_rewards_stay_in_bounds_and_follow_their_rollouts(
    reward: Any, completions: list[str], seed: int
) -> None:
    size = len(completions)
    columns = {**COLUMNS, "correct": COLUMNS["correct"][:size]}
    found = run(reward, completions, **columns)
    for i in range(size):
        outcome = found[i]
        assert (outcome.reward is not None) == outcome.verdict.is_scored
        assert outcome.reward is None or (
            math.isfinite(outcome.reward) and reward.low <= outcome.reward <= reward.high
        )
        assert all(isinstance(v, (str, int, float, bool)) for v in outcome.detail.values())
    order = np.random.default_rng(seed).permutation(size)
    shuffled = {**columns, "correct": [columns["correct"][i] for i in order]}
    again = run(reward, [completions[i] for i in order], **shuffled)
    np.testing.assert_array_equal(again.rewards, found.rewards[order])
    np.testing.assert_array_equal(again.verdicts, found.verdicts[order])


@pytest.mark.parametrize("reward", REWARDS, ids=lambda r: r.name)
@given(text=texts, copies=st.integers(2, 5))
@settings(max_examples=25)
def test_equal_rollouts_earn_the_same(reward: Any, text: str, copies: int) -> None:
    columns = {**COLUMNS, "correct": True}
    rewards = run(reward, [text] * copies + ["x"], **columns).rewards[:copies]
    assert len(set(rewards.tolist())) == 1


ODD = [
    "",
    " ",
    "\x00",
    "\ud800",
    "😀",
    "\u200f",
    "\u200b",
    "x",
    "思",
    "<",
    "</think>",
    "\u0301",
    "$x$ ",
]


@pytest.mark.parametrize("unit", ODD)
@pytest.mark.parametrize("reward", REWARDS, ids=lambda r: r.name)
def test_200_kb_of_anything_is_read_in_linear_time(reward: Any, unit: str) -> None:
    columns = {**COLUMNS, "correct": True}
    text = unit * (200_000 // max(1, len(unit)))
    assert not np.isnan(run(reward, [text], **columns).rewards).any()
    # A quadratic pass over 200,000 letters takes minutes.
    assert_quick(lambda: run(reward, [text], **columns), 1)
