"""The registry: built-ins are plugins, a broken plugin is named and breaks nothing, names are unique."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

from r1rewards import Reward, get_reward, per_rollout, registry, score
from r1rewards.errors import BadCallError, DuplicateRewardError, UnknownRewardError


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Install a one-module distribution: plugin(name, source) makes it importable with its entry point."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def install(name: str, source: str) -> None:
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(source))
        meta = tmp_path / f"{name}-1.0.dist-info"
        meta.mkdir()
        (meta / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (meta / "entry_points.txt").write_text(f"[r1rewards]\n{name} = {name}\n")
        registry.reload()

    yield install
    monkeypatch.undo()
    for name in [n for n in sys.modules if n in {"good_plugin", "bad_plugin", "rival"}]:
        del sys.modules[name]
    registry.reload()


GOOD = """
    from r1rewards import Reward, hookimpl, per_rollout

    @per_rollout
    def length(rollout):
        return len(rollout.completion) / 100

    @hookimpl
    def register_rewards(register):
        register(Reward({name!r}, length))
"""


def test_built_ins_are_there_and_owned_by_us() -> None:
    assert "accuracy" in registry.names()
    assert registry.owners()["accuracy"] == "r1rewards"


def test_an_installed_plugin_can_be_named(plugin) -> None:
    plugin("good_plugin", GOOD.format(name="acme/length"))
    assert score("x" * 50, rewards="acme/length").total == 0.5
    assert registry.owners()["acme/length"] == "good_plugin (good_plugin)"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import no_such_module", "ModuleNotFoundError"),
        ("raise SystemError('boom')", "boom"),
        ("x = 1", "register_rewards"),
        (
            "from r1rewards import hookimpl\n@hookimpl\ndef register_reward(register): pass",
            "unknown hook",
        ),
        (
            "from r1rewards import hookimpl\n@hookimpl\ndef register_rewards(register): register(3)",
            "int",
        ),
        (
            "from r1rewards import hookimpl\n@hookimpl\ndef register_rewards(register): 1 / 0",
            "ZeroDivision",
        ),
    ],
)
def test_a_broken_plugin_is_named_and_breaks_nothing(plugin, source: str, why: str) -> None:
    plugin("good_plugin", GOOD.format(name="acme/length"))
    plugin("bad_plugin", source)
    with pytest.warns(registry.RewardPluginWarning, match="bad_plugin"):
        names = registry.names()
    assert {"accuracy", "acme/length"} <= set(names)
    assert why in registry.broken()["bad_plugin (bad_plugin)"]


def test_a_name_that_is_taken_is_refused_with_both_owners(plugin) -> None:
    plugin("rival", GOOD.format(name="accuracy"))
    with pytest.warns(registry.RewardPluginWarning, match=r"one of r1rewards, one of rival"):
        registry.names()
    assert registry.owners()["accuracy"] == "r1rewards"


def test_the_environment_pins_which_plugins_load(plugin, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin("good_plugin", GOOD.format(name="acme/length"))
    monkeypatch.setenv("R1REWARDS_LOAD_PLUGINS", "")
    registry.reload()
    assert "acme/length" not in registry.names()
    monkeypatch.setenv("R1REWARDS_LOAD_PLUGINS", "good_plugin, other")
    registry.reload()
    assert "acme/length" in registry.names()


def test_an_unknown_reward_says_what_is_known() -> None:
    with pytest.raises(UnknownRewardError, match=r"known: .*accuracy.*r1-zero"):
        get_reward("acuracy")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("acuracy", r"no reward named 'acuracy' \(did you mean 'accuracy'\?\)"),
        ("r1_zero", "did you mean 'r1-zero'"),
        ("Format", "did you mean 'format'"),
        ("accuracy,format", r'several: \["accuracy", "format"\]'),
        ("r1", r"'r1' is a preset of several rewards \(accuracy, format, language\)"),
        ("quality", "no reward named 'quality'; known: accuracy"),
    ],
)
def test_a_name_that_is_nearly_right_is_told_apart(name: str, message: str) -> None:
    with pytest.raises(UnknownRewardError, match=message):
        registry.get_reward(name)


def test_an_unknown_option_says_which_exist() -> None:
    with pytest.raises(BadCallError, match="it reads: word"):
        Reward("polite", per_rollout(lambda _: 1.0), options=("word",)).with_options(wort=1)


def test_a_reward_can_be_registered_for_this_process_once() -> None:
    reward = Reward("here/one", per_rollout(lambda _: 1.0))
    registry.register(reward)
    try:
        with pytest.raises(DuplicateRewardError, match="here/one"):
            registry.register(reward)
        registry.reload()
        assert get_reward("here/one") is reward
    finally:
        registry._registered_here.clear()
        registry.reload()
