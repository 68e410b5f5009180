"""Several processes give what one gives, in order and to the bit; a worker that dies costs nothing but time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from r1rewards import Reward, Verdict, get_reward, score_batch, shards
from r1rewards.errors import BadCallError
from tests.processes import still_running

EXAMPLES = Path(__file__).parent.parent / "examples" / "rollouts.jsonl"
ROWS = [json.loads(line) for line in EXAMPLES.read_text(encoding="utf-8").splitlines()]
TEXTS, GOLDS = [r["completion"] for r in ROWS], [r["answer"] for r in ROWS]


def test_two_workers_equal_one_process_to_the_bit() -> None:
    here = score_batch(TEXTS, GOLDS)
    away = score_batch(TEXTS, GOLDS, workers=2)
    assert np.array_equal(here.rewards, away.rewards)
    assert np.array_equal(here.total, away.total)
    assert np.array_equal(here.verdict_codes, away.verdict_codes)
    assert away[3].outcomes["accuracy"].detail == here[3].outcomes["accuracy"].detail


def test_columns_and_fixed_options_reach_the_workers() -> None:
    prefilled = [text.removeprefix("<think>") for text in TEXTS]
    here = score_batch(prefilled, GOLDS, prefilled=True)
    away = score_batch(prefilled, GOLDS, prefilled=True, workers=2)
    fixed = score_batch(prefilled, rewards=get_reward("format", prefilled=True), workers=2)
    assert here.part("format").sum() > 100
    assert np.array_equal(here.rewards, away.rewards)
    assert np.array_equal(here.part("format"), fixed.part("format"))


def test_a_reward_of_this_process_only_is_scored_here() -> None:
    pids: set[int] = set()

    def mark(batch):
        pids.add(os.getpid())
        return [1.0] * len(batch)

    scores = score_batch(TEXTS, GOLDS, rewards=["format", Reward("test/mark", mark)], workers=2)
    assert pids == {os.getpid()}
    assert (scores.part("test/mark") == 1).all()


def test_a_killed_worker_costs_time_and_no_reward() -> None:
    expected = score_batch(TEXTS, GOLDS)
    score_batch(TEXTS[:64], GOLDS[:64], workers=2)  # the workers are up
    pool = shards._pools[2]
    for worker in list(pool._workers):
        os.kill(worker.process.pid, signal.SIGKILL)
    assert np.array_equal(score_batch(TEXTS, GOLDS, workers=2).rewards, expected.rewards)


def test_the_deadline_holds_for_workers_too() -> None:
    long = ["<think>" + "the answer is here " * 20_000 + "</think>x"] * 600
    begin = time.monotonic()
    scores = score_batch(long, "4", rewards="repetition", workers=2, deadline_s=0.4)
    assert time.monotonic() - begin < 10
    late = np.isnan(scores.total)
    assert late.any()
    assert scores[int(np.flatnonzero(late)[0])].outcomes["repetition"].verdict is Verdict.DEADLINE


@pytest.mark.parametrize("workers", [-1, "two", 1.5])
def test_a_number_of_workers_that_is_none_is_a_bad_call(workers) -> None:
    with pytest.raises(BadCallError, match="workers"):
        score_batch(["a"], "4", workers=workers)


def test_a_bad_call_in_a_worker_is_a_bad_call_here() -> None:
    with pytest.raises(BadCallError, match="style"):
        score_batch(TEXTS, rewards="format", style="no such style", workers=2)


def test_ctrl_c_leaves_no_worker_behind(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(
        "import signal\n"
        # Ignored, and Python then leaves it so, where the tests run in the background of a script.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from r1rewards import score_batch, shards\n"
        "score_batch(['a'] * 200, '4', workers=2)\n"
        "print(*[w.process.pid for w in shards._pools[2]._workers], flush=True)\n"
        "while True: score_batch(['<think>a</think>\\\\boxed{4}'] * 2000, '4', workers=2)\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([*[p for p in sys.path if p], os.getcwd()])}
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=env,
    )
    pids = [int(pid) for pid in process.stdout.readline().split()]
    assert pids
    process.send_signal(signal.SIGINT)
    process.wait(20)
    process.stdout.close()
    assert not still_running(pids)
