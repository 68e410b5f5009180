r"""What in a thought is no natural language: formulas, code, addresses, tags; and what only pretends to be that.

Masked are: fenced code; inline code and `$...$` that close on their line; `$$...$$`, `\(...\)`, `\[...\]`;
mathematical environments; web and mail addresses; tags such as `<b>`.

A mask is the best place to hide from a reward that counts words, so a masked span counts as text where it
- has 5 plain words in a row, or 6 letters in a row of a script without spaces, or (formulas) 8 plain words in all;
- is a code block more than half of whose words stand in lines of prose.
Source of the rule: measured hacks; every checker that only strips formulas pays in full for a thought inside `$...$`.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from r1rewards.text.scripts import BACKSLASH, BACKTICK

if TYPE_CHECKING:
    from r1rewards.text.scripts import Bytes

FORMULA, CODE, INLINE_CODE, ADDRESS, TAG = range(5)
PLAIN_WORDS_IN_A_ROW = 5
UNSPACED_LETTERS_IN_A_ROW = 6
PLAIN_WORDS_IN_A_FORMULA = 8
LONGEST_ADDRESS = 300
"""Letters of an address or a tag at most: longer ones are text."""

MATH_ENVIRONMENTS = frozenset({
    "equation", "align", "gather", "multline", "eqnarray", "alignat", "flalign", "aligned", "gathered", "split",
    "cases", "dcases", "array", "matrix", "pmatrix", "bmatrix", "vmatrix", "Vmatrix", "Bmatrix", "smallmatrix", "math",
    "displaymath", "subequations", "tikzpicture", "asy",
})  # fmt: skip


class Span(NamedTuple):
    """text[start:end] is masked, for being what `kind` says."""

    start: int
    end: int
    kind: int


def find_masks(text: str, kinds: Bytes) -> list[Span]:
    """The masked spans, in order and disjoint. Linear in the length of `text`."""
    spans = _delimited(text, kinds)
    others = [*_tags(text), *_web_addresses(text), *_mail_addresses(text)]
    if not others:
        return spans
    merged: list[Span] = []
    for span in sorted(spans + others):
        if not merged or span.start >= merged[-1].end:
            merged.append(span)
    return merged


def _delimited(text: str, kinds: Bytes) -> list[Span]:
    """Formulas and code: at each `$`, backtick and backslash outside of a span, what opens there."""
    marks = np.flatnonzero((kinds - np.uint8(BACKSLASH)) <= BACKTICK - BACKSLASH)
    if not marks.size:
        return []
    spans: list[Span] = []
    opener = _Opener(text, kinds)
    end = 0
    for at in marks.tolist():
        if at >= end:
            span = opener.span_at(at)
            if span is not None:
                spans.append(span)
                end = span.end
            else:
                end = max(end, opener.skip_to)
    return spans


class _Opener:
    """What opens at a mark. Remembers which closers do not come any more, so that all searches together are linear."""

    def __init__(self, text: str, kinds: Bytes) -> None:
        self.text, self.kinds = text, kinds
        self.size = len(text)
        self.skip_to = 0
        self._gone: set[str] = set()
        self._newline = -1

    def span_at(self, at: int) -> Span | None:
        text = self.text
        mark = text[at]
        if mark == "\\":
            return self._command(at, text[at + 1 : at + 2])
        if mark == "$":
            return self._dollar(at)
        if text.startswith("```", at):
            close = self._close("```", at + 3)
            return Span(at, close if close >= 0 else self.size, CODE)
        close = text.find("`", at + 1, self._line_end(at))
        return None if close < 0 else Span(at, close + 1, INLINE_CODE)

    def _close(self, closer: str, start: int) -> int:
        """The end of the next `closer`, or -1."""
        if closer in self._gone:
            return -1
        found = self.text.find(closer, start)
        if found < 0:
            self._gone.add(closer)
            return -1
        return found + len(closer)

    def _line_end(self, at: int) -> int:
        if self._newline < at:
            found = self.text.find("\n", at)
            self._newline = found if found >= 0 else self.size
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
        if close < 0 or close == at + 1 or text[at + 1].isspace() or text[close - 1].isspace():
            return None
        return None if text[close + 1 : close + 2].isdecimal() else Span(at, close + 1, FORMULA)


_TAG = re.compile(rf"</?[A-Za-z][^<>\n]{{0,{LONGEST_ADDRESS}}}>")
_WEB = re.compile(rf"(?:https?://|www\.)[!-~]{{1,{LONGEST_ADDRESS}}}")
_MAIL_LETTERS = string.ascii_letters + string.digits + ".+_-"
_MAIL_RIGHT = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")


def _tags(text: str) -> list[Span]:
    if "<" not in text:
        return []
    return [Span(*found.span(), TAG) for found in _TAG.finditer(text)]


def _web_addresses(text: str) -> list[Span]:
    if "://" not in text and "www." not in text:
        return []
    return [Span(*found.span(), ADDRESS) for found in _WEB.finditer(text)]


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


TRANSPARENT = frozenset({
    "text", "textbf", "textit", "textrm", "textsf", "texttt", "textup", "textnormal", "mathrm", "mathbf", "mathit",
    "mathsf", "mathtt", "operatorname", "mbox", "hbox", "emph", "underline", "quad", "qquad",
})  # fmt: skip
"""Commands that set words: `\\text{if}` neither is a word nor stands between two."""

_GAP = re.compile(r"[\s,.;:!?'\"“”‘’()\[\]{}~\\–—-]*")
_WORD = re.compile(r"(\\?)([^\W\d_]+)")
_IMPORTS = re.compile(r"\s*(?:import|from|return|include|using|package|#include)\b")
_CODE_SIGNS = re.compile(r"[=(){}\[\]<>+*/%&|^~@$\\;#_\"0-9]")


def is_prose(text: str, span: Span) -> bool:
    """True where a masked span that holds words enough counts as text."""
    if span.kind == CODE:
        return _is_prose_block(text[span.start : span.end])
    in_a_row, words, behind = 0, 0, span.start
    for found in _WORD.finditer(text, span.start, span.end):
        start, end = found.span()
        gap = _GAP.match(text, behind, start)
        unbroken = gap is not None and gap.end() == start
        behind = end
        if found.group(1):
            if found.group(2) not in TRANSPARENT or not unbroken:
                in_a_row = 0
            continue
        if not unbroken:
            in_a_row = 0
        if end - start == 1:  # "a", "I" and variables: neither plain words nor a break
            continue
        if not _is_plain(found.group(2)) or _touches_digit(text, start, end):
            in_a_row = 0
            continue
        in_a_row += 1
        words += end - start > 2
        if in_a_row >= PLAIN_WORDS_IN_A_ROW or (
            span.kind == FORMULA and words >= PLAIN_WORDS_IN_A_FORMULA
        ):
            return True
    return False


def _is_plain(word: str) -> bool:
    return word[1:] == word[1:].lower() or word.isupper()


def _touches_digit(text: str, start: int, end: int) -> bool:
    around = text[start - 1 : start] + text[end : end + 1]
    return any(c == "_" or c.isdecimal() for c in around)


def _is_prose_block(block: str) -> bool:
    """More than half of the words of a code block in lines that read as prose."""
    prose = words = 0
    for line in block.split("\n"):
        plain = [w for _, w in _WORD.findall(line) if len(w) > 1]
        words += len(plain)
        signs = len(_CODE_SIGNS.findall(line))
        if len(plain) >= 3 and signs * 20 <= len(line) and not _IMPORTS.match(line):
            prose += len(plain)
    return prose * 2 > words and prose >= PLAIN_WORDS_IN_A_ROW


def masked_words(
    spans: list[Span], starts: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """For each span, the half-open range of the words that start in it, given all words' starts."""
    bounds = np.array([(span.start, span.end) for span in spans], np.intp).reshape(-1, 2)
    found = np.searchsorted(starts, bounds)
    return found[:, 0], found[:, 1]
