"""What a script can leave behind for its own next run in the same process, to judge by its words.

Both questions only save time: a script that hides what it does is found out by its failures, which are run again in a
process of their own (all of them, or where nothing seems to be left behind, one that stands for the others).
"""

from __future__ import annotations

import re

_SPREADING = re.compile(
    r"\b(?:threading|multiprocessing|concurrent|subprocess|asyncio|atexit|signal|fork|popen|system)\b"
)
_PURE = (
    r"(?:array|bisect|cmath|collections(?:\.abc)?|copy|dataclasses|datetime|enum|fractions|functools|heapq|itertools"
    r"|math|operator|random|re|statistics|string|sys|time|typing)"
)
_NAMED = rf"{_PURE}(?:[ \t]+as[ \t]+\w+)?[ \t]*"
_PURE_IMPORTS = re.compile(
    rf"^[ \t]*(?:from[ \t]+{_PURE}[ \t]+import\b|import[ \t]+{_NAMED}(?:,[ \t]*{_NAMED})*(?=[;#\r\n]|\Z))",
    re.MULTILINE,
)
_IMPURE = re.compile(
    r"import|__(?:builtins|class|dict|globals|subclasses)__"
    r"|\b(?:open|exec|eval|globals|vars|setattr|delattr|modules|set_\w+|setswitch\w*|settrace|setprofile)\b"
)


def may_share_a_process(source: str) -> bool:
    """Whether runs of a script can follow each other in one process: no threads, processes, signals, exit handlers."""
    return not _SPREADING.search(source)


def leaves_nothing(source: str) -> bool:
    """Whether each run starts as the first did: it imports only what keeps no state, and reaches into nothing."""
    return not _IMPURE.search(_PURE_IMPORTS.sub("", source))
