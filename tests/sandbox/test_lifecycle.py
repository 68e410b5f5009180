"""Slots that die, engines that are not there, owners that are killed: what is unscored is named, and nothing stays."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from r1rewards.errors import SandboxUnavailableError
from r1rewards.sandbox import containers
from r1rewards.sandbox.docker import OWNER_LABEL, Engine, Profile
from r1rewards.sandbox.jobs import Job, Limits, Status, Stdin, Toolchain
from r1rewards.sandbox.running import Sandbox, open_sandbox

ROOT = Path(__file__).parents[2]
OWNER = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background of a script
from r1rewards.sandbox.jobs import Job, Limits, Stdin
from r1rewards.sandbox.languages import find_language, toolchain
from r1rewards.sandbox.running import open_sandbox
box = open_sandbox("docker", slots=1)
python = toolchain(find_language("python"), "", 512)
box.run([Job(python, "print(1)", (Stdin(),))])
print("up", flush=True)
box.run([Job(python, "import time; time.sleep(60)", (Stdin(),), Limits(wall_s=60))])
"""


def containers_of(pid: int) -> list[Any]:
    found = Engine().client().containers(all=True, filters={"label": OWNER_LABEL})
    return [c["Id"] for c in found if c["Labels"][OWNER_LABEL].startswith(f"{pid} ")]


@pytest.mark.docker
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_container_outlives_its_owner(how: signal.Signals, docker_box: Sandbox) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert owner.stdout is not None
    with owner.stdout:
        assert owner.stdout.readline() == b"up\n"
        assert len(containers_of(owner.pid)) == 1
        owner.send_signal(how)
        owner.wait(120)
    for _ in range(600):
        if not containers_of(owner.pid):
            break
        time.sleep(0.1)
    assert containers_of(owner.pid) == []


@pytest.mark.docker
def test_a_killed_slot_is_replaced_and_the_job_is_judged(
    docker_box: Sandbox, python: Toolchain
) -> None:
    with open_sandbox("docker", slots=1) as box:
        handle = box.submit(
            Job(python, "import time; time.sleep(1.5); print(7)", (Stdin(),), Limits(wall_s=20))
        )
        while not box.pool._all or not next(iter(box.pool._all)).programs:
            time.sleep(0.05)
        Engine().client().kill(next(iter(box.pool._all)).container)
        (test,) = handle.result(300).tests
        assert test.stdout == b"7\n"
        assert box.pool.started == 2


@pytest.mark.docker
def test_slots_lost_twice_leave_one_job_unscored_and_the_others_judged(
    docker_box: Sandbox, python: Toolchain
) -> None:
    with open_sandbox("docker", slots=1) as box:
        lost = box.submit(Job(python, "import time; time.sleep(30)", (Stdin(),), Limits(wall_s=60)))
        stop = threading.Event()

        def kill_all() -> None:
            while not stop.wait(0.05):
                for slot in [s for s in box.pool._all if s.programs]:
                    Engine().client().kill(slot.container)

        killer = threading.Thread(target=kill_all)
        killer.start()
        result = lost.result(300)
        stop.set()
        killer.join()
        assert result.status is Status.SANDBOX_DOWN
        assert "two slots were lost" in result.note
        assert box.run([Job(python, "print(1)", (Stdin(),))])[0].tests[0].stdout == b"1\n"


@pytest.mark.docker
def test_an_image_that_is_not_there_is_named_with_the_command_that_builds_it(
    docker_box: Sandbox,
) -> None:
    missing = Toolchain("python", "r1rewards-sandbox-nowhere:0", "main.py")
    (result,) = docker_box.run([Job(missing, "print(1)", (Stdin(),))])
    assert result.status is Status.SANDBOX_DOWN
    assert "r1rewards sandbox build" in result.note


@pytest.mark.docker
def test_slots_stay_the_same_few_and_leave_no_descriptor(
    docker_box: Sandbox, python: Toolchain
) -> None:
    with open_sandbox("docker", slots=2) as box:
        jobs = [Job(python, f"print({i})", (Stdin(),)) for i in range(100)]
        box.run(jobs[:10])
        before = len(os.listdir("/proc/self/fd"))
        assert [r.tests[0].stdout for r in box.run(jobs)] == [b"%d\n" % i for i in range(100)]
        assert box.pool.started <= 2
        assert len(os.listdir("/proc/self/fd")) <= before + 2


@pytest.mark.docker
def test_a_recycled_slot_leaves_no_descriptor(
    docker_box: Sandbox, python: Toolchain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containers, "RECYCLE_AFTER", 2)
    with open_sandbox("docker", slots=1) as box:
        jobs = [Job(python, "print(1)", (Stdin(),))] * 4
        box.run(jobs)
        before = len(os.listdir("/proc/self/fd"))
        box.run(jobs)
        assert box.pool.started == 4
        assert len(os.listdir("/proc/self/fd")) <= before


@pytest.mark.docker
@pytest.mark.slow
def test_ten_thousand_jobs_leak_nothing(python: Toolchain) -> None:
    def resident_kb() -> int:
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])

    before = set(containers_of(os.getpid()))  # slots of other sandboxes in this process
    with open_sandbox("docker", slots=2) as box:
        jobs = [Job(python, f"print({i})", (Stdin(),)) for i in range(1000)]
        box.run(jobs)
        fds, resident = len(os.listdir("/proc/self/fd")), resident_kb()
        for _ in range(9):
            assert {r.tests[0].status for r in box.run(jobs)} == {Status.OK}
        assert len(os.listdir("/proc/self/fd")) <= fds + 2
        assert resident_kb() < resident + 20_000
        assert len(set(containers_of(os.getpid())) - before) <= 2
    assert set(containers_of(os.getpid())) <= before


@pytest.mark.docker
@pytest.mark.slow
def test_eight_cpu_hogs_change_no_verdict(docker_box: Sandbox, python: Toolchain) -> None:
    programs = [
        "print(1)",
        "x = 0\nfor i in range(2_000_000): x += i\nprint(x)",
        "while True: pass",
        "import time; time.sleep(99)",
        "1/0",
    ]
    jobs = [Job(python, source, (Stdin(),), Limits(cpu_s=3, wall_s=6)) for source in programs]
    quiet = [r.tests[0].status for r in docker_box.run(jobs)]
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(8)]
    try:
        loud = [r.tests[0].status for r in docker_box.run(jobs)]
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()
    assert (
        loud
        == quiet
        == [Status.OK, Status.OK, Status.TIME_LIMIT, Status.TIME_LIMIT, Status.RUNTIME_ERROR]
    )


@dataclass
class Mute:
    """A backend whose slots never call back."""

    ended: bool
    isolation: str = "container"

    def start(self, *_: Any) -> str:
        return "mute"

    def has_ended(self, _: str) -> bool:
        return self.ended

    def remove(self, _: str) -> None:
        pass


@pytest.mark.parametrize(("ended", "what"), [(True, "ended before it"), (False, "did not answer")])
def test_a_slot_that_starts_slowly_is_awaited_for_as_long_as_it_runs(
    ended: bool, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containers, "START_S", 1000.0 if ended else 0.5)
    with pytest.raises(SandboxUnavailableError, match=what):
        containers.Slot(Mute(ended), Profile("image", 1, 1, 1, 1))  # type: ignore[arg-type]


# docker-py drops the socket that could not be connected without closing it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_without_an_engine_every_job_is_unscored_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with open_sandbox("docker", slots=1) as box:
        with pytest.raises(SandboxUnavailableError, match="Install Docker"):
            box.ping()
        results = box.run([Job(Toolchain("python", "x", "main.py"), "print(1)", (Stdin(),))] * 3)
        assert {r.status for r in results} == {Status.SANDBOX_DOWN}
        assert "docker.io" in results[0].note
    gc.collect()  # here, where its warning is expected
