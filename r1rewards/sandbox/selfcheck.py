"""Does the sandbox hold, here and now? Every restriction seen from inside, and seven programs per language.

`check_sandbox()` is what `r1rewards sandbox check` prints and what plugin authors and operators can run themselves. It
runs real programs; nothing is concluded from what was configured.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from r1rewards.errors import SandboxUnavailableError
from r1rewards.sandbox.grading import Grading
from r1rewards.sandbox.images import GROUPS
from r1rewards.sandbox.jobs import Job, Limits, Status, Stdin
from r1rewards.sandbox.languages import LANGUAGES, Language, find_language, toolchain
from r1rewards.sandbox.testsets import read_tests
from r1rewards.verdicts import Verdict

if TYPE_CHECKING:
    from r1rewards.sandbox.jobs import Sandbox

EXPECTED: Mapping[str, Verdict] = MappingProxyType(
    {
        "right": Verdict.CORRECT,
        "wrong": Verdict.WRONG,
        "slow": Verdict.TIME_LIMIT,
        "fat": Verdict.MEMORY_LIMIT,
        "loud": Verdict.OUTPUT_LIMIT,
        "crashes": Verdict.RUNTIME_ERROR,
        "broken": Verdict.COMPILE_ERROR,
    }
)
"""Kind of program -> the verdict it must earn."""

_TESTS = {
    "type": "stdin",
    "cases": [{"input": "3\n1 2 3\n", "output": "6\n"}, {"input": "1\n-7\n", "output": "-7\n"}],
    "max_output_kb": 1024,
}
_CPU_S = MappingProxyType({"slow": 1.0})
"""Kind of program -> its CPU limit, where it must meet it. The others have the default, which no slow machine fails."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. what: what was seen, for people."""

    name: str
    passed: bool
    what: str


def check_sandbox(sandbox: Sandbox, groups: Iterable[str] = GROUPS) -> Iterator[Check]:
    """All checks that `sandbox` can run for `groups`, one by one as they are done.

    Raises SandboxUnavailableError where nothing can be run at all.
    """
    wanted = set(groups)
    if "core" in wanted:
        yield from check_isolation(sandbox)
    for language in LANGUAGES:
        if language.group in wanted:
            yield from check_language(sandbox, language)


def check_language(sandbox: Sandbox, language: Language) -> Iterator[Check]:
    """The seven programs of `language`, run at once."""
    graded = {
        kind: Grading(
            sandbox,
            read_tests(_tests_for(language, kind)),
            _program(language, kind),
            stop_at_first_failure=True,
        )
        for kind in EXPECTED
    }
    for kind, grading in graded.items():
        grade = grading.result()
        word = grade.why_unscored or grade.verdict.value
        note = str(grade.detail.get("note", ""))
        passed = not grade.why_unscored and grade.verdict is EXPECTED[kind]
        what = word if passed else f"{word}, not {EXPECTED[kind].value} {note}".rstrip()
        yield Check(f"{language.name}: {kind}", passed, what)


def _tests_for(language: Language, kind: str) -> dict[str, Any]:
    limit = {"cpu_s": _CPU_S[kind]} if kind in _CPU_S else {}
    return {**_TESTS, **limit, "language": language.name}


def programs_dir() -> Path:
    """`tests/data/languages` of the source tree, or its copy inside the installed package."""
    installed = Path(__file__).with_name("programs")
    return installed if installed.is_dir() else Path(__file__).parents[2] / "tests/data/languages"


def _program(language: Language, kind: str) -> str:
    (path,) = (programs_dir() / language.name).glob(f"{kind}.*")
    return path.read_text(encoding="utf-8")


# --- from inside ------------------------------------------------------------------------------------------------------


def check_isolation(sandbox: Sandbox) -> Iterator[Check]:
    """What an unprivileged program can see and do. Raises SandboxUnavailableError where it cannot be run."""
    seen = look_around(sandbox)
    for name, holds in ISOLATION.items():
        value = seen.get(name)
        yield Check(f"isolation: {name}", value is not None and holds(value), f"{value}")


def look_around(sandbox: Sandbox) -> dict[str, Any]:
    """What the probe reports from inside: plain data, by name."""
    python = find_language("python")
    job = Job(toolchain(python, PROBE, Limits().memory_mb), PROBE, (Stdin(),), Limits(cpu_s=10))
    (result,) = sandbox.run([job])
    if result.status is not Status.OK or result.tests[0].status is not Status.OK:
        said = result.tests[0].stderr.decode("utf-8", "replace") if result.tests else ""
        raise SandboxUnavailableError(
            f"no program could be run in the sandbox ({result.status.value}). {result.note}{said}".strip()
        )
    seen: dict[str, Any] = json.loads(result.tests[0].stdout)
    return seen


def _is(expected: Any) -> Callable[[Any], bool]:
    return lambda value: bool(value == expected)


def _at_most(limit: float) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, (int, float)) and 0 < value <= limit


_EPERM, _ENOSYS = 1, 38


def _only_its_own(fds: Mapping[str, str]) -> bool:
    """Its streams and source, as anonymous files, and one socket on which it says that a run has ended.

    Whatever it says there: expected outputs are compared on the host, and a lone run's exit code is the kernel's word.
    """
    others = [
        path for path in map(str, fds.values()) if not path.startswith(("/memfd:", "/dev/null"))
    ]
    return len(others) <= 1 and all(path.startswith("socket:") for path in others)


ISOLATION: Mapping[str, Callable[[Any], bool]] = MappingProxyType(
    {
        "not root": _is(True),
        "no capability": _is(0),
        "no new privileges": _is(1),
        "seccomp filter": _is(2),
        "writable places": _is(["/tmp"]),  # noqa: S108
        "network interfaces": lambda names: set(names) <= {"lo"},
        "no internet socket": _is(True),
        "supervisor cannot be signalled": _is(True),
        "supervisor cannot be read": _is(True),
        "foreign processes": _is(0),
        "environment": lambda names: not {n for n in names if "TOKEN" in n or "KEY" in n or "R1REWARDS" in n},
        "open files": _only_its_own,
        "core dumps": _is(0),
        "killed first when memory ends": _is(1000),
        "memory limit MB": _at_most(1024),
        "no swap": _is(True),
        "process limit": _at_most(128),
        "tmp MB": _at_most(256),
        "tmp files": _at_most(65536),
        **{
            f"closed: {call}": lambda code: code in (_EPERM, _ENOSYS)
            for call in (
                "ptrace", "io_uring_setup", "socket(AF_VSOCK)", "shmget", "msgget", "semget", "unshare(CLONE_NEWUSER)",
                "mount", "bpf", "keyctl", "userfaultfd", "perf_event_open", "setns", "process_vm_readv", "mq_open",
            )
        },
        "closed: clone3": _is(_ENOSYS),
    }
)  # fmt: skip
"""What the probe reports -> whether that is as it must be."""

PROBE = r"""
import ctypes, errno, json, os, resource, socket, sys

seen = {}
status = dict(line.split(":\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
seen["not root"] = 0 not in (*os.getresuid(), *os.getresgid(), *os.getgroups())
seen["no capability"] = sum(int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"))
seen["no new privileges"] = int(status["NoNewPrivs"])
seen["seccomp filter"] = int(status["Seccomp"])


def writable(folder):
    path = os.path.join(folder, f"probe{os.getpid()}")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        os.unlink(path)
    except OSError:
        return False
    return True


mounts = {line.split()[4] for line in open("/proc/self/mountinfo")}
tops = {os.path.join("/", name) for name in os.listdir("/")} | {"/", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run/lock"}
seen["writable places"] = sorted({os.path.realpath(p) for p in mounts | tops if os.path.isdir(p) and writable(p)})
devices = open("/proc/self/net/dev").read().splitlines()[2:]
seen["network interfaces"] = [line.split(":")[0].strip() for line in devices]


def refused(act):
    try:
        act()
    except OSError:
        return True
    return False


def connect():
    socket.create_connection(("192.0.2.1", 80), 1).close()


seen["no internet socket"] = refused(connect)
boss = 1 if os.path.exists("/proc/1/status") else os.getppid()
seen["supervisor cannot be signalled"] = refused(lambda: os.kill(boss, 0))
seen["supervisor cannot be read"] = refused(lambda: os.close(os.open(f"/proc/{boss}/mem", os.O_RDONLY)))
mine = 0
for name in os.listdir("/proc"):
    if name.isdigit() and int(name) != os.getpid():
        try:
            mine += os.stat(f"/proc/{name}").st_uid == os.getuid()
        except OSError:
            pass
seen["foreign processes"] = mine
seen["environment"] = sorted(os.environ)
fds = {}
for fd in range(256):
    try:
        fds[fd] = os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        pass
seen["open files"] = fds
seen["core dumps"] = resource.getrlimit(resource.RLIMIT_CORE)[1]
seen["killed first when memory ends"] = int(open("/proc/self/oom_score_adj").read())


def first(*paths):
    for path in paths:
        try:
            text = open(path).read().split()[0]
        except OSError:
            continue
        return int(text) if text.isdigit() else None
    return None


v1, v2 = "/sys/fs/cgroup/memory/", "/sys/fs/cgroup/"
memory = first(v1 + "memory.limit_in_bytes", v2 + "memory.max")
seen["memory limit MB"] = memory and memory / 1048576
both = first(v1 + "memory.memsw.limit_in_bytes")
swap = first(v2 + "memory.swap.max")
seen["no swap"] = both == memory if both is not None else swap == 0
seen["process limit"] = first("/sys/fs/cgroup/pids/pids.max", v2 + "pids.max")
disk = os.statvfs("/tmp")
seen["tmp MB"] = disk.f_blocks * disk.f_frsize / 1048576
seen["tmp files"] = disk.f_files

libc = ctypes.CDLL(None, use_errno=True)


def code(number, *arguments):
    ctypes.set_errno(0)
    done = libc.syscall(number, *arguments)
    return 0 if done >= 0 else ctypes.get_errno()


x86 = os.uname().machine == "x86_64"
room = ctypes.create_string_buffer(256)
calls = {
    "ptrace": ((101, 117), 16, os.getppid(), 0, 0),
    "io_uring_setup": ((425, 425), 4, room),
    "socket(AF_VSOCK)": ((41, 198), 40, 1, 0),
    "shmget": ((29, 194), 0x5B5B, 4096, 0o1666),
    "msgget": ((68, 186), 0x5B5C, 0o1666),
    "semget": ((64, 190), 0x5B5D, 1, 0o1666),
    "unshare(CLONE_NEWUSER)": ((272, 97), 0x10000000),
    "mount": ((165, 40), b"none", b"/tmp", b"tmpfs", 0, 0),
    "bpf": ((321, 280), 0, room, 128),
    "keyctl": ((250, 219), 0, 0, 0),
    "userfaultfd": ((323, 282), 0),
    "perf_event_open": ((298, 241), room, 0, -1, -1, 0),
    "setns": ((308, 268), 0, 0),
    "process_vm_readv": ((310, 270), os.getppid(), room, 1, room, 1, 0),
    "mq_open": ((240, 180), b"probe", 0o102, 0o666, 0),
    "clone3": ((435, 435), room, 64),
}
for name, (numbers, *arguments) in calls.items():
    seen["closed: " + name] = code(numbers[0 if x86 else 1], *arguments)
print(json.dumps(seen))
"""
"""A program that tries. It prints JSON; `ISOLATION` says what it must have seen."""
