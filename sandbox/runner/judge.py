"""The split judge: test code and program in two processes under two uids, joined by a socket.

serving.py is the program's side: it loads the program and does to its objects what it is asked. Here is the test code's
side: names of the program stand for remote objects (remote.py), and every comparison happens here, between exact
builtin types.

Covered: whatever the program's process does to its own interpreter, classes, streams and exit code, nothing but plain
data and references arrives here. An object of the program equals no plain value, and arithmetic between the two gives
no plain value: otherwise `abs(f(x) - 3) < 1e-6` would be decided by a `__sub__` of the program's.
Not covered: tests that compare the program's objects with each other, or that call helpers which the program may
define as it likes; those ask the program to judge itself. (Helpers that the prompt defines come with the test code.)
"""

import ast
import builtins
import importlib
import json
import os
import sys
import traceback

import wire
from asserts import Asserts, Names, absent_module, uncalled_tests
from peer import Gone
from remote import JudgePeer

SOURCE, INPUT, OUTPUT = 4, 5, 6  # as zygote.py lays them out
MODULES = frozenset({
    "array", "bisect", "cmath", "collections", "copy", "datetime", "decimal", "fractions", "functools",
    "heapq", "itertools", "json", "math", "numbers", "numpy", "operator", "random", "re",
    "statistics", "string", "sys", "time", "typing",
})  # fmt: skip
ALIASES = {"np": "numpy"}


def judge(order):
    """Run the test code against the program behind the socket; the records in OUTPUT say how every assert ended."""
    peer = JudgePeer("judge", "program")
    tests = Tests(order)
    try:
        peer.send(["go"])
        kind, *body = peer.receive()
    except (Gone, wire.WireError):
        tests.finish("the program did not load")
    if kind != "loaded":
        tests.finish("the program did not load")
    tests.run(lambda names: namespace(peer, body[0], names))


def together(order, load):
    """The same in one process with the program: for tests that cannot be split. Whoever reads the verdict is told."""
    tests = Tests(order)
    code, module = load("solution")
    try:
        exec(code, vars(module))
    except BaseException:
        traceback.print_exc()
        tests.finish("the program did not load")
    tests.run(lambda _: vars(module))


class Tests:
    """Test code whose asserts record instead of raising: one failure does not hide the next."""

    def __init__(self, order):
        fd = INPUT if order["mode"] == "together" else SOURCE
        given = json.loads(os.pread(fd, os.fstat(fd).st_size, 0))
        self.entry, self.stop = given["entry"], given["stop"]
        self.reached = set()
        try:
            tree = Asserts().visit(ast.parse(given["code"]))
            self.code = compile(ast.fix_missing_locations(tree), "tests.py", "exec")
        except (SyntaxError, ValueError, MemoryError, RecursionError) as e:
            self.finish(f"tests: {type(e).__name__}: {e}", word="B")
        if absent := absent_module(tree):
            self.finish(f"tests: no module {absent!r} here", word="B")
        self.names = Names(tree, self.entry)
        self.functions = uncalled_tests(tree, self.names)
        self.record(f"S {tree.count}")

    def record(self, line):
        os.write(OUTPUT, line.encode("utf-8", "replace") + b"\n")

    def finish(self, why=None, word="A"):
        self.record(f"{word} {why}".replace("\n", " ")[:300] if why else "E")
        sys.stderr.flush()
        os._exit(0)

    def run(self, make_namespace):
        names = make_namespace(self.names)
        names |= {"__name__": "__main__", "__record__": self.passed, "__failed__": self.failed}
        try:
            exec(self.code, names)
            if self.entry and callable(names.get("check")):
                names["check"](eval(self.entry, names))
        except BaseException as e:
            traceback.print_exc()
            self.finish(f"{type(e).__name__}: {e}"[:300])
        for name, sites in self.functions:
            self.run_function(names[name], sites)
        self.finish()

    def run_function(self, function, sites):
        """One of several: what it raises is the end of its own asserts, not of those of the others."""
        try:
            function()
        except BaseException:
            traceback.print_exc()
            for site in sites:
                if site not in self.reached:
                    self.count(site, "r")

    def passed(self, site, value):
        if not value:
            self.count(site, "0")
        else:
            self.count(site, "1")

    def failed(self, site):
        traceback.print_exc(limit=3)
        self.count(site, "r")

    def count(self, site, how):
        self.reached.add(site)
        self.record(f"{site} {how}")
        if how != "1" and self.stop:
            self.finish("stopped at the first failure", word="F")


def namespace(peer, described, names):
    """What the test code sees: the program's names, but no builtin and no module in a disguise of the program's."""
    found = {}
    for name, kind, value in described:
        if name.startswith("__") or name not in names.used | names.entry:
            continue
        if hasattr(builtins, name) and name not in names.entry and names.has_subject:
            continue  # a test of f may say abs(f(x) - y): that abs is ours
        if kind == "exception":
            found[name] = peer.exceptions[name] = mirror(name, value)
        elif kind != "module":
            found[name] = value
    for name in names.used:
        module = ALIASES.get(name, name)
        if module in MODULES and (name in names.only_attributes or name not in found):
            try:
                found[name] = importlib.import_module(module)
            except ImportError:
                pass
    return found


def mirror(name, bases):
    """A class of our own that stands for an exception class of the program's in `except` and `raises`."""
    for base in bases:
        kind = getattr(builtins, str(base), None)
        if isinstance(kind, type) and issubclass(kind, Exception):
            return type(str(name), (kind,), {})
    return type(str(name), (Exception,), {})
