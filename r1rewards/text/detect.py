"""The language of a prompt: the one in which it asks to think, else the one it is written in."""

from __future__ import annotations

import re

import numpy as np

from r1rewards.text import langid
from r1rewards.text.reading import KANA_IN_JAPANESE, look_up
from r1rewards.text.scripts import HAN, KANA, LANGUAGES, LATIN
from r1rewards.text.words import WORD, read_words, weights

LEAST_WORDS = 2.0
"""Words' worth of text from which a language is told."""

_NAMES = {
    name.casefold(): row.code for row in LANGUAGES.values() for name in row.names if len(name) > 1
}
_NAME = "|".join(sorted(map(re.escape, _NAMES), key=len, reverse=True))
_INSTRUCTION = re.compile(
    rf"\b(?:think|thinking|reason|reasoning|thought|thoughts|answer|respond|reply|write|solve|explain|speak|work)\b"
    rf"[^.?!\n]{{0,40}}?\b(?:in|using)\s+({_NAME})\b"
    rf"|(?:请|請)?(?:用|使用|以)({_NAME})[^。！？\n]{{0,4}}?(?:回答|思考|推理|作答|解答|写|解释)",
    re.IGNORECASE,
)


def infer_target(prompt: str) -> tuple[str | None, str]:
    """The target that a prompt implies, and from what: "instruction", "prompt", or (None, "nowhere")."""
    asked = list(_INSTRUCTION.finditer(prompt))
    if asked:  # the last one is nearest to the answer
        return _NAMES[(asked[-1].group(1) or asked[-1].group(2)).casefold()], "instruction"
    code = detect(prompt)
    return (code, "prompt") if code else (None, "nowhere")


def detect(text: str) -> str | None:
    """The language that most of `text` is in, formulas and code left out; None where it has too few words.

    The script with the greatest weight decides, and within it the sum over all words.
    """
    words = read_words(text)
    kept = ~words.neutral
    weight = np.where(kept, weights(words), 0)
    if weight.sum() < LEAST_WORDS * WORD:
        return None
    scripts = np.full(len(words), LATIN, np.uint8) if words.scripts is None else words.scripts
    totals = np.bincount(scripts, weight, 32)
    if totals[KANA] and totals[KANA] >= KANA_IN_JAPANESE * (totals[HAN] + totals[KANA]):
        totals[KANA] += totals[HAN]
        totals[HAN] = 0.0
    script = int(totals.argmax())
    if script not in langid.CANDIDATES:
        return next((row.code for row in LANGUAGES.values() if row.script == script), None)
    table = langid.word_table(script)
    known = look_up(words, np.flatnonzero(kept & (scripts == script)), table)
    sums = known.rows[known.slots].sum(axis=0, dtype=np.int64)
    return table.languages[int(sums.argmax())]
