"""The program's objects as test code sees them: whatever is asked of one, its answer is plain data or another one.

An object of the program equals no plain value, is neither less nor more than any, and arithmetic between the two gives
no plain value: otherwise `abs(f(x) - 3) < 1e-6` would be decided by a `__sub__` of the program's.
Standard library only; beside judge.py.
"""

import builtins

import wire
from peer import Gone, Peer, plain_args

BINARY = (
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and_", "or_", "xor", "lshift", "rshift",
    "lt", "le", "gt", "ge",
)  # fmt: skip
ORDER = ("lt", "le", "gt", "ge")


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
