"""The scripts in examples/ run as they stand and print what they say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
SAYS = {
    "score_one.py": ["total 3.0", "accuracy: correct, 1.0", "bad_reference"],
    "score_batch_advantages.py": ["320 rollouts, rewards (320, 2)", "40 prompts", "advantage +"],
    "rejection_sampling.py": [" kept", " not-correct"],
    "custom_reward.py": ["1.2", "{'words': 76}"],
    "evaluate_samples.py": ["pass@8 1.000", "prompts never solved"],
}


def run(name: str, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    command = [sys.executable, "-W", "error", str(EXAMPLES / name), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", SAYS)
def test_an_example_runs_and_says(name: str) -> None:
    said = run(name)
    for expected in SAYS[name]:
        assert expected in said


def test_the_rollouts_are_what_their_script_writes() -> None:
    assert run("make_rollouts.py") == (EXAMPLES / "rollouts.jsonl").read_text(encoding="utf-8")
