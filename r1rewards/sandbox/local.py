"""Slots without an engine: the same supervisor as an ordinary process. Chosen by name, never fallen back to.

For clusters where no Docker daemon can be reached. Programs confine themselves by seccomp and Landlock before they
start (`sandbox/runner/confine.py` says what that covers); results say `isolation="reduced"`.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

from r1rewards.errors import SandboxUnavailableError
from r1rewards.sandbox.docker import Profile
from r1rewards.sandbox.images import context_dir

STOP_S = 30.0  # from the end of its socket to a supervisor's


def _all_may_enter(path: Path) -> bool:
    """Whether any user can get to `path`; a user other than root runs programs as itself and always can."""
    return os.getuid() != 0 or all(
        p.stat().st_mode & 0o001 for p in [*path.parents, *path.resolve().parents]
    )


class Local:
    """Starts supervisors on this machine.

    Programs run on the caller's own Python, with its numpy; where root's is in a folder that programs under a uid of
    their own cannot enter, on the system's.
    """

    isolation: Literal["reduced"] = "reduced"

    def __init__(self) -> None:
        system = shutil.which("python3", path="/usr/bin:/bin")
        self.python = (
            sys.executable if _all_may_enter(Path(sys.executable)) else system or sys.executable
        )
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, _profile: Profile, directory: Path, config: dict[str, Any]) -> str:
        """Start a supervisor that works in a folder beside its socket; returns its pid as a name."""
        self.ping()
        directory.parent.chmod(
            0o711
        )  # programs under a uid of their own pass through, and see nothing
        work = directory.parent / "work"
        work.mkdir()
        work.chmod(0o1777)
        if os.getuid() != 0:
            config = {**config, "uids": [os.getuid()] * 2}
        config = {**config, "work": str(work)}
        command = [
            self.python,
            "-I",
            str(directory / "supervisor.py"),
            str(directory),
            json.dumps(config),
        ]
        process = subprocess.Popen(  # noqa: S603 - our own file
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
        )
        self._running[str(process.pid)] = process
        return str(process.pid)

    def has_ended(self, container: str) -> bool:
        """Whether a supervisor that was started runs no more."""
        return self._running[container].poll() is not None

    def remove(self, container: str) -> None:
        """Wait for the supervisor, whose socket was closed, to end; its programs end with it."""
        process = self._running.pop(container, None)
        if process is None:
            return
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def sweep(self) -> int:
        """Nothing is left to sweep: supervisors end when their owner does."""
        return 0

    def ping(self) -> None:
        """Raises SandboxUnavailableError, naming what is missing, where programs cannot be confined."""
        script = (
            "import sys; sys.path.insert(0, sys.argv[1]); import confine; print(confine.missing())"
        )
        command = [self.python, "-I", "-c", script, str(context_dir() / "runner")]
        try:
            asked = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)  # noqa: S603
            why = asked.stdout.strip()
        except (OSError, subprocess.SubprocessError) as e:
            why = str(e)
        if why:
            raise SandboxUnavailableError(
                f'sandbox="local" cannot confine programs on this machine: {why}.'
            )
