"""A thousand equal faults are ten lines and a count; every other fault is still named."""

from __future__ import annotations

from pathlib import Path

from r1rewards.cli import main


def test_equal_faults_are_counted_after_the_first_ten(tmp_path: Path, capsys) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"completion": "a", "answer": "1"}\n' + "{}\n" * 500 + "nope\n")
    assert main(["check", str(path)]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith(f"{path}:2: no completion")
    assert f"{path}:502: not JSON: Expecting value at column 1" in lines
    assert lines[-1].startswith("490 more rows: no completion")
    assert len(lines) == 12
