"""The sandbox without an engine: what programs can still not do, and that it is never chosen silently."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from r1rewards.errors import BadCallError, SandboxUnavailableError
from r1rewards.sandbox import local
from r1rewards.sandbox.jobs import Asserts, Call, Job, Limits, Status, Stdin, Toolchain
from r1rewards.sandbox.running import Sandbox, open_sandbox
from r1rewards.sandbox.wire import decode, encode

PYTHON = Toolchain("python", "", "main.py")
LIMITS = Limits(cpu_s=1, wall_s=2, memory_mb=256)
WIDE = replace(LIMITS, cpu_s=10, wall_s=20)  # for what ends by itself, on a machine however slow


ENDS = [
    ("print(input())", Status.OK),
    ("1/0", Status.RUNTIME_ERROR),
    ("while True: pass", Status.TIME_LIMIT),
    ("import time; time.sleep(99)", Status.TIME_LIMIT),
    ("x = []\nwhile True: x.append(bytearray(1 << 20))", Status.MEMORY_LIMIT),
    ("print('x' * 9_000_000)", Status.OUTPUT_LIMIT),
]
FORBIDDEN = [
    "open('/var/tmp/x', 'w')",
    "open('/dev/shm/x', 'w')",
    "import os; os.listdir('/root')",
    "import os; os.listdir('/home')",
    "import socket; socket.socket()",
    "import os; os.kill(os.getppid(), 9)",
    "import os; open(f'/proc/{os.getppid()}/mem', 'rb')",
    "import os; open(f'/proc/{os.getppid()}/environ', 'rb').read()",
    "import ctypes; assert ctypes.CDLL(None).unshare(0x10000000) == 0",
    "import ctypes; assert ctypes.CDLL(None).ptrace(16, 1, 0, 0) == 0",
    "import ctypes; assert ctypes.CDLL(None).syscall(425, 4, 0) >= 0",
]


@pytest.mark.parametrize(("source", "status"), ENDS)
def test_how_a_program_ends_is_its_status(local_box: Sandbox, source: str, status: Status) -> None:
    limits = LIMITS if status is Status.TIME_LIMIT else WIDE
    (result,) = local_box.run([Job(PYTHON, source, (Stdin(b"x"),), limits)])
    assert result.isolation == "reduced"
    found = result.tests[0].status
    # Memory is looked at, not enforced: a program that grows faster than that meets RLIMIT_DATA.
    assert found is status or (status is Status.MEMORY_LIMIT and found is Status.RUNTIME_ERROR)


@pytest.mark.parametrize("source", FORBIDDEN)
def test_what_a_program_may_not_do(local_box: Sandbox, source: str) -> None:
    (result,) = local_box.run([Job(PYTHON, source, (Stdin(),), WIDE)])
    assert result.tests[0].status is Status.RUNTIME_ERROR


def test_it_may_write_in_its_own_folder_and_the_next_finds_it_empty(local_box: Sandbox) -> None:
    source = "import os\nprint(os.listdir())\nos.makedirs('a/b/c')\nopen('a/b/c/d', 'w').write('x')\nos.chmod('a', 0)"
    results = local_box.run([Job(PYTHON, source, (Stdin(),) * 2, WIDE, processes="per_test")] * 3)
    assert {t.stdout for r in results for t in r.tests} == {b"[]\n"}


def test_functions_and_asserts_work_too(local_box: Sandbox) -> None:
    source = "def f(x): return {x: (x,)}"
    called, asserted = local_box.run(
        [
            Job(PYTHON, source, (Call("f", encode([3])),), WIDE),
            Job(PYTHON, source, Asserts("assert f(1) == {1: (1,)}\nassert f(2) == 3"), WIDE),
        ]
    )
    assert decode(called.tests[0].value or b"") == {3: (3,)}
    assert [test.passed for test in asserted.tests] == [True, False]


def test_where_the_kernel_lacks_what_it_needs_nothing_is_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def answer(*args: Any, **kwargs: Any) -> Any:
        return subprocess.CompletedProcess(args, 0, stdout="the kernel has no Landlock\n")

    monkeypatch.setattr(local.subprocess, "run", answer)
    with open_sandbox("local", slots=1) as box:
        with pytest.raises(SandboxUnavailableError, match="no Landlock"):
            box.ping()
        (result,) = box.run([Job(PYTHON, "print(1)", (Stdin(),))])
        assert result.status is Status.SANDBOX_DOWN
        assert "no Landlock" in result.note


def test_a_backend_that_does_not_exist_is_a_bad_call() -> None:
    with pytest.raises(BadCallError, match="'docker' and 'local'"):
        open_sandbox("podman")  # type: ignore[arg-type]


AS_NOBODY = """
import json, os, sys
sys.path[:0] = sys.argv[1:3]
import test_hacks, test_local
from r1rewards.sandbox.running import open_sandbox
test_hacks.HACKS  # read, as all else, while we may
os.setgroups([]); os.setresgid(65534, 65534, 65534); os.setresuid(65534, 65534, 65534)
with open_sandbox("local", slots=2) as box:
    box.backend.python = sys.argv[3]
    print(json.dumps(getattr(test_local, sys.argv[4])(box)))
"""


def as_nobody(function: str) -> Any:
    """What a function of this module returns, called under a uid that owns nothing, with a sandbox of that uid."""
    python = shutil.which("python3", path="/usr/bin:/bin")
    if os.getuid() != 0 or python is None:
        pytest.skip("needs root, and a python3 that every user may run")
    here = Path(__file__)
    paths = [str(here.parents[2]), str(here.parent)]
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, *paths, python, function], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def ends(box: Sandbox) -> list[str]:
    limits = {Status.TIME_LIMIT: LIMITS}
    jobs = [Job(PYTHON, text, (Stdin(b"x"),), limits.get(end, WIDE)) for text, end in ENDS]
    return [result.tests[0].status.value for result in box.run(jobs)]


def attempts(box: Sandbox) -> list[str]:
    victims = ["import os; os.kill(int(open(f'/proc/{os.getppid()}/stat').read().split()[3]), 9)"]
    jobs = [Job(PYTHON, source, (Stdin(),), WIDE) for source in FORBIDDEN + victims]
    return [result.tests[0].status.value for result in box.run(jobs)]


def remains(box: Sandbox) -> list[str]:
    source = "import os\nprint(os.listdir(), flush=True)\nopen('x', 'w')\nif os.fork() == 0:\n os.setsid()\n while True: pass"
    results = box.run([Job(PYTHON, source, (Stdin(),) * 2, WIDE, processes="per_test")] * 2)
    return [test.stdout.decode() for result in results for test in result.tests]


def asserted(box: Sandbox) -> list[bool | None]:
    killer = (
        "import os\ndef f(x):\n  for pid in os.listdir('/proc'):\n    if pid.isdigit() and int(pid) != os.getpid():\n"
        "      try: open(f'/proc/{pid}/mem', 'rb').close(); return 2\n      except OSError: pass\n"
        "      try: os.kill(int(pid), 9)\n      except OSError: pass\n  return x"
    )
    tests = Asserts("assert f(1) == 1\nassert f(1) == 2")
    return [test.passed for test in box.run([Job(PYTHON, killer, tests, WIDE)])[0].tests]


def threaded(box: Sandbox) -> str:
    """A program with a thread of its own, while the caller has more of them than a program may."""
    done = threading.Event()
    for _ in range(100):
        threading.Thread(target=done.wait).start()
    source = (
        "import threading\nt = threading.Thread(target=lambda: print(input()))\nt.start()\nt.join()"
    )
    (result,) = box.run([Job(PYTHON, source, (Stdin(b"5"),), WIDE)])
    done.set()
    return result.tests[0].stdout.decode()


def hacked(box: Sandbox) -> list[str]:
    """What earned something else than its header says."""
    from test_hacks import HACKS, NEEDS_SHM, earns

    (numpy,) = box.run([Job(PYTHON, "import numpy", (Stdin(),), WIDE)])
    has_numpy = numpy.tests[0].status is Status.OK
    wrong = []
    for hack in HACKS:
        if NEEDS_SHM in hack.source or ("import numpy" in hack.source and not has_numpy):
            continue
        try:
            earns(hack, "auto", box, PYTHON)
        except AssertionError as e:
            wrong.append(f"{hack.id}: {e}"[:300])
    return wrong


@pytest.mark.slow
def test_an_ordinary_user_gets_the_same_statuses() -> None:
    memory = {"memory_limit", "runtime_error"}  # looked at, or met by RLIMIT_DATA
    found = as_nobody("ends")
    expected = [status.value for _, status in ENDS]
    assert [e if e in memory and f in memory else f for f, e in zip(found, expected, strict=True)] == expected  # fmt: skip


@pytest.mark.slow
def test_programs_of_an_ordinary_user_may_not_do_more() -> None:
    assert set(as_nobody("attempts")) == {"runtime_error"}


@pytest.mark.slow
def test_nothing_of_a_program_of_an_ordinary_user_stays() -> None:
    assert as_nobody("remains") == ["[]\n"] * 4


@pytest.mark.slow
def test_a_program_of_an_ordinary_user_can_neither_read_nor_kill_its_judge() -> None:
    assert as_nobody("asserted") == [True, False]


@pytest.mark.slow
def test_threads_of_an_ordinary_user_are_not_counted_against_its_programs() -> None:
    assert as_nobody("threaded") == "5\n"


@pytest.mark.slow
def test_hacks_earn_no_more_under_an_ordinary_user() -> None:
    assert as_nobody("hacked") == []
