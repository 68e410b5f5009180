"""How often is each verifier right on the labelled files? Ours against Math-Verify and TRL, in one run.

    python tests/benchmarks/compare_math_accuracy.py            # the table
    python tests/benchmarks/compare_math_accuracy.py --list     # and every verdict of ours that differs from a label

Labels are those of the files. Where we differ on purpose, `tests/data/answers/argued.jsonl` says why.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from r1rewards import Verdict, get_reward, score_batch
from tests.benchmarks.corpus import machine
from tests.benchmarks.math_peers import Verify, peers
from tests.shared import SHARED

CASES = Path(__file__).resolve().parents[1] / "data" / "answers"


@dataclass(frozen=True)
class Labelled:
    """One labelled pair. mode: how the answer is found, where the file's texts box nothing."""

    completion: str
    reference: str
    expected: bool
    mode: str = "boxed"


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _boxed(row: dict[str, Any]) -> str:
    return row.get("completion") or f"The final answer is $\\boxed{{{row['pred']}}}$."


def files() -> dict[str, list[Labelled]]:
    """The labelled files that are here."""
    features = [
        Labelled(
            _boxed(r),
            r["gold"],
            r["expected"],
            "lenient" if "fallback" in r["feature"] else "boxed",
        )
        for r in _read(CASES / "math_features.jsonl")
    ]
    hacks = [
        Labelled(_boxed(r), r["gold"], r["expected"]) for r in _read(CASES / "math_hacks.jsonl")
    ]
    own = [Labelled(_boxed(r), r["gold"], False) for r in _read(CASES / "hacks_own.jsonl")]
    found = {"features": features, "hacks": hacks, "hacks, own": own}
    if SHARED:
        pairs = [
            Labelled(
                r["completion"],
                r["gold"],
                r["expected"],
                "lenient" if r["kind"] == "text_noboxed" else "boxed",
            )
            for r in _read(SHARED / "data" / "math_pairs_public.jsonl")
            if not r.get("disputed")
        ]
        hard = [
            Labelled(r["completion"], r["gold"], r["expected"])
            for r in _read(SHARED / "data" / "hard_neighbours.jsonl")
        ]
        found |= {"public pairs, undisputed": pairs, "hard neighbours": hard}
    return found


def ours(rows: list[Labelled]) -> list[bool | None]:
    """Our verdicts; None where unscored."""
    scores = score_batch(
        [r.completion for r in rows],
        [r.reference for r in rows],
        rewards=get_reward("math"),
        extraction=[r.mode for r in rows],
    )
    return [v is Verdict.CORRECT if v.is_scored else None for v in scores.verdicts[:, 0].tolist()]


def _theirs(verify: Verify, rows: list[Labelled]) -> list[bool | None]:
    return [verify(r.completion, r.reference) for r in rows]


def _line(name: str, rows: list[Labelled], said: list[bool | None]) -> str:
    right = sum(bool(s) == r.expected for s, r in zip(said, rows, strict=True))
    paid = sum(bool(s) and not r.expected for s, r in zip(said, rows, strict=True))
    refused = sum(r.expected and not s for s, r in zip(said, rows, strict=True))
    return (
        f"  {name:34} {right:5} of {len(rows):5} ({right / len(rows):6.1%})   "
        f"wrong answers paid {paid:4}   right ones refused {refused:4}"
    )


def main() -> None:
    """The table, and with --list what differs from the labels."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--only-ours", action="store_true")
    chosen = parser.parse_args()
    others = {} if chosen.only_ours else peers()
    print(machine())
    for name, rows in files().items():
        print(f"\n{name}")
        said = ours(rows)
        print(_line("r1rewards", rows, said))
        for other, verify in others.items():
            print(_line(other, rows, _theirs(verify, rows)))
        for row, verdict in zip(rows, said, strict=True) if chosen.list else ():
            if bool(verdict) != row.expected:
                print(f"    we say {verdict}: {row.completion[-200:]!r}  against {row.reference!r}")


if __name__ == "__main__":
    main()
