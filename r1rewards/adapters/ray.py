"""A batch over the CPUs of a Ray cluster that is there already, such as verl's and OpenRLHF's.

    scorer = RayScorer()                                   # attaches to the Ray of this process
    scores = scorer.score_batch(completions, references)   # arguments and result are those of `score_batch`

Shards of at least 64 rollouts travel, not single ones, and arrays come back. Actors keep worker processes of their own
for symbolic mathematics. An actor that dies is replaced and its shard scored again, once; rows keep their order. What
stays with the caller is what stays there with local workers, too: rewards that look at whole groups, rewards registered
for this process only, and programs, which run in the containers of the caller's machine.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from r1rewards.batch import Scores, score_batch
from r1rewards.errors import BadCallError, MissingExtraError, WorkerError
from r1rewards.shards import score_shard

if TYPE_CHECKING:
    from typing_extensions import Self


class _Actor:
    """What runs on the cluster."""

    def score(self, named: Any, columns: Any) -> Any:
        return score_shard(named, columns)

    def pid(self) -> int:
        return os.getpid()


class RayScorer:
    """A pool of Ray actors; stands for `workers` in `score_batch(..., workers=scorer)`.

    num_actors: by default one for each CPU of the cluster.
    num_cpus:   what an actor reserves. A half by default: actors that reserve every CPU leave none for the trainer's
                own tasks, which then wait for ever.
    address:    of a cluster to attach to ("auto" finds the local one) where this process has not called `ray.init`.
                No cluster is ever started.
    """

    def __init__(
        self, num_actors: int | None = None, *, num_cpus: float = 0.5, address: str | None = None
    ) -> None:
        self._ray = _attached(address)
        cpus = int(self._ray.cluster_resources().get("CPU", 1))
        self.size = max(1, cpus if num_actors is None else num_actors)
        self.replaced = 0
        self._class = self._ray.remote(_Actor).options(
            num_cpus=num_cpus, scheduling_strategy="SPREAD"
        )
        self._lock = threading.Lock()
        self._actors: list[Any] = [None] * self.size
        self._waiting = [0] * self.size

    def score_batch(self, completions: Any, references: Any = None, **given: Any) -> Scores:
        """`score_batch` with the work spread over the actors."""
        return score_batch(completions, references, workers=self, **given)

    def submit(self, *task: Any) -> Future[Any]:
        """Have an actor score a shard; raises WorkerError, through the future, where the actor died."""
        with self._lock:
            i = min(range(self.size), key=self._waiting.__getitem__)
            self._waiting[i] += 1
            if self._actors[i] is None:
                self._actors[i] = self._class.remote()
            actor = self._actors[i]
        outer: Future[Any] = Future()
        inner = actor.score.remote(*task).future()
        inner.add_done_callback(lambda done: self._settle(i, actor, done, outer))
        return outer

    def _settle(self, i: int, actor: Any, inner: Future[Any], outer: Future[Any]) -> None:
        error = inner.exception()
        with self._lock:
            self._waiting[i] -= 1
            if isinstance(error, self._ray.exceptions.RayActorError) and self._actors[i] is actor:
                self._actors[i] = None  # the next shard for this place starts another
                self.replaced += 1
        if not outer.set_running_or_notify_cancel():
            return
        if error is None:
            outer.set_result(inner.result())
        elif isinstance(error, self._ray.exceptions.RayError):
            outer.set_exception(WorkerError(f"a Ray actor failed: {error}"))
        else:
            outer.set_exception(error)

    def close(self) -> None:
        """End the actors; the cluster goes on."""
        with self._lock:
            actors, self._actors = self._actors, [None] * self.size
        for actor in actors:
            if actor is not None:
                self._ray.kill(actor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _attached(address: str | None) -> Any:
    """Ray, connected. Raises BadCallError where that would mean to start a cluster."""
    try:
        import ray
    except ImportError as e:
        raise MissingExtraError(
            "spreading over Ray needs the extra `ray`: pip install 'r1rewards[ray]'"
        ) from e
    if not ray.is_initialized():
        if address is None:
            raise BadCallError(
                'this process is not connected to Ray: call ray.init(...) first, or give address="auto" to attach to '
                "a cluster that is running"
            )
        try:
            ray.init(address=address, log_to_driver=False)
        except ConnectionError as e:
            raise BadCallError(f"address={address!r}: no Ray cluster is running there: {e}") from e
    return ray
