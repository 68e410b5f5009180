"""Pairs written afresh, as a data set writes the reference and a model the answer: right ones, near misses and hacks."""

from __future__ import annotations

import json
from pathlib import Path

from r1rewards.answers import decide
from r1rewards.answers.references import reference_of

PAIRS = Path(__file__).parent.parent / "data" / "answers" / "pairs.jsonl"


def test_every_pair_is_decided_as_labelled() -> None:
    rows = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    wrong = [
        row
        for row in rows
        if decide(row["answer"], reference_of(row["reference"]), symbolic=False).same
        is not row["same"]
    ]
    assert len(rows) > 1_000
    assert not wrong
