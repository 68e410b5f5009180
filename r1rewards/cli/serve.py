"""`r1rewards serve`: score over HTTP."""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from r1rewards.batch import resolve
from r1rewards.cli.options import parse_options, parse_rewards
from r1rewards.errors import BadCallError, MissingExtraError

if TYPE_CHECKING:
    import argparse

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def add_parser(commands: Any) -> None:
    """`r1rewards serve`."""
    parser = commands.add_parser(
        "serve",
        help="score over HTTP",
        description="Serve POST /score, POST /get_reward (OpenRLHF's remote shape), GET /health and GET /metrics. "
        "SIGTERM stops taking requests and answers those that were accepted.",
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    add("--port", type=int, default=8000, help="port; 0 takes a free one (default: 8000)")
    add(
        "--token-file",
        metavar="FILE",
        help="clients must show this file's token (or that of the variable R1REWARDS_TOKEN)",
    )
    add("--insecure", action="store_true", help="listen beyond this machine without a token")
    add(
        "--rewards",
        default="r1-zero",
        metavar="SPEC",
        help="where a request names none: accuracy,format=0.5 or a preset (default: r1-zero)",
    )
    add(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an option of the rewards: prefilled=true",
    )
    add("--max-body-mb", type=float, default=16, metavar="MB", help="largest request (default: 16)")
    add(
        "--max-queue",
        type=int,
        default=4096,
        metavar="N",
        help="rollouts that may wait; beyond it requests are answered 429 (default: 4096)",
    )
    parser.set_defaults(run=run, parser=parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM."""
    _check_flags(arguments)
    token = _token(arguments.token_file)
    if arguments.host not in _LOOPBACK and token is None and not arguments.insecure:
        raise BadCallError(
            f"--host {arguments.host} can be reached from other machines: give --token-file FILE (or set "
            f"R1REWARDS_TOKEN), or say --insecure"
        )
    from r1rewards.adapters.http import Limits, make_app
    from r1rewards.adapters.settings import Settings

    app = make_app(
        token=token,
        limits=Limits(arguments.max_body_mb, arguments.max_queue),
        settings=Settings(
            rewards=parse_rewards(arguments.rewards), options=parse_options(arguments.option)
        ),
    )
    listening = _listen(arguments.host, arguments.port)
    host, port = listening.getsockname()[:2]
    print(f"r1rewards: serving on http://{host}:{port}", file=sys.stderr, flush=True)
    _serve(app, listening)
    return 0


def _check_flags(arguments: argparse.Namespace) -> None:
    """What would fail at every request fails before the first one."""
    resolve(parse_rewards(arguments.rewards))
    if not 0 <= arguments.port <= 65535:
        raise BadCallError(f"--port is a number from 0 to 65535, not {arguments.port}")
    if not arguments.max_body_mb > 0:
        raise BadCallError(f"--max-body-mb is a number above 0, not {arguments.max_body_mb:g}")
    if arguments.max_queue < 1:
        raise BadCallError(f"--max-queue is a whole number from 1 on, not {arguments.max_queue}")


def _token(path: str | None) -> str | None:
    if path is None:
        return os.environ.get("R1REWARDS_TOKEN") or None
    try:
        token = Path(path).read_text(encoding="utf-8").strip()
    except OSError as e:
        raise BadCallError(f"--token-file {path}: cannot be read: {e.strerror}") from e
    if not token:
        raise BadCallError(f"--token-file {path}: the file is empty")
    return token


_BACKLOG = 2048


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(_BACKLOG)  # before anybody is told the address
    except OSError as e:
        listening.close()
        raise BadCallError(
            f"--host {host} --port {port}: {e.strerror}; choose another, or --port 0 for one that is free"
        ) from e
    return listening


def _serve(app: Any, listening: socket.socket) -> None:
    try:
        import uvicorn
    except ImportError as e:
        raise MissingExtraError(
            "serving needs the extra `server`: pip install 'r1rewards[server]'"
        ) from e

    class Server(uvicorn.Server):  # type: ignore[misc,unused-ignore]
        def handle_exit(self, *args: Any) -> None:
            app.state.server.is_draining = True
            super().handle_exit(*args)

    # uvicorn raises the signal again once it has drained; a server that was asked to end has ended well.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    # No limit on the graceful shutdown: what was accepted is answered. A second Ctrl-C ends it at once.
    config = uvicorn.Config(app, log_level="warning", backlog=_BACKLOG, lifespan="off")
    Server(config).run(sockets=[listening])
