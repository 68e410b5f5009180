"""The server, in process where a test must look inside, and as `r1rewards serve` where it must be killed."""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import math
import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from r1rewards import score_batch
from r1rewards.cli import main

httpx = pytest.importorskip("httpx")
pytest.importorskip("starlette")

from r1rewards.adapters.http import Limits, make_app  # noqa: E402

RIGHT = "<think>2 + 2</think><answer>\\boxed{4}</answer>"
TEXTS = [RIGHT, "\\boxed{5}", "", "\\boxed{4}"]
ROOT = Path(__file__).parents[2]


def ask(app: Any, *requests: tuple[str, str, dict[str, Any]]) -> list[Any]:
    """Send (method, path, options) one after the other; the responses."""

    async def run() -> list[Any]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://r1") as client:
            return [await client.request(method, path, **given) for method, path, given in requests]

    return asyncio.run(run())


def post(app: Any, body: Any, path: str = "/score", **headers: str) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ask(app, ("POST", path, {"content": content, "headers": headers}))[0]


def test_a_batch_is_scored_as_score_batch_scores_it() -> None:
    reply = post(make_app(), {"completions": TEXTS, "references": ["4", "4", "4", None]}).json()
    expected = score_batch(TEXTS, ["4", "4", "4", None])
    assert reply["total"] == [None if math.isnan(t) else t for t in expected.total.tolist()]
    assert reply["rewards"]["accuracy"][:3] == [1.0, 0.0, 0.0]
    assert reply["verdicts"]["accuracy"] == [v.value for v in expected.verdicts[:, 0]]
    assert reply["answers"]["accuracy"][:3] == ["4", "5", None]


def test_rewards_columns_and_one_value_for_all_are_understood() -> None:
    body = {
        "completions": [RIGHT.removeprefix("<think>")] * 2, "references": "4",
        "rewards": {"accuracy": 1.0, "format": 0.5}, "columns": {"prefilled": [True, False]},
    }  # fmt: skip
    assert post(make_app(), body).json()["total"] == [1.5, 1.0]


def test_messages_and_half_surrogates_travel() -> None:
    body = b'{"completions": [[{"role": "assistant", "content": "\\\\boxed{4}"}], "\\ud800 \\\\boxed{\\ud800}"], "references": "4"}'
    reply = post(make_app(), body)
    assert reply.status_code == 200
    assert reply.json()["rewards"]["accuracy"] == [1.0, 0.0]


def test_a_reward_that_compares_groups_sees_one_request_whole() -> None:
    texts = ["\\boxed{4}" + " so" * n for n in (1, 5, 9)]
    given = {"completions": texts, "references": "4", "rewards": "length", "groups": [1, 1, 1]}
    expected = score_batch(texts, "4", rewards="length", groups=[1, 1, 1]).total.tolist()
    assert post(make_app(), given).json()["total"] == pytest.approx(expected)


def test_openrlhf_gets_its_own_shape() -> None:
    query = "<s>user: 2 + 2?\nassistant:" + RIGHT + "<|im_end|>"
    body = {"query": [query], "prompts": ["user: 2 + 2?\nassistant:"], "labels": ["4"]}
    reply = post(make_app(), body, "/get_reward").json()
    assert (reply["rewards"], reply["scores"]) == ([2.0], [1.0])
    assert reply["extra_logs"] == {"r1_accuracy": [1.0], "r1_format": [1.0], "r1_unscored": [0.0]}


def test_a_misspelt_option_stands_in_the_log_of_the_server(
    caplog: pytest.LogCaptureFixture,
) -> None:
    body = {"completions": ["x"], "rewards": "format", "columns": {"prefilleed": True}}
    assert post(make_app(), body).status_code == 200
    assert "did you mean prefilled?" in caplog.text


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "must be a JSON object"),
        ({"completions": "x"}, "must be a list"),
        ({"completions": ["x"], "reference": "4"}, "unknown field reference"),
        ({"completions": ["x"], "references": ["4", "5"]}, "2 values for 1 completions"),
        ({"completions": ["x"], "rewards": "acuracy"}, "no reward named 'acuracy'"),
        ({"completions": ["x"], "rewards": 3}, "named by a str"),
        ({"completions": ["x"], "rewards": [["accuracy"]]}, "named by a str"),
    ],
)
def test_a_bad_call_is_400_and_says_what_to_do(body: Any, says: str) -> None:
    reply = post(make_app(), body)
    assert reply.status_code == 400
    assert says in reply.json()["error"]


def test_without_the_token_nobody_comes_in() -> None:
    app = make_app(token="secret")
    good = {"completions": TEXTS, "references": "4"}
    basic = base64.b64encode(b"r1:secret").decode()
    for header in ("", "Bearer wrong", "Bearer", "Basic !", "secret"):
        assert post(app, good, authorization=header).status_code == 401
    assert post(app, good, authorization="Bearer secret").status_code == 200
    assert post(app, good, authorization=f"Basic {basic}").status_code == 200
    found = ask(app, ("GET", "/metrics", {}), ("GET", "/health", {}))
    assert [reply.status_code for reply in found] == [401, 200]


def test_a_request_that_is_too_large_is_413() -> None:
    app = make_app(limits=Limits(max_body_mb=0.001, max_queue=2))
    assert post(app, {"completions": ["x" * 2000]}).status_code == 413
    assert post(app, {"completions": ["x"] * 3}).status_code == 413

    async def stream() -> Any:
        for _ in range(10):
            yield b"x" * 500

    assert ask(app, ("POST", "/score", {"content": stream()}))[0].status_code == 413


def test_a_full_queue_answers_429_at_once_and_takes_requests_again() -> None:
    app = make_app(limits=Limits(max_queue=2))
    go_on, work = threading.Event(), app.state.server.batcher.work

    def held(requests: Any) -> Any:
        go_on.wait(30)
        return work(requests)

    app.state.server.batcher.work = held

    async def run() -> list[int]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://r1") as client:
            first = asyncio.create_task(client.post("/score", json={"completions": ["a", "b"]}))
            while app.state.server.queued < 2:  # noqa: ASYNC110 - set by the server, not by us
                await asyncio.sleep(0)
            full = await client.post("/score", json={"completions": ["c"]})
            assert full.headers["retry-after"] == "1"
            go_on.set()
            return [full.status_code, (await first).status_code,
                    (await client.post("/score", json={"completions": ["c"]})).status_code]  # fmt: skip

    assert asyncio.run(run()) == [429, 200, 200]
    assert app.state.server.queued == 0


def test_health_and_metrics_tell_of_the_work() -> None:
    app = make_app()
    post(app, {"completions": TEXTS, "references": "4", "rewards": "accuracy"})
    post(app, b"{")
    health, metrics = ask(app, ("GET", "/health", {}), ("GET", "/metrics", {}))
    assert health.json() == {"status": "ok", "queue": 0}
    assert 'r1rewards_requests_total{code="200",path="/score"} 1.0' in metrics.text
    assert 'r1rewards_requests_total{code="400",path="/score"} 1.0' in metrics.text
    assert 'r1rewards_rollouts_total{reward="accuracy",verdict="correct"} 2.0' in metrics.text
    assert "r1rewards_request_seconds_bucket" in metrics.text


SLOW_SERVER = """
import sys, time, pathlib
from r1rewards.registry import register
from r1rewards.reward import Reward
def slow(batch):
    while not pathlib.Path(sys.argv[1]).exists():
        time.sleep(0.01)
    return [1.0] * len(batch)
register(Reward("test/slow", slow))
from r1rewards.cli import main
sys.exit(main(["serve", "--port", "0", "--rewards", "test/slow"]))
"""


class Server:
    """A server process and its address."""

    def __init__(self, *command: str) -> None:
        path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        self.process = subprocess.Popen(
            [sys.executable, *command], stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": path},
        )  # fmt: skip
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        assert "serving on" in line, line + self.process.stderr.read()
        self.url = line.split()[-1]
        url = httpx.URL(self.url)
        socket.create_connection((url.host, url.port)).close()  # who reads the line is let in

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stderr is not None
        self.process.stderr.close()


@pytest.fixture
def slow_server(tmp_path: Path) -> Iterator[tuple[Server, Path]]:
    server = Server("-c", SLOW_SERVER, str(tmp_path / "go"))
    yield server, tmp_path / "go"
    server.close()


def test_sigterm_answers_what_was_accepted_and_takes_no_more(
    slow_server: tuple[Server, Path],
) -> None:
    server, go = slow_server

    async def run() -> list[Any]:
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            asked = [
                asyncio.create_task(client.post("/score", json={"completions": [f"{i}"] * 2}))
                for i in range(8)
            ]
            while (await client.get("/health")).json()["queue"] < 16:  # noqa: ASYNC110 - in another process
                await asyncio.sleep(0.01)
            server.process.send_signal(signal.SIGTERM)
            for _ in range(1000):
                try:
                    async with httpx.AsyncClient(base_url=server.url, timeout=5) as late:
                        await late.get("/health")
                except (httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError):
                    break
                await asyncio.sleep(0.01)
            else:
                pytest.fail("it still takes connections")
            go.touch()
            return list(await asyncio.gather(*asked))

    replies = asyncio.run(run())
    assert [reply.status_code for reply in replies] == [200] * 8
    assert all(reply.json()["total"] == [1.0, 1.0] for reply in replies)
    assert server.process.wait(30) == 0


def test_serving_beyond_this_machine_wants_a_token(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("R1REWARDS_TOKEN", raising=False)
    assert main(["serve", "--host", "0.0.0.0"]) == 2
    assert "--token-file" in capsys.readouterr().err
    (tmp_path / "empty").touch()
    assert main(["serve", "--token-file", str(tmp_path / "empty")]) == 2
    assert "the file is empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--rewards", "acuracy"], "no reward named 'acuracy'"),
        (["--port", "99999"], "from 0 to 65535"),
        (["--max-body-mb", "0"], "above 0"),
        (["--max-body-mb", "nan"], "above 0"),
        (["--max-queue", "0"], "from 1 on"),
        (["--token-file", "/no/such/file"], "cannot be read: No such file"),
    ],
)
def test_a_server_that_could_answer_nothing_does_not_start(
    capsys: pytest.CaptureFixture[str], flags: list[str], message: str
) -> None:
    assert main(["serve", *flags]) == 2
    assert message in capsys.readouterr().err


def test_a_port_in_use_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 2
    assert f"--port {port}: Address already in use; choose another" in capsys.readouterr().err


@pytest.mark.slow
def test_ten_thousand_requests_on_64_connections_each_get_their_own_answer() -> None:
    draw = random.Random(0)
    texts = [
        f"<think>{i} of many</think><answer>\\boxed{{{draw.randrange(9)}}}</answer>"
        for i in range(10_000)
    ]
    golds = [str(draw.randrange(9)) for _ in texts]
    expected = score_batch(texts, golds)
    server = Server("-m", "r1rewards", "serve", "--port", "0")
    url = httpx.URL(server.url)
    wrong: list[int] = []

    def work(first: int) -> None:
        """One connection that stays open. The standard library's client: httpx takes longer than the server."""
        client = http.client.HTTPConnection(url.host, url.port, timeout=60)
        for i in range(first, len(texts), 64):
            body = json.dumps({"completions": [texts[i]], "references": [golds[i]]})
            client.request("POST", "/score", body)
            reply = json.loads(client.getresponse().read())
            answer = expected[i].outcomes["accuracy"].detail["answer"]
            if reply["total"] != [expected.total[i]] or reply["answers"]["accuracy"] != [answer]:
                wrong.append(i)
        client.close()

    try:
        with ThreadPoolExecutor(64) as threads:
            list(threads.map(work, range(64)))
        page = httpx.get(f"{server.url}/metrics").text
        assert 'r1rewards_requests_total{code="200",path="/score"} 10000.0' in page
    finally:
        server.close()
    assert not wrong
