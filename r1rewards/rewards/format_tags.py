"""`format`: whether the completion is laid out as its prompt asked, thinking first and then the answer.

1 where it is well formed, 0 where it is not. Source: the format reward of DeepSeek-R1-Zero (arXiv 2501.12948, section
2.2), which asks for the thinking between `<think>` and `</think>`; the layout with `<answer>` is its prompt template.

style "think_answer": white space, `<think>`, a thought, `</think>`, white space, `<answer>`, an answer, `</answer>`,
                      white space. Each tag exactly once.
style "think":        white space, `<think>`, a thought, `</think>`, an answer (any text). Each think tag exactly once.

A thought or an answer of white space only is none; white space is all that shows nothing, zero-width letters and byte
order marks, too. A tag counts wherever it stands, in code or in quotes, too: whoever
serves the model splits its text at that tag and knows no Markdown. Stop tokens at the end are already gone
(`rollouts.STOP_TOKENS`).

Options, for all or per row: `style`; `prefilled=True` where the chat template has opened the thought (`<think>` is
then put before the completion, so that repeating it is a fault; by default what a prompt given as text ends with);
`tags` (see `text.spans.layout_of`); `allow_empty_think=True`; `partial="tag_count"` (see `_tag_count`).
"""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from r1rewards.errors import BadCallError
from r1rewards.reward import Outcomes, Reward
from r1rewards.rewards.spans_of import flags_of, prefilled_of, tags_of
from r1rewards.verdicts import CODE_OF, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from r1rewards.rollouts import Batch
    from r1rewards.text.spans import Tag, Tags

STYLES = ("think_answer", "think")
PARTIAL = (None, False, "tag_count")


class Fault(NamedTuple):
    """The first rule that a completion breaks: which, of which tag, and at which letter of the completion."""

    rule: str
    tag: str
    at: int


def score_format(batch: Batch) -> Outcomes:
    """1.0 and `well_formed`, or 0.0 (or partial credit) and `malformed`; the detail names the fault and its place."""
    styles = _checked(batch, "style", STYLES, "think_answer")
    partial = _checked(batch, "partial", PARTIAL, None)
    tags, prefilled = tags_of(batch), prefilled_of(batch)
    may_be_empty = [bool(flag) for flag in flags_of(batch, "allow_empty_think")]
    faults = [
        find_fault(*row)
        for row in zip(batch.completions, tags, styles, prefilled, may_be_empty, strict=True)
    ]
    is_well = np.fromiter((fault is None for fault in faults), np.bool_, len(faults))
    rewards = is_well.astype(np.float32)
    for i, credit in enumerate(partial):
        if credit and faults[i]:
            rewards[i] = _tag_count(tags[i], styles[i], prefilled[i])
    _warn_of_prefilled(faults, tags)
    codes = np.where(is_well, CODE_OF[Verdict.WELL_FORMED], CODE_OF[Verdict.MALFORMED])
    return Outcomes(rewards, codes.astype(np.uint8), lambda i: _detail(faults[i], styles[i]))


REWARD = Reward(
    "format",
    score_format,
    options=("style", "prefilled", "tags", "allow_empty_think", "partial"),
)


def find_fault(
    text: str,
    tags: Tags,
    style: str = "think_answer",
    prefilled: bool = False,
    allow_empty_think: bool = False,
) -> Fault | None:
    """The first rule that `text` breaks, or None where it is well formed."""
    opens, closes, layout = tags.think_open, tags.think_close, tags.layout
    if prefilled:
        if layout.is_delimited:
            raise BadCallError(
                f"prefilled=True needs different tags to open and close a thought, not {layout.think_open!r} for both."
            )
        if opens.times:
            return Fault("opened_again", layout.think_open, opens.first)
        start = 0
    else:
        if opens.times != 1:
            return _not_once(opens, layout.think_open)
        start = opens.first + len(layout.think_open)
        if not _is_blank(text, 0, opens.first):
            return Fault("text_before", layout.think_open, 0)
    if closes.times != 1:
        return _not_once(closes, layout.think_close)
    if closes.first < start:
        return Fault("out_of_order", layout.think_close, closes.first)
    if not allow_empty_think and _is_blank(text, start, closes.first):
        return Fault("blank", layout.think_open, start)
    end = closes.first + len(layout.think_close)
    if style == "think":
        return (
            Fault("no_answer", layout.think_close, end) if _is_blank(text, end, len(text)) else None
        )
    return _answer_fault(text, tags, end)


def _answer_fault(text: str, tags: Tags, start: int) -> Fault | None:
    """What is wrong from `start`, the end of the thinking, on."""
    opens, closes, layout = tags.answer_open, tags.answer_close, tags.layout
    if opens.times != 1:
        return _not_once(opens, layout.answer_open)
    if closes.times != 1:
        return _not_once(closes, layout.answer_close)
    inside = opens.first + len(layout.answer_open)
    if opens.first < start:
        return Fault("out_of_order", layout.answer_open, opens.first)
    if closes.first < inside:
        return Fault("out_of_order", layout.answer_close, closes.first)
    if not _is_blank(text, start, opens.first):
        return Fault("text_before", layout.answer_open, start)
    if _is_blank(text, inside, closes.first):
        return Fault("blank", layout.answer_open, inside)
    end = closes.first + len(layout.answer_close)
    return (
        None if _is_blank(text, end, len(text)) else Fault("text_after", layout.answer_close, end)
    )


def _not_once(tag: Tag, literal: str) -> Fault:
    return Fault("repeated", literal, tag.last) if tag.times else Fault("missing", literal, -1)


def _is_blank(text: str, start: int, end: int) -> bool:
    # A look at 32 letters first: slicing out a whole thought to see that it is not blank would copy it.
    if end - start > 32 and text[start : start + 32].strip(_BLANK):
        return False
    return start == end or not text[start:end].strip(_BLANK)


_BLANK = (
    "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
    # Shown as nothing: zero-width spaces and joiners, marks of direction, fillers of Hangul, blank braille, BOM.
    + "\0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    + "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u2800\u3164\ufe0e\ufe0f\ufeff\uffa0"
)


def _tag_count(tags: Tags, style: str, prefilled: bool) -> float:
    """Credit for a malformed completion: 1/(n + 1) for each of the n tags that stands exactly once and in order.

    n is 4 (3 where prefilled) or, in style "think", 2 (1). The last share is for being well formed, so that no
    malformed completion earns 1. In open-r1's `tag_count_reward` it may: text outside the tags costs nothing there.
    """
    wanted = tags[prefilled : 4 if style == "think_answer" else 2]
    good, behind = 0, -1
    for tag in wanted:
        if tag.times == 1 and tag.first > behind:  # type: ignore[union-attr]
            good, behind = good + 1, tag.first  # type: ignore[union-attr]
    return good / (len(wanted) + 1)


def _checked(batch: Batch, name: str, allowed: Sequence[Any], default: Any) -> Sequence[Any]:
    """The column `name`; BadCallError where a value is not one of `allowed`."""
    values = batch.column(name, default)
    if batch.has(name):
        wrong = next((value for value in values if value not in allowed), default)
        if wrong not in allowed:
            known = ", ".join(repr(value) for value in allowed)
            raise BadCallError(f"format: {name}={wrong!r} is not one of {known}.")
    return values


_WHY = {
    "missing": "no {tag}",
    "repeated": "{tag} stands more than once, last at {at}",
    "opened_again": "the prompt has opened the thought, and {tag} opens it again at {at}",
    "text_before": "text before {tag}, from {at}",
    "text_after": "text after {tag}, from {at}",
    "out_of_order": "{tag} at {at} comes too early",
    "blank": "nothing after {tag} at {at}",
    "no_answer": "no answer after {tag}",
}
_HINT = "; where the chat template opens it, say prefilled=True"


def _detail(fault: Fault | None, style: str) -> Mapping[str, Any]:
    if fault is None:
        return {"style": style}
    why = _WHY[fault.rule].format(tag=fault.tag, at=fault.at)
    if fault == Fault("missing", "<think>", -1):
        why += _HINT
    return {"style": style, "fault": fault.rule, "tag": fault.tag, "at": fault.at, "why": why}


def _warn_of_prefilled(faults: Sequence[Fault | None], tags: Sequence[Tags]) -> None:
    """Say it once where a whole batch closes a thought that nobody opened: a run would learn nothing from zeros."""
    if len(faults) >= 8 and all(
        fault is not None
        and fault.rule == "missing"
        and tag.think_close.times
        and not tag.think_open.times
        for fault, tag in zip(faults, tags, strict=True)
    ):
        _warn_once(len(faults))


@functools.lru_cache(maxsize=1)
def _warn_once(size: int) -> None:
    logging.getLogger("r1rewards").warning(
        "format: all %d completions close a thought that they never open. If the chat template opens it, "
        "pass prefilled=True (see docs/format.md).",
        size,
    )
