"""The flags of `r1rewards check`, in the groups that `--help` shows."""

from __future__ import annotations

import argparse
from typing import Any


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Every flag of `check`."""
    parser.add_argument(
        "file",
        metavar="FILE",
        help="JSONL (also .gz, .zst), JSON, parquet or arrow, a folder of these or a saved data set; - for standard "
        "input; rows as TRL, verl, lm-eval, vLLM and chat servers write them",
    )
    parser.add_argument(
        "--config",
        metavar="FILE",
        help="a TOML file with defaults for these flags in its table [check]: rewards = {accuracy = 1, format = 0.5}",
    )
    _reading(parser.add_argument_group("reading"))
    _scoring(parser.add_argument_group("scoring"))
    _evaluating(parser.add_argument_group("evaluating"))
    _filtering(parser.add_argument_group("filtering, as in rejection sampling"))
    _writing(parser.add_argument_group("writing"))
    _failing(parser.add_argument_group("failing"))


def _reading(group: Any) -> None:
    add = group.add_argument
    add("--completion-key", metavar="KEY", help="where a row keeps its completion (dots go deeper)")
    add("--answer-key", metavar="KEY", help="where a row keeps its reference answer")
    add("--limit", type=int, metavar="N", help="score the first N rows only")


def _scoring(group: Any) -> None:
    add = group.add_argument
    add(
        "--rewards",
        default="r1-zero",
        metavar="SPEC",
        help="accuracy,format=0.5 or a preset (default: r1-zero)",
    )
    add(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an option of the rewards: prefilled=true",
    )
    add(
        "--workers",
        type=int,
        default=0,
        metavar="N",
        help="spread the work over N processes: pays for language and for answers that need sympy",
    )
    add(
        "--ray",
        action="store_true",
        help="spread the work over a Ray cluster that is running (RAY_ADDRESS, or the one of this machine)",
    )


def _evaluating(group: Any) -> None:
    group.add_argument(
        "--group-by",
        metavar="KEY",
        help="rows with the same KEY (such as prompt_id) are samples of one prompt: adds pass@1, pass@k, cons@k and "
        "the histogram of solve rates",
    )
    group.add_argument(
        "--audit",
        action="store_true",
        help="name what smells of reward hacking and of wrong references",
    )


def _filtering(group: Any) -> None:
    add = group.add_argument
    add("--keep", metavar="LIST", help="keep only rows that are: correct, well-formed")
    add(
        "--drop",
        metavar="LIST",
        help="drop rows that have: mixed-language, long-paragraph, code-block, degenerate; a limit may follow: "
        "long-paragraph=300",
    )
    add(
        "--best-of",
        type=int,
        metavar="N",
        help="of each prompt's rows, keep the N shortest correct ones that are no near duplicates",
    )
    add(
        "--rejected",
        metavar="FILE",
        help="write each row dropped, with the reason under r1.dropped",
    )


def _writing(group: Any) -> None:
    add = group.add_argument
    add(
        "-o",
        "--output",
        metavar="FILE",
        help="write each row (of a filtered run: each row kept) with its scores under the key r1",
    )
    add(
        "--resume",
        action="store_true",
        help="go on where an interrupted run with the same -o stopped",
    )
    add(
        "--html",
        metavar="FILE",
        help="write a report: one page that opens from disk, with figures, charts and rows to look at",
    )
    add("--json", action="store_true", help="print the summary as JSON")


def _failing(group: Any) -> None:
    add = group.add_argument
    add(
        "--fail-under",
        action="append",
        default=[],
        metavar="NAME=X",
        help="exit 1 where a mean (accuracy, total) or a figure (pass@1) is below X",
    )
    add("--strict", action="store_true", help="exit 1 where a row could not be read or scored")
    add(
        "--references",
        action="store_true",
        help="only check the references: exit 1 where one is unusable",
    )
