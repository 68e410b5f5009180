"""Other verifiers of boxed answers, as functions of (completion, reference) -> bool or None. Absent ones are left out."""

from __future__ import annotations

import logging
from collections.abc import Callable

Verify = Callable[[str, str], "bool | None"]


def peers() -> dict[str, Verify]:
    """Name with version -> the peer's own verdict, with its library defaults."""
    logging.disable(logging.CRITICAL)  # both log every text that they cannot parse
    found: dict[str, Verify] = {}
    for make in (_math_verify, _trl):
        try:
            name, verify = make()
        except ImportError as e:
            print(f"not measured: {make.__name__[1:]} ({e})")
        else:
            found[name] = verify
    return found


def _math_verify() -> tuple[str, Verify]:
    from importlib.metadata import version

    from math_verify import parse, verify

    def judge(completion: str, reference: str) -> bool:
        gold = parse(f"\\boxed{{{reference}}}")
        return bool(verify(gold, parse(completion)))

    return f"math-verify {version('math-verify')}", judge


def _trl() -> tuple[str, Verify]:
    from importlib.metadata import version

    from trl.rewards import accuracy_reward

    def judge(completion: str, reference: str) -> bool | None:
        message = [[{"role": "assistant", "content": completion}]]
        reward = accuracy_reward(message, [f"${reference}$"])[0]
        return None if reward is None else reward == 1.0

    return f"TRL {version('trl')} accuracy_reward", judge
