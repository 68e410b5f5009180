"""Images: named by content, built from Debian packages, and a clear word where no engine answers."""

import gc
from pathlib import Path

import pytest

from r1rewards.errors import BadCallError, SandboxUnavailableError
from r1rewards.sandbox import images


def test_an_image_is_named_by_every_file_that_goes_into_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "context_dir", lambda: tmp_path)
    (tmp_path / "core").mkdir()
    dockerfile = tmp_path / "core" / "Dockerfile"
    dockerfile.write_text("FROM a\n")
    first = images.image_name("core")
    dockerfile.write_text("FROM b\n")
    second = images.image_name("core")
    (tmp_path / "jvm").mkdir()
    (tmp_path / "jvm" / "Dockerfile").write_text("FROM c\n")
    assert first != second == images.image_name("core")
    assert images.image_name("jvm") != second


def test_every_group_has_a_dockerfile_that_takes_its_base_from_the_caller() -> None:
    for group in images.GROUPS:
        text = (images.context_dir() / group / "Dockerfile").read_text()
        assert "ARG BASE=debian:bookworm-slim\nFROM ${BASE}" in text


def test_an_unknown_group_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadCallError, match="core, jvm, web, extra"):
        images.image_name("cobol")


# docker-py drops the socket that could not be connected without closing it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_without_an_engine_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with pytest.raises(SandboxUnavailableError, match=r"apt-get install docker\.io"):
        images.missing(["core"])
    gc.collect()


@pytest.mark.docker
def test_an_image_that_is_there_is_not_built_again() -> None:
    images.build(["core"], base=images.DEBOOTSTRAP)
    again = images.build(["core"], base="an/image:that-does-not-exist")
    assert [image.seconds for image in again] == [0.0]
    assert images.missing(["core"]) == []


@pytest.mark.docker
def test_a_base_that_cannot_be_had_is_an_error_that_names_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "context_dir", lambda: tmp_path)
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "Dockerfile").write_text("ARG BASE\nFROM ${BASE}\nRUN false\n")
    with pytest.raises(SandboxUnavailableError, match="--base debootstrap"):
        images.build(["core"], base="r1rewards-no-such-base:1")
