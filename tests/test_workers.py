"""Laws of the worker pool: a task ends, its process can be killed, and nobody else notices."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from r1rewards.errors import WorkerDiedError, WorkerError, WorkerTimeoutError
from r1rewards.workers import WorkerPool
from tests.processes import still_running


@pytest.fixture
def pool():
    pool = WorkerPool("math:factorial", cpu_s=0.2)
    yield pool
    pool.close()


def test_a_task_runs_in_another_process() -> None:
    pool = WorkerPool("os:getpid")
    assert pool.run() not in {None, os.getpid()}
    pool.close()


def test_no_process_starts_before_the_first_task(pool: WorkerPool) -> None:
    assert pool.started == 0
    assert pool.run(5) == 120
    assert pool.started == 1


def test_one_long_c_call_is_killed_by_cpu_time_and_the_next_task_is_served(
    pool: WorkerPool,
) -> None:
    with pytest.raises(WorkerTimeoutError):
        pool.run(10**9)
    assert pool.run(4) == 24
    assert pool.started == 2


def test_a_sleeping_task_is_killed_by_the_wall_backstop() -> None:
    pool = WorkerPool("time:sleep", cpu_s=5, wall_s=0.2)
    with pytest.raises(WorkerTimeoutError):
        pool.run(60)
    pool.close()


def test_a_task_that_raises_names_its_error_and_keeps_its_process(pool: WorkerPool) -> None:
    with pytest.raises(WorkerError, match="ValueError"):
        pool.run(-1)
    assert pool.run(3) == 6
    assert pool.started == 1


def test_a_task_that_fills_memory_dies_alone() -> None:
    pool = WorkerPool("builtins:bytearray", memory_mb=256)
    with pytest.raises(WorkerDiedError):
        pool.run(10**10)
    assert pool.run  # and the pool still takes tasks:
    with pytest.raises(WorkerError, match="plain data"):  # a bytearray is not plain data
        pool.run(1)
    pool.close()


def test_a_worker_killed_from_outside_is_replaced() -> None:
    pool = WorkerPool("os:getpid")
    os.kill(pool.run(), signal.SIGKILL)
    time.sleep(0.05)
    with pytest.raises(WorkerDiedError):
        pool.run()
    assert isinstance(pool.run(), int)
    pool.close()


def test_a_target_that_does_not_exist_says_so() -> None:
    pool = WorkerPool("math:no_such_function")
    with pytest.raises(WorkerError, match="no_such_function"):
        pool.run()
    pool.close()


def test_a_worker_is_replaced_after_recycle_tasks() -> None:
    pool = WorkerPool("os:getpid", recycle=2)
    pids = [pool.run() for _ in range(4)]
    pool.close()
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_many_threads_share_a_pool() -> None:
    pool = WorkerPool("math:factorial", size=2)
    found: dict[int, int] = {}
    threads = [
        threading.Thread(target=lambda n=n: found.update({n: pool.run(n)})) for n in range(40)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    pool.close()
    assert found[6] == 720
    assert len(found) == 40
    assert pool.started <= 2


def test_closing_fails_what_is_queued_and_refuses_what_comes_later() -> None:
    pool = WorkerPool("time:sleep")
    futures = [pool.submit(30) for _ in range(3)]
    time.sleep(0.3)
    pool.close()
    for future in futures:
        with pytest.raises(WorkerError):
            future.result(10)
    with pytest.raises(WorkerError, match="closed"):
        pool.submit(1)


_POOL = WorkerPool("math:factorial")


def _in_a_child(replies) -> None:
    replies.put(_POOL.run(5))


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_daemonic_child_has_workers_of_its_own() -> None:
    assert _POOL.run(3) == 6
    context = multiprocessing.get_context("fork")
    replies = context.SimpleQueue()
    child = context.Process(target=_in_a_child, args=(replies,), daemon=True)
    child.start()
    assert replies.get() == 120
    child.join(10)
    assert _POOL.run(4) == 24  # and the parent's still answers


def test_the_users_script_is_not_run_again_and_no_task_outlives_it(tmp_path) -> None:
    script = tmp_path / "train.py"
    script.write_text(
        "from r1rewards.workers import WorkerPool\n"
        "print('main runs')\n"
        "p = WorkerPool('time:sleep', wall_s=600)\n"
        "p.submit(0).result()\n"
        "p.submit(300)\n"
        "import time; time.sleep(0.5)\n"
        "print(*[w.process.pid for w in p._workers], flush=True)\n"
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p) or os.getcwd()},
    )  # fmt: skip
    lines = done.stdout.split()
    assert lines[:2] == ["main", "runs"]
    assert len(lines) == 3
    assert not still_running([int(lines[2])])
