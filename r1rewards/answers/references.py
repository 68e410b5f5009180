r"""References as data sets ship them, read once: answers, boxed answers, whole solutions, numbers, or lists of these.

A reference that no answer could be compared with has a `problem`; `check_references` lists these before a run starts.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from r1rewards.answers.equal import Reference, read_reference, read_texts
from r1rewards.answers.extract import reference_answer
from r1rewards.errors import BadCallError

CACHED = 65_536
"""References kept: the largest public training sets have about as many distinct ones."""


def reference_key(reference: Any) -> Hashable | None:
    """The reference as a dictionary key; None where there is nothing to compare an answer with.

    None, a missing number (NaN) and tests for code (a mapping) are nothing; NumPy numbers and arrays are plain ones.
    """
    if hasattr(reference, "tolist"):
        reference = reference.tolist()
    if isinstance(reference, float) and reference != reference:  # noqa: PLR0124 - how pandas writes "missing"
        return None
    if isinstance(reference, list | tuple):
        return tuple(map(_hashable, reference))
    return None if isinstance(reference, Mapping) else reference


def _hashable(value: Any) -> Hashable:
    """An element of a list of references; what is none (a list in a list) is kept as what can be said of it."""
    value = value.tolist() if hasattr(value, "tolist") else value
    return value if value is None or isinstance(value, str | int | float) else (repr(value),)


@lru_cache(maxsize=CACHED)
def reference_of(key: Hashable) -> Reference:
    """The reference with that key, read. Solutions with a box or a `####` line are cut down to their answer."""
    try:
        if isinstance(key, str):
            return read_texts((reference_answer(key),))
        if isinstance(key, tuple) and all(isinstance(k, str | int | float) for k in key):
            return read_reference([reference_answer(str(k)) for k in key])
        return read_reference(key)  # type: ignore[arg-type]  # it says itself what it takes
    except BadCallError as e:
        return Reference((), (), str(e))


def check_references(references: Sequence[Any]) -> list[tuple[int, str]]:
    """(index, what is wrong) of every reference that no answer can be compared with.

    Rows with such a reference are unscored, verdict `bad_reference`; better to know before a run starts.
    """
    found: list[tuple[int, str]] = []
    for i, reference in enumerate(references):
        key = reference_key(reference)
        problem = "there is no reference" if key is None else reference_of(key).problem
        if problem is not None:
            found.append((i, problem))
    return found
