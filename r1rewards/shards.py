"""A batch over several processes: rows go out in shards, arrays come back, order and bits are those of one process.

Worth it where the rewards cost more than carrying the text (language on long thoughts, mathematics that needs the
symbolic rung); format and plain numbers are faster in one process. What stays in the caller's process: rewards that
look at whole groups, rewards registered for this process only, and code, whose work runs in containers anyway.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from functools import partial
from typing import Any, Protocol

import numpy as np

from r1rewards import registry
from r1rewards.errors import BadCallError, R1RewardsError, WorkerError
from r1rewards.reward import CodeArray, FloatArray, Outcomes, Pending, Reward
from r1rewards.rollouts import Batch
from r1rewards.verdicts import CODE_OF, Verdict
from r1rewards.workers import WorkerPool

_ROWS = (
    64  # the smallest shard: below this, a round trip (0.1 ms) is no longer small beside the work
)
_CPU_S = 3600.0  # a shard is ordinary work: it is ended by the batch's deadline, not by a limit of its own
_ROUNDS = 4  # shards per worker: rows differ in cost, and the last shard should be a small one


class Pool(Protocol):
    """Where shards are sent: this machine's processes, or a cluster's (`adapters.ray`)."""

    size: int

    def submit(self, *task: Any) -> Future[Any]:
        """Have `score_shard(*task)` called. The future raises WorkerError where its worker died."""

    def close(self) -> None:
        """End the workers."""


_pools: dict[int, WorkerPool] = {}
_lock = threading.Lock()


def can_shard(reward: Reward, batch: Batch) -> bool:
    """Whether another process can score this reward: it finds it by name, and needs no other row."""
    if reward.by_group or not registry.is_installed(reward):
        return False
    if reward.name not in {"accuracy", "code"}:
        return True
    from r1rewards.rewards.accuracy import rows_with_tests  # brings all of `answers` along

    return not any(rows_with_tests(batch))


def start(rewards: Sequence[Reward], batch: Batch, workers: int | Pool) -> list[Pending]:
    """Send the batch out. Returns one wait function per reward; what it returns is (B,) like any reward's outcomes."""
    sent = _Sent(rewards, batch, workers)
    return [partial(sent.part, k) for k in range(len(rewards))]


class _Sent:
    """A batch that is out with the workers; its arrays are waited for once however many rewards ask."""

    def __init__(self, rewards: Sequence[Reward], batch: Batch, workers: int | Pool) -> None:
        self._rewards, self._batch, self._workers = rewards, batch, workers
        self._named = [(reward.name, dict(reward.fixed)) for reward in rewards]
        size = max(_ROWS, -(-len(batch) // (count(workers) * _ROUNDS)))
        self._shards = [range(i, min(i + size, len(batch))) for i in range(0, len(batch), size)]
        self._pool = _pool(workers) if isinstance(workers, int) else workers
        self._futures = [self._submit(rows) for rows in self._shards]
        self._arrays: list[tuple[FloatArray, CodeArray]] | None = None
        self._errors: dict[int, str] = {}  # row -> why it is unscored

    def _submit(self, rows: range) -> Future[Any]:
        return self._pool.submit(self._named, self._batch.take(rows).as_columns())

    def part(self, k: int) -> Outcomes:
        """The outcomes of the k-th reward; details are worked out here, for the row somebody looks at."""
        if self._arrays is None:
            self._arrays = self._wait()
        rewards, verdicts = self._arrays[k]
        return Outcomes(rewards, verdicts, partial(self._detail, self._rewards[k]))

    def _detail(self, reward: Reward, i: int) -> Mapping[str, Any]:
        if i in self._errors:
            return {"error": self._errors[i]}
        from r1rewards.batch import run_rewards

        (found,) = run_rewards([reward], self._batch.take([i]))
        return found.detail(0)

    def _wait(self) -> list[tuple[FloatArray, CodeArray]]:
        size = len(self._batch)
        arrays = [
            (np.full(size, np.nan, dtype=np.float32), np.zeros(size, dtype=np.uint8))
            for _ in self._named
        ]
        for s, rows in enumerate(self._shards):
            found = self._result(s)
            here = slice(rows.start, rows.stop)
            for (rewards, verdicts), part in zip(arrays, found, strict=True):
                if isinstance(part, Verdict):
                    verdicts[here] = CODE_OF[part]
                else:
                    rewards[here] = np.frombuffer(part[0], dtype=np.float32)
                    verdicts[here] = np.frombuffer(part[1], dtype=np.uint8)
        return arrays

    def _result(self, s: int, *, again: bool = True) -> Sequence[Any]:
        """One shard: arrays, or a verdict that says why there are none. A worker that died gets a second try."""
        deadline = self._batch.deadline
        try:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            found: Any = self._futures[s].result(left)
        except FutureTimeoutError:
            _discard(self._workers, self._pool)
            return self._failed(s, Verdict.DEADLINE, "the deadline passed before this was scored")
        except WorkerError as e:
            if deadline is not None and time.monotonic() >= deadline:
                return self._failed(
                    s, Verdict.DEADLINE, "the deadline passed before this was scored"
                )
            if again:
                self._futures[s] = self._submit(self._shards[s])
                return self._result(s, again=False)
            return self._failed(s, Verdict.REWARD_ERROR, f"{type(e).__name__}: {e}")
        if isinstance(found, str):
            raise BadCallError(found)
        return list(found)

    def _failed(self, s: int, verdict: Verdict, why: str) -> list[Verdict]:
        self._errors.update(dict.fromkeys(self._shards[s], why))
        return [verdict] * len(self._named)


def score_shard(
    named: Sequence[tuple[str, Mapping[str, Any]]], columns: Mapping[str, Any]
) -> list[tuple[bytes, bytes]] | str:
    """In a worker: score one shard. For each reward the bytes of its float32 rewards and uint8 verdicts.

    A bad call is a str that says why: an error cannot cross as itself.
    """
    from r1rewards.batch import run_rewards

    try:
        rewards = [registry.get_reward(name, **options) for name, options in named]
        outcomes = run_rewards(rewards, Batch(**columns))
    except R1RewardsError as e:
        return str(e)
    return [(part.rewards.tobytes(), part.verdicts.tobytes()) for part in outcomes]


def _pool(workers: int) -> WorkerPool:
    with _lock:
        if workers not in _pools:
            _pools[workers] = WorkerPool(
                "r1rewards.shards:score_shard", size=workers, cpu_s=_CPU_S, memory_mb=None
            )
        return _pools[workers]


def _discard(workers: int | Pool, pool: Pool) -> None:
    """After a deadline: end the work that is still going on; the next batch starts new workers."""
    if isinstance(workers, int):
        with _lock:
            if _pools.get(workers) is pool:
                del _pools[workers]
    pool.close()


def count(workers: int | Pool) -> int:
    """How many processes that is."""
    return workers if isinstance(workers, int) else workers.size


def check_workers(workers: int | Pool) -> None:
    """Raise BadCallError where `workers` is no sensible number."""
    if hasattr(workers, "submit"):
        return
    if not isinstance(workers, int) or workers < 0:
        raise BadCallError(f"workers is a number of processes, 0 or 1 for none, not {workers!r}")
