from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r1rewards import score_batch
from r1rewards.batch import Score
from r1rewards.errors import BadCallError
from r1rewards.filters import (
    DROP,
    KEEP,
    KEPT,
    NEEDS,
    Candidate,
    Decision,
    Selection,
    candidate,
    code_block,
    correct,
    degenerate,
    judge,
    long_paragraph,
    mixed_language,
    select,
    turns_in_circles,
    well_formed,
)
from r1rewards.registry import names
from r1rewards.rollouts import Rollout
from r1rewards.verdicts import Outcome, Verdict
from tests.mixtures import sentences

SCORE = Score(None, {}, {})
PROSE = (
    "We add the two numbers and see that the sum is even, as the first is odd and so is the other. "
)


def scored(verdict: Verdict, reward: float | None, name: str = "accuracy", **detail: Any) -> Score:
    return Score(reward, {name: reward}, {name: Outcome(verdict, reward, detail)})


def thought(text: str, **columns: Any) -> Rollout:
    return Rollout(f"<think>\n{text}\n</think>\n\n\\boxed{{4}}", columns=columns)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_only_correct_rollouts_are_correct(verdict: Verdict) -> None:
    decision = correct(Rollout("x"), scored(verdict, 1.0))
    assert decision.keep is (verdict is Verdict.CORRECT)
    assert decision.value == verdict.value


def test_well_formed_names_the_fault() -> None:
    scores = score_batch(["<think>a</think><answer>4</answer>", "4"], rewards="format")
    assert [well_formed(Rollout(""), s) for s in scores] == [
        Decision(True, "kept", None),
        Decision(False, "malformed", "missing"),
    ]


def test_mixed_language_is_a_low_share_or_a_long_foreign_run() -> None:
    run = {"words": 9}
    assert mixed_language(Rollout(""), scored(Verdict.MEASURED, 0.94, "language")) == (
        False,
        "mixed-language",
        0.94,
    )
    assert mixed_language(Rollout(""), scored(Verdict.MEASURED, 0.97, "language", foreign=[])).keep
    assert not mixed_language(
        Rollout(""), scored(Verdict.MEASURED, 0.97, "language", foreign=[run])
    ).keep
    assert mixed_language(
        Rollout(""), scored(Verdict.MEASURED, 0.97, "language", foreign=[run]), 0.9, 10
    ).keep
    assert mixed_language(Rollout(""), scored(Verdict.UNDETERMINED, None, "language")).keep


def test_mixed_language_on_real_text() -> None:
    english = "We add the two numbers and find that the sum is even. " * 4
    texts = [
        english,
        english + "所以我们可以看到这两个数字的和是偶数,因此答案就是四,再检查一遍也没有问题。",
    ]
    found = score_batch([f"<think>{t}</think>4" for t in texts], rewards="language", language="en")
    assert [mixed_language(Rollout(t), s).keep for t, s in zip(texts, found, strict=True)] == [
        True,
        False,
    ]


def test_a_clause_in_another_language_drops_a_thought_that_is_nearly_all_in_its_own() -> None:
    english = sentences("all")["en"]
    clause = "wir müssen zuerst die Höhe des Dreiecks bestimmen"
    text = " ".join([*english[:9], clause, *english[9:]])
    (score,) = score_batch([f"<think>{text}</think>4"], rewards="language", language="en")
    assert 0.95 <= score.rewards["language"] < 1
    assert mixed_language(Rollout(text), score, most_foreign_words=5).reason == "mixed-language"
    assert mixed_language(Rollout(text), score, most_foreign_words=9).keep


def test_one_foreign_word_in_twenty_is_no_mixture() -> None:
    words = " ".join(sentences("all")["en"][:6]).split()[:19]
    text = " ".join([*words, "собака"])  # 19 of 20: 0.95 as float32 lies below 0.95
    (score,) = score_batch([f"<think>{text}</think>4"], rewards="language", language="en")
    assert score.rewards["language"] == pytest.approx(0.95)
    assert mixed_language(Rollout(text), score).keep
    assert not mixed_language(Rollout(text), score, 0.96).keep


def test_a_long_paragraph_is_counted_in_words_without_formulas() -> None:
    short = thought("\n\n".join([PROSE * 5] * 10))
    assert long_paragraph(short, SCORE).keep
    assert long_paragraph(short, SCORE).value == 110
    assert long_paragraph(thought(PROSE * 12), SCORE).reason == "long-paragraph"
    assert long_paragraph(thought(PROSE * 5 + "$x + y + z = 3 + 4 + 5$ " * 300), SCORE).keep
    assert not long_paragraph(thought("我们把两个数加起来" * 60), SCORE).keep
    assert long_paragraph(thought("\n \n".join([PROSE * 8] * 3)), SCORE).keep
    assert long_paragraph(Rollout(""), SCORE) == Decision(True, "kept", 0.0)


def test_only_the_thought_is_looked_at() -> None:
    outside = Rollout(f"<think>\nshort\n</think>\n```python\nx\n```\n{PROSE * 20}")
    assert long_paragraph(outside, SCORE).keep
    assert code_block(outside, SCORE).keep
    assert not code_block(Rollout("```python\nx\n```"), SCORE).keep


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a ``` b", 0),
        ("a `x` b", 0),
        ("```\nx\n```", 1),
        ("  ```py\nx\n  ```\n~~~\ny\n~~~", 2),
        ("```\nnever closed", 1),
        ("<tool_call>{}</tool_call>", 1),
    ],
)
def test_code_blocks_are_counted(text: str, count: int) -> None:
    decision = code_block(thought(text), SCORE)
    assert (decision.keep, decision.value) == (count == 0, count)


@pytest.mark.parametrize(
    ("rollout", "value"),
    [
        (thought("fine"), None),
        (thought("half a \ufffd letter"), "replacement-character"),
        (thought("fine", finish_reason="length"), "truncated"),
        (thought("fine", finish_reason="stop"), None),
        (thought("fine", truncated=True), "truncated"),
        (thought("fine", truncated=np.True_), "truncated"),
        (thought("fine", truncated=False), None),
        (thought("fine", finish_reason={"type": "length", "length": 4096}), "truncated"),
        (thought("fine", finish_reason={"type": "stop", "matched": 151645}), None),
        (thought("fine", finish_reason="MAX_TOKENS"), "truncated"),
        (thought("fine", stop_reason="max_tokens"), "truncated"),
        (thought("fine", stop_reason=151645), None),
        (Rollout("<think>\nnever closed"), "open-thought"),
        (Rollout("never closed", columns={"prefilled": True}), "open-thought"),
        (Rollout("never closed", prompt="Q<think>\n"), "open-thought"),
        (thought("twice</think>"), "second-thought"),
        (thought("Wait, let me check that again.\n" * 6), "repetition"),
        (thought("ok " * 60), "repetition"),
        (thought("好的。" * 60), "repetition"),
        (thought("让我再检查一遍这个答案是不是正确的，再想一想。\n" * 6), "repetition"),
        (
            thought(
                "".join(f"{'-' * 40}\nCase {i}: {i * 13} is none of them.\n" for i in range(9))
            ),
            None,
        ),
        (
            thought(
                "".join(
                    f"\\left[\\begin{{array}}{{ccc|c}}\n{i} & 1 & {i * 7} & 0\n" for i in range(9)
                )
            ),
            None,
        ),
    ],
)
def test_what_went_wrong_while_writing_is_named(rollout: Rollout, value: str | None) -> None:
    assert degenerate(rollout, SCORE) == Decision(
        value is None, "kept" if value is None else "degenerate", value
    )


def test_a_loop_longer_than_twenty_words_is_found() -> None:
    rng = random.Random(0)
    words = [f"w{rng.randrange(500)}" for _ in range(60)]
    assert turns_in_circles(" ".join(words * 4))
    assert not turns_in_circles(" ".join(f"w{rng.randrange(500)}" for _ in range(3000)))


def test_the_first_filter_that_drops_decides() -> None:
    rollout = thought("```\nx\n```")
    assert judge(rollout, scored(Verdict.CORRECT, 1.0), ["correct"], ["code-block"]) == (
        False,
        "code-block",
        1,
    )
    assert (
        judge(rollout, scored(Verdict.WRONG, 0.0), ["correct"], ["code-block"]).reason
        == "not-correct"
    )
    assert (
        judge(rollout, scored(Verdict.CORRECT, 1.0), ["correct"], ["code-block"], {"code-block": 1})
        is KEPT
    )
    assert judge(rollout, SCORE) is KEPT


def test_an_unknown_filter_or_a_missing_reward_says_what_to_do() -> None:
    with pytest.raises(BadCallError, match="'correct' goes with keep"):
        judge(thought("x"), SCORE, drop=["correct"])
    with pytest.raises(BadCallError, match="known: correct, well-formed"):
        judge(thought("x"), SCORE, keep=["right"])
    with pytest.raises(BadCallError, match="reads the reward 'language'"):
        judge(thought("x"), SCORE, drop=["mixed-language"])


def test_what_filters_need_are_filters_and_rewards() -> None:
    assert set(NEEDS) <= {*KEEP, *DROP}
    assert set(NEEDS.values()) <= set(names())


def of(n: int, *rows: tuple[int, int, int]) -> list[Decision]:
    selection = Selection()
    for row in rows:
        selection.add(Candidate(*row))
    return list(selection.decide(n))


FAR = [0, 0xFFFF, 0xFFFF0000, 0xFFFF00000000]


def test_the_shortest_of_each_group_are_selected_in_the_order_they_came() -> None:
    rows = [(1, 30, FAR[0]), (2, 9, FAR[0]), (1, 10, FAR[1]), (1, 20, FAR[2])]
    assert [d.keep for d in of(2, *rows)] == [False, True, True, True]
    assert [d.reason for d in of(1, *rows)] == [
        "not-among-best",
        "kept",
        "kept",
        "not-among-best",
    ]


def test_a_near_duplicate_of_a_shorter_one_is_dropped() -> None:
    rows = [(1, 30, 0b1), (1, 10, 0b0), (1, 20, FAR[2]), (2, 40, 0b0)]
    assert of(3, *rows) == [Decision(False, "near-duplicate", 1), KEPT, KEPT, KEPT]


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 9), st.integers(0, 2**64 - 1)), max_size=40
    ),
    st.integers(1, 4),
    st.randoms(),
)
def test_what_is_selected_does_not_depend_on_the_order_of_the_file(
    rows: list[tuple[int, int, int]], n: int, rng: random.Random
) -> None:
    rows = list({(group, length): (group, length, mark) for group, length, mark in rows}.values())
    shuffled = rng.sample(rows, len(rows))
    kept = {row for row, d in zip(rows, of(n, *rows), strict=True) if d.keep}
    assert kept == {row for row, d in zip(shuffled, of(n, *shuffled), strict=True) if d.keep}
    assert all(sum(row[0] == group for row in kept) <= n for group in range(4))


def test_a_candidate_is_known_by_its_group_else_by_its_prompt() -> None:
    assert candidate(Rollout("abc", prompt="p")).group == candidate(Rollout("x", prompt="p")).group
    assert (
        candidate(Rollout("abc", prompt="p", group=1)).group
        != candidate(Rollout("abc", prompt="p", group=2)).group
    )
    assert candidate(Rollout("abc", prompt="p")).length == 3
    with pytest.raises(BadCallError, match="prompt_id"):
        candidate(Rollout("abc"))
    with pytest.raises(BadCallError, match="from 1 on"):
        select([], 0)


def test_near_duplicate_solutions_of_one_prompt_are_found() -> None:
    rng = random.Random(0)
    words = [f"w{rng.randrange(900)}" for _ in range(400)]
    other = [f"w{rng.randrange(900)}" for _ in range(400)]
    texts = [
        " ".join(words),
        " ".join([*words[:200], "wait", *words[200:]]),
        " ".join(other) + " longer",
    ]
    decisions = list(select((Rollout(t, prompt="p") for t in texts), 4))
    assert [d.reason for d in decisions] == ["kept", "near-duplicate", "kept"]
