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
from tests.mixed_thoughts import thought
from tests.shared import SHARED

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "rollouts.jsonl"


@dataclass(frozen=True)
class Corpus:
    """B completions with reference, prompt id and target language; source says where the text comes from."""

    completions: list[str]
    references: list[str]
    groups: list[str]
    source: str
    languages: Sequence[str] = ()

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


def long_thoughts(size: int, characters: int, kind: str, *, seed: int = 0) -> Corpus:
    """As `rollouts`, 70 % of the thoughts in the target language, 30 % mixed: English and Chinese, other and English.

    kind: "prose": sentences of the test corpus with formulas, as `bench_language.py` has them, the target English;
    "prose, 13 targets"; "real": completions of Qwen2.5-Math and ToRA, Chinese paragraphs put in; "real, no code":
    without those that hold code blocks.
    """
    plain = rollouts(size, 200, seed=seed)
    draw = random.Random(seed)
    texts = [row["completion"].replace("<", "(") for row in real_rows()[0]]
    if kind == "real, no code":
        texts = [text for text in texts if "```" not in text]
    targets = TARGETS if kind == "prose, 13 targets" else ["en"]
    thoughts = []
    for i in range(POOL):  # the thoughts of a pool in turn, each with a mark of its own
        is_mixed = i % 10 < 3
        if kind.startswith("prose"):
            target = targets[i % len(targets)]
            other = "zh" if target == "en" else "en"
            codes, shares = ([target, other], [0.7, 0.3]) if is_mixed else ([target], [1.0])
            thoughts.append(thought(codes, shares, characters, draw))
            continue
        text = _joined(texts, characters, draw)
        thoughts.append(_with_chinese(text, draw) if is_mixed else text)
    completions = [
        f"<think>\n{i} {thoughts[i % POOL]}\n</think>\n<answer>{text[-100:]}</answer>"
        for i, text in enumerate(plain.completions)
    ]
    languages = [targets[i % POOL % len(targets)] for i in range(size)]
    return Corpus(completions, plain.references, plain.groups, kind, languages)


POOL = 1000
TARGETS = ["en", "zh", "fr", "ja", "de", "ko", "vi", "ru", "ar", "hi", "th", "he", "bn"]

CHINESE = (
    "好的，让我一步一步地思考这个问题。首先我们需要把已知条件整理清楚，然后设未知数并列出方程。",
    "接下来检查每一步的计算是否正确，如果结果不满足条件，就要回头重新推导一遍。",
    "综合上面的讨论，我们可以得到最后的结论，不过还应该代入原来的题目验证一下。",
)


def _with_chinese(text: str, draw: random.Random) -> str:
    parts = text.split("\n\n")
    for i in range(1, len(parts), 3):
        parts[i] = "".join(draw.choices(CHINESE, k=max(1, len(parts[i]) // 120)))
    return "\n\n".join(parts)


def _joined(texts: Sequence[str], characters: int, draw: random.Random) -> str:
    parts: list[str] = []
    length = 0
    while length < characters:
        parts.append(draw.choice(texts))
        length += len(parts[-1]) + 2
    return "\n\n".join(parts)[:characters]


def _long(answer: str, texts: Sequence[str], characters: int, draw: random.Random) -> str:
    joined = _joined(texts, max(0, characters - len(answer) - 40), draw)
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
