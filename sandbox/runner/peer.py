"""One end of the socket between test code and program: frames of plain data, and references to what has no such form.

Standard library only; beside judge.py, which says what this keeps apart.
"""

import socket
import struct
import sys

import wire

PEER = 8  # as zygote.py lays it out
LENGTH = struct.Struct("!I")
LARGEST = 64 << 20


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


def plain_args(e):
    try:
        return wire.decode(wire.encode(list(e.args)))
    except BaseException:
        return []
