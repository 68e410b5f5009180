"""What a rollout's reward means beside the others of its prompt. NaN (unscored) never counts as 0."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from r1rewards.errors import BadCallError

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class GroupStats:
    """Per group, over its scored rollouts only.

    ids:    G0 group ids in order of first appearance.
    index:  (B,) which of them each rollout belongs to.
    scored: (G0,) how many rollouts have a reward.
    mean:   (G0,) float64, NaN where scored is 0.
    std:    (G0,) float64 with ddof=1, NaN where scored is below 2.
    """

    ids: tuple[Hashable, ...]
    index: IntArray
    scored: IntArray
    mean: npt.NDArray[np.float64]
    std: npt.NDArray[np.float64]


def group_index(
    groups: Sequence[Hashable] | npt.NDArray[Any],
) -> tuple[tuple[Hashable, ...], IntArray]:
    """Group ids in order of first appearance, and for each rollout the place of its id among them."""
    values = groups.tolist() if isinstance(groups, np.ndarray) else groups
    place: dict[Hashable, int] = {}
    try:
        index = np.fromiter((place.setdefault(g, len(place)) for g in values), np.intp, len(values))
    except TypeError as e:
        raise BadCallError(f"a group id is a str, a number or a tuple of these: {e}") from e
    return tuple(place), index


def group_stats(
    rewards: npt.ArrayLike, groups: Sequence[Hashable] | npt.NDArray[Any]
) -> GroupStats:
    """Count, mean and standard deviation of each group's scored rewards.

    rewards: (B,), NaN where unscored. groups: (B,) hashable ids. Raises BadCallError where the lengths differ.
    """
    values = np.asarray(rewards, dtype=np.float64)
    if len(values) != len(groups):
        raise BadCallError(
            f"{len(groups)} group ids for {len(values)} rewards; give one per rollout"
        )
    ids, index = group_index(groups)
    is_scored = ~np.isnan(values)
    known = np.where(is_scored, values, 0.0)
    scored = np.bincount(index, is_scored, len(ids)).astype(np.intp)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(index, known, len(ids)) / scored
        # Two passes: a sum of squares would lose the small differences that a reward of 1000 +- 0.001 has.
        off = np.where(is_scored, values - mean[index], 0.0)
        std = np.sqrt(np.bincount(index, off * off, len(ids)) / (scored - 1))
    std[scored < 2] = np.nan
    return GroupStats(ids, index, scored, mean, std)


def advantages(
    rewards: npt.ArrayLike,
    groups: Sequence[Hashable] | npt.NDArray[Any],
    *,
    eps: float = 1e-4,
    scale: bool = True,
) -> FloatArray:
    """Each reward seen against the other rollouts of its prompt.

    rewards: (B,) NaN where a rollout could not be scored.
    groups:  (B,) any hashable ids; rollouts with equal ids share a prompt.
    scale:   False leaves out the division (Dr. GRPO, arXiv 2503.20783).
    Returns (B,) float32: (reward - group mean) / (group std + eps), std with ddof=1. NaN rewards are left out of mean
    and std and get 0.0, as do groups with fewer than two scored rollouts.
    Source: GRPO, arXiv 2402.03300 section 4.1; ddof and eps as in TRL's GRPOTrainer (verl uses eps=1e-6).

    >>> advantages([1.0, 0.0], ["a", "a"]).round(2).tolist()
    [0.7099999785423279, -0.7099999785423279]
    """
    stats = group_stats(rewards, groups)
    values = np.asarray(rewards, dtype=np.float64)
    found = values - stats.mean[stats.index]
    if scale:
        found /= stats.std[stats.index] + eps
    found[np.isnan(values) | (stats.scored[stats.index] < 2)] = 0.0
    return found.astype(np.float32)
