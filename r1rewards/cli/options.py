"""Command-line spellings of rewards and their options."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from r1rewards.errors import BadCallError
from r1rewards.reward import Reward


def parse_rewards(text: str) -> dict[str, float]:
    """`accuracy,format=0.5` -> {"accuracy": 1.0, "format": 0.5}. Raises BadCallError for what is no weight."""
    found: dict[str, float] = {}
    for part in text.split(","):
        name, equals, weight = part.strip().partition("=")
        try:
            number = float(weight) if equals else 1.0
        except ValueError:
            number = math.nan
        if not name or not math.isfinite(number) or name in found:
            raise BadCallError(
                f"--rewards takes names with optional weights, such as accuracy,format=0.5; not {text!r}"
            )
        found[name] = number
    return found


def parse_options(texts: Sequence[str]) -> dict[str, Any]:
    """`prefilled=true`, `style=think` -> values: JSON where it is JSON, else the text itself."""
    found: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier():
            raise BadCallError(f"--option takes NAME=VALUE such as prefilled=true, not {text!r}")
        try:
            parsed = json.loads(_AS_JSON.get(value, value))
        except ValueError:
            parsed = value
        found[name] = tuple(parsed) if isinstance(parsed, list) else parsed
    return found


def check_options(options: Mapping[str, Any], rewards: Iterable[Reward]) -> None:
    """Raise BadCallError for an option that none of these rewards reads: it would change nothing, without a word."""
    read = [reward.options for reward in rewards]
    if None in read:  # a plugin that may read anything
        return
    known = sorted({name for names in read for name in names or ()})
    for name in options.keys() - set(known):
        import difflib

        close = difflib.get_close_matches(name, known, 1, 0.6)
        raise BadCallError(
            f"--option {name}: none of these rewards has such an option"
            f"{f' (did you mean {close[0]}?)' if close else ''}; they read {', '.join(known)}"
        )


_AS_JSON = {"True": "true", "False": "false", "None": "null"}  # as Python writes them
