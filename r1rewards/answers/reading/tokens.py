r"""Answer text -> tokens. Spelling ends here: `\dfrac`, `\le`, `≤`, full-width digits and `\!` never reach the grammar."""

from __future__ import annotations

import re
import unicodedata
from string import ascii_letters
from typing import TYPE_CHECKING

from r1rewards.answers.limits import MAX_CHARS, MAX_TOKENS
from r1rewards.answers.reading.spelling import (
    ALIGNED,
    COMMANDS,
    DROPPED,
    NAMES,
    OPERATORS,
    PLAIN_WORDS,
    SCRIPTS,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    UNICODE,
    VARIANTS,
)
from r1rewards.answers.reading.units import SYMBOLS, read_unit
from r1rewards.errors import UnreadableAnswerError

if TYPE_CHECKING:
    from collections.abc import Iterator

Token = tuple[str, str, int, int]
"""(kind, text, start, end). Kinds: `n` number, `r` repeating decimal, `s` symbol, `f` function or command with
arguments, `o` operator or bracket, `t` words, `,` separator, `$` end."""


def tokens(text: str) -> list[Token]:
    """The tokens of `text`, closed by an end token. Raises UnreadableAnswerError beyond the limits."""
    if len(text) > MAX_CHARS:
        raise UnreadableAnswerError(f"{len(text)} characters; at most {MAX_CHARS} are read")
    found: list[Token] = []
    _scan(text, 0, len(text), found)
    if len(found) > MAX_TOKENS:
        raise UnreadableAnswerError(f"more than {MAX_TOKENS} tokens")
    if "&" in text and "\\begin" in text:
        found = _unaligned(found)
    end = len(text)
    while found and (found[-1][0] in ".," or found[-1][1] == "\\sep"):
        found.pop()
    found.append(("$", "", end, end))
    return found


def _unaligned(found: list[Token]) -> list[Token]:
    """Without the `&` of environments that only align: `x &= 1`."""
    inside: list[bool] = []
    kept = []
    for token in found:
        if token[0] == "e":
            if token[1].startswith("\\begin"):
                inside.append(token[1][7:].rstrip("*") in ALIGNED)
            elif inside:
                inside.pop()
        if token[1] != "&" or not (inside and inside[-1]):
            kept.append(token)
    return kept


def spelled_out(text: str) -> str:
    r"""`text` in the one spelling that `tokens` reads: ASCII and LaTeX commands, no doubled backslashes."""
    if not text.isascii():
        text = spell_out(text)
    if "°" in text or "circ" in text:
        text = _TEMPERATURE.sub(r"\\text{°\1}", text)
    if "th" in text or "st" in text or "nd" in text or "rd" in text:
        text = _ORDINAL.sub("", text)
    if "approx" in text:
        text = _APPROXIMATION.sub("", text)
    if "frac{\\" in text:
        text = _UNIT_OVER_UNIT.sub(r"\\text{ \1/\2\3}", text)
    if "\\\\" in text and ("\\begin" not in text or "\\\\begin" in text):
        text = _DOUBLED.sub("\\\\", text)
    return text


def spell_out(text: str) -> str:
    """Unicode mathematics, full-width and other digits, as ASCII and LaTeX commands."""
    text = _SUPER_RUN.sub(lambda m: "^{" + m[0].translate(SUPERSCRIPTS) + "}", text)
    text = _SUB_RUN.sub(lambda m: "_{" + m[0].translate(SUBSCRIPTS) + "}", text)
    text = text.translate(UNICODE)
    return text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_DIGITS)


class _DigitTable(dict[int, int]):
    """Every Unicode decimal digit -> the ASCII one."""

    def __missing__(self, code: int) -> int:
        digit = unicodedata.decimal(chr(code), None)
        return code if digit is None else 48 + digit


_DOUBLED = re.compile(r"\\\\(?=[A-Za-z])|\\\\(?=\\)")
_TEMPERATURE = re.compile(
    r"(?:°|\^?\{?\\circ\}?)\s*(?:\\(?:text|mathrm|rm)\s*\{?\s*)?([CF])(?![A-Za-z])\s*\}?"
)
_TH = r"\s*(?:st|nd|rd|th)\s*"
_IN_FONT = rf"\\(?:text|mathrm|textsuperscript)\s*\{{{_TH}\}}"
_ORDINAL = re.compile(
    rf"(?<=\d)(?:st|nd|rd|th|\s?\^?\s?{_IN_FONT}|\s?\^\s?\{{(?:{_TH}|\s*{_IN_FONT}\s*)\}})(?![A-Za-z])"
)
_ABOUT = r"(?:or )?(?:approximately|approx\.?|about)"
_APPROXIMATION = re.compile(
    rf"\s*(?:\((?:\\approx|\\text\s*\{{\s*{_ABOUT}\s*\}})\s*-?[\d.]+\s*\)"
    rf"|\\text\s*\{{\s*\(\s*{_ABOUT}\s*-?[\d.]+\s*\)\s*\}})\s*\Z"
)
_UNIT_OVER_UNIT = re.compile(
    r"\\[dt]?frac\s*\{\s*\\(?:text|mathrm)\s*\{([A-Za-z ]{1,20})\}\s*\}"
    r"\s*\{\s*\\(?:text|mathrm)\s*\{([A-Za-z ]{1,20})\}\s*(\^\{?\d\}?)?\s*\}"
)
_DIGITS = _DigitTable()
_SUPER_RUN = re.compile(f"[{''.join(SCRIPTS[0])}]+")
_SUB_RUN = re.compile(f"[{''.join(SCRIPTS[1])}]+")

_TEXT_COMMANDS = (
    r"text|textbf|textit|textrm|textsf|texttt|textnormal|textup|textsc|mbox|hbox|emph|mathrm|mathbf|mathit"
    r"|mathsf|mathtt|mathnormal|mathcal|mathscr|mathfrak|boldsymbol|bm|pmb|operatorname\*?|mathop|fbox|underline|rm|bf|it"
    r"|variable"
)
_GROUPED = (
    r"(?P<space>[\s~$\"`]+|\\[ ,;:!>/]|\\(?=[hvptl])(?:[hv]?phantom\s*[^\\{}\s]|(?:[hv]?phantom|[hv]space\*?|tag\*?|label)\s*\{[^{}]*\})|\\(?:left|right|[bB]igg?[lrm]?|mleft|mright|middle)(?![A-Za-z])\s*\.?)"
    rf"|\\(?P<text>{_TEXT_COMMANDS})\s*\{{(?P<body>(?:[^{{}}]|\{{[^{{}}]*\}})*)\}}"
    r"|\\(?:mathbb|Bbb|mathds|mathbf|bf)\s*(?:\{\s*(?P<set>[RZNQC])\s*\}|(?P<sett>[RZNQC])(?![A-Za-z]))"
    r"|\\(?P<env>(?:begin|end)\s*\{[A-Za-z]+\*?\}(?:\s*\{[clr| ]+\})?)"
    r"|(?P<repeat>\d*\.\d*(?:\\(?:overline|bar|dot)\s*(?:\{\s*\d+\s*\}|\d)(?:\d*\\dot\s*(?:\{\d\}|\d))?|\(\d+\)"
    r"|\d\s*(?:\\[lc]?dots[cbmoi]?(?![A-Za-z])|\.\.\.|…)))"
    r"|(?P<number>(?:\d{1,3}(?:(?:,\\!\s*|\s?\{,\s?\}\s*|\\[,;: ]\s*|\\!,|,)\d{3})+(?!\d|\.\\)"
    r"|\d{1,3}(?:\ \d{3})+(?![\d/])|\d+(?:,\\!\s*\d+)+|\d+)(?:\.\d+|\.(?![.\w\\]))?|\.\d+)"
    r"(?P<ten>[eE][+-]?\d+(?![\w.]))?"
    r"|\\(?P<command>[A-Za-z]+\*?)"
    r"|(?P<word>[A-Za-z]+)"
    r"|(?P<op><=>|<=|>=|!=|==|:=|=>|->|\*\*|\.\.\.+|\\\\(?:\s*\[-?[\d.]+\s*(?:pt|ex|em|mm|cm|in|mu)\])?|\\[(){}\[\]%$&#_|]|&&|\|\|"
    rf"|[^\x00-\x7f{''.join(op for op in OPERATORS if not op.isascii())}]+|.)"
)
_RARER = re.compile(_GROUPED, re.DOTALL)
_PIECE = re.compile(
    r"[+(){}^_/\[\],]|-(?!>)|[A-Za-z](?![A-Za-z])|[0-9]+(?![0-9.,eE{]|\s[\d{]|\\[,;: !])|"  # most: tried first
    + re.sub(r"\(\?P<\w+>", "(?:", _GROUPED),
    re.DOTALL,
)
"""Cuts a text into pieces that lie end to end. Without groups, as `findall` then makes plain strings of them."""

_KNOWN = {
    **{letter: ("s", letter) for letter in ascii_letters},
    **OPERATORS,
    **{"\\" + name: spelled for name, spelled in COMMANDS.items()},
    **dict.fromkeys((" ", "\\left", "\\right"), ("", "")),
}
"""Piece -> token, of nearly all pieces that are no numbers."""

_NOT_DIGITS = re.compile(r"[^\d.eE+-]")


def _scan(text: str, start: int, end: int, out: list[Token]) -> None:
    is_short = end - start <= MAX_TOKENS
    pieces = _PIECE.findall(text, start, end) if is_short else _pieces(text, start, end, out)
    for piece in pieces:
        stop = start + len(piece)
        known = _KNOWN.get(piece)
        if known is not None:
            kind, spelled = known
            if kind:
                out.append((kind, spelled, start, stop))
        elif piece.isdecimal():
            out.append(("n", piece, start, stop))
        else:
            m = _RARER.match(text, start, end)
            assert m is not None
            _scan_rarer(text, m, out)
        start = stop


def _pieces(text: str, start: int, end: int, out: list[Token]) -> Iterator[str]:
    """The pieces of a long text, one by one, until there are too many tokens."""
    for m in _PIECE.finditer(text, start, end):
        if len(out) > MAX_TOKENS:
            return
        yield m[0]


def _scan_rarer(text: str, m: re.Match[str], out: list[Token]) -> None:
    """The tokens that few answers have."""
    kind = m.lastgroup
    begin, stop = m.span()
    if kind in ("number", "ten"):
        out.append(("n", _NOT_DIGITS.sub("", m[0]).rstrip("."), begin, stop))
    elif kind == "op":
        _operator(m[0], begin, stop, out)
    elif kind == "command":
        _command(m["command"], begin, stop, out)
    elif kind == "word":
        _word(m[0], begin, stop, out)
    elif kind == "body":
        _body(text, m, out)
    elif kind == "repeat":
        out.append(("r", m[0], begin, stop))
    elif kind == "env":
        out.append(("e", m[0].split("}")[0].replace(" ", ""), begin, stop))
    elif kind != "space":
        out.append(("S", m[m.lastindex or 0], begin, stop))


def _operator(op: str, start: int, end: int, out: list[Token]) -> None:
    """What no table knows: a run of letters outside ASCII is one word, and anything else is not read."""
    if op.startswith("\\\\"):
        out.append(("o", "⏎", start, end))  # `\\[6pt]`
        return
    if not op.isascii() and out and out[-1][0] == "t" and out[-1][3] == start:
        _, before, start, _ = out.pop()
        op = before + op
    out.append(("?" if op.isascii() else "t", op, start, end))


def _command(name: str, start: int, end: int, out: list[Token]) -> None:
    if name in DROPPED:
        return
    found = COMMANDS.get(name)
    if found is None and name not in NAMES:
        for size in range(len(name) - 1, 1, -1):  # `\quadx`, `\pir`: a letter stuck to a command
            if name[:size] in COMMANDS or name[:size] in NAMES:
                _command(name[:size], start, start + size + 1, out)
                _word(name[size:], start + size + 1, end, out)
                return
        found = ("?", "\\" + name)
    found = found or ("s", VARIANTS.get(name, name))
    out.append((*found, start, end))


_KNOWN_IN_RUN = re.compile(
    r"(arc(?:sin|cos|tan|cot|sec|csc)|a?(?:sin|cos|tan)h?|(?:sec|csc|cot)h?|sqrt|frac|binom|log|ln|exp|pi)"
)


_GLUED = re.compile(r"(or|and)([A-Za-z])")


def _word(run: str, start: int, end: int, out: list[Token]) -> None:
    """A run of letters: a known word, letters multiplied (`xy`), functions run together (`2sinx`), or words."""
    if len(run) == 1:
        out.append(("s", run, start, end))
        return
    if out and out[-1][0] == "n" and run in SYMBOLS and len(run) > 1:
        out.append(("t", run, start, end))
        return
    found = PLAIN_WORDS.get(run) or PLAIN_WORDS.get(run.lower())
    if found:
        out.append((*found, start, end))
        return
    glued = _GLUED.fullmatch(run)
    if glued and out and out[-1][3] == start and (out[-1][0] == "n" or out[-1][1] == ")"):
        out.append((",", glued[1], start, end - 1))  # `W(x)=1orW(x)=-1`
        out.append(("s", glued[2], end - 1, end))
        return
    parts = _KNOWN_IN_RUN.split(run)
    if len(parts) == 1 or max(map(len, parts[::2])) > 2:
        if len(run) <= 3 and run not in ("no", "No") and not looks_like_a_word(run):
            out.extend(("s", letter, start + i, start + i + 1) for i, letter in enumerate(run))
        else:
            out.append(("t", run, start, end))
        return
    at = start
    for i, part in enumerate(parts):
        if i % 2:
            out.append((*PLAIN_WORDS[part], at, at + len(part)))
        else:
            out.extend(("s", letter, at + j, at + j + 1) for j, letter in enumerate(part))
        at += len(part)


def looks_like_a_word(run: str) -> bool:
    """True for four letters, and three with a capital or a vowel that variables rarely use: `odd`, `May`, not `abc`."""
    return len(run) > 3 or (
        len(run) == 3 and (not _VOWELS.isdisjoint(run.lower()) or run.istitle())
    )


_VOWELS = frozenset("eiou")
_UNIT_SIGNS = frozenset("^/")
_FORMULA = re.compile(r"\s*[A-Za-z]?(?:[\d\s.()^]*[-+*/^=<>][\d\s.()^]*[A-Za-z]?)+\s*")
_BARE_BODY = re.compile(
    r"[\s~]*(?:[A-Za-z]|(?:\\?\$)?\d[\w.,]*|[\d\s.,+\-*/^=()<>]+|[A-Za-z]\s*(?:=.*)?)\s*"
)


def _body(text: str, m: re.Match[str], out: list[Token]) -> None:
    r"""The content of a `\text{...}` or font command: read as mathematics where it is, kept as words where not."""
    body, command = m["body"], m["text"]
    start, end = m.span("body")
    stripped = body.strip(" ~\t\n")
    if command in ("mathbf", "boldsymbol", "bm", "vec", "hat") and stripped in ("i", "j", "k"):
        out.append(("c", stripped + "^", m.start(), m.end()))
    elif (
        out
        and (out[-1][0] in "nt" or out[-1][1] in (")", "}", "°"))
        and stripped in SYMBOLS
        and command not in ("mathbf", "boldsymbol", "mathcal")
    ) or (
        out and out[-1][0] in "nt" and not _UNIT_SIGNS.isdisjoint(stripped) and read_unit(stripped)
    ):
        out.append(("t", stripped, start, end))
    elif stripped in COMMANDS and not command.startswith("text"):
        out.append((*COMMANDS[stripped], m.start(), m.end()))
    elif stripped.lower() in PLAIN_WORDS:
        out.append((*PLAIN_WORDS[stripped.lower()], m.start(), m.end()))
    elif _BARE_BODY.fullmatch(body) or (
        command.startswith(("math", "bold", "bm", "fbox")) and len(stripped) < 2
    ):
        _scan(text, start, end, out)
    elif _FORMULA.fullmatch(body) or ("\\" in body and not command.startswith("t")):
        out.append(("o", "{", start, start))
        _scan(text, start, end, out)
        out.append(("o", "}", end, end))
    elif stripped:
        _text_body(text, start, end, out)


_CONNECTED = re.compile(
    r"(?:^|(?<=[\s,;(]))(?:,?\s*(?:and|or|或者?|和|以及|且)|[,;])(?=[\s,;)]|$)|[,;]"
)


def _text_body(text: str, start: int, end: int, out: list[Token]) -> None:
    """Words between connectors; the connectors become separators."""
    at = start
    for m in _CONNECTED.finditer(text, start, end):
        _words(text, at, m.start(), out)
        out.append((",", m[0].strip() or ",", m.start(), m.end()))
        at = m.end()
    _words(text, at, end, out)


def _words(text: str, start: int, end: int, out: list[Token]) -> None:
    words = text[start:end].strip()
    if not words:
        return
    if _BARE_BODY.fullmatch(words):
        _scan(text, start, end, out)
    else:
        out.append(("t", words, start, end))


def marked(text: str, start: int, end: int, why: str) -> UnreadableAnswerError:
    """An error that shows `text` with a marker under the span."""
    low, high = max(0, start - 40), min(len(text), end + 20)
    shown = text[low:high].replace("\n", " ")
    marker = " " * (start - low) + "^" * max(1, min(end, high) - start)
    return UnreadableAnswerError(f"{why}\n  {shown}\n  {marker}")
