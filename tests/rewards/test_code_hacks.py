"""Programs that cheat, and controls that look odd but are right: each as its header says, through the reward."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from r1rewards import score_batch
from r1rewards.verdicts import Verdict

pytestmark = [pytest.mark.docker, pytest.mark.slow]

FOLDER = Path(__file__).parents[1] / "data" / "code_hacks"
PROBLEMS = json.loads((FOLDER / "problems.json").read_text())
WORDS = {
    "AC": Verdict.CORRECT,
    "AC-on-visible": Verdict.CORRECT,
    "WA": Verdict.WRONG,
    "RE": Verdict.RUNTIME_ERROR,
    "TLE": Verdict.TIME_LIMIT,
    "MLE": Verdict.MEMORY_LIMIT,
    "OLE": Verdict.OUTPUT_LIMIT,
}


@dataclass(frozen=True)
class Hack:
    id: str
    problem: str
    expected: frozenset[Verdict]
    source: str

    @property
    def completion(self) -> str:
        return f"<think>\n</think>\n````python\n{self.source}\n````\n"


def read_hack(path: Path) -> Hack:
    source = path.read_text()
    header = dict(re.findall(r"^# (\w+): (.*)$", source, re.MULTILINE))
    expected = frozenset(WORDS[word] for word in header["expect"].split(","))
    return Hack(header["id"], header["problem"], expected, source)


HACKS = [read_hack(path) for path in sorted(FOLDER.glob("*.py"))]


@cache
def verdicts(backend: str) -> dict[str, Verdict]:
    """All of them in one batch: what one leaves behind would meet the others."""
    tests = [
        {
            **PROBLEMS[hack.problem],
            "cpu_s": 2.0 if Verdict.TIME_LIMIT in hack.expected else 15.0,
            "memory_mb": 256,
        }
        for hack in HACKS
    ]
    scores = score_batch(
        [hack.completion for hack in HACKS], tests, rewards="code", all_or_nothing=True, sandbox=backend
    )  # fmt: skip
    return dict(zip([hack.id for hack in HACKS], scores.verdicts[:, 0], strict=True))


def test_there_are_a_hundred() -> None:
    assert len(HACKS) >= 100


@pytest.mark.parametrize("hack", HACKS, ids=lambda hack: hack.id)
def test_no_cheat_pays_and_no_control_is_refused(hack: Hack) -> None:
    assert verdicts("docker")[hack.id] in hack.expected
