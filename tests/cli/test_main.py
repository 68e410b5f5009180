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


@pytest.mark.parametrize(
    ("command", "flags"),
    [("check", ["x", "--fail-unter", "a=1"]), ("list", ["x"]), ("explain", ["x", "--lin"])],
)
def test_an_unknown_argument_shows_the_usage_of_its_command(
    command: str, flags: list[str], capsys
) -> None:
    assert main([command, *flags]) == 2
    printed = capsys.readouterr().err
    assert printed.startswith(f"usage: r1rewards {command} ")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--limit", "0"], "--limit is a whole number from 1 on, not 0"),
        (["--limit", "-3"], "--limit is a whole number from 1 on, not -3"),
        (["--fail-under", "acc=0.5"], "named 'acc'; there is accuracy, format, total, pass@k"),
        (["--fail-under", "pass=0.5"], "nothing here is named 'pass'"),
    ],
)
def test_numbers_and_names_that_cannot_be_meant_are_refused_before_anything_is_scored(
    file: str, flags: list[str], message: str, capsys
) -> None:
    assert main(["check", file, *flags]) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.out == ""


@pytest.mark.parametrize("command", ["check", "explain"])
def test_an_option_that_no_reward_reads_is_refused(command: str, file: str, capsys) -> None:
    assert main([command, file, "--option", "prefiled=true"]) == 2
    assert (
        "--option prefiled: none of these rewards has such an option (did you mean prefilled?)"
        in (capsys.readouterr().err)
    )
    assert main([command, file, "--rewards", "accuracy", "--option", "language=fr"]) == 2
    assert main([command, file, "--rewards", "language", "--option", "language=fr"]) == 0


def test_no_file_name_is_not_the_folder_we_are_in(capsys) -> None:
    assert main(["check", ""]) == 2
    assert "FILE is empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["FILE:1", "--completion", "x"], "not both"),
        (["FILE:0"], "numbered from 1"),
        (["FILE:1", "--line", "2"], "name one"),
        (["FILE:9"], "no row with line 9"),
        (["--completion", "@/no/such"], "/no/such: cannot be read: No such file or directory\n"),
    ],
)
def test_explain_says_which_row_it_could_not_find(
    file: str, arguments: list[str], message: str, capsys
) -> None:
    assert main(["explain", *(part.replace("FILE", file) for part in arguments)]) == 2
    assert message in capsys.readouterr().err
