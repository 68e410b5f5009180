"""Bad rows on standard error: each is named, but a file of a thousand equal faults does not scroll the summary away."""

from __future__ import annotations

import sys
from collections import Counter

from r1rewards.rows import BadRow

SHOWN = 10  # of each kind


class Complaints:
    """Prints the first of each kind of fault with its place, and at the end how many more there were."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    @property
    def count(self) -> int:
        """How many rows there were."""
        return self._counts.total()

    def say(self, row: BadRow) -> None:
        """Print one, unless enough of its kind were."""
        self._counts[row.why] += 1
        if self._counts[row.why] <= SHOWN:
            print(row, file=sys.stderr)

    def finish(self) -> None:
        """Print how many of each kind were not shown."""
        for why, count in self._counts.items():
            if count > SHOWN:
                print(f"{count - SHOWN:,} more rows: {why}", file=sys.stderr)
