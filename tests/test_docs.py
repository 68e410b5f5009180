"""The docs keep up with the code: every verdict, flag, hook and reward stands in them, and they build."""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from r1rewards import hookspecs
from r1rewards.cli import parser
from r1rewards.registry import BUILT_IN, PRESETS
from r1rewards.verdicts import VERDICTS

DOCS = Path(__file__).parent.parent / "docs"
TEXT = {
    path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8")
    for path in DOCS.rglob("*.md")
}


def make_cli():
    spec = importlib.util.spec_from_file_location("make_cli", DOCS / "make_cli.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_the_command_line_is_what_the_parser_says() -> None:
    assert TEXT["cli.md"] == make_cli().page(), "run: python docs/make_cli.py"


@pytest.mark.parametrize("verdict", VERDICTS, ids=lambda v: v.value)
def test_every_verdict_has_its_row(verdict) -> None:
    (row,) = re.findall(
        rf"^\| `{verdict.value}` \| ([^|]*) \|.*\| ([^|]*) \|$", TEXT["verdicts.md"], re.MULTILINE
    )
    assert row[0].startswith("model") is verdict.is_scored
    assert ("ours" in row[0]) is verdict.is_ours
    assert (row[1] == "none") is not verdict.is_scored


def test_every_flag_has_a_line() -> None:
    commands = next(a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    flags = {
        flag
        for command in commands.choices.values()
        for a in command._actions
        for flag in a.option_strings
    }
    missing = {flag for flag in flags - {"-h", "--help"} if f"{flag}" not in TEXT["cli.md"]}
    assert not missing


def test_every_hook_reward_and_preset_is_named() -> None:
    everything = "\n".join(TEXT.values())
    hooks = [name for name, value in vars(hookspecs).items() if hasattr(value, "r1rewards_spec")]
    assert hooks == ["register_rewards"]
    missing = [
        name
        for name in [*hooks, *BUILT_IN, *PRESETS]
        if f"`{name}`" not in everything and f'"{name}"' not in everything
    ]
    assert not missing


def test_links_between_pages_lead_somewhere() -> None:
    dead = []
    for name, text in TEXT.items():
        for target in re.findall(r"\]\(([^)#:\s]+\.md)", text):
            if not (DOCS / name).parent.joinpath(target).exists():
                dead.append(f"{name}: {target}")
    assert not dead


@pytest.mark.slow
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("furo")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-b",
        "html",
        str(DOCS),
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "index.html").read_text()
    assert not re.findall(r'(?:src|href)="(?:https?:)?//[^"]*\.(?:js|css|woff2?)', page)
