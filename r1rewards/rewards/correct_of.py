"""Which rollouts of a batch are right: asked once, whether `accuracy` itself is among the rewards or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from r1rewards.errors import BadCallError
from r1rewards.reward import Outcomes
from r1rewards.rewards import accuracy
from r1rewards.verdicts import CODE_OF, VERDICTS, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from r1rewards.rollouts import Batch


class Correct(NamedTuple):
    """(B,) whether a rollout is right, whether that is known at all, and the verdict of those where it is not."""

    is_correct: npt.NDArray[np.bool_]
    is_known: npt.NDArray[np.bool_]
    verdicts: npt.NDArray[np.uint8]

    def detail(self, i: int) -> dict[str, Any]:
        """Whether the rollout is right, or why that is not known."""
        if self.is_known[i]:
            return {"correct": bool(self.is_correct[i])}
        return {"reason": f"whether it is right is not known: {VERDICTS[self.verdicts[i]].value}"}


def correct_of(batch: Batch) -> Correct | Callable[[], Correct]:
    """From the column `correct` (booleans; None or NaN where unknown) if the call gave it, else as `accuracy` says.

    A function that waits for accuracy's verdicts, where it runs elsewhere. Raises BadCallError for other values.
    """
    if batch.has("correct"):
        return _given(batch)
    found = batch.shared(accuracy.REWARD.score)
    if isinstance(found, Outcomes):
        return _from_accuracy(found)
    assert callable(found)
    return lambda: _from_accuracy(found())


def _given(batch: Batch) -> Correct:
    values = [_read(value) for value in batch.column("correct")]
    is_known = np.array([value is not None for value in values], np.bool_)
    verdicts = np.full(len(batch), CODE_OF[Verdict.NOT_APPLICABLE], np.uint8)
    return Correct(np.array(values, np.bool_), is_known, verdicts)


def _read(value: Any) -> bool | None:
    # NaN is what an array of rewards holds where a rollout could not be scored, and bool(nan) is True.
    if value is None or (isinstance(value, (float, np.floating)) and np.isnan(value)):
        return None
    if isinstance(value, (bool, int, float, np.generic)) and value in {0, 1}:
        return bool(value)
    raise BadCallError(
        f"correct: True or False for each rollout, or None where that is unknown; not {value!r}"
    )


def _from_accuracy(found: Outcomes) -> Correct:
    is_correct = found.verdicts == CODE_OF[Verdict.CORRECT]
    return Correct(is_correct, ~np.isnan(found.rewards), found.verdicts)
