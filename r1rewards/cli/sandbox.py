"""`r1rewards sandbox build | check | stop`: the images, whether the sandbox holds, and its containers."""

from __future__ import annotations

import argparse
from typing import Any

from r1rewards.errors import SandboxUnavailableError


def add_parser(commands: Any) -> None:
    """`r1rewards sandbox build|check|stop`."""
    from r1rewards.sandbox.images import DEBOOTSTRAP, DEFAULT_BASE, GROUPS

    parser = commands.add_parser(
        "sandbox",
        help="build and check the sandbox that programs run in",
        description="Build the images that programs run in, check that the sandbox holds, or stop its containers.",
    )
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    groups = ", ".join(GROUPS)
    build = acts.add_parser(
        "build",
        help="build the images that are not there yet",
        description="Build the images of the named groups that are not there yet, from Debian packages.",
    )
    build.add_argument(
        "groups", nargs="*", metavar="GROUP", help=f"{groups} or all (default: core)"
    )
    build.add_argument(
        "--base",
        default=DEFAULT_BASE,
        metavar="IMAGE",
        help=f"a Debian 12 image, or {DEBOOTSTRAP}: made here, without a registry (default: {DEFAULT_BASE})",
    )
    build.add_argument("-v", "--verbose", action="store_true", help="print what the build prints")
    check = acts.add_parser(
        "check",
        help="look at the sandbox from inside and run seven programs per language",
        description="Look at every restriction from inside and run seven programs per language: right, wrong, slow, "
        "fat, loud, crashing, broken. Exit code 0, or 1 when one of them was not as it must be.",
    )
    check.add_argument(
        "groups", nargs="*", metavar="GROUP", help=f"{groups} or all (default: those built)"
    )
    check.add_argument(
        "--sandbox", default="docker", choices=("docker", "local"), help="default: docker"
    )
    check.add_argument(
        "-v", "--verbose", action="store_true", help="print what passed, too, and what was seen"
    )
    acts.add_parser("stop", help="remove all containers of r1rewards, whoever started them")
    parser.set_defaults(run=run, parser=parser)


def run(arguments: argparse.Namespace) -> int:
    """Returns the exit code: 0; 1 where a check did not pass."""
    if arguments.act == "build":
        return _build(arguments)
    return _check(arguments) if arguments.act == "check" else _stop()


def _build(arguments: argparse.Namespace) -> int:
    from r1rewards.sandbox import images

    groups = _groups(arguments.groups) or ["core"]
    log = print if arguments.verbose else _quiet
    for image in images.build(groups, arguments.base, log):
        how = f"built in {image.seconds:.0f} s" if image.seconds else "was there"
        print(f"{image.group:6} {image.size_mb:7,.0f} MB  {image.name}  {how}")
    return 0


def _quiet(line: str) -> None:
    if line.startswith(("building ", "making ")):
        print(line)


def _groups(names: list[str]) -> list[str]:
    from r1rewards.sandbox.images import GROUPS

    return list(GROUPS) if names == ["all"] else names


def _check(arguments: argparse.Namespace) -> int:
    from r1rewards.sandbox import images, selfcheck
    from r1rewards.sandbox.running import open_sandbox

    groups = _groups(arguments.groups)
    if arguments.sandbox == "docker":
        absent = images.missing(groups or images.GROUPS)
        groups = groups or [group for group in images.GROUPS if group not in absent]
        if not groups or set(groups) & set(absent):
            raise SandboxUnavailableError(
                f"not built: {', '.join(absent)}. Run `r1rewards sandbox build {' '.join(absent)}` first."
            )
    failed = done = 0
    with open_sandbox(arguments.sandbox) as sandbox:
        for check in selfcheck.check_sandbox(sandbox, groups or ["core"]):
            done += 1
            failed += not check.passed
            if arguments.verbose or not check.passed:
                print(f"{'ok    ' if check.passed else 'FAILED'}  {check.name}: {check.what}")
    print(f"{done - failed} of {done} checks passed")
    return 1 if failed else 0


def _stop() -> int:
    from r1rewards.sandbox import images

    print(f"{images.stop_containers()} containers removed")
    return 0
