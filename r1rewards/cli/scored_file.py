"""`check -o`: each row as it came, with its scores under the key `r1`.

Rows are in the order of the input. Under `r1` each carries the input line it came from and which run wrote it, so that
`--resume` can tell what is done.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from r1rewards.batch import Scores
from r1rewards.errors import BadCallError
from r1rewards.rows import Row
from r1rewards.verdicts import VERDICTS


class RowFile:
    """A JSONL file of rows in the order of the input lines, to be continued where it ends."""

    def __init__(self, path: str, run: str, resume: bool) -> None:
        self.path, self._run, self._keeps = path, run, resume
        self._last = 0  # the input line of the last row written or read back
        self._read: Iterator[dict[str, Any]]
        try:
            self._read = self._read_back() if resume and Path(path).exists() else iter(())
            self._next = next(self._read, None)
            self._file = open(path, "a", encoding="utf-8")  # noqa: SIM115, PTH123 - see close
        except OSError as e:
            raise BadCallError(f"{path}: cannot be written: {e.strerror}") from e

    def _read_back(self) -> Iterator[dict[str, Any]]:
        """What earlier runs wrote under `r1`. A last line that was cut off is cut away."""
        _cut_torn_line(self.path)
        for number, row in enumerate(rows_in(self.path), 1):
            r1 = row.get("r1")
            if not isinstance(r1, dict) or r1.get("run") != self._run or "line" not in r1:
                raise BadCallError(
                    f"{self.path}:{number}: was not written by this command with these rewards, options and filters; "
                    f"resume with the same ones, or write to another file"
                )
            yield r1

    def done(self, line: int) -> dict[str, Any] | None:
        """`r1` of that input line, if it is in the file. Lines are asked for in order."""
        while self._next is not None and self._next["line"] < line:
            self._next = next(self._read, None)
        return self._next if self._next is not None and self._next["line"] == line else None

    def write(self, row: Row, r1: dict[str, Any]) -> None:
        """Add one row."""
        r1 = {**r1, "line": line_of(row), "run": self._run}
        line = json.dumps({**row.raw, "r1": r1}, default=str) + "\n"
        with self._writing():
            self._start_anew()
            self._file.write(line)

    def flush(self) -> None:
        """Hand what was written to the system: a run that is killed loses one chunk at most."""
        with self._writing():
            self._start_anew()
            self._file.flush()

    def _start_anew(self) -> None:
        """Empty the file, unless it is continued: only now, with rows scored, so that a wrong flag costs nothing."""
        if not self._keeps and os.fstat(self._file.fileno()).st_size:
            self._file.truncate(0)
        self._keeps = True

    def close(self) -> None:
        """Nothing more is written."""
        with self._writing():
            self._file.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as e:  # a full disk, mostly
            raise BadCallError(
                f"{self.path}: cannot be written: {e.strerror}; make room, and go on with --resume"
            ) from e


def line_of(row: Row) -> int:
    """Which rollout of the input a row is, from 1: its line, where each line holds one."""
    return row.number


def rows_in(path: str) -> Iterator[dict[str, Any]]:
    """The rows of a file that was written here."""
    with Path(path).open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            yield row if isinstance(row, dict) else {}


def _cut_torn_line(path: str) -> None:
    """Cut a file after its last line end: a run that was killed may have written half a row."""
    with Path(path).open("rb+") as file:
        end = file.seek(0, os.SEEK_END)
        while end:
            start = max(0, end - 65536)
            file.seek(start)
            newline = file.read(end - start).rfind(b"\n")
            if newline >= 0:
                file.truncate(start + newline + 1)
                return
            end = start
        file.truncate(0)


def as_json(scores: Scores, i: int) -> dict[str, Any]:
    """One row's scores as plain data: total, rewards, verdicts, and the answer where one was found."""
    verdicts = [VERDICTS[code].value for code in scores.verdict_codes[i]]
    return {
        "total": _plain(scores.total[i]),
        "rewards": dict(zip(scores.names, map(_plain, scores.rewards[i]), strict=True)),
        "verdicts": dict(zip(scores.names, verdicts, strict=True)),
        "answer": scores[i].find("answer"),
    }


def _plain(number: Any) -> float | None:
    return None if math.isnan(number) else float(number)
