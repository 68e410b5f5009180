"""What equals what, kind by kind: the table of `tests/data/answers/kinds.jsonl`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from r1rewards.answers import Options, decide, read_reference

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "data" / "answers" / "kinds.jsonl")
    .read_text()
    .splitlines()
]


@pytest.mark.parametrize(
    "case", CASES, ids=lambda c: f"{c['kind']}: {c['reference'][:30]} / {c['answer'][:30]}"
)
def test_sameness_of(case: dict[str, Any]) -> None:
    options = Options(**case.get("options", {}))
    found = decide(case["answer"], read_reference(case["reference"]), options, symbolic=False)
    assert found.same is case["same"], found
