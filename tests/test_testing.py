"""The conformance kit passes every built-in and catches every kind of broken reward."""

from __future__ import annotations

import itertools
import threading

import pytest

from r1rewards import Outcome, Reward, Verdict, get_reward, per_rollout, registry
from r1rewards.errors import UnknownRewardError
from r1rewards.testing import ConformanceError, check_reward

TOKENS = {"max_length": 500, "cache_length": 100, "characters_per_token": 4.0}
COLUMNS = {"language": {"language": "en"}, "overlong": TOKENS, "cosine": TOKENS, "length": TOKENS}


@pytest.mark.parametrize(
    "name", [n for n in registry.BUILT_IN if n in registry.names() and n != "code"]
)
def test_every_built_in_conforms(name: str) -> None:
    check_reward(get_reward(name), columns=COLUMNS.get(name))


@per_rollout
def raises(rollout):
    return 1 / len(rollout.completion)


@per_rollout
def too_high(rollout):
    return len(rollout.completion)


_count = itertools.count()


@per_rollout
def changes(rollout):
    return (next(_count) % 7) / 7


@per_rollout
def lies(rollout):
    return Outcome(Verdict.UNDECIDED, 0.0)


@per_rollout
def main_thread_only(rollout):
    return float(threading.current_thread() is threading.main_thread())


def by_place(batch):
    return [i / len(batch) for i in range(len(batch))]


@pytest.mark.parametrize(
    ("score", "why"),
    [
        (raises, "ZeroDivisionError"),
        (too_high, "outside of its range"),
        (changes, "shuffled"),
        (lies, "does not go with"),
        (main_thread_only, "threads must not change"),
        (by_place, "shuffled"),
        (per_rollout(lambda _: 1.0), "pickle"),
    ],
)
def test_a_reward_that_breaks_a_promise_is_caught(score, why: str) -> None:
    with pytest.raises(ConformanceError, match=why):
        check_reward(Reward("test/broken", score))


@per_rollout
def fine(rollout):
    return float("a" in rollout.completion)


def test_a_reward_that_keeps_its_promises_passes() -> None:
    check_reward(Reward("test/fine", fine), completions=["a", "b"], references=["1", None])


def test_a_registered_reward_may_be_named() -> None:
    check_reward("format")
    with pytest.raises(UnknownRewardError, match="did you mean 'format'"):
        check_reward("fromat")
