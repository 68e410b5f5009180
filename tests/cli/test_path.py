"""`r1rewards path TRAINER` prints a file that is there."""

from __future__ import annotations

import ast
import importlib.util
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
    "swift": "R1Accuracy",
    "skyrl": "R1Env",
    "nemo_rl": "R1EnvironmentBody",
    "rllm": "evaluate",
    "verifiers": "reward",
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
    } | {a.name for n in tree.body if isinstance(n, ast.ImportFrom) for a in n.names}
    assert PROMISED[trainer] in names


@pytest.mark.parametrize("trainer", ["openrlhf", "swift", "verl"])
def test_beside_a_file_that_trainers_are_given_lies_nothing_that_hides_another_package(
    trainer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """ms-swift puts the folder at the head of sys.path: `import ray` found our adapter for Ray."""
    main(["path", trainer])
    given = Path(capsys.readouterr().out.strip())
    beside = {p.stem for p in given.parent.glob("*.py")} - {"__init__"}
    assert given.stem in beside
    assert all(name.startswith("r1_") for name in beside)
    assert not {name for name in beside if importlib.util.find_spec(name)}


def test_an_unknown_trainer_lists_the_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["path", "nobody"]) == 2
    assert "openrlhf" in capsys.readouterr().err
