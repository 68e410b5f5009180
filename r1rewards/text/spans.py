"""Where the thinking and the answer of a completion stand: its tags, found once and shared by every reward.

    tags = read_tags(text)
    text[visible_start(tags):]        # what the reader of the completion sees, where that is not -1

Tags are exact: lower case, no attributes, no white space inside, and code fences hide nothing, because the serving
parsers that split a completion at `</think>` know no Markdown. The text is expected without stop tokens
(`rollouts.strip_stop_tokens`; a `Batch` has done it).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from r1rewards.errors import BadCallError

FEW = 16
LETTERS_PER_CANDIDATE = 256
"""How many `<` are tried one by one: FEW and one per so many letters. A text denser in `<` (C++, or hostile) is read by
one search per tag: a try costs 0.2 us, four searches 2 ns per letter, so this is never over twice the cheaper way."""


class Tag(NamedTuple):
    """One tag in one text: how often it stands there, and where it starts first and last (-1: nowhere)."""

    times: int
    first: int
    last: int


ABSENT = Tag(0, -1, -1)


@dataclass(frozen=True, slots=True)
class Layout:
    """The four literals that mark a thought and an answer. Made by `layout_of`."""

    think_open: str = "<think>"
    think_close: str = "</think>"
    answer_open: str = "<answer>"
    answer_close: str = "</answer>"
    literals: tuple[str, str, str, str] = field(init=False, repr=False, compare=False)
    mark: str | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        literals = (self.think_open, self.think_close, self.answer_open, self.answer_close)
        firsts = {literal[0] for literal in literals}
        # One first letter for all, and four different tags: one pass over that letter finds them.
        one_pass = len(firsts) == 1 and len(set(literals)) == 4
        object.__setattr__(self, "literals", literals)
        object.__setattr__(self, "mark", self.think_open[0] if one_pass else None)

    @property
    def answer_tag(self) -> tuple[str, str]:
        """The literals around an answer."""
        return self.answer_open, self.answer_close

    @property
    def is_delimited(self) -> bool:
        """True where one literal both opens and closes the thought (`|special_token|` of R1's cold start)."""
        return self.think_open == self.think_close


R1 = Layout()
"""`<think>...</think><answer>...</answer>`, the prompt template of DeepSeek-R1-Zero (arXiv 2501.12948, table 1)."""


class Tags(NamedTuple):
    """The tags of one completion."""

    think_open: Tag
    think_close: Tag
    answer_open: Tag
    answer_close: Tag
    layout: Layout = R1


def layout_of(names: str | Sequence[str] | Layout | None = None) -> Layout:
    """The layout a user means.

    None:                    `<think>` and `<answer>`.
    one or two bare names:   `"reasoning"`, `("reasoning", "solution")`: `<reasoning>...</reasoning>`.
    one literal:             `"|special_token|"`: it opens the thought and closes it (DeepSeek-R1's cold-start layout,
                             `|special_token|thought|special_token|summary`).
    two or four literals:    `("[THINK]", "[/THINK]")`, with two more for the answer where it is marked.
    Raises BadCallError for anything else, and for literals of which one contains another.
    """
    if names is None:
        return R1
    if isinstance(names, Layout):
        return names
    if not isinstance(names, (str, Sequence)):
        raise BadCallError(f"tags: names or literals, not {names!r}. {_TAGS_HELP}")
    return _layout((names,) if isinstance(names, str) else tuple(names))


@lru_cache(maxsize=64)
def _layout(names: tuple[str, ...]) -> Layout:
    if not names or not all(isinstance(name, str) and name.strip() for name in names):
        raise BadCallError(f"tags: names or literals, not {names!r}. {_TAGS_HELP}")
    if all(_BARE.fullmatch(name) for name in names) and len(names) <= 2:
        literals = [part for name in names for part in (f"<{name}>", f"</{name}>")]
    elif len(names) in {1, 2, 4} and not any(_BARE.fullmatch(name) for name in names):
        literals = list(names) * (2 if len(names) == 1 else 1)
    else:
        raise BadCallError(f"tags: cannot read {names!r} as tags. {_TAGS_HELP}")
    layout = Layout(*literals)
    distinct = set(layout.literals)
    nested = [(a, b) for a in distinct for b in distinct if a != b and a in b]
    if nested:
        raise BadCallError(f"tags: {nested[0][0]!r} is part of {nested[0][1]!r}: choose others.")
    if layout.answer_open == layout.answer_close or len(distinct) < 4 - layout.is_delimited:
        raise BadCallError(f"tags: a literal of {names!r} stands for two things. {_TAGS_HELP}")
    return layout


_BARE = re.compile(r"[A-Za-z][\w:.-]*")
_TAGS_HELP = (
    'Give one or two names ("reasoning" or ("think", "answer")), one literal that opens and closes the thought '
    '("|special_token|"), or two or four literals (("[THINK]", "[/THINK]")).'
)


def read_tags(text: str, names: str | Sequence[str] | Layout | None = None) -> Tags:
    """The tags of `text`, by one pass over the `<` (linear: see `LETTERS_PER_CANDIDATE`)."""
    layout = R1 if names is None else layout_of(names)
    mark, literals = layout.mark, layout.literals
    if mark is None:
        return _search_each(text, layout)
    find, is_at = text.find, text.startswith
    at = find(mark)
    if at < 0 and layout is R1:
        return _NO_TAGS
    found = []
    for literal in literals:  # nearly always in this order, each once
        if at < 0 or not is_at(literal, at):
            break
        found.append(_new(Tag, (1, at, at)))
        at = find(mark, at + 1)
    found += [ABSENT] * (4 - len(found))
    for _ in range(FEW + len(text) // LETTERS_PER_CANDIDATE):
        if at < 0:
            return _new(Tags, (*found, layout))
        if is_at(literals, at):
            which = [is_at(literal, at) for literal in literals].index(True)
            times, first, _ = found[which]
            found[which] = _new(Tag, (times + 1, first if times else at, at))
        at = find(mark, at + 1)
    return _search_each(text, layout)


_NO_TAGS = Tags(ABSENT, ABSENT, ABSENT, ABSENT)
_new = tuple.__new__  # a NamedTuple's own constructor costs twice as much


def _search_each(text: str, layout: Layout) -> Tags:
    """The same, by one search per literal."""
    think_open, think_close, answer_open, answer_close = (
        _search(text, literal) for literal in layout.literals
    )
    if layout.is_delimited:
        think_open, think_close = _alternate(text, think_open, layout.think_open)
    return Tags(think_open, think_close, answer_open, answer_close, layout)


def _search(text: str, literal: str) -> Tag:
    first = text.find(literal)
    if first < 0:
        return ABSENT
    return Tag(text.count(literal, first), first, text.rfind(literal))


def _alternate(text: str, every: Tag, literal: str) -> tuple[Tag, Tag]:
    """A delimiter read in turn as opening and closing: its 1st, 3rd ... and its 2nd, 4th ... occurrence."""
    if every.times < 2:
        return every, ABSENT
    second = text.find(literal, every.first + len(literal))
    before_last = text.rfind(literal, 0, every.last)
    opens, closes = (every.times + 1) // 2, every.times // 2
    last_open, last_close = (
        (every.last, before_last) if every.times % 2 else (before_last, every.last)
    )
    return Tag(opens, every.first, last_open), Tag(closes, second, last_close)


def visible_start(tags: Tags, prefilled: bool = False) -> int:
    """Where the text after the thinking begins: after the last `</think>`; 0 where there is no thinking at all.

    -1 where the thought never closes, or a new one opens after the last `</think>`: nothing is visible.
    prefilled: the prompt's template has already opened the thought.
    """
    close = tags.think_close.last
    if close < 0:
        return -1 if prefilled or tags.think_open.times else 0
    if tags.think_open.last > close:
        return -1
    return close + len(tags.layout.think_close)


def read_visible(
    text: str, layout: Layout = R1, prefilled: bool = False
) -> tuple[int, tuple[str, str] | None]:
    """`visible_start`, and the literals around an answer where one opens there (None where none does).

    Read from the end: where the thought closes, it is not looked at. One pass over all where there are no tags.
    """
    mark = layout.mark
    if mark is None:
        return visible_in(_search_each(text, layout), prefilled)
    at = text.rfind(mark)
    if at < 0:
        return (-1, None) if prefilled else (0, None)
    tag = None
    for _ in range(FEW + len(text) // LETTERS_PER_CANDIDATE):
        if text.startswith(layout.think_close, at):
            return at + len(layout.think_close), tag
        if text.startswith(layout.think_open, at):
            return -1, None
        if text.startswith(layout.answer_open, at):
            tag = layout.answer_tag
        at = text.rfind(mark, 0, at)
        if at < 0:
            return (-1, None) if prefilled else (0, tag)
    return visible_in(_search_each(text, layout), prefilled)


def visible_in(tags: Tags, prefilled: bool = False) -> tuple[int, tuple[str, str] | None]:
    """What `read_visible` finds, of tags that were read for something else."""
    start = visible_start(tags, prefilled)
    return start, None if tags.answer_open.last < start or start < 0 else tags.layout.answer_tag


def think_span(tags: Tags, text: str, prefilled: bool = False) -> tuple[int, int] | None:
    """(start, end) of the thinking, tags left out; None where there is none.

    From the first `<think>` (or the start of the text, where it is prefilled or only closed) to the last `</think>`
    (or the end of the text, where the thought is open at the end): a second thought is thinking, too.
    """
    start = 0 if prefilled else tags.think_open.first + len(tags.layout.think_open)
    close = tags.think_close.last
    if tags.think_open.times == 0 and not prefilled:
        return None if close < 0 else (0, close)
    if close < 0 or tags.think_open.last > close:
        return start, len(text)
    return min(start, close), close


def answer_span(tags: Tags, text: str, prefilled: bool = False) -> tuple[int, int] | None:
    """(start, end) of the answer; None where nothing is visible (`visible_start` is -1).

    The last `<answer>` after the thinking, to its `</answer>` or the end of the text; the whole visible text where no
    `<answer>` stands in it.
    """
    start = visible_start(tags, prefilled)
    if start < 0:
        return None
    if tags.answer_open.last < start:
        return start, len(text)
    start = tags.answer_open.last + len(tags.layout.answer_open)
    close = text.find(tags.layout.answer_close, start)
    return start, close if close >= 0 else len(text)
