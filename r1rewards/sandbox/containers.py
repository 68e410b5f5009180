"""Warm slots: get one, put it back after its reset, destroy it when the reset failed.

A slot belongs to the process that started it. Its supervisor exits when our end of the socket closes, so however we
end, no container stays; what an engine kept all the same is swept when the next process starts.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import socket
import struct
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from r1rewards.errors import R1RewardsError, SandboxUnavailableError
from r1rewards.sandbox.docker import CPUS, ImageMissingError, Profile, runner_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

GoOn = Callable[[dict[str, Any], list[bytes]], bool]
LENGTHS = struct.Struct("!II")
START_S = 120.0  # from `start` to the supervisor's call; 0.3 s idle, seconds on a machine that does other things
RECYCLE_AFTER = 2000  # programs; bounds what a leak in a kernel or an interpreter could add up to
PATIENCE_S = (
    60.0  # how long an engine that was there before may be away (a restart takes 3 to 10 s)
)
IDLE_PER_SLOT = (
    4  # warm slots kept beyond those at work: a compiler's and a program's profile take turns
)


class SlotLostError(R1RewardsError, RuntimeError):
    """The slot died or does not answer. Nothing is known of the program it ran."""


class DeadlinePassedError(R1RewardsError, TimeoutError):
    """The caller's deadline passed while a slot was at work."""


class Backend(Protocol):
    """What starts and removes slots: `docker.Engine` or `local.Local`."""

    isolation: Any

    def start(self, profile: Profile, directory: Path, config: dict[str, Any]) -> str:
        """Start a supervisor that will connect to `directory/socket`; returns a name for it."""

    def has_ended(self, container: str) -> bool:
        """Whether what was started is gone already."""

    def remove(self, container: str) -> None:
        """Make sure that it is gone."""

    def sweep(self) -> int:
        """Remove what dead owners left."""

    def ping(self) -> None:
        """Raise SandboxUnavailableError where this backend cannot be used."""


class Slot:
    """One container and the socket to its supervisor. Used by one thread at a time."""

    def __init__(self, backend: Backend, profile: Profile) -> None:
        self.backend = backend
        self.profile = profile
        self.programs = 0
        self.clean = True
        self.container = ""
        self.pid = os.getpid()
        self.sock: socket.socket | None = None
        with _writing():
            self.directory = Path(
                tempfile.mkdtemp(prefix=f"r1rewards-{self.pid}-")
            )  # 0700: only we look inside
        try:
            self._start()
        except BaseException:  # Ctrl-C too: no container stays behind
            self.close()
            raise

    def _start(self) -> None:
        """The supervisor calls us: inside, it has no right to enter folders that belong to us."""
        shared = self.directory / "slot"
        with _writing():
            shared.mkdir(mode=0o755)
            shared.chmod(0o755)
            for path in runner_files():
                (shared / path.name).write_bytes(path.read_bytes())
                (shared / path.name).chmod(0o444)
        with socket.socket(socket.AF_UNIX) as listener:
            with _writing():
                listener.bind(str(shared / "socket"))
            (shared / "socket").chmod(
                0o666
            )  # the folder above is 0700: only the container comes this far
            listener.listen(1)
            uid = random.randrange(20_000, 60_000, 2)  # noqa: S311 - only to differ from other slots' uids
            config = {"uids": [uid, uid + 1], "cpus": CPUS}
            self.container = self.backend.start(self.profile, shared, config)
            self.sock = self._accept(listener)
        (shared / "socket").unlink()  # nobody else gets in
        reply, _ = self._receive(time.monotonic() + START_S)
        if not reply.get("ready"):
            raise SandboxUnavailableError(
                f"a slot on {self.profile.image} cannot work here: {reply.get('failed')}."
            )

    def _accept(self, listener: socket.socket) -> socket.socket:
        """The supervisor's call: awaited for as long as it may still come."""
        listener.settimeout(1.0)
        until = time.monotonic() + START_S
        while True:
            try:
                return listener.accept()[0]
            except TimeoutError as e:
                ended = self.backend.has_ended(self.container)
                if not ended and time.monotonic() < until:
                    continue
                what = (
                    "ended before it answered" if ended else f"did not answer within {START_S:g} s"
                )
                raise SandboxUnavailableError(
                    f"a slot on {self.profile.image} {what}. The engine must run on this machine and see its folder "
                    f"{tempfile.gettempdir()} (set TMPDIR to one that it sees), and the image must have python3."
                ) from e

    def request(
        self,
        header: dict[str, Any],
        blobs: Iterable[bytes],
        until: float,
        go_on: GoOn | None = None,
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Send one request and wait for its reply until `until` (monotonic). Raises SlotLostError, TimeoutError.

        go_on: asked about the first test's result where the request says `stop`: False ends it there.
        """
        self.programs += 1
        self.clean = False
        self._send(header, list(blobs), until)
        reply, payload = self._receive(until)
        if "first" in reply:
            go = go_on is None or go_on(reply["first"], payload)
            self._send({"go": go}, [], until)
            reply, payload = self._receive(until)
        if "lost" in reply:
            raise SlotLostError(str(reply["lost"]))
        self.clean = reply.get("clean") is True
        return reply, payload

    def _send(self, header: dict[str, Any], blobs: list[bytes], until: float) -> None:
        assert self.sock is not None
        header["sizes"] = [len(blob) for blob in blobs]
        text = json.dumps(header, separators=(",", ":")).encode()
        try:
            self.sock.settimeout(max(0.01, until - time.monotonic()))
            self.sock.sendall(
                b"".join((LENGTHS.pack(len(text), sum(header["sizes"])), text, *blobs))
            )
        except TimeoutError:
            raise
        except OSError as e:
            raise SlotLostError(f"the slot is gone: {e}") from e

    def _receive(self, until: float) -> tuple[dict[str, Any], list[bytes]]:
        frame = bytearray()
        self._fill(frame, LENGTHS.size, until)
        json_size, blob_size = LENGTHS.unpack_from(frame)
        at = LENGTHS.size + json_size
        self._fill(frame, at + blob_size, until)
        try:
            header = json.loads(frame[LENGTHS.size : at])
            sizes = header.pop("sizes")
            if at + sum(sizes) != len(frame) or min(sizes, default=0) < 0:
                raise SlotLostError("the supervisor's reply makes no sense")
        except (ValueError, LookupError, TypeError, AttributeError) as e:
            raise SlotLostError(f"the supervisor's reply makes no sense: {e}") from e
        payload, body = [], memoryview(frame)
        for size in sizes:
            payload.append(bytes(body[at : at + size]))
            at += size
        return header, payload

    def _fill(self, frame: bytearray, size: int, until: float) -> None:
        """Read on until the frame has that size, as a rule at once: nothing follows a frame before we ask again."""
        assert self.sock is not None
        while len(frame) < size:
            self.sock.settimeout(max(0.01, until - time.monotonic()))
            try:
                part = self.sock.recv(min(max(size - len(frame), 1 << 16), 1 << 20))
            except TimeoutError:
                raise
            except OSError as e:
                raise SlotLostError(f"the slot is gone: {e}") from e
            if not part:
                raise SlotLostError("the slot is gone: its supervisor has ended")
            frame += part

    def close(self) -> None:
        """Close the socket, which ends the supervisor, and make sure the container is gone."""
        if self.sock is not None:
            self.sock.close()
        if self.pid != os.getpid():
            return  # a forked child: the container is its parent's
        if self.container:
            self.backend.remove(self.container)
        shutil.rmtree(self.directory, ignore_errors=True)

    def forget(self) -> None:
        """In a forked child: close our copy of the socket, so that it closes when the owner's does."""
        if self.sock is not None:
            self.sock.close()


class Pool:
    """Slots by profile. Thread-safe; not for use in a forked child (see `Sandbox`)."""

    def __init__(self, backend: Backend, size: int) -> None:
        self.backend = backend
        self.most_idle = IDLE_PER_SLOT * size
        self.started = 0  # slots ever started: a test counts them
        self._idle: list[Slot] = []
        self._all: set[Slot] = set()
        self._lock = threading.Lock()
        self._swept = False
        self._closed = False
        self._was_up = False
        self._down_since: float | None = None

    def get(self, profile: Profile, deadline: float | None = None) -> Slot:
        """A clean slot of this profile, warm if there is one. Raises SandboxUnavailableError."""
        with self._lock:
            for i in range(len(self._idle) - 1, -1, -1):
                if self._idle[i].profile == profile:
                    return self._idle.pop(i)
        return self._start(profile, deadline)

    def put(self, slot: Slot) -> None:
        """Give a slot back: kept if its last reset succeeded and it is not worn out, else destroyed."""
        if not slot.clean or slot.programs >= RECYCLE_AFTER or self._closed:
            self.destroy(slot)
            return
        with self._lock:
            self._idle.append(slot)
            surplus = self._idle[: -self.most_idle]
            del self._idle[: -self.most_idle]
        for old in surplus:
            self.destroy(old)

    def destroy(self, slot: Slot) -> None:
        """Remove a slot for good."""
        with self._lock:
            self._all.discard(slot)
        slot.close()

    def _start(self, profile: Profile, deadline: float | None) -> Slot:
        """Start a slot; an engine that has worked before is given time to come back, once for all who wait."""
        while True:
            try:
                self._sweep_once()
                slot = Slot(self.backend, profile)
            except ImageMissingError:
                raise
            except SandboxUnavailableError:
                now = time.monotonic()
                with self._lock:
                    self._down_since = self._down_since or now
                    patience_ends = self._down_since + PATIENCE_S
                if (
                    not self._was_up
                    or self._closed
                    or now > min(patience_ends, deadline or patience_ends)
                ):
                    raise
                time.sleep(0.25)
            else:
                break
        with self._lock:
            self._was_up, self._down_since = True, None
            self.started += 1
            self._all.add(slot)
            closed = self._closed
        if closed:
            self.destroy(slot)
            raise SandboxUnavailableError("the sandbox was closed; open a new one.")
        return slot

    def _sweep_once(self) -> None:
        with self._lock:
            swept, self._swept = self._swept, True
        if not swept:
            try:
                self.backend.sweep()
            except BaseException:  # Ctrl-C too: the next to ask sweeps again
                self._swept = False
                raise
            sweep_directories()

    def close(self) -> None:
        """Destroy all slots, those at work included."""
        self._closed = True
        with self._lock:
            slots, self._idle = list(self._all), []
        threads = [threading.Thread(target=self.destroy, args=(slot,)) for slot in slots]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def forget(self) -> None:
        """In a forked child: let go of the parent's sockets without touching its containers."""
        for slot in self._all:
            slot.forget()


@contextlib.contextmanager
def _writing() -> Iterator[None]:
    """Turn a full or read-only disk into SandboxUnavailableError: no job's fault, and perhaps soon over."""
    try:
        yield
    except OSError as e:
        raise SandboxUnavailableError(
            f"cannot make a slot's folder in {tempfile.gettempdir()}: {e}. Free space there, or set TMPDIR to a "
            f"folder with 1 MB free that the engine sees, too."
        ) from e


def sweep_directories() -> None:
    """Remove socket folders whose owner is gone."""
    for path in Path(tempfile.gettempdir()).glob("r1rewards-*-*"):
        pid = path.name.split("-")[1]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            with contextlib.suppress(OSError):
                shutil.rmtree(path)
