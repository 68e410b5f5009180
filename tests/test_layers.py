"""Imports point one way: each room uses only rooms to its left."""

from __future__ import annotations

import ast
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


@cache
def nodes_of(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in nodes_of(path):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("r1rewards"):
            parts = (node.module or "").split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("r1rewards.")}
    return found


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
        for node in nodes_of(path):
            if isinstance(node, ast.ImportFrom):
                assert not set((node.module or "").split(".")[2:3]) & never, (
                    f"{path} imports {node.module}"
                )


@pytest.mark.parametrize(
    "path", [p for p in FILES if p.parts[len(PACKAGE.parts)] != "cli"], ids=str
)
def test_only_the_command_line_prints(path: Path) -> None:
    calls = [n for n in nodes_of(path) if isinstance(n, ast.Call)]
    assert not [c.lineno for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"]


NEVER = {"eval", "exec", "sympify", "parse_expr"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_text_is_ever_evaluated(path: Path) -> None:
    for node in nodes_of(path):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            assert name not in NEVER, f"{path}:{node.lineno} calls {name}"
