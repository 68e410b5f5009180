"""One sandbox for all tests that need an engine. R1REWARDS_REQUIRE_DOCKER=1 turns "no engine" from a skip into a failure."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from r1rewards.errors import SandboxUnavailableError
from r1rewards.sandbox.jobs import Toolchain
from r1rewards.sandbox.languages import find_language, toolchain
from r1rewards.sandbox.running import Sandbox, open_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def python() -> Toolchain:
    return toolchain(find_language("python"), "", 512)


@pytest.fixture(scope="session")
def docker_box(python: Toolchain) -> Iterator[Sandbox]:
    with open_sandbox("docker", slots=2) as sandbox:
        try:
            sandbox.warm(python, slots=1)
        except SandboxUnavailableError as e:
            if os.environ.get("R1REWARDS_REQUIRE_DOCKER") == "1":
                pytest.fail(f"R1REWARDS_REQUIRE_DOCKER=1, but: {e}")
            pytest.skip(str(e))
        yield sandbox


@pytest.fixture(scope="session")
def local_box() -> Iterator[Sandbox]:
    with open_sandbox("local", slots=2) as sandbox:
        try:
            sandbox.ping()
        except SandboxUnavailableError as e:
            pytest.skip(str(e))
        yield sandbox
