"""Hypothesis profiles: the default is small and the same on every run; `nightly` looks for news.

Tests marked `docker` need an engine and the image `core`. With R1REWARDS_REQUIRE_DOCKER=1 they fail without, not skip.
"""

from __future__ import annotations

import os
from functools import cache

import pytest
from hypothesis import HealthCheck, settings

from r1rewards.errors import SandboxUnavailableError
from r1rewards.sandbox import images

# A clock must not decide a test: no deadline. HYPOTHESIS_PROFILE=nightly draws anew, and more.
settings.register_profile(
    "default",
    deadline=None,
    derandomize=True,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "nightly", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("docker") and os.environ.get("R1REWARDS_REQUIRE_DOCKER") != "1":
        why = why_no_programs_run()
        if why:
            pytest.skip(why)


@cache
def why_no_programs_run() -> str:
    try:
        absent = images.missing(["core"])
    except SandboxUnavailableError as e:
        return str(e)
    return "the image core is not built: r1rewards sandbox build" if absent else ""
