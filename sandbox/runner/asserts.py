"""Test code as it is written, before it runs: its asserts become records, and its names are looked at.

Standard library only; beside judge.py.
"""

import ast
import builtins
import importlib.util
import sys

PROGRAM = "solution"  # what tests call the program's module


class Asserts(ast.NodeTransformer):
    """`assert X` -> a record of whether X held. Inside `try`, and in functions other than `check` and those named as
    pytest's tests, an assert is left alone: its exception means something to the code around it.
    """

    def __init__(self):
        self.count = 0

    def visit_Module(self, node):
        self.generic_visit(node)
        node.count = self.count
        return node

    def visit_Assert(self, node):
        site = ast.Constant(self.count)
        self.count += 1
        passed = ast.Call(ast.Name("__record__", ast.Load()), [site, node.test], [])
        failed = ast.Call(ast.Name("__failed__", ast.Load()), [site], [])
        handler = ast.ExceptHandler(type=None, name=None, body=[ast.Expr(failed)])
        return ast.copy_location(
            ast.Try(body=[ast.Expr(passed)], handlers=[handler], orelse=[], finalbody=[]), node
        )

    def visit_FunctionDef(self, node):
        if node.name != "check" and not node.name.startswith("test"):
            return node
        first = self.count
        self.generic_visit(node)
        node.sites = range(first, self.count)
        return node

    def visit_ImportFrom(self, node):
        """The program's names are there without an import from `solution`."""
        if node.module != PROGRAM:
            return node
        renamed = [
            ast.Assign([ast.Name(a.asname, ast.Store())], ast.Name(a.name, ast.Load()))
            for a in node.names
            if a.asname and a.name != "*"
        ]
        return renamed or ast.Pass()

    def untouched(self, node):
        return node

    visit_Try = visit_TryStar = visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = untouched


def absent_module(tree):
    """A module that the tests import and that is not here: no program could pass them."""
    for node in tree.body:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        for name in names:
            top = name.partition(".")[0]
            if top not in sys.modules and importlib.util.find_spec(top) is None:
                return top
    return None


def uncalled_tests(tree, names):
    """(name, its asserts) of functions that are left for pytest to call."""
    return [
        (node.name, node.sites)
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test")
        and node.name not in names.used
        and len(node.args.args) == len(node.args.defaults)
    ]


class Names:
    """How the test code uses its names: what it calls, and what it only takes attributes of."""

    def __init__(self, tree, entry):
        nodes = list(ast.walk(tree))
        bases = {id(n.value) for n in nodes if isinstance(n, ast.Attribute)}
        names = [n for n in nodes if isinstance(n, ast.Name)]
        called = {
            n.func.id for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        }
        self.used = {n.id for n in names}
        self.only_attributes = self.used - {n.id for n in names if id(n) not in bases}
        entry = ast.parse(
            entry or "None", mode="eval"
        )  # `f`, or as LeetCodeDataset has it `Solution().f`
        self.entry = {n.id for n in ast.walk(entry) if isinstance(n, ast.Name)}
        # Whether it tests something else than builtins: then those are ours, whatever the program calls its own.
        not_it = bound(nodes) | set(dir(builtins)) | {"__record__", "__failed__"}
        self.has_subject = bool(self.entry or called - not_it)


def bound(nodes):
    """The names that the test code gives a meaning itself."""
    found = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    found |= {n.name for n in nodes if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
    found |= {n.arg for n in nodes if isinstance(n, ast.arg)}
    imports = (n for n in nodes if isinstance(n, (ast.Import, ast.ImportFrom)))
    return found | {a.asname or a.name.partition(".")[0] for n in imports for a in n.names}
