"""How long does a step's worth of programs take, from completions to rewards, and what would a container each cost?

    python tests/benchmarks/bench_code.py [--rounds 3]

1,024 different programs with 20 stdin tests each through `score_batch`; the same with every program there four times, as
in a GRPO group that agrees; and, in the same run, `docker run` and docker-py's `exec_run` on a few of the tests.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from r1rewards import score_batch  # noqa: E402
from r1rewards.sandbox import containers  # noqa: E402
from r1rewards.sandbox.docker import Engine  # noqa: E402
from r1rewards.sandbox.images import engine, image_name  # noqa: E402
from r1rewards.sandbox.running import shared_sandbox  # noqa: E402

B, TESTS, SAMPLE = 1024, 20, 10

# (reads n and n numbers; what is right; what is a plausible mistake)
TASKS = {
    "sum(a)": ("sum(a)", "sum(a[1:])"),
    "max(a)": ("max(a)", "a[-1]"),
    "sorted": ("' '.join(map(str, sorted(a)))", "' '.join(map(str, a))"),
    "distinct": ("len(set(a))", "len(a)"),
    "even": ("sum(x % 2 == 0 for x in a)", "sum(x % 2 for x in a)"),
    "gcd": ("__import__('functools').reduce(__import__('math').gcd, a)", "min(a)"),
    "spread": ("max(a) - min(a)", "max(a)"),
    "pairs": ("sum(a[i] > a[j] for i in range(n) for j in range(i + 1, n))", "n"),
}


def problems(rng: random.Random) -> list[tuple[dict[str, Any], str, str]]:
    """(tests, right expression, wrong expression) per task."""
    found = []
    for right, wrong in TASKS.values():
        cases = []
        for _ in range(TESTS):
            a = [rng.randrange(1, 1000) for _ in range(rng.randrange(5, 60))]
            expected = eval(right, {"a": a, "n": len(a)})
            cases.append({"input": f"{len(a)}\n{' '.join(map(str, a))}\n", "output": f"{expected}\n"})  # fmt: skip
        found.append(({"type": "stdin", "cases": cases}, right, wrong))
    return found


def rollouts(rng: random.Random) -> tuple[list[str], list[dict[str, Any]], list[float]]:
    """B completions, their tests, and what each must earn: 60 % right, 30 % wrong, 6 % crash, 4 % do not compile."""
    every = problems(rng)
    completions, references, expected = [], [], []
    for i in range(B):
        tests, right, wrong = every[i % len(every)]
        kind = rng.random()
        line = right if kind < 0.6 else wrong if kind < 0.9 else "1 // 0" if kind < 0.96 else "("
        program = (
            f"# attempt {i}\nn = int(input())\na = list(map(int, input().split()))\nprint({line})\n"
        )
        thought = "Let me think about the input format. " * 100
        completions.append(f"<think>\n{thought}\n</think>\n```python\n{program}```\n")
        references.append(tests)
        expected.append(float(kind < 0.6))
    return completions, references, expected


def cpu_s() -> float:
    """CPU seconds of this process and its slots so far."""
    slots = shared_sandbox("docker").pool._all
    client = Engine().client()
    found = [client.stats(slot.container, stream=False, one_shot=True) for slot in slots]
    return (
        time.process_time() + sum(s["cpu_stats"]["cpu_usage"]["total_usage"] for s in found) / 1e9
    )


def timed(run: Callable[[], Any], rounds: int) -> tuple[float, Any]:
    """(least wall seconds, last result)."""
    best, found = float("inf"), None
    for _ in range(rounds):
        start = time.perf_counter()
        found = run()
        best = min(best, time.perf_counter() - start)
    return best, found


def peers(completion: str, case: dict[str, str]) -> dict[str, float]:
    """Seconds per test of what people use instead, hardened no more than by `--network none`."""
    program = completion.partition("```python\n")[2].partition("```")[0]
    image = image_name("core")
    command = ["docker", "run", "--rm", "-i", "--network", "none", image, "python3", "-c", program]

    def docker_run() -> None:
        done = subprocess.run(
            command, input=case["input"].encode(), capture_output=True, check=True
        )
        assert done.stdout.decode().split() == case["output"].split()

    seconds = {"docker run": min(timed(docker_run, 1)[0] for _ in range(SAMPLE))}
    with engine() as client:
        box = client.containers.run(image, ["sleep", "600"], network_mode="none", detach=True, auto_remove=True)  # fmt: skip
        feed = f"import io, sys\nsys.stdin = io.StringIO({case['input']!r})\n{program}"

        def exec_run() -> None:
            assert box.exec_run(["python3", "-c", feed]).output.decode().split() == case["output"].split()  # fmt: skip

        seconds["docker-py exec_run"] = min(timed(exec_run, 1)[0] for _ in range(SAMPLE))
        box.remove(force=True)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    containers.RECYCLE_AFTER = 1_000_000  # a slot that is replaced takes its CPU count with it
    completions, references, expected = rollouts(random.Random(0))
    score_batch(completions[:8], references[:8], rewards="code")  # warm slots

    def run(copies: int, *, strict: bool) -> Any:
        c, r = completions[: B // copies] * copies, references[: B // copies] * copies
        return score_batch(c, r, rewards="code", all_or_nothing=strict)

    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()  # fmt: skip
    print(f"{platform.machine()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}, {commit}")  # fmt: skip
    for label, copies, strict in (
        ("1,024 programs x 20 tests, all or nothing", 1, True),
        ("1,024 programs x 20 tests, share of tests", 1, False),
        ("the same programs four times each, all or nothing", 4, True),
    ):
        before = cpu_s()
        seconds, scores = timed(lambda c=copies, s=strict: run(c, strict=s), rounds)
        cpu = (cpu_s() - before) / rounds
        wanted = expected[: B // copies] * copies
        assert [float(r == 1.0) for r in scores.rewards[:, 0]] == wanted
        print(
            f"  {label:52} {seconds:7.2f} s  {cpu:6.2f} CPU s  {B * TESTS / seconds:8,.0f} tests/s"
        )
        ours = seconds / (B * TESTS) if label.endswith("share of tests") else 0
        if ours:
            per_test = ours
    right = expected.index(1.0)
    for name, seconds in peers(completions[right], references[right]["cases"][0]).items():
        print(f"  {name:52} {seconds * 1e3:7.0f} ms a test, {seconds / per_test:6.0f} x ours")


if __name__ == "__main__":
    main()
