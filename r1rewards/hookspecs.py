"""The one hook that a plugin implements: hand your rewards to `register`."""

from __future__ import annotations

from collections.abc import Callable

import pluggy

from r1rewards.reward import Reward

PROJECT = "r1rewards"
"""The name of pluggy's markers and of the entry-point group."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def register_rewards(register: Callable[[Reward], None]) -> None:
    """Call `register(reward)` once for each reward this plugin brings.

    Called once per process, at the first use of a reward; never inside the scoring loop.
    """
