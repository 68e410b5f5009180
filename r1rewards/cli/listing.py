"""`r1rewards list`: what can be named, who brought it, and what failed to load."""

from __future__ import annotations

import argparse
import json
import warnings
from typing import Any

from r1rewards import registry


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
    _print_tables(owners, broken)
    return 0


def _facts(name: str, owner: str) -> dict[str, Any]:
    reward = registry.get_reward(name)
    options = None if reward.options is None else list(reward.options)
    summary = (getattr(reward.score, "__doc__", None) or "").strip().splitlines()
    return {
        "owner": owner,
        "low": reward.low,
        "high": reward.high,
        "options": options,
        "summary": summary[0] if summary else "",
    }


def _print_tables(owners: dict[str, str], broken: dict[str, str]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    table = Table("reward", "from", "range", "options", box=None, pad_edge=False)
    for name, owner in owners.items():
        facts = _facts(name, owner)
        options = "any" if facts["options"] is None else ", ".join(facts["options"])
        table.add_row(name, escape(owner), f"{facts['low']:g} .. {facts['high']:g}", options)
    with console.capture() as capture:
        console.print(table)
        for name, parts in registry.PRESETS.items():
            console.print(f"preset {name}: {' + '.join(parts)}")
        for owner, why in broken.items():
            console.print(
                f"[red]failed to load[/red] {escape(owner)}: {escape(why)}", soft_wrap=True
            )
    print(capture.get().rstrip("\n"))
