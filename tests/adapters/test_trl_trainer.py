"""A real GRPOTrainer, a tiny model that it trains, and our rewards in its logs."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import tiny

pytestmark = [pytest.mark.trainers, pytest.mark.filterwarnings("default")]

QUESTION = "What is 2 + 2?"
RIGHT = "<think>2 + 2 is 4</think><answer>\\boxed{4}</answer>"
WRONG = "<think>2 + 2 is 4</think><answer>\\boxed{5}</answer>"
BARE = "The answer is \\boxed{4}"


def version() -> tuple[int, ...]:
    return tuple(int(part) for part in importlib.metadata.version("trl").split(".")[:2])


@pytest.fixture(scope="module")
def taught() -> tuple[Any, Any]:
    """A model that is right in one of five replies, and its tokenizer."""
    pytest.importorskip("trl", exc_type=ImportError)
    tokenizer = tiny.tiny_tokenizer()
    model = tiny.tiny_model(tokenizer)
    tiny.teach(model, tokenizer, QUESTION, [RIGHT, WRONG, WRONG, BARE, "No idea."])
    return model, tokenizer


def train(
    taught: Any, tmp_path: Path, rewards: list[Any], steps: int, **config: Any
) -> list[dict[str, Any]]:
    """The log rows of a GRPO run of that many steps."""
    import copy

    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    model, tokenizer = taught
    prompt = config.pop("prompt", [{"role": "user", "content": QUESTION}])
    rows = [{"prompt": prompt, "solution": config.pop("solution", "4"), "language": "en"}] * 8
    args = GRPOConfig(
        output_dir=str(tmp_path), max_steps=steps, per_device_train_batch_size=8, num_generations=8,
        max_completion_length=32, logging_steps=1, report_to=[], save_strategy="no", use_cpu=True, bf16=False,
        disable_tqdm=True, seed=1, **config,
    )  # fmt: skip
    trainer = GRPOTrainer(
        model=copy.deepcopy(model), processing_class=tokenizer, args=args,
        train_dataset=Dataset.from_list(rows), reward_funcs=rewards,
    )  # fmt: skip
    trainer.train()
    return [row for row in trainer.state.log_history if "reward" in row]


def test_three_steps_of_grpo_log_our_rewards_and_verdicts(taught: Any, tmp_path: Path) -> None:
    from r1rewards.adapters.trl import accuracy_reward, format_reward, repetition_reward

    logs = train(taught, tmp_path, [accuracy_reward, format_reward, repetition_reward], steps=3)
    assert len(logs) == 3
    for row in logs:
        parts = [
            row[f"rewards/{name}_reward/mean"] for name in ("accuracy", "format", "repetition")
        ]
        assert row["reward"] == pytest.approx(sum(parts), abs=1e-4)
    assert any(0 < row["rewards/accuracy_reward/mean"] < 1 for row in logs)
    assert any(0 < row["rewards/format_reward/mean"] < 1 for row in logs)
    assert any(row["grad_norm"] > 0 for row in logs)
    if version() >= (1, 0):
        right = [row.get("r1/accuracy/correct", 0.0) for row in logs]
        assert right == pytest.approx([row["rewards/accuracy_reward/mean"] for row in logs])
        assert all(row["r1/accuracy/unscored"] == 0 for row in logs)


def test_prompts_as_text_give_completions_as_text(taught: Any, tmp_path: Path) -> None:
    from r1rewards.adapters.trl import make_reward

    _, tokenizer = taught
    prompt = tokenizer.apply_chat_template(
        [{"role": "user", "content": QUESTION}], tokenize=False, add_generation_prompt=True
    )
    logs = train(taught, tmp_path, [make_reward("r1-zero")], steps=3, prompt=prompt)
    assert any(0 < row["rewards/r1_zero_reward/mean"] < 2 for row in logs)


def test_training_on_our_rewards_teaches_the_right_answer(taught: Any, tmp_path: Path) -> None:
    from r1rewards.adapters.trl import make_reward

    logs = train(
        taught,
        tmp_path,
        [make_reward("r1-zero")],
        steps=30,
        learning_rate=1e-3,
        lr_scheduler_type="constant",
    )
    means = [row["reward"] for row in logs]
    assert sum(means[-5:]) / 5 > sum(means[:5]) / 5 + 0.3


def test_rollouts_without_a_reference_are_left_out(taught: Any, tmp_path: Path) -> None:
    from r1rewards.adapters.trl import make_reward

    logs = train(taught, tmp_path, [make_reward("accuracy")], steps=1, solution=None)
    assert logs[0]["grad_norm"] == 0
    if version() >= (1, 6):
        assert logs[0]["r1/accuracy/unscored"] == 1.0


def test_the_command_line_of_trl_trains_with_our_reward(taught: Any, tmp_path: Path) -> None:
    if version() < (0, 18):
        pytest.skip("takes dotted paths from TRL 0.18 on")
    model, tokenizer = taught
    model.save_pretrained(tmp_path / "model")
    tokenizer.save_pretrained(tmp_path / "model")
    (tmp_path / "data").mkdir()
    row = {"prompt": [{"role": "user", "content": QUESTION}], "solution": "4"}
    (tmp_path / "data" / "train.jsonl").write_text((json.dumps(row) + "\n") * 8)
    command = [
        sys.executable, "-m", "trl.scripts.grpo",
        "--model_name_or_path", str(tmp_path / "model"), "--dataset_name", str(tmp_path / "data"),
        "--reward_funcs", "r1rewards.adapters.trl.accuracy_reward", "r1rewards.adapters.trl.format_reward",
        "--output_dir", str(tmp_path / "out"), "--max_steps", "3", "--logging_steps", "1",
        "--per_device_train_batch_size", "8", "--num_generations", "8", "--max_completion_length", "32",
        "--use_cpu", "true", "--bf16", "false", "--report_to", "none",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    state = json.loads((tmp_path / "out" / "checkpoint-3" / "trainer_state.json").read_text())
    means = [row["rewards/accuracy_reward/mean"] for row in state["log_history"] if "reward" in row]
    assert len(means) == 3
    assert max(means) > 0


def test_the_example_trains(taught: Any, tmp_path: Path) -> None:
    model, tokenizer = taught
    model.save_pretrained(tmp_path / "model")
    tokenizer.save_pretrained(tmp_path / "model")
    (tmp_path / "questions.jsonl").write_text('{"question": "What is 2 + 2?", "answer": "4"}\n' * 4)
    example = Path(__file__).parents[2] / "examples" / "trl_grpo.py"
    command = [
        sys.executable, str(example), "--model", str(tmp_path / "model"), "--output", str(tmp_path / "out"),
        "--dataset", str(tmp_path / "questions.jsonl"), "--max-steps", "2", "--generations", "4",
        "--max-completion-length", "16", "--cpu",
    ]  # fmt: skip
    path = os.pathsep.join([str(example.parents[1]), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=False, env={**os.environ, "PYTHONPATH": path}
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert sum(line.startswith("reward ") for line in done.stdout.splitlines()) == 2
