"""What does it cost to say whether one boxed answer is right? Ours against Math-Verify and TRL, in one run.

    python tests/benchmarks/bench_math.py             # CPU microseconds per pair, three corpora, without deduplication
    python tests/benchmarks/bench_math.py --hostile   # CPU milliseconds of the texts made to hang a verifier
    python tests/benchmarks/bench_math.py --where     # where the time of one pair goes

Every pair is extracted and decided anew, and every distinct reference is read anew. "references read before" is what a
pair costs in training, where a reference serves a whole group and many steps. The peers read it for every pair: they
have no way not to.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import random
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from r1rewards.answers import decide
from r1rewards.answers.extract import find_answer
from r1rewards.answers.references import reference_of
from r1rewards.text.spans import read_visible
from tests.answers.hostile import CONTENTS, TEXTS
from tests.benchmarks.corpus import machine, real_rows
from tests.benchmarks.math_peers import Verify, peers
from tests.shared import SHARED

Pair = tuple[str, str]
TARGET_US = {"real completions": 10, "hard neighbours": 80, "31 KB completions": 15}
ROUNDS = 7


def corpora() -> dict[str, list[Pair]]:
    """(completion, reference) pairs: real ones, wrong answers that look alike, and long thoughts before real ones."""
    rows, _ = real_rows()
    real = [(row["completion"], row["reference"]) for row in rows]
    found = {"real completions": real}
    if SHARED:
        lines = (SHARED / "data" / "hard_neighbours.jsonl").read_text(encoding="utf-8").splitlines()
        hard = [json.loads(line) for line in lines]
        found["hard neighbours"] = [(row["completion"], row["gold"]) for row in hard]
    draw = random.Random(0)
    thoughts = [completion.replace("<", "(") for completion, _ in real]
    long = []
    for completion, reference in draw.sample(real, min(200, len(real))):
        thought = ""
        while len(thought) < 30_000:
            thought += draw.choice(thoughts) + "\n\n"
        long.append((f"<think>\n{thought[:30_000]}\n</think>\n\n{completion}", reference))
    found["31 KB completions"] = long
    return found


def ours(pairs: list[Pair]) -> int:
    """Correct ones among the pairs, as `math` alone finds them: what is visible, extraction, decision."""
    correct = 0
    for completion, reference in pairs:
        start, tag = read_visible(completion)
        if start < 0:
            continue
        answer = find_answer(completion, start, tag=tag).text
        if answer is not None:
            correct += bool(decide(answer, reference_of(reference), symbolic=False).same)
    return correct


def forget() -> None:
    """Empty every cache of the answer core."""
    for name, module in list(sys.modules.items()):
        if name.startswith("r1rewards."):
            for thing in vars(module).values():
                if hasattr(thing, "cache_clear"):
                    thing.cache_clear()


def cpu_us(
    judge: Callable[[list[Pair]], object], pairs: list[Pair], rounds: int, *, warm: bool = False
) -> float:
    """The least CPU microseconds per pair of several rounds; warm: with the references already read."""
    best = float("inf")
    for _ in range(rounds):
        forget()
        for _, reference in pairs if warm else ():
            reference_of(reference)
        started = time.process_time()
        judge(pairs)
        best = min(best, time.process_time() - started)
    return best / len(pairs) * 1e6


def compare() -> None:
    """The table of ours against the peers."""
    others = peers()
    print(f"\nCPU us per pair, mean; best of {ROUNDS} rounds (peers: one)   {machine()}\n")
    for name, pairs in corpora().items():
        target = TARGET_US[name]
        mine = cpu_us(ours, pairs, ROUNDS)
        warm = cpu_us(ours, pairs, ROUNDS, warm=True)
        print(
            f"{name} ({len(pairs)})\n  r1rewards {mine:34.2f}   target {target}: {'met' if mine <= target else 'MISSED'}"
        )
        print(f"  references read before {warm:21.2f}")
        for other, verify in others.items():
            theirs = cpu_us(partial(all_of, verify), pairs, 1)
            print(f"  {other:32} {theirs:11.0f}   {theirs / mine:8.0f} times ours")
    for name, pairs in corpora().items():
        print(
            f"floor, {name}: {cpu_us(least, pairs, ROUNDS):.2f} us (rfind, find, slice, ==); "
            f"one pass over the letters {cpu_us(one_pass, pairs, ROUNDS):.2f} us"
        )


def all_of(verify: Verify, pairs: list[Pair]) -> int:
    """Correct ones among the pairs, by a peer."""
    return sum(bool(verify(completion, reference)) for completion, reference in pairs)


def least(pairs: list[Pair]) -> int:
    """What no verifier in pure Python can do without: find the box, cut it out, compare."""
    correct = 0
    for completion, reference in pairs:
        at = completion.rfind("\\boxed{")
        correct += completion[at + 7 : completion.find("}", at)] == reference
    return correct


def one_pass(pairs: list[Pair]) -> int:
    """What finding the end of the thought costs at least: one search for a letter that is not there."""
    return sum(completion.find("\x7f") for completion, _ in pairs)


def where() -> None:
    """A profile of each corpus by function (the profiler itself adds about as much again)."""
    for name, pairs in corpora().items():
        forget()
        profile = cProfile.Profile()
        profile.enable()
        ours(pairs)
        profile.disable()
        print(f"\n{name} ({len(pairs)} pairs)")
        pstats.Stats(profile).sort_stats("tottime").print_stats(18)


def hostile() -> None:
    """CPU milliseconds of each hostile text, slowest first."""
    times: list[tuple[float, str]] = []
    for name, (answer, reference) in CONTENTS.items():
        for side, (a, b) in {
            "answer": (answer, reference),
            "reference": (reference, answer),
        }.items():
            us = cpu_us(ours, [(f"\\boxed{{{a}}}", b)], 3)
            times.append((us / 1e3, f"{name} ({side})"))
    for name, text in TEXTS.items():
        times.append((cpu_us(ours, [(text, "5")], 3) / 1e3, name))
    times.sort(reverse=True)
    print(
        f"{machine()}\n{len(times)} hostile inputs, CPU ms, the slowest ten; {sum(t > 20 for t, _ in times)} over 20 ms"
    )
    for ms, name in times[:10]:
        print(f"{ms:8.2f}  {name}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hostile", action="store_true")
    parser.add_argument("--where", action="store_true")
    chosen = parser.parse_args()
    hostile() if chosen.hostile else where() if chosen.where else compare()
