"""Score a batch: columns in, an array of shape (B, K) out.

Every road (the CLI, each trainer's adapter, HTTP, Ray) meets here. Rewards that hand work to a process or a container
are asked first and waited for last, so that their work overlaps with the others'.
"""

from __future__ import annotations

import functools
import logging
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from r1rewards import shards
from r1rewards.errors import BadCallError, R1RewardsError
from r1rewards.groups import advantages
from r1rewards.registry import PRESETS, get_reward, may_judge
from r1rewards.reward import CodeArray, FloatArray, Outcomes, Pending, Reward, as_outcome
from r1rewards.rollouts import Batch
from r1rewards.verdicts import CODE_OF, VERDICTS, Outcome, Verdict

RewardSpec = str | Reward | Sequence[str | Reward] | Mapping[Any, float]
"""A preset, a name, a Reward, a sequence of these, or a mapping from these to weights."""

_CHUNK = 512  # rows between two looks at the clock; only calls with a deadline are cut up


@dataclass(frozen=True, slots=True)
class Score:
    """The rewards of one rollout.

    total:    weighted sum, None where a reward of non-zero weight could not be scored.
    rewards:  reward name -> number, or None where it could not be scored; why is in `outcomes`.
    """

    total: float | None
    rewards: dict[str, float | None]
    outcomes: dict[str, Outcome]

    def find(self, name: str) -> Any:
        """What the first detail that has a value for `name` says: "answer", "span", "boxes", "tests"; else None.

        Ours that only measure the text are not asked: a detail of `language` costs as much as its reward.
        """
        details = (self.outcomes[each].detail for each in self.outcomes if may_judge(each))
        return next((found for detail in details if (found := detail.get(name)) is not None), None)


class Scores(Sequence[Score]):
    """The rewards of B rollouts.

    names:    the K reward names.
    weights:  (K,) float32.
    rewards:  (B, K) float32, NaN where unscored.
    verdict_codes: (B, K) uint8, indices into `r1rewards.verdicts.VERDICTS`.
    total:    (B,) float32, the weighted sum; NaN where a reward of non-zero weight is NaN.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        weights: Sequence[float],
        outcomes: Sequence[Outcomes],
        size: int,
        groups: Sequence[Any] | None,
    ) -> None:
        self.names = names
        self.weights: FloatArray = np.asarray(weights, dtype=np.float32)
        self.rewards: FloatArray = np.empty((size, len(names)), dtype=np.float32)
        self.verdict_codes: CodeArray = np.empty((size, len(names)), dtype=np.uint8)
        for k, part in enumerate(outcomes):
            self.rewards[:, k] = part.rewards
            self.verdict_codes[:, k] = part.verdicts
        self.total: FloatArray = np.zeros(size, dtype=np.float32)
        for k, weight in enumerate(
            self.weights
        ):  # column by column: the same sum for any B, to the bit
            if weight:
                self.total += weight * self.rewards[:, k]
        self.groups = groups
        self._outcomes = tuple(outcomes)
        self._kept: list[Score] | None = None

    @property
    def verdicts(self) -> npt.NDArray[np.object_]:
        """(B, K) array of `Verdict`."""
        table = np.empty(len(VERDICTS), dtype=object)
        table[:] = VERDICTS
        found: npt.NDArray[np.object_] = table[self.verdict_codes]
        return found

    def part(self, name: str) -> FloatArray:
        """(B,) float32: one reward, unweighted. Raises BadCallError for a name that was not scored."""
        if name not in self.names:
            raise BadCallError(f"{name!r} was not scored; this batch has: {', '.join(self.names)}")
        column: FloatArray = self.rewards[:, self.names.index(name)]
        return column

    def outcome(self, i: int, name: str) -> Outcome:
        """What one reward said of one rollout; the details of the others are not made."""
        return self._outcomes[self.names.index(name)][i]

    def advantages(self, *, eps: float = 1e-4, scale: bool = True) -> FloatArray:
        """(B,) float32: each total against its group's, see `groups.advantages`.

        Raises BadCallError where the call named neither groups nor prompts.
        """
        if self.groups is None:
            raise BadCallError(
                "advantages need to know which rollouts share a prompt: pass groups=[...] (one id per "
                "rollout) or prompts=[...] to score_batch"
            )
        return advantages(self.total, self.groups, eps=eps, scale=scale)

    def keep(self) -> None:
        """Make the scores of all rollouts now, once, for whoever looks at them and their details several times."""
        self._kept = list(self)

    def __len__(self) -> int:
        return len(self.rewards)

    @overload
    def __getitem__(self, i: int) -> Score: ...
    @overload
    def __getitem__(self, i: slice) -> Sequence[Score]: ...
    def __getitem__(self, i: int | slice) -> Score | Sequence[Score]:
        if isinstance(i, slice):
            return [self[j] for j in range(*i.indices(len(self)))]
        if i < 0:
            i += len(self)
        if not 0 <= i < len(self):
            raise IndexError(f"rollout {i} of {len(self)}")
        if self._kept is not None:
            return self._kept[i]
        outcomes = {name: part[i] for name, part in zip(self.names, self._outcomes, strict=True)}
        total = float(self.total[i])
        return Score(
            None if math.isnan(total) else total,
            {name: outcome.reward for name, outcome in outcomes.items()},
            outcomes,
        )

    def __iter__(self) -> Iterator[Score]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        return f"Scores({len(self)} rollouts: {', '.join(self.names)})"


def score(
    completion: Any,
    reference: Any = None,
    *,
    rewards: RewardSpec = "r1-zero",
    prompt: Any = None,
    **columns: Any,
) -> Score:
    r"""Score one completion.

    completion: str, a chat message, or a list of messages. reference: the answer, several of which any will do, or
    tests. rewards, columns and errors: as in `score_batch`.

    >>> score("<think>2+2</think><answer>\\boxed{4}</answer>", "4").total
    2.0
    """
    check_single(rewards, columns)
    one: dict[str, Any] = {name: [value] for name, value in columns.items()}
    scores = score_batch([completion], [reference], rewards=rewards, prompts=[prompt], **one)
    return scores[0]


def score_batch(
    completions: Sequence[Any],
    references: Any = None,
    *,
    rewards: RewardSpec = "r1-zero",
    prompts: Any = None,
    groups: Any = None,
    deadline_s: float | None = None,
    workers: int | shards.Pool = 0,
    **columns: Any,
) -> Scores:
    r"""Score B completions by K rewards.

    completions: B of str, chat message or list of messages.
    references:  B answers or tests, or one for all (not in a list); a list as one of the B means any of its elements.
    rewards:     a preset ("r1-zero": accuracy + format, "r1": + language), a name, a `Reward`, a sequence of these, or
                 a mapping from these to weights.
    prompts:     B texts or lists of messages. Where nothing else says so, they decide the target language, whether the
                 thought is prefilled (a text that ends with the tag), and the groups.
    groups:      B ids of which rollouts share a prompt, for advantages and group rewards; by default the prompts.
    deadline_s:  wall seconds for the whole call; what is not scored by then is unscored, verdict `deadline`.
    workers:     processes to spread the batch over, 0 or 1 for none; see `shards` for when it is worth it.
    columns:     one value for all, or a list with one per rollout: options (`prefilled=True`), `tests`, anything a
                 plugin reads. A misspelt option is warned of in the log `r1rewards`.

    Returns `Scores`: arrays of shape (B, K) and (B,), NaN where unscored; `scores[i]` is a `Score`.
    What a model wrote and what a data set holds become verdicts. Raises R1RewardsError for a bad call: an unknown
    reward, an option's bad value, lengths that differ, a completion or reference of a type that can be none.
    Source: "directly summed", arXiv 2501.12948 sections 2.2 and 2.3.2; each reward names its own.

    >>> score_batch(["\\boxed{4}", "\\boxed{5}"], "4", rewards="accuracy").total.tolist()
    [1.0, 0.0]
    """
    chosen = resolve(rewards)
    _check_plurals(columns, {"reference": references, "prompt": prompts})
    warn_of_misspelt(columns, chosen)
    chosen, columns = _facts_of_all(chosen, columns)
    deadline = _deadline(deadline_s)
    batch = Batch(
        completions, references, prompts=prompts, groups=groups, columns=columns, deadline=deadline
    )
    batch.references = _checked_references(batch.references)
    if batch.groups is None:
        batch.groups = _groups_by_prompt(batch.prompts)
    outcomes = run_rewards([reward for reward, _ in chosen], batch, workers)
    names = tuple(reward.name for reward, _ in chosen)
    return Scores(names, [weight for _, weight in chosen], outcomes, len(batch), batch.groups)


def check_single(rewards: RewardSpec, columns: Mapping[str, Any]) -> None:
    """What can be said of a call of `score` before it is worked off: a bad reward, an argument of `score_batch`."""
    several = sorted({"references", "prompts", "groups", "deadline_s", "workers"} & columns.keys())
    if several:
        raise BadCallError(
            f"{several[0]} belongs to score_batch; score takes one completion, reference= and prompt="
        )
    warn_of_misspelt(columns, resolve(rewards))


def _check_plurals(columns: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """`score_batch(texts, reference="4")` would be a column that nobody reads, and every answer without a reference."""
    for name, value in given.items():
        if name in columns and value is None:
            raise BadCallError(
                f"score_batch takes {name}s=, one for each completion or one for all; not {name}="
            )
    if isinstance(columns.get("reward"), (str, Reward)):
        raise BadCallError("score takes rewards=, one or several; not reward=")


def _deadline(seconds: float | None) -> float | None:
    if seconds is None:
        return None
    if not isinstance(seconds, (int, float)) or math.isnan(seconds):
        raise BadCallError(f"deadline_s is a number of seconds, not {seconds!r}")
    return time.monotonic() + seconds


def resolve(rewards: RewardSpec) -> list[tuple[Reward, float]]:
    """The rewards that a specification names, with their weights.

    Raises UnknownRewardError, and BadCallError for an empty or repeated choice or a weight that is no finite number.
    """
    weighted: list[tuple[Any, Any]]
    if isinstance(rewards, Mapping):
        weighted = list(rewards.items())
    elif isinstance(rewards, Iterable) and not isinstance(rewards, str):
        weighted = [(reward, 1.0) for reward in rewards]
    else:
        weighted = [(rewards, 1.0)]
    found: list[tuple[Reward, float]] = []
    for entry, weight in weighted:
        if not isinstance(weight, (int, float)) or not math.isfinite(weight):
            raise BadCallError(f"the weight of {entry!r} is a finite number, not {weight!r}")
        found += [(_one(name), float(weight)) for name in _names_of(entry)]
    names = [reward.name for reward, _ in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadCallError(
            f"{', '.join(twice)}: named twice; give each reward once, with one weight"
        )
    if not found:
        raise BadCallError('no rewards were named; try rewards="r1-zero"')
    return found


def _names_of(entry: Any) -> tuple[Any, ...]:
    return PRESETS.get(entry, (entry,)) if isinstance(entry, str) else (entry,)


def _one(entry: Any) -> Reward:
    if isinstance(entry, Reward):
        return entry
    if isinstance(entry, str):
        return get_reward(entry)
    raise BadCallError(
        f"a reward is named by a str or given as a Reward, not {type(entry).__name__}"
    )


_ANSWER_TYPES = (str, int, float, list, tuple, dict, type(None))


def _checked_references(references: list[Any] | None) -> list[Any] | None:
    """The references, NumPy's scalars as numbers, its arrays (pandas has these for lists) as lists.

    Raises BadCallError for what is no reference.
    """
    kinds = set(map(type, references or ()))
    for kind in kinds:
        if not issubclass(kind, (*_ANSWER_TYPES, np.generic, np.ndarray)):
            i = next(i for i, r in enumerate(references or ()) if type(r) is kind)
            raise BadCallError(
                f"references[{i}] is a {kind.__name__}; a reference is a str, a number, a list of these (any will do), "
                f"a dict of tests, or None"
            )
    if references is None or not any(issubclass(kind, (np.generic, np.ndarray)) for kind in kinds):
        return references
    return [r.tolist() if isinstance(r, (np.generic, np.ndarray)) else r for r in references]


_FACTS = ("prefilled", "tags")
"""What holds of the prompt and its layout, not of one reward."""


def _facts_of_all(
    chosen: list[tuple[Reward, float]], columns: dict[str, Any]
) -> tuple[list[tuple[Reward, float]], dict[str, Any]]:
    """`get_reward("format", prefilled=True)` tells every reward of the call that the thought is open.

    Else `accuracy` would take the unfinished thought of a prefilled completion for its answer.
    """
    for name in _FACTS:
        said = [reward.fixed[name] for reward, _ in chosen if name in reward.fixed]
        if said and name not in columns and all(value == said[0] for value in said):
            columns = {**columns, name: tuple(said[0]) if isinstance(said[0], list) else said[0]}
            chosen = [(_without(reward, name), weight) for reward, weight in chosen]
    return chosen, columns


def _without(reward: Reward, name: str) -> Reward:
    fixed = {key: value for key, value in reward.fixed.items() if key != name}
    return reward if name not in reward.fixed else replace(reward, fixed=fixed)


def warn_of_misspelt(
    columns: Mapping[str, Any], rewards: Sequence[tuple[Reward, float]], *, is_option: bool = False
) -> None:
    """Any column may be given, so a misspelt option is no error; but it would be ignored in silence.

    is_option: they are options for certain; else only one value for all is taken for one, and a list for a column.
    """
    if not columns:
        return
    known = {name for reward, _ in rewards for name in reward.options or ()}
    for name in columns.keys() - known:
        if is_option or not isinstance(columns[name], list):
            _warn_once(name, tuple(sorted(known)))


@functools.lru_cache(maxsize=256)
def _warn_once(name: str, known: tuple[str, ...]) -> None:
    import difflib

    for close in difflib.get_close_matches(name, known, 1, 0.8):
        logging.getLogger("r1rewards").warning(
            "%s: no reward of this call has such an option; did you mean %s?", name, close
        )


def _groups_by_prompt(prompts: list[Any] | None) -> list[Any] | None:
    if prompts is None or None in prompts:
        return None
    return [p if isinstance(p, str) else repr(p) for p in prompts]


def run_rewards(
    rewards: Sequence[Reward], batch: Batch, workers: int | shards.Pool = 0
) -> list[Outcomes]:
    """Start every reward, those whose work runs elsewhere first to be waited for last."""
    shards.check_workers(workers)
    batch.readers = len(rewards)
    is_away = len(batch) and (shards.count(workers) > 1 or not isinstance(workers, int))
    away = [r for r in rewards if is_away and shards.can_shard(r, batch)]
    sent = dict(zip(away, shards.start(away, batch, workers), strict=True)) if away else {}
    # Those that look at a whole group come last: what they ask of another reward has been started by then.
    in_order = sorted(rewards, key=lambda reward: reward.by_group)
    started = {reward: sent.get(reward) or _start(reward, batch) for reward in in_order}
    found = [
        part if isinstance(part := started[reward], Outcomes) else _wait(reward, part, batch)
        for reward in rewards
    ]
    batch.forget_shared()
    return found


def _start(reward: Reward, batch: Batch) -> Outcomes | Pending:
    if batch.deadline is not None and not reward.by_group and len(batch) > _CHUNK:
        found = _in_chunks(reward, batch)
        if not reward.fixed:
            batch.share(reward.score, found)
        return found
    return _guarded(reward, batch.with_options(reward.fixed), is_whole=True)


def _in_chunks(reward: Reward, batch: Batch) -> Pending:
    """Chunk by chunk while there is time: a deadline bounds work that cannot be interrupted."""
    chunks = (chunk.with_options(reward.fixed) for chunk in batch.chunks(_CHUNK))
    parts = [_guarded(reward, chunk, is_whole=True) for chunk in chunks]

    @functools.cache
    def wait() -> Outcomes:
        done = [p if isinstance(p, Outcomes) else p() for p in parts]
        return Outcomes(
            np.concatenate([p.rewards for p in done]),
            np.concatenate([p.verdicts for p in done]),
            lambda i: done[i // _CHUNK].detail(i % _CHUNK),
        )

    return wait


def _guarded(reward: Reward, batch: Batch, *, is_whole: bool = False) -> Outcomes | Pending:
    """One reward over a batch; what it raises becomes a verdict of the rows that made it raise."""
    if batch.deadline is not None and time.monotonic() >= batch.deadline:
        return _all(batch, Verdict.DEADLINE, "the deadline passed before this was scored")
    try:
        # Of the whole batch, kept for rewards that want to know it too: `length` asks what `accuracy` said.
        share = is_whole and not reward.fixed
        found = batch.shared(reward.score) if share else reward.score(batch)
        return _collect(reward, found, batch)
    except (
        Exception
    ) as e:  # the boundary around a reward: what it raises is a verdict, not the end of a run
        if len(batch) == 1:
            if isinstance(e, R1RewardsError):
                raise  # a bad call, such as an option of the wrong value
            return _all(batch, Verdict.REWARD_ERROR, f"{type(e).__name__}: {e}")
        if reward.by_group:
            if isinstance(e, R1RewardsError):
                raise
            return _all(batch, Verdict.REWARD_ERROR, f"{type(e).__name__}: {e}")
    return _row_by_row(reward, batch)


def _row_by_row(reward: Reward, batch: Batch) -> Outcomes:
    """After a failure: find the rows that raise, and score the others.

    Raises R1RewardsError where every row raises one: then it is the call that is bad, not a row.
    """
    outcomes: list[Outcome] = []
    refused: list[R1RewardsError] = []
    for i in range(len(batch)):
        try:
            part = _guarded(reward, batch.take([i]))
            outcomes.append((part if isinstance(part, Outcomes) else part())[0])
        except R1RewardsError as e:
            refused.append(e)
            outcomes.append(
                Outcome(Verdict.REWARD_ERROR, None, {"error": f"{type(e).__name__}: {e}"})
            )
    if len(refused) == len(batch) and refused:
        raise refused[0]
    return Outcomes.of(outcomes)


def _wait(reward: Reward, pending: Pending, batch: Batch) -> Outcomes:
    try:
        found = _collect(reward, pending(), batch)
    except R1RewardsError:
        raise
    except Exception as e:  # noqa: BLE001 - the boundary around a reward, second half: work that ran elsewhere
        found = _all(batch, Verdict.REWARD_ERROR, f"{type(e).__name__}: {e}")
    assert isinstance(found, Outcomes)
    return found


def _collect(reward: Reward, found: Any, batch: Batch) -> Outcomes | Pending:
    """What a reward returned, as Outcomes of the right length with finite numbers; or as pending work."""
    if callable(found):
        pending: Callable[[], Any] = found
        return pending
    outcomes = found if isinstance(found, Outcomes) else Outcomes.of([as_outcome(v) for v in found])
    if len(outcomes) != len(batch):
        raise ValueError(
            f"reward {reward.name!r} returned {len(outcomes)} values for {len(batch)} rollouts"
        )
    if np.isinf(outcomes.rewards).any():
        raise ValueError(f"reward {reward.name!r} returned an infinite reward")
    return outcomes


def _all(batch: Batch, verdict: Verdict, why: str) -> Outcomes:
    size = len(batch)
    return Outcomes(
        np.full(size, np.nan, dtype=np.float32),
        np.full(size, CODE_OF[verdict], dtype=np.uint8),
        lambda _: {"error": why},
    )
