"""The summary of a checked file: counts of verdicts, mean rewards, speed."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from r1rewards.batch import Scores
from r1rewards.rows import Row
from r1rewards.verdicts import VERDICTS, Verdict

SHOWN = 8  # reasons why rows could not be scored; the JSON has more


class Summary:
    """What `r1rewards check` prints; fed chunk by chunk."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self.rows = 0
        self.bad_rows = 0  # could not be read
        self.unscored_rows = 0  # the total could not be computed
        self._sums = np.zeros(len(self.names) + 1)  # of each reward, then of the total
        self._counts = np.zeros(len(self.names) + 1, dtype=np.int64)
        self._verdicts = [Counter[Verdict]() for _ in self.names]
        self._reasons: Counter[str] = Counter()
        self._start = time.monotonic()
        self.filtered: dict[str, Any] | None = None  # kept and dropped, by reason
        self._has_reference = False  # has any row one
        self._keys: list[str] = []  # of the first row

    @property
    def rows_per_s(self) -> float:
        """Rows scored per second of wall time so far, reading and writing included."""
        return self.rows / max(time.monotonic() - self._start, 1e-9)

    def mean(self, name: str) -> float:
        """Mean of a reward, or of "total", over the rows where it was scored; NaN for none or an unknown name."""
        columns = [*self.names, "total"]
        if name not in columns or not self._counts[columns.index(name)]:
            return math.nan
        k = columns.index(name)
        return float(self._sums[k] / self._counts[k])

    def add(self, rows: Sequence[Row], scores: Scores) -> None:
        """Count one chunk."""
        self._keys = self._keys or [str(key) for row in rows[:1] for key in row.raw]
        self._has_reference = self._has_reference or any(row.reference is not None for row in rows)
        self.rows += len(rows)
        values = np.column_stack([scores.rewards, scores.total]).astype(np.float64)
        self._sums += np.nansum(values, axis=0)
        self._counts += (~np.isnan(values)).sum(axis=0)
        self.unscored_rows += int(np.isnan(scores.total).sum())
        for k, counter in enumerate(self._verdicts):
            counts = np.bincount(scores.verdict_codes[:, k], minlength=len(VERDICTS))
            counter.update({VERDICTS[i]: int(n) for i, n in enumerate(counts) if n})
        for i in np.flatnonzero(np.isnan(scores.rewards).any(axis=1)):
            self._count_reasons(scores, int(i))

    def _count_reasons(self, scores: Scores, i: int) -> None:
        for name, outcome in scores[i].outcomes.items():
            if outcome.reward is None:
                said = (outcome.detail.get(key) for key in ("error", "reason", "note"))
                why = next(filter(None, said), "")
                self._reasons[
                    f"{name}: {outcome.verdict.value}{f' ({why})' if why else ''}"[:200]
                ] += 1

    def finish(self) -> None:
        """Nothing is left to do."""

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain data."""
        return {
            "rows": self.rows,
            "bad_rows": self.bad_rows,
            "unscored": self.unscored_rows,
            "mean_total": _finite(self.mean("total")),
            "rewards": {
                name: {
                    "mean": _finite(self.mean(name)),
                    "scored": int(self._counts[k]),
                    "verdicts": {v.value: n for v, n in self._verdicts[k].most_common()},
                }
                for k, name in enumerate(self.names)
            },
            "unscored_reasons": dict(self._reasons.most_common(20)),
            "rows_per_s": round(self.rows_per_s, 1),
            **({"filters": self.filtered} if self.filtered else {}),
        }

    def _hint(self) -> str | None:
        """Where no row has a reference and a reward wanted one: what the rows have instead."""
        wanted = any(counter[Verdict.NOT_APPLICABLE] for counter in self._verdicts)
        if self._has_reference or not wanted or not {"accuracy", "math", "code"} & {*self.names}:
            return None
        keys = ", ".join(self._keys[:12])
        return f"no row has a reference; the first has {keys}: say which with --answer-key"

    def as_table(self) -> str:
        """The summary for people."""
        from rich.console import Console
        from rich.markup import escape
        from rich.table import Table

        console = Console(highlight=False)
        table = Table("reward", box=None, pad_edge=False)
        for head in ("mean", "correct", "wrong", "no answer", "other", "unscored"):
            table.add_column(head, justify="right")
        for k, name in enumerate(self.names):
            table.add_row(name, *self._cells(k))
        table.add_row("total", _short(self.mean("total")), "", "", "", "", str(self.unscored_rows))
        with console.capture() as capture:
            console.print(table)
            for reason, count in self._reasons.most_common(SHOWN):
                console.print(f"unscored {count}x {escape(reason)}", soft_wrap=True)
            if len(self._reasons) > SHOWN:
                console.print(f"... and {len(self._reasons) - SHOWN:,} more reasons, see --json")
            if hint := self._hint():
                console.print(escape(hint), soft_wrap=True)
            if self.filtered:
                dropped = "".join(f", {n:,} {why}" for why, n in self.filtered["dropped"].items())
                console.print(f"kept {self.filtered['kept']:,}{dropped}", soft_wrap=True)
            bad = f", {self.bad_rows:,} could not be read" if self.bad_rows else ""
            console.print(f"{self.rows:,} rows{bad}, {self.rows_per_s:,.0f} rows/s")
        return capture.get().rstrip("\n")

    def _cells(self, k: int) -> list[str]:
        counts = self._verdicts[k]
        correct = counts[Verdict.CORRECT] + counts[Verdict.WELL_FORMED]
        wrong = counts[Verdict.WRONG] + counts[Verdict.MALFORMED]
        empty = counts[Verdict.NO_ANSWER]
        unscored = sum(n for verdict, n in counts.items() if not verdict.is_scored)
        other = sum(counts.values()) - correct - wrong - empty - unscored
        return [
            _short(self.mean(self.names[k])),
            *map(str, (correct, wrong, empty, other, unscored)),
        ]


def _short(number: float) -> str:
    return "-" if math.isnan(number) else f"{number:.4f}"


def _finite(number: float) -> float | None:
    return None if math.isnan(number) else number
