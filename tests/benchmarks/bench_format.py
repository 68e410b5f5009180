"""How long does the format reward take for a step of GRPO, beside TRL's, and can a completion slow it down?

    pip install trl && python tests/benchmarks/bench_format.py

2,048 completions of 30 KB, ours and the peer's in turns in one run; then 30 KB texts made to be slow.
"""

from __future__ import annotations

import sys

from thoughts import best_cpu_s, completions, here

from r1rewards import score_batch
from r1rewards.rewards.format_tags import score_format
from r1rewards.rollouts import Batch
from r1rewards.text.spans import read_tags

B, SIZE, ROUNDS = 2048, 30_000, 5
HOSTILE = {
    "'\\n</think>\\n<answer>\\n' repeated": "\n</think>\n<answer>\n",
    "'</think><answer>' repeated": "</think><answer>",
    "'<think>' repeated": "<think>",
    "'<' repeated": "<",
    "'</think' repeated": "</think",
    "'<a' repeated": "<a",
    "stop tokens at the end": "<|im_end|>",
    "U+3C3C (looks like '<<' to a byte search)": "㰼",
}


def main() -> None:
    texts = completions(B, SIZE)
    megabytes = sum(map(len, texts)) / 1e6
    as_messages = [[{"role": "assistant", "content": text}] for text in texts]
    runs = {
        "read_tags alone": lambda: [read_tags(text) for text in texts],
        "format, style think": lambda: score_format(Batch(texts, columns={"style": "think"})),
        "format, style think_answer": lambda: score_format(Batch(texts)),
        "score_batch(rewards='format', style='think')": lambda: score_batch(
            texts, rewards="format", style="think"
        ),
    }
    try:
        from trl.rewards import think_format_reward
    except ImportError:
        print("TRL is not installed: only ours is measured", file=sys.stderr)
    else:
        runs["TRL think_format_reward"] = lambda: think_format_reward(as_messages)
    best = best_cpu_s(ROUNDS, **runs)
    print(here())
    print(f"{B} completions of {SIZE} letters ({megabytes:.1f} MB)")
    peer = best.get("TRL think_format_reward")
    for name, cpu_s in best.items():
        ratio = f"  {peer / cpu_s:6.1f} x TRL" if peer else ""
        print(f"  {name:46} {cpu_s * 1e3:8.1f} ms  {megabytes / 1e3 / cpu_s:6.2f} GB/s{ratio}")
    print("slowest of 30 KB made to be slow, one call")
    for name, unit in HOSTILE.items():
        text = ("<think>" + unit * SIZE)[:SIZE]
        hostile = {"ours": lambda text=text: score_format(Batch([text]))}
        if peer:
            message = [[{"role": "assistant", "content": text}]]
            hostile["TRL"] = lambda message=message: think_format_reward(message)
        best = best_cpu_s(7, **hostile)
        print(
            f"  {name:46} "
            + "  ".join(f"{who} {cpu_s * 1e3:8.3f} ms" for who, cpu_s in best.items())
        )


if __name__ == "__main__":
    main()
