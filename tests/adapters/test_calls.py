"""Each trainer's way of calling: by position or keyword, one at a time, off the main thread, pickled, after a fork."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import json
import multiprocessing
import pickle
import threading
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import standins

import r1rewards.adapters
from r1rewards.adapters.openrlhf import response_of
from r1rewards.errors import BadCallError

RIGHT = "<think>2 + 2</think><answer>\\boxed{4}</answer>"
FOLDER = Path(r1rewards.adapters.__file__).parent / "files"


@pytest.fixture(autouse=True)
def _standins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("R1REWARDS_CONFIG", raising=False)
    standins.install(monkeypatch)


def load_file(trainer: str) -> Any:
    """As OpenRLHF and ms-swift load a user's file: by its path, under a name of their own."""
    spec = importlib.util.spec_from_file_location("reward_func", FOLDER / f"r1_{trainer}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def on_a_thread(function: Any, *args: Any) -> Any:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(function(*args)))
    thread.start()
    thread.join()
    return found[0]


# OpenRLHF.


def test_openrlhf_loads_the_file_and_calls_it_by_position_with_one_query_on_a_thread() -> None:
    reward_func = load_file("openrlhf").reward_func
    prompt = "<|im_start|>user\n2 + 2?<|im_end|>\n<|im_start|>assistant\n"
    found = on_a_thread(reward_func, [prompt + RIGHT + "<|im_end|>"], [prompt], ["4"])
    assert float(found["rewards"][0]) == 2.0
    assert float(found["scores"][0]) == 1.0
    assert {name: float(v[0]) for name, v in found["extra_logs"].items()} == {
        "r1_accuracy": 1.0, "r1_format": 1.0, "r1_unscored": 0.0,
    }  # fmt: skip


def test_openrlhfs_prompt_that_opens_the_thought_is_noticed() -> None:
    reward_func = load_file("openrlhf").reward_func
    prompt = "user: 2 + 2?\nassistant: <think>\n"
    found = reward_func([prompt + RIGHT.removeprefix("<think>")], [prompt], ["4"])
    assert float(found["rewards"][0]) == 2.0


@pytest.mark.parametrize(
    ("query", "prompt"),
    [
        ("Q: 1?\nA: yes", "Q: 1?\nA:"),
        ("<s> Q: 1?\nA: yes", "Q: 1?\nA:"),  # the tokenizer added its first token
        (
            "x" * 90 + "\nA: yes",
            "long ago " + "x" * 100 + "\nA:",
        ),  # a long prompt was cut at its start
    ],
)
def test_the_response_is_found_behind_the_prompt(query: str, prompt: str) -> None:
    assert response_of(query, prompt) == " yes"


def test_a_query_without_its_prompt_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(BadCallError, match="does not contain its prompt"):
        response_of("something else", "Q: 1?\nA:")


# AReaL.


def test_areal_pickles_it_into_a_process_and_calls_it_with_four_positions_and_the_row() -> None:
    from r1rewards.adapters.areal import reward_fn

    row = {"messages": [{"role": "user", "content": "2 + 2?"}], "answer": "4", "query_id": "a"}
    call = partial(reward_fn, "2 + 2?", RIGHT + "<|im_end|>", [1, 2], [3, 4], **row)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(pickle.loads(pickle.dumps(call))).result(60) == 2.0


@pytest.mark.docker
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # a fork beside threads
def test_areals_forked_workers_run_programs_although_their_parent_has_used_the_engine() -> None:
    from r1rewards.adapters.areal import reward_fn

    tests = json.dumps({"type": "stdin", "cases": [{"input": "1 2\n", "output": "3\n"}]})
    texts = [
        f"<think>x</think><answer>\n```python\n{body}\n```\n</answer>"
        for body in ("print(sum(map(int, input().split())))", "print(4)")
    ]
    calls = [partial(reward_fn, "?", text, [1], [2], answer=tests) for text in texts]
    assert [call() for call in calls] == [2.0, 1.0]
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
        assert [f.result(60) for f in [pool.submit(call) for call in calls * 2]] == [2.0, 1.0] * 2


def test_areal_finds_it_by_its_dotted_path() -> None:
    module, name = ["r1rewards.adapters.areal", "reward_fn"]
    assert callable(getattr(importlib.import_module(module), name))


# ms-swift.


def test_swift_registers_classes_that_it_makes_with_args_and_calls_with_texts_and_columns() -> None:
    module = load_file("swift")
    made = {
        name: module.orms[name](args=object())
        for name in ("r1", "r1_accuracy", "r1_format", "r1_language")
    }
    columns = {
        "trainer_state": object(), "solution": ["4", None], "messages": [[], []], "prompt_id": ["a", "a"],
        "is_truncated": [False, False], "rollout_infos": [{}, {}],
    }  # fmt: skip
    assert made["r1_accuracy"]([RIGHT, RIGHT], **columns) == [1.0, None]
    assert made["r1"]([RIGHT], **{**columns, "solution": ["4"], "messages": [[]], "prompt_id": ["a"],
                                  "is_truncated": [False], "rollout_infos": [{}]}) == [2.0]  # fmt: skip
    assert [type(one).__name__ for one in made.values()] == [
        "R1",
        "R1Accuracy",
        "R1Format",
        "R1Language",
    ]


# slime.


def test_slime_awaits_one_sample_or_a_group_and_takes_floats_or_dicts() -> None:
    from r1rewards.adapters.slime import reward

    samples = [
        standins.Sample(response=RIGHT, label=gold, metadata={"rm_type": "x"})
        for gold in ("4", "5")
    ]

    async def run() -> list[Any]:
        plain, keyed = SimpleNamespace(reward_key=None), SimpleNamespace(reward_key="score")
        return [
            await reward(plain, samples[0]), await reward(plain, samples), await reward(keyed, samples[1], evaluation=True),
        ]  # fmt: skip

    one, group, keyed = asyncio.run(run())
    assert (one, group) == (2.0, [2.0, 1.0])
    assert (keyed["score"], keyed["acc"], keyed["pred"]) == (1.0, 0.0, "4")


# verifiers.


def test_verifiers_awaits_functions_that_it_gives_what_their_parameters_name() -> None:
    import inspect

    from r1rewards.adapters import verifiers

    available = {
        "task": standins.TaskData("4"),
        "trace": standins.Trace("let me see", RIGHT),
        "runtime": None,
    }

    async def run(function: Any) -> float:
        return await function(
            **{name: available[name] for name in inspect.signature(function).parameters}
        )

    for function, expected in (
        (verifiers.reward, 2.0),
        (verifiers.accuracy, 1.0),
        (verifiers.format, 1.0),
    ):
        assert asyncio.run(run(function)) == expected


def test_verifiers_reads_the_root_agents_reply_where_there_are_several() -> None:
    from r1rewards.adapters.verifiers import accuracy

    trace = standins.Trace("\\boxed{5}", root_reply=RIGHT)
    assert asyncio.run(accuracy(standins.TaskData("4"), trace)) == 1.0


# SkyRL, NeMo-RL, rLLM.


def test_skyrl_makes_an_environment_with_the_row_and_steps_once() -> None:
    from r1rewards.adapters.skyrl import R1Env

    extras = {
        "reward_spec": {"method": "rule", "ground_truth": "4"},
        "data_source": "gsm8k",
        "max_turns": 1,
    }
    env = R1Env(env_config={"rewards": {"accuracy": 1.0, "format": 0.5}}, extras=extras)
    env.init([{"role": "user", "content": "2 + 2?"}])
    found = on_a_thread(env.step, RIGHT)
    assert (found["reward"], found["done"], found["observations"]) == (1.5, True, [])
    assert found["metadata"]["r1_accuracy_verdict"] == "correct"
    with pytest.raises(BadCallError, match="reward_spec"):
        R1Env(extras={"data_source": "gsm8k"})


def test_nemo_rl_steps_a_batch_of_conversations() -> None:
    from r1rewards.adapters.nemo_rl import R1Environment

    logs = [
        [
            {"role": "user", "content": "2 + 2?"},
            {"role": "assistant", "content": text, "token_ids": [1]},
        ]
        for text in (RIGHT, "no")
    ]
    body = (
        R1Environment
        if isinstance(R1Environment, type)
        else R1Environment.__ray_metadata__.modified_class
    )
    env = body({"num_workers": 2, "rewards": "accuracy"})
    found = env.step(logs, [{"ground_truth": "4"}] * 2)
    assert [float(r) for r in found.rewards] == [1.0, 0.0]
    assert [float(t) for t in found.terminateds] == [1.0, 1.0]
    assert found.answers == ["4", None]
    assert found.next_stop_strings == [None, None]
    again = env.step(logs[:1], [{"ground_truth": "4"}], True)  # as its evaluation does, for cons@k
    assert (again.answers, env.shutdown()) == (["4"], None)


def test_rllm_calls_with_a_task_and_an_action_or_an_episode() -> None:
    from r1rewards.adapters.rllm import R1Evaluator, evaluate, reward_fn

    found = reward_fn({"ground_truth": "4", "data_source": "math"}, SimpleNamespace(action=RIGHT))
    assert (found.reward, found.is_correct) == (2.0, True)
    step = SimpleNamespace(output=None, model_response=RIGHT)
    tools = SimpleNamespace(output=None, model_response="")
    episode = SimpleNamespace(
        artifacts={}, trajectories=[SimpleNamespace(output=None, steps=[step, tools])]
    )
    task = SimpleNamespace(metadata={"ground_truth": "4"}, instruction="2 + 2?")
    judged = evaluate(task, episode)
    assert (judged.reward, judged.is_correct) == (2.0, True)
    assert [(s.name, s.value) for s in judged.signals] == [("accuracy", 1.0), ("format", 1.0)]
    as_class = R1Evaluator().evaluate({"ground_truth": "4", "question": "2 + 2?"}, episode)
    assert (as_class.reward, as_class.is_correct) == (2.0, True)
