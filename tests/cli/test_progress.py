"""What the progress line says."""

from __future__ import annotations

import pytest

from r1rewards.cli.progress import Progress, duration
from r1rewards.files import Meter


def test_the_time_to_go_follows_from_the_share_that_was_read() -> None:
    meter = Meter()
    progress = Progress(meter)
    assert progress.line(500, 2.0) == "500 rows, 250 rows/s"
    meter.share = 0.25
    assert progress.line(500, 2.0) == "500 rows, 250 rows/s, 25%, 6 s to go"


def test_a_limit_bounds_what_is_to_come() -> None:
    assert Progress(Meter(0.01), limit=1000).line(500, 2.0).endswith("50%, 2 s to go")


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "0 s"), (59, "59 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")]
)
def test_durations_are_for_people(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_nothing_is_shown_where_nobody_looks(capsys) -> None:
    progress = Progress(Meter(0.5))
    progress.show(10)
    progress.clear()
    assert capsys.readouterr().err == ""
