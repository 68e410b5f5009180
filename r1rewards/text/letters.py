"""The letters of some texts: one UTF-16 unit and one byte of meaning for each, invisible characters left out."""

from __future__ import annotations

import itertools
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from r1rewards.text.scripts import INVISIBLE, OTHERS, Bytes, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Units = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


class Letters(NamedTuple):
    """The letters of some texts.

    text:   the texts as read, a new line behind each: without invisible characters, one UTF-16 unit per letter.
    units:  the same as an array. kinds: one byte for each letter of `text`, see `scripts`.
    bounds: where in `text` each of the texts begins, and the end of the last.
    """

    text: str
    units: Units
    kinds: Bytes
    bounds: list[int]


def read_letters(texts: Sequence[str]) -> Letters:
    """The letters of `texts`, invisible ones left out, one unit each."""
    text = "\n".join([*texts, ""])
    bounds = list(itertools.accumulate((len(t) + 1 for t in texts), initial=0))
    table = tables()
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:
        pass
    else:
        kinds = np.frombuffer(raw.translate(table.latin_1_kinds), np.uint8)
        if text.isascii() or not np.count_nonzero(kinds == INVISIBLE):
            return Letters(text, np.frombuffer(raw, np.uint8), kinds, bounds)
    points = _points_of(text)
    if points.max() > _LAST_UNIT:
        texts = _in_one_unit(points, texts, bounds)
        text = "\n".join([*texts, ""])
    units = points.astype(np.uint16)
    kinds = table.kinds.take(units)
    if kinds.max() >= INVISIBLE:
        at = (kinds >= INVISIBLE).nonzero()[0]
        odd = set((np.searchsorted(bounds, at, "right") - 1).tolist())
        return read_letters([_visible(t) if i in odd else t for i, t in enumerate(texts)])
    return Letters(text, units, kinds, bounds)


_LAST_UNIT = 0xFFFF


def _points_of(text: str) -> npt.NDArray[np.uint32]:
    """The code point of each letter."""
    return np.array(text).reshape(1).view(np.uint32)  # a tenth of the time that `encode` takes


def codes_of(units: Units) -> Bytes:
    """One byte for each letter of the text, see `scripts`; of what is no letter, anything."""
    table = tables()
    if units.itemsize == 1:
        if units.size and units.max() < 128:
            lower: Bytes = units.view(np.uint8) | np.uint8(0x20)
            return lower
        return np.frombuffer(units.tobytes().translate(table.latin_1_codes), np.uint8)
    return table.codes.take(units)


_INVISIBLE = re.compile(f"[{OTHERS[INVISIBLE]}]+")
_MARK = re.compile("[\u0300-\u036f]")
_MARKS = re.compile("[^\u0300-\u036f]?[\u0300-\u036f]+")


def _in_one_unit(
    points: npt.NDArray[np.uint32], texts: Sequence[str], bounds: list[int]
) -> list[str]:
    """The texts with one letter for each character that takes two UTF-16 units; `points` change with them."""
    at = (points > _LAST_UNIT).nonzero()[0]
    found, which = np.unique(points.take(at), return_inverse=True)
    points[at] = np.array([ord(_stand_in(chr(p))) for p in found.tolist()])[which]
    changed = list(texts)
    for i in set((np.searchsorted(bounds, at, "right") - 1).tolist()):
        letters = points[bounds[i] : bounds[i + 1] - 1]
        changed[i] = str(letters.tobytes(), "utf-32-le", "surrogatepass")
    return changed


def _stand_in(character: str) -> str:
    """Rare Han, mathematical alphabets; or a sign."""
    if "\U00020000" <= character <= "\U000323af":
        return "\u3400"
    if "\U0001d400" <= character <= "\U0001d7ff":
        return unicodedata.normalize("NFKC", character)[0]
    return "\ufffd" if not character.isalpha() else "\u2d30"


def _visible(text: str) -> str:
    """Without invisible characters, and accents joined to their letters where Unicode has such a letter."""
    text = _INVISIBLE.sub("", text)
    return _MARKS.sub(_joined, text) if _MARK.search(text) else text


def _joined(found: re.Match[str]) -> str:
    composed = unicodedata.normalize("NFC", found.group())
    return composed[:1] if not "\u0300" <= composed[0] <= "\u036f" else ""


def original_places(text: str, read: str) -> Callable[[int], int]:
    """A function from a place in `read`, the letters of one text, to the place in `text`."""
    if len(text) == len(read) - 1:
        return lambda place: place
    places, at = [], 0
    for found in _MARKS.finditer(text):
        places += [i for i in range(at, found.start()) if not _INVISIBLE.match(text[i])]
        places += [found.start()] * bool(_joined(found))
        at = found.end()
    places += [i for i in range(at, len(text)) if not _INVISIBLE.match(text[i])]
    return lambda place: places[place] if place < len(places) else len(text)
