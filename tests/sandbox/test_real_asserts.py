"""The reference solutions of HumanEval and MBPP, and mutants of them, through the split judge."""

from __future__ import annotations

import ast
import gzip
import json
import warnings
from typing import TYPE_CHECKING

import pytest

from r1rewards.sandbox.jobs import Asserts, Job, JobResult, Limits, Status, Toolchain
from tests.shared import SHARED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from r1rewards.sandbox.running import Sandbox

pytestmark = [
    pytest.mark.docker,
    pytest.mark.slow,
    pytest.mark.skipif(SHARED is None, reason="the shared data are not beside this repository"),
]


def problems() -> Iterator[tuple[str, str, Asserts]]:
    assert SHARED is not None
    folder = SHARED / "data" / "real"
    with gzip.open(folder / "HumanEval.jsonl.gz", "rt") as f:
        for row in map(json.loads, f):
            yield (
                row["task_id"],
                row["prompt"] + row["canonical_solution"],
                Asserts(row["test"], row["entry_point"]),
            )
    with (folder / "mbpp.jsonl").open() as f:
        for row in map(json.loads, f):
            code = "\n".join([row.get("test_setup_code") or "", *row["test_list"]])
            yield f"MBPP/{row['task_id']}", row["code"], Asserts(code)


def passed(result: JobResult) -> bool:
    return (
        result.status is Status.OK
        and bool(result.tests)
        and all(test.passed for test in result.tests)
    )


def test_every_reference_solution_passes_and_no_test_needs_low_trust(
    docker_box: Sandbox, python: Toolchain
) -> None:
    found = list(problems())
    limits = Limits(cpu_s=30)
    results = docker_box.run([Job(python, source, tests, limits) for _, source, tests in found])
    assert [
        name for (name, _, _), result in zip(found, results, strict=True) if not passed(result)
    ] == []
    assert {result.trust for result in results} == {"full"}
    assert len(results) == 164 + 974


def test_what_returns_nothing_is_refused(docker_box: Sandbox, python: Toolchain) -> None:
    """Every return value dropped: no assert of these sets may be content with that, but for those that test for it."""

    class Drop(ast.NodeTransformer):
        def visit_Return(self, node: ast.Return) -> ast.Return:
            return ast.Return(ast.Constant(None))

    found = list(problems())[:400]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MBPP writes unescaped backslashes
        sources = [ast.unparse(Drop().visit(ast.parse(source))) for _, source, _ in found]
    jobs = [
        Job(python, source, tests, Limits(cpu_s=5))
        for source, (_, _, tests) in zip(sources, found, strict=True)
    ]
    results = docker_box.run(jobs)
    assert sum(map(passed, results)) <= 2
