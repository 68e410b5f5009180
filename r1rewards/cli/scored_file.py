"""`check -o`: each row as it came, with its scores under the key `r1`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from r1rewards.batch import Score, Scores
from r1rewards.errors import BadCallError
from r1rewards.rows import Row


class ScoredFile:
    """Writes one JSON line per row, in the order of the rows."""

    def __init__(self, path: str) -> None:
        try:
            self._file = open(path, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - closed by finish
        except OSError as e:
            raise BadCallError(f"{path}: cannot be written: {e.strerror}") from e

    def add(self, rows: Sequence[Row], scores: Scores) -> None:
        """Write one chunk."""
        for row, score in zip(rows, scores, strict=True):
            self._file.write(json.dumps({**row.raw, "r1": as_json(score)}, default=str) + "\n")

    def finish(self) -> None:
        """Close the file."""
        self._file.close()


def as_json(score: Score) -> dict[str, Any]:
    """One row's scores as plain data: total, rewards, verdicts, and the answer where one was found."""
    return {
        "total": score.total,
        "rewards": score.rewards,
        "verdicts": {name: outcome.verdict.value for name, outcome in score.outcomes.items()},
        "answer": answer_of(score),
    }


def answer_of(score: Score) -> str | None:
    """The final answer that a reward found in the completion; None where none did."""
    details = (outcome.detail for outcome in score.outcomes.values())
    return next((detail["answer"] for detail in details if "answer" in detail), None)
