"""The sections that `r1rewards explain` prints: the text with its marks, then each reward in turn."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from r1rewards.answers import Options
from r1rewards.answers.nodes import Node
from r1rewards.answers.references import reference_key, reference_of
from r1rewards.answers.trace import Trace, trace
from r1rewards.batch import Scores
from r1rewards.rewards.spans_of import is_prefilled
from r1rewards.rollouts import prompt_text
from r1rewards.rows import Row, rollout_of
from r1rewards.text.spans import read_tags, think_span
from r1rewards.verdicts import Outcome, Verdict

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text
    from rich.tree import Tree

LONGEST = 6000
"""Letters of a completion that are printed without --full: its start, its end, and what is around the answer."""


class Explained:
    """One scored row, explained."""

    def __init__(self, row: Row, scores: Scores, *, is_full: bool = False) -> None:
        self.row, self.scores, self.is_full = row, scores, is_full
        self.columns, self.score = row.columns, scores[0]
        rollout = rollout_of(row)
        self.text = rollout.completion
        self.tags = read_tags(self.text, rollout.get("tags"))
        self.is_prefilled = is_prefilled(rollout)

    def as_text(self) -> str:
        """All sections, coloured where standard output is a terminal."""
        from rich.console import Console

        console = Console(highlight=False, width=None if sys.stdout.isatty() else 100)
        with console.capture() as capture:
            self._head(console)
            self._completion(console)
            for name, outcome in self.score.outcomes.items():
                console.print(f"\n[bold]{name}[/bold]: {_verdict(outcome)}")
                self._reward(console, outcome)
            self._total(console)
        return capture.get().rstrip("\n")

    def _head(self, console: Console) -> None:
        from rich.text import Text

        console.print(Text(self.row.place, style="bold"))
        prompt = prompt_text(self.row.prompt)
        if prompt:
            console.print(Text(f"prompt: {_cut(prompt)}"))
        if self.row.reference is not None:
            console.print(Text(f"reference: {_cut(str(self.row.reference))}"))

    # The text.

    def _completion(self, console: Console) -> None:
        from rich.rule import Rule

        console.print(Rule(f"completion, {len(self.text):,} letters", align="left"))
        marked = self._marked()
        for part in self._parts():
            if part.start:
                console.print(f"[dim]... from letter {part.start:,}:[/dim]")
            console.print(marked[part.start : part.stop], soft_wrap=True)
        console.print(Rule())
        tags = self.tags
        found = (tags.think_open, tags.think_close, tags.answer_open, tags.answer_close)
        for literal, tag in zip(tags.layout.literals, found, strict=True):
            places = f"{tag.times}x, first at {self._at(tag.first)}" if tag.times else "absent"
            console.print(_plain(f"{literal:>12} {places}"))
        if self.is_prefilled:
            console.print("the prompt has opened the thought (prefilled)")

    def _marked(self) -> Text:
        """The completion with thought, tags, answer and foreign words in colours."""
        from rich.text import Text

        text = Text(self.text)
        thought = think_span(self.tags, self.text, self.is_prefilled)
        if thought is not None:
            text.stylize("dim", *thought)
        for literal in set(self.tags.layout.literals):
            for at in _places(self.text, literal):
                text.stylize("not dim bold blue", at, at + len(literal))
        language = self.score.outcomes.get("language")
        for run in language.detail.get("foreign", ()) if language else ():
            text.stylize("not dim red underline", run["start"], run["end"])
        span = self._answer_span()
        if span is not None:
            text.stylize("not dim black on yellow", *span)
        return text

    def _parts(self) -> list[slice]:
        """What of a long completion is printed."""
        size = len(self.text)
        if self.is_full or size <= LONGEST:
            return [slice(0, size)]
        third = LONGEST // 3
        start, end = self._answer_span() or (size, size)
        around = (max(third, start - third // 2), min(size, end + third // 2))
        if around[1] >= size - third:
            return [slice(0, third), slice(min(around[0], size - third), size)]
        return [slice(0, third), slice(*around), slice(size - third, size)]

    def _answer_span(self) -> tuple[int, int] | None:
        span: tuple[int, int] | None = self.score.find("span")
        return span

    def _at(self, place: int) -> str:
        """`letter 88 (line 3, column 12)`."""
        before = self.text[:place]
        line, column = before.count("\n") + 1, place - (before.rfind("\n") + 1) + 1
        return f"letter {place} (line {line}, column {column})"

    # The rewards.

    def _reward(self, console: Console, outcome: Outcome) -> None:
        """Why this verdict: what its detail knows."""
        detail = outcome.detail
        for key in ("why", "reason", "error", "note"):
            if detail.get(key):
                console.print(_plain(f"  {detail[key]}"), soft_wrap=True)
        if "answer" in detail or "rung" in detail:
            self._math(console, detail)
        elif "tests" in detail or "first_failure" in detail:
            _code(console, detail)
        elif "languages" in detail:
            self._language(console, detail)
        else:
            for key, value in detail.items():
                if key not in {"why", "reason", "error", "note"}:
                    console.print(_plain(f"  {key}: {_cut(str(value))}"), soft_wrap=True)

    def _math(self, console: Console, detail: Mapping[str, Any]) -> None:
        answer = detail.get("answer")
        if answer is None:
            console.print("  no answer was found after the thinking")
            return
        span = detail.get("span")
        console.print(_plain(f"  answer: {answer}"), soft_wrap=True)
        if span:
            console.print(f"  at {self._at(span[0])}")
            _excerpt(console, self.text, *span)
        if len(detail.get("boxes") or ()) > 1:
            console.print(_plain(f"  offered together: {'; '.join(detail['boxes'])}"))
        key = reference_key(self.row.reference)
        if key is not None:
            _ladder(console, trace(answer, reference_of(key), self._options()))

    def _options(self) -> Options:
        names = {field.name for field in fields(Options)} & self.columns.keys()
        return Options(**{name: self.columns[name] for name in names})

    def _language(self, console: Console, detail: Mapping[str, Any]) -> None:
        from rich.text import Text

        console.print(
            _plain(f"  target {detail.get('target')} (from {detail.get('target_from')})"),
            _plain(f"words: {detail.get('words_in_target')} in it, {detail.get('words_foreign')} in others"),
        )  # fmt: skip
        for name, words in dict(detail.get("languages") or {}).items():
            console.print(_plain(f"    {name}: {words}"))
        for run in detail.get("foreign") or ():
            shown = Text(f"  {run['language']:>4} at {self._at(run['start'])}: ")
            console.print(shown.append(_cut(run["text"], 80), style="red underline"))

    def _total(self, console: Console) -> None:
        from rich.table import Table

        table = Table("reward", box=None, pad_edge=False)
        for head in ("verdict", "number", "weight"):
            table.add_column(head, justify="right" if head != "verdict" else "left")
        weights = self.scores.weights.tolist()
        for (name, outcome), weight in zip(self.score.outcomes.items(), weights, strict=True):
            table.add_row(name, outcome.verdict.value, _number(outcome.reward), f"{weight:g}")
        table.add_row("total", "", _number(self.score.total), "")
        console.print()
        console.print(table)


# Mathematics.


def _excerpt(console: Console, text: str, start: int, end: int) -> None:
    """The line in which the answer stands, with a marker under it."""
    left = max(text.rfind("\n", 0, start) + 1, start - 40)
    right = text.find("\n", end)
    line = text[left : min(right if right >= 0 else len(text), end + 30)].partition("\n")[0]
    console.print(_plain(f"    {line}"), soft_wrap=True, no_wrap=True)
    width = max(1, min(end, left + len(line)) - start)
    console.print(_plain(f"    {' ' * _cells(text[left:start])}{'^' * width}"), soft_wrap=True)


def _cells(text: str) -> int:
    """Columns of a terminal that `text` takes: Chinese characters take two."""
    from rich.cells import cell_len

    return cell_len(text)


def _ladder(console: Console, found: Trace) -> None:
    """Both trees, then each rung and what it said."""
    from rich.columns import Columns

    trees = [_tree("answer", found.answer), _tree("reference", found.reference)]
    console.print(Columns(trees, padding=(0, 6)))
    for step in found.steps:
        word, color = _WORDS[step.same]
        said = f"  rung {step.rung:9} [{color}]{word:9}[/{color}]"
        console.print(said, _plain(step.why), soft_wrap=True)


_WORDS = {True: ("same", "green"), False: ("different", "red"), None: ("undecided", "yellow")}


def _tree(name: str, node: Node | str) -> Tree:
    """A node as a tree: its kind, its plain fields, then the nodes below."""
    from rich.tree import Tree

    tree = Tree(f"  [bold]{name}[/bold]")
    if isinstance(node, str):
        tree.add(_plain(node))
    else:
        _grow(tree, node, 0)
    return tree


def _grow(tree: Tree, node: Any, depth: int) -> None:
    values = {field.name: getattr(node, field.name) for field in fields(node)}
    below = [child for value in values.values() for child in _nodes(value)]
    plain = {k: v for k, v in values.items() if v is not None and v != () and not any(_nodes(v))}
    said = ", ".join(f"{v}" if len(values) == 1 else f"{k}={v}" for k, v in plain.items())
    branch = tree.add(_plain(f"{type(node).__name__} {_cut(said, 60)}".strip()))
    if depth > 12:  # deeper trees are printed by nobody's wish
        branch.add("...")
        return
    for child in below[:40]:
        _grow(branch, child, depth + 1)


def _nodes(value: Any) -> Iterator[Node]:
    """The nodes in a field: itself, or those in its tuples."""
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _nodes(part)


# Code.


def _code(console: Console, detail: Mapping[str, Any]) -> None:
    """What each test did, and how the first failure differs from what was expected."""
    from rich.table import Table

    said = f"  {detail.get('passed', 0)} of {detail.get('total', '?')} tests passed"
    console.print(
        _plain(f"{said}, {detail.get('language', '?')}, trust {detail.get('trust', '?')}")
    )
    table = Table("test", "verdict", box=None, pad_edge=False)
    for head in ("CPU ms", "memory MB", "exit"):
        table.add_column(head, justify="right")
    tests: Sequence[Mapping[str, Any]] = detail.get("tests") or ()
    for i, test in enumerate(tests[:40]):
        end = test.get("exit_code", test.get("signal", ""))
        table.add_row(
            str(i), str(test["verdict"]), str(test.get("cpu_ms", "")), str(test.get("memory_mb", "")), str(end)
        )  # fmt: skip
    if tests:
        console.print(table)
    if len(tests) > 40:
        console.print(f"  ... and {len(tests) - 40} more tests")
    failure = detail.get("first_failure")
    if failure:
        _failure(console, failure)


def _failure(console: Console, failure: Mapping[str, Any]) -> None:
    from rich.text import Text

    console.print(f"  first failure: test {failure.get('test')}")
    if "expected" in failure:
        wanted = str(failure["expected"]).splitlines()
        got = str(failure.get("got", "")).splitlines()
        styles = {"-": "green", "+": "red"}
        for line in difflib.unified_diff(wanted, got, "expected", "got", lineterm="", n=2):
            console.print(Text(f"    {line}", style=styles.get(line[:1], "")), soft_wrap=True)
    elif failure.get("got"):
        console.print(_plain(f"    got: {failure['got']}"), soft_wrap=True)
    if failure.get("stderr"):
        console.print(_plain(f"    stderr: {failure['stderr']}"), soft_wrap=True)


# Words.


def _verdict(outcome: Outcome) -> str:
    good = outcome.verdict in {Verdict.CORRECT, Verdict.WELL_FORMED}
    color = "green" if good else "red" if outcome.verdict.is_scored else "magenta"
    color = "cyan" if outcome.verdict is Verdict.MEASURED else color
    return f"[{color}]{outcome.verdict.value}[/{color}] ({_number(outcome.reward)})"


def _number(number: float | None) -> str:
    return "unscored" if number is None else f"{number:.4g}"


def _plain(text: str) -> Text:
    """Text that is not markup, whatever it holds."""
    from rich.text import Text

    return Text(text)


def _cut(text: str, longest: int = 300) -> str:
    return text if len(text) <= longest else f"{text[:longest]}... ({len(text):,} letters)"


def _places(text: str, literal: str) -> Iterator[int]:
    at = text.find(literal)
    while at >= 0:
        yield at
        at = text.find(literal, at + len(literal))
