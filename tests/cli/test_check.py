"""`r1rewards check` as a user meets it: summary, scored file, exit codes, bad input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from r1rewards.cli import main

ROWS = [
    {"completion": "<think>a</think><answer>\\boxed{4}</answer>", "answer": "4", "id": 1},
    {"completion": "<think>a</think><answer>\\boxed{5}</answer>", "answer": "4", "id": 2},
    {"completion": "no box", "answer": "4", "id": 3},
    {
        "completion": "<think>\ud800 \x07 [bold]</think><answer>\\boxed{4}</answer>",
        "answer": 4,
        "id": 4,
    },
]


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return str(path)


def test_the_summary_counts_and_the_scored_file_keeps_each_row(
    file: str, tmp_path: Path, capsys
) -> None:
    out = tmp_path / "scored.jsonl"
    assert main(["check", file, "-o", str(out), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["rows"] == 4
    assert summary["rewards"]["accuracy"]["verdicts"] == {"correct": 2, "wrong": 1, "no_answer": 1}
    assert summary["rewards"]["format"]["mean"] == 0.75
    assert summary["mean_total"] == 1.25
    scored = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["id"] for row in scored] == [1, 2, 3, 4]
    assert scored[0]["r1"]["rewards"] == {"accuracy": 1.0, "format": 1.0}
    assert scored[0]["r1"]["answer"] == "4"
    assert scored[2]["r1"]["verdicts"]["accuracy"] == "no_answer"


def test_the_table_names_rewards_and_speed(file: str, capsys) -> None:
    assert main(["check", file]) == 0
    printed = capsys.readouterr().out
    assert "accuracy" in printed
    assert "0.5000" in printed
    assert "rows/s" in printed


def test_bad_lines_are_reported_and_fail_only_under_strict(file: str, capsys) -> None:
    with open(file, "a") as f:
        f.write("nope\n")
    assert main(["check", file]) == 0
    printed = capsys.readouterr()
    assert f"{file}:5: not JSON" in printed.err
    assert "1 could not be read" in printed.out
    assert main(["check", file, "--strict"]) == 1


def test_thresholds_decide_the_exit_code(file: str, capsys) -> None:
    assert main(["check", file, "--fail-under", "accuracy=0.5"]) == 0
    assert main(["check", file, "--fail-under", "accuracy=0.6"]) == 1
    assert "accuracy is 0.5000, below 0.6" in capsys.readouterr().err
    assert main(["check", file, "--fail-under", "nosuch=0.1"]) == 2
    assert main(["check", file, "--fail-under", "accuracy"]) == 2


def test_limit_and_options_reach_the_rewards(file: str, capsys) -> None:
    assert (
        main(
            [
                "check",
                file,
                "--limit",
                "2",
                "--rewards",
                "format=2",
                "--option",
                "style=think",
                "--json",
            ]
        )
        == 0
    )
    summary = json.loads(capsys.readouterr().out)
    assert summary["rows"] == 2
    assert summary["mean_total"] == 2.0


def test_standard_input_is_read(capsys, monkeypatch) -> None:
    import io
    import sys

    class Stdin:
        buffer = io.BytesIO(json.dumps(ROWS[0]).encode())

    monkeypatch.setattr(sys, "stdin", Stdin())
    assert main(["check", "-"]) == 0


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["check"], "FILE"),
        (["check", "/no/such/file.jsonl"], "No such file"),
        (["check", "/"], "is a directory"),
        (["check", "{file}", "--rewards", "acuracy"], "known: accuracy"),
        (["check", "{file}", "--rewards", "format=heavy"], "accuracy,format=0.5"),
        (["check", "{file}", "--option", "prefilled"], "NAME=VALUE"),
        (["check", "{file}", "--option", "style=none", "--rewards", "format"], "style"),
        (["check", "{file}", "-o", "/no/such/place/out.jsonl"], "cannot be written"),
        (["chek"], "invalid choice"),
    ],
)
def test_bad_usage_exits_2_with_one_clear_line(
    argv: list[str], says: str, file: str, capsys
) -> None:
    assert main([part.replace("{file}", file) for part in argv]) == 2
    printed = capsys.readouterr().err
    assert says in printed
    assert "Traceback" not in printed


def test_an_empty_file_is_bad_input(tmp_path: Path, capsys) -> None:
    path = tmp_path / "empty.jsonl"
    path.touch()
    assert main(["check", str(path)]) == 2
    assert "there are no rows" in capsys.readouterr().err


def test_help_and_version(capsys) -> None:
    assert main(["--help"]) == 0
    assert main([]) == 2
    assert "check" in capsys.readouterr().out


def test_list_names_rewards_and_presets(capsys) -> None:
    assert main(["list"]) == 0
    printed = capsys.readouterr().out
    assert "preset r1-zero: accuracy + format" in printed
    assert "accuracy, 0 to 1\n    is the answer right?" in printed
    assert "options: style, prefilled" in printed
    assert main(["list", "--json"]) == 0
    assert "accuracy" in json.loads(capsys.readouterr().out)["rewards"]


def test_references_can_be_checked_before_a_run(tmp_path: Path, capsys) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"completion": "", "answer": "4"}\n{"completion": "", "answer": ""}\n')
    assert main(["check", str(path), "--references"]) == 1
    printed = capsys.readouterr()
    assert printed.out.startswith(f"{path}:2: ")
    assert "2 references, 1 unusable" in printed.err


def test_references_that_are_tests_are_checked_without_running_anything(
    tmp_path: Path, capsys
) -> None:
    path = tmp_path / "rows.jsonl"
    good = {"type": "stdin", "cases": [{"input": "", "output": "1"}]}
    rows = [{"completion": "x", "tests": tests} for tests in (good, {"type": "stdin"})]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main(["check", str(path), "--references"]) == 1
    printed = capsys.readouterr()
    assert printed.out == f"{path}:2: cases: Field required\n"
    assert "2 references, 1 unusable" in printed.err


def test_references_of_rows_that_cannot_be_read_are_no_success(tmp_path: Path, capsys) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('nope\n{"text": "4"}\n')
    assert main(["check", str(path), "--references"]) == 2
    assert "no row could be read" in capsys.readouterr().err
    path.write_text('nope\n{"completion": "", "answer": "4"}\n')
    assert main(["check", str(path), "--references"]) == 0
    assert "1 references, 0 unusable, 1 rows could not be read" in capsys.readouterr().err
    assert main(["check", str(path), "--references", "--strict"]) == 1
    assert main(["check", str(path), "--references", "-o", str(tmp_path / "x")]) == 2
    assert "nothing for -o to write" in capsys.readouterr().err


def test_rows_without_a_reference_say_what_they_have_instead(tmp_path: Path, capsys) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"completion": "\\\\boxed{4}", "result": "4"}\n')
    assert main(["check", str(path)]) == 0
    printed = capsys.readouterr().out
    assert (
        "no row has a reference; the first has completion, result: say which with --answer-key"
        in printed
    )
    assert main(["check", str(path), "--answer-key", "result"]) == 0
    assert "no row has a reference" not in capsys.readouterr().out
    assert main(["check", str(path), "--rewards", "format"]) == 0
    assert "no row has a reference" not in capsys.readouterr().out


def test_a_sandbox_that_is_down_says_why_in_the_summary(
    tmp_path: Path, capsys, monkeypatch
) -> None:
    from r1rewards.errors import SandboxUnavailableError
    from r1rewards.sandbox import running

    def down(_backend: str) -> None:
        raise SandboxUnavailableError("no engine here: start one")

    monkeypatch.setattr(running, "shared_sandbox", down)
    tests = {"type": "stdin", "cases": [{"input": "", "output": "1"}]}
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"completion": "```python\nprint(1)\n```", "tests": tests}) + "\n")
    assert main(["check", str(path), "--rewards", "accuracy"]) == 0
    assert (
        "unscored 1x accuracy: sandbox_down (no engine here: start one)" in capsys.readouterr().out
    )
