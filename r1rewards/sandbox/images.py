"""The images that slots are made from: built on this machine, from Debian packages, and named by their content.

No image is downloaded ready-made from us. `build` starts from a Debian base (pulled, or made on the spot by debootstrap
where no registry can be reached), adds the packages of one group of languages, and tags the result with a digest of
everything that went in, so that an image left by an older version is never used by a newer one.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from r1rewards.errors import BadCallError, SandboxUnavailableError

if TYPE_CHECKING:
    import docker

GROUPS: tuple[str, ...] = ("core", "jvm", "web", "extra")
"""Image groups, so that nobody builds 2 GB for Python: see `languages.LANGUAGES` for who lives where."""

DEFAULT_BASE = "debian:bookworm-slim"
DEBOOTSTRAP = "debootstrap"
_SUITE = "bookworm"
_DEBOOTSTRAPPED = "r1rewards-sandbox-base:bookworm"
_REPOSITORY = "r1rewards-sandbox-"
LABEL = "org.r1rewards.sandbox"

# What Debian's own slim images leave out as well: nothing a program runs needs it, and it is a third of the size.
_NOT_NEEDED = ("usr/share/doc", "usr/share/info", "usr/share/man", "usr/share/locale")

Log = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class BuiltImage:
    """One image that is there now. seconds is 0 where it was there before."""

    group: str
    name: str
    size_mb: float
    seconds: float


def image_name(group: str) -> str:
    """The name and tag of the image of `group`, as this version of r1rewards wants it."""
    if group not in GROUPS:
        raise BadCallError(f"no image group {group!r}; there are: {', '.join(GROUPS)}.")
    return f"{_REPOSITORY}{group}:{_digest(group)}"


def build(
    groups: Iterable[str] = ("core",), base: str = DEFAULT_BASE, log: Log = lambda _: None
) -> list[BuiltImage]:
    """Build the images of `groups` that are not there yet.

    base: any Debian 12 image, or `debootstrap`: a base made from Debian packages on this machine (needs root and the
        debootstrap package, no registry).
    log:  called with each line that the build prints.
    Raises SandboxUnavailableError where no engine answers or a build fails; the message ends with what it printed.
    """
    names = {group: image_name(group) for group in groups}
    with engine() as client:
        to_build = [group for group, name in names.items() if not _has_image(client, name)]
        if to_build and base == DEBOOTSTRAP:
            base = _debootstrapped(client, log)
        times = dict.fromkeys(names, 0.0)
        for group in to_build:
            start = time.monotonic()
            _build_one(client, group, names[group], base, log)
            times[group] = time.monotonic() - start
        return [BuiltImage(g, n, _size_mb(client, n), times[g]) for g, n in names.items()]


def missing(groups: Iterable[str]) -> list[str]:
    """Those of `groups` whose image is not there. Raises SandboxUnavailableError where no engine answers."""
    with engine() as client:
        return [group for group in groups if not _has_image(client, image_name(group))]


def stop_containers() -> int:
    """Remove all containers of r1rewards, those of live trainers too; returns how many there were."""
    from r1rewards.sandbox.docker import OWNER_LABEL

    with engine() as client:
        found = client.api.containers(all=True, filters={"label": OWNER_LABEL})
        for container in found:
            client.api.remove_container(container["Id"], force=True, v=True)
        return len(found)


def context_dir() -> Path:
    """The folder `sandbox/` of the source tree, or its copy inside the installed package."""
    installed = Path(__file__).with_name("inside")
    return installed if installed.is_dir() else Path(__file__).parents[2] / "sandbox"


def _digest(group: str) -> str:
    """12 hex digits over the names and bytes of every file that goes into the image.

    The supervisor does not: it is mounted into each slot, so that a change of it needs no build.
    """
    root = context_dir()
    seen = hashlib.sha256()
    for path in sorted((root / group).rglob("*")):
        if path.is_file():
            seen.update(f"{path.relative_to(root).as_posix()}\0".encode())
            seen.update(hashlib.sha256(path.read_bytes()).digest())
    return seen.hexdigest()[:12]


@contextlib.contextmanager
def engine() -> Iterator[docker.DockerClient]:
    """A client of the Docker engine (or of Podman's compatible socket), closed again at the end of the block."""
    import docker

    with contextlib.ExitStack() as stack:
        try:
            # Builds stream their progress; ten silent minutes mean that the engine is gone.
            client = stack.enter_context(contextlib.closing(docker.from_env(timeout=600)))
            client.ping()
        except (docker.errors.DockerException, OSError) as e:
            raise SandboxUnavailableError(
                f"no Docker engine answers ({e}). Install one (`apt-get install docker.io`, or Podman with its "
                f"compatible socket), start it, and see that this user may use its socket; DOCKER_HOST names another."
            ) from e
        yield client


def _has_image(client: docker.DockerClient, name: str) -> bool:
    return bool(client.images.list(name=name))


def _size_mb(client: docker.DockerClient, name: str) -> float:
    return float(client.images.get(name).attrs["Size"]) / 1e6


def _build_one(client: docker.DockerClient, group: str, name: str, base: str, log: Log) -> None:
    log(f"building {name} from {base}")
    lines = client.api.build(
        path=str(context_dir()),
        dockerfile=f"{group}/Dockerfile",
        tag=name,
        buildargs={"BASE": base},
        labels={LABEL: group},
        rm=True,
        forcerm=True,
        decode=True,
    )
    _follow(lines, f"building the image {name} on {base}", log)


def _follow(events: Iterator[Mapping[str, Any]], what: str, log: Log) -> None:
    """Read an engine's progress to its end. Raises SandboxUnavailableError with the last lines where it failed."""
    tail: list[str] = []
    for event in events:
        for line in str(event.get("error") or event.get("stream") or "").splitlines():
            if line.strip():
                tail = [*tail[-19:], line]
                log(line)
        if "error" in event:
            printed = "\n  ".join(tail)
            raise SandboxUnavailableError(
                f"{what} failed:\n  {printed}\nWhere no registry can be reached, `--base debootstrap` makes the base "
                f"from Debian packages; `--base IMAGE` takes any Debian 12 image that is there."
            )


def _debootstrapped(client: docker.DockerClient, log: Log) -> str:
    """The name of a Debian base image made here, building it where it is not there yet."""
    if _has_image(client, _DEBOOTSTRAPPED):
        return _DEBOOTSTRAPPED
    if shutil.which("debootstrap") is None:
        raise SandboxUnavailableError(
            "`--base debootstrap` needs the package debootstrap and root: `apt-get install debootstrap`."
        )
    log(f"making {_DEBOOTSTRAPPED} from Debian packages")
    with tempfile.TemporaryDirectory(prefix="r1rewards-base-") as folder:
        root = Path(folder) / "root"
        made = subprocess.run(
            ["debootstrap", "--variant=minbase", _SUITE, str(root)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
        )  # fmt: skip
        if made.returncode:
            printed = "\n  ".join(made.stdout.splitlines()[-20:])
            raise SandboxUnavailableError(
                f"debootstrap failed (it needs root and a Debian mirror):\n  {printed}"
            )
        _slim(root)
        _import_tree(client, root)
    return _DEBOOTSTRAPPED


def _slim(root: Path) -> None:
    """Drop downloaded packages and what no program reads, and tell dpkg to leave the same out from now on."""
    for folder in (*_NOT_NEEDED, "var/cache/apt/archives", "var/lib/apt/lists"):
        shutil.rmtree(root / folder, ignore_errors=True)
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "var/cache/apt/archives/partial").mkdir()
    excluded = "".join(f"path-exclude /{folder}/*\n" for folder in _NOT_NEEDED)
    (root / "etc/dpkg/dpkg.cfg.d/no-docs").write_text(excluded, encoding="utf-8")


def _import_tree(client: docker.DockerClient, root: Path) -> None:
    """`tar | docker import`: as tar writes it, so that owners and modes are those debootstrap made."""
    repository, tag = _DEBOOTSTRAPPED.split(":")
    command = ["tar", "-C", str(root), "--numeric-owner", "-c", "."]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as tar:
        stream: IO[bytes] | None = tar.stdout
        client.api.import_image_from_stream(stream, repository=repository, tag=tag)
    if tar.returncode:
        raise SandboxUnavailableError(f"tar of the Debian base failed with {tar.returncode}.")
