"""The split judge: test code and program in two processes under two uids, joined by a socket.

`serve` is the program's side: it loads the program and does to its objects what it is asked. `judge` is the test code's
side: names of the program stand for remote objects, and every comparison happens here, between exact builtin types.

Covered: whatever the program's process does to its own interpreter, classes, streams and exit code, nothing but plain
data and references arrives here. An object of the program equals no plain value, and arithmetic between the two gives
no plain value: otherwise `abs(f(x) - 3) < 1e-6` would be decided by a `__sub__` of the program's.
Not covered: tests that compare the program's objects with each other, or that call helpers which the program may
define as it likes; those ask the program to judge itself. (Helpers that the prompt defines come with the test code.)
"""

import ast
import builtins
import importlib
import importlib.util
import json
import operator
import os
import socket
import struct
import sys
import traceback

import wire

LENGTH = struct.Struct("!I")
LARGEST = 64 << 20
SOURCE, INPUT, OUTPUT, PEER = 4, 5, 6, 8  # as zygote.py lays them out
BINARY = (
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and_", "or_", "xor", "lshift", "rshift",
    "lt", "le", "gt", "ge",
)  # fmt: skip
ORDER = ("lt", "le", "gt", "ge")
MODULES = frozenset({
    "array", "bisect", "cmath", "collections", "copy", "datetime", "decimal", "fractions", "functools",
    "heapq", "itertools", "json", "math", "numbers", "numpy", "operator", "random", "re",
    "statistics", "string", "sys", "time", "typing",
})  # fmt: skip
ALIASES = {"np": "numpy"}
PROGRAM = "solution"  # what tests call the program's module


class Gone(BaseException):
    """The program's process has ended, or raised what ends one. Not an Exception: tests must not catch it as theirs."""


class Peer:
    """One end: asks the other side, and answers what it asks meanwhile (a callback inside a call)."""

    def __init__(self, ours, theirs):
        self.sock = socket.socket(fileno=PEER)
        self.ours, self.theirs = ours, theirs  # how references to either side's objects are marked
        self.objects = []
        self.numbers = {}  # id() of one of ours -> its place in `objects`, which keeps it alive
        self.proxies = {}  # number of one of theirs -> what stands for it here
        self.arrays = "numpy" in sys.modules

    def ask(self, *request):
        self.send(["ask", *request])
        while True:
            kind, *body = self.receive()
            if kind != "ask":
                return kind, body
            self.answer(*body)

    def send(self, message):
        self.send_bytes(wire.encode(message, self.refer))

    def send_bytes(self, blob):
        try:
            self.sock.sendall(LENGTH.pack(len(blob)) + blob)
        except OSError as e:
            raise Gone("the program has ended") from e

    def receive(self):
        return wire.decode(self.receive_bytes(), self.resolve, arrays=self.arrays)

    def receive_bytes(self):
        (size,) = LENGTH.unpack(self.read(LENGTH.size))
        if size > LARGEST:
            raise Gone("the program sent more than may be sent")
        return self.read(size)

    def read(self, size):
        parts = []
        while size:
            part = self.sock.recv(min(size, 1 << 20))
            if not part:
                raise Gone("the program has ended")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def number(self, thing):
        """The number of one of our objects, which the other side may then name."""
        if id(thing) not in self.numbers:
            self.numbers[id(thing)] = len(self.objects)
            self.objects.append(thing)
        return self.numbers[id(thing)]

    def refer(self, thing):
        if type(thing) is self.Remote:
            return [self.theirs, object.__getattribute__(thing, "_number")]
        return [self.ours, self.number(thing)]

    def resolve(self, body):
        side, number = body
        if side == self.ours:
            return self.objects[int(number)]
        if number not in self.proxies:  # one for each, so that what is the same is the same here
            self.proxies[number] = self.Remote(self, int(number))
        return self.proxies[number]


# The program's side.


def serve(load):
    """Load the program, say which names it has, then answer until the other side is gone."""
    peer = ProgramPeer("program", "judge")
    try:
        peer.receive()  # the judge is there: no bomb that goes off now can keep it from being forked
    except Gone:
        os._exit(0)
    code, module = load("solution")
    try:
        exec(code, vars(module))
    except BaseException:
        traceback.print_exc()
        peer.send(["failed"])
        os._exit(1)
    peer.send(
        ["loaded", [describe(peer, name, value) for name, value in list(vars(module).items())]]
    )
    while True:
        try:
            _, *body = peer.receive()
        except Gone:
            os._exit(0)
        peer.answer(*body)


def describe(peer, name, value):
    """[name, kind, value or what it derives from]: enough for the test code to have something of that name."""
    if isinstance(value, type):
        if issubclass(value, BaseException):
            return [name, "exception", [base.__name__ for base in value.__mro__]]
        return [name, "object", value]
    if isinstance(value, type(sys)):
        return [name, "module", value.__name__]
    try:
        if len(wire.encode(value)) < 65536:
            return [name, "plain", value]
    except ValueError:
        pass
    return [name, "callable" if callable(value) else "object", value]


class Callback:
    """A function or an iterator of the test code's, or an object with public attributes, seen from the program."""

    def __init__(self, peer, number):
        object.__setattr__(self, "_peer", peer)
        object.__setattr__(self, "_number", number)

    def __call__(self, *args, **kwargs):
        return self._peer.want("call", self, list(args), kwargs)

    def __getattr__(self, name):
        return self._peer.want("get", self, name)

    def __setattr__(self, name, value):
        self._peer.want("set", self, name, value)

    def __iter__(self):
        return self._peer.want("iter", self)

    def __next__(self):
        return self._peer.want("step", self)


class ProgramPeer(Peer):
    Remote = Callback

    def want(self, *request):
        kind, body = self.ask(*request)
        if kind == "raise":
            raise getattr(builtins, body[0][0], RuntimeError)(*body[1])
        return body[0]

    def answer(self, verb, *body):
        """Do it, whatever it runs into: the reply is a value, or the names and arguments of an exception."""
        try:
            reply = getattr(self, "do_" + verb)(*body)
        except SystemExit:
            reply = ["exit"]
        except BaseException as e:
            reply = ["raise", [base.__name__ for base in type(e).__mro__], plain_args(e)]
        try:
            blob = wire.encode(reply, self.refer)
        except BaseException as e:
            blob = wire.encode(["raise", ["TypeError", "Exception"], [str(e)[:500]]])
        try:
            self.send_bytes(blob)
        except Gone:
            os._exit(0)

    def do_call(self, target, args, kwargs):
        """The result, and the arguments as they are afterwards where the call changed them."""
        given = [*args, *kwargs.values()]
        before = self.encoded(given)
        value = target(*args, **kwargs)
        return ["value", value, given if before and before != self.encoded(given) else None]

    def encoded(self, args):
        mutable = (list, dict, set, bytearray)
        if not any(
            isinstance(a, mutable) or type(a).__name__ in ("deque", "ndarray") for a in args
        ):
            return b""
        return wire.encode(args, self.refer)

    def do_get(self, target, name):
        return ["value", getattr(target, name)]

    def do_set(self, target, name, value):
        setattr(target, name, value)
        return ["value", None]

    def do_iter(self, target):
        return ["value", Iterator(iter(target))]

    def do_next(self, target):
        """Up to a hundred items at a time, so that a long list is not a long conversation; an endless one is fine."""
        items = []
        for item in target.iterator:
            items.append(item)
            if len(items) == (1 if target.fresh else 100):
                break
        target.fresh = False
        return ["value", items]

    def do_step(self, target):
        return ["value", next(target)]

    def do_item(self, target, key):
        return ["value", target[key]]

    def do_put(self, target, key, value):
        target[key] = value
        return ["value", None]

    def do_remove(self, target, key):
        del target[key]
        return ["value", None]

    def do_enter(self, target):
        return ["value", type(target).__enter__(target)]

    def do_exit(self, target, name, text):
        error = name and getattr(builtins, name, RuntimeError)(text)
        return ["value", bool(type(target).__exit__(target, error and type(error), error, None))]

    def do_unary(self, name, target):
        return ["value", getattr(operator, name)(target)]

    def do_length(self, target):
        return ["value", len(target)]

    def do_text(self, how, target):
        return ["value", {"str": str, "repr": repr}[how](target)]

    def do_truth(self, target):
        return ["value", bool(target)]

    def do_equal(self, left, right):
        return ["value", bool(left == right)]

    def do_instance(self, thing, kind):
        return ["value", isinstance(thing, kind)]

    def do_binary(self, name, left, right):
        return ["value", getattr(operator, name)(left, right)]


class Iterator:
    def __init__(self, iterator):
        self.iterator = iterator
        self.fresh = True  # the first item alone: an endless generator may cost much for the second


def plain_args(e):
    try:
        return wire.decode(wire.encode(list(e.args)))
    except BaseException:
        return []


# The test code's side.


class Remote:
    """An object of the program's. Whatever is asked of it, its answer is plain data or another Remote."""

    __slots__ = ("_number", "_peer")

    def __init__(self, peer, number):
        object.__setattr__(self, "_peer", peer)
        object.__setattr__(self, "_number", number)

    def __call__(self, *args, **kwargs):
        return self._peer.call(self, list(args), kwargs)

    def __getattr__(self, name):
        if name.startswith("__") and name not in ("__name__", "__doc__"):
            raise AttributeError(name)
        return self._peer.want("get", self, name)

    def __setattr__(self, name, value):
        self._peer.want("set", self, name, value)

    def __iter__(self):
        iterator = self._peer.want("iter", self)
        while items := self._peer.want("next", iterator):
            yield from items

    def __next__(self):
        return self._peer.want("step", self)

    def __getitem__(self, key):
        return self._peer.want("item", self, key)

    def __setitem__(self, key, value):
        self._peer.want("put", self, key, value)

    def __delitem__(self, key):
        self._peer.want("remove", self, key)

    def __enter__(self):
        return self._peer.want("enter", self)

    def __exit__(self, kind, value, _):
        return self._peer.want("exit", self, kind and kind.__name__, kind and str(value)) is True

    def __len__(self):
        return int(self._peer.want("length", self))

    def __bool__(self):
        return self._peer.want("truth", self) is True

    def __str__(self):
        return str(self._peer.want("text", "str", self))

    def __repr__(self):
        return str(self._peer.want("text", "repr", self))

    def __contains__(self, item):
        return any(item is found or item == found for found in self)

    def __eq__(self, other):
        if type(other) is not Remote:
            return NotImplemented  # plain data on the other side: never equal, whatever the program's class says
        return self._number == other._number or self._peer.want("equal", self, other) is True

    def __ne__(self, other):
        return NotImplemented if type(other) is not Remote else not self == other

    def __hash__(self):
        return hash(self._number)

    def __instancecheck__(self, thing):
        return type(thing) is Remote and self._peer.want("instance", thing, self) is True


def _binary(name):
    def forward(self, other):
        return self._peer.arithmetic(name, self, other)

    def backward(self, other):
        return self._peer.arithmetic(name, other, self)

    bare = name.rstrip("_")
    setattr(Remote, f"__{bare}__", forward)
    if name not in ORDER:
        setattr(Remote, f"__r{bare}__", backward)


def _unary(name):
    def forward(self):
        return self._peer.unary(name, self)

    setattr(Remote, f"__{name}__", forward)


for _name in BINARY:
    _binary(_name)
for _name in ("neg", "pos", "abs", "invert"):
    _unary(_name)


class JudgePeer(Peer):
    Remote = Remote

    def __init__(self, *sides):
        super().__init__(*sides)
        self.exceptions = {}  # name -> our stand-in for an exception class that the program defines

    def want(self, *request):
        return self.value(*self.checked(*request))

    def checked(self, *request):
        try:
            return self.ask(*request)
        except wire.WireError as e:
            raise Gone(f"the program sent what is not plain data: {e}") from e

    def value(self, kind, body):
        if kind == "value" and body:
            return body[0]
        if kind == "raise" and len(body) == 2:
            raise self.exception(*body)
        raise Gone(
            "the program left by sys.exit()" if kind == "exit" else "the program sent nonsense"
        )

    def call(self, target, args, kwargs):
        kind, body = self.checked("call", target, args, kwargs)
        try:
            result = self.value(kind, body)
        except (
            StopIteration
        ) as e:  # or `all(map(f, ...))` would take it for the end of its cases, and be true
            raise RuntimeError("the program raised StopIteration") from e
        if len(body) == 2 and type(body[1]) is list:
            for ours, theirs in zip([*args, *kwargs.values()], body[1], strict=False):
                restore(ours, theirs)
        return result

    def arithmetic(self, name, left, right):
        """Between two of the program's objects: whatever they say. With plain data: only another such object.

        Comparisons with plain data have none: what `f(x) < 3` gives is asked for its truth, which the program decides.
        """
        of_both = type(left) is type(right) is Remote
        if of_both or name not in ORDER:
            result = self.want("binary", name, left, right)
            if of_both or type(result) is Remote:
                return result
        raise TypeError(
            f"{name} of an object of the program and plain data gives plain data: not trusted"
        )

    def unary(self, name, thing):
        """Another object of the program, as `abs(f(x) - 3)` is compared with plain data."""
        result = self.want("unary", name, thing)
        if type(result) is Remote:
            return result
        raise TypeError(f"{name} of an object of the program gives plain data: not trusted")

    def exception(self, names, args):
        for name in names:
            kind = self.exceptions.get(name) or getattr(builtins, name, None)
            if isinstance(kind, type) and issubclass(kind, Exception):
                try:
                    return kind(*args)
                except TypeError:
                    return kind()
        return Gone(f"the program raised {names[:1]}")

    def answer(self, verb, target=None, *body):
        """Do what the program asks with what the tests gave it: see `ALLOWED`."""
        try:
            allowed, do = ALLOWED.get(str(verb), (is_nothing, None))
            if allowed(target, *body):
                self.send(["value", do(target, *body)])
            else:
                self.send(["raise", ["TypeError"], [f"the tests do not allow {verb!r} here"]])
        except Exception as e:
            self.send(["raise", [type(e).__name__], plain_args(e)])


def is_nothing(*_):
    return False


def is_function(target, *_):
    return callable(target) and type(target) is not Remote


def is_attribute(target, name, *_):
    """Public ones, of objects made for it: a generator has its frame among them, a module all that it imports."""
    made = type(target).__module__ in ("__main__", "_io", "random", "types")
    return made and not callable(target) and type(name) is str and not name.startswith("_")


def is_iterable(target, *_):
    return hasattr(type(target), "__iter__") and type(target) is not Remote


# What the program may do to objects of the test code's: verb -> (may it, how it is done).
ALLOWED = {
    "call": (is_function, lambda target, args, kwargs: target(*args, **kwargs)),
    "get": (is_attribute, getattr),
    "set": (is_attribute, setattr),
    "iter": (is_iterable, iter),
    "step": (is_iterable, next),
}


def restore(ours, theirs):
    """Make an argument look as the call left it; its identity stays, as other names may point to it."""
    if type(ours) is not type(theirs):
        return
    if isinstance(ours, (list, bytearray)):
        ours[:] = theirs
    elif isinstance(ours, (dict, set)):
        ours.clear()
        ours.update(theirs)
    elif type(ours).__name__ == "deque":
        ours.clear()
        ours.extend(theirs)
    elif type(ours).__name__ == "ndarray" and ours.shape == theirs.shape:
        ours[...] = theirs


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
