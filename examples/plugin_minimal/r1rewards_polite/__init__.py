"""`polite/thanks`: 1.0 where the visible answer says thank you, else 0.0."""

from __future__ import annotations

from collections.abc import Callable

from r1rewards import Outcome, Reward, Rollout, Verdict, hookimpl, per_rollout


@per_rollout
def says_thanks(rollout: Rollout) -> Outcome:
    """The word counts after the thinking only; `word` may be given as a column or an option."""
    word = rollout.get("word", "thank")
    visible = rollout.completion.rpartition("</think>")[2]
    found = visible.lower().count(word.lower())
    return Outcome(Verdict.MEASURED, float(found > 0), {"word": word, "found": found})


@hookimpl
def register_rewards(register: Callable[[Reward], None]) -> None:
    """The hook that r1rewards calls once, when a reward is first asked for."""
    register(Reward("polite/thanks", says_thanks, options=("word",)))
