"""Plain data as bytes: what may cross between an untrusted program and whoever judges it.

One JSON text. None, booleans, small integers, floats, strings and lists stand for themselves; everything else is an
object with one key, its tag: `{"tuple": [1, 2]}`. `decode` builds exact builtin types (and those of `collections`,
`fractions`, `decimal`, `datetime`) and nothing else: no class, no method and no comparison of the program crosses.

Covered: any bytes may be given to `decode`; it returns plain data or raises WireError.
Not covered: how long a comparison of what it returns takes; sizes are the caller's to bound.

This file is also copied into every slot, so it knows the standard library only.
"""

from __future__ import annotations

import base64
import json
import sys
from collections import Counter, OrderedDict, deque
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LARGEST = (
    1 << 63
)  # larger integers cross in hexadecimal: decimal digits are quadratic, and limited to 4300
_DEPTH = 150  # deeper data is refused: json, and most comparisons, recurse
_TYPES = {
    t.__name__: t
    for t in (bool, bytes, complex, dict, float, frozenset, int, list, object, set, str, tuple)
}
_FLAT = frozenset({str, float, bool, type(None)})
_ARRAY_KINDS = frozenset("biufcUS")  # numpy dtypes that are plain values: no objects, no records


class WireError(ValueError):
    """The value is not plain data, or the bytes are not the encoding of any."""


def encode(value: Any, refer: Callable[[Any], Any] | None = None, *, arrays: bool = True) -> bytes:
    """`value` as bytes. Subclasses of builtins become what they are underneath.

    refer:  turns an object that has no plain form into a JSON value that does; without it that is a WireError.
    arrays: False turns numpy scalars and arrays into numbers and lists.
    """
    try:
        tree = _Encoder(refer, arrays=arrays).tree(value, 0)
        return json.dumps(tree, separators=(",", ":")).encode()
    except (RecursionError, RuntimeError, TypeError, UnicodeError, ValueError) as e:
        raise WireError(str(e)) from e


def decode(
    blob: bytes, resolve: Callable[[Any], Any] | None = None, *, arrays: bool = False
) -> Any:
    """The plain value behind `blob`. Raises WireError for anything `encode` could not have written.

    resolve: what the value under the tag "ref" stands for; without it a reference is a WireError.
    arrays:  True builds numpy arrays (numpy must be there); False turns them into lists.
    """
    readers = dict(_READERS)
    readers["array"] = _array if arrays else lambda body: _array(body).tolist()
    if resolve is not None:
        readers["ref"] = resolve
    return _decode(blob, readers)


def decode_json(blob: bytes) -> Any:
    """The plain value behind `blob` where JSON has one like it: tuples are told from lists, and keys are JSON's.

    For the host, which a program may hand any bytes: work is linear in them. `decode` computes with numbers that it
    finds, and hashes them; a fraction of a few digits, or integers of one hash, would keep it busy for hours.
    Raises WireError for all that no JSON value equals.
    """
    return _decode(blob, _JSON_READERS)


def json_key(key: Any) -> str | None:
    """The key of a dict as `json.dumps` writes it; None where JSON has no such key."""
    if type(key) is str:
        return key
    if key is None or type(key) is bool:
        return {None: "null", True: "true", False: "false"}[key]
    if type(key) is int and key.bit_length() > 1024:  # past 4300 digits Python refuses to write it
        return None
    return repr(key) if type(key) in (int, float) else None


def _decode(blob: bytes, readers: Mapping[str, Callable[[Any], Any]]) -> Any:
    def read(tagged: dict[str, Any]) -> Any:
        ((tag, body),) = tagged.items()
        return readers[tag](body)

    try:
        return json.loads(blob, object_hook=read)
    except WireError:
        raise
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as e:
        raise WireError(f"not plain data: {type(e).__name__}: {e}") from e


class _Encoder:
    def __init__(self, refer: Callable[[Any], Any] | None, *, arrays: bool) -> None:
        self.refer = refer
        self.arrays = arrays

    def tree(self, value: Any, depth: int) -> Any:
        """`value` as what `json` writes and `decode` reads back."""
        kind = type(value)
        if kind in _FLAT:
            return value
        if depth > _DEPTH:
            raise WireError(f"data nested deeper than {_DEPTH}")
        if isinstance(value, int):
            return _integer(kind, value)
        if isinstance(value, list):
            return self.items(list.__iter__(value), depth)
        for base, write in _WRITERS:
            if isinstance(value, base):
                return write(self, value, depth)
        if isinstance(value, _numpy_types()):
            return self.array(value, depth)
        if kind is type and value in _TYPES.values():
            return {"type": value.__name__}
        if self.refer is None:
            raise WireError(f"{kind.__name__} is not plain data")
        return {"ref": self.refer(value)}

    def items(self, values: Any, depth: int) -> list[Any]:
        """Each of `values`; what is flat, which is most of what is large, needs no second look."""
        found: list[Any] = list(values)
        if set(map(type, found)) <= _FLAT:
            return found
        return [self.tree(item, depth + 1) for item in found]

    def array(self, value: Any, depth: int) -> Any:
        """A numpy array or scalar: its dtype, shape and bytes, or as numbers."""
        if not self.arrays or value.dtype.kind not in _ARRAY_KINDS:
            return self.tree(value.tolist(), depth + 1)
        body = base64.b64encode(value.tobytes()).decode()
        scalar = not hasattr(value, "__array_interface__") or value.shape == ()
        return {"array": [value.dtype.str, None if scalar else list(value.shape), body]}


def _numpy_types() -> tuple[type, ...]:
    """Numpy's scalars and arrays, without importing numpy: where it is not loaded there are none."""
    numpy = sys.modules.get("numpy")
    return () if numpy is None else (numpy.generic, numpy.ndarray)


def _integer(kind: type, value: int) -> Any:
    if kind is bool:
        return value
    value = int.__index__(value)
    return value if -_LARGEST < value < _LARGEST else {"int": hex(value)}


def _pairs(encoder: _Encoder, value: dict[Any, Any], depth: int) -> list[Any]:
    return [encoder.items(pair, depth + 1) for pair in dict.items(value)]


def _moment(tag: str) -> Callable[[_Encoder, Any, int], Any]:
    return lambda _encoder, value, _depth: {tag: value.isoformat()}


# Subclasses before their bases: the first that fits is written.
_WRITERS: tuple[tuple[Any, Callable[[_Encoder, Any, int], Any]], ...] = (
    (str, lambda _e, v, _d: str.__str__(v)),
    (float, lambda _e, v, _d: float.__float__(v)),
    (tuple, lambda e, v, d: {"tuple": e.items(tuple.__iter__(v), d)}),
    (Counter, lambda e, v, d: {"counter": _pairs(e, v, d)}),
    (OrderedDict, lambda e, v, d: {"ordered": _pairs(e, v, d)}),
    (dict, lambda e, v, d: {"dict": _pairs(e, v, d)}),
    (set, lambda e, v, d: {"set": e.items(set.__iter__(v), d)}),
    (frozenset, lambda e, v, d: {"frozenset": e.items(frozenset.__iter__(v), d)}),
    (deque, lambda e, v, d: {"deque": [e.items(deque.__iter__(v), d), v.maxlen]}),
    (bytes, lambda _e, v, _d: {"bytes": base64.b64encode(v).decode()}),
    (bytearray, lambda _e, v, _d: {"bytearray": base64.b64encode(v).decode()}),
    (complex, lambda _e, v, _d: {"complex": [v.real, v.imag]}),
    (range, lambda e, v, d: {"range": e.items((v.start, v.stop, v.step), d)}),
    (Fraction, lambda e, v, d: {"fraction": e.items((v.numerator, v.denominator), d)}),
    (Decimal, lambda _e, v, _d: {"decimal": Decimal.__str__(v)}),
    (datetime, _moment("datetime")),
    (date, _moment("date")),
    (time, _moment("time")),
    (timedelta, lambda _e, v, _d: {"timedelta": [v.days, v.seconds, v.microseconds]}),
    (type(...), lambda _e, _v, _d: {"ellipsis": 0}),
)


def _list(body: Any) -> list[Any]:
    if type(body) is not list:
        raise WireError(f"a list is missing; found {type(body).__name__}")
    items: list[Any] = body
    return items


def _dict(body: Any) -> dict[Any, Any]:
    return {key: value for key, value in _list(body)}  # noqa: C416 - each must be a pair


def _array(body: Any) -> Any:
    """Numpy is imported only here: where it is missing, and an array arrives all the same, that is a WireError."""
    dtype, shape, blob = _list(body)
    try:
        import numpy as np
    except ImportError as e:
        raise WireError("an array, and no numpy to hold it") from e
    kind = np.dtype(str(dtype))
    if kind.kind not in _ARRAY_KINDS:
        raise WireError(f"an array of {dtype!r} is not plain data")
    flat = np.frombuffer(base64.b64decode(blob), dtype=kind)
    return flat[0] if shape is None else flat.reshape(shape).copy()


_READERS: dict[str, Callable[[Any], Any]] = {
    "int": lambda body: int(body, 16),
    "tuple": lambda body: tuple(_list(body)),
    "dict": _dict,
    "counter": lambda body: Counter(_dict(body)),
    "ordered": lambda body: OrderedDict(_dict(body)),
    "set": lambda body: set(_list(body)),
    "frozenset": lambda body: frozenset(_list(body)),
    "deque": lambda body: deque(_list(body[0]), body[1]),
    "bytes": lambda body: base64.b64decode(body, validate=True),
    "bytearray": lambda body: bytearray(base64.b64decode(body, validate=True)),
    "complex": lambda body: complex(*_list(body)),
    "range": lambda body: range(*_list(body)),
    "fraction": lambda body: Fraction(*_list(body)),
    "decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda body: timedelta(*_list(body)),
    "ellipsis": lambda _: ...,
    "type": _TYPES.__getitem__,
}


def _dict_of_json(body: Any) -> dict[str, Any]:
    pairs = [(json_key(key), value) for key, value in _list(body)]
    found = {key: value for key, value in pairs if key is not None}
    if len(found) < len(pairs):
        raise WireError("a dict that JSON has no keys for")
    return found


_JSON_READERS: dict[str, Callable[[Any], Any]] = {
    "int": _READERS["int"],
    "tuple": _READERS["tuple"],
    "dict": _dict_of_json,
    "counter": _dict_of_json,
    "ordered": _dict_of_json,
}
