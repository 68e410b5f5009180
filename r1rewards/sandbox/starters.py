"""What the prompt gave the model to begin with, and how its program is completed with it. Python only."""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass

# What contest sites import for every submission; `class Solution` answers rely on it. `pow` of math takes two numbers.
_PRELUDE = (
    "from math import *; from builtins import pow; from typing import *; from collections import *; "
    "from functools import *; from itertools import *; from heapq import *; from bisect import *; "
    "import bisect, collections, functools, heapq, itertools, math, operator, random, re, string, sys"
)
# Also theirs: node types, where a program mentions one and defines none.
_NODES = {
    "ListNode": 'ListNode = type("ListNode", (), {"__init__": lambda self, val=0, next=None: '
    "self.__dict__.update(val=val, next=next)})",
    "TreeNode": 'TreeNode = type("TreeNode", (), {"__init__": lambda self, val=0, left=None, right=None: '
    "self.__dict__.update(val=val, left=left, right=right)})",
}
_FUTURE = re.compile(r"^from[ \t]+__future__[ \t]+import\b.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Starter:
    """The beginning of a program.

    text: starter code, or the prompt of HumanEval: imports, helpers, and the head of the function to write.
    name: of that function; empty where the tests name none.
    is_contest: the program may rely on what contest sites import by themselves.
    """

    text: str = ""
    name: str = ""
    is_contest: bool = False

    def complete(self, source: str) -> str:
        """`source` as a program: with the head it continues, the helpers it may call, the imports it may expect.

        A model that repeats the function wins over the starter; one that writes the body alone continues it.
        """
        if self.name and self.text.strip():
            if _defines(source, self.name):
                source = _before(source, self._preamble())
            elif _defines(self.text, self.name):
                source = f"{self.text.rstrip()}\n{_indented(source, self.text)}"
        if self.is_contest or "class Solution" in source:
            source = _before(source, "; ".join((_PRELUDE, *_nodes_of(source))))
        return source

    def helpers_for(self, tests: str) -> str:
        """The imports and functions of the starter that test code relies on, or "" where it needs none.

        HumanEval/32 asserts `abs(poly(xs, candidate(xs))) < 1e-4`: the program must not say what `poly` is.
        """
        try:
            body = ast.parse(self.text).body
            names = {node.id for node in ast.walk(ast.parse(tests)) if isinstance(node, ast.Name)}
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return ""
        defined = [n for n in body if isinstance(n, ast.FunctionDef) and n.name != self.name]
        if names.isdisjoint(node.name for node in defined):
            return ""
        imports = [n for n in body if isinstance(n, (ast.Import, ast.ImportFrom))]
        return "".join(f"{ast.unparse(node)}\n" for node in (*imports, *defined))

    def _preamble(self) -> str:
        """What stands before the function in the starter, where the function is not inside a class."""
        head = re.search(rf"^(?:async[ \t]+)?def[ \t]+{re.escape(self.name)}\b", self.text, re.MULTILINE)  # fmt: skip
        return self.text[: head.start()].rstrip() if head else ""


def _nodes_of(source: str) -> list[str]:
    return [
        line for name, line in _NODES.items() if name in source and f"class {name}" not in source
    ]


def _defines(source: str, name: str) -> bool:
    defined = rf"^[ \t]*(?:(?:async[ \t]+)?def[ \t]+{re.escape(name)}\b|{re.escape(name)}[ \t]*=)"
    return re.search(defined, source, re.MULTILINE) is not None


def _before(source: str, prefix: str) -> str:
    """`prefix` above `source`, but below its `from __future__` imports, which must come first."""
    if not prefix.strip():
        return source
    at = max((found.end() for found in _FUTURE.finditer(source)), default=-1)
    if at < 0:
        return f"{prefix}\n{source}"
    return f"{source[:at]}\n{prefix}{source[at:]}"


def _indented(body: str, starter: str) -> str:
    """A body as deep as the starter's last line says, where the model wrote it at the margin."""
    if not body.strip() or body.lstrip("\r\n")[:1] in (" ", "\t"):
        return body
    last = next(line for line in reversed(starter.splitlines()) if line.strip())
    depth = last[: len(last) - len(last.lstrip())]
    return textwrap.indent(body, f"{depth}    " if last.rstrip().endswith(":") else depth or "    ")
