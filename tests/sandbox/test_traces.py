"""Which scripts may follow each other in a process, and which leave nothing behind, by their words."""

from __future__ import annotations

import pytest

from r1rewards.sandbox.traces import leaves_nothing, may_share_a_process


@pytest.mark.parametrize(
    ("source", "may"),
    [
        ("print(input())", True),
        ("import threading\nthreading.Thread(target=print).start()", False),
        ("import os\nos.fork()", False),
        ("import atexit", False),
    ],
)
def test_what_starts_something_of_its_own_does_not_share_a_process(source: str, may: bool) -> None:
    assert may_share_a_process(source) is may


@pytest.mark.parametrize(
    "source",
    [
        "n = int(input())\nprint(n)",
        "import math, sys, re as r\nfrom collections import (deque,\n Counter)\nsys.setrecursionlimit(99)",
        "if __name__ == '__main__':\n    import collections.abc\n    print({}.setdefault(1, 2))",
        "import sys  # for speed\r\ninput = sys.stdin.readline\r\n",
    ],
)
def test_what_plain_scripts_import_leaves_nothing_behind(source: str) -> None:
    assert leaves_nothing(source)


@pytest.mark.parametrize(
    "source",
    [
        "import os", "import math, os", "import math; import os", "import math,\\\n os", "from os import path",
        "from mathx import a", "import collections.os", "__import__('os')", "x = open('a')", "eval('1')",
        "import sys\nsys.modules['x'] = 1", "from decimal import getcontext", "import numpy as np", "vars(sys)",
    ],
)  # fmt: skip
def test_what_could_leave_something_behind_is_known_by_its_words(source: str) -> None:
    assert not leaves_nothing(source)
