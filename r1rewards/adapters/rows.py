"""One scored rollout as a flat row of plain values, with the same keys for every row: verl, slime, OpenRLHF log it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from r1rewards.registry import JUDGES

if TYPE_CHECKING:
    from r1rewards.adapters.settings import Settings
    from r1rewards.batch import Score


def flat_row(score: Score, settings: Settings) -> dict[str, float | str]:
    """`score` (the sum, by the policy for the unscorable), `acc`, `pred`, and `r1_*` for logs.

    acc:  1.0 where the answer is right (all tests pass), else 0.0; where correctness was not asked for, `score`.
    pred: the answer that was read, "" where there is none.
    r1_<reward>: its number, 0.0 where unscored; r1_<reward>_verdict: what happened.
    r1_unscored: 1.0 where a reward that counts could not be scored, so that `score` is the policy's number.
    """
    total = settings.number(score.total, score) or 0.0
    judge = next((name for name in JUDGES if name in score.outcomes), None)
    row: dict[str, float | str] = {
        "score": total,
        "acc": total,
        "pred": _text(score.find("answer")),
    }
    if judge is not None:
        row["acc"] = float(score.outcomes[judge].verdict.value == "correct")
    for name, outcome in score.outcomes.items():
        key = f"r1_{name.replace('/', '_')}"
        row[key] = outcome.reward if outcome.reward is not None else 0.0
        row[f"{key}_verdict"] = outcome.verdict.value
    row["r1_unscored"] = float(score.total is None)
    return row


def _text(answer: Any) -> str:
    return "" if answer is None else str(answer)
