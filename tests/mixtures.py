"""Texts in two languages whose true share is known because they are put together from sentences of known language."""

from __future__ import annotations

import functools
import random
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SENTENCES = Path(__file__).parent / "data" / "language" / "sentences.txt"
LETTERS_PER_WORD = {"zh": 1.53, "ja": 2.26, "th": 3.67}
CLOSE = ({"da", "no"}, {"da", "sv"}, {"no", "sv"})
"""Pairs that people read as dialects of one another: not separable word by word."""


@dataclass(frozen=True, slots=True)
class Mixture:
    text: str
    target: str
    other: str
    share: float


@functools.cache
def sentences(part: str) -> dict[str, list[str]]:
    """Language -> its sentences of `part`: "dev" (the first half), "holdout" (the second) or "all"."""
    found: dict[str, list[str]] = {}
    for line in SENTENCES.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            rows = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            rows.append(line)
    half = {code: len(rows) // 2 for code, rows in found.items()}
    cut = {
        "dev": lambda c: slice(0, half[c]),
        "holdout": lambda c: slice(half[c], None),
        "all": lambda _: slice(None),
    }
    return {code: rows[cut[part](code)] for code, rows in found.items()}


def size(text: str, language: str) -> float:
    """The weight of a text of one language, by the definition: single letters are no words."""
    if language in LETTERS_PER_WORD:
        return _letters(text) / LETTERS_PER_WORD[language]
    return sum(_letters(word) > 1 for word in text.split())


def _letters(text: str) -> int:
    return sum(unicodedata.category(c)[0] in "LM" for c in text)


def by_sentence(target: str, other: str, part: str, in_target: int, rng: random.Random) -> Mixture:
    """All sentences of `part`, `in_target` of them in the target language and the others in the other, in any order."""
    pool = sentences(part)
    count = min(len(pool[target]), len(pool[other]))
    ours = set(rng.sample(range(count), min(in_target, count)))
    picked = [(target if i in ours else other, i) for i in range(count)]
    rng.shuffle(picked)
    return _mixture([(code, pool[code][i]) for code, i in picked], target, other, rng)


def by_phrase(target: str, other: str, part: str, rng: random.Random) -> Mixture:
    """Runs of three to six words, in turn of either language."""
    pool = sentences(part)
    rows = {code: _phrases(pool[code], code, rng) for code in (target, other)}
    parts, turn = [], [target, other]
    rng.shuffle(turn)
    while all(rows[code] for code in turn):
        for code in turn:
            parts += [(code, rows[code].pop())] * bool(rows[code])
    return _mixture(parts, target, other, rng)


def _phrases(rows: Sequence[str], code: str, rng: random.Random) -> list[str]:
    spaced = code not in LETTERS_PER_WORD
    units = " ".join(rows).split() if spaced else list("".join(rows))
    phrases, at = [], 0
    while at < len(units):
        step = rng.randint(3, 6) if spaced else rng.randint(8, 16)
        phrases.append((" " if spaced else "").join(units[at : at + step]))
        at += step
    return phrases


def _mixture(
    parts: Sequence[tuple[str, str]], target: str, other: str, rng: random.Random
) -> Mixture:
    ours = sum(size(text, code) for code, text in parts if code == target)
    theirs = sum(size(text, code) for code, text in parts if code != target)
    joined = "".join(text + rng.choice([" ", " ", "\n", "\n\n"]) for _, text in parts)
    return Mixture(joined, target, other, ours / (ours + theirs))


def is_close(a: str, b: str) -> bool:
    return {a, b} in CLOSE
