"""The program's side of the split judge: load it, and do to its objects what the test code's side asks.

Nothing here is trusted by the other side: the program shares this process. Standard library only; beside judge.py.
"""

import builtins
import operator
import os
import sys
import traceback

import wire
from peer import Gone, Peer, plain_args


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
