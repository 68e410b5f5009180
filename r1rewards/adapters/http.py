"""Scoring over HTTP: one CPU machine with Docker serves trainers that have neither. `r1rewards serve` runs it.

    POST /score       {"completions": [...], "references": [...], "rewards": ..., "columns": {...}}, as `score_batch`
    POST /get_reward  {"query": [...], "prompts": [...], "labels": [...]}, OpenRLHF's remote shape
    GET  /health      200, or 503 while draining
    GET  /metrics     for Prometheus

A request is either refused at once (400 bad call, 401, 413 too large, 429 too busy) or accepted, and then answered.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from r1rewards.adapters.openrlhf import calls_of, reward_columns
from r1rewards.adapters.settings import Settings
from r1rewards.batch import Score, resolve, score_batch, warn_of_misspelt
from r1rewards.errors import BadCallError, MissingExtraError, R1RewardsError
from r1rewards.microbatch import Call, MicroBatcher, score_calls
from r1rewards.registry import may_judge

try:
    import prometheus_client as prometheus
    from starlette.applications import Starlette
    from starlette.requests import ClientDisconnect, Request
    from starlette.responses import Response
    from starlette.routing import Route
except ImportError as e:
    raise MissingExtraError(
        "serving needs the extra `server`: pip install 'r1rewards[server]'"
    ) from e

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Limits:
    """What one server takes on.

    max_body_mb:  a request's body; 16 MB hold 1,000 completions of 16 kB.
    max_queue:    rollouts accepted and not yet answered; the next request is answered 429.
    """

    max_body_mb: float = 16
    max_queue: int = 4096


def make_app(
    *, token: str | None = None, limits: Limits | None = None, settings: Settings | None = None
) -> Starlette:
    """The ASGI application.

    token:    what a client must show as `Authorization: Bearer ...`, or as password in the URL, for clients such as
              OpenRLHF's that send no header of their own. None admits everybody.
    settings: rewards and options of /get_reward, and of /score where the request names no rewards.
    """
    server = _Server(token, limits or Limits(), settings or Settings())
    app = Starlette(
        routes=[
            Route("/score", server.guarded(server.score), methods=["POST"]),
            Route("/get_reward", server.guarded(server.get_reward), methods=["POST"]),
            Route("/metrics", server.metrics_page, methods=["GET"]),
            Route("/health", server.health, methods=["GET"]),
        ]
    )
    app.state.server = server
    return app


class _Refused(Exception):  # noqa: N818 - an answer, not an error
    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers


class _Metrics:
    def __init__(self) -> None:
        self.registry = registry = prometheus.CollectorRegistry()
        self.requests = prometheus.Counter(
            "r1rewards_requests", "Requests answered.", ["path", "code"], registry=registry
        )
        self.rollouts = prometheus.Counter(
            "r1rewards_rollouts", "Rollouts scored.", ["reward", "verdict"], registry=registry
        )
        self.queue = prometheus.Gauge(
            "r1rewards_queue_rollouts", "Rollouts accepted and not yet answered.", registry=registry
        )
        self.seconds = prometheus.Histogram(
            "r1rewards_request_seconds", "Time from request to answer.", registry=registry
        )

    def count(self, scores: Sequence[Score]) -> None:
        for score in scores:
            for name, outcome in score.outcomes.items():
                self.rollouts.labels(name, outcome.verdict.value).inc()


_Endpoint = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


@dataclass(slots=True)
class _Server:
    token: str | None
    limits: Limits
    settings: Settings
    queued: int = 0
    is_draining: bool = False
    metrics: _Metrics = field(default_factory=_Metrics)
    batcher: MicroBatcher[list[Call], list[Score]] = field(
        default_factory=lambda: MicroBatcher(_score_requests)
    )

    def guarded(self, endpoint: _Endpoint) -> Callable[[Request], Awaitable[Response]]:
        """`endpoint` behind the token, the limits and the metrics."""

        async def answer(request: Request) -> Response:
            started = time.perf_counter()
            try:
                self._admit(request)
                response = _json(200, await endpoint(await self._body(request)))
            except _Refused as e:
                response = _json(e.status, {"error": e.message}, e.headers)
            except R1RewardsError as e:
                response = _json(400, {"error": f"{type(e).__name__}: {e}"})
            except ClientDisconnect:
                response = _json(499, {"error": "the client went away while sending"})
            self.metrics.requests.labels(request.url.path, response.status_code).inc()
            self.metrics.seconds.observe(time.perf_counter() - started)
            return response

        return answer

    async def score(self, body: dict[str, Any]) -> dict[str, Any]:
        """Our own shape: what `score_batch` takes, and what it returns, as lists; null where unscored."""
        calls, groups = _calls_of(body, self.settings)
        chosen = resolve(body.get("rewards") or self.settings.rewards)
        alone = groups is not None or any(reward.by_group for reward, _ in chosen)
        with self._queue(len(calls)):
            if alone:
                scores = await asyncio.to_thread(_score_whole, calls, groups)
            else:
                scores = await self.batcher.join(calls) if calls else []
        self.metrics.count(scores)
        return _answer([reward.name for reward, _ in chosen], scores)

    async def get_reward(self, body: dict[str, Any]) -> dict[str, Any]:
        """OpenRLHF's shape: {"query", "prompts", "labels"} -> {"rewards", "scores", "extra_logs"}."""
        query, prompts, labels = (body.get(name) for name in ("query", "prompts", "labels"))
        if not isinstance(query, list) or not isinstance(prompts, list):
            raise BadCallError('give {"query": [...], "prompts": [...], "labels": [...]}')
        labels = labels if isinstance(labels, list) else [labels] * len(query)
        if not len(query) == len(prompts) == len(labels):
            raise BadCallError(
                f"{len(query)} queries, {len(prompts)} prompts and {len(labels)} labels: give as many of each"
            )
        with self._queue(len(query)):
            calls = calls_of(query, prompts, labels, self.settings)
            scores = await self.batcher.join(calls) if calls else []
        self.metrics.count(scores)
        return reward_columns(scores, self.settings)

    async def health(self, _: Request) -> Response:
        """200 while requests are taken, 503 while draining."""
        status = "draining" if self.is_draining else "ok"
        return _json(503 if self.is_draining else 200, {"status": status, "queue": self.queued})

    async def metrics_page(self, request: Request) -> Response:
        """The Prometheus text format; behind the token like everything that tells of the work done."""
        try:
            self._admit(request, for_work=False)
        except _Refused as e:
            return _json(e.status, {"error": e.message}, e.headers)
        return Response(
            prometheus.generate_latest(self.metrics.registry),
            media_type=prometheus.CONTENT_TYPE_LATEST,
        )

    def _admit(self, request: Request, *, for_work: bool = True) -> None:
        if self.token is not None and not _shows(request, self.token):
            raise _Refused(
                401,
                "wrong or missing token",
                **{"WWW-Authenticate": 'Bearer, Basic realm="r1rewards"'},
            )
        if for_work and self.queued >= self.limits.max_queue:
            raise self._too_busy()

    async def _body(self, request: Request) -> dict[str, Any]:
        allowed = int(self.limits.max_body_mb * 1_000_000)
        too_large = _Refused(
            413, f"a request may have {self.limits.max_body_mb:g} MB: send fewer rollouts at a time"
        )
        length = request.headers.get("content-length", "0")
        if length.isdigit() and int(length) > allowed:
            raise too_large
        parts, size = [], 0
        async for part in request.stream():
            size += len(part)
            if size > allowed:
                raise too_large
            parts.append(part)
        try:
            body = json.loads(b"".join(parts))
        except (ValueError, RecursionError) as e:
            raise _Refused(400, f"the body is not JSON: {e}") from e
        if not isinstance(body, dict):
            raise _Refused(400, "the body must be a JSON object")
        return body

    def _queue(self, size: int) -> _Place:
        """A place for `size` rollouts, given back at the end of the `with` block; refused where there is none."""
        if size > self.limits.max_queue:
            raise _Refused(
                413, f"a request may have {self.limits.max_queue} rollouts, this one has {size}"
            )
        if self.queued + size > self.limits.max_queue:
            raise self._too_busy()
        return _Place(self, size)

    def _too_busy(self) -> _Refused:
        return _Refused(
            429, f"{self.queued} rollouts are waiting; try again", **{"Retry-After": "1"}
        )


@dataclass(slots=True)
class _Place:
    server: _Server
    size: int

    def __enter__(self) -> None:
        self.server.queued += self.size
        self.server.metrics.queue.set(self.server.queued)

    def __exit__(self, *_: object) -> None:
        self.server.queued -= self.size
        self.server.metrics.queue.set(self.server.queued)


def _score_requests(requests: list[list[Call]]) -> list[list[Score]]:
    """The rollouts of several requests in one go."""
    scores = iter(score_calls([call for calls in requests for call in calls]))
    return [[next(scores) for _ in calls] for calls in requests]


def _score_whole(calls: Sequence[Call], groups: Any) -> list[Score]:
    """One request by itself: its rollouts are compared with each other and with no others."""
    names = {name for call in calls for name in call.columns}
    columns: dict[str, Any] = {name: [call.columns[name] for call in calls] for name in names}
    return list(
        score_batch(
            [call.completion for call in calls],
            [call.reference for call in calls],
            rewards=calls[0].rewards if calls else "r1-zero",
            prompts=[call.prompt for call in calls],
            groups=groups,
            **columns,
        )
    )


_FIELDS = ("completions", "references", "rewards", "prompts", "groups", "columns")


def _calls_of(body: Mapping[str, Any], settings: Settings) -> tuple[list[Call], list[Any] | None]:
    """The rollouts of a request, and its groups. Raises BadCallError for a body of another shape."""
    unknown = sorted(set(body) - set(_FIELDS))
    if unknown:
        raise BadCallError(
            f"unknown field {', '.join(unknown)}; known: {', '.join(_FIELDS)}. Options and dataset columns stand in "
            f"`columns`."
        )
    completions, columns = body.get("completions"), body.get("columns") or {}
    if not isinstance(completions, list) or not isinstance(columns, dict):
        raise BadCallError("`completions` must be a list, `columns` an object")
    size = len(completions)
    spread = {k: _spread(k, v, size) for k, v in settings.columns(columns, is_data=False).items()}
    references, prompts, groups = (
        _spread(name, body.get(name), size) for name in ("references", "prompts", "groups")
    )
    rewards = body.get("rewards") or settings.rewards
    warn_of_misspelt(columns, resolve(rewards))
    calls = [
        Call(text, references[i], rewards, prompts[i], {k: v[i] for k, v in spread.items()})
        for i, text in enumerate(completions)
    ]
    return calls, None if body.get("groups") is None else groups


def _spread(name: str, value: Any, size: int) -> list[Any]:
    """One value for all, or a list with one for each, as `score_batch` has it."""
    if not isinstance(value, list):
        return [value] * size
    if len(value) != size:
        raise BadCallError(f"{name}: {len(value)} values for {size} completions")
    return value


def _answer(names: Sequence[str], scores: Sequence[Score]) -> dict[str, Any]:
    return {
        "total": [score.total for score in scores],
        "rewards": {name: [score.rewards[name] for score in scores] for name in names},
        "verdicts": {
            name: [score.outcomes[name].verdict.value for score in scores] for name in names
        },
        "answers": {
            name: [
                score.outcomes[name].detail.get("answer") if may_judge(name) else None
                for score in scores
            ]
            for name in names
        },
    }


def _shows(request: Request, token: str) -> bool:
    """True where the request carries the token, as bearer or as the password of basic authentication."""
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return False
    elif kind.lower() != "bearer":
        return False
    return hmac.compare_digest(given.strip().encode(), token.encode())


def _json(status: int, content: Any, headers: Mapping[str, str] | None = None) -> Response:
    """ASCII JSON: a completion may hold half of a surrogate pair, which UTF-8 cannot."""
    text = json.dumps(content, default=str, allow_nan=False)
    return Response(
        text, status, media_type="application/json", headers=dict(headers) if headers else None
    )
