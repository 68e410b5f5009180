"""Long completions for benchmarks: real solutions of a mathematics model, joined into thoughts of a given size."""

from __future__ import annotations

import json
import platform
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.shared import SHARED  # noqa: E402


def completions(count: int, size: int) -> list[str]:
    """`count` different completions of about `size` letters: `<think>`, real solutions, `</think>`, an answer."""
    if SHARED is None:
        sys.exit(
            "this benchmark reads real completions: set R1REWARDS_SHARED to the folder that holds data/real"
        )
    lines = (SHARED / "data/real/math_real.jsonl").read_text(encoding="utf-8").splitlines()
    solutions = [json.loads(line)["completion"] for line in lines]
    rng = random.Random(0)
    found = []
    for _ in range(count):
        thought = ""
        while len(thought) < size:
            thought += rng.choice(solutions) + "\n\nWait, let me check that again.\n\n"
        found.append(f"<think>\n{thought[:size]}\n</think>\n<answer>\n\\boxed{{42}}\n</answer>")
    return found


def best_cpu_s(rounds: int, **runs: Callable[[], object]) -> dict[str, float]:
    """The least CPU seconds of each run, the runs taking turns."""
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.process_time()
            run()
            best[name] = min(best[name], time.process_time() - start)
    return best


def here() -> str:
    """Machine, Python and commit of this run."""
    cpu = next(
        (line.split(":")[1].strip() for line in _cpuinfo() if line.startswith("model name")),
        platform.machine(),
    )
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return f"{cpu}, Python {platform.python_version()}, commit {commit or 'unknown'}; CPU seconds, best of the rounds, one core"


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
