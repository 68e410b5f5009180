r"""Find the final answer in a completion: the last box, by one scan from the end and balanced braces.

A completion of 30 KB costs the same as one of 1 KB: `str.rfind` stops at the last `\boxed`, and only the box itself
and a few hundred characters on either side of it are looked at. Every loop is counted, so that no text can make the
search slow.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from r1rewards.answers.lenient import MAX_TRIES, Span, announced, cue_end, lenient_answer, stripped

MODES = ("boxed", "lenient", "answer_tag")
Mode = Literal["boxed", "lenient", "answer_tag"]
Tag = tuple[str, str]
ANSWER_TAG: Tag = ("<answer>", "</answer>")

# Bounds. None of them is met by an honest answer; each keeps a hostile text linear.
MAX_BOX = 20_000  # characters in one box: the longest reference of the public sets has 3,122
MAX_ROW = 64  # boxes in one row, and empty boxes passed over: a longer row is a list of guesses
WINDOW = 300  # characters before a box in which a box around or beside it must begin
GAP = 60  # characters between two boxes of one statement
SAID_AT_ONCE = 24  # characters from "nswer" to what a reference in prose announces
NOT = 12  # characters before a box in which it is denied: "the answer is not \\boxed{4}"
TAIL = 2_000  # characters after the box that may offer another answer


class Found(NamedTuple):
    """The final answer of a completion.

    text:  the answer as written, without its box; None where there is none.
    start, end: its span in the completion, (-1, -1) where there is none.
    boxes: empty for one answer; otherwise all that were offered together: a list, or a hedge.
    reason: why `text` is None: `no_box`, `empty_box`, `box_too_long`, `unclosed_box`, `retracted`, `no_answer_tag`.
    """

    text: str | None
    start: int = -1
    end: int = -1
    boxes: tuple[str, ...] = ()
    reason: str = ""

    @property
    def is_hedging(self) -> bool:
        """True where several answers were offered: right only for a list, or where all are the same."""
        return len(self.boxes) > 1


class _Box(NamedTuple):
    """A box: where its command begins, the span of its content, and where the text goes on."""

    at: int
    start: int
    end: int
    after: int


def find_answer(
    text: str, start: int = 0, *, mode: Mode = "boxed", tag: Tag | None = ANSWER_TAG
) -> Found:
    """The final answer in `text[start:]`, where `start` is where the text after the thinking begins.

    mode: `boxed` (last box, else the content of `<answer>`), `answer_tag` (only what stands in `<answer>`), or
    `lenient` (as `boxed`, else "the answer is ...", "#### 14", "A: 14", bold, the last expression of the last line).
    tag:  the literals around an answer; None where the caller knows that they are not there, which saves a search.
    """
    if mode == "answer_tag":
        return _in_tag(text, start, tag) or Found(None, reason="no_answer_tag")
    at = text.rfind("\\boxed{", start)
    if at >= 0:
        inside = at + 7
        close = text.find("}", inside, at + MAX_BOX)
        answer = text[inside:close]
        if "{" in answer or answer[-1:] == "\\":
            close = _closing_brace(text, at + 6)
            answer = text[inside:close]
        near = max(start, at - WINDOW)
        # Nearly always the box stands alone: no other near, no tag, nothing to read after it.
        if (
            close > 0
            and (len(text) - close < 6 or _is_harmless(text, close + 1, tag))
            and text.rfind("box", near, at) < 0
            and "not" not in text[max(near, at - NOT) : at]
            and (answer[:1].isalnum() or not _is_blank(text, inside, close))
            and "box" not in answer
            and (tag is None or text.rfind(tag[1], start, at) < 0)
        ):
            return _new(Found, (answer.strip(), inside, close, (), ""))
    return _find_carefully(text, start, mode, tag)


_new = tuple.__new__  # a NamedTuple's own constructor costs twice as much


def _is_harmless(text: str, after: int, tag: Tag | None) -> bool:
    """True where the text after a box is so short or so plain that it cannot offer another answer."""
    tail = text[after : after + TAIL]
    if tag is not None:
        tail = tail.replace(tag[1], "")  # the box nearly always stands in the tag
    return len(tail) < 5 or (
        len(tail) < TAIL - 64
        and "box" not in tail
        and "nswer" not in tail
        and not tail.lstrip(_LEADING).startswith(_STARTS)
    )


_LEADING = " \n\t$.,;:!~*)}\\]，。；"
_STARTS = (
    "or", "Or", "OR", "is", "was", "isn",
    "alt", "Alt", "may", "May", "per", "Per", "pos", "Pos", "text", "或", "可", "也",
)  # what `_AFTER` may match  # fmt: skip


def reference_answer(reference: str) -> str:
    r"""The answer that a reference holds: in its box, after its `####`, or all of it.

    Data sets ship answers (`\frac12`), boxed answers and whole solutions (MATH: `... \boxed{\frac12}.`, GSM8K:
    `... #### 72`, Minerva: `... The final answer is $72$. I hope it is correct.`).
    """
    if "\\boxed" in reference or "\\fbox" in reference:
        found = _last_box(reference, 0, len(reference))
        if type(found) is _Box:
            row = _row(reference, 0, found)
            return ", ".join(_content(reference, box) for box in row)
        if found == "empty_box":
            return ""
    at = reference.rfind("####")
    if at >= 0:
        reference = reference[at + 4 :]
    elif "nswer" in reference:
        span = announced(reference, 0, len(reference))
        # Said at once: in "the answer is that f is linear with slope 2" no single value is.
        if span is not None and span[0] - reference.rfind("nswer", 0, span[0]) < SAID_AT_ONCE:
            reference = reference[span[0] : span[1]]
    return reference.rstrip("\\ \n").lstrip()


def _find_carefully(text: str, start: int, mode: Mode, tag: Tag | None) -> Found:
    """`find_answer` for every text, without the short cut."""
    box = _last_box(text, start, len(text))
    if type(box) is str and box == "no_box":
        found = _in_tag(text, start, tag)
        if found is None and mode == "lenient":
            span = lenient_answer(text, start)
            found = None if span is None else _at(text, span)
        return found or Found(None, reason="no_box")
    if type(box) is not _Box:
        return Found(None, reason=str(box))
    if tag is not None:
        closing = text.rfind(tag[1], start, box.at)
        if closing >= 0 or text.find(tag[0], box.after) >= 0:
            return _beside_tag(text, start, box, tag, closing)
    return _with_company(text, start, box, tag)


def _with_company(text: str, start: int, box: _Box, tag: Tag | None) -> Found:
    """The answer in the box, with what is offered beside it: boxes of the same row, another answer after it."""
    row = _row(text, start, box)
    offered = [_content(text, b) for b in row]
    if not _is_harmless(text, box.after, tag):
        other = _another_answer(text, box.after)
        if other == "":
            return Found(None, reason="retracted")
        if other is not None:
            offered.append(other)
    first, last = row[0], row[-1]
    if len(offered) == 1:
        return Found(offered[0], last.start, last.end)
    start = first.start if any(answer != offered[0] for answer in offered) else last.start
    return _several(offered, _names(text, row), start, last.end)


def _several(offered: list[str], names: tuple[str, ...], start: int, end: int) -> Found:
    """Several answers offered together; the same one said twice is one."""
    distinct = tuple(dict.fromkeys(offered))
    if len(distinct) == 1:
        return Found(distinct[0], start, end)
    if names and len(names) == len(offered):
        distinct = tuple(f"{name}={answer}" for name, answer in zip(names, offered, strict=True))
    return Found(", ".join(distinct), start, end, distinct)


# Boxes.


def _last_box(text: str, start: int, stop: int) -> _Box | str:
    """The last box that is not empty, or the reason why there is none."""
    reason = "no_box"
    for _ in range(MAX_ROW):
        at = text.rfind("\\boxed", start, stop)
        other = text.rfind("\\fbox", max(start, at), stop)
        at = max(at, other)
        if at < 0:
            break
        box = _box_at(text, at, stop)
        if type(box) is _Box and _DENIED.search(text, max(start, at - NOT), at):
            box = "retracted"
            reason = box
        elif type(box) is _Box:
            return box
        elif box != "no_box":
            reason = str(box)
            if box != "empty_box":
                break
        stop = at
    return reason


_DENIED = re.compile(r"\bnot[\s$(\\\[]*\Z")


def _box_at(text: str, at: int, stop: int) -> _Box | str:
    r"""A box: ("\boxed" | "\fbox") blank* ("{" content "}" | token). Returns a reason where it is none."""
    i = at + (6 if text.startswith("\\boxed", at) else 5)
    if text[i : i + 1] != "{":
        while text[i : i + 1].isspace() and i < at + 40:
            i += 1
        if text[i : i + 1] != "{":
            return _bare_box(text, at, i, stop)
    close = _closing_brace(text, i)
    if close < 0:
        return _unclosed(text, at, i + 1, stop)
    if _is_blank(text, i + 1, close):
        return "empty_box"
    return _Box(at, i + 1, close, close + 1)


def _closing_brace(text: str, opening: int) -> int:
    r"""Where the brace that opens at `opening` closes, `\{` and `\}` left aside; -1 where it does not."""
    end, depth, close = opening + MAX_BOX, 0, opening - 1
    find, count = text.find, text.count
    while True:
        at = close + 1
        close = find("}", at, end)
        if close < 0:
            break
        depth += count("{", at, close) - 1
        if not depth:
            break
    last = end if close < 0 else close + 1
    if find("\\{", opening, last) >= 0 or find("\\}", opening, last) >= 0:
        return _closing_brace_among_escapes(text, opening)
    return close


_BRACES = re.compile(r"\\.|[{}]", re.DOTALL)


def _closing_brace_among_escapes(text: str, opening: int) -> int:
    depth = 0
    for match in _BRACES.finditer(text, opening, min(len(text), opening + MAX_BOX)):
        mark = match[0]
        if mark == "{":
            depth += 1
        elif mark == "}":
            depth -= 1
            if not depth:
                return match.start()
    return -1


_BARE = re.compile(r"[^\s$\\{}]*(?:\\[A-Za-z]+|\{[^{}]*\}|[^\s$\\{}])*")
_STICKS = ".,;:!?*)]"


def _bare_box(text: str, at: int, i: int, stop: int) -> _Box | str:
    r"""`\boxed 5`, `\boxed5`, `\boxed \frac12`: what follows up to white space or the end of the formula."""
    if (i == at + 6 and text[i : i + 1].isalpha()) or text.startswith(("\\boxed", "\\fbox"), i):
        return "no_box"  # some other command: `\boxedtext`
    match = _BARE.match(text, i, min(stop, i + WINDOW))
    end = match.end() if match else i
    while end > i and text[end - 1] in _STICKS:
        end -= 1
    bare = text[i:end]
    if not any(c.isalnum() for c in bare) or (bare.isalpha() and len(bare) > 1):
        return "no_box"  # prose about boxing: "put it in \boxed.", "the \boxed command"
    return _Box(at, i, end, end)


_ENDS = re.compile(r"(?<!\\)\$|\\[\])]|\n|</answer>|\Z")


def _unclosed(text: str, at: int, start: int, stop: int) -> _Box | str:
    """A box whose last brace is missing: repaired where nothing but that one brace is."""
    if start + MAX_BOX < len(text) and text.find("\n", start, start + MAX_BOX) < 0:
        return "box_too_long"
    while text[start : start + 1] in (" ", "$"):
        start += 1
    ending = _ENDS.search(text, start, min(len(text), start + MAX_BOX))
    end = ending.start() if ending else stop
    after = end
    while end > start and text[end - 1] in " .,;":
        end -= 1
    if text.endswith("\\}", start, end) and text.find("\\{", start, end) < 0:
        end -= 2  # `\boxed{185\}`: the escaped brace was meant to close
    depth = 0
    for match in _BRACES.finditer(text, start, end):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
    if depth or text.find("box", start, end) >= 0 or _is_blank(text, start, end):
        return "unclosed_box"
    return _Box(at, start, end, after)


_BLANK = re.compile(
    r"(?:\s|[~$?._…{}]|\\(?:q?quad|[ld]?dots|cdots|[,;:! ])"
    r"|\\(?:text|mathrm)\s*\{[\s?._…]*\}|\\h?phantom\s*\{[^{}]*\}|\\hspace\*?\s*\{[^{}]*\})+\Z"
)


def _is_blank(text: str, start: int, end: int) -> bool:
    """True for a box with nothing in it but space, dots or question marks."""
    if start == end:
        return True
    if text[start].isalnum() or text[start] in "-([":
        return False
    return end - start < WINDOW and _BLANK.match(text, start, end) is not None


def _content(text: str, box: _Box) -> str:
    """What stands in the box; a box inside it becomes a group."""
    content = text[box.start : box.end].strip()
    if "box" in content:
        if content.startswith("\\boxed{") and _closing_brace(content, 6) == len(content) - 1:
            content = content[7:-1]
        content = content.replace("\\boxed", "").replace("\\fbox", "")
    return content.strip()


# Company: other boxes of the same statement, other answers after it.


def _row(text: str, start: int, box: _Box) -> list[_Box]:
    """The box with those that stand in one statement with it, or the box around it."""
    row = [box]
    for _ in range(MAX_ROW - 1):
        first = row[0]
        near = max(start, first.at - WINDOW)
        at = max(text.rfind("\\boxed", near, first.at), text.rfind("\\fbox", near, first.at))
        if at < 0:
            break
        previous = _box_at(text, at, len(text))
        if type(previous) is not _Box:
            break
        if previous.end > first.at:  # it stands around the others
            row = [previous, *(b for b in row if b.at > previous.end)]
            continue
        if not _joins(text[previous.after : first.at]):
            break
        row.insert(0, previous)
    return row


_DRESSING = re.compile(
    r"\\[()\[\],;!: \\]|\\\Z|\+{2,}|\\(?:q?quad|text(?:bf|rm|it)?|mathrm|mbox|left|right|displaystyle)(?![A-Za-z])"
    r"|[\s$.,;:&*~()\[\]{}\-–—、，。；：!|/]"
)
_NAMED = re.compile(r"(?<![A-Za-z\\])((?:[A-Za-z]|\\[A-Za-z]+)(?:_\{?\w{1,8}\}?)?)\s*=\s*\Z")
_LABEL = re.compile(r"\d{1,2}|[a-h]|[ivx]{1,4}")
_AND = frozenset(
    (
        "and", "plus", "also", "both", "as", "well", "together", "with", "respectively", "for", "part", "parts", "case",
        "和", "与", "及", "且", "以及",
    )
)  # fmt: skip
_GUESS = frozenset(
    (
        "or", "either", "maybe", "perhaps", "possibly", "alternatively", "alternative", "might", "may", "could", "else",
        "otherwise", "guess", "candidate", "option", "another", "try", "attempt", "或", "或者", "可能", "也许",
    )
)  # fmt: skip
_RETRACTS = frozenset(
    (
        "wrong",
        "incorrect",
        "not",
        "no",
        "first",
        "false",
        "so",
        "then",
        "thus",
        "hence",
        "therefore",
    )
)
_NEUTRAL = frozenset(
    (
        "it", "is", "be", "the", "a", "an", "answer", "my", "value", "even", "just", "second", "third", "next", "final",
    )
)  # fmt: skip


def _joins(gap: str) -> bool:
    """True where two boxes with `gap` between them are offered in one breath: a list or a row of guesses."""
    if len(gap) > GAP:
        return False
    words = _DRESSING.sub(" ", _NAMED.sub("", gap)).lower().split()
    if len(words) == 2 and words[1] == "and" and words[0] not in _RETRACTS:
        return True  # "5 cows and 6 hens"
    if all(w in _AND or w == "=" or _LABEL.fullmatch(w) for w in words):
        return words.count("=") <= 1
    is_guess = any(w in _GUESS for w in words)
    return is_guess and all(w in _GUESS or w in _AND or w in _NEUTRAL or w.isdigit() for w in words)


def _names(text: str, row: list[_Box]) -> tuple[str, ...]:
    r"""The names the boxes are given (`x = \boxed{1}` and `y = \boxed{2}`); empty unless each has one."""
    found = [_NAMED.search(text, max(0, box.at - 24), box.at) for box in row]
    names = tuple(name[1] for name in found if name)
    return names if len(names) == len(row) else ()


_AFTER = re.compile(
    r"(?:\\[\])]|[\s$.,;:!~*)}\]，。；])*(?:\\text\s*\{\s*)?"
    r"(?:(?P<retracts>(?:is|was)\s+(?:wrong|incorrect|not\b)|isn't\b)"
    r"|(?P<offers>or|alternatively|maybe|perhaps|possibly|或者?|可能|也许)(?![A-Za-z])"
    r"(?:\s|,|\\text|[}:]|maybe|perhaps|possibly|even|it\s+is|it's)*)",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"\$(?P<dollar>[^$\n]{1,80})\$|\\\((?P<paren>.{1,80}?)\\\)"
    r"|(?P<bare>[-+−]?(?:\d|\.\d|\\[dt]?frac|\\sqrt)[^;，。；$\n]{0,40})",
)
_SENTENCE = re.compile(r"[.!?](?=\s|\Z)|,\s|\\[\])]")


def _another_answer(text: str, after: int) -> str | None:
    """What the text after the box offers in its stead ("or 6", "the answer is 6"); "" where it takes the box back."""
    said = _AFTER.match(text, after, min(len(text), after + 2 * GAP))
    if said and said["retracts"]:
        return ""
    if said:
        return _value_at(text, said.end())
    cue = after
    for _ in range(MAX_TRIES):
        cue = text.find("nswer", cue, after + TAIL)
        if cue < 0:
            break
        end = cue_end(text, cue)
        if end >= 0:
            return _value_at(text, end)
        cue += 5
    return None


def _value_at(text: str, at: int) -> str | None:
    r"""The value that stands at `at`: a formula in dollars or `\(...\)`, or a number with its unit."""
    value = _VALUE.match(text, at)
    if not value:
        return None
    formula = value["dollar"] or value["paren"]
    if formula is None:
        end = _SENTENCE.search(value["bare"])
        formula = value["bare"][: end.start()] if end else value["bare"]
    return None if "box" in formula else formula.strip()


# The answer tag.


def _in_tag(text: str, start: int, tag: Tag | None) -> Found | None:
    """What the last `<answer>` holds: its last box, or its one line; None where there is no tag."""
    opening = -1 if tag is None else text.rfind(tag[0], start)
    if tag is None or opening < 0:
        return None
    begin = opening + len(tag[0])
    end = text.find(tag[1], begin)
    if end < 0:  # generation often stops at the closing tag
        end = len(text)
    box = _last_box(text, begin, end)
    if type(box) is _Box:
        return _with_company(text, begin, box, tag)
    if box != "no_box":
        return Found(None, reason=str(box))
    return _plain(text, begin, end)


def _beside_tag(text: str, start: int, box: _Box, tag: Tag, closing: int) -> Found:
    """`<answer>` together with a box outside it: both are offered, so both must be right."""
    tagged = _in_tag(text, start, tag)
    boxed = _with_company(text, start, box, tag)
    if tagged is None or tagged.text is None:
        return boxed
    if closing < 0 and tagged.end > box.after:
        return tagged  # an intermediate box before the tag does not matter
    return tagged if boxed.text is None else _several([tagged.text, boxed.text], (), *tagged[1:3])


def _plain(text: str, start: int, end: int) -> Found:
    """An answer without a box inside `<answer>`: after its cue, or all of it where it is one line."""
    span = announced(text, start, end)
    if span is not None:
        return _at(text, span)
    start, end = stripped(text, start, end)
    line = text.rfind("\n", start, end)
    if line >= 0 and end - start > 2 * GAP and text.find("\\begin", start, end) < 0:
        start, end = stripped(text, line, end)
    if start >= end:
        return Found(None, reason="empty_box")
    if end - start > MAX_BOX:
        return Found(None, reason="box_too_long")
    return _at(text, (start, end))


def _at(text: str, span: Span) -> Found:
    return Found(text[span[0] : span[1]], *span)
