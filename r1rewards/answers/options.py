"""Where careful graders differ, and what we take for granted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """Where careful graders differ; the defaults are the ones that are harder to hack.

    percent:     12.5 and 12.5% are the same answer to a reference without (with) a percent sign.
    units:       a unit that only one side writes is ignored.
    rounding:    a decimal reference accepts what rounds to it at its own precision.
    unevaluated: a sum, integral, limit, gcd or remainder left to be evaluated is an answer.
    """

    percent: bool = True
    units: bool = True
    rounding: bool = True
    unevaluated: bool = False


DEFAULT = Options()
STRICT = Options(percent=False, units=False, rounding=False, unevaluated=True)
