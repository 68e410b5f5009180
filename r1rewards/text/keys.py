"""64-bit keys of words: equal words have equal keys."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from r1rewards.text.ngrams import LONGEST_WORD

if TYPE_CHECKING:
    from r1rewards.text.letters import Units
    from r1rewards.text.scripts import Bytes
    from r1rewards.text.words import Positions, Words

Keys = npt.NDArray[np.uint64]

_FIRST_BYTES = np.array([(1 << 8 * n) - 1 for n in range(8)] + [(1 << 64) - 1], np.uint64)
_FACTORS = (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53))


def word_keys(codes: Bytes, starts: Positions, ends: Positions) -> Keys:
    """(n,) 64-bit keys of words: the letters themselves up to eight, a mix of the first 24 of longer ones.

    Equal words have equal keys. Different ones of up to eight letters have different keys; of longer ones, two of a
    million share a key with a chance of 3e-8.
    """
    lengths = ends - starts
    eights = _eights(codes, LONGEST_WORD)
    keys: Keys = eights[starts] & _FIRST_BYTES.take(lengths, mode="clip")
    for i, factor in enumerate(_FACTORS):
        longer = (lengths > 8 * (i + 1)).nonzero()[0]
        if not longer.size:
            break
        rest = np.minimum(lengths.take(longer), LONGEST_WORD) - 8 * (i + 1)
        part = eights[starts.take(longer) + 8 * (i + 1)] & _FIRST_BYTES.take(rest, mode="clip")
        mixed = mix(keys.take(longer)) * factor + part
        keys[longer] = mix(mixed) | np.uint64(1 << 63)
    return keys


def _eights(data: Units, margin: int) -> Keys:
    """At each letter, the eight bytes from there on as one number; zeros stand behind the end."""
    padded = np.zeros(data.size + margin + 8, data.dtype)
    padded[: data.size] = data
    eights: Keys = np.ndarray((data.size + margin,), "<u8", padded, strides=(data.itemsize,))
    return eights


def mix(keys: Keys) -> Keys:
    """Spread each bit over many, so that sums of keys are equal only where the summands are."""
    mixed: Keys = keys * _FACTORS[0]
    mixed ^= mixed >> np.uint64(32)
    mixed *= _FACTORS[1]
    mixed ^= mixed >> np.uint64(29)
    return mixed


def run_heads(codes: Bytes, words: Words) -> Keys:
    """(n,) equal where runs are equal, capitals or small: the first letters of each."""
    eights = _eights(codes, 8)
    return eights[words.starts] & _FIRST_BYTES.take(words.ends - words.starts, mode="clip")


def run_keys(words: Words) -> Keys:
    """(n,) 64-bit keys of runs of letters of any length and script. Capitals differ from small letters."""
    eights = _eights(words.letters.units, 8)
    size = words.letters.units.itemsize
    starts, left = words.starts, words.ends - words.starts
    keys = mix(eights[starts] & _FIRST_BYTES.take(left * size, mode="clip"))
    longer = np.arange(len(words))
    for block in range(1, _SHORT_RUN + 1):
        at = (left > 8 // size).nonzero()[0]
        if not at.size:
            return keys
        longer, starts, left = (
            longer.take(at),
            starts.take(at) + 8 // size,
            left.take(at) - 8 // size,
        )
        part = eights[starts] & _FIRST_BYTES.take(left * size, mode="clip")
        keys[longer] += mix(part + np.uint64(block * int(_FACTORS[1]) % 2**64))
    for i, start, end in zip(
        longer.tolist(), starts.tolist(), (starts + left).tolist(), strict=True
    ):
        rest = hashlib.blake2b(words.letters.units[start:end].tobytes(), digest_size=8)
        keys[i : i + 1] += np.frombuffer(rest.digest(), np.uint64)
    return keys


_SHORT_RUN = 8
"""Blocks of eight bytes after which the rest of a run is taken at once."""
