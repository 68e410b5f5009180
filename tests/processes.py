"""Whether processes that should have ended have: one whose parent has yet to ask for its exit code has."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path


def still_running(pids: Iterable[int], within_s: float = 10) -> list[int]:
    """Those of `pids` that run after `within_s` seconds; returns as soon as there are none."""
    until = time.monotonic() + within_s
    while left := [pid for pid in pids if _is_running(pid)]:
        if time.monotonic() > until:
            return left
        time.sleep(0.05)
    return []


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
