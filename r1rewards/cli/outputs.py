"""What `r1rewards check` writes: every scored row, or, with filters, the rows kept and the rows rejected."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from r1rewards import filters
from r1rewards.batch import Scores
from r1rewards.cli.scored_file import RowFile, as_json, line_of, rows_in
from r1rewards.errors import BadCallError
from r1rewards.files import is_read, is_same
from r1rewards.reward import Outcomes
from r1rewards.rows import rollout_of
from r1rewards.verdicts import CODE_OF, Verdict

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

    from r1rewards.reward import Reward
    from r1rewards.rows import Row


@dataclass(frozen=True, slots=True)
class Sieve:
    """What `--keep`, `--drop` and `--best-of` ask for."""

    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    best_of: int | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)

    def missing(self, names: Sequence[str]) -> list[str]:
        """The rewards it reads that are not among these."""
        here = {*names, "accuracy"} if {"math", "code"} & {*names} else {*names}
        asked = [filters.NEEDS.get(name) for name in (*self.keep, *self.drop)]
        return [name for name in dict.fromkeys(asked) if name and name not in here]


def parse_sieve(keep: str | None, drop: str | None, best_of: int | None) -> Sieve | None:
    """`--drop long-paragraph=300,code-block` -> names and thresholds; None where nothing is filtered."""
    names: dict[str, list[str]] = {"keep": [], "drop": []}
    thresholds: dict[str, float] = {}
    for flag, text in (("keep", keep), ("drop", drop)):
        for part in (text or "").split(",") if text is not None else ():
            name, equals, value = part.strip().partition("=")
            filters.named(flag, name)
            names[flag].append(name)
            if equals:
                thresholds[name] = _number(flag, part, value)
                filters.check_limited(name)
    if best_of is not None and best_of < 1:
        raise BadCallError(f"--best-of takes a whole number from 1 on, not {best_of}")
    if not names["keep"] and not names["drop"] and best_of is None:
        return None
    if best_of is not None and "correct" not in names["keep"]:
        names["keep"].append("correct")
    return Sieve(tuple(names["keep"]), tuple(names["drop"]), best_of, thresholds)


def _number(flag: str, part: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise BadCallError(f"--{flag} takes NAME or NAME=NUMBER, not {part!r}") from None


def open_outputs(
    arguments: argparse.Namespace, spec: Mapping[str, float], sieve: Sieve | None
) -> Outputs:
    """The files to write. Raises BadCallError for flags that need another, and for files that would harm another."""
    if arguments.rejected and sieve is None:
        raise BadCallError("--rejected writes what filters drop: give --keep, --drop or --best-of")
    if arguments.resume and not arguments.output:
        raise BadCallError("--resume goes on with a file of results: give -o, the same as before")
    _check_paths(arguments)
    paths = [arguments.output, arguments.rejected]
    keys = arguments.completion_key, arguments.answer_key
    run = _run_id(sorted(spec.items()), arguments.option, sieve, keys)
    with ExitStack() as opened:
        kept, rejected = (
            opened.enter_context(closing(RowFile(p, run, arguments.resume))) if p else None
            for p in paths
        )
        opened.pop_all()  # both are open: `Outputs` closes them
    return Outputs(kept, rejected, sieve)


def _check_paths(arguments: argparse.Namespace) -> None:
    """Each output is a file of its own, is none that is read, and is named as what it is."""
    named = {"-o": arguments.output, "--rejected": arguments.rejected, "--html": arguments.html}
    outputs = [(flag, path) for flag, path in named.items() if path]
    for i, (flag, path) in enumerate(outputs):
        if path == "-":
            raise BadCallError(f"{flag} names a file: standard output is for the summary")
        if flag != "--html" and path.endswith(_OTHER_FORMATS):
            raise BadCallError(f"{flag} {path}: JSONL is written, unpacked; name it so (.jsonl)")
        if is_read(arguments.file, path):
            raise BadCallError(
                f"{path}: is the file that is read, or stands in the folder that is; write to another"
            )
        for other, taken in outputs[:i]:
            if is_same(path, taken):
                raise BadCallError(f"{other} and {flag}: two files, not one")


_OTHER_FORMATS = (".gz", ".zst", ".parquet", ".arrow")


def _run_id(*settings: Any) -> str:
    """Eight letters that differ where the rewards, options or filters of a run do."""
    return hashlib.sha256(repr(settings).encode()).hexdigest()[:8]


class Outputs:
    """The sink of `-o` and `--rejected`: writes rows, counts what the filters said, reads done rows back."""

    def __init__(
        self,
        kept: RowFile | None,
        rejected: RowFile | None,
        sieve: Sieve | None,
    ) -> None:
        self._kept, self._rejected, self._sieve = kept, rejected, sieve
        self._files = [file for file in (kept, rejected) if file is not None]
        self._done: dict[int, dict[str, Any]] = {}
        self._selection = filters.Selection()
        self.kept = 0
        self.dropped: Counter[str] = Counter()

    def replay(self, rows: Sequence[Row], rewards: Sequence[tuple[Reward, float]]) -> Scores | None:
        """The scores of these rows as earlier runs wrote them; None where one of them is not done yet."""
        for row in rows:
            line = line_of(row)
            for r1 in filter(None, (file.done(line) for file in self._files)):
                self._done.setdefault(line, r1)
        done = [self._done.get(line_of(row)) for row in rows]
        found = [r1 for r1 in done if r1 is not None]
        return _scores_of(found, rewards, rows) if rows and len(found) == len(rows) else None

    def add(self, rows: Sequence[Row], scores: Scores) -> None:
        """Decide about each row, and write it where it belongs if it is not there yet."""
        if not self._files and not self._sieve:
            return
        for i, row in enumerate(rows):
            r1 = self._done.pop(line_of(row), None)
            if r1 is not None:
                self._count(row, r1.get("dropped"))
                continue
            self._write(row, scores, i)
        for file in self._files:
            file.flush()

    def _write(self, row: Row, scores: Scores, i: int) -> None:
        decision = filters.KEPT
        if self._sieve:
            rollout = rollout_of(row)
            decision = filters.judge(
                rollout,
                scores[i],
                self._sieve.keep,
                self._sieve.drop,
                self._sieve.thresholds,
            )
        dropped = None if decision.keep else {"reason": decision.reason, "value": decision.value}
        self._count(row, dropped)
        file = self._kept if decision.keep else self._rejected
        if file is not None:
            file.write(row, {**as_json(scores, i), **({"dropped": dropped} if dropped else {})})

    def _count(self, row: Row, dropped: Mapping[str, Any] | None) -> None:
        if dropped:
            self.dropped[dropped["reason"]] += 1
            return
        self.kept += 1
        if self._sieve and self._sieve.best_of:
            self._selection.add(filters.candidate(rollout_of(row)))

    def finish(self) -> None:
        """Close the files, and choose the best of each prompt, if asked to."""
        self.close()
        if self._sieve is None or not self._sieve.best_of:
            return
        decisions = list(self._selection.decide(self._sieve.best_of))
        for decision in decisions:
            if not decision.keep:
                self.kept -= 1
                self.dropped[decision.reason] += 1
        if self._kept is not None:
            _move(self._kept.path, self._rejected.path if self._rejected else None, decisions)

    def close(self) -> None:
        """Nothing more is written; what was, stays for `--resume`."""
        for file in self._files:
            file.close()

    def as_dict(self) -> dict[str, Any] | None:
        """Counts for the summary; None where nothing is filtered."""
        return (
            {"kept": self.kept, "dropped": dict(self.dropped.most_common())}
            if self._sieve
            else None
        )


def _move(kept: str, rejected: str | None, decisions: Sequence[filters.Decision]) -> None:
    """Move the rows that were not chosen from one file to the other, both staying in order; in one step each."""
    with Path(f"{kept}.part").open("w", encoding="utf-8") as chosen:
        moved: Iterator[dict[str, Any]] = _not_chosen(kept, decisions, chosen)
        if rejected is None:
            for _ in moved:
                pass
        else:
            with Path(f"{rejected}.part").open("w", encoding="utf-8") as others:
                others.writelines(
                    json.dumps(row) + "\n" for row in _merged(rows_in(rejected), moved)
                )
            Path(f"{rejected}.part").replace(rejected)
    Path(f"{kept}.part").replace(kept)


def _not_chosen(
    kept: str, decisions: Sequence[filters.Decision], chosen: IO[str]
) -> Iterator[dict[str, Any]]:
    for row, decision in zip(rows_in(kept), decisions, strict=True):
        if decision.keep:
            chosen.write(json.dumps(row) + "\n")
        else:
            row["r1"]["dropped"] = {"reason": decision.reason, "value": decision.value}
            yield row


def _merged(*sources: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """By input line. A line that two of them have (a run killed between two renames) comes once."""
    import heapq

    last = 0
    for row in heapq.merge(*sources, key=lambda row: int(row["r1"]["line"])):
        if row["r1"]["line"] != last:
            last = row["r1"]["line"]
            yield row


def _scores_of(
    done: Sequence[Mapping[str, Any]], rewards: Sequence[tuple[Reward, float]], rows: Sequence[Row]
) -> Scores:
    """Scores as `as_json` wrote them; of the details only the answer is left."""

    def column(name: str) -> Outcomes:
        numbers = [r1["rewards"][name] for r1 in done]
        values = np.array([math.nan if n is None else n for n in numbers], np.float32)
        codes = np.array([CODE_OF[Verdict(r1["verdicts"][name])] for r1 in done], np.uint8)
        return Outcomes(values, codes, lambda i: {"answer": done[i]["answer"]})

    names = tuple(reward.name for reward, _ in rewards)
    weights = [weight for _, weight in rewards]
    groups = [row.group for row in rows]
    return Scores(
        names,
        weights,
        [column(name) for name in names],
        len(rows),
        None if None in groups else groups,
    )
