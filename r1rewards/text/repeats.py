"""Sentences that have stood before in the same text.

Sentences are equal where their words are, in any order, neutral ones left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from r1rewards.text.keys import mix, run_heads, run_keys
from r1rewards.text.langid import CANDIDATES
from r1rewards.text.scripts import is_any

if TYPE_CHECKING:
    from r1rewards.text.keys import Keys
    from r1rewards.text.scripts import Bytes
    from r1rewards.text.words import Booleans, Positions, Words


def repeated(
    words: Words, sentences: Positions, texts: Positions, keys: Keys, codes: Bytes
) -> Booleans | None:
    """(sentences,) True where one of the same text before is equal; None for nowhere.

    sentences, texts: the first word and the text of each sentence.
    keys:             (n,) of the words in scripts that `langid` knows. codes: one byte for each letter.
    """
    of_text = mix(texts.astype(np.uint64))
    # Mostly the first letters of words will do to see that nothing is repeated.
    heads = keys if words.scripts is None else run_heads(codes, words.starts, words.ends)
    sums = _sums(heads, words.neutral, sentences)
    sums += of_text
    alike = _alike(sums)
    if alike is None:
        return None
    if words.scripts is not None:
        at, first = _words_of(alike, sentences, len(words))
        sums[alike] = _sums(_full_keys(words, at, keys), words.neutral.take(at), first)
        sums[alike] += of_text.take(alike)
    sums = sums.take(alike)
    order = sums.argsort(kind="stable")
    ranked = sums.take(order)
    is_old = np.zeros(sentences.size, np.bool_)
    is_old[alike.take(order[1:])[ranked[1:] == ranked[:-1]]] = True
    return is_old


def _sums(keys: Keys, neutral: Booleans, sentences: Positions) -> Keys:
    """(sentences,) equal where words are."""
    spread = mix(keys)
    spread *= ~neutral
    sums: Keys = np.add.reduceat(spread, sentences)
    return sums


def _alike(sums: Keys) -> Positions | None:
    """Those that are not the only ones of their kind; None for none."""
    ranked = np.sort(sums)  # a third of the time that finding their order takes
    twice = ranked[1:][ranked[1:] == ranked[:-1]]
    if not twice.size:
        return None
    found: Positions = (twice.take(twice.searchsorted(sums), mode="clip") == sums).nonzero()[0]
    return found


def _words_of(alike: Positions, sentences: Positions, count: int) -> tuple[Positions, Positions]:
    """The words of some sentences, and where among them each sentence begins."""
    behind = np.append(sentences[1:], count).take(alike)
    sizes = behind - sentences.take(alike)
    first = sizes.cumsum() - sizes
    at = np.arange(sizes.sum()) + np.repeat(sentences.take(alike) - first, sizes)
    return at, first


def _full_keys(words: Words, at: Positions, keys: Keys) -> Keys:
    """(k,) keys of the words `at`."""
    full = keys.take(at)
    assert words.scripts is not None
    others = (~is_any(words.scripts.take(at), CANDIDATES)).nonzero()[0]
    place = at.take(others)
    full[others] = run_keys(words.letters.units, words.starts.take(place), words.ends.take(place))
    return full
