"""Every reward that can be named: the built-in ones and those of installed plugins.

Built-ins are ordinary plugins of ours. Others are found by the entry-point group `r1rewards`; each is loaded behind a
guard, so that a broken one is named (`broken()`, `r1rewards list`, a warning) and breaks nothing else.
Environment: R1REWARDS_LOAD_PLUGINS="" loads none, "a,b" only those entry points: the same rewards on every node.
"""

from __future__ import annotations

import importlib
import os
import threading
import warnings
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pluggy

from r1rewards import hookspecs
from r1rewards.errors import BadCallError, DuplicateRewardError, R1RewardsError, UnknownRewardError
from r1rewards.reward import Reward

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

BUILT_IN = {
    "accuracy": "r1rewards.rewards.accuracy",
    "math": "r1rewards.rewards.math_answers",
    "code": "r1rewards.rewards.code_tests",
    "format": "r1rewards.rewards.format_tags",
    "language": "r1rewards.rewards.language",
    "repetition": "r1rewards.rewards.repetition",
    "overlong": "r1rewards.rewards.overlong",
    "length": "r1rewards.rewards.length",
    "cosine": "r1rewards.rewards.cosine",
}
"""Reward name -> the module that holds it as `REWARD`."""

JUDGES = ("accuracy", "math", "code")
"""Those of ours that judge an answer, the first that was asked for counts; the others measure the text."""

PRESETS: dict[str, tuple[str, ...]] = {
    "r1-zero": (
        "accuracy",
        "format",
    ),  # "combined with the same weight", arXiv 2501.12948 section 2.2
    "r1": (
        "accuracy",
        "format",
        "language",
    ),  # language "directly summed", same paper, section 2.3.2
}


def may_judge(name: str) -> bool:
    """Whether the reward `name` may have read an answer: those of ours that only measure the text never do."""
    return name in JUDGES or name not in BUILT_IN


class RewardPluginWarning(UserWarning):
    """A plugin could not be loaded; its rewards are missing, everything else works."""


@dataclass(slots=True)
class _Loaded:
    """What has been found so far: rewards by name, who brought each, and what failed."""

    rewards: dict[str, Reward] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)


_lock = threading.Lock()
_loaded: _Loaded | None = None
_registered_here: list[tuple[Reward, str]] = []


def get_reward(name: str, **options: Any) -> Reward:
    """The reward of that name, with `options` fixed: they win over columns of the same name.

    Raises UnknownRewardError (it lists what is known, and what failed to load) and BadCallError (unknown option).
    """
    loaded = _load()
    try:
        reward = loaded.rewards[name]
    except KeyError:
        raise UnknownRewardError(_unknown(name, loaded)) from None
    return reward.with_options(**options) if options else reward


def register(reward: Reward, *, owner: str = "this process") -> None:
    """Add a reward for this process only; a package does it with a hook and an entry point instead.

    Raises DuplicateRewardError where the name is taken.
    """
    loaded = _load()
    with _lock:
        _add(loaded, reward, owner)
        _registered_here.append((reward, owner))


def names() -> tuple[str, ...]:
    """The names of all rewards, built-ins first."""
    return tuple(_load().rewards)


def owners() -> dict[str, str]:
    """Reward name -> the distribution or plugin that brought it."""
    return dict(_load().owners)


def broken() -> dict[str, str]:
    """Plugin -> why it failed to load."""
    return dict(_load().broken)


def is_installed(reward: Reward) -> bool:
    """Whether another process that loads the same plugins finds this reward under its name."""
    found = _load().rewards.get(reward.name)
    here = any(reward.name == known.name for known, _ in _registered_here)
    return found is not None and found.score is reward.score and not here


def reload() -> None:
    """Look for plugins again: after an install in a running session, and in tests."""
    global _loaded  # noqa: PLW0603 - the one registry of this process
    with _lock:
        _loaded = None


def _load() -> _Loaded:
    global _loaded  # noqa: PLW0603 - the one registry of this process
    if _loaded is None:
        with _lock:
            if _loaded is None:
                _loaded = _load_all()
    return _loaded


def _load_all() -> _Loaded:
    loaded = _Loaded()
    for name in BUILT_IN:
        _take(loaded, "r1rewards", f"r1rewards ({name})", _built_in(name))
    for point in _entry_points():
        owner = f"{point.dist.name if point.dist else '?'} ({point.name})"
        try:
            plugin = point.load()
        except Exception as e:  # noqa: BLE001 - whatever somebody else's module raises must not break ours
            _mark_broken(loaded, owner, e)
        else:
            _take(loaded, owner, owner, plugin)
    for reward, owner in _registered_here:
        _add(loaded, reward, owner)
    return loaded


def _built_in(name: str) -> Any:
    """A built-in as a plugin: one hookimpl that imports its module and registers what it finds there."""

    @hookspecs.hookimpl
    def register_rewards(register: Any) -> None:
        register(importlib.import_module(BUILT_IN[name]).REWARD)

    return SimpleNamespace(register_rewards=register_rewards)


def _entry_points() -> list[EntryPoint]:
    from importlib.metadata import entry_points

    wanted = os.environ.get("R1REWARDS_LOAD_PLUGINS")
    points = sorted(entry_points(group=hookspecs.PROJECT), key=lambda p: p.name)
    if wanted is None:
        return points
    chosen = {name.strip() for name in wanted.split(",")}
    return [point for point in points if point.name in chosen]


def _take(loaded: _Loaded, owner: str, label: str, plugin: Any) -> None:
    """Call one plugin's hook behind a guard; all of its rewards or none."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    found: list[Reward] = []
    try:
        manager.register(plugin, name=label)
        manager.check_pending()  # a misspelt hook is an error, not silence
        if not manager.hook.register_rewards.get_hookimpls():
            raise R1RewardsError("it implements no register_rewards hook (is @hookimpl missing?)")  # noqa: TRY301
        manager.hook.register_rewards(register=found.append)
        for reward in found:
            _check(reward, loaded, owner)
        for reward in found:
            _add(loaded, reward, owner)
    except Exception as e:  # noqa: BLE001 - the guard around each plugin
        _mark_broken(loaded, label, e)


def _check(reward: Any, loaded: _Loaded, owner: str) -> None:
    if not isinstance(reward, Reward):
        raise BadCallError(f"register() takes a r1rewards.Reward, not {type(reward).__name__}")
    if reward.name in loaded.rewards:
        raise DuplicateRewardError(
            f"two rewards are named {reward.name!r}: one of {loaded.owners[reward.name]}, one of {owner}. "
            f"Rename one (third-party names carry a prefix: `acme/{reward.name}`), or keep one plugin out with "
            f"R1REWARDS_LOAD_PLUGINS."
        )
    if reward.name in PRESETS:
        raise DuplicateRewardError(
            f"{reward.name!r} is the name of a preset; {owner} must rename it"
        )


def _add(loaded: _Loaded, reward: Reward, owner: str) -> None:
    _check(reward, loaded, owner)
    loaded.rewards[reward.name] = reward
    loaded.owners[reward.name] = owner


def _mark_broken(loaded: _Loaded, owner: str, error: Exception) -> None:
    reason = f"{type(error).__name__}: {error}"
    loaded.broken[owner] = reason
    warnings.warn(
        f"r1rewards plugin {owner} could not be loaded and is left out: {reason}",
        RewardPluginWarning,
        stacklevel=4,
    )


def _unknown(name: str, loaded: _Loaded) -> str:
    if name in PRESETS:
        parts = ", ".join(PRESETS[name])
        return f"{name!r} is a preset of several rewards ({parts}): it stands in rewards=, or name one of these"
    known = [*loaded.rewards, *PRESETS]
    broken = "; ".join(f"{owner}: {why}" for owner, why in loaded.broken.items())
    return (
        f"no reward named {name!r}{_hint(name, known)}; known: {', '.join(known)}. "
        f"{f'Plugins that failed to load: {broken}. ' if broken else ''}See `r1rewards list`."
    )


def _hint(name: Any, known: list[str]) -> str:
    import difflib

    if not isinstance(name, str):
        return ""
    if "," in name or " " in name.strip():
        return ' (several: ["accuracy", "format"], on the command line accuracy,format)'
    close = difflib.get_close_matches(name.lower(), known, 1, 0.7)
    return f" (did you mean {close[0]!r}?)" if close else ""
