r"""What in a thought is no natural language: formulas, code, addresses, tags.

Masked are: fenced code; inline code and `$...$` that close on their line; `$$...$$`, `\(...\)`, `\[...\]`;
mathematical environments; web and mail addresses; tags such as `<b>`.
What only hides in a mask: `hiding`.
"""

from __future__ import annotations

import re
import string
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from r1rewards.text.scripts import BACKSLASH, BACKTICK, DIGIT, DOLLAR, NEWLINE, SPACE

if TYPE_CHECKING:
    from r1rewards.text.letters import Letters, Units

FORMULA, CODE, INLINE_CODE, ADDRESS, TAG = range(5)
LONGEST_ADDRESS = 300
"""Letters of an address or a tag at most: longer ones are text."""

MATH_ENVIRONMENTS = frozenset({
    "equation", "align", "gather", "multline", "eqnarray", "alignat", "flalign", "aligned", "gathered", "split",
    "cases", "dcases", "array", "matrix", "pmatrix", "bmatrix", "vmatrix", "Vmatrix", "Bmatrix", "smallmatrix", "math",
    "displaymath", "subequations", "tikzpicture", "asy",
})  # fmt: skip


Positions = npt.NDArray[np.intp]


class Span(NamedTuple):
    """text[start:end] is masked, for being what `kind` says."""

    start: int
    end: int
    kind: int


class Masks(NamedTuple):
    """The masked spans of a text, in order and disjoint: three arrays of one length."""

    starts: Positions
    ends: Positions
    kinds: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, spans: list[Span]) -> Masks:
        """From spans in order."""
        columns = np.array(spans, np.intp).reshape(-1, 3)
        return cls(columns[:, 0].copy(), columns[:, 1].copy(), columns[:, 2].astype(np.uint8))


def find_masks(letters: Letters, marks: Positions, stops: Positions) -> Masks:
    """The masked spans of one or more texts; none leaves its text. Linear in their length.

    marks: where backslashes, dollars and backticks stand. stops: where new lines and some others stand.
    """
    text, units = letters.text, letters.units
    lines = stops[units.take(stops) == ord("\n")]
    masked = _formulas_and_code(letters, lines, marks) if marks.size else NO_MASKS
    others = [*_tags(text), *_web_addresses(text, units), *_mail_addresses(text)]
    return _merged(masked, sorted(others)) if others else masked


def _merged(masked: Masks, others: list[Span]) -> Masks:
    """Both, those left out that begin inside of another. No two begin at one place."""
    starts, ends = masked.starts.tolist(), masked.ends.tolist()
    keep = np.ones(len(starts), np.bool_)
    kept: list[Span] = []
    for span in others:
        i = bisect_left(starts, span.start)
        if kept and span.start < kept[-1].end:
            continue
        if i and keep[i - 1] and ends[i - 1] > span.start:
            continue
        kept.append(span)
        keep[i : bisect_left(starts, span.end)] = False
    left = Masks(masked.starts[keep], masked.ends[keep], masked.kinds[keep])
    return _in_order(left, Masks.of(kept))


def _in_order(one: Masks, other: Masks) -> Masks:
    starts = np.concatenate([one.starts, other.starts])
    order = np.argsort(starts, kind="stable")
    ends = np.concatenate([one.ends, other.ends])
    kinds = np.concatenate([one.kinds, other.kinds])
    return Masks(starts.take(order), ends.take(order), kinds.take(order))


NO_MASKS = Masks(np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0, np.uint8))

_ROLES = np.zeros((3, 128), np.uint8)
"""What a mark is by the letter behind it: 0 nothing, 1-4 an opener, 128 more its closer, else ODD: look closer."""
_ODD = 255
_ROLES[0, [ord(c) for c in "()[]"]] = 1, 129, 2, 130
_ROLES[0, [ord(c) for c in "b$"]] = _ODD  # \\begin, \\$
_ROLES[1], _ROLES[1, ord("$")] = 3, _ODD  # $, $$
_ROLES[2], _ROLES[2, ord("`")] = 4, _ODD  # `, ```
_DISPLAY = 5  # $$, where no third dollar stands beside it
_CLOSER_LETTERS = np.array([0, 2, 2, 1, 1, 2])
_KINDS = np.array([0, FORMULA, FORMULA, FORMULA, INLINE_CODE, FORMULA], np.uint8)


def _formulas_and_code(letters: Letters, lines: Positions, marks: Positions) -> Masks:
    """Formulas and code: at each mark outside of a span, what opens there.

    First as if code blocks went from fence to fence and two dollars stood for one mark. Where that does not work out,
    because a formula goes on into a block or ends with the first of two dollars, all over again, mark by mark.
    """
    blocks = _blocks(letters, marks)
    outside = marks
    if blocks.starts.size:
        before = blocks.starts.searchsorted(marks, "right") - 1
        outside = marks[(before < 0) | (marks >= blocks.ends.take(before))]
    masked = _delimited(letters, lines, outside, display=True)
    dollars = letters.units.take(masked.ends) == ord("$")
    dollars &= letters.units.take(masked.ends - 1) == ord("$")
    if blocks.starts.size:
        masked = _in_order(masked, blocks)
    if dollars.any() or (masked.starts[1:] < masked.ends[:-1]).any():
        return _delimited(letters, lines, marks, display=False)
    return masked


def _blocks(letters: Letters, marks: Positions) -> Masks:
    """From each fence of three backticks to the next of its text or the end; none where there are longer fences."""
    ticks = marks[letters.kinds.take(marks) == BACKTICK]
    if ticks.size < 3:
        return NO_MASKS
    edges = np.concatenate([[0], (ticks[1:] != ticks[:-1] + 1).nonzero()[0] + 1, [ticks.size]])
    lengths = edges[1:] - edges[:-1]
    if lengths.max() != 3:
        return NO_MASKS
    fences = ticks.take(edges[:-1][lengths == 3])
    bounds = np.array(letters.bounds)
    text = bounds.searchsorted(fences, "right") - 1
    rank = np.arange(fences.size) - fences.searchsorted(bounds).take(text)
    opens = (rank % 2 == 0).nonzero()[0]
    ends = bounds.take(text.take(opens) + 1) - 1
    closes = np.minimum(opens + 1, fences.size - 1)
    closed = (text.take(closes) == text.take(opens)) & (closes > opens)
    ends[closed] = fences.take(closes[closed]) + 3
    return Masks(fences.take(opens), ends, np.full(opens.size, CODE, np.uint8))


def _delimited(letters: Letters, lines: Positions, marks: Positions, *, display: bool) -> Masks:
    """What opens at `marks`, one after the other. display: two dollars are one mark.

    Mostly an opener is followed by its closer: such pairs are taken in one stride. `_Opener` looks at the others.
    """
    marks, role = _roles(letters, marks, display=display)
    if not marks.size:
        return NO_MASKS
    is_pair = _are_pairs(letters, lines, marks, role)
    if len(letters.bounds) > 2:
        last = marks.searchsorted(letters.bounds[1:-1]) - 1  # of each text, or of one before it
        is_pair[last[last >= 0]] = False
    if is_pair[::2].all():
        return _pairs(marks[::2], marks[1::2], role[::2])
    strides, odd = _strides(letters, marks, is_pair)
    first = np.concatenate([np.arange(a, b, 2) for a, b in strides]) if strides else marks[:0]
    pairs = _pairs(marks.take(first), marks.take(first + 1), role.take(first))
    return _in_order(pairs, Masks.of(odd)) if odd else pairs


def _pairs(opens: Positions, closes: Positions, roles: npt.NDArray[np.uint8]) -> Masks:
    """The masks that marks of such `roles` open and the marks behind them close."""
    return Masks(opens, closes + _CLOSER_LETTERS.take(roles), _KINDS.take(roles))


def _roles(
    letters: Letters, marks: Positions, *, display: bool
) -> tuple[Positions, npt.NDArray[np.uint8]]:
    """The marks that do something, and what: see `_ROLES`."""
    units, kind = letters.units, letters.kinds.take(marks)
    role = _ROLES[kind - BACKSLASH, np.minimum(units.take(marks + 1), 127)]
    odd = (role == _ODD).nonzero()[0]
    if odd.size:
        place, of = marks.take(odd), kind.take(odd)
        # \b is \begin, or \boxed, \binom, \beta
        is_begin = units.take(place + 3, mode="clip") == ord("g")
        is_begin |= units.take(place + 1) == ord("$")
        role[odd[(of == BACKSLASH) & ~is_begin]] = 0
        before, third = units.take(place - 1), units.take(place + 2, mode="clip")
        is_display = (of == DOLLAR) & (third != ord("$")) & display
        is_display &= (before != ord("$")) & (before != ord("\\"))
        role[odd[is_display]] = _DISPLAY
        role[odd[is_display] + 1] = 0
    at = role.nonzero()[0]
    return marks.take(at), role.take(at)


def _are_pairs(
    letters: Letters, lines: Positions, marks: Positions, role: npt.NDArray[np.uint8]
) -> npt.NDArray[np.bool_]:
    """(marks,) True where a mark opens what the next mark closes. Dollars: as `_Opener._dollar` says."""
    kinds = letters.kinds
    opens, closes = role[:-1], role[1:]
    is_pair = np.zeros(role.size, np.bool_)
    is_pair[:-1] = (opens <= _DISPLAY) & (closes == opens + (opens <= 2) * np.uint8(128))
    at = (is_pair & (role > 2) & (role < _DISPLAY)).nonzero()[0]
    if at.size:
        first, last = marks.take(at), marks.take(at + 1)
        same_line = lines.searchsorted(first) == lines.searchsorted(last)
        is_pair[at] = same_line
        dollars = same_line & (role.take(at) == 3)
        at, first, last = at[dollars], first[dollars], last[dollars]
        spaced = (kinds.take(first + 1) - np.uint8(SPACE)) < 2
        spaced |= (kinds.take(last - 1) - np.uint8(SPACE)) < 2
        priced = kinds.take(last + 1) == DIGIT
        is_pair[at] = ~(spaced | priced | (last == first + 1))
    return is_pair


def _strides(
    letters: Letters, marks: Positions, is_pair: npt.NDArray[np.bool_]
) -> tuple[list[tuple[int, int]], list[Span]]:
    """Ranges of marks that are pairs, and the spans that others open."""
    # Lists and `bisect`: looking one number up in an array costs ten times as much.
    places = marks.tolist()
    broken = [((~is_pair[parity::2]).nonzero()[0] * 2 + parity).tolist() for parity in (0, 1)]
    strides: list[tuple[int, int]] = []
    odd: list[Span] = []
    opener = _Opener(letters)
    i, count = 0, len(places)
    while i < count:
        stops = broken[i & 1]
        nearest = bisect_left(stops, i)
        stop = stops[nearest] if nearest < len(stops) else count + (count - i) % 2
        if stop > i:
            strides.append((i, stop))
            i = stop
            continue
        span = opener.span_at(places[i])
        if span is not None:
            odd.append(span)
        end = span.end if span is not None else opener.skip_to
        i = max(i + 1, bisect_left(places, end))
    return strides, odd


NO_DELIMITER = 6
"""So many dollars or backticks in a row delimit nothing."""

_RUN = re.compile(r"\$+|`+")


class _Opener:
    """What opens at a mark. Remembers which closers do not come any more, so that all searches together are linear."""

    def __init__(self, letters: Letters) -> None:
        self.text, _, self.kinds, self.bounds = letters
        self.end = 0  # of the text that is being read, where its last new line stands
        self.skip_to = 0
        self._gone: set[str] = set()
        self._newline = -1

    def span_at(self, at: int) -> Span | None:
        text = self.text
        if at >= self.end:
            self.end = self.bounds[bisect_right(self.bounds, at)] - 1
            self._gone.clear()
        mark = text[at]
        if mark == "\\":
            return self._command(at, text[at + 1 : at + 2])
        run = _RUN.match(text, at)
        if run and run.end() - at >= NO_DELIMITER:
            return Span(at, run.end(), INLINE_CODE)
        if mark == "$":
            return self._dollar(at)
        if text.startswith("```", at):
            close = self._close("```", at + 3)
            return Span(at, close if close >= 0 else self.end, CODE)
        close = text.find("`", at + 1, self._line_end(at))
        return None if close < 0 else Span(at, close + 1, INLINE_CODE)

    def _close(self, closer: str, start: int) -> int:
        """The end of the next `closer`, or -1."""
        if closer in self._gone:
            return -1
        found = self.text.find(closer, start, self.end)
        if found < 0:
            self._gone.add(closer)
            return -1
        return found + len(closer)

    def _line_end(self, at: int) -> int:
        if self._newline < at:
            self._newline = self.text.find("\n", at)
        return self._newline

    def _command(self, at: int, following: str) -> Span | None:
        if following == "(":
            close = self._close("\\)", at + 2)
        elif following == "[":
            close = self._close("\\]", at + 2)
        elif following == "b" and self.text.startswith("begin{", at + 1):
            name = self.text[at + 7 : at + 32].partition("}")[0]
            if name.rstrip("*") not in MATH_ENVIRONMENTS:
                return None
            close = self._close(f"\\end{{{name}}}", at + 7)
        else:
            if following == "$":  # \$ is a dollar, not a delimiter
                self.skip_to = at + 2
            return None
        return None if close < 0 else Span(at, close, FORMULA)

    def _dollar(self, at: int) -> Span | None:
        """`$$...$$`, or `$...$` on one line.

        As in Pandoc, an opening `$` has no space after it, a closing one none before it and no digit after it:
        "$5 and $16" are prices.
        """
        text = self.text
        if text.startswith("$$", at):
            close = self._close("$$", at + 2)
            self.skip_to = at + 2
            return None if close < 0 else Span(at, close, FORMULA)
        close = text.find("$", at + 1, self._line_end(at))
        if close < 0 or self._is_space(at + 1) or self._is_space(close - 1):
            return None
        return None if self.kinds[close + 1] == DIGIT else Span(at, close + 1, FORMULA)

    def _is_space(self, at: int) -> bool:
        return self.kinds[at] in {SPACE, NEWLINE}


_TAG = re.compile(rf"</?[A-Za-z][^<>\n]{{0,{LONGEST_ADDRESS}}}>")
_WEB = re.compile(rf"(?:https?://|www\.)[!-~]{{1,{LONGEST_ADDRESS}}}")
_MAIL_LETTERS = string.ascii_letters + string.digits + ".+_-"
_MAIL_RIGHT = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")


def _tags(text: str) -> list[Span]:
    if "<" not in text:
        return []
    return [Span(*found.span(), TAG) for found in _TAG.finditer(text)]


def _web_addresses(text: str, units: Units) -> list[Span]:
    # Two slashes or two w in a row are rare in any language, and seen much faster than "://" or "www." is found.
    at = _doubles(units, "/")
    colons = at[units.take(at - 1) == ord(":")].tolist()
    begins = [i - 5 for i in colons if text[max(i - 5, 0) : i] == "http:"]
    begins += [i - 6 for i in colons if text[max(i - 6, 0) : i] == "https:"]
    at = _doubles(units, "w")
    begins += at[units.take(at + 3, mode="clip") == ord(".")].tolist()
    spans: list[Span] = []
    for begin in sorted(begins):
        found = _WEB.match(text, begin)
        if found and (not spans or begin >= spans[-1].end):
            spans.append(Span(*found.span(), ADDRESS))
    return spans


def _doubles(units: Units, letter: str) -> Positions:
    """Where `letter` stands twice."""
    at = units == ord(letter)
    places: Positions = (at[1:] & at[:-1]).nonzero()[0]
    return places


def _mail_addresses(text: str) -> list[Span]:
    spans: list[Span] = []
    at = text.find("@")
    while at >= 0:
        before = text[max(at - 64, spans[-1].end if spans else 0) : at]
        left = len(before) - len(before.rstrip(_MAIL_LETTERS))
        right = _MAIL_RIGHT.match(text, at + 1) if left else None
        if right:
            spans.append(Span(at - left, right.end(), ADDRESS))
        at = text.find("@", right.end() if right else at + 1)
    return spans
