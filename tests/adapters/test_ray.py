"""A real Ray cluster of this machine, two actors, one of them killed while it works."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from r1rewards import score_batch
from r1rewards.adapters.ray import RayScorer
from r1rewards.errors import BadCallError, MissingExtraError
from r1rewards.verdicts import Verdict

ROOT = str(Path(__file__).parents[2])
needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="ray is not installed"
)


def rollouts(size: int, length: int = 40) -> tuple[list[str], list[str]]:
    """Long thoughts and short answers, one in three wrong."""
    thought = "We add the numbers one after the other and look at what comes out. " * length
    texts = [f"<think>{i}: {thought}</think><answer>\\boxed{{{i}}}</answer>" for i in range(size)]
    return texts, [str(i + (i % 3 == 0)) for i in range(size)]


@pytest.mark.skipif(importlib.util.find_spec("ray") is not None, reason="ray is installed")
def test_without_ray_the_error_says_what_to_install() -> None:
    with pytest.raises(MissingExtraError, match="r1rewards\\[ray\\]"):
        RayScorer()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    ray = pytest.importorskip("ray")
    ray.init(
        num_cpus=2, include_dashboard=False, log_to_driver=False, runtime_env={"env_vars": {"PYTHONPATH": ROOT}},
        _metrics_export_port=None,
    )  # fmt: skip
    yield ray
    ray.shutdown()


pytestmark = [pytest.mark.filterwarnings("default")]


@needs_ray
@pytest.mark.trainers
def test_it_never_starts_a_cluster() -> None:
    import ray

    assert not ray.is_initialized()
    with pytest.raises(BadCallError, match="not connected to Ray"):
        RayScorer()
    assert not ray.is_initialized()


@needs_ray
@pytest.mark.trainers
def test_a_batch_over_two_actors_is_the_batch_of_one_process(cluster: Any) -> None:
    texts, golds = rollouts(1000)
    with RayScorer(2) as scorer:
        found = scorer.score_batch(texts, golds, rewards="r1", language="en")
        assert scorer.size == 2
        assert scorer.replaced == 0
    expected = score_batch(texts, golds, rewards="r1", language="en")
    np.testing.assert_array_equal(found.rewards, expected.rewards)
    np.testing.assert_array_equal(found.verdict_codes, expected.verdict_codes)
    assert found[3].outcomes["accuracy"] == expected[3].outcomes["accuracy"]


@needs_ray
@pytest.mark.trainers
def test_the_shards_of_an_actor_killed_at_work_are_scored_once_more_and_in_order(
    cluster: Any,
) -> None:
    texts, golds = rollouts(4000)
    with RayScorer(2) as scorer:
        scorer.score_batch(
            texts[:256], golds[:256], rewards="r1", language="en"
        )  # both have started
        pids = cluster.get([actor.pid.remote() for actor in scorer._actors])
        submit, sent = scorer.submit, []

        def and_kill(*task: Any) -> Any:
            future = submit(*task)
            sent.append(len(task[1]["completions"]))
            if len(sent) == 8:  # all shards are out, half of them with this actor
                os.kill(pids[0], signal.SIGKILL)
            return future

        scorer.submit = and_kill  # type: ignore[method-assign]
        found = scorer.score_batch(texts, golds, rewards="r1", language="en")
        assert scorer.replaced == 1
    assert sent[:8] == [500] * 8
    assert 1 <= len(sent) - 8 <= 4  # what had been with the dead one, once more, and nothing else
    expected = score_batch(texts, golds, rewards="r1", language="en")
    np.testing.assert_array_equal(found.rewards, expected.rewards)


@needs_ray
@pytest.mark.trainers
def test_a_shard_that_kills_every_actor_is_unscored_and_says_why(cluster: Any) -> None:
    texts, golds = rollouts(64)
    with RayScorer(1) as scorer:
        submit = scorer.submit

        def and_kill(*task: Any) -> Any:
            future = submit(*task)
            cluster.kill(scorer._actors[0])
            return future

        scorer.submit = and_kill  # type: ignore[method-assign]
        found = scorer.score_batch(texts, golds, rewards="format")
    assert np.isnan(found.total).all()
    assert found[0].outcomes["format"].verdict is Verdict.REWARD_ERROR
    assert "Ray actor" in found[0].outcomes["format"].detail["error"]


@needs_ray
@pytest.mark.trainers
def test_check_spreads_a_file_over_the_cluster(cluster: Any, tmp_path: Path) -> None:
    import json

    texts, golds = rollouts(300, length=2)
    rows = [json.dumps({"completion": t, "answer": g}) for t, g in zip(texts, golds, strict=True)]
    (tmp_path / "rows.jsonl").write_text("\n".join(rows))
    base = [sys.executable, "-m", "r1rewards", "check", str(tmp_path / "rows.jsonl"), "--json"]
    env = {
        **os.environ,
        "PYTHONPATH": ROOT,
        "RAY_ADDRESS": cluster.get_runtime_context().gcs_address,
    }
    local, spread = (
        subprocess.run(
            [*base, *more], capture_output=True, text=True, check=True, env=env, timeout=300
        ).stdout
        for more in ([], ["--ray"])
    )
    a, b = json.loads(local), json.loads(spread)
    for summary in (a, b):
        for key in [k for k in summary if "second" in k or k.endswith("_s") or "time" in k]:
            del summary[key]
    assert a == b
