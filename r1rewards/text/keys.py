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
    from r1rewards.text.words import Positions

Keys = npt.NDArray[np.uint64]

_FIRST_BYTES = np.array([(1 << 8 * n) - 1 for n in range(8)] + [(1 << 64) - 1], np.uint64)
_FACTORS = (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53))


def word_keys(codes: Bytes, starts: Positions, ends: Positions) -> Keys:
    """(n,) 64-bit keys of words: the letters themselves up to eight, a mix of the first 24 of longer ones.

    Equal words have equal keys. Different ones of up to eight letters have different keys; of longer ones, two of a
    million share a key with a chance of 3e-8.
    """
    lengths = ends - starts
    eights = _in_eights(codes, LONGEST_WORD)
    keys = _eight_bytes(eights, starts)
    keys &= _FIRST_BYTES.take(lengths, mode="clip")
    for i, factor in enumerate(_FACTORS):
        longer = (lengths > 8 * (i + 1)).nonzero()[0]
        if not longer.size:
            break
        rest = np.minimum(lengths.take(longer), LONGEST_WORD) - 8 * (i + 1)
        part = _eight_bytes(eights, starts.take(longer) + 8 * (i + 1))
        part &= _FIRST_BYTES.take(rest, mode="clip")
        mixed = mix(keys.take(longer)) * factor + part
        keys[longer] = mix(mixed) | np.uint64(1 << 63)
    return keys


def _in_eights(data: Units, margin: int) -> Keys:
    """The bytes of `data`, eight to a number, and at least `margin` more zeros."""
    padded: Keys = np.zeros((data.nbytes + margin) // 8 + 2, np.uint64)
    padded.view(np.uint8)[: data.nbytes] = data.view(np.uint8)
    return padded


def _eight_bytes(eights: Keys, places: Positions) -> Keys:
    """(n,) the eight bytes from each place on, as one number: from two aligned ones, which are looked up faster."""
    at = places >> 3
    shift = ((places & 7) << 3).view(np.uint64)
    low: Keys = eights.take(at)
    low >>= shift
    at += 1
    high = eights.take(at)
    high <<= np.uint64(64) - shift  # all bits out where the place is aligned
    low |= high
    return low


def mix(keys: Keys) -> Keys:
    """Spread each bit over many, so that sums of keys are equal only where the summands are."""
    mixed: Keys = keys * _FACTORS[0]
    mixed ^= mixed >> np.uint64(32)
    mixed *= _FACTORS[1]
    mixed ^= mixed >> np.uint64(29)
    return mixed


def run_heads(codes: Bytes, starts: Positions, ends: Positions) -> Keys:
    """(n,) equal where runs are equal, capitals or small: the first letters of each."""
    heads = _eight_bytes(_in_eights(codes, 8), starts)
    heads &= _FIRST_BYTES.take(ends - starts, mode="clip")
    return heads


def run_keys(units: Units, starts: Positions, ends: Positions) -> Keys:
    """(n,) 64-bit keys of runs of letters of any length and script. Capitals differ from small letters."""
    eights, size = _in_eights(units, 8), units.itemsize
    left = ends - starts
    keys = mix(_eight_bytes(eights, starts * size) & _FIRST_BYTES.take(left * size, mode="clip"))
    longer = np.arange(starts.size)
    for block in range(1, _SHORT_RUN + 1):
        at = (left > 8 // size).nonzero()[0]
        if not at.size:
            return keys
        longer, starts, left = (
            longer.take(at),
            starts.take(at) + 8 // size,
            left.take(at) - 8 // size,
        )
        part = _eight_bytes(eights, starts * size) & _FIRST_BYTES.take(left * size, mode="clip")
        keys[longer] += mix(part + np.uint64(block * int(_FACTORS[1]) % 2**64))
    for i, start, end in zip(
        longer.tolist(), starts.tolist(), (starts + left).tolist(), strict=True
    ):
        rest = hashlib.blake2b(units[start:end].tobytes(), digest_size=8)
        keys[i : i + 1] += np.frombuffer(rest.digest(), np.uint64)
    return keys


_SHORT_RUN = 8
"""Blocks of eight bytes after which the rest of a run is taken at once."""
