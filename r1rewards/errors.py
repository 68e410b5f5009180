"""Every exception we raise on purpose. Each message says what was given, what was expected, and what to do.

A bad completion or reference is not an exception but a verdict (see `verdicts`); these are for bad *calls*.
"""

from __future__ import annotations


class R1RewardsError(Exception):
    """The root of all errors raised by r1rewards on purpose."""


class BadCallError(R1RewardsError, ValueError):
    """An argument of the wrong type, shape or value: lengths that differ, an unknown option."""


class UnknownRewardError(R1RewardsError, LookupError):
    """No reward of that name is registered."""


class DuplicateRewardError(R1RewardsError, ValueError):
    """Two plugins claim the same reward name."""


class BadRowError(R1RewardsError, ValueError):
    """A row of an input file cannot be read; the message starts with `file:line:`."""


class UnsupportedLanguageError(R1RewardsError, ValueError):
    """A language code that is not supported; the message lists those that are."""


class UnreadableAnswerError(R1RewardsError, ValueError):
    """A text is not an answer that the grammar can read; the message marks the span."""


class WorkerError(R1RewardsError, RuntimeError):
    """A worker process died or could not be started; the task it held has no result."""


class SandboxUnavailableError(R1RewardsError, RuntimeError):
    """No engine, no image or no slot to run code in; the message says what to install or start."""


class MissingExtraError(R1RewardsError, ImportError):
    """An optional dependency is absent; the message carries the pip command that brings it."""


class WorkerTimeoutError(WorkerError):
    """The task ran out of CPU or wall time; its process was killed."""


class WorkerDiedError(WorkerError):
    """The process that held the task ended: out of memory, killed from outside, or crashed."""


class BadTestsError(R1RewardsError, ValueError):
    """Tests for code that cannot be read. `field` is where, `why` what was expected there."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(field, why)
        self.field = field
        self.why = why

    def __str__(self) -> str:
        return f"{self.field}: {self.why}"
