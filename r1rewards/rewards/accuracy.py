"""`accuracy`: is the answer right? Mathematics or code, by what the rollout carries.

1.0 where the boxed answer is equivalent to the reference (reward `math`) or the program passes every test (reward
`code`), else 0.0; unscored where either could not tell. A rollout is judged as code where it carries tests: a column
`tests`, a reference that is a dict of tests or its JSON text, `task="code"`, or no reference but the columns of a code
data set (`test_list`, `input_output` ...).
Source: the accuracy rewards of DeepSeek-R1, arXiv 2501.12948 section 2.2.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from r1rewards.reward import Outcomes, Pending, Reward
from r1rewards.rewards import code_tests, math_answers
from r1rewards.rollouts import Batch


def score(batch: Batch) -> Outcomes | Pending:
    """(B,) 1.0 or 0.0 for each rollout, by the reward that fits it."""
    found = _score(batch)
    # Asked for by other rewards, too (`rewards.correct_of`): the programs run once.
    return found if isinstance(found, Outcomes) else functools.cache(found)


def _score(batch: Batch) -> Outcomes | Pending:
    is_code = rows_with_tests(batch)
    if not any(is_code):
        return math_answers.score_math(batch)
    code = [i for i, here in enumerate(is_code) if here]
    rest = [i for i, here in enumerate(is_code) if not here]
    if not rest:
        return _code(batch)
    parts = [(code, _code(batch.take(code))), (rest, math_answers.score_math(batch.take(rest)))]
    return lambda: _merged(parts, len(batch))


def _code(batch: Batch) -> Outcomes | Pending:
    whole = batch if batch.has("all_or_nothing") else batch.with_options({"all_or_nothing": True})
    return code_tests.score(whole)


def rows_with_tests(batch: Batch) -> list[bool]:
    """For each rollout, whether it is to be judged by running its code."""
    found = [_is_tests(reference) for reference in batch.references or [None] * len(batch)]
    if any(map(batch.has, code_tests.DATA_SET_COLUMNS)):  # as rows of MBPP, APPS ... come
        given = batch.references or [None] * len(batch)
        together = code_tests.tests_in_columns(batch)
        found = [
            is_tests or (reference is None and tests is not None)
            for is_tests, reference, tests in zip(found, given, together, strict=True)
        ]
    if batch.has("tests"):
        found = [a or b is not None for a, b in zip(found, batch.column("tests"), strict=True)]
    if batch.has("task"):
        tasks = batch.column("task")
        found = [
            t == "code" if t in {"math", "code"} else f for f, t in zip(found, tasks, strict=True)
        ]
    return found


_TEST_KEYS = ('"type"', '"inputs"', '"test_list"', '"entry_point"', '"cases"')


def _is_tests(reference: Any) -> bool:
    if isinstance(reference, str):
        return reference[:1] == "{" and any(key in reference for key in _TEST_KEYS)
    return isinstance(reference, dict)


def _merged(parts: Sequence[tuple[list[int], Outcomes | Pending]], size: int) -> Outcomes:
    rewards = np.empty(size, dtype=np.float32)
    verdicts = np.empty(size, dtype=np.uint8)
    place: dict[int, tuple[Outcomes, int]] = {}
    for rows, part in parts:
        done = part if isinstance(part, Outcomes) else part()
        rewards[rows], verdicts[rows] = done.rewards, done.verdicts
        place.update({row: (done, i) for i, row in enumerate(rows)})
    return Outcomes(rewards, verdicts, lambda i: place[i][0].detail(place[i][1]))


_OPTIONS = dict.fromkeys((*(math_answers.REWARD.options or ()), *(code_tests.REWARD.options or ())))

REWARD = Reward("accuracy", score, options=tuple(_OPTIONS))
