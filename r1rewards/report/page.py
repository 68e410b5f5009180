"""The page itself, section by section, from top to bottom."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from r1rewards.batch import Scores
from r1rewards.errors import BadCallError
from r1rewards.evaluation import Estimate, Evaluation, evaluate
from r1rewards.report import charts
from r1rewards.report.collect import Collected
from r1rewards.report.failures import failures, in_short, slowest
from r1rewards.report.html import Markup, el, page
from r1rewards.report.svg import short
from r1rewards.rows import Row

LARGEST_MB = 2.0
"""Above this, mail servers and code hosts begin to refuse a page."""

Section = tuple[str, str, Markup]
"""(anchor, title, content)."""


class Report:
    """`check --html`: fed chunk by chunk, written by `finish`."""

    def __init__(
        self,
        path: str,
        title: str,
        names: Sequence[str],
        main: str,
        bad_rows: Callable[[], int] = lambda: 0,
    ) -> None:
        """path: where to write. title: what was checked. names: the rewards. main: the one that says what is right.

        bad_rows: how many rows could not be read, asked at the end.
        """
        self._path, self._title, self._bad_rows = Path(path), title, bad_rows
        self._collected = Collected(names, main)
        with self._writing():
            self._path.touch()

    def add(self, rows: Sequence[Row], scores: Scores) -> None:
        """Take one chunk."""
        self._collected.add(rows, scores)

    def finish(self) -> None:
        """Write the page."""
        self._collected.finish()
        if len(self._collected):
            text = document(self._title, self._collected, self._bad_rows())
            with self._writing():
                self._path.write_text(text, encoding="utf-8")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as e:
            raise BadCallError(f"{self._path}: cannot be written: {e.strerror}") from e


def document(title: str, seen: Collected, bad_rows: int = 0) -> str:
    """The page as text. Where it would be larger than `LARGEST_MB`, fewer rows are shown."""
    style = (files("r1rewards.report") / "style.css").read_text(encoding="utf-8")
    per_kind = 30
    while True:
        text = page(f"r1rewards: {title}", style, *_body(title, seen, bad_rows, per_kind))
        if len(text.encode()) < LARGEST_MB * 1e6 or per_kind == 0:
            return text
        per_kind = per_kind * 2 // 3 if per_kind > 2 else 0


def _body(title: str, seen: Collected, bad_rows: int, per_kind: int) -> Iterator[Markup]:
    found = _evaluation(seen)
    sections = [section for section in _sections(seen, found, per_kind) if section is not None]
    yield el(
        "header",
        el("h1", title),
        el("p", f"{len(seen):,} rollouts scored by {', '.join(seen.names)}", class_="sub"),
    )
    links = [el("a", name, href=f"#{anchor}") for anchor, name, _ in sections]
    yield el("nav", el("div", links))
    yield el(
        "main",
        _cards(seen, found, bad_rows),
        [el("section", el("h2", name), content, id=anchor) for anchor, name, content in sections],
    )
    yield el("footer", "Written by r1rewards. One file, no scripts, nothing loaded from elsewhere.")


def _evaluation(seen: Collected) -> Evaluation | None:
    """Figures by group, where every row names one."""
    if any(group is None for group in seen.groups):
        return None
    return evaluate(seen.right, seen.groups, seen.answers, seen.sources)


def _sections(seen: Collected, found: Evaluation | None, per_kind: int) -> Iterator[Section | None]:
    yield ("audit", "What to look at first", _findings(seen))
    yield ("rewards", "Rewards", _rewards(seen))
    if found is not None and found.rates:
        yield ("groups", "Prompts", _groups(found))
    yield ("length", "Length", _length(seen))
    yield _sources(seen, found)
    yield _slowest(seen)
    yield ("rows", "Rows to look at", failures(seen, per_kind))


def _cards(seen: Collected, found: Evaluation | None, bad_rows: int) -> Markup:
    totals = np.array(seen.totals)
    right = np.array(seen.right)
    cards = [
        (f"{len(seen):,}", "rows scored"),
        (_mean(totals), "mean total"),
        (_percent(right), f"right ({seen.main})"),
    ]
    if found is not None and found.passes:
        ks = dict.fromkeys((1, max(found.passes)))
        cards += [(short_estimate(found.passes[k]), f"pass@{k}") for k in ks]
    if found is not None and found.consensus:
        k = max(found.consensus)
        cards.append((short_estimate(found.consensus[k]), f"cons@{k}"))
    cards.append((f"{int(np.isnan(totals).sum()):,}", "rows unscored"))
    if bad_rows:
        cards.append((f"{bad_rows:,}", "rows could not be read"))
    return el("div", [_card(*card) for card in cards], class_="cards")


def _card(value: str, name: str) -> Markup:
    number, _, rest = value.partition(" ")
    figure = el("b", number, *([" ", el("small", rest)] if rest else []))
    return el("div", figure, el("span", name), class_="card")


def short_estimate(estimate: Estimate) -> str:
    """`63.2 ± 1.1 %`."""
    error = "" if math.isnan(estimate.error) else f" ± {100 * estimate.error:.1f}"
    return f"{100 * estimate.value:.1f}{error} %"


def _mean(values: Any) -> str:
    return "-" if np.isnan(values).all() else f"{np.nanmean(values):.3f}"


def _percent(values: Any) -> str:
    return "-" if np.isnan(values).all() else f"{100 * np.nanmean(values):.1f} %"


def _findings(seen: Collected) -> Markup:
    if not seen.audit.findings:
        text = "Nothing smells of reward hacking or of wrong references."
        return el("p", text, class_="note")
    return el("div", [_finding(finding) for finding in seen.audit.findings], class_="findings")


def _finding(finding: Any) -> Markup:
    places = ", ".join(map(in_short, finding.places[:5]))
    more = f" and {finding.count - 5:,} more" if finding.count > 5 else ""
    return el(
        "div",
        el("h3", finding.found[:1].upper() + finding.found[1:]),
        el("p", _with_code(finding.advice)),
        el("p", f"{finding.name}: {places}{more}", class_="place mono"),
        class_=f"panel finding {finding.about}",
    )


def _with_code(text: str) -> list[Any]:
    """What stands between back quotes, as code."""
    return [el("code", part) if i % 2 else part for i, part in enumerate(text.split("`"))]


def _rewards(seen: Collected) -> Markup:
    panels = []
    for k, name in enumerate(seen.names):
        values = seen.values(k)
        panels.append(
            el(
                "div",
                el("h3", f"{name}: mean {_mean(values)}"),
                charts.histogram(f"distribution of {name}", values, f"reward {name}"),
                charts.verdicts(name, seen.verdicts(k)),
                class_="panel",
            )
        )
    if len(seen.names) > 1:
        totals = np.array(seen.totals)
        chart = charts.histogram("distribution of the total", totals, "total")
        panels.append(el("div", el("h3", f"total: mean {_mean(totals)}"), chart, class_="panel"))
    return el("div", panels, class_="panels")


def _groups(found: Evaluation) -> Markup:
    rates = list(found.rates.values())
    ends = [
        _ends("answered wrongly by every sample", found.solved(0.0)),
        _ends("answered rightly by every sample", found.solved(1.0)),
    ]
    left = el(
        "div",
        el("h3", f"Solve rates of {len(rates):,} prompts"),
        charts.solve_rates(rates),
        el("p", "Prompts at 0 and at 1 give GRPO no gradient: every advantage in them is 0.", class_="note"),
        ends,
        class_="panel",
    )  # fmt: skip
    return el("div", left, el("div", _estimates(found), class_="panel"), class_="panels")


def _ends(what: str, groups: Sequence[Any]) -> Markup | None:
    if not groups:
        return None
    named = ", ".join(str(group)[:60] for group in groups[:40])
    more = f" and {len(groups) - 40:,} more" if len(groups) > 40 else ""
    names = el("div", el("span", named + more, class_="note mono"))
    return el("details", el("summary", f"{len(groups):,} {what}"), names)


def _estimates(found: Evaluation) -> list[Markup]:
    rows = [
        [k, short_estimate(estimate), *_votes(found, k), f"{estimate.groups:,}"]
        for k, estimate in found.passes.items()
    ]
    return [
        el("h3", "pass@k and cons@k"),
        table(["k", "pass@k", "cons@k", "ties", "prompts"], rows, numbers_from=0),
        el(
            "p",
            "Means over prompts, ± standard error. pass@k is unbiased; cons@k lets the first k samples vote, equal "
            "answers together however they are written; a tie earns the share of its classes that is right.",
            class_="note",
        ),
    ]


def _votes(found: Evaluation, k: int) -> tuple[str, str]:
    vote = found.consensus.get(k)
    return ("-", "-") if vote is None else (short_estimate(vote), str(vote.ties))


def _length(seen: Collected) -> Markup:
    lengths = np.array(seen.lengths, dtype=np.float64)
    right = np.array(seen.right)
    return el(
        "div",
        el("div", el("h3", "Right answers by length"), charts.right_by_length(lengths, right), class_="panel"),
        el("div", el("h3", "Lengths"), charts.lengths(lengths), class_="panel"),
        class_="panels",
    )  # fmt: skip


def _sources(seen: Collected, found: Evaluation | None) -> Section | None:
    names = dict.fromkeys(name for name in seen.sources if name is not None)
    if len(names) < 2:
        return None
    totals, right = np.array(seen.totals), np.array(seen.right)
    lengths = np.array(seen.lengths)
    owners = np.array([name or "" for name in seen.sources], dtype=object)
    rows = []
    for name in names:
        here = owners == name
        part = None if found is None else found.sources.get(name)
        pass_1 = "-" if part is None or not part.passes else short_estimate(part.passes[1])
        rows.append([
            name, f"{int(here.sum()):,}", _mean(totals[here]), _percent(right[here]), pass_1,
            short(float(np.median(lengths[here]))), f"{int(np.isnan(totals[here]).sum()):,}",
        ])  # fmt: skip
    heads = ["source", "rows", "mean total", "right", "pass@1", "median letters", "unscored"]
    return ("sources", "Data sources", el("div", table(heads, rows), class_="panel"))


def _slowest(seen: Collected) -> Section | None:
    if not seen.slowest:
        return None
    return ("slowest", "Slowest rows", el("div", slowest(seen), class_="panel"))


def table(heads: Sequence[str], rows: Sequence[Sequence[Any]], *, numbers_from: int = 1) -> Markup:
    """A table whose columns from `numbers_from` on are numbers."""
    kinds = ["n" if i >= numbers_from else None for i in range(len(heads))]
    head = [el("th", name, class_=kind) for name, kind in zip(heads, kinds, strict=True)]
    body = [
        el("tr", [el("td", cell, class_=kind) for cell, kind in zip(row, kinds, strict=True)])
        for row in rows
    ]
    table = el("table", el("thead", el("tr", head)), el("tbody", body))
    return el("div", table, class_="wide")
