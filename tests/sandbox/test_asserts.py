"""Programs against the judge of assert tests: cheats must fail, and odd but honest ones pass, as their headers say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from r1rewards.sandbox.jobs import Asserts, Job, JobResult, Limits, Status, Toolchain
from r1rewards.sandbox.running import Sandbox

FOLDER = Path(__file__).parents[1] / "data" / "assert_hacks"
WORDS = {
    Status.OK: "WA", Status.RUNTIME_ERROR: "RE", Status.TIME_LIMIT: "TLE", Status.MEMORY_LIMIT: "MLE",
}  # fmt: skip
LIMITS = Limits(cpu_s=15, wall_s=30, memory_mb=256)


@dataclass(frozen=True)
class Case:
    id: str
    expect: frozenset[str]
    source: str
    tests: str


def read(path: Path) -> Case:
    source, _, tests = path.read_text().partition("# tests:\n")
    header = dict(re.findall(r"^# (\w+): (.*)$", source, re.MULTILINE))
    return Case(path.stem, frozenset(header["expect"].split(",")), source, tests)


CASES = [read(path) for path in sorted(FOLDER.glob("*.py"))]


@pytest.mark.docker
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_program_earns_what_its_header_says_of_each_assert(
    case: Case, docker_box: Sandbox, python: Toolchain
) -> None:
    earns(case, docker_box, python)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_it_earns_the_same_without_a_container(case: Case, local_box: Sandbox) -> None:
    earns(case, local_box, Toolchain("python", "", "main.py"))


def earns(case: Case, box: Sandbox, python: Toolchain) -> None:
    result = ask(case.source, case.tests, box, python)
    if "'numpy'" in result.note:
        pytest.skip("the interpreter that programs run on has no numpy")
    words = ["AC" if test.passed else WORDS[test.status] for test in result.tests]
    assert words, result
    assert set(words) <= case.expect, result
    assert result.trust == "full"


def ask(source: str, tests: str, box: Sandbox, python: Toolchain) -> JobResult:
    return box.run([Job(python, source, Asserts(tests), LIMITS)])[0]


@pytest.mark.docker
@pytest.mark.parametrize(
    ("tests", "note"),
    [
        ("import nowhere\nassert f(1) == 1", "no module 'nowhere'"),
        ("from nowhere.near import x\nassert f(1) == 1", "no module 'nowhere'"),
        ("def g():\n    assert f(1) == 1", "no assert"),
    ],
)
def test_tests_that_no_program_could_pass_are_bad_tests(
    tests: str, note: str, docker_box: Sandbox, python: Toolchain
) -> None:
    result = ask("def f(x): return x", tests, docker_box, python)
    assert result.status is Status.BAD_TESTS
    assert note in result.note


@pytest.mark.docker
def test_captured_output_is_captured_where_it_is_printed(
    docker_box: Sandbox, python: Toolchain
) -> None:
    tests = (
        "import contextlib, io\nout = io.StringIO()\nwith contextlib.redirect_stdout(out):\n    f()\n"
        "assert out.getvalue() == 'hi\\n'"
    )
    result = ask("def f(): print('hi')", tests, docker_box, python)
    assert [test.passed for test in result.tests] == [True]
    assert result.trust == "low"
