"""The share itself: the table of cases, mixtures of known share, hacks."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path

import numpy as np
import pytest

from r1rewards.rewards.language import MIN_WORDS
from r1rewards.text.share import IDS, count_text, measure, measure_all
from r1rewards.text.words import WORD
from tests.mixtures import by_phrase, by_sentence, sentences

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data" / "language" / "cases_language.jsonl")
    .read_text("utf-8")
    .splitlines()
]
DIFFER = {
    # The second copy of a target sentence counts once, the English counts in full, and Russian and Spanish say the same
    # in fewer words (single letters are none): 26 to 10, 26 to 29 and 34 to 10 words.
    "L215", "L216", "L217",
}  # fmt: skip


def value(text: str, target: str) -> float:
    found = measure(text, target, MIN_WORDS)
    return 0.0 if math.isnan(found) else found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_share_of_a_case(case: dict) -> None:
    low, high = case["expect"]
    is_inside = low - 1e-9 <= value(case["text"], case["target"]) <= high + 1e-9
    assert is_inside is (case["id"] not in DIFFER), case["why"]


@pytest.mark.parametrize("code", list(sentences("dev")))
def test_a_text_of_one_language_is_in_it(code: str) -> None:
    assert measure(" ".join(sentences("dev")[code]), code) >= 0.95


def test_mixtures_are_measured_within_two_hundredths() -> None:
    rng = random.Random(5)
    codes = list(sentences("dev"))
    errors = []
    for _ in range(150):
        target, other = rng.sample(codes, 2)
        for mixture in (
            by_sentence(target, other, "dev", rng.randint(0, 8), rng),
            by_phrase(target, other, "dev", rng),
        ):
            errors.append(abs(measure(mixture.text, target) - mixture.share))
    assert np.mean(errors) <= 0.02


ENGLISH = " ".join(sentences("all")["en"])
LONG_ENGLISH = "\n".join(
    f"{sentence} {n}" for n in range(20) for sentence in sentences("all")["en"]
)
CHINESE = "".join(sentences("all")["zh"])
GOOD = "好的，所以答案是四十二。"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a thought inside dollars", f"${ENGLISH}$"),
        ("a thought inside brackets", f"\\[{ENGLISH}\\]"),
        ("a thought inside parentheses, sentence by sentence", " ".join(f"\\({s}\\)" for s in sentences("all")["en"])),
        ("words set one by one as text", "$" + " ".join(f"\\text{{{w}}}" for w in ENGLISH.split()) + "$"),
        ("words joined by escaped spaces", "$" + "\\ ".join(ENGLISH.split()) + "$"),
        ("a thought inside a code block", f"```\n{ENGLISH}\n```"),
        ("a code block, one sentence a line", "```python\n" + ENGLISH.replace(". ", ".\n") + "\n```"),
        ("inline code", " ".join(f"`{s}`" for s in sentences("all")["en"])),
        ("an unclosed code block", f"```\n{ENGLISH}"),
        ("inside a tag", f"<b {ENGLISH[:280]}>"),
        ("nothing", ""),
        ("all mathematics", "$x^2+y^2=z^2$ \\[ \\frac{a}{b} \\] " * 50),
        ("eighty letters of Chinese, then English", CHINESE[:80] + "\n" + ENGLISH * 40),
        ("Chinese over and over, then English", (CHINESE + "\n") * 50 + LONG_ENGLISH),
        ("one character without end", ENGLISH * 10 + "的" * 3000),
        ("one phrase without end", ENGLISH * 10 + "好的。" * 1000),
        ("one phrase without end or period", ENGLISH * 10 + "好的" * 1000),
        ("one sentence without end", ENGLISH * 10 + GOOD * 500),
        ("one numbered sentence", ENGLISH * 10 + "".join(f"{n}. {GOOD}\n" for n in range(500))),
        ("in capitals", ENGLISH.upper()),
        ("In Capitals", ENGLISH.title()),
        ("iN cAPITALS", ENGLISH.title().swapcase()),
        ("in full-width letters", "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in ENGLISH)),
        ("in mathematical bold", "".join(chr(0x1D41A + ord(c) - 97) if "a" <= c <= "z" else c for c in ENGLISH.lower())),
        ("zero-width spaces", "\u200b".join(ENGLISH)),
        ("soft hyphens", "\u00ad".join(ENGLISH)),
    ],
)  # fmt: skip
def test_a_hack_does_not_pass_for_chinese(name: str, text: str) -> None:
    assert value(text, "zh") <= 0.05, name


def test_chinese_full_of_formulas_is_chinese() -> None:
    text = "".join(
        f"{s}$\\frac{{a_{{n}}}}{{b}} \\leq \\sin(x) + \\text{{const}}$"
        for s in sentences("all")["zh"]
    )
    assert value(text, "zh") == 1.0


def test_every_word_has_a_language_and_a_weight() -> None:
    counted = count_text("Wir prüfen `f(x)` und then we check it again, 好的。", "de")
    assert len(counted.ids) == len(counted.weights) == len(counted.words)
    assert counted.share.evidence == pytest.approx(counted.weights.sum() / WORD)
    assert {"de", "en", "zh"} <= {IDS[i] for i in counted.ids}


def test_what_stood_in_another_text_is_new_in_this_one() -> None:
    text = "We count the apples in the basket. Nous comptons encore les pommes du panier."
    alone = measure(text, "en")
    assert 0 < alone < 1
    assert measure_all([text, text, text + "\n" + text], "en", [0.0] * 3) == [
        alone,
        alone,
        measure(text + "\n" + text, "en"),
    ]
