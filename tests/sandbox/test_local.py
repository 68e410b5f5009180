"""The sandbox without an engine: what programs can still not do, and that it is never chosen silently."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from r1rewards.errors import BadCallError, SandboxUnavailableError
from r1rewards.sandbox import local
from r1rewards.sandbox.jobs import Asserts, Call, Job, Limits, Status, Stdin, Toolchain
from r1rewards.sandbox.running import Sandbox, open_sandbox
from r1rewards.sandbox.wire import decode, encode

PYTHON = Toolchain("python", "", "main.py")
LIMITS = Limits(cpu_s=1, wall_s=2, memory_mb=256)


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("print(input())", Status.OK),
        ("1/0", Status.RUNTIME_ERROR),
        ("while True: pass", Status.TIME_LIMIT),
        ("import time; time.sleep(99)", Status.TIME_LIMIT),
        ("x = []\nwhile True: x.append(bytearray(1 << 20))", Status.MEMORY_LIMIT),
        ("print('x' * 9_000_000)", Status.OUTPUT_LIMIT),
    ],
)
def test_how_a_program_ends_is_its_status(local_box: Sandbox, source: str, status: Status) -> None:
    (result,) = local_box.run([Job(PYTHON, source, (Stdin(b"x"),), LIMITS)])
    assert result.isolation == "reduced"
    found = result.tests[0].status
    # Memory is looked at, not enforced: a program that grows faster than that meets RLIMIT_DATA.
    assert found is status or (status is Status.MEMORY_LIMIT and found is Status.RUNTIME_ERROR)


@pytest.mark.parametrize(
    "source",
    [
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
    ],
)
def test_what_a_program_may_not_do(local_box: Sandbox, source: str) -> None:
    (result,) = local_box.run([Job(PYTHON, source, (Stdin(),), LIMITS)])
    assert result.tests[0].status is Status.RUNTIME_ERROR


def test_it_may_write_in_its_own_folder_and_the_next_finds_it_empty(local_box: Sandbox) -> None:
    source = "import os\nprint(os.listdir())\nos.makedirs('a/b/c')\nopen('a/b/c/d', 'w').write('x')\nos.chmod('a', 0)"
    results = local_box.run([Job(PYTHON, source, (Stdin(),) * 2, LIMITS, processes="per_test")] * 3)
    assert {t.stdout for r in results for t in r.tests} == {b"[]\n"}


def test_functions_and_asserts_work_too(local_box: Sandbox) -> None:
    source = "def f(x): return {x: (x,)}"
    called, asserted = local_box.run(
        [
            Job(PYTHON, source, (Call("f", encode([3])),), LIMITS),
            Job(PYTHON, source, Asserts("assert f(1) == {1: (1,)}\nassert f(2) == 3"), LIMITS),
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
