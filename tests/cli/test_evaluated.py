"""`r1rewards check --group-by`: what is printed, what goes into the JSON, what the exit code says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from r1rewards.cli import main
from r1rewards.cli.evaluated import rate_bins


def row(answer: str, prompt: str, source: str = "gsm8k") -> dict[str, str]:
    return {
        "completion": f"\\boxed{{{answer}}}",
        "answer": "1/2",
        "id": prompt,
        "data_source": source,
    }


ROWS = [
    row("1/2", "a"),
    row("0.5", "a"),
    row("3", "a"),
    row("4", "b", "aime"),
    row("5", "b", "aime"),
    row("6", "b", "aime"),
]


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return str(path)


def test_the_figures_stand_in_the_json(file: str, capsys) -> None:
    assert main(["check", file, "--group-by", "id", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["evaluation"]
    assert found["pass@1"]["value"] == pytest.approx(1 / 3)
    assert found["pass@3"]["value"] == 0.5
    assert found["cons@3"] == {"value": 0.5, "error": 0.5, "groups": 2, "ties": 1}
    assert found["all_wrong"] == ["b"]
    assert found["sources"]["aime"]["pass@1"]["value"] == 0.0


def test_the_figures_are_printed_for_people(file: str, capsys) -> None:
    assert main(["check", file, "--group-by", "id"]) == 0
    printed = capsys.readouterr().out
    assert "0.3333 ± 0.3333" in printed
    assert "all wrong: no gradient" in printed
    assert "aime" in printed


def test_a_threshold_may_name_a_figure(file: str, capsys) -> None:
    argv = ["check", file, "--group-by", "id", "--fail-under"]
    assert main([*argv, "pass@3=0.5"]) == 0
    assert main([*argv, "pass@3=0.6"]) == 1
    assert "pass@3 is 0.5000, below 0.6" in capsys.readouterr().err
    assert main(["check", file, "--fail-under", "pass@1=0.1"]) == 2
    assert "--group-by" in capsys.readouterr().err


def test_rows_without_the_key_are_named(file: str, capsys) -> None:
    assert main(["check", file, "--group-by", "prompt_id"]) == 2
    assert (
        "no group: --group-by looked for prompt_id; the row has completion"
        in capsys.readouterr().err
    )


def test_prompts_given_as_messages_make_groups(tmp_path: Path, capsys) -> None:
    path = tmp_path / "rows.jsonl"
    prompt = [{"role": "user", "content": "2+2?"}]
    rows = [{"completion": "\\boxed{4}", "answer": "4", "prompt": prompt}] * 2
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main(["check", str(path), "--group-by", "prompt", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["evaluation"]["groups"] == 1


def test_bins_keep_the_groups_without_gradient_apart() -> None:
    bins = rate_bins([0.0, 0.01, 0.2, 0.99, 1.0, 1.0])
    assert [count for _, count in bins] == [1, 1, 1, 0, 0, 1, 2]
