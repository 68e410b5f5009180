"""Rows, rows/s and time to go on standard error, where a person is looking."""

from __future__ import annotations

import sys
import time


class Progress:
    """One line that is written over. Nothing at all where standard error is no terminal."""

    def __init__(self) -> None:
        self._start = self._shown = time.monotonic()
        self._live = sys.stderr.isatty()

    def show(self, rows: int) -> None:
        """Say how far we are, five times a second at most."""
        now = time.monotonic()
        if self._live and now - self._shown > 0.2:
            self._shown = now
            rate = rows / (now - self._start)
            print(f"\r{rows:,} rows, {rate:,.0f} rows/s \x1b[K", end="", file=sys.stderr)

    def clear(self) -> None:
        """Leave the line empty."""
        if self._live:
            print("\r\x1b[K", end="", file=sys.stderr)
