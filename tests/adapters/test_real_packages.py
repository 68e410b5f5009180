"""Adapters inside the real packages that can be installed on a CPU: verifiers, skyrl_gym, AReaL, OpenRLHF's executor."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import r1rewards.adapters

pytestmark = [pytest.mark.trainers, pytest.mark.filterwarnings("default")]

RIGHT = "<think>2 + 2</think><answer>\\boxed{4}</answer>"


def installed(name: str) -> None:
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed")


def test_skyrl_gym_makes_and_steps_the_registered_environment() -> None:
    installed("skyrl_gym")
    import skyrl_gym

    skyrl_gym.register(id="r1", entry_point="r1rewards.adapters.skyrl:R1Env")
    extras = {"reward_spec": {"method": "rule", "ground_truth": "4"}, "data_source": "gsm8k"}
    env = skyrl_gym.make("r1", env_config={"rewards": "r1-zero"}, extras=extras)
    env.init([{"role": "user", "content": "2 + 2?"}])
    found = env.step(RIGHT)
    assert (found["reward"], found["done"]) == (2.0, True)
    env.close()


def test_verifiers_scores_a_task_with_our_functions_plugged_in_by_configuration() -> None:
    installed("verifiers")
    from verifiers.v1.configs.agent import AgentConfig
    from verifiers.v1.configs.task import TaskConfig
    from verifiers.v1.graph import MessageNode
    from verifiers.v1.task import Task, TaskData
    from verifiers.v1.trace import AgentInfo, Trace, TraceTask
    from verifiers.v1.types import AssistantMessage, UserMessage

    class Sum(TaskData):
        answer: str

    functions = {
        name: {"fn": f"r1rewards.adapters.verifiers:{name}"} for name in ("accuracy", "format")
    }
    task = Task(Sum(prompt="2 + 2?", answer="4"), TaskConfig.model_validate({"rewards": functions}))
    reply = AssistantMessage(content="<answer>\\boxed{4}</answer>", reasoning_content="2 + 2")
    trace = Trace(
        task=TraceTask(type="Sum", data=task.data),
        agent=AgentInfo(config=AgentConfig.model_construct()),
        nodes=[
            MessageNode(message=UserMessage(content="2 + 2?")),
            MessageNode(parent=0, message=reply, sampled=True),
        ],
    )
    asyncio.run(task.score(trace))
    assert {name: reward.score for name, reward in trace.rewards.items()} == {
        "accuracy": 1.0,
        "format": 1.0,
    }
    assert trace.reward == 2.0


def test_nemo_rls_environment_is_an_actor_class_that_ray_runs_in_another_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `create_env` makes it: by its dotted name, with options, the configuration as its only argument."""
    for name in ("ray", "torch"):
        installed(name)
    import ray

    package = (
        tmp_path / "nemo_rl" / "environments"
    )  # NeMo-RL is installed from source: its interface stands in
    package.mkdir(parents=True)
    (package / "interfaces.py").write_text(
        "from standins import EnvironmentInterface, EnvironmentReturn\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    environment = importlib.import_module("r1rewards.adapters.nemo_rl").R1Environment
    paths = f"{tmp_path}:{Path(__file__).parent}"
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
    try:
        made = environment.options(runtime_env={"env_vars": {"PYTHONPATH": paths}}).remote(
            {"rewards": {"accuracy": 1.0, "format": 0.5}, "options": {"prefilled": True}}
        )
        texts = (RIGHT.removeprefix("<think>"), "\\boxed{5}")
        logs = [
            [{"role": "user", "content": "?"}, {"role": "assistant", "content": t}] for t in texts
        ]
        found = ray.get(made.step.remote(logs, [{"ground_truth": "4"}] * 2), timeout=120)
    finally:
        ray.shutdown()
    assert found.rewards.tolist() == [1.5, 0.0]
    assert found.answers == ["4", None]  # a thought that never ends holds no answer


class _Generator:
    """What AReaL's workflow asks of an inference engine: an answer in tokens."""

    def __init__(self, ids: list[int]) -> None:
        self.ids = ids

    async def agenerate(self, request: Any) -> Any:
        from areal.api import ModelResponse

        size = len(self.ids)
        return ModelResponse(
            input_tokens=list(request.input_ids), output_tokens=self.ids,
            output_logprobs=[0.0] * size, output_versions=[0] * size,
        )  # fmt: skip


def test_areals_workflow_loads_the_dotted_path_and_scores_in_its_process_pool() -> None:
    installed("areal")
    import tiny
    from areal.api.cli_args import GenerationHyperparameters
    from areal.workflow.rlvr import RLVRWorkflow

    tokenizer = tiny.tiny_tokenizer()
    workflow = RLVRWorkflow(
        reward_fn="r1rewards.adapters.areal.reward_fn",
        gconfig=GenerationHyperparameters(max_new_tokens=64), tokenizer=tokenizer,
    )  # fmt: skip
    row = {"messages": [{"role": "user", "content": "2 + 2?"}], "answer": "4", "query_id": "a"}

    async def run(text: str) -> float:
        engine = _Generator(tokenizer(text + "<|im_end|>")["input_ids"])
        return float((await workflow.arun_episode(engine, row))["rewards"])

    texts = (RIGHT, RIGHT.replace("4", "5"), "\\boxed{4}", "")
    assert [asyncio.run(run(text)) for text in texts] == [2.0, 1.0, 1.0, 0.0]


class _Engine:
    """What OpenRLHF's executor asks of vLLM: the token ids of an answer."""

    def __init__(self, ids: list[int]) -> None:
        self.ids = ids

    async def generate(self, *_: Any, **__: Any) -> Any:
        return SimpleNamespace(
            outputs=[SimpleNamespace(token_ids=self.ids, finish_reason="stop", logprobs=None)]
        )


def test_openrlhfs_executor_gets_its_reward_from_our_file() -> None:
    installed("openrlhf")
    agent = pytest.importorskip("openrlhf.utils.agent", exc_type=ImportError)
    import tiny
    import torch

    tokenizer = tiny.tiny_tokenizer()
    prompt = tokenizer.apply_chat_template(
        [{"role": "user", "content": "2 + 2?"}], tokenize=False, add_generation_prompt=True
    )
    path = str(Path(r1rewards.adapters.__file__).parent / "files" / "r1_openrlhf.py")
    executor = agent.SingleTurnAgentExecutor(remote_rm_url=path)
    engine = _Engine(tokenizer(RIGHT + "<|im_end|>")["input_ids"])
    params = SimpleNamespace(max_tokens=64, logprobs=None)
    found = asyncio.run(executor.execute(prompt, "4", params, 256, tokenizer, engine))
    assert torch.tensor([found["reward"]]).shape == (1,)
    assert float(found["reward"]) == 2.0
    assert float(found["scores"]) == 1.0
    assert float(found["extra_logs"]["r1_accuracy"]) == 1.0


def test_openrlhfs_executor_gets_its_reward_from_our_server() -> None:
    installed("openrlhf")
    agent = pytest.importorskip("openrlhf.utils.agent", exc_type=ImportError)
    pytest.importorskip("starlette", exc_type=ImportError)
    import test_http

    server = test_http.Server("-m", "r1rewards", "serve", "--port", "0")
    try:
        executor = agent.SingleTurnAgentExecutor(remote_rm_url=f"{server.url}/get_reward")
        found = asyncio.run(executor._fetch_rewards_via_http(["Q:" + RIGHT], ["Q:"], ["4"]))
    finally:
        server.close()
    assert found[0]["rewards"] == [2.0]
    assert found[0]["scores"] == [1.0]
