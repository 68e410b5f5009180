"""`check -o` killed by SIGKILL and resumed writes what an uninterrupted run writes, to the byte."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROWS = 12_000


def start(source: Path, output: Path, *flags: str) -> subprocess.Popen:
    command = [
        sys.executable,
        "-m",
        "r1rewards",
        "check",
        str(source),
        "-o",
        str(output),
        "--json",
        *flags,
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def summary(process: subprocess.Popen) -> dict:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err.decode()
    found = json.loads(out)
    found.pop("rows_per_s")
    return found


@pytest.mark.slow
def test_a_killed_run_that_is_resumed_writes_the_same_bytes(tmp_path: Path) -> None:
    source, whole, torn = tmp_path / "rows.jsonl", tmp_path / "whole.jsonl", tmp_path / "torn.jsonl"
    with source.open("w") as file:
        for i in range(ROWS):
            text = f"<think>{'I add. ' * 50}</think>\\boxed{{\\frac{{{i}}}{{7}}}}"
            file.write(json.dumps({"completion": text, "answer": f"{i}/7", "n": i}) + "\n")
    expected = summary(start(source, whole))
    kills = 0
    for share in (0.05, 0.4, 0.7):
        process = start(source, torn, "--resume")
        while process.poll() is None:
            if torn.exists() and torn.stat().st_size > share * whole.stat().st_size:
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.001)
        kills += process.wait() == -signal.SIGKILL
        process.communicate()
    assert kills >= 2  # a run may slip through before the last kill
    with torn.open("ab") as file:
        file.write(b'{"completion": "half a li')
    assert summary(start(source, torn, "--resume")) == expected
    assert torn.read_bytes() == whole.read_bytes()
