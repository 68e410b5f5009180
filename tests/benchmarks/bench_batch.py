"""How fast is score_batch, where does the time go, and how does it grow?

    python tests/benchmarks/bench_batch.py [SECTION ...]      sections: step long linear memory overhead

CPU seconds of one process (best of three), one core, ours and the peers in one run. The peers (TRL's accuracy_reward and
think_format_reward, Math-Verify) are measured on 512 of the same rows and scaled; without them their lines are left out.
Two commits: tests/benchmarks/compare.py.
"""

from __future__ import annotations

import gc
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
import corpus

from r1rewards import Reward, registry, score_batch
from r1rewards.reward import Outcomes
from r1rewards.rewards import math_answers
from r1rewards.rewards.format_tags import score_format
from r1rewards.rewards.spans_of import tags_of
from r1rewards.rollouts import Batch

SIZE = 16_384
PEER_ROWS = 512


def cpu_s(work: Callable[[], object], rounds: int = 3) -> float:
    """CPU seconds of `work`: the best of some rounds, garbage collection off."""
    best = float("inf")
    gc.collect()
    gc.disable()
    for _ in range(rounds):
        begin = time.process_time()
        work()
        best = min(best, time.process_time() - begin)
    gc.enable()
    return best


def line(what: str, seconds: float, beside: float | None = None) -> None:
    ratio = "" if beside is None else f"{seconds / beside:9.1f}x"
    print(f"  {what:<58}{seconds:10.3f} s{ratio}")


def peers(rows: corpus.Corpus) -> dict[str, float]:
    """CPU seconds of each peer that is installed, on PEER_ROWS of the rows, scaled to SIZE."""
    texts, golds = rows.completions[:PEER_ROWS], rows.references[:PEER_ROWS]
    scale = SIZE / PEER_ROWS
    found: dict[str, float] = {}
    try:
        from math_verify import parse, verify
    except ImportError:
        print("  (math-verify is not installed: not measured)")
    else:
        pairs = list(zip(texts, golds, strict=True))
        work = lambda: [verify(parse(f"\\boxed{{{g}}}"), parse(t)) for t, g in pairs]
        found["Math-Verify (mathematics only)"] = scale * cpu_s(work, 1)
    try:
        from trl.rewards import accuracy_reward, think_format_reward
    except ImportError:
        print("  (trl is not installed: not measured)")
    else:
        chats = [[{"role": "assistant", "content": t}] for t in texts]
        dollars = [f"${g}$" for g in golds]
        work = lambda: (accuracy_reward(chats, dollars), think_format_reward(chats))
        found["TRL accuracy_reward + think_format_reward"] = scale * cpu_s(work, 1)
    return found


def step() -> None:
    """Mathematics and format on one GRPO step of 5 KB completions."""
    rows = corpus.rollouts(SIZE, 5_000)
    print(
        f"\nstep: {SIZE:,} completions, {rows.megabytes:.0f} MB, groups of 16, from {rows.source}"
    )
    ours = cpu_s(lambda: score_batch(rows.completions, rows.references, groups=rows.groups))
    kept = math_answers._judge
    math_answers._judge = kept.__wrapped__  # every pair is decided anew
    plain = cpu_s(lambda: score_batch(rows.completions, rows.references, groups=rows.groups))
    math_answers._judge = kept
    line("r1rewards, accuracy + format", ours)
    line("r1rewards, the same without deduplication", plain, ours)
    for name, seconds in peers(rows).items():
        line(name, seconds, ours)
    stages(rows, ours)


def stages(rows: corpus.Corpus, whole: float) -> None:
    """What each stage costs beside reading the text once."""
    print(
        "\n  stage                                                          CPU s   of the whole   per rollout"
    )
    batch = Batch(rows.completions, rows.references, groups=rows.groups)
    batch.readers = 2
    tags_of(batch)  # kept with the batch: what follows is the cost without them
    parts = {
        "floor: one str.find of an absent letter": lambda: [
            t.find("\x00") for t in rows.completions
        ],
        "columns of the batch": lambda: Batch(
            rows.completions, rows.references, groups=rows.groups
        ),
        "tags, one pass over '<' (shared by all rewards)": lambda: tags_of(Batch(rows.completions)),
        "format, tags known": lambda: score_format(batch),
        "mathematics, tags known": lambda: math_answers.score_math(batch),
    }
    for name, work in parts.items():
        seconds = cpu_s(work)
        print(f"  {name:<58}{seconds:10.3f}{seconds / whole:12.0%}{seconds / SIZE * 1e6:12.2f} us")
    scores = score_batch(rows.completions, rows.references, groups=rows.groups)
    print(f"  {'advantages':<58}{cpu_s(scores.advantages):10.3f}")


def long() -> None:
    """Mathematics, format and language on completions of 30 KB, 30 % of the thoughts in two languages."""
    if "language" not in registry.names():
        return
    for kind in ("prose, 13 targets", "prose", "real, no code", "real"):
        rows = corpus.long_thoughts(SIZE, 30_000, kind)
        print(
            f"\nlong: {SIZE:,} completions, {rows.megabytes:.0f} MB, 30 % of the thoughts mixed; {rows.source}"
        )
        for spec in ("r1-zero", "language", "r1"):
            work = lambda rows=rows, spec=spec: score_batch(
                rows.completions,
                rows.references,
                rewards=spec,
                groups=rows.groups,
                language=list(rows.languages),
            )
            line(f"r1rewards, {spec}", cpu_s(work, 2))
        line(
            "floor: one str.find of an absent letter",
            cpu_s(lambda rows=rows: [t.find("\x00") for t in rows.completions]),
        )


def linear() -> None:
    """The exponent of the growth with rows and with characters."""
    print("\nlinear: CPU seconds by rows (2 KB each) and by characters (2,048 rows)")
    rows = corpus.rollouts(65_536, 2_000)
    sizes = [1_024, 4_096, 16_384, 65_536]
    by_rows = [
        cpu_s(lambda n=n: score_batch(rows.completions[:n], rows.references[:n]), 5) for n in sizes
    ]
    fit("rows", sizes, by_rows)
    lengths = [2_000, 8_000, 32_000, 128_000]
    by_length = []
    for length in lengths:
        some = corpus.rollouts(2_048, length)
        by_length.append(cpu_s(lambda some=some: score_batch(some.completions, some.references), 5))
    fit("characters", lengths, by_length)


def fit(what: str, sizes: list[int], seconds: list[float]) -> None:
    exponent = np.polyfit(np.log(sizes), np.log(seconds), 1)[0]
    shown = ", ".join(f"{n:,}: {s:.4f}" for n, s in zip(sizes, seconds, strict=True))
    print(f"  {what}: exponent {exponent:.3f}  ({shown})")


def memory() -> None:
    """Peak memory above the input, and whether 100 batches leave anything behind."""
    rows = corpus.rollouts(SIZE, 5_000)
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak of making the corpus
    before = resident_mb()
    score_batch(rows.completions, rows.references)
    print(
        f"\nmemory: {peak_mb() - before:.0f} MB above the input at the peak of one batch of {SIZE:,}"
    )
    after: list[float] = []
    for _ in range(100):
        score_batch(rows.completions[:2048], rows.references[:2048])
        after.append(resident_mb())
    print(f"  resident after batch 1, 50, 100: {after[0]:.1f}, {after[49]:.1f}, {after[99]:.1f} MB")


def resident_mb() -> float:
    """Resident memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def overhead() -> None:
    """What the framework itself costs, per rollout and reward: rewards that do nothing."""
    texts = ["x"] * SIZE

    def nothing(batch: Batch) -> Outcomes:
        return Outcomes(
            np.zeros(len(batch), dtype=np.float32), np.zeros(len(batch), dtype=np.uint8)
        )

    rewards = [Reward(f"bench/{k}", nothing) for k in range(4)]
    seconds = cpu_s(lambda: score_batch(texts, "4", rewards=rewards), 5)
    print(
        f"\noverhead: {seconds / SIZE / 4 * 1e6:.3f} us per rollout and reward (4 rewards, {SIZE:,} rollouts)"
    )


def peak_mb() -> float:
    """The highest resident memory since it was last reset, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6


SECTIONS = {"step": step, "long": long, "linear": linear, "memory": memory, "overhead": overhead}

if __name__ == "__main__":
    print(corpus.machine())
    for name in sys.argv[1:] or SECTIONS:
        SECTIONS.get(name) or sys.exit(f"no {name!r} here; there are: {', '.join(SECTIONS)}")
        SECTIONS[name]()
