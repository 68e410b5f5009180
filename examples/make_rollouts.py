"""Write rollouts.jsonl: 320 completions for 40 problems, 8 each, of every kind a policy produces.

The problems are our own and the completions are composed, not sampled from a model: some right, some right but written
another way, some wrong, cut off, without a box, without tags, hedging, or thinking in another language than asked.
Run `python examples/make_rollouts.py > examples/rollouts.jsonl`; the output is the same on every machine.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from fractions import Fraction

PROBLEMS_OF_A_KIND = 8


def problems(random: random.Random) -> Iterator[tuple[str, str, list[str], str, str]]:
    """(question, reference, other ways to write it, a wrong answer, a line of reasoning)."""
    for _ in range(PROBLEMS_OF_A_KIND):
        a, b = random.randint(12, 99), random.randint(12, 99)
        yield (
            f"What is {a} times {b}?",
            str(a * b),
            [f"{a * b:,}", f"{a * b}.0", f"{a} \\times {b} = {a * b}"],
            str(a * b + random.choice([-10, -1, 1, 10])),
            f"I split {a} times {b} into {a} times {b // 10 * 10} and {a} times {b % 10} and add both",
        )
        p, q = Fraction(random.randint(1, 8), 9), Fraction(random.randint(1, 6), 7)
        total = p + q
        yield (
            f"Compute \\frac{{{p.numerator}}}{{{p.denominator}}} + \\frac{{{q.numerator}}}{{{q.denominator}}}.",
            f"\\frac{{{total.numerator}}}{{{total.denominator}}}",
            [
                f"{total.numerator}/{total.denominator}",
                f"\\dfrac{{{2 * total.numerator}}}{{{2 * total.denominator}}}",
            ],
            f"\\frac{{{p.numerator + q.numerator}}}{{{p.denominator + q.denominator}}}",
            "I bring both fractions to a common denominator and add the numerators",
        )
        r, s = random.sample(range(-9, 10), 2)
        yield (
            f"Solve x^2 {-(r + s):+d}x {r * s:+d} = 0.",
            f"{r}, {s}",
            [f"\\{{{s}, {r}\\}}", f"x = {s} \\text{{ or }} x = {r}", f"{s}, {r}"],
            f"{-r}, {-s}",
            "the two roots add up to minus the linear coefficient and multiply to the constant",
        )
        lo, hi = sorted(random.sample(range(-20, 20), 2))
        yield (
            f"For which x is {lo} < x and x <= {hi}? Write an interval.",
            f"({lo}, {hi}]",
            [f"{lo} < x \\le {hi}", f"\\left({lo},{hi}\\right]"],
            f"[{lo}, {hi})",
            "the left end is left out and the right end belongs to the solution",
        )
        k = random.choice([2, 3, 5, 6, 7])
        m = random.randint(2, 9)
        yield (
            f"Simplify \\sqrt{{{k * m * m}}}.",
            f"{m}\\sqrt{{{k}}}",
            [f"\\sqrt{{{k * m * m}}}", f"{m}\\sqrt{k}", f"{m}√{k}"],
            f"{k}\\sqrt{{{m}}}",
            f"I look for the largest square that divides {k * m * m} and take its root out",
        )


KINDS: list[Callable[[str, str, str, str], str]] = [
    lambda right, _o, _w, why: (
        f"<think>\nLet me see: {why}. That gives the result.\n</think>\n"
        f"<answer>\nThe answer is $\\boxed{{{right}}}$.\n</answer>"
    ),
    lambda _r, other, _w, why: (
        f"<think>First, {why}. I check it once more and it holds.</think> "
        f"<answer> \\boxed{{{other}}} </answer>"
    ),
    lambda _r, _o, wrong, why: (
        f"<think>\nHere {why}. It seems simple enough.\n</think>\n"
        f"<answer>\n\\boxed{{{wrong}}}\n</answer>"
    ),
    lambda right, _o, wrong, why: (
        f"<think>\nMaybe it is {wrong}? No: {why}.\n</think>\n\n"
        f"So the result is $$\\boxed{{{right}}}$$"
    ),
    lambda right, _o, _w, why: (
        f"<think>\nWe know that {why}. So I think that \\boxed{{{right}}} could be right, but then"
    ),
    lambda right, _o, wrong, why: (
        f"<think>\nWell, {why}.\n</think>\n<answer>\nIt is \\boxed{{{right}}} or "
        f"\\boxed{{{wrong}}}.\n</answer>"
    ),
    lambda right, _o, _w, why: f"Since {why}, I get {right}.",
    lambda right, _o, _w, _y: (
        "<think>\n好的，让我一步一步地思考这个问题。首先我们整理已知条件，然后进行计算，最后检查结果是否正确。\n"
        f"</think>\n<answer>\n\\boxed{{{right}}}\n</answer>"
    ),
]


def rows() -> Iterator[dict[str, str]]:
    """All rows, in a fixed order."""
    source = random.Random(20260101)  # noqa: S311 - a fixed seed, not a secret
    for number, (question, right, others, wrong, why) in enumerate(problems(source)):
        for kind in KINDS:
            completion = kind(right, source.choice(others), wrong, why)
            yield {
                "prompt": question,
                "completion": completion,
                "answer": right,
                "prompt_id": f"p{number:02d}",
                "language": "en",
            }


if __name__ == "__main__":
    for row in rows():
        print(json.dumps(row, ensure_ascii=False))
