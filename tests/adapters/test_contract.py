"""The same 200 rollouts down every road give what `score_batch` gives."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import standins

from r1rewards import ascore, score_batch

WEIGHTS = {"accuracy": 1.0, "format": 0.5, "language": 0.25}
ENGLISH = "We add the numbers one after the other and look at what comes out in the end."
CHINESE = "我们把这些数字一个接一个地加起来，然后看看最后的结果是什么。"


def rollouts() -> list[dict[str, Any]]:
    """200: mathematics right and wrong, laid out well and badly, in two languages, and rows that are bad in every way."""
    rows: list[dict[str, Any]] = []
    for i in range(160):
        thought = ENGLISH if i % 3 else CHINESE
        answer = str(i) if i % 2 else f"\\frac{{{2 * i}}}{{2}}"
        text = f"<think>{thought}</think><answer>\\boxed{{{answer}}}</answer>"
        if i % 5 == 0:
            text = f"{thought} \\boxed{{{answer}}}"
        rows.append({"completion": text, "answer": str(i + i % 4 // 3)})
    bad = [
        "",
        " ",
        "\\boxed{",
        "<think>",
        "</think>",
        "\\boxed{}",
        "\\boxed{\\frac{1}",
        "\x00",
        "<answer></answer>",
        "é" * 999,
    ]
    rows += [{"completion": text, "answer": "4"} for text in bad * 3]
    rows += [{"completion": "\\boxed{4}", "answer": None} for _ in range(10)]
    return rows


ROWS = rollouts()
Road = Callable[[list[dict[str, Any]]], list[float]]


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The settings that trainers without arguments read."""
    weights = ", ".join(f"{name} = {weight}" for name, weight in WEIGHTS.items())
    (tmp_path / "r1.toml").write_text(f'rewards = {{ {weights} }}\n[options]\nlanguage = "en"\n')
    monkeypatch.setenv("R1REWARDS_CONFIG", str(tmp_path / "r1.toml"))
    standins.install(monkeypatch)
    return iter([None])


def trl(rows: list[dict[str, Any]]) -> list[float]:
    from r1rewards.adapters.trl import make_reward

    function = make_reward(WEIGHTS, on_unscorable="zero")
    return function(
        prompts=[[{"role": "user", "content": "?"}]] * len(rows),
        completions=[[{"role": "assistant", "content": r["completion"]}] for r in rows],
        completion_ids=[[1]] * len(rows), answer=[r["answer"] for r in rows], language=["en"] * len(rows),
    )  # fmt: skip


def verl(rows: list[dict[str, Any]]) -> list[float]:
    from r1rewards.adapters.verl import compute_score

    return [
        compute_score(
            data_source="d", solution_str=r["completion"], ground_truth=r["answer"], extra_info={}
        )["score"]
        for r in rows
    ]


def verl_batch(rows: list[dict[str, Any]]) -> list[float]:
    from r1rewards.adapters.verl import compute_score_batch

    found = compute_score_batch(
        ["d"] * len(rows),
        [r["completion"] for r in rows],
        [r["answer"] for r in rows],
        [{}] * len(rows),
    )
    return [row["score"] for row in found]


def openrlhf(rows: list[dict[str, Any]]) -> list[float]:
    from r1rewards.adapters.openrlhf import reward_func

    prompt = "user: ?\nassistant:\n"
    found = [
        reward_func([prompt + r["completion"] + "<|im_end|>"], [prompt], [r["answer"]])
        for r in rows
    ]
    return [float(one["rewards"][0]) for one in found]


def swift(rows: list[dict[str, Any]]) -> list[float]:
    from r1rewards.adapters.swift import R1

    found = R1(args=None)(
        [r["completion"] for r in rows], answer=[r["answer"] for r in rows], trainer_state=object(),
        messages=[[{"role": "user", "content": "?"}]] * len(rows), prompt_id=["p"] * len(rows),
    )  # fmt: skip
    return [number or 0.0 for number in found]


def areal(rows: list[dict[str, Any]]) -> list[float]:
    from r1rewards.adapters.areal import reward_fn

    return [
        reward_fn("?", r["completion"] + "<|im_end|>", [1], [2], answer=r["answer"], messages=[{"role": "user", "content": "?"}])
        for r in rows
    ]  # fmt: skip


def slime(rows: list[dict[str, Any]]) -> list[float]:
    from r1rewards.adapters.slime import reward

    samples = [
        standins.Sample(response=r["completion"], label=r["answer"], prompt="?") for r in rows
    ]
    return asyncio.run(reward(SimpleNamespace(reward_key=None), samples))


def slime_one_by_one(rows: list[dict[str, Any]]) -> list[float]:
    from r1rewards.adapters.slime import reward

    samples = [
        standins.Sample(response=r["completion"], label=r["answer"], prompt="?") for r in rows
    ]

    async def run() -> list[Any]:
        args = SimpleNamespace(reward_key="score")
        return list(await asyncio.gather(*(reward(args, sample) for sample in samples)))

    return [one["score"] for one in asyncio.run(run())]


def verifiers(rows: list[dict[str, Any]]) -> list[float]:
    from r1rewards.adapters.verifiers import reward

    async def run() -> list[float]:
        calls = (
            reward(task=standins.TaskData(r["answer"]), trace=standins.Trace(r["completion"]))
            for r in rows
        )
        return list(await asyncio.gather(*calls))

    return asyncio.run(run())


def verifiers_rubric(rows: list[dict[str, Any]]) -> list[float]:
    from r1rewards.adapters.verifiers import rubric_reward

    async def run() -> list[float]:
        said = [[{"role": "assistant", "content": r["completion"]}] for r in rows]
        calls = (
            rubric_reward(prompt="?", completion=c, answer=r["answer"], state={})
            for c, r in zip(said, rows, strict=True)
        )
        return list(await asyncio.gather(*calls))  # fmt: skip

    return asyncio.run(run())


def skyrl(rows: list[dict[str, Any]]) -> list[float]:
    from r1rewards.adapters.skyrl import R1Env

    def one(row: dict[str, Any]) -> float:
        env = R1Env(
            env_config={},
            extras={"reward_spec": {"ground_truth": row["answer"]}, "data_source": "d"},
        )
        env.init([{"role": "user", "content": "?"}])
        return env.step(row["completion"])["reward"]

    return [one(row) for row in rows]


def nemo_rl(rows: list[dict[str, Any]]) -> list[float]:
    from r1rewards.adapters.nemo_rl import R1EnvironmentBody

    logs = [
        [{"role": "user", "content": "?"}, {"role": "assistant", "content": r["completion"]}]
        for r in rows
    ]
    found = R1EnvironmentBody({"num_workers": 8}).step(
        logs, [{"ground_truth": r["answer"]} for r in rows]
    )
    return list(found.rewards)


def rllm(rows: list[dict[str, Any]]) -> list[float]:
    from r1rewards.adapters.rllm import reward_fn

    return [
        reward_fn({"ground_truth": r["answer"], "data_source": "d"}, r["completion"]).reward
        for r in rows
    ]


def rllm_evaluate(rows: list[dict[str, Any]]) -> list[float]:
    from r1rewards.adapters.rllm import evaluate

    def episode(text: str) -> Any:
        return SimpleNamespace(artifacts={}, trajectories=[SimpleNamespace(output=text, steps=[])])

    tasks = [SimpleNamespace(metadata={"ground_truth": r["answer"]}, instruction="?") for r in rows]
    return [
        evaluate(task, episode(r["completion"])).reward for task, r in zip(tasks, rows, strict=True)
    ]


def http(rows: list[dict[str, Any]]) -> list[float]:
    httpx = pytest.importorskip("httpx")
    from r1rewards.adapters.http import make_app

    body = {
        "completions": [r["completion"] for r in rows], "references": [r["answer"] for r in rows],
        "rewards": WEIGHTS, "columns": {"language": "en"},
    }  # fmt: skip

    async def run() -> Any:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(make_app()), base_url="http://r1"
        ) as client:
            return (await client.post("/score", content=json.dumps(body))).json()

    return [number or 0.0 for number in asyncio.run(run())["total"]]


def coroutines(rows: list[dict[str, Any]]) -> list[float]:
    async def run() -> list[Any]:
        calls = (ascore(r["completion"], r["answer"], rewards=WEIGHTS, language="en") for r in rows)
        return list(await asyncio.gather(*calls))

    return [one.total or 0.0 for one in asyncio.run(run())]


ROADS: list[Road] = [
    trl, verl, verl_batch, openrlhf, swift, areal, slime, slime_one_by_one, verifiers, verifiers_rubric, skyrl, nemo_rl,
    rllm, rllm_evaluate, http, coroutines,
]  # fmt: skip


def expected(rows: list[dict[str, Any]]) -> list[float]:
    found = score_batch(
        [r["completion"] for r in rows], [r["answer"] for r in rows], rewards=WEIGHTS, language="en"
    ).total.tolist()
    return [0.0 if math.isnan(total) else total for total in found]


def test_the_rollouts_differ_enough_to_tell_roads_apart() -> None:
    assert len(ROWS) == 200
    assert len(set(expected(ROWS))) >= 4


@pytest.mark.parametrize("road", ROADS, ids=lambda road: road.__name__)
def test_every_road_leads_to_score_batch(road: Road) -> None:
    assert [float(number) for number in road(ROWS)] == pytest.approx(expected(ROWS))


def with_programs() -> list[dict[str, Any]]:
    """The 200 with every fourth of the mathematics replaced by a program: right, wrong, half right, broken or absent."""
    cases = [{"input": "1 2\n", "output": "3\n"}, {"input": "5 5\n", "output": "10\n"}]
    bodies = ["print(sum(map(int, input().split())))", "print(3)", "print(", "1/0", ""]
    rows = list(ROWS)
    for i in range(0, 160, 4):
        body = f"{bodies[i // 4 % 5]}\n# {i}"
        text = f"<think>{ENGLISH}</think><answer>\n```python\n{body}\n```\n</answer>"
        rows[i] = {"completion": text, "answer": json.dumps({"type": "stdin", "cases": cases})}
    return rows


@pytest.mark.docker
@pytest.mark.parametrize("road", ROADS, ids=lambda road: road.__name__)
def test_every_road_leads_to_score_batch_with_programs_among_the_rollouts(road: Road) -> None:
    rows = with_programs()
    found = expected(rows)
    assert len(rows) == 200
    assert len(set(found[:160:4])) == 2  # all or nothing: accuracy's programs pass or fail
    assert [float(number) for number in road(rows)] == pytest.approx(found)
