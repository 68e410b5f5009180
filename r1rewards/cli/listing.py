"""`r1rewards list`: what can be named, who brought it, and what failed to load."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from typing import Any

from r1rewards import registry
from r1rewards.reward import Reward


def add_parser(commands: Any) -> None:
    """`r1rewards list [--json]`."""
    parser = commands.add_parser(
        "list", help="list rewards, presets and plugins, and what failed to load"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.set_defaults(run=run, parser=parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the registry. Exit code 0, broken plugins or not."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", registry.RewardPluginWarning
        )  # they stand in the list itself
        owners, broken = registry.owners(), registry.broken()
    if arguments.json:
        rewards = {name: _facts(name, owner) for name, owner in owners.items()}
        presets = {name: list(parts) for name, parts in registry.PRESETS.items()}
        print(json.dumps({"rewards": rewards, "presets": presets, "broken": broken}, indent=2))
        return 0
    _print(owners, broken)
    return 0


def _facts(name: str, owner: str) -> dict[str, Any]:
    reward = registry.get_reward(name)
    options = None if reward.options is None else list(reward.options)
    return {
        "owner": owner,
        "low": reward.low,
        "high": reward.high,
        "options": options,
        "summary": _summary(reward),
    }


def _summary(reward: Reward) -> str:
    """What a reward is: the first line of its file, where that is about it alone, else of its function."""
    module = sys.modules.get(getattr(reward.score, "__module__", None) or "")
    file, function = map(_first_line, (module, reward.score))
    mark = f"`{reward.name}`: "
    return file.removeprefix(mark) if file.startswith(mark) else function


def _first_line(documented: Any) -> str:
    return (getattr(documented, "__doc__", None) or "").strip().partition("\n")[0]


def _print(owners: dict[str, str], broken: dict[str, str]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.padding import Padding

    console = Console(highlight=False)
    with console.capture() as capture:
        for name, owner in owners.items():
            facts = _facts(name, owner)
            whose = "" if owner == "r1rewards" else f", from {escape(owner)}"
            console.print(
                f"[bold]{escape(name)}[/bold], {facts['low']:g} to {facts['high']:g}{whose}"
            )
            options = "any" if facts["options"] is None else ", ".join(facts["options"]) or "none"
            for line in filter(
                None, (escape(facts["summary"]), f"[dim]options: {escape(options)}[/dim]")
            ):
                console.print(Padding(line, (0, 0, 0, 4)))
        for name, parts in registry.PRESETS.items():
            console.print(f"preset {name}: {' + '.join(parts)}")
        for owner, why in broken.items():
            console.print(
                f"[red]failed to load[/red] {escape(owner)}: {escape(why)}", soft_wrap=True
            )
    lines = capture.get().splitlines()
    print("\n".join(line.rstrip() for line in lines))
