"""Thoughts of a given size for benchmarks: sentences of the words of one or two languages, with formulas."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tests.mixtures import LETTERS_PER_WORD, sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMULAS = (
    "\\(x\\)", "\\(a_{n+1} = a_n + 2\\)", "\\(\\frac{a}{b}\\)", "$n$", "$k \\geq 3$", "\\(f(x) = x^2 - 4x + 3\\)", "`f(n)`",
    "\\[ \\sum_{i=1}^{n} i = \\frac{n(n+1)}{2} \\]", "12", "3.5", "\\(\\sqrt{2}\\)", "$\\angle ABC = 90^\\circ$",
)  # fmt: skip


def thought(codes: Sequence[str], shares: Sequence[float], size: int, rng: random.Random) -> str:
    """About `size` bytes: sentences of 6 to 18 words in random order, each in a language drawn by `shares`.

    The words are those of the test sentences; every third sentence or so carries a formula.
    """
    parts: list[str] = []
    written = 0
    while written < size:
        code = rng.choices(codes, shares)[0]
        sentence = _sentence(code, rng)
        parts.append(sentence + rng.choice([" ", " ", " ", "\n\n"]))
        written += len(parts[-1].encode())
    return "".join(parts)


def _sentence(code: str, rng: random.Random) -> str:
    if code in LETTERS_PER_WORD:
        rows = [row.rstrip("。.") for row in rng.sample(sentences("all")[code], 2)]
        joiner, stop = ("，" if code != "th" else " "), ("。" if code != "th" else "\n")
        cut = rng.randint(2, 8)
        words = [rows[0][cut:], rows[1][: -cut or None]]
    else:
        pool = [word.strip(".,।۔") for row in sentences("all")[code] for word in row.split()]
        words = [
            word.lower() if code != "de" else word
            for word in rng.choices(pool, k=rng.randint(6, 18))
        ]
        words[0] = words[0].capitalize()
        joiner, stop = " ", ". "
    if rng.random() < 0.4:
        words.insert(rng.randint(1, len(words)), f" {rng.choice(FORMULAS)} ")
    return joiner.join(words) + stop.strip(" ")
