"""Many single calls become few batches: for trainers that hand over one rollout at a time.

verl, slime, verifiers and the HTTP server ask for one rollout from hundreds of coroutines or threads at once, while
scoring is cheapest by the batch. A `MicroBatcher` gathers what arrives within a few milliseconds and works it off
together.
"""

from __future__ import annotations

import asyncio
import os
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from r1rewards.batch import RewardSpec, Score, Scores, check_single, resolve, score_batch
from r1rewards.errors import BadCallError, R1RewardsError
from r1rewards.reward import Reward

T = TypeVar("T")
R = TypeVar("R")

_Waiting = tuple[T, Future[R] | asyncio.Future[R]]
_Result = tuple[R | None, BaseException | None]


class MicroBatcher(Generic[T, R]):
    """Gathers items from any thread or event loop and hands them to `work`, at most `max_size` at a time.

    work:       a list of items -> as many results, in that order. An R1RewardsError it raises for a batch of several
                makes each item be worked off alone, so that only the caller with the bad item sees the error.
    max_size:   64: beyond it the cost per rollout no longer falls (docs/trainers/verl.md).
    max_wait_s: how long the first item of a batch waits for company: 5 ms.
    threads:    how many batches may be at work at once, so that a batch of programs in containers does not hold up the
                mathematics behind it. While all are busy, arriving items fill the next batch.

    Threads start with the first item and again in a forked child.
    """

    def __init__(
        self,
        work: Callable[[list[T]], Sequence[R]],
        *,
        max_size: int = 64,
        max_wait_s: float = 0.005,
        threads: int = 4,
    ) -> None:
        self.work, self.max_size, self.max_wait_s, self.threads = (
            work, max_size, max_wait_s, threads,
        )  # fmt: skip
        self._gathering: dict[asyncio.AbstractEventLoop, list[_Waiting[T, R]]] = {}
        self._pid = -1
        self._start_lock = threading.Lock()

    def submit(self, item: T) -> Future[R]:
        """A future for the result of `item`; for callers on threads."""
        future: Future[R] = Future()
        self._put([(item, future)], time.monotonic() + self.max_wait_s)
        return future

    async def join(self, item: T) -> R:
        """The result of `item`; for callers on an event loop, which stays free meanwhile.

        Gathers on the loop itself: handing over to a thread and back costs 30 us, so it is done once per batch.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        calls = self._gathering.get(loop)
        if calls is None:
            calls = self._gathering[loop] = []
            loop.call_later(self.max_wait_s, self._send, loop, calls)
        calls.append((item, future))
        if len(calls) >= self.max_size:
            self._send(loop, calls)
        return await future

    def _send(self, loop: asyncio.AbstractEventLoop, calls: list[_Waiting[T, R]]) -> None:
        if self._gathering.get(loop) is calls:  # else it was full before its time, and is gone
            del self._gathering[loop]
            self._put(calls, time.monotonic())

    def _put(self, calls: list[_Waiting[T, R]], until: float) -> None:
        if self._pid != os.getpid():
            self._start()
        self._queue.put((calls, until))

    def _start(self) -> None:
        with self._start_lock:
            if self._pid == os.getpid():
                return
            self._queue: queue.SimpleQueue[tuple[list[_Waiting[T, R]], float]] = queue.SimpleQueue()
            self._left: tuple[list[_Waiting[T, R]], float] | None = None
            self._turn = threading.Lock()
            self._pid = os.getpid()
            for _ in range(self.threads):
                threading.Thread(target=self._serve_forever, name="r1rewards", daemon=True).start()

    def _serve_forever(self) -> None:
        """One thread gathers at a time; it works its batch off while the next one gathers."""
        while True:
            with self._turn:
                calls = self._next_batch()
            self._serve(calls)

    def _next_batch(self) -> list[_Waiting[T, R]]:
        """What has come, and what comes until the first of it has waited long enough, up to `max_size`."""
        calls, until = self._left or self._queue.get()
        self._left = None
        while len(calls) < self.max_size:
            try:
                more = self._queue.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                break
            if len(calls) + len(more[0]) > self.max_size:
                self._left = more
                break
            calls += more[0]
        return calls

    def _serve(self, calls: list[_Waiting[T, R]]) -> None:
        results = self._results([item for item, _ in calls])
        by_loop: defaultdict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[R], _Result[R]]]]
        by_loop = defaultdict(list)
        for (_, future), result in zip(calls, results, strict=True):
            if isinstance(future, asyncio.Future):
                by_loop[future.get_loop()].append((future, result))
            elif future.set_running_or_notify_cancel():
                _settle(future, result)
        for loop, settled in by_loop.items():  # one wake-up per loop, not one per rollout
            if not loop.is_closed():
                loop.call_soon_threadsafe(_settle_all, settled)

    def _results(self, items: list[T]) -> list[_Result[R]]:
        try:
            return [(result, None) for result in self.work(items)]
        except R1RewardsError as e:
            if len(items) == 1:
                return [(None, e)]
            return [result for item in items for result in self._results([item])]
        except BaseException as e:  # noqa: BLE001 - a caller must never be left waiting: the error is handed to all of them
            return [(None, e)] * len(items)


def _settle(future: Future[R] | asyncio.Future[R], result: _Result[R]) -> None:
    value, error = result
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(value)  # type: ignore[arg-type]


def _settle_all(settled: list[tuple[asyncio.Future[R], _Result[R]]]) -> None:
    for future, result in settled:
        if not future.done():  # its caller may have been cancelled
            _settle(future, result)


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of one `score`."""

    completion: Any
    reference: Any = None
    rewards: RewardSpec = "r1-zero"
    prompt: Any = None
    columns: Mapping[str, Any] = field(default_factory=dict)


async def ascore(
    completion: Any,
    reference: Any = None,
    *,
    rewards: RewardSpec = "r1-zero",
    prompt: Any = None,
    **columns: Any,
) -> Score:
    """`score` for an event loop: concurrent calls share batches of up to 64, and the loop stays free meanwhile.

    Arguments, result and errors: as in `score`; an error reaches the caller whose call is bad, and no other. Rewards
    that compare the rollouts of a prompt (`length`) are a BadCallError.
    """
    check_single(rewards, columns)
    return await CALLS.join(Call(completion, reference, rewards, prompt, columns))


def score_calls(calls: Sequence[Call]) -> list[Score]:
    """The scores of `calls`, those that want the same rewards in one batch.

    Raises BadCallError for a reward that compares the rollouts of a prompt: who shares this batch is chance.
    """
    by_rewards: defaultdict[Any, list[int]] = defaultdict(list)
    for i, call in enumerate(calls):
        by_rewards[_key(call.rewards)].append(i)
    scores: dict[int, Score] = {}
    for rows in by_rewards.values():
        scores.update(zip(rows, _score_alike([calls[i] for i in rows]), strict=True))
    return [scores[i] for i in range(len(calls))]


def _score_alike(calls: Sequence[Call]) -> Scores:
    by_group = [reward.name for reward, _ in resolve(calls[0].rewards) if reward.by_group]
    if by_group:
        raise BadCallError(
            f"{', '.join(by_group)} compares all rollouts of a prompt and cannot score them one at a time: "
            f"use score_batch, or a trainer that hands over whole groups"
        )
    names = {name for call in calls for name in call.columns}
    columns: dict[str, Any] = {name: [call.columns.get(name) for call in calls] for name in names}
    return score_batch(
        [call.completion for call in calls],
        [call.reference for call in calls],
        rewards=calls[0].rewards,
        prompts=[call.prompt for call in calls],
        **columns,
    )


def _key(rewards: RewardSpec) -> Any:
    """Equal for specifications that mean the same; a `Reward` is only the same as itself."""
    if isinstance(rewards, (str, Reward)):
        return rewards if isinstance(rewards, str) else id(rewards)
    if isinstance(rewards, Mapping):
        return tuple((_key(reward), weight) for reward, weight in rewards.items())
    return tuple(_key(reward) for reward in rewards)


CALLS: MicroBatcher[Call, Score] = MicroBatcher(score_calls)
"""The one micro-batcher of this process for single calls."""
