"""Whether test code can be kept apart from the program it tests. Decided by the test code alone: a program that could
have its say here would choose to be tested inside its own process.
"""

from __future__ import annotations

import ast
import builtins

# What looks into a function instead of calling it, or replaces parts of the program: it needs to be inside.
INSIDE = frozenset({
    "exec", "eval", "compile", "globals", "locals", "vars", "__import__", "inspect", "mock", "patch", "monkeypatch",
    "capsys", "redirect_stdout", "redirect_stderr", "redirect_stdin", "unittest", "pytest", "asyncio", "importlib",
    "builtins", "dis", "tracemalloc", "threading", "multiprocessing",
})  # fmt: skip
PLAIN_DUNDERS = frozenset({"__name__", "__doc__", "__init__", "__main__", "__class__"})


def why_not_split(code: str) -> str:
    """Why `code` must share a process with the program, or "" where it need not. Unreadable code is split: it fails."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return ""
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)} | set(
        dir(builtins)
    )
    own |= {
        a.asname or a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names
    }
    return next(filter(None, (_why(node, own) for node in ast.walk(tree))), "")


def _why(node: ast.AST, own: set[str]) -> str:
    match node:
        case ast.Name(id=name) if name in INSIDE:
            return f"it uses {name}"
        case ast.Import(names=names) if found := [
            n.name for n in names if n.name.split(".")[0] in INSIDE
        ]:
            return f"it imports {found[0]}"
        case ast.ImportFrom(module=str(module)) if module.split(".")[0] in INSIDE:
            return f"it imports from {module}"
        case ast.Attribute(attr=attr) if attr.startswith("__") and attr not in PLAIN_DUNDERS:
            return f"it reads {attr}"
        case ast.Attribute(attr=attr) if attr.startswith("redirect_std"):
            return f"it uses {attr}"
        case ast.Attribute(
            value=ast.Name(id="sys"), attr="stdout" | "stderr" | "stdin" | "modules" | "settrace"
        ):
            return "it works on the interpreter"
        case ast.AsyncFunctionDef() | ast.Await():
            return "it is asynchronous"
        case ast.ClassDef(bases=bases) if unknown := [
            b.id for b in bases if isinstance(b, ast.Name) and b.id not in own
        ]:
            return f"it derives from {unknown[0]}"
    return ""
