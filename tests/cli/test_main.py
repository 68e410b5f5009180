"""The command line as a whole: what it does where nobody takes its output, and how it refuses what it does not know."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from r1rewards.cli import main

FULL = Path("/dev/full")  # a disk without room: every write to it fails
ROW = {"completion": "<think>a</think><answer>\\boxed{4}</answer>", "answer": "4"}
COMMAND = [sys.executable, "-m", "r1rewards"]


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(ROW) + "\n")
    return str(path)


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")
@pytest.mark.parametrize("flag", ["-o", "--html"])
def test_a_full_disk_is_named_and_is_no_traceback(file: str, flag: str, capsys) -> None:
    assert main(["check", file, flag, str(FULL)]) == 2
    assert "/dev/full: cannot be written: No space left on device" in capsys.readouterr().err


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")
def test_standard_output_that_takes_nothing_is_named(file: str) -> None:
    for arguments in (["check", file], ["list", "--json"]):
        with FULL.open("w") as full:
            done = subprocess.run([*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE)
        assert done.returncode == 2
        assert done.stderr == b"r1rewards: standard output: No space left on device\n"


def test_whoever_stops_reading_is_not_an_error() -> None:
    process = subprocess.Popen([*COMMAND, "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) == 0
