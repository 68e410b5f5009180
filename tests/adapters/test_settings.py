"""What the user chose is found: in the call, in the file that R1REWARDS_CONFIG names, or by default."""

from __future__ import annotations

import math
from collections import UserDict, UserList
from pathlib import Path

import pytest

from r1rewards import score
from r1rewards.adapters.rows import flat_row
from r1rewards.adapters.settings import Settings, UnscorableError, settings
from r1rewards.errors import BadCallError


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "r1rewards.toml"
    monkeypatch.setenv("R1REWARDS_CONFIG", str(path))
    return path


def test_without_a_word_it_is_r1_zero_and_zero_for_the_unscorable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("R1REWARDS_CONFIG", raising=False)
    assert settings() == Settings("r1-zero", "zero", None, {})
    assert settings(on_unscorable="none").on_unscorable == "none"


def test_the_file_speaks_where_the_call_is_silent(config: Path) -> None:
    config.write_text(
        'rewards = { accuracy = 1.0, format = 0.5 }\non_unscorable = "raise"\nanswer = "gold"\n[options]\nprefilled = true\n'
    )
    assert settings() == Settings(
        {"accuracy": 1.0, "format": 0.5}, "raise", "gold", {"prefilled": True}
    )
    mixed = settings({"rewards": ["format"], "style": "think_answer"})
    assert mixed == Settings(
        ["format"], "raise", "gold", {"prefilled": True, "style": "think_answer"}
    )


def test_mappings_and_sequences_of_other_libraries_become_plain() -> None:
    given = {"rewards": UserDict(accuracy=1.0), "tags": UserList(["a", "b"])}
    found = settings(given)
    assert type(found.rewards) is dict
    assert found.options == {"tags": ["a", "b"]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rewards = ", "cannot be read"),
        ("prefilled = true", "unknown key prefilled.*under \\[options\\]"),
    ],
)
def test_a_file_that_cannot_be_meant_is_an_error(config: Path, text: str, message: str) -> None:
    config.write_text(text)
    with pytest.raises(BadCallError, match=message):
        settings()


def test_a_missing_file_is_an_error(config: Path) -> None:
    with pytest.raises(BadCallError, match=str(config)):
        settings()


def test_every_row_has_the_same_keys_and_finite_numbers() -> None:
    chosen = Settings()
    scores = [
        score(text, gold)
        for text, gold in (("\\boxed{4}", "4"), ("", "4"), ("\\boxed{4}", None), ("x", "]["))
    ]
    rows = [flat_row(s, chosen) for s in scores]
    assert len({tuple(row) for row in rows}) == 1
    numbers = [value for row in rows for value in row.values() if not isinstance(value, str)]
    assert all(math.isfinite(value) for value in numbers)
    assert [row["r1_unscored"] for row in rows][:3] == [0.0, 0.0, 1.0]
    assert [row["pred"] for row in rows][:2] == ["4", ""]
    assert [row["acc"] for row in rows][:3] == [1.0, 0.0, 0.0]


def test_unscorable_is_zero_or_an_error_that_names_the_cause() -> None:
    unscored = score("\\boxed{4}", None)
    assert flat_row(unscored, Settings())["score"] == 0.0
    with pytest.raises(UnscorableError, match="accuracy: not_applicable"):
        flat_row(unscored, Settings(on_unscorable="raise"))


def test_the_topics_of_a_data_set_are_not_the_tags_of_a_thought(
    caplog: pytest.LogCaptureFixture,
) -> None:
    from r1rewards.adapters.trl import format_reward, make_reward

    text = "<think>a</think><answer>4</answer>"
    topics = {"tags": [["algebra"]], "completions": [text], "prompts": ["?"]}
    assert format_reward(**topics) == [1.0]
    assert make_reward("format", tags="r")(**topics) == [0.0]
    assert make_reward("format", tags="r")(
        **{**topics, "completions": ["<r>a</r><answer>4</answer>"]}
    ) == [1.0]
    assert sum("tags:" in record.getMessage() for record in caplog.records) <= 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rewards = 3", "rewards is a text or a list or a table, not 3"),
        ('options = "prefilled"', "options is a table, not 'prefilled'"),
        ("answer = 3", "answer is a text, not 3"),
    ],
)
def test_a_setting_of_the_wrong_kind_is_named(config: Path, text: str, message: str) -> None:
    config.write_text(text)
    with pytest.raises(BadCallError, match=message):
        settings()


def test_a_misspelt_option_of_a_trainer_is_warned_of(
    config: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config.write_text("[options]\nprefilld = true\n")
    settings()
    settings({"prefillled": True, "rewards": "format"})
    said = [record.getMessage() for record in caplog.records]
    assert {text.partition(":")[0] for text in said} == {"prefilld", "prefillled"}
    assert all("did you mean prefilled?" in text for text in said)
