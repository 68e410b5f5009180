"""`r1rewards path TRAINER` prints a file that is there."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from r1rewards.cli import main
from r1rewards.cli.path import TRAINERS

PROMISED = {
    "openrlhf": "reward_func",
    "verl": "compute_score",
    "areal": "reward_fn",
    "slime": "reward",
    "trl": "make_reward",
}


@pytest.mark.parametrize("trainer", TRAINERS)
def test_the_file_is_there_and_defines_what_the_trainer_looks_for(
    trainer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["path", trainer]) == 0
    tree = ast.parse(Path(capsys.readouterr().out.strip()).read_text(encoding="utf-8"))
    names = {
        n.name
        for n in tree.body
        if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    }
    assert PROMISED.get(trainer, next(iter(names))) in names


def test_an_unknown_trainer_lists_the_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["path", "nobody"]) == 2
    assert "openrlhf" in capsys.readouterr().err
