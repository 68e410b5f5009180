"""The data that goes into the sandbox and comes out of it."""

from __future__ import annotations

import pytest

from r1rewards.errors import BadCallError
from r1rewards.sandbox.jobs import Limits, Status
from r1rewards.verdicts import Verdict


def test_every_status_of_a_program_is_a_verdict_of_the_same_name() -> None:
    not_the_programs_doing = {Status.OK, Status.NOT_RUN, Status.REFUSED, Status.BAD_TESTS}
    for status in set(Status) - not_the_programs_doing:
        assert Verdict(status.value).value == status.value
        assert Verdict(status.value).is_ours is status.is_ours


def test_the_wall_limit_is_a_backstop_behind_the_cpu_limit() -> None:
    assert Limits(cpu_s=2).wall_backstop_s == 8
    assert Limits(cpu_s=2, wall_s=3).wall_backstop_s == 3


@pytest.mark.parametrize(
    "limit", ["cpu_s", "wall_s", "memory_mb", "processes", "output_kb", "tmp_mb"]
)
def test_a_limit_of_zero_says_which_limit_and_what_to_give(limit: str) -> None:
    with pytest.raises(BadCallError, match=f"{limit}.*above 0"):
        Limits(**{limit: 0})
