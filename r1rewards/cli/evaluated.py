"""`check --group-by`: pass@1, pass@k, cons@k and solve rates of a file."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

from r1rewards.batch import Scores
from r1rewards.evaluation import Estimate, Evaluation, correctness, evaluate
from r1rewards.registry import JUDGES
from r1rewards.rows import Row

NAMED = 20
"""Groups that are listed by name; of more than that the number is given."""


def main_reward(names: Sequence[str]) -> str:
    """The reward among `names` that says what is right."""
    return next((name for name in JUDGES if name in names), names[0])


class Evaluated:
    """Collects what `evaluate` needs: a number, an id and an answer per row."""

    def __init__(self, names: Sequence[str]) -> None:
        self.reward = main_reward(names)
        self._right: list[float] = []
        self._groups: list[Hashable] = []
        self._answers: list[str | None] = []
        self._sources: list[str | None] = []
        self.found = evaluate([], [])

    def add(self, rows: Sequence[Row], scores: Scores) -> None:
        """Take one chunk."""
        self._right += correctness(scores, self.reward).tolist()
        self._groups += [row.group for row in rows]
        self._answers += [score.find("answer") for score in scores]
        self._sources += [row.source for row in rows]

    def finish(self) -> None:
        """All rows were seen: compute."""
        self.found = evaluate(self._right, self._groups, self._answers, self._sources)

    def as_dict(self) -> dict[str, Any]:
        """The figures as plain data."""
        found = self.found
        return {
            "reward": self.reward,
            **_figures(found),
            "solve_rates": dict(sorted(Counter(found.rates.values()).items())),
            "all_right": found.solved(1.0)[:NAMED],
            "all_wrong": found.solved(0.0)[:NAMED],
            "sources": {name: _figures(part) for name, part in found.sources.items()},
        }

    def as_table(self) -> str:
        """The figures for people."""
        from rich.console import Console

        # Where no terminal says how wide it is (a pipe, a log), tables are not squeezed.
        console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
        with console.capture() as capture:
            console.print(f"\n[bold]samples of {len(self.found.rates):,} prompts[/bold]")
            console.print(_estimates_table(self.found))
            console.print(_rates_table(self.found))
            if self.found.sources:
                console.print(_sources_table(self.found))
        return capture.get().rstrip("\n")


def _figures(found: Evaluation) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "rollouts": found.rollouts,
        "unscored": found.unscored,
        "groups": len(found.rates),
        "groups_all_right": len(found.solved(1.0)),
        "groups_all_wrong": len(found.solved(0.0)),
    }
    for kind, estimates in (("pass", found.passes), ("cons", found.consensus)):
        for k, estimate in estimates.items():
            figures[f"{kind}@{k}"] = {
                "value": estimate.value,
                "error": None if math.isnan(estimate.error) else estimate.error,
                "groups": estimate.groups,
                **({"ties": estimate.ties} if kind == "cons" else {}),
            }
    return figures


def _estimates_table(found: Evaluation) -> Any:
    from rich.table import Table

    table = Table("k", box=None, pad_edge=False)
    for head in ("pass@k", "cons@k", "ties", "prompts"):
        table.add_column(head, justify="right")
    for k, estimate in found.passes.items():
        vote = found.consensus.get(k)
        ties = "" if vote is None else str(vote.ties)
        table.add_row(str(k), _shown(estimate), _shown(vote), ties, str(estimate.groups))
    return table


def _shown(estimate: Estimate | None) -> str:
    if estimate is None:
        return "-"
    error = "" if math.isnan(estimate.error) else f" ± {estimate.error:.4f}"
    return f"{estimate.value:.4f}{error}"


def _rates_table(found: Evaluation) -> Any:
    from rich.table import Table

    table = Table("solve rate", box=None, pad_edge=False)
    table.add_column("prompts", justify="right")
    table.add_column("")
    bins = rate_bins(list(found.rates.values()))
    most = max((count for _, count in bins), default=0) or 1
    notes = {"0": "all wrong: no gradient", "1": "all right: no gradient"}
    for name, count in bins:
        bar = "█" * math.ceil(24 * count / most)
        note = f" [dim]{notes[name]}[/dim]" if name in notes and count else ""
        table.add_row(name, str(count), f"[cyan]{bar}[/cyan]{note}")
    return table


def rate_bins(rates: Sequence[float]) -> list[tuple[str, int]]:
    """(name, prompts) of a histogram of solve rates. Exactly 0 and exactly 1 have bins of their own."""
    inner = [0] * 5
    for rate in rates:
        if 0.0 < rate < 1.0:
            inner[min(4, int(rate * 5))] += 1
    names = ["0 .. 0.2", "0.2 .. 0.4", "0.4 .. 0.6", "0.6 .. 0.8", "0.8 .. 1"]
    middle = list(zip(names, inner, strict=True))
    return [("0", rates.count(0.0)), *middle, ("1", rates.count(1.0))]


def _sources_table(found: Evaluation) -> Any:
    from rich.markup import escape
    from rich.table import Table

    table = Table("source", box=None, pad_edge=False)
    for head in ("rollouts", "prompts", "pass@1", "best pass@k", "best cons@k"):
        table.add_column(head, justify="right")
    for name, part in found.sources.items():
        last = max(part.passes, default=0)
        table.add_row(
            escape(name),
            f"{part.rollouts:,}",
            f"{len(part.rates):,}",
            _shown(part.passes.get(1)),
            f"@{last} {_shown(part.passes.get(last))}",
            f"@{last} {_shown(part.consensus.get(last))}",
        )
    return table
