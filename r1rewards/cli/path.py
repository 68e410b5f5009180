"""`r1rewards path TRAINER`: where the adapter lies, for trainers that are given a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import r1rewards.adapters

if TYPE_CHECKING:
    import argparse

TRAINERS = (
    "areal", "nemo_rl", "openrlhf", "rllm", "skyrl", "slime", "swift", "trl", "verifiers", "verl",
)  # fmt: skip


def add_parser(commands: Any) -> None:
    """`r1rewards path TRAINER`."""
    parser = commands.add_parser(
        "path",
        help="print the file of a trainer's adapter",
        description="Print the file of a trainer's adapter: --reward.remote_url $(r1rewards path openrlhf).",
    )
    parser.add_argument("trainer", choices=TRAINERS, metavar="TRAINER", help=", ".join(TRAINERS))
    parser.set_defaults(run=run, parser=parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the path. Nothing is imported: the adapter may need its trainer."""
    folder = Path(r1rewards.adapters.__file__).parent
    given = folder / "files" / f"r1_{arguments.trainer}.py"
    print(given if given.exists() else folder / f"{arguments.trainer}.py")
    return 0
