"""What the ladder says: yes, no, or left open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from r1rewards.answers.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable


@record(frozen=True, slots=True)
class Decision:
    """Whether an answer is right: `same` is None where our limits ran out; `rung` names the step that decided.

    Rungs: `text`, `number`, `node`, `value`, `container`, `symbolic`; `unreadable` where there is no answer to read;
    `limits` where it is beyond what we compute.
    """

    same: bool | None
    rung: str
    reason: str = ""


def any_of(found: Iterable[bool | None]) -> bool | None:
    """True where one is, None where one is open and none true."""
    is_open = False
    for one in found:
        if one:
            return True
        is_open = is_open or one is None
    return None if is_open else False


def all_of(found: Iterable[bool | None]) -> bool | None:
    """False where one is, None where one is open and none false."""
    is_open = False
    for one in found:
        if one is False:
            return False
        is_open = is_open or one is None
    return None if is_open else True
