"""Is this commit faster than that one? Runs one benchmark on both, alternately, on this machine.

    python tests/benchmarks/compare.py REV_A REV_B bench_batch.py step [--rounds 3]

Prints, for each line of the benchmark that carries seconds, the best of both and their ratio.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINE = re.compile(r"^\s*(.+?)\s{2,}([\d.]+) s\b")


def run(tree: Path, script: str, arguments: list[str]) -> dict[str, float]:
    """Label -> seconds, from one run of a benchmark in a checked-out tree."""
    command = [sys.executable, str(tree / "tests" / "benchmarks" / script), *arguments]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=True)
    found = (LINE.match(line) for line in done.stdout.splitlines())
    return {match[1]: float(match[2]) for match in found if match}


def main() -> None:
    """Check both revisions out beside this tree, run them in turn, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("revisions", nargs=2)
    parser.add_argument("script")
    parser.add_argument("arguments", nargs="*")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        trees = [Path(folder) / str(i) for i in range(2)]
        best: list[dict[str, float]] = [{}, {}]
        for tree, revision in zip(trees, options.revisions, strict=True):
            subprocess.run(
                ["git", "worktree", "add", "-q", "--detach", str(tree), revision],
                cwd=ROOT,
                check=True,
            )
        try:
            for _ in range(options.rounds):
                for tree, found in zip(trees, best, strict=True):
                    for label, seconds in run(tree, options.script, options.arguments).items():
                        found[label] = min(seconds, found.get(label, seconds))
        finally:
            for tree in trees:
                subprocess.run(
                    ["git", "worktree", "remove", "--force", str(tree)], cwd=ROOT, check=True
                )
    print(f"{'':<60}{options.revisions[0]:>12}{options.revisions[1]:>12}   ratio")
    for label, seconds in best[0].items():
        if label in best[1]:
            print(
                f"{label:<60}{seconds:12.3f}{best[1][label]:12.3f}{seconds / best[1][label]:8.2f}"
            )


if __name__ == "__main__":
    main()
