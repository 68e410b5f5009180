"""Many single calls become few batches, and every caller gets its own answer."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from r1rewards import ascore, score
from r1rewards.errors import BadCallError, UnknownRewardError
from r1rewards.microbatch import Call, MicroBatcher, score_calls

GOOD = "<think>so it is</think><answer>four</answer>"


class Recorder:
    """Work that doubles its items and remembers the batches it was given."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    def __call__(self, items: list[int]) -> list[int]:
        self.batches.append(items)
        if any(item < 0 for item in items):
            raise BadCallError("negative")
        if any(item > 10**6 for item in items):
            raise ZeroDivisionError
        return [2 * item for item in items]


def test_concurrent_coroutines_share_batches() -> None:
    work = Recorder()
    batcher = MicroBatcher(work)

    async def run() -> list[int]:
        return list(await asyncio.gather(*(batcher.join(i) for i in range(512))))

    assert asyncio.run(run()) == [2 * i for i in range(512)]
    assert max(map(len, work.batches)) <= 64
    assert len(work.batches) <= 64  # 8 full ones if nothing interferes


def test_threads_share_batches_and_each_gets_its_own_result() -> None:
    work = Recorder()
    batcher = MicroBatcher(work)
    with ThreadPoolExecutor(64) as threads:
        found = list(threads.map(lambda i: batcher.submit(i).result(timeout=30), range(2000)))
    assert found == [2 * i for i in range(2000)]
    assert len(work.batches) < 1000


def test_only_the_caller_with_the_bad_item_sees_its_error() -> None:
    batcher = MicroBatcher(Recorder())

    async def run() -> list[int | BaseException]:
        return await asyncio.gather(*(batcher.join(i) for i in (1, -1, 2)), return_exceptions=True)

    one, bad, two = asyncio.run(run())
    assert (one, two) == (2, 4)
    assert isinstance(bad, BadCallError)


def test_an_unforeseen_error_reaches_every_caller_and_later_batches_work() -> None:
    batcher = MicroBatcher(Recorder())
    with pytest.raises(ZeroDivisionError):
        batcher.submit(10**7).result(timeout=30)
    assert batcher.submit(1).result(timeout=30) == 2


def test_a_cancelled_caller_harms_nobody() -> None:
    started = threading.Event()
    go_on = threading.Event()

    def work(items: list[int]) -> list[int]:
        started.set()
        go_on.wait(30)
        return items

    batcher = MicroBatcher(work)

    async def run() -> int:
        first = asyncio.create_task(batcher.join(1))
        await asyncio.to_thread(started.wait, 30)
        first.cancel()
        second = asyncio.create_task(batcher.join(2))
        await asyncio.sleep(0)
        go_on.set()
        return await second

    assert asyncio.run(run()) == 2


def test_the_event_loop_stays_free_while_a_batch_is_at_work() -> None:
    go_on = threading.Event()

    def work(items: list[int]) -> list[int]:
        go_on.wait(30)
        return items

    batcher = MicroBatcher(work)

    async def run() -> bool:
        task = asyncio.create_task(batcher.join(1))
        for _ in range(100):
            await asyncio.sleep(0)
        free = not task.done()
        go_on.set()
        await task
        return free

    assert asyncio.run(run())


def test_a_slow_batch_does_not_hold_up_the_next() -> None:
    go_on = threading.Event()

    def work(items: list[str]) -> list[str]:
        if "slow" in items:
            go_on.wait(30)
        return items

    batcher = MicroBatcher(work, max_size=1)
    slow = batcher.submit("slow")
    assert batcher.submit("quick").result(timeout=30) == "quick"
    assert not slow.done()
    go_on.set()
    assert slow.result(timeout=30) == "slow"


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_starts_threads_of_its_own() -> None:
    batcher = MicroBatcher(Recorder())
    assert batcher.submit(1).result(timeout=30) == 2
    child = os.fork()
    if child == 0:
        os._exit(0 if batcher.submit(21).result(timeout=30) == 42 else 1)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            break
        time.sleep(0.01)
    else:
        os.kill(child, 9)
        os.waitpid(child, 0)
        pytest.fail("the child hangs")
    assert os.waitstatus_to_exitcode(status) == 0


def test_ascore_is_score() -> None:
    texts = [GOOD, "no tags", "<think></think>", ""]

    async def run() -> list[float | None]:
        scores = await asyncio.gather(*(ascore(text, rewards="format") for text in texts))
        return [s.total for s in scores]

    assert asyncio.run(run()) == [score(text, rewards="format").total for text in texts]


def test_calls_that_want_different_rewards_do_not_mix() -> None:
    calls = [
        Call(GOOD, rewards="format"),
        Call(GOOD, rewards={"format": 3.0}),
        Call(GOOD[7:], rewards=["format"], columns={"prefilled": True}),
        Call(GOOD[7:], rewards="format"),
    ]
    assert [s.total for s in score_calls(calls)] == [1.0, 3.0, 1.0, 0.0]


def test_an_unknown_reward_is_an_error_of_its_caller_alone() -> None:
    async def run() -> list[object]:
        calls = (ascore(GOOD, rewards="format"), ascore(GOOD, rewards="fromat"))
        return list(await asyncio.gather(*calls, return_exceptions=True))

    good, bad = asyncio.run(run())
    assert getattr(good, "total", None) == 1.0
    assert isinstance(bad, UnknownRewardError)


@pytest.mark.parametrize(
    "bad", [{"references": "4"}, {"rewards": 3}, {"rewards": "acuracy"}, {"workers": 2}]
)
def test_a_bad_call_harms_no_call_beside_it(bad: dict[str, object]) -> None:
    async def both() -> list[object]:
        calls = ascore(GOOD, rewards="format"), ascore(GOOD, **bad)  # type: ignore[arg-type]
        return await asyncio.gather(*calls, return_exceptions=True)

    good, error = asyncio.run(both())
    assert good == score(GOOD, rewards="format")
    assert isinstance(error, (BadCallError, UnknownRewardError))
