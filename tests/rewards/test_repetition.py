from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r1rewards.errors import BadCallError
from r1rewards.reward import Outcomes
from r1rewards.rewards.repetition import REWARD
from r1rewards.rollouts import Batch


def score(texts: list[Any], **columns: Any) -> Outcomes:
    found = REWARD.score(Batch(texts, columns=columns))
    assert isinstance(found, Outcomes)
    return found


def test_the_formula() -> None:
    # a b c a b c: abc bca cab abc: 4 3-grams, 3 different
    assert score(["a b c a b c"]).rewards.tolist() == [-0.25]
    assert score(["a b c a b c"], max_penalty=-0.5).rewards.tolist() == [-0.125]
    assert score(["a b c a b c"], ngram_size=1).rewards.tolist() == [-0.5]


def test_a_text_shorter_than_one_ngram_is_not_penalised() -> None:
    assert score(["", "a b", None]).rewards.tolist() == [0, 0, 0]


def test_chinese_is_penalised_as_spaced_text_is() -> None:
    assert score(["好的。" * 500, "ok " * 500]).rewards.tolist() == pytest.approx(
        [-0.998, -0.998], abs=1e-3
    )


def test_token_ids_are_counted_where_the_row_has_them() -> None:
    found = score(["a b c d e f", "a b c d e f"], completion_ids=[[7] * 6, None])
    assert found.rewards.tolist() == [-0.75, 0]
    assert [found[i].detail["unit"] for i in (0, 1)] == ["tokens", "words"]
    assert score(["x"], completion_ids=[np.array([1, 1, 1, 1])]).rewards.tolist() == [-0.5]


def test_the_detail_has_the_counts() -> None:
    assert score(["a b c a b c"])[0].detail == {
        "repeated": 0.25,
        "ngrams": 4,
        "different": 3,
        "ngram_size": 3,
        "unit": "words",
    }


@given(st.text("ab c", max_size=80))
def test_saying_it_twice_never_earns_more(text: str) -> None:
    once, twice = score([text, f"{text} {text}"]).rewards
    assert -1 <= twice <= once <= 0


@pytest.mark.parametrize(
    "column", [{"ngram_size": 0}, {"ngram_size": "3"}, {"max_penalty": 1}, {"max_penalty": -2}]
)
def test_a_bad_option_is_an_error(column: dict[str, Any]) -> None:
    with pytest.raises(BadCallError, match="repetition"):
        score(["a"], **column)


def test_numbers_of_numpy_are_numbers() -> None:
    columns = {"ngram_size": np.int64(1), "max_penalty": np.float32(-0.5)}
    found = REWARD.score(Batch(["a a"], columns=columns))
    assert isinstance(found, Outcomes)
    assert found.rewards.tolist() == [-0.25]
