from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from r1rewards import score, score_batch
from r1rewards.errors import BadCallError
from r1rewards.reward import Outcomes, Reward
from r1rewards.rewards.length import REWARD
from r1rewards.rollouts import Batch
from r1rewards.verdicts import CODE_OF, Verdict


def of(texts: list[str], correct: Any, groups: Any = None, **columns: Any) -> Outcomes:
    groups = [0] * len(texts) if groups is None else groups
    found = REWARD.score(Batch(texts, groups=groups, columns={"correct": correct, **columns}))
    assert isinstance(found, Outcomes)
    return found


def test_the_formula_of_kimi() -> None:
    texts = ["x" * 10, "x" * 15, "x" * 20]
    assert of(texts, True).rewards.tolist() == [0.5, 0, -0.5]
    assert of(texts, False).rewards.tolist() == [0, 0, -0.5]


def test_a_group_of_one_length_gets_nothing() -> None:
    assert of(["aa", "bb"], [True, False]).rewards.tolist() == [0, 0]


def test_min_and_max_are_the_groups_not_the_batchs() -> None:
    texts = ["x" * 10, "x" * 20, "x" * 1000, "x" * 2000]
    assert of(texts, True, groups=["a", "a", "b", "b"]).rewards.tolist() == [0.5, -0.5, 0.5, -0.5]


def test_token_ids_count_where_a_whole_group_has_them() -> None:
    ids = [[1] * 5, [1] * 9, [1], None]
    found = of(["x", "xx", "xxx", "x"], True, groups=[0, 0, 1, 1], completion_ids=ids)
    assert found.rewards.tolist() == [0.5, -0.5, -0.5, 0.5]
    assert [found[i].detail["unit"] for i in range(4)] == [
        "tokens",
        "tokens",
        "characters",
        "characters",
    ]


def test_where_accuracy_is_unknown_the_length_is_unscored_but_counts() -> None:
    found = of(["x", "xx", "xxx"], [None, True, True])
    assert np.isnan(found.rewards[0])
    assert found[0].verdict is Verdict.NOT_APPLICABLE
    assert found[0].detail["reason"] == "whether it is right is not known: not_applicable"
    assert found.rewards[1:].tolist() == [0, -0.5]


def test_nan_in_the_column_correct_is_unknown_not_right() -> None:
    scored = score_batch(
        ["\\boxed{4}", "\\boxed{5} ", "\\boxed{4}  "], ["4", "", "5"], rewards="accuracy"
    )
    right = scored.part("accuracy")  # an array of 1.0, NaN for the unusable reference, and 0.0
    assert np.isnan(right).tolist() == [False, True, False]
    for reward, options in (
        ("length", {}),
        ("cosine", {"max_length": 9, "characters_per_token": 1}),
    ):
        found = score_batch(
            ["x", "xx", "xxx"], rewards=reward, groups="g", correct=right, **options
        )
        assert np.isnan(found.rewards[:, 0]).tolist() == [False, True, False]
        assert found.verdicts[1, 0] is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("value", ["False", 0.5, -1, 2])
def test_what_says_neither_right_nor_wrong_is_a_bad_call(value: Any) -> None:
    with pytest.raises(BadCallError, match="True or False"):
        of(["x"], [value])


def test_a_batch_of_no_known_groups_is_an_error() -> None:
    with pytest.raises(BadCallError, match="groups="):
        score_batch(["a", "b"], ["1", "1"], rewards="length", correct=True)
    assert score("a", rewards="length", correct=True).total == 0.0


def test_shuffling_the_batch_shuffles_the_rewards() -> None:
    rng = np.random.default_rng(0)
    texts = ["x" * int(n) for n in rng.integers(1, 50, 40)]
    correct, groups = rng.integers(0, 2, 40).astype(bool).tolist(), rng.integers(0, 4, 40).tolist()
    order = rng.permutation(40)
    shuffled = of(
        [texts[i] for i in order], [correct[i] for i in order], [groups[i] for i in order]
    )
    assert shuffled.rewards.tolist() == of(texts, correct, groups).rewards[order].tolist()


def test_accuracy_is_asked_once_for_all_rewards(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def judge(batch: Batch) -> Any:
        calls.append(len(batch))
        right = np.array([text.endswith("4") for text in batch.completions])
        codes = np.where(right, CODE_OF[Verdict.CORRECT], CODE_OF[Verdict.WRONG]).astype(np.uint8)
        return lambda: Outcomes(right.astype(np.float32), codes)

    accuracy = Reward("accuracy", judge)
    monkeypatch.setattr("r1rewards.rewards.accuracy.REWARD", accuracy)
    scores = score_batch(["4", "is 4", "is 55"], "4", rewards=[REWARD, accuracy], prompts="q")
    assert calls == [3]
    assert scores.part("length").tolist() == [0.5, pytest.approx(-0.25), -0.5]
