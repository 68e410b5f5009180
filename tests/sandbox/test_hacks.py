"""Programs that cheat, bomb, flood, escape or merely look odd: each earns what its header says, and leaves nothing."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from r1rewards.sandbox.jobs import Call, Job, Limits, Status, Stdin, TestResult, Toolchain
from r1rewards.sandbox.judging import same_lines, same_value
from r1rewards.sandbox.running import Sandbox
from r1rewards.sandbox.wire import WireError, decode, encode

FOLDER = Path(__file__).parents[1] / "data" / "code_hacks"
PROBLEMS = json.loads((FOLDER / "problems.json").read_text())
WORDS = {
    Status.OK: "WA", Status.RUNTIME_ERROR: "RE", Status.TIME_LIMIT: "TLE", Status.MEMORY_LIMIT: "MLE",
    Status.OUTPUT_LIMIT: "OLE", Status.COMPILE_ERROR: "CE",
}  # fmt: skip
SHORT = Limits(cpu_s=3, wall_s=4, memory_mb=256, tmp_files=2048)
LIMITS = replace(
    SHORT, cpu_s=15, wall_s=30
)  # no slow machine takes so long for what is not to meet it


NEEDS_SHM = "from multiprocessing import"


@dataclass(frozen=True)
class Hack:
    id: str
    problem: dict[str, Any]
    expect: frozenset[str]
    source: str

    def is_right(self, i: int, test: TestResult) -> bool:
        case = self.problem["cases"][i]
        if self.problem["type"] == "stdin":
            return same_lines(test.stdout, case["output"].encode())
        try:
            return same_value(decode(test.value or b""), case["expected"])
        except WireError:
            return False

    def tests(self) -> Any:
        cases = self.problem["cases"]
        if self.problem["type"] == "stdin":
            return tuple(Stdin(case["input"].encode()) for case in cases)
        return tuple(Call(self.problem["fn_name"], encode(case["args"])) for case in cases)

    def word(self, i: int, test: TestResult) -> str:
        return "AC" if test.status is Status.OK and self.is_right(i, test) else WORDS[test.status]


def read(path: Path) -> Hack:
    source = path.read_text()
    header = dict(re.findall(r"^# (\w+): (.*)$", source, re.MULTILINE))
    expect = frozenset(header["expect"].replace("AC-on-visible", "AC").split(","))
    return Hack(header["id"], PROBLEMS[header["problem"]], expect, source)


HACKS = [read(path) for path in sorted(FOLDER.glob("*.py"))]


@pytest.mark.docker
@pytest.mark.parametrize("processes", ["per_test", "auto"])
@pytest.mark.parametrize("hack", HACKS, ids=lambda hack: hack.id)
def test_a_hack_earns_what_its_header_says(
    hack: Hack, processes: Any, docker_box: Sandbox, python: Toolchain
) -> None:
    earns(hack, processes, docker_box, python)
    (after,) = docker_box.run([Job(python, PROBE, (Stdin(),), LIMITS)])
    assert after.tests[0].stdout == CLEAN, after


@pytest.mark.slow
@pytest.mark.parametrize("hack", HACKS, ids=lambda hack: hack.id)
def test_a_hack_earns_the_same_without_a_container(hack: Hack, local_box: Sandbox) -> None:
    python = Toolchain("python", "", "main.py")
    if NEEDS_SHM in hack.source:
        pytest.skip("programs may not write to the machine's /dev/shm")
    if "import numpy" in hack.source:
        (has,) = local_box.run([Job(python, "import numpy", (Stdin(),), LIMITS)])
        if has.tests[0].status is not Status.OK:
            pytest.skip("the interpreter that programs run on has no numpy")
    earns(hack, "auto", local_box, python)
    (after,) = local_box.run([Job(python, "import os; print(os.listdir())", (Stdin(),), LIMITS)])
    assert after.tests[0].stdout == b"[]\n", after


def earns(hack: Hack, processes: Any, box: Sandbox, python: Toolchain) -> None:
    limits = SHORT if "TLE" in hack.expect else LIMITS
    job = Job(python, hack.source, hack.tests(), limits, hack.is_right, processes)
    (result,) = box.run([job])
    words = {hack.word(i, test) for i, test in enumerate(result.tests)} or {WORDS[result.status]}
    assert words <= hack.expect, result


PROBE = """
import os
mine = [p for p in os.listdir('/proc') if p.isdigit() and os.stat('/proc/' + p).st_uid == os.getuid()]
shm = [len(open('/proc/sysvipc/' + k).read().splitlines()) for k in ('shm', 'msg', 'sem')]
print(os.listdir('/tmp'), os.path.realpath('/dev/shm'), os.listdir('/dev/mqueue'), len(mine), shm)
"""
CLEAN = b"[] /tmp [] 1 [1, 1, 1]\n"
