"""Rollouts for benchmarks: real completions resampled into long ones, the same on every machine."""

from __future__ import annotations

import json
import platform
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.shared import SHARED

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "rollouts.jsonl"


@dataclass(frozen=True)
class Corpus:
    """B completions with reference and prompt id; source says where the text comes from."""

    completions: list[str]
    references: list[str]
    groups: list[str]
    source: str

    @property
    def megabytes(self) -> float:
        """Size of the completions as UTF-8."""
        return sum(len(c.encode()) for c in self.completions) / 1e6


def real_rows() -> tuple[list[dict[str, str]], str]:
    """Real model completions where they are at hand, else the repository's composed ones."""
    path = SHARED / "data" / "real" / "math_real.jsonl" if SHARED else EXAMPLES
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    for row in rows:
        row.setdefault("reference", row.get("answer"))
    return rows, path.name


def rollouts(size: int, characters: int, *, group: int = 16, seed: int = 0) -> Corpus:
    """`size` completions of about `characters` each, `group` per prompt: a thought of real text, then a real answer."""
    rows, source = real_rows()
    by_prompt: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_prompt.setdefault(row["prompt_id"], []).append(row)
    draw = random.Random(seed)
    prompts = list(by_prompt)
    texts = [row["completion"].replace("<", "(") for row in rows]
    completions, references, groups = [], [], []
    while len(completions) < size:
        place = draw.choice(prompts)
        for _ in range(group):
            row = draw.choice(by_prompt[place])
            completions.append(_long(row["completion"], texts, characters, draw))
            references.append(row["reference"])
            groups.append(f"{place}-{len(completions) // group}")
    return Corpus(completions[:size], references[:size], groups[:size], source)


CHINESE = (
    "好的，让我一步一步地思考这个问题。首先我们需要把已知条件整理清楚，然后设未知数并列出方程。",
    "接下来检查每一步的计算是否正确，如果结果不满足条件，就要回头重新推导一遍。",
    "综合上面的讨论，我们可以得到最后的结论，不过还应该代入原来的题目验证一下。",
)


def mixed_language(size: int, characters: int, *, share: float = 0.3, seed: int = 0) -> Corpus:
    """As `rollouts`, with Chinese paragraphs put into a `share` of the thoughts (our own sentences)."""
    plain = rollouts(size, characters, seed=seed)
    draw = random.Random(seed)
    completions = []
    for text in plain.completions:
        if draw.random() < share:
            parts = text.split("\n\n")
            for i in range(1, len(parts), 3):
                parts[i] = "".join(draw.choices(CHINESE, k=max(1, len(parts[i]) // 120)))
            text = "\n\n".join(parts)  # noqa: PLW2901
            if "</think>" not in text or "<think>" not in text:
                text = f"<think>\n{text}\n</think>"  # noqa: PLW2901
        completions.append(text)
    return Corpus(completions, plain.references, plain.groups, plain.source)


def _long(answer: str, texts: Sequence[str], characters: int, draw: random.Random) -> str:
    thought: list[str] = []
    length = len(answer)
    while length < characters:
        text = draw.choice(texts)
        thought.append(text)
        length += len(text)
    joined = "\n\n".join(thought)[: max(0, characters - len(answer) - 40)]
    return f"<think>\n{joined}\n</think>\n<answer>\n{answer}\n</answer>"


def machine() -> str:
    """Processor, Python and commit, for the head of a benchmark's output."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True
    ).stdout.strip()
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    return f"{model}, Python {platform.python_version()}, commit {commit or 'unknown'}"
