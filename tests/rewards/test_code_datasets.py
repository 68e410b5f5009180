"""HumanEval and MBPP through the reward: every reference solution passes, mutants fare as they do in plain Python."""

from __future__ import annotations

import ast
import gzip
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from r1rewards import score_batch
from r1rewards.sandbox.testsets import read_tests
from tests.shared import SHARED

pytestmark = [
    pytest.mark.docker,
    pytest.mark.slow,
    pytest.mark.skipif(SHARED is None, reason="HumanEval and MBPP are not here"),
]
MUTANTS_PER_PROBLEM = 1


@dataclass(frozen=True)
class Problem:
    id: str
    solution: str
    tests: dict[str, Any]


@cache
def human_eval() -> list[Problem]:
    assert SHARED is not None
    with gzip.open(SHARED / "data/real/HumanEval.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line in lines]
    return [Problem(r["task_id"], r["prompt"] + r["canonical_solution"], r) for r in rows]


@cache
def mbpp() -> list[Problem]:
    assert SHARED is not None
    rows = [json.loads(line) for line in (SHARED / "data/real/mbpp.jsonl").read_text().splitlines()]
    return [Problem(f"MBPP/{r['task_id']}", r["code"], r) for r in rows]


def completion(program: str) -> str:
    return f"<think>\n</think>\n````python\n{program}\n````\n"


def failures(problems: list[Problem]) -> list[str]:
    completions = [completion(problem.solution) for problem in problems]
    scores = score_batch(completions, [p.tests for p in problems], rewards="code", cpu_s=10.0)
    found = zip(problems, scores.rewards[:, 0], scores.verdicts[:, 0], strict=True)
    return [f"{p.id}: {verdict.value} {reward}" for p, reward, verdict in found if reward != 1.0]


def test_every_reference_solution_of_human_eval_passes() -> None:
    assert len(human_eval()) == 164
    assert failures(human_eval()) == []


def test_every_reference_solution_of_mbpp_passes() -> None:
    assert len(mbpp()) == 974
    assert failures(mbpp()) == []


# --- mutants ----------------------------------------------------------------------------------------------------------

SWAPS: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


def mutants(source: str) -> Iterator[str]:
    """`source` with one operator, comparison, connective or small constant changed."""
    for place in range(10_000):
        tree = ast.parse(source)
        nodes = list(ast.walk(tree))
        if place >= len(nodes):
            return
        if _mutate(nodes[place]):
            yield ast.unparse(tree)


def _mutate(node: ast.AST) -> bool:
    if isinstance(node, (ast.BinOp, ast.BoolOp, ast.AugAssign)) and type(node.op) in SWAPS:
        node.op = SWAPS[type(node.op)]()
        return True
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        node.ops[0] = SWAPS[type(node.ops[0])]()
        return True
    if isinstance(node, ast.Constant) and type(node.value) is int:
        node.value += 1
        return True
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        node.value = not node.value
        return True
    return False


def chosen_mutants() -> list[Problem]:
    """The same ones on every run."""
    found = []
    for problem in [*human_eval(), *mbpp()]:
        every = list(mutants(problem.solution))
        some = random.Random(problem.id).sample(every, min(MUTANTS_PER_PROBLEM, len(every)))
        found += [Problem(problem.id, mutant, problem.tests) for mutant in some]
    return found


LIMITS = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (2, 3))\n"


def passes_in_plain_python(problem: Problem) -> bool:
    """What the interpreter itself says: mutants of reference solutions are no danger, but they may not end."""
    tests = read_tests(problem.tests)
    code, entry = tests.tests.code, tests.tests.entry_point  # type: ignore[union-attr]
    call = f"\ncheck({entry})\n" if entry else ""
    program = f"{LIMITS}{problem.solution}\n{code}{call}"
    command = [sys.executable, "-I", "-W", "ignore", "-c", program]
    try:
        return subprocess.run(command, capture_output=True, timeout=60).returncode == 0
    except subprocess.TimeoutExpired:
        return False


@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
def test_mutants_fare_as_in_plain_python(record_property: Any) -> None:
    problems = chosen_mutants()
    completions = [completion(problem.solution) for problem in problems]
    scores = score_batch(
        completions, [p.tests for p in problems], rewards="code", all_or_nothing=True, cpu_s=2.0
    )  # fmt: skip
    ours = (scores.rewards[:, 0] == 1.0).tolist()
    with ThreadPoolExecutor(2) as threads:
        truth = list(threads.map(passes_in_plain_python, problems))
    differ = [
        f"{p.id}: ours {verdict.value}, plain Python {'passes' if t else 'fails'}\n{p.solution}"
        for p, o, t, verdict in zip(problems, ours, truth, scores.verdicts[:, 0], strict=True)
        if o != t
    ]
    record_property("mutants", len(problems))
    record_property("refused", ours.count(False))
    print(
        f"{ours.count(False)} of {len(ours)} mutants refused; plain Python refuses {truth.count(False)}"
    )
    assert differ == []
    assert len(problems) > 800
    assert ours.count(False) / len(ours) > 0.8
