"""The example plugin is a real package: pip installs it, and another process finds its reward."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # pip takes its time

EXAMPLE = Path(__file__).parent.parent / "examples" / "plugin_minimal"
BROKEN = Path(__file__).parent / "data" / "plugin_broken"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling")
    target = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "--target",
        str(target),
    ]
    subprocess.run([*command, str(EXAMPLE), str(BROKEN)], check=True, capture_output=True)
    return target


def run(site: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join([str(site), *[p for p in sys.path if p], os.getcwd()])
    return subprocess.run(
        [sys.executable, "-m", "r1rewards", *argv],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": paths, "COLUMNS": "200"},
    )  # fmt: skip


def test_list_shows_the_good_plugin_and_names_the_broken_one(site: Path) -> None:
    done = run(site, "list")
    assert done.returncode == 0
    assert "polite/thanks, 0 to 1, from r1rewards-polite (polite)" in done.stdout
    assert "failed to load r1rewards-broken (broken): ModuleNotFoundError" in done.stdout
    assert "Traceback" not in done.stderr


def test_check_scores_with_the_plugin_and_warns_of_the_broken_one(
    site: Path, tmp_path: Path
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"completion": "Thank you!"}\n{"completion": "no"}\n')
    done = run(site, "check", str(rows), "--rewards", "polite/thanks", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["rewards"]["polite/thanks"]["mean"] == 0.5
    assert "r1rewards-broken" in done.stderr


def test_the_plugin_conforms(site: Path) -> None:
    code = "from r1rewards import get_reward; from r1rewards.testing import check_reward; check_reward(get_reward('polite/thanks'))"
    paths = os.pathsep.join([str(site), *[p for p in sys.path if p], os.getcwd()])
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        check=True,
        env={**os.environ, "PYTHONPATH": paths},
    )
