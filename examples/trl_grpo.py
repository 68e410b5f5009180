"""Train a model by GRPO on the rewards of DeepSeek-R1-Zero, with TRL.

    pip install r1rewards trl
    python examples/trl_grpo.py --model Qwen/Qwen2.5-0.5B-Instruct --dataset questions.jsonl

questions.jsonl: one question a line, {"question": "What is 2 + 2?", "answer": "4"}.
"""

from __future__ import annotations

import argparse
from typing import Any

from datasets import load_dataset
from trl import GRPOConfig, GRPOTrainer

from r1rewards.adapters.trl import accuracy_reward, format_reward

SYSTEM = (
    "First think, then answer. Put your thoughts between <think> and </think>, your answer between <answer> and "
    "</answer>, and the result itself in \\boxed{}."
)


def as_prompt(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "prompt": [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": row["question"]},
        ]
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="GRPO on rule-based rewards")
    parser.add_argument("--model", required=True, help="a name on the hub or a folder")
    parser.add_argument("--dataset", required=True, help="a JSONL file with question and answer")
    parser.add_argument("--output", default="grpo-out")
    parser.add_argument("--max-steps", type=int, default=100)
    parser.add_argument("--generations", type=int, default=8, help="completions per question")
    parser.add_argument("--max-completion-length", type=int, default=1024)
    parser.add_argument("--cpu", action="store_true")
    chosen = parser.parse_args()

    dataset = load_dataset("json", data_files=chosen.dataset, split="train").map(as_prompt)
    trainer = GRPOTrainer(
        model=chosen.model,
        train_dataset=dataset,
        reward_funcs=[accuracy_reward, format_reward],
        args=GRPOConfig(
            output_dir=chosen.output,
            max_steps=chosen.max_steps,
            num_generations=chosen.generations,
            per_device_train_batch_size=chosen.generations,
            max_completion_length=chosen.max_completion_length,
            logging_steps=1,
            report_to=[],
            use_cpu=chosen.cpu,
            bf16=not chosen.cpu,
        ),
    )
    trainer.train()
    for row in trainer.state.log_history:
        if "reward" in row:
            print(
                f"reward {row['reward']:.2f}",
                {k: round(v, 2) for k, v in row.items() if k.startswith("r1/")},
            )


if __name__ == "__main__":
    main()
