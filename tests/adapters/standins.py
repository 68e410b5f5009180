"""The parts of trainers that cannot be installed here which an adapter touches, by their documented shape.

Where the real package is installed it is used instead: `test_real_packages` runs in the trainers' own environments.
"""

from __future__ import annotations

import abc
import importlib.util
import sys
import types
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

import pytest

T = TypeVar("T")


@dataclass
class Sample:
    """slime.utils.types.Sample, the fields that a reward reads."""

    prompt: Any = ""
    response: str = ""
    label: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


class TaskData:
    """verifiers.v1 TaskData with a field of the taskset's own."""

    def __init__(self, answer: Any, **more: Any) -> None:
        self._fields = {"idx": 0, "prompt": "?", "answer": answer, **more}
        self.prompt_text = "?"

    def model_dump(self) -> dict[str, Any]:
        return dict(self._fields)


class Trace:
    """verifiers.v1 Trace: assistant messages as pydantic models."""

    def __init__(self, *contents: str, root_reply: str | None = None) -> None:
        self.root_reply = root_reply
        self.assistant_messages = [
            types.SimpleNamespace(
                model_dump=lambda c=c: {
                    "role": "assistant",
                    "content": c,
                    "reasoning_content": None,
                }
            )
            for c in contents
        ]


class EnvironmentReturn(NamedTuple):
    observations: Any
    metadata: Any
    next_stop_strings: Any
    rewards: Any
    terminateds: Any
    answers: Any = None


class EnvironmentInterface(abc.ABC, Generic[T]):
    @abc.abstractmethod
    def step(self, message_log_batch: Any, metadata: Any) -> Any: ...

    @abc.abstractmethod
    def global_post_process_and_metrics(self, batch: Any) -> Any: ...


@dataclass
class RewardOutput:
    reward: float
    metadata: dict[str, Any] = field(default_factory=dict)
    is_correct: bool | None = None


@dataclass
class Signal:
    name: str
    value: float


@dataclass
class EvalOutput:
    reward: float
    is_correct: bool
    signals: list[Signal] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)


class ORM:
    def __init__(self, args: Any = None, **_: Any) -> None:
        self.args = args


class BaseTextEnv:
    def init(self, prompt: Any) -> Any:
        return prompt, {}


class _Values(list[float]):
    def __class_getitem__(cls, _: Any) -> Any:
        return cls


def _tensor(values: Sequence[float], dtype: Any = None) -> Any:
    return _Values(values)


STANDINS: dict[str, dict[str, Any]] = {
    "nemo_rl": {}, "nemo_rl.environments": {},
    "nemo_rl.environments.interfaces": {
        "EnvironmentInterface": EnvironmentInterface, "EnvironmentReturn": EnvironmentReturn,
    },
    "torch": {"tensor": _tensor, "ones": lambda n: [1.0] * n, "float32": "float32"},
    "ray": {"remote": lambda cls: cls},
    "rllm": {}, "rllm.rewards": {}, "rllm.rewards.reward_types": {"RewardOutput": RewardOutput},
    "rllm.eval": {}, "rllm.eval.types": {"EvalOutput": EvalOutput, "Signal": Signal},
    "swift": {}, "swift.rewards": {"ORM": ORM, "orms": {}},
    "skyrl_gym": {}, "skyrl_gym.envs": {},
    "skyrl_gym.envs.base_text_env": {"BaseTextEnv": BaseTextEnv, "BaseTextEnvStepOutput": dict},
}  # fmt: skip
ADAPTERS = ("nemo_rl", "rllm", "swift", "skyrl")


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a stand-in where a trainer is not installed, for one test."""
    missing = {
        top
        for top in {name.split(".")[0] for name in STANDINS}
        if importlib.util.find_spec(top) is None
    }
    for name, content in STANDINS.items():
        if name.split(".")[0] in missing:
            module = types.ModuleType(name)
            module.__dict__.update(content)
            monkeypatch.setitem(sys.modules, name, module)
    for adapter in ADAPTERS:
        monkeypatch.delitem(sys.modules, f"r1rewards.adapters.{adapter}", raising=False)
