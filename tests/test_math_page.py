"""docs/math.md says what the tests check."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from r1rewards import Verdict, score

ROOT = Path(__file__).parent.parent
ROWS = [
    json.loads(line)
    for line in (ROOT / "tests/data/answers/conventions.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['convention']}: {r['reference']}"[:50])
def test_each_convention_is_kept(row: dict[str, Any]) -> None:
    completion = row.get("completion") or f"So the answer is $\\boxed{{{row['answer']}}}$."
    verdict = score(completion, row["reference"], rewards="math").outcomes["math"].verdict
    assert verdict.is_scored
    assert (verdict is Verdict.CORRECT) == row["correct"], verdict


def test_the_tables_on_the_page_are_those_of_the_data() -> None:
    path = ROOT / "docs" / "generate_math_table.py"
    spec = importlib.util.spec_from_file_location("generate_math_table", path)
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    page = (ROOT / "docs" / "math.md").read_text(encoding="utf-8")
    assert generate.with_tables(page) == page, "run python docs/generate_math_table.py"
