"""`r1rewards explain`: how one row was scored, step by step; what a bug report should hold."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from r1rewards.batch import resolve
from r1rewards.cli.check import score_rows
from r1rewards.cli.options import check_options, parse_options, parse_rewards
from r1rewards.cli.scored_file import as_json
from r1rewards.errors import BadCallError, BadRowError
from r1rewards.rows import BadRow, Keys, Row, read_rows, with_options


def add_parser(commands: Any) -> None:
    """`r1rewards explain FILE --line N`, `explain --completion TEXT --reference TEXT`."""
    parser = commands.add_parser(
        "explain",
        help="show step by step how one row was scored",
        description="Show step by step how one row was scored: where the answer was found, how it was read, which rung "
        "decided, what each test did, which words were in another language.",
    )
    which = parser.add_argument_group("which row")
    add = which.add_argument
    add("file", metavar="FILE", nargs="?", help="a file of rollouts; FILE:17 is its line 17")
    add("--line", type=int, metavar="N", help="the row at line N")
    add("--id", metavar="ID", help="the first row with this id, group or prompt_id")
    add("--completion", metavar="TEXT", help="a completion given here; @FILE reads it from a file")
    add("--reference", metavar="TEXT", help="its reference answer or tests; @FILE reads a file")
    add("--prompt", metavar="TEXT", help="its prompt")
    add("--completion-key", metavar="KEY", help="where a row keeps its completion (dots go deeper)")
    add("--answer-key", metavar="KEY", help="where a row keeps its reference answer")
    how = parser.add_argument_group("how")
    how.add_argument(
        "--rewards", default="r1", metavar="SPEC", help="as in check (default: the preset r1)"
    )
    how.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an option of the rewards: prefilled=true",
    )
    how.add_argument("--full", action="store_true", help="print long completions in full")
    how.add_argument("--json", action="store_true", help="print the outcomes as JSON")
    parser.set_defaults(run=run, parser=parser)


def run(arguments: argparse.Namespace) -> int:
    """Score one row and explain it. Exit code 0, whatever the row earned."""
    spec = parse_rewards(arguments.rewards)
    options = parse_options(arguments.option)
    rewards = [reward for reward, _ in resolve(spec)]
    check_options(options, rewards)
    names = {name for reward in rewards for name in reward.options or ()}
    (row,) = with_options([_row(arguments)], options, names)
    scores = score_rows([row], spec, options)
    if arguments.json:
        outcomes = {
            name: {"verdict": o.verdict.value, "reward": o.reward, "detail": dict(o.detail)}
            for name, o in scores[0].outcomes.items()
        }
        found = {"place": row.place, **as_json(scores, 0), "outcomes": outcomes}
        print(json.dumps(found, indent=2, default=str, ensure_ascii=False))
        return 0
    from r1rewards.cli.explained import Explained

    print(Explained(row, scores, is_full=arguments.full).as_text())
    return 0


def _row(arguments: argparse.Namespace) -> Row:
    """The row that is meant. Raises BadCallError, BadRowError."""
    if arguments.completion is not None:
        if arguments.file is not None:
            raise BadCallError("a FILE or a --completion, not both: which one is meant?")
        reference = _text(arguments.reference)
        return Row("command line", {}, _text(arguments.completion), reference, arguments.prompt)
    if arguments.file is None:
        raise BadCallError("name a FILE (with --line or --id), or give a --completion")
    path, line = _place(arguments.file)
    line = arguments.line if line is None else line
    if line is not None and (line < 1 or arguments.line not in (None, line)):
        raise BadCallError(
            f"{arguments.file}: lines are numbered from 1; name one, by FILE:N or --line N"
        )
    keys = Keys(arguments.completion_key, arguments.answer_key)
    found = next(_matching(read_rows(path, keys), line, arguments.id), None)
    if found is None:
        wanted = f"line {line}" if line is not None else f"id {arguments.id!r}"
        what = f"row with {wanted}" if line or arguments.id else "row could be read"
        raise BadRowError(f"{path}: no {what}")
    if isinstance(found, BadRow):
        raise BadRowError(str(found))
    return found


def _place(file: str) -> tuple[str, int | None]:
    """`rows.jsonl:17` -> that file and line, where no file has the whole name."""
    head, _, tail = file.rpartition(":")
    return (
        (head, int(tail)) if head and tail.isdecimal() and not Path(file).exists() else (file, None)
    )


def _matching(
    rows: Iterator[Row | BadRow], line: int | None, name: str | None
) -> Iterator[Row | BadRow]:
    """Rows at that line and of that id; the first good one where neither is given."""
    for row in rows:
        if line is not None:
            if row.place.rpartition(":")[2].partition("#")[0] == str(line):
                yield row
        elif isinstance(row, Row) and (name is None or name in _ids(row)):
            yield row


def _ids(row: Row) -> set[str]:
    raw = (row.raw.get(key) for key in ("id", "uid", "task_id", "prompt_id", "index"))
    return {str(value) for value in (row.group, *raw) if value is not None}


def _text(value: str | None) -> str | None:
    """The value of a flag; `@FILE` is what that file holds, `@-` what standard input holds."""
    if value is None or not value.startswith("@"):
        return value
    try:
        return sys.stdin.read() if value == "@-" else Path(value[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        why = e.strerror if isinstance(e, OSError) else "not UTF-8"
        raise BadCallError(f"{value[1:]}: cannot be read: {why}") from e
