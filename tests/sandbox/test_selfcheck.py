"""The check of the sandbox is itself checked: it passes here, and fails where it must."""

from __future__ import annotations

import pytest

from r1rewards.sandbox import images, selfcheck
from r1rewards.sandbox.languages import LANGUAGES
from r1rewards.sandbox.running import Sandbox
from r1rewards.verdicts import Verdict


def test_every_language_has_every_kind_of_program() -> None:
    for language in LANGUAGES:
        suffix = language.file_name.rpartition(".")[2]
        for kind in selfcheck.EXPECTED:
            path = selfcheck.programs_dir() / language.name / f"{kind}.{suffix}"
            assert path.read_text().strip(), path


def test_every_restriction_is_refused_what_it_must_not_be() -> None:
    for name, holds in selfcheck.ISOLATION.items():
        assert not holds({"eth0": "/etc/shadow", "R1REWARDS_TOKEN": "socket:[1]"}), name


@pytest.mark.docker
def test_every_restriction_holds_seen_from_inside(docker_box: Sandbox) -> None:
    failed = [check for check in selfcheck.check_isolation(docker_box) if not check.passed]
    assert failed == []


@pytest.mark.docker
@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
def test_seven_programs_of_every_language_earn_their_words(
    docker_box: Sandbox, language: selfcheck.Language
) -> None:
    if images.missing([language.group]):
        pytest.skip(f"the image group {language.group} is not built")
    checks = list(selfcheck.check_language(docker_box, language))
    assert [check for check in checks if not check.passed] == []
    assert len(checks) == 7


@pytest.mark.docker
def test_a_program_that_earns_another_word_is_told(
    docker_box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selfcheck, "EXPECTED", {"wrong": Verdict.CORRECT})
    (check,) = selfcheck.check_language(docker_box, LANGUAGES[0])
    assert not check.passed
    assert "wrong, not correct" in check.what
