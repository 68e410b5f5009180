"""Slot containers through the Docker SDK: the only file that knows an engine, and how Podman differs.

Covered by the flags below: network, other containers' IPC, writing outside /tmp, more memory, processes, files or CPU
than allowed, privileges by set-uid files, kernel interfaces that programs have no use for, and containers that outlive
whoever started them. `sandbox/README.md` says what is not.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from r1rewards.errors import SandboxUnavailableError
from r1rewards.sandbox.images import context_dir

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker import APIClient

OWNER_LABEL = "r1rewards.owner"  # "<pid> <start time>" of the process that started the container
HOME_LABEL = "r1rewards.home"  # where that pid means something: boot and pid namespace
INSIDE = "/run/r1rewards"
OWN_MB = 64  # what supervisor and pre-imported interpreters need beside the program (measured: 14 + 13 + 32)
OWN_PROCESSES = (
    6  # supervisor, two interpreters, the judge of an assert job, and a spare for the engine
)
CPUS = 1.0
# Of the slot; a program gets less. All are named: Podman raises those that are not, which takes a right it may lack.
ULIMITS = {"core": 0, "nofile": 1024, "nproc": 4096}
TIMEOUT_S = 120  # of one call to the engine; creating a container takes 0.2 s, on a loaded machine 2 s and more

_serial = itertools.count()


@dataclass(frozen=True, slots=True)
class Profile:
    """What a slot is made for. Jobs of one profile share slots."""

    image: str
    memory_mb: int
    processes: int
    tmp_mb: int
    tmp_files: int


def runner_files() -> Iterator[Path]:
    """What is copied into every slot: the supervisor, its siblings, and the wire format both ends share."""
    yield from sorted((context_dir() / "runner").glob("*.py"))
    yield Path(__file__).with_name("wire.py")


class ImageMissingError(SandboxUnavailableError):
    """The engine works, but has no such image: waiting does not help."""


class Engine:
    """A Docker engine (or Podman's compatible socket, by DOCKER_HOST).

    runtime: an OCI runtime the engine knows; None is the engine's default. It must have pidfd_open and show a container
        its cgroup, which Debian 12's gVisor does not.
    """

    isolation = "container"

    def __init__(self, runtime: str | None = None) -> None:
        self.runtime = runtime
        self._local = threading.local()  # the SDK's connections are not shared between threads

    def client(self) -> APIClient:
        """This thread's connection. Raises SandboxUnavailableError where no engine answers."""
        if getattr(self._local, "pid", None) != os.getpid():
            with reporting("connect to"):
                import docker

                client = docker.from_env(timeout=TIMEOUT_S).api
                self._local.info = client.info()
            self._local.client, self._local.pid = client, os.getpid()
        client_: APIClient = self._local.client
        return client_

    def start(self, profile: Profile, directory: Path, config: dict[str, Any]) -> str:
        """Create and start a slot container whose supervisor will call back; returns its id."""
        client = self.client()
        with reporting("start a container on", profile.image):
            container: str = client.create_container(
                profile.image,
                command=["python3", "-I", f"{INSIDE}/supervisor.py", INSIDE, json.dumps(config)],
                entrypoint=[],
                user="0:0",
                working_dir="/",
                name=f"r1rewards-{os.getpid()}-{next(_serial)}-{os.urandom(3).hex()}",
                hostname="slot",
                labels={OWNER_LABEL: owner(os.getpid()), HOME_LABEL: home()},
                host_config=client.create_host_config(
                    **self.hardening(profile),
                    binds={str(directory): {"bind": INSIDE, "mode": "ro"}},
                ),
            )["Id"]
            try:
                client.start(container)
            except BaseException:  # Ctrl-C too: no container stays behind
                self.remove(container)
                raise
        client.close()  # the SDK opens a socket per call and keeps it; this closes them, and the next call works
        return container

    def hardening(self, profile: Profile) -> dict[str, Any]:
        """Every restriction of a slot, in one place. `tests/sandbox/test_hardening.py` looks at each from inside."""
        memory = (profile.memory_mb + OWN_MB) << 20
        seccomp: Path | str = context_dir() / "seccomp.json"
        if not self.is_podman():  # which reads the file; Docker leaves that to whoever asks it
            seccomp = json.dumps(json.loads(Path(seccomp).read_text()))
        tmp = f"size={profile.tmp_mb}m,mode=1777,nosuid,nodev,exec"
        tmpfs = {"/tmp": f"{tmp},nr_inodes={profile.tmp_files}"}  # noqa: S108
        if self.is_podman():
            # It knows no inodes, and adds a /var/tmp of its own that all may write to.
            tmpfs = {"/tmp": tmp, "/var/tmp": "ro,size=4k,notmpcopyup"}  # noqa: S108
        options: dict[str, Any] = {
            "network_mode": "none",
            "ipc_mode": "none",
            "read_only": True,
            "cap_drop": ["ALL"],
            "cap_add": ["SETUID", "SETGID", "KILL"],
            "security_opt": ["no-new-privileges:true", f"seccomp={seccomp}"],
            "mem_limit": memory,
            "memswap_limit": memory,  # equal: no swap
            "pids_limit": profile.processes + OWN_PROCESSES,
            "nano_cpus": int(CPUS * 1e9),
            "tmpfs": tmpfs,
            "ulimits": [
                {"Name": name, "Soft": most, "Hard": most} for name, most in ULIMITS.items()
            ],
            "runtime": self.runtime,
            "log_config": {"Type": "none", "Config": {}},
            "auto_remove": True,
        }
        if self._local.info.get("CgroupVersion") == "2":
            options["cgroupns"] = "private"  # or /sys/fs/cgroup inside would be the host's
        return options

    def is_podman(self) -> bool:
        """Whether Podman answers: its socket speaks Docker's language, with an accent."""
        self.client()
        return "BuildahVersion" in self._local.info

    def has_ended(self, container: str) -> bool:
        """Whether a container that was started is there no more."""
        import docker.errors

        with reporting("look at a container of"):
            try:
                return not self.client().inspect_container(container)["State"]["Running"]
            except docker.errors.NotFound:
                return True

    def remove(self, container: str) -> None:
        """Kill and remove a container; one that is already gone is no error."""
        with contextlib.suppress(
            Exception
        ):  # auto_remove, the sweep and the engine's restart each do it, too
            self.client().remove_container(container, force=True, v=True)
        with contextlib.suppress(Exception):
            self.client().close()

    def sweep(self) -> int:
        """Remove slots whose owner on this machine is gone; returns how many."""
        removed = 0
        with reporting("list containers of"):
            found = self.client().containers(
                all=True, filters={"label": [OWNER_LABEL, f"{HOME_LABEL}={home()}"]}
            )
        for container in found:
            label = container["Labels"][OWNER_LABEL]
            if owner(int(label.split()[0])) != label:
                self.remove(container["Id"])
                removed += 1
        return removed

    def ping(self) -> None:
        """Raises SandboxUnavailableError, with what to do, where the engine cannot be used."""
        with reporting("reach"):
            self.client().ping()


def owner(pid: int) -> str:
    """`pid` and when it started: a pid alone is soon another process's. Empty where there is no such process."""
    try:
        started = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except FileNotFoundError:
        return ""
    return f"{pid} {started}"


def home() -> str:
    """Where pids of ours mean something: trainers in containers share an engine, but not their pids."""
    with contextlib.suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    return "unknown"


@contextlib.contextmanager
def reporting(act: str, image: str = "") -> Iterator[None]:
    """Turn what the SDK raises into SandboxUnavailableError that says what to install, start or build."""
    try:
        import docker.errors
        import requests
    except ImportError as e:
        raise SandboxUnavailableError(
            "running code needs the Docker SDK: pip install docker. Math, format and language rewards work without."
        ) from e
    try:
        yield
    except docker.errors.ImageNotFound as e:
        raise ImageMissingError(f"no image {image!r}: run `r1rewards sandbox build` once.") from e
    except (docker.errors.DockerException, requests.RequestException) as e:
        where = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
        raise SandboxUnavailableError(
            f"cannot {act} the Docker engine at {where}: {_first_line(e)}. Install Docker (on Debian: docker.io) or "
            f"Podman and start it, be in the group `docker`, or set DOCKER_HOST. Where no engine is possible, choose "
            f'sandbox="local". Math, format and language rewards work without.'
        ) from e


def _first_line(e: Exception) -> str:
    return (str(e).splitlines() or [type(e).__name__])[0][:300]
