"""What the ladder says."""

from __future__ import annotations

from r1rewards.answers.records import record


@record(frozen=True, slots=True)
class Decision:
    """Whether an answer is right: `same` is None where our limits ran out; `rung` names the step that decided.

    Rungs: `text`, `number`, `node`, `value`, `container`, `symbolic`; `unreadable` where there is no answer to read;
    `limits` where it is beyond what we compute.
    """

    same: bool | None
    rung: str
    reason: str = ""
