"""A GRPO run of ms-swift's own command, with our plugin file and our rewards in its logs."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import tiny

from r1rewards import score_batch

pytestmark = [pytest.mark.trainers, pytest.mark.filterwarnings("default")]

QUESTION = "What is 2 + 2?"
REPLIES = [
    "<think>2 + 2 is 4</think><answer>\\boxed{4}</answer>",
    "<think>2 + 2 is 4</think><answer>\\boxed{5}</answer>",
    "The answer is \\boxed{4}",
    "No idea.",
]
TINY = (
    "--model model --model_type qwen2 --template qwen3_nothinking --tuner_type full --torch_dtype float32 "
    "--dataset rows.jsonl --split_dataset_ratio 0 --load_from_cache_file false --max_steps 2 "
    "--per_device_train_batch_size 8 --num_generations 8 --max_completion_length 32 --use_cpu true --report_to none "
    "--output_dir out --logging_steps 1 --save_strategy no --log_completions true --check_model false"
)
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run of two steps."""
    if importlib.util.find_spec("swift") is None:
        pytest.skip("swift is not installed")
    home = tmp_path_factory.mktemp("swift")
    tokenizer = tiny.tiny_tokenizer()
    model = tiny.tiny_model(tokenizer)
    tiny.teach(model, tokenizer, QUESTION, REPLIES)
    for part in (model, tokenizer):
        part.save_pretrained(home / "model")
    row = {"messages": [{"role": "user", "content": QUESTION}], "solution": "4"}
    (home / "rows.jsonl").write_text((json.dumps(row) + "\n") * 8)
    plugin = subprocess.run(
        [BIN / "r1rewards", "path", "swift"], capture_output=True, text=True, check=True
    ).stdout.strip()
    ours = (
        f"--external_plugins {plugin} --reward_funcs r1_accuracy r1_format --reward_weights 1.0 0.5"
    )
    done = subprocess.run(
        [BIN / "swift", "rlhf", "--rlhf_type", "grpo", *ours.split(), *TINY.split()], cwd=home,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": "", "PATH": f"{BIN}:{os.environ['PATH']}"},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return next((home / "out").iterdir())


def rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_swift_logs_our_rewards_with_its_weights(run: Path) -> None:
    logs = [row for row in rows(run / "logging.jsonl") if "reward" in row]
    assert len(logs) == 2
    for row in logs:
        parts = [float(row[f"rewards/{name}/mean"]) for name in ("R1Accuracy", "R1Format")]
        assert float(row["reward"]) == pytest.approx(parts[0] + 0.5 * parts[1], abs=1e-4)
    assert any(0 < float(row["rewards/R1Accuracy/mean"]) < 1 for row in logs)
    assert any(float(row["grad_norm"]) > 0 for row in logs)


def test_swifts_completions_were_given_what_score_batch_gives(run: Path) -> None:
    tables = rows(run / "completions.jsonl")
    texts = [text for table in tables for text in table["completion"]]
    scores = score_batch(texts, "4", rewards=["accuracy", "format"])
    for column, name in (("R1Accuracy", "accuracy"), ("R1Format", "format")):
        assert [n for table in tables for n in table[column]] == scores.part(name).tolist()
