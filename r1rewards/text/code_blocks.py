r"""The program in a completion: its fenced blocks, read line by line.

Fences are those of CommonMark (three or more backticks or tildes, closed by as many of the same), at any depth of
indentation, because completions put programs inside list items; the indentation is taken off again. A block that is
never closed ends with the text: the stop token often takes the place of the fence. Work is linear in the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# At the start of a line, or right behind a tag: <answer>```python ... ```</answer>
_FENCE = re.compile(r"(?:^|(?<=>))([ \t]*)(`{3,}|~{3,})([^\n]*)$", re.MULTILINE)
_CLOSED = re.compile(r"\s*(?:</\w+>\s*)*")
# ```python, ```{.python .numberLines}, ```Python3 title=x, ```python:main.py
_NAME = re.compile(r"[\s{.]*([A-Za-z][A-Za-z0-9+#-]*)")


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """One fenced block. name: the first word of its info string in lower case, empty where there is none."""

    name: str
    code: str


def code_blocks(text: str, start: int = 0) -> Iterator[CodeBlock]:
    """The fenced blocks of `text` from `start` on, in order."""
    opening: re.Match[str] | None = None
    for fence in _FENCE.finditer(text, start):
        if opening is None:
            # CommonMark: an info string holds no backtick, or `inline ```code``` ` would open a block.
            if not (fence[2][0] == "`" and "`" in fence[3]):
                opening = fence
        elif _closes(fence, opening):
            yield _block(text, opening, fence.start())
            opening = None
    if opening is not None:
        yield _block(text, opening, len(text))


def find_program(
    text: str, start: int, is_wanted: Callable[[str], bool]
) -> tuple[str | None, list[str]]:
    """The last block from `start` on whose name `is_wanted`, else the last without a name; None where neither stands.

    Also the names of all blocks, for whoever has to explain why there is no program.
    """
    blocks = list(code_blocks(text, start))
    names = [block.name for block in blocks]
    for wanted in (is_wanted, lambda name: not name):
        for block in reversed(blocks):
            if wanted(block.name) and block.code.strip():
                return block.code, names
    return None, names


def _closes(fence: re.Match[str], opening: re.Match[str]) -> bool:
    same = fence[2][0] == opening[2][0] and len(fence[2]) >= len(opening[2])
    is_shallow = len(fence[1]) <= len(opening[1]) + 3
    return same and is_shallow and _CLOSED.fullmatch(fence[3]) is not None


def _block(text: str, opening: re.Match[str], end: int) -> CodeBlock:
    code = text[opening.end() + 1 : end]
    indent = opening[1]
    if indent:
        code = re.sub(rf"^{re.escape(indent)}", "", code, flags=re.MULTILINE)
    name = _NAME.match(opening[3])
    return CodeBlock(name[1].lower() if name else "", code)
