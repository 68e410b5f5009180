r"""Where the answer stands in a text that boxes nothing: announced, or as the last expression of the last line.

Spans only; every search is bounded, and only the last lines of a text are read letter by letter.
"""

from __future__ import annotations

import re

Span = tuple[int, int]

# Bounds: an honest answer meets none of them.
MAX_TRIES = 16  # "answer" written without saying one, passed over
SENTENCE = 400  # characters of the sentence that announces, and of the last line
CUE = 120  # characters between "answer" and what it is


def lenient_answer(text: str, start: int) -> Span | None:
    """The last "#### 14", "the answer is ...", "A: 14" of `text[start:]`, else its last line's last expression."""
    found = announced(text, start, len(text))
    if found is not None:
        return found
    _, end = stripped(text, start, len(text))
    line = max(start, text.rfind("\n", start, end) + 1, end - SENTENCE)
    if text.startswith(("A:", "A："), line):
        return _sentence(text, line + 2, end)
    if text.startswith(("\\]", "$$"), max(line, end - 2)):
        line = max(start, end - SENTENCE)  # a displayed formula may run over lines
    return last_expression(text, line, end) or _choice(text, line, end)


def stripped(text: str, start: int, end: int) -> Span:
    """The span without white space, stars and a final full stop around it."""
    span = text[start:end].rstrip(" \t\r\n*.。")
    end = start + len(span)
    return end - len(span.lstrip(" \t\r\n*")), end


# Announced.


_CUE = re.compile(
    r"[Aa]nswer[s*_]{0,3}(?:\s+(?:to|of|for)\s[^.\n]{0,80}?)?"
    r"(?:\s*[*_]{0,2}\s*(?:is|are|was|equals|becomes|[:：=])[*_]{0,2})+"
    r"(?:\s+(?:therefore|thus|simply|for\s+sure|definitely|clearly))?\s*[:：]?\s*",
    re.IGNORECASE,
)


def cue_end(text: str, at: int) -> int:
    """Where the answer begins that "answer is", "Answer:" with its "nswer" at `at` announces; -1 where it does not."""
    cue = _CUE.match(text, max(0, at - 1), min(len(text), at + CUE))
    return cue.end() if cue else -1


def announced(text: str, start: int, end: int) -> Span | None:
    """What follows the last "#### ", "the answer is" or "答案" of the span."""
    at = text.rfind("####", start, end)
    if at >= 0 and text.find("\n", at, end) < 0:
        return _sentence(text, at + 4, end)
    stop = end
    for _ in range(MAX_TRIES):
        at = max(text.rfind("nswer", start, stop), text.rfind("NSWER", start, stop))
        if at < 0:
            break
        begin = cue_end(text, at)
        found = None if begin < 0 else _sentence(text, begin, end)
        if found is not None:
            return found
        stop = at
    at = text.rfind("答案", start, end)
    return None if at < 0 else _sentence(text, at + 2, end)


_OVER = re.compile(
    r"\.(?=\s+[A-Z<]|\s*\Z)|[。！？\n]|[.,]?\s(?=because\b|since\b|which\b)|,\s(?=it\b|as\b|so\b)"
)
_PROSE = re.compile(
    r"[A-Z][a-z]+(?:\s[a-z]{2,}){2}|(?:(?<![\\A-Za-z{])[a-z]{2,}[\s,]+){4}|[一-鿿]{3}.*\d|\bis\b"
)


def _sentence(text: str, start: int, end: int) -> Span | None:
    """The rest of the sentence at `start`; of a whole sentence ("The length of AB is 5") its last expression."""
    start = end - len(text[start:end].lstrip(" \t\r\n*:#：是为"))
    stop = min(end, start + SENTENCE)
    over = _OVER.search(text, start, stop)
    start, stop = stripped(text, start, over.start() if over else stop)
    if start >= stop:
        return None
    if _PROSE.search(text, start, stop):
        return last_expression(text, start, stop) or (start, stop)
    return start, stop


# The last expression.


_NUMBER = re.compile(
    r"(?<![A-Za-z\d_.])[-−]?[$€£]?(?:\\[dt]?frac\{-?\d+\}\{\d+\}|\d[\d,]*(?:\.\d+)?(?:/\d+)?|\.\d+)\s?(?:\\?%)?"
)
_WORDS = re.compile(r"(?<![\\A-Za-z{])[a-z]{4,}(?![A-Za-z}])")


def last_expression(text: str, start: int, end: int) -> Span | None:
    """The formula, number or bold text of the span that ends last."""
    marks = (("**", "**"), ("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"))
    spans = [_between(text, start, min(len(text), end + 3), *mark) for mark in marks]
    found = [span for span in [*spans, _last_number(text, start, end)] if span is not None]
    return max(found, key=lambda span: span[1], default=None)


def _between(text: str, start: int, end: int, opening: str, closing: str) -> Span | None:
    """What stands between the last pair of marks, unless it is prose."""
    stop = text.rfind(closing, start, end)
    if closing == "$" and stop > 0 and text[stop - 1] == "\\":
        return None
    begin = text.rfind(opening, start, stop) if stop >= 0 else -1
    if begin < 0:
        return None
    a, b = stripped(text, begin + len(opening), stop)
    if text[a : a + 1] == "=":
        a, b = stripped(text, a + 1, b)
    is_prose = opening != "**" and _WORDS.search(text, a, b)
    return None if a >= b or is_prose else (a, b)


def _last_number(text: str, start: int, end: int) -> Span | None:
    """The last number of the span, with its sign and percent; digits in a name (`K2A`) are none."""
    last = None
    for match in _NUMBER.finditer(text, start, end):
        if not text[match.end() : match.end() + 1].isupper():
            last = match
    if last is None:
        return None
    a, b = stripped(text, last.start(), last.end())
    return a, a + len(text[a:b].rstrip(","))


_SAID_CHOICE = re.compile(r"(?:\bis|'s|\best|(?<!不)是|选[:：]?)\s*\(?([A-J])(?![A-Za-z'])")
_FIRST_CHOICE = re.compile(r"\(?([A-J])(?=[).。,，、:]|[一-鿿]|\Z)")


def _choice(text: str, start: int, end: int) -> Span | None:
    """A choice letter that is said last ("I think it's B") or that opens the line ("B. It cannot be A")."""
    match = None
    for match in _SAID_CHOICE.finditer(text, start, end):  # noqa: B007 - the last one is wanted
        pass
    match = match or _FIRST_CHOICE.match(text, start, end)
    return None if match is None else match.span(1)
