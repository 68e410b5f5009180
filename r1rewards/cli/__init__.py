"""The command line: one file per command, each with `add_parser` and `run`."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from r1rewards.errors import R1RewardsError

COMMANDS = ("check", "explain", "list", "path", "sandbox", "serve")
"""Command -> the module of that name here (`list` lives in `listing`, since a module `list` would shadow)."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: {message}\n")


def parser() -> argparse.ArgumentParser:
    """The whole command line, as `--help` shows it."""
    top = _Parser(
        prog="r1rewards", description="Rule-based rewards of DeepSeek-R1 for RL post-training."
    )
    top.add_argument("--version", action="store_true", help="print the version and exit")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    for name in COMMANDS:
        module = importlib.import_module(f"r1rewards.cli.{name if name != 'list' else 'listing'}")
        module.add_parser(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line. Returns the exit code: 0, 1 (a threshold was missed), 2 (bad usage or input)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a lone surrogate is no reason to stop
    top = parser()
    try:
        arguments, unknown = top.parse_known_args(argv)
        if (
            unknown
        ):  # said by the command itself, whose usage helps, and not by all commands together
            chosen = getattr(arguments, "parser", top)
            chosen.error(f"unrecognized arguments: {' '.join(unknown)}")
    except SystemExit as e:
        return int(e.code or 0)
    if arguments.version:
        from r1rewards import __version__

        print(f"r1rewards {__version__}")
        return 0
    if not arguments.command:
        top.print_help()
        return 2
    try:
        if getattr(arguments, "config", None):
            from r1rewards.cli.config import with_config

            given = list(sys.argv[1:] if argv is None else argv)
            at = given.index(arguments.command)
            arguments = with_config(arguments.parser, arguments.config, given[at + 1 :])
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except R1RewardsError as e:
        print(f"r1rewards: {e}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("r1rewards: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # `| head`: whoever read has read enough
        _drop_output()
        return 0
    except (
        OSError
    ) as e:  # what is not named by the command itself is standard output: `> /full/disk`
        print(f"r1rewards: {e.filename or 'standard output'}: {e.strerror or e}", file=sys.stderr)
        _drop_output()
        return 2
    return code


def _drop_output() -> None:
    """What is left in the buffer cannot be written: without this Python complains of it once more at its end."""
    with contextlib.suppress(OSError, ValueError):  # no real file: a caller's own stream
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
