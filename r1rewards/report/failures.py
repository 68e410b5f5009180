"""The rows themselves: one list for each kind of failure, each row with its answer, reference, verdicts and text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from r1rewards.report.charts import kind_of
from r1rewards.report.collect import Collected, Shown
from r1rewards.report.completion import marked
from r1rewards.report.html import Markup, el
from r1rewards.rollouts import prompt_text
from r1rewards.verdicts import Outcome, Verdict

LONGEST = 600
"""Letters of a prompt or reference that are shown."""


def failures(seen: Collected, per_kind: int) -> Markup:
    """Every list, those of the main reward first. `per_kind`: rows shown of each."""
    if not seen.kinds:
        return el("p", "Every row is right and well formed.", class_="note")
    order = [seen.main, *(name for name in seen.names if name != seen.main), "audit"]
    kinds = sorted(seen.kinds.items(), key=lambda kind: (order.index(kind[0][0]), -kind[1].count))
    lists = []
    for i, ((name, verdict), sample) in enumerate(kinds):
        shown = sample.rows[:per_kind]
        count = f"{sample.count:,} rows" + (
            f", {len(shown)} shown" if len(shown) < sample.count else ""
        )
        summary = el(
            "summary", f"{name}: {verdict.replace('_', ' ')}", el("span", count, class_="count")
        )
        lists.append(el("details", summary, el("div", [_row(one) for one in shown]), open=i == 0))
    return el("div", _KEY, lists)


_KEY = el(
    "p",
    "A random choice, the same in every run. In the text: ",
    el("span", "<tag>", class_="tag"), " ", el("span", "the thought", class_="thought"), " ",
    el("span", "the extracted answer", class_="answer"),
    class_="key",
)  # fmt: skip


def _row(shown: Shown) -> Markup:
    row, score = shown.row, shown.score
    pills = [
        el("span", f"{name}: {outcome.verdict.value}", class_=f"pill {kind_of(outcome.verdict)}")
        for name, outcome in score.outcomes.items()
    ]
    flags = [el("span", flag, class_="pill none") for flag in shown.flags]
    summary = el(
        "summary",
        el("span", in_short(row.place), class_="place mono"),
        pills,
        flags,
        _against(shown),
    )
    prompt = prompt_text(row.prompt)
    facts = [
        _fact("prompt", None if prompt is None else _cut(prompt)),
        _fact("reference", _reference(row.reference)),
        _fact("answer", score.find("answer")),
        *(_fact(name, _why(outcome)) for name, outcome in score.outcomes.items()),
    ]
    return el("details", summary, el("div", el("dl", facts), marked(row, score)))


def in_short(place: str) -> str:
    """`rollouts.jsonl:17` for `runs/7/rollouts.jsonl:17`: the page says once where the file lies."""
    return place.rpartition("/")[2]


def _against(shown: Shown) -> Markup | None:
    """`4 against 5` beside the verdicts of a row that is not right, where both are short."""
    if any(outcome.verdict is Verdict.CORRECT for outcome in shown.score.outcomes.values()):
        return None
    answer, reference = shown.score.find("answer"), shown.row.reference
    if not isinstance(answer, str) or not isinstance(reference, str | int | float):
        return None
    if len(answer) > 40 or len(str(reference)) > 40:
        return None
    return el("span", answer, " against ", str(reference), class_="mono")


def _fact(name: str, value: Any) -> list[Markup] | None:
    return None if value is None else [el("dt", name), el("dd", str(value), class_="mono")]


def _reference(reference: Any) -> str | None:
    if reference is None or isinstance(reference, str | int | float):
        return None if reference is None else _cut(str(reference))
    return _cut(json.dumps(reference, ensure_ascii=False, default=str))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} … ({len(text):,} letters)"


def _why(outcome: Outcome) -> str:
    """One line of why: the verdict, the reward, and what the detail has to say."""
    detail = outcome.detail
    said = [str(detail[key]) for key in ("why", "reason", "error", "note") if detail.get(key)]
    if detail.get("rung"):
        said.append(f"decided by rung {detail['rung']}")
    if detail.get("total"):
        said.append(f"{detail.get('passed', 0)} of {detail['total']} tests passed")
    failure = detail.get("first_failure")
    if failure:
        said.append(_cut(json.dumps(failure, ensure_ascii=False, default=str)))
    reward = "unscored" if outcome.reward is None else f"{outcome.reward:g}"
    return "; ".join([f"{outcome.verdict.value}, {reward}", *said])


def slowest(seen: Collected) -> Markup:
    """Rows by the CPU time that judging them took."""
    rows: Sequence[Markup] = [
        el(
            "tr",
            el("td", in_short(shown.row.place), class_="mono"),
            el("td", ", ".join(f"{n}: {o.verdict.value}" for n, o in shown.score.outcomes.items())),
            el("td", f"{cpu_ms / 1000:.2f} s", class_="n"),
        )
        for cpu_ms, shown in seen.slowest
    ]
    head = el("tr", el("th", "row"), el("th", "verdicts"), el("th", "CPU time", class_="n"))
    return el("table", el("thead", head), el("tbody", rows))
