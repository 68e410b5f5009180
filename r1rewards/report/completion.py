"""A completion for people: its tags, its thought and its answer marked, its middle left out where it is long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from r1rewards.batch import Score
from r1rewards.report.html import Markup, el
from r1rewards.rewards.spans_of import is_prefilled
from r1rewards.rows import Row, rollout_of
from r1rewards.text.spans import Tags, read_tags, think_span

HEAD, TAIL, AROUND = 700, 700, 350
"""Letters kept at the start, at the end, and on either side of the answer. Real completions run to 100,000."""


def marked(row: Row, score: Score) -> Markup:
    """The completion of a row as one `<pre>`."""
    rollout = rollout_of(row)
    text = rollout.completion
    if not text.strip():
        return el("p", "The completion is empty.", class_="note")
    tags = read_tags(text, rollout.get("tags"))
    answer = answer_span(text, score)
    marks = list(_marks(text, tags, answer, is_prefilled(rollout)))
    pieces: list[Any] = []
    for start, end in _kept(len(text), answer):
        if start:
            pieces.append(el("span", f" … {start - _last_end(pieces):,} letters … ", class_="cut"))
        pieces += _pieces(text, start, end, marks)
        pieces.append(_End(end))
    return el("pre", [piece for piece in pieces if not isinstance(piece, _End)])


class _End(int):
    """Where the last piece that was kept ends."""


def _last_end(pieces: Sequence[Any]) -> int:
    return next((int(piece) for piece in reversed(pieces) if isinstance(piece, _End)), 0)


def answer_span(text: str, score: Score) -> tuple[int, int] | None:
    """(start, end) of the extracted answer: where the reward says it stands, else its last occurrence."""
    answer, span = score.find("answer"), score.find("span")
    if not isinstance(answer, str) or not answer:
        return None
    if span is not None:
        return int(span[0]), int(span[1])
    at = text.rfind(answer)
    return None if at < 0 else (at, at + len(answer))


def _kept(size: int, answer: tuple[int, int] | None) -> list[tuple[int, int]]:
    """The spans of a long text that are shown, in order, touching ones joined."""
    spans = [(0, HEAD), (max(0, size - TAIL), size)]
    if answer is not None:
        start, end = answer
        spans.append((max(0, start - AROUND), min(end, start + AROUND) + AROUND))
    joined: list[tuple[int, int]] = []
    for start, end in sorted((start, min(end, size)) for start, end in spans):
        if joined and start <= joined[-1][1] + 40:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _pieces(
    text: str, start: int, end: int, marks: Sequence[tuple[int, int, str]]
) -> Iterator[Any]:
    """`text[start:end]` cut where a mark begins or ends."""
    edges = {start, end, *(e for a, b, _ in marks for e in (a, b) if start < e < end)}
    for a, b in pairwise(sorted(edges)):
        kinds = [kind for left, right, kind in marks if left <= a and b <= right]
        yield el("span", text[a:b], class_=" ".join(kinds)) if kinds else text[a:b]


def _marks(
    text: str, tags: Tags, answer: tuple[int, int] | None, prefilled: bool
) -> Iterator[tuple[int, int, str]]:
    """(start, end, CSS class) of everything worth a colour."""
    thought = think_span(tags, text, prefilled)
    if thought is not None:
        yield (*thought, "thought")
    for literal in set(tags.layout.literals):
        at = text.find(literal)
        while at >= 0:
            yield at, at + len(literal), "tag"
            at = text.find(literal, at + len(literal))
    if answer is not None:
        yield (*answer, "answer")
