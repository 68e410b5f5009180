"""Imports point one way: each room uses only rooms to its left."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

import r1rewards

PACKAGE = Path(r1rewards.__file__).parent
ORDER = [
    ["errors"], ["verdicts"], ["rollouts"], ["reward"], ["answers", "text", "workers", "sandbox"], ["hookspecs", "groups"],
    ["rewards"], ["registry"], ["shards"], ["batch"], ["microbatch", "filters", "evaluation"],
    ["adapters", "audit", "report", "testing", "rows", "files", "shapes"], ["cli"],
]  # fmt: skip
RANK = {room: rank for rank, rooms in enumerate(ORDER) for room in rooms}
ALONE = {"answers", "text", "sandbox"}  # could be lifted out whole
EXCEPTIONS = {("shards", "batch")}  # a worker scores its shard
FILES = [
    p
    for p in PACKAGE.rglob("*.py")
    if (p.name not in {"__init__.py", "__main__.py"} or p.parent != PACKAGE)
    and not {"inside", "programs"} & set(p.parts)  # an installed sandbox carries what runs inside
]


@dataclass
class Source:
    """Dotted names that a file imports, and its calls: (name or .attribute, line). No syntax tree stays in memory."""

    imports: list[list[str]]
    calls: list[tuple[str, int]]


@cache
def source(path: Path) -> Source:
    found = Source([], [])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found.imports += [f"{node.module}.{alias.name}".split(".") for alias in node.names]
        elif isinstance(node, ast.Import):
            found.imports += [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.Call):
            called = node.func
            name = getattr(called, "id", "." + getattr(called, "attr", ""))
            found.calls.append((name, node.lineno))
    return found


def imports_of(path: Path) -> set[str]:
    return {name[1] for name in source(path).imports if name[0] == "r1rewards" and name[1:]}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert room in RANK, f"{room} is a new room: give it a place in ORDER and in docs/design.md"
    for used in imports_of(path) - {room}:
        if used in RANK and (room, used) not in EXCEPTIONS:
            same_room_rank = RANK[used] == RANK[room] and not (room in ALONE and used != "workers")
            assert RANK[used] < RANK[room] or same_room_rank, (
                f"{path} imports {used}, which lies to its right"
            )
        if room in ALONE:
            assert used in {"errors", "verdicts", "workers"}, (
                f"{path}: {room} may use errors, verdicts, workers"
            )


@pytest.mark.parametrize(
    ("room", "never"),
    [("reading", {"values", "rules", "equal"}), ("values", {"reading", "rules", "equal"}), ("rules", {"equal"})],
)  # fmt: skip
def test_inside_answers_too(room: str, never: set[str]) -> None:
    for path in (PACKAGE / "answers" / room).glob("*.py"):
        for name in source(path).imports:
            if name[:2] == ["r1rewards", "answers"]:
                assert name[2] not in never, f"{path} imports {'.'.join(name)}"


@pytest.mark.parametrize(
    "path", [p for p in FILES if p.parts[len(PACKAGE.parts)] != "cli"], ids=str
)
def test_only_the_command_line_prints(path: Path) -> None:
    assert not [line for name, line in source(path).calls if name == "print"]


NEVER = {"eval", "exec", "sympify", "parse_expr"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_text_is_ever_evaluated(path: Path) -> None:
    for name, line in source(path).calls:
        assert name.removeprefix(".") not in NEVER, f"{path}:{line} calls {name}"
