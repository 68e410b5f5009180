"""What only pretends to be a formula or code: prose that hides in a mask.

A mask is the best place to hide from a reward that counts words, so a masked span counts as text where it
- has 5 plain words in a row, or 6 letters in a row of a script without spaces, or (formulas) 8 plain words in all;
- is a code block more than half of whose words stand in lines of prose.
Source of the rule: measured hacks; every checker that only strips formulas pays in full for a thought inside `$...$`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from r1rewards.text.masks import FORMULA, Masks, Span

if TYPE_CHECKING:
    from r1rewards.text.letters import Letters, Units
    from r1rewards.text.masks import Positions

PLAIN_WORDS_IN_A_ROW = 5
UNSPACED_LETTERS_IN_A_ROW = 6
PLAIN_WORDS_IN_A_FORMULA = 8

TRANSPARENT = frozenset({
    "text", "textbf", "textit", "textrm", "textsf", "texttt", "textup", "textnormal", "mathrm", "mathbf", "mathit",
    "mathsf", "mathtt", "operatorname", "mbox", "hbox", "emph", "underline", "quad", "qquad",
})  # fmt: skip
"""Commands that set words: `\\text{if}` neither is a word nor stands between two."""

_GAP_LETTERS = " \t\r\n\xa0\u3000,.;:!?'\"“”‘’()[]{}~\\–—-"
_WORD = re.compile(r"\\?\w+")
_GAP = f"[{re.escape(_GAP_LETTERS)}]*"
_NEUTRAL = rf"(?:(?<![\w\\])\w(?!\w)|\\(?:{'|'.join(sorted(TRANSPARENT))})(?!\w))"
# A letter that begins a word, then its others: a pattern that begins with a letter is looked for much faster.
_PLAIN_WORD = r"[A-Za-z](?<![\w\\][A-Za-z])(?:[a-z]+|(?<=[A-Z])[A-Z]+)(?!\w)"
_PLAIN_IN_A_ROW = re.compile(
    rf"{_PLAIN_WORD}(?:{_GAP}(?:{_NEUTRAL}{_GAP})*{_PLAIN_WORD}){{{PLAIN_WORDS_IN_A_ROW - 1}}}"
)
_PLAIN = re.compile(r"[A-Za-z](?<![\w\\][A-Za-z])(?:[a-z]{2,}|(?<=[A-Z])[A-Z]{2,})(?!\w)")
_OPENS_IMPORT = np.zeros(128, np.bool_)
_OPENS_IMPORT[[ord(c) for c in "ifrup"]] = True
_IMPORTS = re.compile(r"\s*(?:import|from|return|include|using|package|#include)\b")


def is_prose(text: str, masked: Masks, i: int) -> bool:
    """True where the i-th masked span, no code block, which holds words enough, counts as text."""
    span = Span(int(masked.starts[i]), int(masked.ends[i]), int(masked.kinds[i]))
    inside = text[span.start : span.end]
    if inside.isascii():
        if _PLAIN_IN_A_ROW.search(inside):
            return True
        return span.kind == FORMULA and len(_PLAIN.findall(inside)) >= PLAIN_WORDS_IN_A_FORMULA
    return _is_prose(inside, span.kind)


def _is_prose(inside: str, kind: int) -> bool:
    """The same word by word: what is a letter, and what a capital, is for Unicode to say."""
    in_a_row, words, behind = 0, 0, 0
    for found in _WORD.finditer(inside):
        word, (start, end) = found.group(), found.span()
        gap, behind = inside[behind:start], end
        if gap != " " and gap.strip(_GAP_LETTERS):
            in_a_row = 0
        if word[0] == "\\":
            if word[1:] not in TRANSPARENT:
                in_a_row = 0
        elif end - start == 1:  # "a", "I" and variables: neither plain words nor a break
            pass
        elif not word.isalpha() or not (word[1:].islower() or word.isupper()):
            in_a_row = 0
        else:
            in_a_row += 1
            words += end - start > 2
            if in_a_row >= PLAIN_WORDS_IN_A_ROW:
                return True
    return kind == FORMULA and words >= PLAIN_WORDS_IN_A_FORMULA


_IS_SIGN = np.zeros(128, np.bool_)
_IS_SIGN[[ord(c) for c in '=(){}[]<>+*/%&|^~@$\\;#_"0123456789']] = True


def prose_blocks(
    letters: Letters, starts: Positions, ends: Positions, first: Positions, behind: Positions
) -> npt.NDArray[np.bool_]:
    """(blocks,) True for code blocks more than half of whose words stand in lines that read as prose.

    Such a line has three words or more and one sign of code in 20 letters at most, and is no import.
    starts, ends: (n,) all words. first, behind: (blocks,) their spans.
    """
    lines = _Lines.of(letters.units, first, behind)
    counted = np.concatenate([[0], np.cumsum(ends - starts > 1)])
    first_word = starts.searchsorted(lines.starts)
    words = counted.take(starts.searchsorted(lines.ends)) - counted.take(first_word)
    reads = (words >= 3) & (lines.signs * 20 <= lines.lengths)
    some = reads.nonzero()[0]
    opens = letters.units.take(starts.take(first_word.take(some)))  # most lines cannot be imports
    for i in some[_OPENS_IMPORT.take(opens, mode="clip")].tolist():
        reads[i] = not _IMPORTS.match(letters.text, int(lines.starts[i]), int(lines.ends[i]))
    total = np.bincount(lines.block, words, first.size)
    in_prose = np.bincount(lines.block, words * reads, first.size)
    found: npt.NDArray[np.bool_] = in_prose >= PLAIN_WORDS_IN_A_ROW
    found &= in_prose * 2 > total
    return found


class _Lines(NamedTuple):
    """The lines of code blocks: their places, the block of each, and how many signs of code are among how many letters.

    A line begins with the new line before it, which is none of its letters.
    """

    starts: Positions
    ends: Positions
    block: Positions
    signs: Positions
    lengths: Positions

    @classmethod
    def of(cls, units: Units, first: Positions, behind: Positions) -> _Lines:
        """The lines of units[first:behind], for each block."""
        spans = zip(first.tolist(), behind.tolist(), strict=True)
        inside = np.concatenate([units[a:b] for a, b in spans])
        ahead = (behind - first).cumsum() - (behind - first)
        newlines = inside == ord("\n")
        edges = np.union1d(newlines.nonzero()[0], ahead)
        bounds = np.append(edges, inside.size)
        sizes = np.diff(bounds)
        block = ahead.searchsorted(edges, "right") - 1
        starts = edges + (first - ahead).take(block)
        sign_at = _IS_SIGN.take(inside, mode="clip").nonzero()[0]
        assert not _IS_SIGN[-1]  # to which letters beyond ASCII are clipped
        signs = np.diff(sign_at.searchsorted(bounds))
        return cls(starts, starts + sizes, block, signs, sizes - newlines.take(edges))
