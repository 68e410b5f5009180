"""OpenRLHF's reward file: `--reward.remote_url $(r1rewards path openrlhf)`.

OpenRLHF calls `reward_func` with lists of one, off the main thread, and passes nothing else: settings come from the
TOML file named by R1REWARDS_CONFIG. `labels` are the references. It has no way to leave a rollout out: see
`on_unscorable`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from r1rewards.adapters.rows import flat_row
from r1rewards.adapters.settings import Settings, settings
from r1rewards.batch import Score
from r1rewards.errors import BadCallError
from r1rewards.microbatch import Call, score_calls

if TYPE_CHECKING:
    from collections.abc import Sequence


def reward_func(
    queries: Sequence[str], prompts: Sequence[str], labels: Sequence[Any]
) -> dict[str, Any]:
    """B rewards (the sum), scores (correctness in [0, 1], for dynamic filtering) and extra_logs: tensors of shape (B,).

    queries: B texts, each its prompt with the response behind it, special tokens included.
    """
    chosen = settings()
    scores = score_calls(calls_of(queries, prompts, labels, chosen))
    found = reward_columns(scores, chosen)
    return {
        "rewards": _tensor(found["rewards"]),
        "scores": _tensor(found["scores"]),
        "extra_logs": {name: _tensor(values) for name, values in found["extra_logs"].items()},
    }


def calls_of(
    queries: Sequence[str], prompts: Sequence[str], labels: Sequence[Any], chosen: Settings
) -> list[Call]:
    """B calls of `score`, the prompt cut off each query."""
    return [
        Call(response_of(query, prompt), label, chosen.rewards, prompt, chosen.options)
        for query, prompt, label in zip(queries, prompts, labels, strict=True)
    ]


def reward_columns(scores: Sequence[Score], chosen: Settings) -> dict[str, Any]:
    """What `reward_func` returns, as lists: also the answer to OpenRLHF's HTTP call."""
    rows = [flat_row(score, chosen) for score in scores]
    logged = [
        k for k, v in (rows[0] if rows else {}).items() if isinstance(v, float) and k[:3] == "r1_"
    ]
    return {
        "rewards": [row["score"] for row in rows],
        "scores": [row["acc"] for row in rows],
        "extra_logs": {name: [row[name] for row in rows] for name in logged},
    }


def response_of(query: str, prompt: str) -> str:
    """The response in `query`, which is `prompt` decoded from tokens and the response behind it.

    The tokenizer may have added a first token, and a long prompt is cut at its start: the prompt's end is what can be
    relied on. Raises BadCallError where not even that is found.
    """
    if query.startswith(prompt):
        return query[len(prompt) :]
    tail = prompt[-_TAIL:]
    start = query.find(tail)
    if start < 0:
        raise BadCallError(
            f"the query does not contain its prompt: the prompt ends with {tail!r}, "
            f"the query starts with {query[:_TAIL]!r}"
        )
    return query[start + len(tail) :]


_TAIL = 64  # characters; a template's last line and the start of the assistant's turn are enough to find the place


def _tensor(values: list[float]) -> Any:
    """A tensor, as OpenRLHF's own examples return; the list itself where torch is not installed."""
    try:
        import torch
    except ImportError:
        return values
    return torch.tensor(values, dtype=torch.float32)
