"""`check --config`: the file gives defaults, the command line wins, and mistakes are named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from r1rewards.cli import main

CONFIG = """
[check]
rewards = {accuracy = 1.0, format = 0.5}
option = {style = "think"}
group-by = "id"
limit = 3
json = true
fail-under = ["accuracy=0.2"]
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "rows.jsonl"
    row = {"completion": "<think>a</think>\\boxed{4}", "answer": "4", "id": "p"}
    path.write_text((json.dumps(row) + "\n") * 5)
    return str(path)


def config(tmp_path: Path, text: str = CONFIG) -> str:
    path = tmp_path / "r1rewards.toml"
    path.write_text(text)
    return str(path)


def test_the_file_gives_what_the_command_line_leaves_out(file: str, tmp_path: Path, capsys) -> None:
    assert main(["check", file, "--config", config(tmp_path)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rows"] == 3
    assert found["mean_total"] == 1.5
    assert found["evaluation"]["groups"] == 1


def test_the_command_line_wins(file: str, tmp_path: Path, capsys) -> None:
    argv = ["check", file, "--config", config(tmp_path), "--limit", "2", "--rewards", "r1-zero"]
    assert main([*argv, "--fail-under", "format=2"]) == 1
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert (found["rows"], found["mean_total"]) == (2, 2.0)
    assert "format is 1.0000, below 2" in printed.err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[check]\nrewrads = 'r1'", "no setting 'rewrads'; known: "),
        ("[check]\nlimit = 'x'", "limit is a whole number"),
        ("[check]\njson = 1", "json is true or false"),
        ("[check]\ngroup-by = 3", "group-by is a text"),
        ("[chek]", "no table [check]; it has: chek"),
        ("[check", "not TOML"),
    ],
)
def test_mistakes_are_named(text: str, says: str, file: str, tmp_path: Path, capsys) -> None:
    assert main(["check", file, "--config", config(tmp_path, text)]) == 2
    assert says in capsys.readouterr().err


def test_an_absent_file_is_named(file: str, capsys) -> None:
    assert main(["check", file, "--config", "/no/such.toml"]) == 2
    assert "/no/such.toml: cannot be read" in capsys.readouterr().err
