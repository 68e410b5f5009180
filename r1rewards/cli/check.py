"""`r1rewards check FILE`: score every row, say how it went.

Rows flow through in chunks; what is to be made of them (the scored file, the summary) hangs on as sinks, so that a file
of any size needs the memory of one chunk.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from r1rewards.batch import RewardSpec, Scores, resolve, score_batch
from r1rewards.cli.options import parse_options, parse_rewards
from r1rewards.cli.summary import Summary
from r1rewards.errors import BadCallError, BadRowError
from r1rewards.reward import Reward
from r1rewards.rows import BadRow, Keys, Row, columns_of, read_rows

CHUNK_ROWS = 1024


class Sink(Protocol):
    """Something that is made of scored rows."""

    def add(self, rows: Sequence[Row], scores: Scores) -> None:
        """Take one chunk: scores[i] belongs to rows[i]."""

    def finish(self) -> None:
        """All rows were seen."""


def add_parser(commands: Any) -> None:
    """`r1rewards check FILE ...`."""
    parser = commands.add_parser(
        "check",
        help="score every row of a file of rollouts",
        description="Score every row of a file of rollouts and print a summary. "
        "Exit code 0; 1 when --fail-under is missed or, under --strict, a row could not be scored; 2 for bad input.",
    )
    add = parser.add_argument
    add("file", metavar="FILE", help="JSONL, JSONL.gz or parquet; - for standard input")
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
    add("--completion-key", metavar="KEY", help="where a row keeps its completion (dots go deeper)")
    add("--answer-key", metavar="KEY", help="where a row keeps its reference answer")
    add("-o", "--output", metavar="FILE", help="write each row with its scores under the key r1")
    add("--json", action="store_true", help="print the summary as JSON")
    add("--limit", type=int, metavar="N", help="score the first N rows only")
    add(
        "--fail-under",
        action="append",
        default=[],
        metavar="NAME=X",
        help="exit 1 where a mean is below X",
    )
    add("--strict", action="store_true", help="exit 1 where a row could not be read or scored")
    add(
        "--references",
        action="store_true",
        help="only check the references: exit 1 where one is unusable",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Score the file. Returns the exit code that `--help` promises."""
    keys = Keys(arguments.completion_key, arguments.answer_key)
    if arguments.references:
        return _check_references(arguments.file, keys)
    thresholds = dict(_threshold(text) for text in arguments.fail_under)
    spec = parse_rewards(arguments.rewards)
    summary = Summary([reward.name for reward, _ in resolve(spec)])
    sinks: list[Sink] = [summary]
    if arguments.output:
        sinks.append(ScoredFile(arguments.output))
    _score_file(arguments, keys, spec, sinks, summary)
    for sink in sinks:
        sink.finish()
    if not summary.rows:
        raise BadRowError(f"{arguments.file}: no row could be read, nothing was scored")
    print(summary.as_json() if arguments.json else summary.as_table())
    return _exit_code(arguments, summary, thresholds)


def _score_file(
    arguments: argparse.Namespace,
    keys: Keys,
    spec: RewardSpec,
    sinks: Sequence[Sink],
    summary: Summary,
) -> None:
    chosen = resolve(spec)
    options = parse_options(arguments.option)
    progress = _Progress()
    for rows in _chunks(arguments.file, keys, arguments.limit, [r for r, _ in chosen], summary):
        scores = score_rows(rows, spec, options)
        for sink in sinks:
            sink.add(rows, scores)
        progress.show(summary)
    progress.clear()


def score_rows(rows: Sequence[Row], spec: RewardSpec, options: dict[str, Any]) -> Scores:
    """Score rows as read from a file; `options` hold for all of them and win over the rows' own."""
    names = {name for reward, _ in resolve(spec) for name in reward.options or ()}
    groups = [row.group for row in rows]
    return score_batch(
        [row.completion for row in rows],
        [row.reference for row in rows],
        rewards=spec,
        prompts=[row.prompt for row in rows],
        groups=None if None in groups else groups,
        **{**columns_of(rows, names), **options},
    )


def _chunks(
    path: str, keys: Keys, limit: int | None, rewards: Sequence[Reward], summary: Summary
) -> Iterator[list[Row]]:
    """Good rows in chunks; bad ones are reported on standard error at once and counted.

    Where a reward looks at whole groups, a chunk ends between two groups: rows of one prompt must stand together.
    """
    by_group = any(reward.by_group for reward in rewards)
    chunk: list[Row] = []
    for number, row in enumerate(read_rows(path, keys)):
        if limit is not None and number >= limit:
            break
        if isinstance(row, BadRow):
            summary.bad_rows += 1
            print(row, file=sys.stderr)
            continue
        if len(chunk) >= CHUNK_ROWS and not (by_group and row.group == chunk[-1].group):
            yield chunk
            chunk = []
        chunk.append(row)
    if chunk:
        yield chunk


class ScoredFile:
    """`-o`: each row as it came, with `r1`: total, rewards, verdicts, answer."""

    def __init__(self, path: str) -> None:
        try:
            self._file = open(path, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - closed by finish
        except OSError as e:
            raise BadCallError(f"{path}: cannot be written: {e.strerror}") from e

    def add(self, rows: Sequence[Row], scores: Scores) -> None:
        """Write one line per row."""
        for row, score in zip(rows, scores, strict=True):
            self._file.write(json.dumps({**row.raw, "r1": as_json(score)}, default=str) + "\n")

    def finish(self) -> None:
        """Close the file."""
        self._file.close()


def as_json(score: Any) -> dict[str, Any]:
    """One row's scores as plain data: total, rewards, verdicts, and the answer where one was found."""
    answer = next(
        (o.detail["answer"] for o in score.outcomes.values() if "answer" in o.detail), None
    )
    return {
        "total": score.total,
        "rewards": score.rewards,
        "verdicts": {name: outcome.verdict.value for name, outcome in score.outcomes.items()},
        "answer": answer,
    }


def _threshold(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name, float(value)
    except ValueError:
        raise BadCallError(
            f"--fail-under takes NAME=X such as accuracy=0.6, not {text!r}"
        ) from None


def _exit_code(
    arguments: argparse.Namespace, summary: Summary, thresholds: dict[str, float]
) -> int:
    failed = False
    for name, least in thresholds.items():
        mean = summary.mean(name)
        if not mean >= least:  # NaN misses every threshold
            print(f"r1rewards: {name} is {mean:.4f}, below {least:g}", file=sys.stderr)
            failed = True
    if arguments.strict and (summary.bad_rows or summary.unscored_rows):
        print(
            f"r1rewards: {summary.bad_rows} rows could not be read, {summary.unscored_rows} not be scored",
            file=sys.stderr,
        )
        failed = True
    return int(failed)


def _check_references(path: str, keys: Keys) -> int:
    """Read every reference and say which are unusable, before a run is spent on them."""
    from r1rewards.answers.references import check_references

    rows = [row for row in read_rows(path, keys) if isinstance(row, Row)]
    problems = check_references([row.reference for row in rows])
    for i, problem in problems:
        print(f"{rows[i].place}: {problem}")
    print(f"{len(rows)} references, {len(problems)} unusable", file=sys.stderr)
    return int(bool(problems))


class _Progress:
    """Rows and rows/s on standard error, where a person is looking."""

    def __init__(self) -> None:
        self._shown = 0.0
        self._live = sys.stderr.isatty()

    def show(self, summary: Summary) -> None:
        now = time.monotonic()
        if self._live and now - self._shown > 0.2:
            self._shown = now
            print(
                f"\r{summary.rows:,} rows, {summary.rows_per_s:,.0f} rows/s ",
                end="",
                file=sys.stderr,
            )

    def clear(self) -> None:
        if self._live:
            print("\r\x1b[K", end="", file=sys.stderr)
