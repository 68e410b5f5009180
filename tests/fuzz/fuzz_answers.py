"""Throws texts at the answer core: no exception but UnreadableAnswerError, no decision slower than the limit, the laws.

    python tests/fuzz/fuzz_answers.py [--count 1000000] [--seed 1] [--workers 1]

Texts are grown from real spellings by splicing, repeating, deleting and nesting; every finding is printed and the exit code is 1.
Checked on each: `decide` returns; a text equals itself; `same` is symmetric; CPU time of each decision.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from r1rewards.answers import decide, read, read_reference, same
from r1rewards.errors import UnreadableAnswerError

_ATOMS = (
    "0 1 2 3 7 10 12 100 1,234 0.5 .25 3.14 1e5 1e999 9^{9^{9^9}} 99999999! x y n k e i \\pi \\theta \\alpha \\infty \\frac \\frac12 \\frac{ }{ "
    "\\sqrt \\sqrt[3] \\sqrt{ \\sin \\cos \\log \\log_ \\ln \\arcsin ^ ^{ _ _{ { } ( ) [ ] \\{ \\} | || \\left \\right \\lfloor \\rfloor \\langle \\rangle "
    "+ - * / = < > \\le \\ge \\ne \\approx \\in \\cup \\cap \\setminus \\pm \\mp , ; : . ! % \\% $ \\$ & \\\\ \\text{ \\text{cm} \\text{or} \\mathrm{m} "
    "\\begin{pmatrix} \\end{pmatrix} \\begin{cases} \\end{cases} \\int \\sum \\prod \\lim \\sum_{k=1}^{n} \\int_0^1 dx \\binom52 \\binom{ \\choose \\pmod 5 "
    "\\overline{3} 0.\\overline{3} 0.333... \\dot{3} \\circ ^\\circ ° cm apples Monday \\emptyset \\mathbb{R} \\mathbb{Z} ∞ π √ ² ½ ≤ × − 五 个 答案是 ４２ 和 "
    "A B (A) (B) f(x) f( C_5^2 101_2 3:30 12:00 2:3 May 5 p.m. not no solution yes True \\ldots ... \\quad \\boxed{ \\dfrac \\cdot \\times \\bmod \\gcd( "
    "\\max( \\vec \\hat{i} \\angle ABC \\color{red} \\displaystyle \\! \\, ~ ' '' \\mid \\forall \\to ] [ \\mathbf{i}"
)
ATOMS = _ATOMS.split(" ")


def corpus() -> list[str]:
    """Real spellings, where the shared data is here; else the atoms alone."""
    shared = Path(__file__).resolve().parents[2].parent / "shared"
    texts: list[str] = []
    for name, keys in (("data/references.jsonl", ("reference",)), ("cases/math_features.jsonl", ("gold", "pred")),
                       ("cases/math_hacks.jsonl", ("gold", "pred")), ("data/math_pairs_public.jsonl", ("gold", "pred"))):  # fmt: skip
        path = shared / name
        if path.exists():
            rows = [json.loads(line) for line in path.read_text().splitlines()]
            texts += [row[key] for row in rows for key in keys if row.get(key)]
    return [t for t in dict.fromkeys(texts) if len(t) < 300] or list(ATOMS)


def grown(rng: random.Random, texts: list[str]) -> str:
    """One text."""
    kind = rng.random()
    if kind < 0.35:
        return "".join(
            rng.choice(ATOMS) + rng.choice(("", " ", "")) for _ in range(rng.randint(1, 14))
        )
    text = rng.choice(texts)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(text) + 1)
        what = rng.random()
        if what < 0.3:
            text = text[:at] + rng.choice(ATOMS) + text[at:]
        elif what < 0.5:
            text = text[:at] + text[at + rng.randint(1, 3) :]
        elif what < 0.7:
            other = rng.choice(texts)
            cut = rng.randrange(len(other) + 1)
            text = text[:at] + other[cut:]
        elif what < 0.8:
            text = (
                text
                + rng.choice((", ", " = ", "+", " \\cup ", " \\text{ or } ", "^", "/"))
                + rng.choice(texts)
            )
        elif what < 0.9:
            text = rng.choice(
                (
                    "({})",
                    "\\frac{{{}}}{{2}}",
                    "\\{{{}\\}}",
                    "\\sqrt{{{}}}",
                    "|{}|",
                    "[{},3)",
                    "-{}",
                    "\\text{{{}}}",
                    "{}\\%",
                )
            ).format(text)
        else:
            text = (
                text[:at]
                + chr(
                    rng.choice(
                        (
                            rng.randrange(32, 127),
                            rng.randrange(0x3000, 0x30FF),
                            rng.randrange(0x370, 0x3FF),
                        )
                    )
                )
                + text[at:]
            )
    return text


def check(left: str, right: str, limit_ms: float) -> list[str]:
    """What is wrong with this pair."""
    found = []
    start = time.process_time()
    try:
        reference = read_reference(right)
        decision = decide(left, reference, symbolic=False)
    except RecursionError:
        return [f"recursion: {left!r} / {right!r}"]
    except Exception:
        return [f"decide({left!r}, {right!r}):\n{traceback.format_exc(limit=-4)}"]
    took = (time.process_time() - start) * 1e3
    if took > limit_ms:
        found.append(f"{took:.0f} ms: {left!r} / {right!r} {decision}")
    try:
        a, b = read(left), read(right)
    except UnreadableAnswerError:
        return found
    except Exception:
        return [*found, f"read({left!r} or {right!r}):\n{traceback.format_exc(limit=-4)}"]
    try:
        if same(a, b) is not same(b, a):
            found.append(f"not symmetric: {left!r} / {right!r}")
        if not same(a, a):
            found.append(f"not reflexive: {left!r}")
        own = read_reference(left)
        if own.problem is None and not decide(left + " ", own, symbolic=False).same:
            found.append(f"not its own reference: {left!r}")
    except Exception:
        found.append(f"same({left!r}, {right!r}):\n{traceback.format_exc(limit=-4)}")
    return found


def main() -> int:
    """Run; print findings; 0 where there were none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit-ms", type=float, default=100.0)
    parser.add_argument("--stop", type=int, default=40)
    args = parser.parse_args()
    rng, texts = random.Random(args.seed), corpus()
    problems = 0
    start = time.process_time()
    done = 0
    gc.disable()  # a collection over full caches takes 0.1 s, and is nobody's fault
    while done < args.count and problems < args.stop:
        done += 1
        if not done % 5000:
            gc.collect()
        left = grown(rng, texts)
        right = grown(rng, texts) if rng.random() < 0.5 else rng.choice(texts)
        if rng.random() < 0.3:
            right = left[: len(left) // 2] + rng.choice(ATOMS) + left[len(left) // 2 :]
        for problem in check(left, right, args.limit_ms):
            problems += 1
            print(problem, flush=True)
    seconds = time.process_time() - start
    print(
        f"{done} pairs, {problems} problems, {seconds:.0f} s CPU, {seconds / done * 1e6:.0f} us per pair"
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
