"""`check --references`: name the unusable references of a file, answers and tests, before a run is spent on them."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from r1rewards.cli.complaints import Complaints
from r1rewards.errors import BadRowError
from r1rewards.rows import Keys, Row, read_rows
from r1rewards.verdicts import Verdict

CHUNK_ROWS = 1024
_UNUSABLE = {Verdict.BAD_REFERENCE, Verdict.NOT_APPLICABLE}


def check_file(
    path: str, keys: Keys, options: dict[str, Any], limit: int | None = None, *, is_strict: bool
) -> int:
    """Print `file:line: problem` for each unusable reference. Returns 1 where there is one, else 0.

    Rows that cannot be read are named on standard error, and fail where it is strict. Raises BadRowError where no row
    can be read.
    """
    complaints = Complaints()
    rows = _good_rows(itertools.islice(read_rows(path, keys), limit), complaints)
    count = unusable = 0
    while chunk := list(itertools.islice(rows, CHUNK_ROWS)):
        count += len(chunk)
        for place, problem in _problems(chunk, options):
            unusable += 1
            print(f"{place}: {problem}")
    complaints.finish()
    if not count:
        raise BadRowError(f"{path}: no row could be read, nothing was checked")
    unread = f", {complaints.count:,} rows could not be read" if complaints.count else ""
    print(f"{count:,} references, {unusable:,} unusable{unread}", file=sys.stderr)
    return int(unusable > 0 or (is_strict and complaints.count > 0))


def _good_rows(found: Iterator[Any], complaints: Complaints) -> Iterator[Row]:
    for row in found:
        if isinstance(row, Row):
            yield row
        else:
            complaints.say(row)


def _problems(rows: Sequence[Row], options: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What `accuracy` says of these references. An empty completion is given to it, so nothing runs."""
    from r1rewards.cli.check import score_rows

    empty = [replace(row, completion="") for row in rows]
    for row, score in zip(rows, score_rows(empty, {"accuracy": 1.0}, options), strict=True):
        outcome = score.outcomes["accuracy"]
        if outcome.verdict in _UNUSABLE:
            detail = outcome.detail
            field = f"{detail['field']}: " if "field" in detail else ""
            yield row.place, f"{field}{detail.get('reason', outcome.verdict.value)}"
