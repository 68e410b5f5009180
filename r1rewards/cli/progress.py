"""Rows, rows/s and time to go on standard error, where a person is looking."""

from __future__ import annotations

import sys
import time

from r1rewards.files import Meter


class Progress:
    """One line that is written over. Nothing at all where standard error is no terminal."""

    def __init__(self, meter: Meter, limit: int | None = None) -> None:
        """meter: how far the reader is. limit: how many rows will be read at most."""
        self._meter, self._limit = meter, limit
        self._start = self._shown = time.monotonic()
        self._live = sys.stderr.isatty()

    def show(self, rows: int) -> None:
        """Say how far we are, five times a second at most."""
        now = time.monotonic()
        if self._live and now - self._shown > 0.2:
            self._shown = now
            line = self.line(rows, now - self._start)
            print(f"\r{line}\x1b[K", end="", file=sys.stderr, flush=True)

    def line(self, rows: int, elapsed_s: float) -> str:
        """`12,288 rows, 1,204 rows/s, 41 %, 15 s to go`; without the end where nobody can tell."""
        said = f"{rows:,} rows, {rows / max(elapsed_s, 1e-9):,.0f} rows/s"
        share = self._meter.share or 0.0
        if self._limit:
            share = max(share, min(1.0, rows / self._limit))
        if share <= 0.0:
            return said
        return f"{said}, {share:.0%}, {duration(elapsed_s * (1 - share) / share)} to go"

    def clear(self) -> None:
        """Leave the line empty."""
        if self._live:
            print("\r\x1b[K", end="", file=sys.stderr)


def duration(seconds: float) -> str:
    """`41 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
