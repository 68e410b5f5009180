"""`check --references`: name the unusable reference answers of a file, before a run is spent on them."""

from __future__ import annotations

import sys

from r1rewards.answers.references import check_references
from r1rewards.rows import Keys, Row, read_rows


def check_file(path: str, keys: Keys) -> int:
    """Print `file:line: problem` for each unusable reference. Returns 1 where there is one, else 0."""
    rows = [row for row in read_rows(path, keys) if isinstance(row, Row)]
    problems = check_references([row.reference for row in rows])
    for i, problem in problems:
        print(f"{rows[i].place}: {problem}")
    print(f"{len(rows)} references, {len(problems)} unusable", file=sys.stderr)
    return int(bool(problems))
