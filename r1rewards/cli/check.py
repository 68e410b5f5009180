"""`r1rewards check FILE`: score every row, say how it went.

Rows flow through in chunks; what is to be made of them (the scored file, the summary) hangs on as sinks, so that a file
of any size needs the memory of one chunk.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any, Protocol

from r1rewards.audit import Audit
from r1rewards.batch import RewardSpec, Scores, resolve, score_batch
from r1rewards.cli import audited, references
from r1rewards.cli.check_flags import add_flags
from r1rewards.cli.complaints import Complaints
from r1rewards.cli.evaluated import Evaluated, main_reward
from r1rewards.cli.options import check_options, parse_options, parse_rewards
from r1rewards.cli.outputs import Outputs, open_outputs, parse_sieve
from r1rewards.cli.progress import Progress
from r1rewards.cli.summary import Summary
from r1rewards.errors import BadCallError, BadRowError
from r1rewards.files import Meter
from r1rewards.reward import Reward
from r1rewards.rows import BadRow, Keys, Row, columns_of, read_rows, with_options

CHUNK_ROWS = 1024
CHUNK_LETTERS = 32 << 20  # rows of 5 MB come in chunks of a few, so that memory stays flat


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
    add_flags(parser)
    parser.set_defaults(run=run, parser=parser)


def run(arguments: argparse.Namespace) -> int:
    """Score the file. Returns the exit code that `--help` promises."""
    _check_what_is_read(arguments)
    keys = Keys(arguments.completion_key, arguments.answer_key, arguments.group_by)
    if arguments.references:
        return _check_references(arguments, keys)
    thresholds = dict(_threshold(text) for text in arguments.fail_under)
    if any("@" in name for name in thresholds) and not arguments.group_by:
        raise BadCallError(
            "pass@k and cons@k need to know which rows share a prompt: --group-by KEY"
        )
    spec = parse_rewards(arguments.rewards)
    sieve = parse_sieve(arguments.keep, arguments.drop, arguments.best_of)
    if sieve:  # what only the filters read counts for nothing in the total
        spec.update(dict.fromkeys(sieve.missing([r.name for r, _ in resolve(spec)]), 0.0))
    names = [reward.name for reward, _ in resolve(spec)]
    _check_thresholds(thresholds, names)
    check_options(parse_options(arguments.option), [reward for reward, _ in resolve(spec)])
    summary = Summary(names)
    evaluated = Evaluated(names) if arguments.group_by else None
    audit = Audit(main_reward(names)) if arguments.audit else None
    outputs = open_outputs(arguments, spec, sieve)
    sinks: list[Sink] = [summary, *(sink for sink in (evaluated, audit) if sink), outputs]
    if arguments.html:
        sinks.append(_report(arguments, names, summary))
    with closing(outputs):
        _score_file(arguments, keys, spec, sinks, summary, outputs=outputs)
        for sink in sinks:
            sink.finish()
    if not summary.rows:
        what = "no row could be read" if summary.bad_rows else "there are no rows"
        raise BadRowError(f"{arguments.file}: {what}, nothing was scored")
    summary.filtered = outputs.as_dict()
    _print(arguments, summary, evaluated, audit)
    return _exit_code(arguments, summary, evaluated, thresholds)


def _check_what_is_read(arguments: argparse.Namespace) -> None:
    if not arguments.file:  # `check "$FILE"` with the variable unset would be the folder we are in
        raise BadCallError("FILE is empty: name a file, a folder, or - for standard input")
    if arguments.limit is not None and arguments.limit < 1:
        raise BadCallError(f"--limit is a whole number from 1 on, not {arguments.limit}")


def _check_thresholds(thresholds: dict[str, float], names: Sequence[str]) -> None:
    for name in thresholds:
        if name not in (*names, "total") and not re.fullmatch(r"(pass|cons)@[1-9]\d*", name):
            known = ", ".join((*names, "total"))
            raise BadCallError(
                f"--fail-under: nothing here is named {name!r}; there is {known}, pass@k, cons@k"
            )


def _check_references(arguments: argparse.Namespace, keys: Keys) -> int:
    given = {"-o": arguments.output, "--html": arguments.html, "--rejected": arguments.rejected}
    for flag in (flag for flag, path in given.items() if path):
        raise BadCallError(f"--references scores nothing, so there is nothing for {flag} to write")
    return references.check_file(
        arguments.file,
        keys,
        parse_options(arguments.option),
        arguments.limit,
        is_strict=arguments.strict,
    )


def _report(arguments: argparse.Namespace, names: Sequence[str], summary: Summary) -> Sink:
    from r1rewards.report import Report

    return Report(
        arguments.html, arguments.file, names, main_reward(names), lambda: summary.bad_rows
    )


def _score_file(
    arguments: argparse.Namespace,
    keys: Keys,
    spec: RewardSpec,
    sinks: Sequence[Sink],
    summary: Summary,
    *,
    outputs: Outputs,
) -> None:
    chosen = resolve(spec)
    options = parse_options(arguments.option)
    workers = _ray_workers() if arguments.ray else arguments.workers
    meter = Meter()
    progress = Progress(meter, arguments.limit)
    found = read_rows(arguments.file, keys, meter)
    names = {name for reward, _ in chosen for name in reward.options or ()}
    for chunk in _chunks(found, arguments.limit, [r for r, _ in chosen], summary):
        rows = with_options(chunk, options, names)
        # The audit and the report look at more than a scored file holds.
        more = arguments.audit or arguments.html
        done = None if more else outputs.replay(rows, chosen)
        scores = done or score_rows(rows, spec, options, workers)
        if len(sinks) > 2:  # more than the summary and the scored file look at each row
            scores.keep()
        for sink in sinks:
            sink.add(rows, scores)
        progress.show(summary.rows)
    progress.clear()


def _ray_workers() -> Any:
    """The cluster that the user has running, as workers."""
    from r1rewards.adapters.ray import RayScorer

    return RayScorer(address=os.environ.get("RAY_ADDRESS", "auto"))


def score_rows(
    rows: Sequence[Row], spec: RewardSpec, options: dict[str, Any], workers: Any = 0
) -> Scores:
    """Score rows as read from a file; `options` hold for all of them and win over the rows' own."""
    names = {name for reward, _ in resolve(spec) for name in reward.options or ()}
    groups = [row.group for row in rows]
    return score_batch(
        [row.completion for row in rows],
        [row.reference for row in rows],
        rewards=spec,
        prompts=[row.prompt for row in rows],
        groups=None if None in groups else groups,
        workers=workers,
        **{**columns_of(rows, names), **options},
    )


def _print(
    arguments: argparse.Namespace,
    summary: Summary,
    evaluated: Evaluated | None,
    audit: Audit | None,
) -> None:
    if arguments.json:
        found = summary.as_dict()
        if evaluated:
            found["evaluation"] = evaluated.as_dict()
        if audit:
            found["audit"] = audited.as_dict(audit.findings)
        print(json.dumps(found, indent=2))
        return
    print(summary.as_table())
    if evaluated:
        print(evaluated.as_table())
    if audit:
        print(audited.as_text(audit.findings))


def _chunks(
    found: Iterable[Row | BadRow], limit: int | None, rewards: Sequence[Reward], summary: Summary
) -> Iterator[list[Row]]:
    """Good rows in chunks; bad ones are reported on standard error at once and counted.

    Where a reward looks at whole groups, a chunk ends between two groups: rows of one prompt must stand together.
    """
    by_group = any(reward.by_group for reward in rewards)
    chunk: list[Row] = []
    letters = 0
    complaints = Complaints()
    for number, row in enumerate(found):
        if limit is not None and number >= limit:
            break
        if isinstance(row, BadRow):
            summary.bad_rows += 1
            complaints.say(row)
            continue
        is_full = len(chunk) >= CHUNK_ROWS or letters >= CHUNK_LETTERS
        if is_full and not (by_group and _group_of(row) == _group_of(chunk[-1])):
            yield chunk
            chunk, letters = [], 0
        chunk.append(row)
        letters += len(row.completion) if isinstance(row.completion, str) else 0
    complaints.finish()
    if chunk:
        yield chunk


def _group_of(row: Row) -> Any:
    return row.prompt if row.group is None else row.group


def _threshold(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name, float(value)
    except ValueError:
        raise BadCallError(
            f"--fail-under takes NAME=X such as accuracy=0.6, not {text!r}"
        ) from None


def _exit_code(
    arguments: argparse.Namespace,
    summary: Summary,
    evaluated: Evaluated | None,
    thresholds: dict[str, float],
) -> int:
    failed = False
    for name, least in thresholds.items():
        value = evaluated.found.value(name) if evaluated and "@" in name else summary.mean(name)
        if not value >= least:  # NaN misses every threshold
            print(f"r1rewards: {name} is {value:.4f}, below {least:g}", file=sys.stderr)
            failed = True
    if arguments.strict and (summary.bad_rows or summary.unscored_rows):
        print(
            f"r1rewards: {summary.bad_rows} rows could not be read, {summary.unscored_rows} not be scored",
            file=sys.stderr,
        )
        failed = True
    return int(failed)
