"""Hypothesis profiles: the default is small and the same on every run; `nightly` looks for news."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# A clock must not decide a test: no deadline. HYPOTHESIS_PROFILE=nightly draws anew, and more.
settings.register_profile(
    "default",
    deadline=None,
    derandomize=True,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "nightly", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
