"""Every restriction of a slot, looked at from inside, by a program."""

from __future__ import annotations

import pytest

from r1rewards.sandbox.jobs import Job, Limits, Status, Stdin, Toolchain
from r1rewards.sandbox.running import Sandbox

pytestmark = pytest.mark.docker
LIMITS = Limits(cpu_s=4, memory_mb=256, processes=40, tmp_mb=16, tmp_files=200)
LIBC = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\ndef call(*a):\n r = libc.syscall(*a); return r if r >= 0 else -ctypes.get_errno()\n"


def skip_if_unlimited(box: Sandbox, what: str) -> None:
    if what in ("files", "/tmp has bytes and inodes") and box.backend.is_podman():  # type: ignore[attr-defined]
        pytest.skip("Podman cannot limit the inodes of /tmp")


def see(box: Sandbox, python: Toolchain, source: str) -> str:
    (result,) = box.run([Job(python, source, (Stdin(),), LIMITS)])
    assert result.status is Status.OK, result
    assert result.tests[0].status is Status.OK, result
    return result.tests[0].stdout.decode().strip()


LOOKS = [
    ("only the loopback interface", "import os; print(os.listdir('/sys/class/net'))", "['lo']"),
    ("no root rights", "import os; print(os.getuid() > 19999, os.getgid() > 19999, os.getgroups(), len({*os.getresuid()}))", "True True [] 1"),
    ("no capability", "print({l.split()[1] for l in open('/proc/self/status') if l.startswith('Cap') and 'Bnd' not in l})", "{'0000000000000000'}"),
    ("three capabilities at most", "print(next(l.split()[1] for l in open('/proc/self/status') if l.startswith('CapBnd')))", "00000000000000e0"),
    ("no new privileges", "print(next(l.split()[1] for l in open('/proc/self/status') if l.startswith('NoNewPrivs')))", "1"),
    ("a seccomp filter", "print(next(l.split()[1] for l in open('/proc/self/status') if l.startswith('Seccomp:')))", "2"),
    ("a read-only root", "import os; print(bool(os.statvfs('/').f_flag & os.ST_RDONLY))", "True"),
    ("shared memory is files in /tmp", "import os; print(os.path.realpath('/dev/shm'))", "/tmp"),
    ("no core dumps", "import resource as r; print(r.getrlimit(r.RLIMIT_CORE))", "(0, 0)"),
    ("no message queues", "import resource as r; print(r.getrlimit(r.RLIMIT_MSGQUEUE))", "(0, 0)"),
    ("no locked memory", "import resource as r; print(r.getrlimit(r.RLIMIT_MEMLOCK))", "(0, 0)"),
    ("the first to be killed", "print(open('/proc/self/oom_score_adj').read())", "1000"),
    ("/tmp is nosuid and nodev", "print([o for o in next(l for l in open('/proc/mounts') if l.split()[1] == '/tmp').split()[3].split(',') if o in ('nosuid', 'nodev')])", "['nosuid', 'nodev']"),
    ("/tmp has bytes and inodes", "import os; s = os.statvfs('/tmp'); print(s.f_blocks * s.f_frsize >> 20, s.f_files)", "16 200"),
    ("no set-uid file helps", "import os; print([os.access(f, os.R_OK) for f in ('/etc/shadow', '/proc/1/mem', '/proc/1/environ')])", "[False, False, False]"),
    ("no descriptor of ours", "import os; print(sorted(map(int, os.listdir('/proc/self/fd')))[-1] < 10)", "True"),
    ("the socket is gone", "import os; print('socket' in os.listdir('/run/r1rewards'))", "False"),
    ("stdin can be opened by name", "print(repr(open('/dev/stdin').read()))", "''"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "source", "seen"), LOOKS, ids=[look[0] for look in LOOKS])
def test_seen_from_inside(
    what: str, source: str, seen: str, docker_box: Sandbox, python: Toolchain
) -> None:
    skip_if_unlimited(docker_box, what)
    assert see(docker_box, python, source) == seen, what


CLOSED = {
    "ptrace": (101, 16, 1, 0, 0), "process_vm_readv": (310, 1, 0, 0, 0, 0, 0), "io_uring_setup": (425, 4, 0),
    "unshare": (272, 0x10000000), "setns": (308, 0, 0), "mount": (165, 0, 0, 0, 0, 0), "umount2": (166, 0, 0),
    "bpf": (321, 0, 0, 0), "keyctl": (250, 0, 0), "add_key": (248, 0, 0, 0, 0, 0), "perf_event_open": (298, 0, 0, 0, 0, 0),
    "userfaultfd": (323, 0), "shmget": (29, 0x5B, 4096, 0o1666), "msgget": (68, 0x5B, 0o1666), "semget": (64, 0x5B, 1, 0o1666),
    "mq_open": (240, 0, 0, 0, 0), "AF_INET socket": (41, 2, 1, 0), "AF_NETLINK socket": (41, 16, 3, 0),
    "AF_VSOCK socket": (41, 40, 1, 0), "AF_ALG socket": (41, 38, 5, 0), "clone3": (435, 0, 0), "open_by_handle_at": (304, 0, 0, 0),
    "clone(NEWUSER)": (56, 0x10000011, 0, 0, 0, 0), "chroot": (161, 0), "reboot": (169, 0, 0, 0), "pidfd_getfd": (438, 0, 0, 0),
    "memfd_secret": (447, 0), "personality": (135, 0x0040000), "kexec_load": (246, 0, 0, 0, 0), "swapon": (167, 0, 0),
}  # fmt: skip


def test_system_calls_that_programs_have_no_use_for_are_closed(
    docker_box: Sandbox, python: Toolchain
) -> None:
    source = LIBC + f"print({{name: call(*args) for name, args in {CLOSED!r}.items()}})"
    answers = eval(see(docker_box, python, source))
    assert {name: code for name, code in answers.items() if code not in (-1, -38)} == {}
    assert answers["clone3"] == -38, "or glibc could not start threads"


@pytest.mark.parametrize(
    ("what", "source", "most"),
    [
        (
            "processes",
            "import os\nn = 0\ntry:\n while os.fork(): n += 1\n else:\n  import time; time.sleep(9)\nexcept OSError: print(n)",
            46,
        ),
        (
            "files",
            "n = 0\ntry:\n while 1: open(f'{n}', 'w').close(); n += 1\nexcept OSError: print(n)",
            200,
        ),
        (
            "megabytes",
            "n = 0\ntry:\n f = open('big', 'wb', 0)\n while f.write(bytes(1 << 20)) == 1 << 20: n += 1\nexcept OSError: pass\nprint(n)",
            16,
        ),
        (
            "descriptors",
            "import os\nn = 0\ntry:\n while 1: os.dup(0); n += 1\nexcept OSError: print(n)",
            256,
        ),
    ],
)
def test_what_can_be_used_up_ends_where_the_limit_is(
    what: str, source: str, most: int, docker_box: Sandbox, python: Toolchain
) -> None:
    skip_if_unlimited(docker_box, what)
    assert 0 < int(see(docker_box, python, source)) <= most, what


def test_only_tmp_can_be_written(docker_box: Sandbox, python: Toolchain) -> None:
    source = (
        "import os\nfound = []\nfor top, folders, _ in os.walk('/'):\n"
        "    folders[:] = [f for f in folders if top != '/' or f not in ('proc', 'sys')]\n"
        "    if os.access(top, os.W_OK) and not os.statvfs(top).f_flag & os.ST_RDONLY: found.append(top)\nprint(found)"
    )
    assert set(eval(see(docker_box, python, source))) <= {"/tmp", "/dev/mqueue"}
