"""What the user chose, for trainers that take a path to a function and pass it no arguments.

Three places, the first that speaks wins: the arguments of the call (verl's `reward_kwargs`, `make_reward(...)`), the
TOML file named by the environment variable R1REWARDS_CONFIG, and the defaults of `Settings`.

    rewards = { accuracy = 1.0, format = 0.5 }   # or a preset, a name, a list of names
    on_unscorable = "zero"                       # or "raise"; "none" where the trainer can leave a rollout out
    answer = "final_answer"                      # the column that holds the reference
    [options]                                    # options of the rewards, the same for every rollout
    prefilled = true
"""

from __future__ import annotations

import functools
import logging
import math
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from r1rewards.errors import BadCallError, R1RewardsError

if TYPE_CHECKING:
    from r1rewards.batch import Score

POLICIES = ("zero", "none", "raise")

REFERENCE_COLUMNS = ("solution", "answer", "ground_truth", "reference")
"""What datasets call the reference; the first that a row has is taken."""

_NOT_OPTIONS = frozenset(
    {"completion", "completions", "prompt", "prompts", "reference", "references", "rewards", "groups", "deadline_s",
     "workers"}
)  # fmt: skip
"""Arguments of `score_batch`: a dataset column of such a name is not an option."""


class UnscorableError(R1RewardsError, RuntimeError):
    """A rollout could not be scored and the policy is `on_unscorable="raise"`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Which rewards, and what stands for a rollout that could not be scored.

    rewards:       as in `score_batch`.
    on_unscorable: "zero" gives 0.0, for trainers that know no missing reward; the rollout is marked `r1_unscored` and
                   its verdict tells why. "none" gives None. "raise" stops the run.
    answer:        the column that holds the reference; by default the first of REFERENCE_COLUMNS that is there.
    options:       columns given to every rollout; a dataset column of the same name gives way.
    """

    rewards: Any = "r1-zero"
    on_unscorable: str = "zero"
    answer: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.on_unscorable not in POLICIES:
            raise BadCallError(
                f"on_unscorable={self.on_unscorable!r}: give one of {', '.join(POLICIES)}"
            )

    def number(self, value: float | None, score: Score) -> float | None:
        """`value` (None or NaN where unscored) under the policy. Raises UnscorableError under "raise"."""
        if value is not None and not math.isnan(value):
            return float(value)
        if self.on_unscorable == "raise":
            why = "; ".join(
                f"{name}: {outcome.verdict.value} {dict(outcome.detail)}"
                for name, outcome in score.outcomes.items()
                if outcome.reward is None
            )
            raise UnscorableError(
                f"a rollout could not be scored ({why}). Repair the cause, or choose "
                f'on_unscorable="zero" to train on with 0.0 in its place.'
            )
        return 0.0 if self.on_unscorable == "zero" else None

    def columns(self, columns: Mapping[str, Any], *, is_data: bool = True) -> dict[str, Any]:
        """`columns` of a row or batch as keyword arguments of `score` or `score_batch`, the options added.

        is_data: they are a data set's. Its `tags` are topics, not the tags of a thought: they would make every
        completion malformed without a word.
        """
        kept = {k: v for k, v in columns.items() if k not in _NOT_OPTIONS and k.isidentifier()}
        if is_data and kept.pop("tags", None) is not None and "tags" not in self.options:
            _warn_of_tags()
        return {**kept, **self.options}

    def reference(self, columns: Mapping[str, Any]) -> Any:
        """The reference among `columns`, None where there is none.

        Raises BadCallError where the user named a column that is not there.
        """
        if self.answer is not None:
            if self.answer not in columns:
                raise BadCallError(
                    f"answer={self.answer!r}: no such column; this row has: {', '.join(sorted(columns)) or 'none'}"
                )
            return columns[self.answer]
        return next((columns[c] for c in REFERENCE_COLUMNS if columns.get(c) is not None), None)


@functools.cache
def _warn_of_tags() -> None:
    logging.getLogger("r1rewards").warning(
        "tags: this column of the data set is not read as the tags of the thought; where it holds these, give tags=... "
        "as an option (R1REWARDS_CONFIG, or the trainer's own arguments)"
    )


def settings(given: Mapping[str, Any] | None = None, *, on_unscorable: str = "zero") -> Settings:
    """The settings that hold for a call with the arguments `given`; arguments that are no setting become options.

    on_unscorable: what the trainer can take, where the user chose nothing.
    Raises BadCallError for an unreadable R1REWARDS_CONFIG.
    """
    path = os.environ.get("R1REWARDS_CONFIG")
    file = _read(path, on_unscorable) if path else Settings(on_unscorable=on_unscorable)
    if not given:
        return file
    known = {k: plain(v) for k, v in given.items() if k in _FIELDS and v is not None}
    loose = {k: plain(v) for k, v in given.items() if k not in _FIELDS}
    options = {**file.options, **known.pop("options", {}), **loose}
    return _told(replace(file, **known, options=options))


_FIELDS = ("rewards", "on_unscorable", "answer", "options")


@functools.lru_cache(maxsize=8)
def _read(path: str, on_unscorable: str) -> Settings:
    """The settings in a TOML file, read once per process."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        found = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        raise BadCallError(f"R1REWARDS_CONFIG={path}: cannot be read: {e}") from e
    unknown = sorted(set(found) - set(_FIELDS))
    if unknown:
        raise BadCallError(
            f"R1REWARDS_CONFIG={path}: unknown key {', '.join(unknown)}; known: {', '.join(_FIELDS)}. "
            f"Options of rewards stand under [options]."
        )
    kinds = {"rewards": (str, list, dict), "answer": (str,), "options": (dict,)}
    for key, kind in kinds.items():
        if key in found and not isinstance(found[key], kind):
            names = {str: "a text", list: "a list", dict: "a table"}
            expected = " or ".join(names[k] for k in kind)
            raise BadCallError(f"R1REWARDS_CONFIG={path}: {key} is {expected}, not {found[key]!r}")
    return _told(Settings(**{"on_unscorable": on_unscorable, **found}))


def _told(chosen: Settings) -> Settings:
    """`chosen`; a misspelt option is warned of once. Trainers that score one by one would never say it."""
    from r1rewards.batch import resolve, warn_of_misspelt

    if chosen.options:
        warn_of_misspelt(chosen.options, resolve(chosen.rewards), is_option=True)
    return chosen


def plain(value: Any) -> Any:
    """`value` with OmegaConf's (and other) mappings and sequences turned into dicts and lists."""
    if isinstance(value, Mapping):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [plain(v) for v in value]
    return value
