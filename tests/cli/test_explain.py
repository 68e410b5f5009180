"""`r1rewards explain` as a user meets it, on rows of different kinds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from r1rewards import Outcome, Reward, Verdict, score_batch
from r1rewards.cli import main
from r1rewards.cli.explained import Explained
from r1rewards.rows import Row

ROWS = [
    {"completion": "<think>I halve it.</think>\n<answer>It is $\\boxed{\\frac{1}{2}}$.</answer>", "answer": "0.5", "prompt_id": "a"},
    {"completion": "<think>我们把它除以二，这样就得到结果。 Then I check it once more.</think>\n\\boxed{3}", "answer": "4", "id": "zh", "language": "en"},
    {"completion": "[bold]no box[/bold]", "answer": "4"},
    {"completion": "\\boxed{1} or \\boxed{2}", "answer": "1"},
    {"completion": "\\boxed{4}", "answer": ""},
]  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return str(path)


def explained(argv: list[str], capsys: Any) -> str:
    assert main(["explain", *argv]) == 0
    return str(capsys.readouterr().out)


def test_the_answer_its_place_both_trees_and_each_rung_are_shown(file: str, capsys) -> None:
    said = explained([file, "--line", "1"], capsys)
    assert f"{file}:1" in said
    assert "answer: \\frac{1}{2}" in said
    assert "(line 2, column 23)" in said
    assert said.count("Number") >= 1
    assert "rung text      undecided" in said
    assert "rung number    same      1/2 = 1/2, exactly" in said
    assert "total" in said


def test_the_marker_stands_under_the_answer(file: str, capsys) -> None:
    lines = explained([f"{file}:1"], capsys).splitlines()
    at = next(i for i, line in enumerate(lines) if set(line.strip()) == {"^"})
    marked = [
        c
        for c, mark in zip(lines[at - 1].ljust(99), lines[at].ljust(99), strict=False)
        if mark == "^"
    ]
    assert "".join(marked) == "\\frac{1}{2}"


def test_words_in_another_language_are_listed_with_their_places(file: str, capsys) -> None:
    said = explained([file, "--id", "zh"], capsys)
    assert "target en (from column)" in said
    assert "zh at letter 7 (line 1, column 8): 我们把它除以二" in said
    assert "wrong" in said


@pytest.mark.parametrize(
    ("line", "says"),
    [("3", "no_box"), ("4", "offered together: 1; 2"), ("5", "bad_reference")],
)
def test_every_kind_of_row_is_explained(line: str, says: str, file: str, capsys) -> None:
    assert says in explained([file, "--line", line], capsys)


def test_texts_are_never_markup(file: str, capsys) -> None:
    assert "[bold]no box[/bold]" in explained([file, "--line", "3"], capsys)


def test_a_row_may_be_given_on_the_command_line(tmp_path: Path, capsys) -> None:
    path = tmp_path / "completion.txt"
    path.write_text("\\boxed{2}")
    said = explained(
        ["--completion", f"@{path}", "--reference", "x=2", "--rewards", "math"], capsys
    )
    assert "math: correct (1)" in said


def test_the_outcomes_can_be_had_as_json(file: str, capsys) -> None:
    found = json.loads(explained([file, "--line", "1", "--json"], capsys))
    assert found["outcomes"]["accuracy"]["verdict"] == "correct"
    assert found["outcomes"]["accuracy"]["detail"]["answer"] == "\\frac{1}{2}"


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        ([], "name a FILE"),
        (["{file}", "--line", "99"], "no row with line 99"),
        (["{file}", "--id", "nobody"], "no row with id 'nobody'"),
        (["/no/such/file.jsonl"], "No such file"),
        (["--completion", "@/no/such/file"], "cannot be read"),
    ],
)
def test_bad_usage_exits_2(argv: list[str], says: str, file: str, capsys) -> None:
    assert main(["explain", *(part.replace("{file}", file) for part in argv)]) == 2
    assert says in capsys.readouterr().err


def shown(text: str, detail: dict[str, Any], *, is_full: bool = False) -> str:
    """What is printed for a row whose reward gave this detail."""
    reward = Reward("code", lambda batch: [Outcome(Verdict.WRONG, 0.0, detail)])
    row = Row("f:1", {}, text, {"type": "stdin"})
    return Explained(row, score_batch([text], [None], rewards=reward), is_full=is_full).as_text()


def test_tests_of_code_are_listed_with_the_difference_of_the_first_failure() -> None:
    tests = [
        {"verdict": "correct", "cpu_ms": 1.5, "memory_mb": 13.0},
        {"verdict": "wrong", "exit_code": 1},
    ]
    failure = {"test": 1, "got": "3\n4\n", "expected": "3\n5\n", "stderr": "oops"}
    said = shown(
        "x",
        {
            "passed": 1,
            "total": 2,
            "language": "python",
            "trust": "full",
            "tests": tests,
            "first_failure": failure,
        },
    )
    assert "1 of 2 tests passed, python" in said
    assert "-5" in said
    assert "+4" in said
    assert "stderr: oops" in said


def test_long_completions_lose_their_middle_but_not_the_answer() -> None:
    text = "<think>" + "a" * 50_000 + "</think>\\boxed{42} and so on " + "b" * 50_000
    at = text.index("42")
    said = shown(text, {"answer": "42", "span": (at, at + 2)})
    assert len(said) < 12_000
    assert "\\boxed{42}" in said
    assert "from letter" in said
    assert len(shown(text, {}, is_full=True)) > 100_000
