"""Engines that fail in the middle of a batch: it completes, what is unscored is named, and the next one is scored."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from r1rewards.sandbox import containers
from r1rewards.sandbox.docker import Engine, Profile
from r1rewards.sandbox.jobs import Job, JobResult, Status, Stdin, Toolchain
from r1rewards.sandbox.running import Sandbox, open_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

# docker-py drops the socket that could not be connected without closing it; `collected` collects it in time.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.usefixtures("collected"),
]
ROOT = Path(__file__).parents[2]
AS_NOBODY = """
import os, sys
from r1rewards.sandbox.jobs import Job, Stdin, Toolchain
from r1rewards.sandbox.running import open_sandbox
import docker
os.setgroups([]); os.setresgid(65534, 65534, 65534); os.setresuid(65534, 65534, 65534)
with open_sandbox("docker", slots=2) as box:
    for result in box.run([Job(Toolchain("python", "x", "main.py"), "print(1)", (Stdin(),))] * 3):
        print(result.status.value, result.note)
"""

needs_root = pytest.mark.skipif(os.getuid() != 0, reason="needs root")


class PrivateEngine:
    """An engine of this test's own, on a disk of 2 GB in memory.

    It has a network of its own, whose bridge it may delete, and is process 1 of its own namespace: when it is killed,
    its containers die with it, as with a machine that loses its engine, and nothing is left behind.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.host = f"unix://{folder}/sock"
        self.data = folder / "data"
        self.data.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2g", "tmpfs", self.data], check=True)
        self.start()

    def start(self) -> None:
        for stale in ("pid", "exec/containerd/containerd.pid"):
            (self.folder / stale).unlink(missing_ok=True)
        command = [
            "unshare", "--net", "--mount-proc", "--pid", "--fork", "--kill-child", "dockerd", "--host", self.host,
            "--data-root", self.data, "--exec-root", self.folder / "exec", "--pidfile", self.folder / "pid",
            "--bridge", "none", "--iptables=false",
        ]  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        for _ in range(1200):
            if self.docker("version").returncode == 0:
                return
            time.sleep(0.1)
        raise RuntimeError((self.folder / "log").read_text()[-2000:])

    def docker(self, *argv: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["docker", "--host", self.host, *argv], capture_output=True, check=False
        )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        while self.docker("version").returncode == 0:  # the namespace dies a moment after its maker
            time.sleep(0.05)

    def load(self, image: str) -> None:
        with subprocess.Popen(["docker", "save", image], stdout=subprocess.PIPE) as save:
            subprocess.run(
                ["docker", "--host", self.host, "load"],
                stdin=save.stdout, check=True, stdout=subprocess.DEVNULL,
            )  # fmt: skip

    def close(self) -> None:
        self.kill()
        subprocess.run(["umount", "-l", self.data], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture
def collected() -> Iterator[None]:
    yield
    gc.collect()


@pytest.fixture(scope="module")
def engine(docker_box: Sandbox, python: Toolchain) -> Iterator[PrivateEngine]:
    if os.getuid() != 0 or not shutil.which("dockerd") or not shutil.which("unshare"):
        pytest.skip("needs root and dockerd")
    engine = PrivateEngine(
        Path(tempfile.mkdtemp(prefix="r1e-", dir="/tmp"))
    )  # short: a socket's path
    try:
        engine.load(python.image)
        yield engine
    finally:
        engine.close()


@pytest.fixture
def box(engine: PrivateEngine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    monkeypatch.setenv("DOCKER_HOST", engine.host)
    with open_sandbox("docker", slots=2) as box:
        yield box


def jobs(python: Toolchain, count: int, sleep_s: float = 0.0) -> list[Job]:
    return [
        Job(python, f"import time; time.sleep({sleep_s}); print({i})", (Stdin(),))
        for i in range(count)
    ]


def assert_scored_or_named(results: list[JobResult], *, at_least: int) -> None:
    scored = 0
    for i, result in enumerate(results):
        if result.status is Status.OK:
            assert result.tests[0].stdout == b"%d\n" % i
            scored += 1
        else:
            assert result.status is Status.SANDBOX_DOWN
            assert result.note
    assert scored >= at_least


@pytest.mark.docker
@pytest.mark.slow
@pytest.mark.parametrize("away_s", [0.0, 4.0])
def test_an_engine_killed_in_the_middle_of_a_batch_and_restarted_costs_no_verdict(
    engine: PrivateEngine, box: Sandbox, python: Toolchain, away_s: float
) -> None:
    def accident() -> None:
        time.sleep(1.0)
        engine.kill()
        time.sleep(away_s)
        engine.start()  # and kills what it finds running

    box.warm(python)
    thread = threading.Thread(target=accident)
    thread.start()
    results = box.run(jobs(python, 60, sleep_s=0.2))
    thread.join()
    assert_scored_or_named(results, at_least=56)  # two slots, lost twice at the worst
    assert box.pool.started > 2  # it did lose them
    assert_scored_or_named(box.run(jobs(python, 4)), at_least=4)


@pytest.mark.docker
@pytest.mark.slow
def test_an_engine_that_stays_away_leaves_the_rest_of_the_batch_unscored_and_says_so(
    engine: PrivateEngine, box: Sandbox, python: Toolchain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containers, "PATIENCE_S", 1.0)
    box.warm(python)
    engine.kill()
    for slot in list(box.pool._all):
        slot.sock.close() if slot.sock else None
    results = box.run(jobs(python, 6))
    engine.start()
    assert {result.status for result in results} == {Status.SANDBOX_DOWN}
    assert all("Install Docker" in result.note for result in results)
    assert_scored_or_named(box.run(jobs(python, 4)), at_least=4)


@pytest.mark.docker
@pytest.mark.slow
def test_an_engine_whose_disk_is_full_leaves_jobs_unscored_until_there_is_space(
    engine: PrivateEngine, box: Sandbox, python: Toolchain
) -> None:
    filler = engine.data / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as f:
        while True:
            f.write(bytes(1 << 20))
    with contextlib.suppress(OSError), filler.open("ab", buffering=0) as f:
        while True:
            f.write(b"x")
    results = box.run(jobs(python, 4))
    filler.unlink()
    assert {result.status for result in results} == {Status.SANDBOX_DOWN}
    assert all("no space left" in result.note for result in results)
    assert_scored_or_named(box.run(jobs(python, 4)), at_least=4)


@pytest.mark.docker
@needs_root
def test_a_full_disk_under_the_slots_folders_is_named(
    docker_box: Sandbox, python: Toolchain, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", tmp_path], check=True)
    try:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        with open_sandbox("docker", slots=2) as box:
            results = box.run(jobs(python, 4))
            assert {result.status for result in results} == {Status.SANDBOX_DOWN}
            assert all("Free space" in result.note for result in results)
            subprocess.run(["mount", "-o", "remount,size=16m", tmp_path], check=True)
            assert_scored_or_named(box.run(jobs(python, 4)), at_least=4)
    finally:
        subprocess.run(["umount", tmp_path], check=True)


@pytest.mark.docker
@needs_root
def test_a_socket_that_may_not_be_used_is_named() -> None:
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        Path(folder).chmod(0o755)
        listener.bind(f"{folder}/sock")
        Path(folder, "sock").chmod(0o660)
        listener.listen()
        environment = {**os.environ, "DOCKER_HOST": f"unix://{folder}/sock"}
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY], cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("sandbox_down ") for line in lines)
    assert all("Permission denied" in line and "group `docker`" in line for line in lines)


@pytest.mark.docker
def test_where_a_slot_cannot_see_its_cgroup_the_missing_file_is_named(
    docker_box: Sandbox, python: Toolchain, monkeypatch: pytest.MonkeyPatch
) -> None:
    hardening = Engine.hardening

    def hidden(self: Engine, profile: Profile) -> dict[str, Any]:
        options = hardening(self, profile)
        return {**options, "tmpfs": {**options["tmpfs"], "/sys/fs/cgroup": ""}}

    monkeypatch.setattr(Engine, "hardening", hidden)
    with open_sandbox("docker", slots=1) as box:
        (result,) = box.run(jobs(python, 1))
    assert result.status is Status.SANDBOX_DOWN
    assert "/sys/fs/cgroup" in result.note


@pytest.mark.docker
def test_a_runtime_that_the_engine_does_not_know_is_not_passed_over(
    docker_box: Sandbox, python: Toolchain
) -> None:
    with open_sandbox("docker", slots=1, runtime="no-such-runtime") as box:
        (result,) = box.run(jobs(python, 1))
    assert result.status is Status.SANDBOX_DOWN
    assert "no-such-runtime" in result.note
