"""How many isolated tests a second: ours at both speeds, `docker run`, docker-py `exec_run`, evalplus. One run, with ratios.

    python tests/benchmarks/bench_sandbox.py [--evalplus PYTHON]

PYTHON is an interpreter whose environment has evalplus from PyPI; without it that line is left out. The program is the
sum of a list; a test is one input. Peers run fewer tests: they are slow, and a rate is a rate. For ours also the CPU time
of a test, host and slots together, which other work on the machine changes less. The floor is what the kernel takes for a
fork, exit and wait of the same interpreter in a container, and the same with the uid changed and the program run.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from r1rewards.sandbox.docker import Engine, Profile
from r1rewards.sandbox.images import context_dir
from r1rewards.sandbox.jobs import Job, Status, Stdin
from r1rewards.sandbox.languages import find_language, toolchain
from r1rewards.sandbox.running import Sandbox, open_sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = "n = int(input()); print(sum(map(int, input().split())))"
FUNCTION = "def f(n, numbers):\n    return sum(numbers)\n"
TESTS = 20
PYTHON = toolchain(find_language("python"), "", 512)
FLOOR = f"""
import os, sys, time
sys.path.insert(0, "/runner")
import zygote
zygote.prepare("plain", "/tmp", "")
zygote.gc.freeze()
def bare(): pass
def whole():
    os.setresgid(20000, 20000, 20000)
    os.setresuid(20000, 20000, 20000)
    exec(compile({SOURCE!r}.replace("int(input())", "3").replace("input()", "'1 2'").replace("print", "str"), "x", "exec"), {{}})
for work in (bare, whole):
    rates = []
    for _ in range(3):
        start = time.perf_counter()
        for _ in range(500):
            pid = os.fork()
            if pid == 0:
                work()
                os._exit(0)
            assert os.waitpid(pid, 0)[1] == 0
        rates.append(500 / (time.perf_counter() - start))
    print(max(rates))
"""
EVALPLUS = """
import json, sys, time
from evalplus.eval import untrusted_check
inputs = [[3, [1, 2, i]] for i in range({tests})]
started = time.perf_counter()
for k in range({programs}):
    result = untrusted_check("mbpp", {source!r}, inputs, "f", [3 + i for i in range({tests})], 0, [0.01] * {tests}, False)
    assert result[0] == "pass", result
print(time.perf_counter() - started)
"""


def best(tests: int, run: Callable[[], Any], rounds: int = 3) -> float:
    """Tests per second, the best of several rounds."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return tests / min(times)


def slots_cpu_s(box: Sandbox) -> float:
    """CPU seconds that the slots of a sandbox have used."""
    client = Engine().client()
    found = [client.stats(slot.container, stream=False, one_shot=True) for slot in box.pool._all]
    return sum(stats["cpu_stats"]["cpu_usage"]["total_usage"] for stats in found) / 1e9


def ours(slots: int, processes: Any, programs: int) -> tuple[float, float]:
    """(tests per second, CPU milliseconds of a test)."""
    with open_sandbox("docker", slots=slots) as box:
        box.warm(PYTHON)
        tests = tuple(Stdin(b"3\n1 2 %d\n" % i) for i in range(TESTS))
        jobs = [Job(PYTHON, f"{SOURCE} # {k}", tests, processes=processes) for k in range(programs)]

        def run() -> None:
            for result in box.run(jobs):
                assert [t.stdout for t in result.tests] == [b"%d\n" % (3 + i) for i in range(TESTS)]
                assert {t.status for t in result.tests} == {Status.OK}

        before = slots_cpu_s(box) + time.process_time()
        rate = best(programs * TESTS, run)
        cpu_s = slots_cpu_s(box) + time.process_time() - before
        return rate, cpu_s * 1000 / (3 * programs * TESTS)


def floors() -> list[float]:
    """Bare forks a second in a hardened container, and forks that run the program."""
    command = [
        "docker", "run", "--rm", "--network", "none", "--read-only", "--cap-drop", "ALL", "--cap-add", "SETUID",
        "--cap-add", "SETGID", "--security-opt", f"seccomp={context_dir() / 'seccomp.json'}", "--memory", "576m",
        "--cpus", "1", "--tmpfs", "/tmp", "-v", f"{context_dir() / 'runner'}:/runner:ro", PYTHON.image,
        "python3", "-s", "-c", FLOOR,
    ]  # fmt: skip
    return list(map(float, subprocess.run(command, capture_output=True, check=True).stdout.split()))


def start_slots(count: int) -> float:
    with open_sandbox("docker", slots=count) as box:
        started = time.perf_counter()
        box.warm(PYTHON)
        return time.perf_counter() - started


def hardened(image: str) -> list[str]:
    return [
        "docker", "run", "--rm", "-i", "--network", "none", "--read-only", "--cap-drop", "ALL", "--user", "20000",
        "--security-opt", "no-new-privileges", "--pids-limit", "64", "--memory", "512m", "--memory-swap", "512m",
        "--tmpfs", "/tmp", "--ipc", "none", image, "python3", "-S", "-E", "-c", SOURCE,
    ]  # fmt: skip


def docker_run() -> float:
    def run() -> None:
        for i in range(10):
            done = subprocess.run(
                hardened(PYTHON.image), input=b"3\n1 2 %d\n" % i, capture_output=True, check=True
            )
            assert done.stdout == b"%d\n" % (3 + i)

    return best(10, run, rounds=2)


def exec_run() -> float:
    import docker

    engine = Engine()
    engine.client()
    profile = Profile(PYTHON.image, 512, 64, 64, 1024)
    options = engine.hardening(profile)
    client = docker.from_env().api
    container = client.create_container(
        PYTHON.image, ["sleep", "60"], host_config=client.create_host_config(**options)
    )
    client.start(container)
    try:

        def run() -> None:
            for i in range(20):
                code = SOURCE.replace("input()", "sys.stdin.readline()")
                command = [
                    "python3",
                    "-S",
                    "-E",
                    "-c",
                    f"import io, sys; sys.stdin = io.StringIO('3\\n1 2 {i}\\n'); {code}",
                ]
                job = client.exec_create(container, command, user="20000")
                assert client.exec_start(job) == b"%d\n" % (3 + i)

        return best(20, run, rounds=2)
    finally:
        client.remove_container(container, force=True)


def evalplus(python: str, programs: int) -> float:
    script = EVALPLUS.format(tests=TESTS, programs=programs, source=FUNCTION)
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "HOME": folder}
        done = subprocess.run(
            [python, "-c", script], capture_output=True, text=True, env=environment, check=False
        )
    if done.returncode:
        raise SystemExit(f"evalplus: {done.stderr[-500:]}")
    return programs * TESTS / float(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--evalplus", help="python of an environment with evalplus")
    options = parser.parse_args()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout
    print(
        f"{platform.platform()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, commit {commit.strip()}"
    )
    print(f"8 slots started: {min(start_slots(8) for _ in range(2)):.2f} s")
    bare, whole = floors()
    print(f"floor, 1 slot: {bare:.0f} forks/s bare, {whole:.0f}/s with uid, compile and exec")
    rows = []
    for name, slots, processes, programs in (
        ("fresh process per test, 1 slot", 1, "per_test", 30),
        ("fresh process per test, 2 slots", 2, "per_test", 60),
        ("one process per program, 1 slot", 1, "per_program", 200),
        ("one process per program, 2 slots", 2, "per_program", 400),
    ):
        rate, cpu_ms = ours(slots, processes, programs)
        rows.append((f"{name} ({cpu_ms:.2f} CPU ms)", rate))
    rows += [
        ("docker run, hardened, per test", docker_run()),
        ("docker-py exec_run, per test", exec_run()),
    ]
    if options.evalplus:
        rows.append(
            ("evalplus, one process per program, no isolation", evalplus(options.evalplus, 30))
        )
    for name, rate in rows:
        print(
            f"{name:48} {rate:9.1f} tests/s   1 slot per_test is {rows[0][1] / rate:6.2f} x   2 slots per_program {rows[3][1] / rate:7.1f} x"
        )


if __name__ == "__main__":
    main()
