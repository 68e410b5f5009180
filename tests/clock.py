"""What takes long, told from what a slow or busy machine makes slow.

The promises in milliseconds are kept by `tests/benchmarks/`, which print the times. A test has a bound many times wider:
what it is there to find (a quadratic scan, a search that goes back over everything) takes seconds or minutes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

_TRACED = 8 if sys.gettrace() else 1  # coverage makes everything slow


def cpu_s(call: Callable[[], object]) -> float:
    """Seconds of CPU time of this process that one call takes."""
    start = time.process_time()
    call()
    return time.process_time() - start


def assert_quick(call: Callable[[], object], bound_s: float) -> None:
    """One of three calls stays under the bound, in seconds of CPU time: load can slow one down, not all."""
    times = []
    while len(times) < 3:
        times.append(cpu_s(call))
        if times[-1] < bound_s * _TRACED:
            return
    raise AssertionError(f"{min(times) * 1e3:.0f} ms")
