"""What do the text quality rewards cost for a step of GRPO, beside TRL's on the same token ids?

    pip install trl && python tests/benchmarks/bench_text_rewards.py

512 completions of 30 KB (about 9,000 tokens each), ours and the peer's in turns in one run. Token ids are the words of
the completion, numbered: what is measured is the counting, not a tokenizer.
"""

from __future__ import annotations

import sys

from thoughts import best_cpu_s, completions, here

from r1rewards.rewards import cosine, length, overlong, repetition
from r1rewards.rollouts import Batch
from r1rewards.text.shingles import fingerprint

B, SIZE, ROUNDS = 512, 30_000, 3


def main() -> None:
    texts = completions(B, SIZE)
    numbers: dict[str, int] = {}
    ids = [
        [
            numbers.setdefault(word, len(numbers))
            for piece in text.split()
            for word in (piece[:3], piece[3:])
            if word
        ]
        for text in texts
    ]
    columns = {
        "completion_ids": ids,
        "correct": [True, False] * (B // 2),
        "max_length": 12_000,
        "cache_length": 4_000,
    }
    with_ids = Batch(texts, groups=[i // 16 for i in range(B)], columns=columns)
    runs = {
        "repetition, words": lambda: repetition.REWARD.score(Batch(texts)),
        "repetition, token ids": lambda: repetition.REWARD.score(with_ids),
        "overlong": lambda: overlong.REWARD.score(with_ids),
        "cosine": lambda: cosine.REWARD.score(with_ids),
        "length": lambda: length.REWARD.score(with_ids),
        "fingerprint (near duplicates)": lambda: [fingerprint(text) for text in texts],
    }
    try:
        from trl.rewards import get_repetition_penalty_reward, get_soft_overlong_punishment
    except ImportError:
        print("TRL is not installed: only ours is measured", file=sys.stderr)
    else:
        penalty = get_repetition_penalty_reward(ngram_size=3, max_penalty=-1.0)
        punishment = get_soft_overlong_punishment(
            max_completion_len=12_000, soft_punish_cache=4_000
        )
        runs["TRL get_repetition_penalty_reward, token ids"] = lambda: penalty(completion_ids=ids)
        runs["TRL get_soft_overlong_punishment"] = lambda: punishment(completion_ids=ids)
    best = best_cpu_s(ROUNDS, **runs)
    print(here())
    print(f"{B} completions of {SIZE} letters, {sum(map(len, ids)) / B:.0f} tokens each")
    for name, cpu_s in best.items():
        print(f"  {name:46} {cpu_s * 1e3:8.2f} ms  {cpu_s / B * 1e6:8.1f} us each")
    peer = best.get("TRL get_repetition_penalty_reward, token ids")
    if peer:
        print(f"repetition on token ids: {peer / best['repetition, token ids']:.1f} x TRL")


if __name__ == "__main__":
    main()
