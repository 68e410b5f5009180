"""The laws of scoring a batch, on rewards made here so that only the batch is tested."""

from __future__ import annotations

import dataclasses
import gc
import json
import math
import pickle
import time
import weakref
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r1rewards import Outcome, Outcomes, Reward, Rollout, Verdict, per_rollout, score, score_batch
from r1rewards.batch import resolve
from r1rewards.errors import BadCallError, R1RewardsError, UnknownRewardError
from r1rewards.registry import PRESETS, get_reward


@per_rollout
def share_of_a(rollout: Rollout) -> float | None:
    if "?" in rollout.completion:
        return None
    return rollout.completion.count("a") / max(1, len(rollout.completion))


RIGHT = "<think>a</think><answer>\\boxed{4}</answer>"
A = Reward("test/a", share_of_a)
LENGTH = Reward("test/length", per_rollout(lambda r: len(r.completion) / 8), high=math.inf)
texts = st.lists(st.text("ab? ", max_size=8), min_size=1, max_size=12)


@given(texts)
def test_a_batch_equals_its_items_one_by_one(completions: list[str]) -> None:
    spec = {A: 0.3, LENGTH: 1.7}
    scores = score_batch(completions, rewards=spec)
    for i, completion in enumerate(completions):
        alone = score_batch([completion], rewards=spec)
        assert np.array_equal(scores.rewards[i], alone.rewards[0], equal_nan=True)
        assert np.array_equal(scores.total[i], alone.total[0], equal_nan=True)


@given(texts, st.randoms(use_true_random=False))
def test_shuffling_rollouts_shuffles_scores(completions: list[str], random) -> None:
    order = list(range(len(completions)))
    random.shuffle(order)
    scores = score_batch(completions, rewards=[A, LENGTH])
    shuffled = score_batch([completions[i] for i in order], rewards=[A, LENGTH])
    assert np.array_equal(scores.rewards[order], shuffled.rewards, equal_nan=True)


def test_shapes_names_and_types() -> None:
    scores = score_batch(["ab", "b"], rewards={A: 1.0, LENGTH: 0.5})
    assert scores.names == ("test/a", "test/length")
    assert scores.rewards.shape == (2, 2)
    assert scores.rewards.dtype == scores.total.dtype == np.float32
    assert scores.verdicts.tolist() == [[Verdict.MEASURED] * 2] * 2
    assert scores.part("test/length").tolist() == [0.25, 0.125]
    assert scores[0].total == pytest.approx(0.5 + 0.125)
    assert [s.rewards["test/a"] for s in scores] == [0.5, 0.0]
    assert scores[-1].total == scores[1].total
    with pytest.raises(IndexError):
        scores[2]


def test_an_unscored_part_makes_the_total_unscored_and_not_zero() -> None:
    scores = score_batch(["a?", "a"], rewards={A: 1.0, LENGTH: 1.0})
    assert math.isnan(scores.total[0])
    assert scores[0].total is None
    assert scores[0].rewards["test/a"] is None
    assert scores[0].outcomes["test/a"].verdict is Verdict.NOT_APPLICABLE
    assert not math.isnan(scores.total[1])


def test_a_part_of_weight_zero_is_reported_and_does_not_count() -> None:
    scores = score_batch(["a?"], rewards={A: 0.0, LENGTH: 1.0})
    assert scores.total.tolist() == [0.25]


def test_a_reward_that_raises_leaves_its_row_unscored_and_names_the_error() -> None:
    def fussy(batch):
        if any("b" in c for c in batch.completions):
            raise ZeroDivisionError("b is bad")
        return [1.0] * len(batch)

    scores = score_batch(["a", "b", "a"], rewards=Reward("test/fussy", fussy))
    assert scores.rewards[[0, 2], 0].tolist() == [1.0, 1.0]
    assert scores[1].outcomes["test/fussy"] == Outcome(
        Verdict.REWARD_ERROR, None, {"error": "ZeroDivisionError: b is bad"}
    )


@pytest.mark.parametrize("bad", [math.inf, math.nan, "much", [1.0]])
def test_a_reward_that_is_no_number_is_an_error_of_the_reward(bad) -> None:
    scores = score_batch(["a", "b"], rewards=Reward("test/bad", lambda batch: [bad] * len(batch)))
    assert scores.verdicts.tolist() == [[Verdict.REWARD_ERROR]] * 2
    assert np.isnan(scores.total).all()


def test_a_reward_of_the_wrong_length_is_an_error_of_the_reward() -> None:
    scores = score_batch(["a", "b"], rewards=Reward("test/short", lambda _: [1.0]))
    assert scores.verdict_codes.shape == (2, 1)


def test_pending_work_is_started_before_and_waited_for_after_the_rest() -> None:
    order: list[str] = []

    def elsewhere(batch):
        order.append("submitted")

        def wait() -> Outcomes:
            order.append("collected")
            return Outcomes.of([Outcome(Verdict.CORRECT, 1.0)] * len(batch))

        return wait

    def here(batch):
        order.append("here")
        return [0.5] * len(batch)

    scores = score_batch(["a"], rewards=[Reward("test/far", elsewhere), Reward("test/near", here)])
    assert order == ["submitted", "here", "collected"]
    assert scores.total.tolist() == [1.5]


def test_what_is_not_scored_by_the_deadline_is_named() -> None:
    def slow(batch):
        time.sleep(0.05)
        return [1.0] * len(batch)

    scores = score_batch(["a"] * 2000, rewards=Reward("test/slow", slow), deadline_s=0.08)
    done = ~np.isnan(scores.total)
    assert 0 < done.sum() < 2000
    late = int(np.flatnonzero(~done)[0])
    assert scores[late].outcomes["test/slow"].verdict is Verdict.DEADLINE


@pytest.mark.parametrize("names", [("length", "test/right", "cosine"), ("cosine", "test/right")])
def test_under_a_deadline_too_what_is_right_is_asked_once_of_each_rollout(
    names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def right(batch):
        asked.extend(batch.completions)
        return lambda: Outcomes.of(
            [
                Outcome(Verdict.CORRECT if "a" in c else Verdict.WRONG, 1.0)
                for c in batch.completions
            ]
        )

    reward = Reward("test/right", right)
    monkeypatch.setattr("r1rewards.rewards.correct_of.accuracy", SimpleNamespace(REWARD=reward))
    completions = [f"{'ab'[i % 2]} {i}" for i in range(1200)]
    rewards = [reward if name == reward.name else name for name in names]
    given = {"rewards": rewards, "groups": [0] * 1200, "max_length": 9, "characters_per_token": 1.0}
    scores = score_batch(completions, **given, deadline_s=60)
    assert sorted(asked) == sorted(completions)
    assert scores.names == names
    np.testing.assert_array_equal(scores.rewards, score_batch(completions, **given).rewards)


def test_columns_are_one_value_for_all_or_one_for_each() -> None:
    reward = Reward("test/word", per_rollout(lambda r: float(r.get("word") in r.completion)))
    assert score_batch(["ab", "b"], rewards=reward, word="a").total.tolist() == [1, 0]
    assert score_batch(["ab", "b"], rewards=reward, word=["a", "b"]).total.tolist() == [1, 1]
    assert score_batch(["ab", "b"], rewards=reward, word=np.array(["x", "b"])).total.tolist() == [
        0,
        1,
    ]
    fixed = reward.with_options(word="b")
    assert score_batch(["ab", "b"], rewards=fixed, word="x").total.tolist() == [1, 1]


def test_advantages_come_from_groups_or_prompts() -> None:
    scores = score_batch(["a", "b", "a", "a"], rewards=A, groups=[1, 1, 2, 2])
    assert scores.advantages().tolist() == pytest.approx([0.707, -0.707, 0.0, 0.0], abs=1e-3)
    by_prompt = score_batch(["a", "b"], rewards=A, prompts="same")
    assert by_prompt.advantages().tolist() == pytest.approx([0.707, -0.707], abs=1e-3)
    with pytest.raises(BadCallError, match="groups="):
        score_batch(["a"], rewards=A).advantages()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: score("a", rewards="acuracy"), "known:"),
        (lambda: score("a", rewards=[]), "r1-zero"),
        (lambda: score("a", rewards=[A, A]), "twice"),
        (lambda: score("a", rewards={A: math.nan}), "finite"),
        (lambda: score("a", rewards=[3]), "int"),
        (lambda: score(7, rewards=A), r"completions\[0\]"),
        (lambda: score_batch(["a", "b"], ["1"], rewards=A), "1 values for 2 completions"),
        (lambda: score_batch(["a", "b"], rewards=A, word=["x"]), "word"),
        (lambda: score("a", object(), rewards=A), r"references\[0\] is a object"),
    ],
)
def test_a_bad_call_says_what_to_do(call, says: str) -> None:
    with pytest.raises(R1RewardsError, match=says):
        call()


def test_presets_are_spelled_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownRewardError):
        resolve("r1-two")
    assert PRESETS["r1-zero"] == ("accuracy", "format")
    assert PRESETS["r1"] == ("accuracy", "format", "language")
    monkeypatch.setitem(PRESETS, "mine", ("accuracy", A))
    assert [(r.name, w) for r, w in resolve({"mine": 0.5})] == [("accuracy", 0.5), ("test/a", 0.5)]


def test_an_empty_batch_has_empty_scores() -> None:
    scores = score_batch([], rewards=A)
    assert scores.rewards.shape == (0, 1)
    assert list(scores) == []


def test_a_decorated_function_pickles_as_workers_need() -> None:
    assert pickle.loads(pickle.dumps(share_of_a)) is share_of_a


def test_a_scored_batch_is_freed_at_once_without_the_cyclic_collector() -> None:
    class Text(str):
        __slots__ = ("__weakref__",)

    texts = [Text("<think>a</think><answer>\\boxed{4}</answer>") for _ in range(8)]
    alive = [weakref.ref(text) for text in texts]
    gc.disable()
    try:
        scores = score_batch(texts, "4", rewards=["accuracy", "format", "length"], groups=[0] * 8)
        assert scores.part("accuracy").tolist() == [1.0] * 8
        del texts, scores
        assert [ref() for ref in alive] == [None] * 8
    finally:
        gc.enable()


def test_numpy_references_are_plain_numbers_and_the_callers_list_is_left_alone() -> None:
    references = [np.int64(4), np.float64(0.5)]
    assert score_batch([RIGHT, RIGHT], references, rewards="accuracy").total.tolist() == [1.0, 0.0]
    assert type(references[0]) is np.int64


def test_lists_of_references_as_pandas_holds_them() -> None:
    several = [np.array(["5", "4"]), ["5", np.int64(4)], np.array([5, 4]), np.array(["5"])]
    assert score_batch([RIGHT] * 4, several, rewards="accuracy").total.tolist() == [1, 1, 1, 0]


@pytest.mark.parametrize("reference", [["1", ["2"]], [{"a": 1}], ["4", {4}], [[]]])
def test_a_list_in_a_list_of_references_is_the_datas_fault(reference) -> None:
    outcome = score(RIGHT, reference, rewards="accuracy").outcomes["accuracy"]
    assert outcome.verdict is Verdict.BAD_REFERENCE


def test_a_misspelt_option_is_warned_of_once(caplog) -> None:
    for _ in range(2):
        score(RIGHT, "4", prefiled=True)
        score_batch([RIGHT], "4", prefiled=True, sytle=["a column of the data"], source="x")
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["prefiled"]
    assert "prefilled" in caplog.records[0].getMessage()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"reference": "4"}, "takes references=.* not reference="),
        ({"prompt": "2 + 2?"}, "takes prompts="),
        ({"reward": "format"}, "takes rewards="),
        ({"deadline_s": "1"}, "a number of seconds, not '1'"),
        ({"deadline_s": math.nan}, "a number of seconds, not nan"),
    ],
)
def test_an_argument_of_another_function_is_no_column(arguments, message) -> None:
    with pytest.raises(BadCallError, match=message):
        score_batch([RIGHT], **arguments)


def test_a_column_beside_the_argument_of_that_meaning_is_only_a_column() -> None:
    assert score_batch([RIGHT], "4", reference=["5"], reward=[0.5]).total.tolist() == [2.0]


@pytest.mark.parametrize("name", ["references", "prompts", "groups", "workers", "deadline_s"])
def test_score_does_not_take_what_only_score_batch_takes(name: str) -> None:
    with pytest.raises(BadCallError, match=f"{name} belongs to score_batch"):
        score(RIGHT, **{name: 4})


@pytest.mark.parametrize("completions", [None, 3, RIGHT, {"content": RIGHT}])
def test_what_is_no_list_of_completions_is_a_bad_call(completions) -> None:
    with pytest.raises(BadCallError, match="is a list of B completions, not a"):
        score_batch(completions, "4")


@pytest.mark.parametrize("rewards", [None, 3, [None]])
def test_what_names_no_reward_is_a_bad_call(rewards) -> None:
    with pytest.raises(BadCallError, match="named by a str"):
        score(RIGHT, "4", rewards=rewards)


def test_group_ids_that_cannot_be_compared_are_a_bad_call() -> None:
    with pytest.raises(BadCallError, match="group id"):
        score_batch([RIGHT] * 2, "4", groups=[["a"], ["b"]]).advantages()


OPEN = "so far \\boxed{4}, but wait"


def test_what_is_fixed_about_the_prompt_holds_for_every_reward_of_the_call() -> None:
    rewards = ["accuracy", get_reward("format", prefilled=True)]
    scores = score_batch([OPEN, "why</think><answer>\\boxed{4}</answer>"], "4", rewards=rewards)
    assert scores.rewards.tolist() == [[0.0, 0.0], [1.0, 1.0]]
    custom = ["accuracy", get_reward("format", tags=["r", "a"])]
    assert score("<r>\\boxed{5}</r><a>\\boxed{4}</a>", "4", rewards=custom).total == 2.0


def test_a_column_of_the_call_still_holds_for_the_rewards_that_fix_nothing() -> None:
    rewards = ["accuracy", get_reward("format", prefilled=True)]
    assert score(OPEN, "4", rewards=rewards, prefilled=False).rewards == {
        "accuracy": 1.0,
        "format": 0.0,
    }


def test_a_message_with_its_own_thought_is_well_formed_where_prefilled_is_fixed() -> None:
    message = {"role": "assistant", "content": "<answer>4</answer>", "reasoning_content": "why"}
    assert score(message, rewards=get_reward("format", prefilled=True)).total == 1.0


def test_a_score_is_plain_data_to_log() -> None:
    found = score(
        "<think>a</think><answer>\\boxed{5}</answer>",
        "4",
        rewards=["r1", "repetition"],
        language="en",
    )
    logged = json.loads(json.dumps(dataclasses.asdict(found)))
    assert logged["outcomes"]["accuracy"]["detail"]["answer"] == "5"
    assert logged["outcomes"]["format"]["verdict"] == "well_formed"
    assert logged["rewards"]["language"] is None


def test_kept_details_are_put_together_once_and_are_the_same() -> None:
    calls = []

    def rewarded(batch):
        size = len(batch)
        return Outcomes(
            np.ones(size, np.float32),
            np.zeros(size, np.uint8),
            lambda i: calls.append(i) or {"row": i},
        )

    scores = score_batch(["a", "b"], rewards=Reward("counted", rewarded))
    before = list(scores)
    scores.keep()
    assert list(scores) == before == [scores[0], scores[-1]]
    assert sorted(calls) == [0, 0, 1, 1]
