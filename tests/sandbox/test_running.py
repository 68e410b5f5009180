"""Programs in slots: what comes back, and that nothing of one is there for the next."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from r1rewards.errors import BadCallError
from r1rewards.sandbox import attempt, images
from r1rewards.sandbox.jobs import Asserts, Call, Job, JobResult, Limits, Status, Stdin, Toolchain
from r1rewards.sandbox.languages import find_language, toolchain
from r1rewards.sandbox.running import Sandbox, open_sandbox
from r1rewards.sandbox.wire import decode, encode

pytestmark = pytest.mark.docker
SHORT = Limits(cpu_s=1, wall_s=2, memory_mb=512)


def run(box: Sandbox, python: Toolchain, source: str, *inputs: bytes, **options: Any) -> JobResult:
    options = {"limits": SHORT} | options
    (result,) = box.run([Job(python, source, tuple(Stdin(i) for i in inputs or (b"",)), **options)])
    return result


def test_bytes_go_in_and_come_out(docker_box: Sandbox, python: Toolchain) -> None:
    source = "import sys\nsys.stdout.buffer.write(sys.stdin.buffer.read()[::-1])"
    blob = bytes(range(256)) * 100
    result = run(docker_box, python, source, blob, b"")
    assert [test.stdout for test in result.tests] == [blob[::-1], b""]
    assert {test.status for test in result.tests} == {Status.OK}


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("print(1)", Status.OK),
        ("raise SystemExit(0)", Status.OK),
        ("raise SystemExit(3)", Status.RUNTIME_ERROR),
        ("1/0", Status.RUNTIME_ERROR),
        ("import os; os.abort()", Status.RUNTIME_ERROR),
        ("while True: pass", Status.TIME_LIMIT),
        ("import time; time.sleep(99)", Status.TIME_LIMIT),
        ("x = bytearray(2 << 30)", Status.MEMORY_LIMIT),
        ("print('x' * 9_000_000)", Status.OUTPUT_LIMIT),
        ("import sys; sys.stderr.write('x' * 9_000_000)", Status.OUTPUT_LIMIT),
        ("import os; os.truncate(1, 1 << 25)", Status.OUTPUT_LIMIT),
        (
            "import os, time\nif os.fork() == 0:\n while True: pass\ntime.sleep(99)",
            Status.TIME_LIMIT,
        ),
        (
            "import os\nif os.fork() == 0: bytearray(2 << 30)\nos.wait(); print(1)",
            Status.MEMORY_LIMIT,
        ),
    ],
)
@pytest.mark.parametrize("processes", ["per_test", "auto"])
def test_how_a_program_ends_is_its_status(
    docker_box: Sandbox, python: Toolchain, source: str, status: Status, processes: Any
) -> None:
    times = (
        {"cpu_s": 2, "wall_s": 4} if status is Status.TIME_LIMIT else {"cpu_s": 15, "wall_s": 30}
    )
    limits = replace(SHORT, **times)
    result = run(docker_box, python, source, b"", b"", processes=processes, limits=limits)
    assert [test.status for test in result.tests] == [status, status]
    if source.startswith("while"):
        assert 2000 <= result.tests[0].cpu_ms < 5000  # at 4 s the kernel ends it


def test_what_prints_on_though_its_writes_fail_is_stopped_long_before_its_time_is_up(
    docker_box: Sandbox, python: Toolchain
) -> None:
    deaf = """
import os, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
while True:
    try:
        os.write({}, b"x" * 65536)
    except OSError:
        pass
"""
    for stream in 1, 2:
        result = run(docker_box, python, deaf.format(stream), b"", limits=replace(SHORT, cpu_s=30))
        assert result.tests[0].status is Status.OUTPUT_LIMIT
        assert result.tests[0].cpu_ms < 10_000


@pytest.mark.parametrize(
    "source", ["def f(:", "x = '\\0'.join\0", "(" * 5000, "print('\udc80')", "a\n\tb\n  c"]
)
def test_what_is_not_python_is_a_compile_error_with_its_message(
    docker_box: Sandbox, python: Toolchain, source: str
) -> None:
    result = run(docker_box, python, source)
    assert result.status is Status.COMPILE_ERROR
    assert result.note


def test_both_speeds_agree_and_a_program_that_only_survives_once_is_run_again(
    docker_box: Sandbox, python: Toolchain
) -> None:
    source = (
        "import sys\nif hasattr(sys, 'seen'): raise SystemExit(1)\nsys.seen = 1\nprint(input())"
    )
    for processes in ("per_test", "per_program", "auto"):
        result = run(docker_box, python, source, b"1", b"2", b"3", processes=processes)
        assert [test.stdout for test in result.tests] == [b"1\n", b"2\n", b"3\n"], processes


def test_starting_an_interpreter_is_not_charged_to_the_first_program(
    docker_box: Sandbox, python: Toolchain
) -> None:
    start = (
        "import resource, subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import numpy'], check=True)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\nprint(1000 * (used.ru_utime + used.ru_stime))"
    )
    with open_sandbox("docker", slots=1) as box:
        job = Job(python, "import numpy\nprint(1)", (Stdin(),))
        first, second = (box.run([job])[0].tests[0].cpu_ms for _ in range(2))
        cost = float(run(box, python, start, limits=Limits(cpu_s=60)).tests[0].stdout)
    assert first < second + cost / 2, (first, second, cost)


def test_what_is_not_right_is_run_again_before_it_counts(
    docker_box: Sandbox, python: Toolchain
) -> None:
    source = "import sys\nsys.n = getattr(sys, 'n', 0) + 1\nprint(sys.n)"
    job = Job(
        python, source, (Stdin(), Stdin(), Stdin()), SHORT, lambda _, test: test.stdout == b"1\n"
    )
    (result,) = docker_box.run([job])
    assert [test.stdout for test in result.tests] == [b"1\n"] * 3


@pytest.mark.parametrize(
    ("source", "asked"),
    [
        ("n = int(input())\nprint(9 if n else n)", [5, 1]),
        ("n = int(input())\nprint(1 // (n == 0))", [5, 1]),
        ("import os\nn = int(input())\nprint(9 if n else n)", [5, 4]),
        ("import sys\nprint(input() if 'x' not in vars(sys) else 9)\nsys.x = 1", [5, 4, 5]),
        ("import sys\nprint(input() if not hasattr(sys, 'x') else 9)\nsys.x = 1", [5, 1, 5]),
    ],
    ids=["wrong", "raises", "might", "does, and says so", "does, and hides it"],
)
def test_of_a_script_that_leaves_nothing_behind_one_failure_is_run_again_and_stands_for_the_others(
    source: str, asked: list[int], docker_box: Sandbox, python: Toolchain, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    sizes: list[int] = []
    ask = attempt._TestRun._ask

    def counting(self: Any, group: list[int], *, share: bool) -> Any:
        sizes.append(len(group))
        return ask(self, group, share=share)

    monkeypatch.setattr(attempt._TestRun, "_ask", counting)
    tests = tuple(Stdin(b"%d" % i) for i in range(5))
    right = [b"%d\n" % i for i in range(5)]
    job = Job(python, source, tests, SHORT, lambda i, test: test.stdout == right[i])
    (shared,) = docker_box.run([job])
    assert sizes == asked
    (alone,) = docker_box.run([replace(job, processes="per_test")])
    outcomes = [[(test.status, test.stdout) for test in result.tests] for result in (shared, alone)]
    assert outcomes[0] == outcomes[1]


TWO_FACED = """
import os
def f(_):
    try:
        os.fstat(8)  # where a process that tests share has its ledger
    except OSError:
        return False
    return True
"""


@pytest.mark.parametrize("stop", [False, True])
def test_a_program_that_knows_whether_it_shares_a_process_has_one_guess_and_not_two(
    stop: bool, docker_box: Sandbox, python: Toolchain
) -> None:
    right = [i != 6 for i in range(9)]
    called = Job(
        python, TWO_FACED, tuple(Call("f", encode([i])) for i in range(9)), SHORT,
        lambda i, test: decode(test.value or b"") is right[i], stop_at_first_failure=stop,
    )  # fmt: skip
    printed = replace(
        called, source=TWO_FACED + "print(f(0))", tests=(Stdin(),) * 9,
        is_right=lambda i, test: test.stdout == f"{right[i]}\n".encode(),
    )  # fmt: skip
    for job in called, printed:
        shared, alone = docker_box.run([job, replace(job, processes="per_test")])
        ends = [[(t.status, t.stdout, t.value) for t in r.tests] for r in (shared, alone)]
        assert ends[0] == ends[1]
        assert job.is_right is not None
        assert not job.is_right(0, shared.tests[0])


def test_after_the_first_failure_nothing_is_run_where_that_is_asked(
    docker_box: Sandbox, python: Toolchain
) -> None:
    for processes in ("per_test", "auto"):
        job = Job(
            python, "print(input())", tuple(Stdin(b"%d" % i) for i in range(5)), SHORT,
            lambda i, test: int(test.stdout) == i and i != 2, processes, stop_at_first_failure=True,
        )  # fmt: skip
        (result,) = docker_box.run([job])
        assert [test.status for test in result.tests] == [Status.OK] * 3 + [Status.NOT_RUN] * 2


@pytest.mark.parametrize(("wrong", "run"), [(0, [1]), (2, [5, 1]), (None, [5])])
def test_where_one_failure_is_enough_the_first_test_is_judged_before_the_others_run(
    wrong: int | None, run: list[int], docker_box: Sandbox, python: Toolchain, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    counts: list[int] = []
    ask = attempt._TestRun._ask

    def counting(self: Any, group: list[int], *, share: bool) -> Any:
        found = ask(self, group, share=share)
        counts.append(len(found))
        return found

    monkeypatch.setattr(attempt._TestRun, "_ask", counting)
    tests = tuple(Stdin(b"%d" % i) for i in range(5))
    job = Job(
        python, "print(input())", tests, SHORT, lambda i, _: i != wrong, stop_at_first_failure=True
    )
    (result,) = docker_box.run([job])
    assert counts == run
    ended = 5 if wrong is None else wrong + 1
    expected = [Status.OK] * ended + [Status.NOT_RUN] * (5 - ended)
    assert [test.status for test in result.tests] == expected


def test_functions_take_and_return_plain_data(docker_box: Sandbox, python: Toolchain) -> None:
    source = (
        "class Solution:\n def f(self, x):\n  print('noise')\n  return {1: (x, [None])}\n"
        "if __name__ == '__main__': input()"
    )
    for processes in ("per_test", "auto"):
        calls = tuple(Call("f", encode([x])) for x in (1, "é", [1.5, 2**70]))
        (result,) = docker_box.run([Job(python, source, calls, SHORT, processes=processes)])
        assert [decode(test.value or b"") for test in result.tests] == [
            {1: (x, [None])} for x in (1, "é", [1.5, 2**70])
        ]


@pytest.mark.parametrize(
    "body", ["import os; os._exit(0)", "raise SystemExit", "return object()", "yield 1", "1/0"]
)
def test_a_function_that_returns_no_plain_value_is_a_runtime_error(
    docker_box: Sandbox, python: Toolchain, body: str
) -> None:
    (result,) = docker_box.run(
        [Job(python, f"def f():\n {body}", (Call("f", encode([])),) * 2, SHORT)]
    )
    assert {test.status for test in result.tests} == {Status.RUNTIME_ERROR}
    assert {test.value for test in result.tests} == {None}


def test_the_next_program_finds_nothing_of_the_last(docker_box: Sandbox, python: Toolchain) -> None:
    dirt = (
        "import os, sys\nos.makedirs('a/' * 40)\nopen('a/b', 'w').write('secret')\nos.chmod('a', 0)\n"
        "os.mkfifo('pipe'); os.symlink('/etc/passwd', 'link'); sys.modules['re'].x = 1\n"
        "if os.fork() == 0:\n os.setsid()\n while True: pass\n"
    )
    probe = (
        "import os, re, sys\nprint(os.listdir('.'), hasattr(re, 'x'), len([p for p in os.listdir('/proc') if p.isdigit() "
        "and os.stat('/proc/' + p).st_uid == os.getuid()]))\n"
    )
    (clean,) = run(docker_box, python, probe).tests
    assert clean.stdout == b"[] False 1\n"
    for _ in range(3):
        assert run(docker_box, python, dirt).tests[0].status is Status.OK
        assert run(docker_box, python, probe).tests[0].stdout == clean.stdout


def test_nothing_of_an_earlier_program_is_in_memory(docker_box: Sandbox, python: Toolchain) -> None:
    """What the last program printed would be the answer to the same tests."""
    run(docker_box, python, "print('needle' + 'XYZZY' * 3)", b"needle" + b"ABCDE" * 3)
    probe = (
        "found = 0\nparts = ['needle', 'XYZZY', 'ABCDE']\n"
        "for line in open('/proc/self/maps'):\n"
        "    span, rights = line.split()[:2]\n"
        "    if rights[0] != 'r' or 'v' in line[-8:]: continue\n"
        "    a, b = (int(x, 16) for x in span.split('-'))\n"
        "    try:\n"
        "        with open('/proc/self/mem', 'rb') as f:\n"
        "            f.seek(a); text = f.read(b - a)\n"
        "    except (OSError, ValueError, OverflowError): continue\n"
        "    for part in parts[1:]: found += text.count((parts[0] + part * 3).encode())\n"
        "print(found)"
    )
    assert run(docker_box, python, probe, limits=Limits()).tests[0].stdout == b"0\n"


def test_runs_are_repeatable(docker_box: Sandbox, python: Toolchain) -> None:
    source = "import random; print(random.random(), hash('x'), list({'a', 'b', 'c'}))"
    outputs = {
        t.stdout
        for p in ("per_test", "auto")
        for t in run(docker_box, python, source, b"", b"", processes=p).tests
    }
    assert len(outputs) == 1


def test_compiled_programs_are_compiled_once_and_say_why_not(docker_box: Sandbox) -> None:
    source = "#include <bits/stdc++.h>\nint main() { int n; std::cin >> n; std::cout << n * 2; }"
    cpp = toolchain(find_language("cpp"), source, 256)
    tests = tuple(Stdin(b"%d" % i) for i in range(3))
    started = time.monotonic()
    results = docker_box.run([Job(cpp, source, tests) for _ in range(2)])
    assert [t.stdout for r in results for t in r.tests] == [b"0", b"2", b"4"] * 2
    first_s = time.monotonic() - started
    started = time.monotonic()
    docker_box.run([Job(cpp, source, tests)])
    assert time.monotonic() - started < first_s
    (broken,) = docker_box.run([Job(cpp, source.replace("std::cin", "std::cim"), tests)])
    assert broken.status is Status.COMPILE_ERROR
    assert "cim" in broken.note


def test_a_program_in_a_newer_cpp_compiles_too(docker_box: Sandbox) -> None:
    source = (
        "#include <iostream>\n#include <ranges>\nint main() { int n; std::cin >> n; int sum = 0;\n"
        "for (int x : std::views::iota(0, n)) sum += x; std::cout << sum; }"
    )
    cpp = toolchain(find_language("cpp"), source, 256)
    (result,) = docker_box.run([Job(cpp, source, (Stdin(b"5"),))])
    assert [test.stdout for test in result.tests] == [b"10"], result.note


@pytest.mark.slow
def test_a_java_program_may_be_in_a_package(docker_box: Sandbox) -> None:
    if images.missing(["jvm"]):
        pytest.skip("the image group jvm is not built")
    source = (
        "package com.example;\nclass Help { static int twice(int x) { return 2 * x; } }\n"
        "public class Main { record R(int x) {} public static void main(String[] a) {\n"
        "System.out.print(new R(Help.twice(new java.util.Scanner(System.in).nextInt())).x()); } }"
    )
    java = toolchain(find_language("java"), source, 512)
    (result,) = docker_box.run([Job(java, source, (Stdin(b"5"),), Limits(cpu_s=30))])
    assert [test.stdout for test in result.tests] == [b"10"], result


def test_a_tool_that_the_image_does_not_have_is_our_failure_not_the_programs(
    docker_box: Sandbox, python: Toolchain
) -> None:
    (result,) = docker_box.run([Job(replace(python, run_argv=("cobol",)), "x", (Stdin(),))])
    assert result.status is Status.SANDBOX_DOWN
    assert "cobol" in result.note


def test_asserts_are_counted_one_by_one(docker_box: Sandbox, python: Toolchain) -> None:
    source = "def f(x):\n if x == 3: raise ValueError('three')\n return x * 2"
    code = "assert f(1) == 2\nassert f(2) == 5\nassert f(3) == 6\nassert f(4) == 8"
    (result,) = docker_box.run([Job(python, source, Asserts(code), SHORT)])
    assert [test.passed for test in result.tests] == [True, False, False, True]
    assert [test.status.value for test in result.tests] == ["ok", "ok", "runtime_error", "ok"]
    assert result.trust == "full"


def test_many_threads_may_ask_at_once(docker_box: Sandbox, python: Toolchain) -> None:
    found: dict[int, bytes] = {}

    def ask(i: int) -> None:
        found[i] = run(docker_box, python, "print(input())", b"%d" % i).tests[0].stdout

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {i: b"%d\n" % i for i in range(20)}


def test_a_passed_deadline_gives_up_the_job_and_not_the_sandbox(
    docker_box: Sandbox, python: Toolchain
) -> None:
    sleeper = Job(python, "import time; time.sleep(99)", (Stdin(),), Limits(wall_s=60))
    started = time.monotonic()
    results = docker_box.run([sleeper] * 3, deadline=time.monotonic() + 0.5)
    assert {r.status for r in results} == {Status.DEADLINE}
    assert time.monotonic() - started < 50  # they sleep for longer
    assert run(docker_box, python, "print(1)").tests[0].stdout == b"1\n"


def test_a_bad_job_is_a_bad_call(docker_box: Sandbox, python: Toolchain) -> None:
    with pytest.raises(BadCallError, match="at least one test"):
        docker_box.submit(Job(python, "", ()))


def test_a_forked_child_gets_slots_of_its_own(docker_box: Sandbox, python: Toolchain) -> None:
    assert run(docker_box, python, "print(1)").tests[0].stdout == b"1\n"
    child = os.fork()
    if child == 0:
        ok = run(docker_box, python, "print(2)").tests[0].stdout == b"2\n"
        docker_box.close()
        os._exit(0 if ok else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert run(docker_box, python, "print(3)").tests[0].stdout == b"3\n"


MISCHIEF = """
import os, signal, sys, time
n = int(input())
if n == BAD:
    {}
print(n)
"""


@pytest.mark.parametrize("bad", [0, 1, 6, 11])
@pytest.mark.parametrize(
    "mischief",
    [
        "1 // 0",
        "sys.exit(0)",
        "os._exit(0)",
        "os._exit(7)",
        "os.kill(os.getpid(), signal.SIGSEGV)",
        "while True: pass",
        "time.sleep(9)",
        "print('x' * 9_000_000)",
        "sys.stderr.write('x' * 9_000_000)",
        "bytearray(2 << 30)",
        "sys.stdout.close()",
        "sys.stdout.detach()",
        "os.close(1)",
        "sys.stdout = open('/dev/null', 'w')",
        "os.ftruncate(1, 0)",
        "os.lseek(1, 1 << 20, 0)",
    ],
)
def test_of_tests_that_share_a_process_each_ends_as_it_does_alone(
    mischief: str, bad: int, docker_box: Sandbox, python: Toolchain
) -> None:
    source = MISCHIEF.format(mischief).replace("BAD", str(bad))
    cpu_s = 0.5 if mischief in ("while True: pass", "time.sleep(9)") else 10
    limits = replace(SHORT, cpu_s=cpu_s, wall_s=2 * cpu_s, memory_mb=256)
    right = [b"%d\n" % i for i in range(12)]
    job = Job(
        python, source, tuple(Stdin(text) for text in right), limits, lambda i, test: test.stdout == right[i]
    )  # fmt: skip
    jobs = [job, replace(job, processes="per_test")]
    jobs += [replace(each, stop_at_first_failure=True) for each in jobs]
    shared, alone, shared_once, alone_once = (
        [(test.status, test.stdout, test.exit_code, test.signal) for test in result.tests]
        for result in docker_box.run(jobs)
    )
    assert shared == alone
    assert shared_once == alone_once


def test_after_the_first_test_the_others_are_handed_out_at_once(
    docker_box: Sandbox, python: Toolchain
) -> None:
    """The count behind the speed: two conversations with the process instead of twenty."""
    source = (
        "import sys\nframe = sys._getframe()\nwhile 'inputs' not in frame.f_locals: frame = frame.f_back\n"
        "print(len(frame.f_locals['inputs']), input())"
    )
    result = run(docker_box, python, source, *(b"%d" % i for i in range(20)), limits=Limits())
    assert [test.stdout for test in result.tests[:2]] == [b"1 0\n", b"19 1\n"]


def test_long_inputs_and_outputs_arrive_whole_whatever_came_before(
    docker_box: Sandbox, python: Toolchain
) -> None:
    sizes = [0, 1, 65_000, 2, 70_000, 300_000, 3, 3_000_000, 0, 40_000, 40_000, 5]
    texts = [b"ab" * (size // 2) + b"c" * (size % 2) for size in sizes]
    source = "import sys\ntext = sys.stdin.read()\nsys.stdout.write(text)\nsys.stderr.write(text)"
    result = run(docker_box, python, source, *texts)
    assert [test.status for test in result.tests] == [Status.OK] * len(texts)
    assert [test.stdout for test in result.tests] == texts
    assert [test.stderr for test in result.tests] == [text[:2048] for text in texts]


def test_of_a_shared_process_each_test_has_its_own_part_of_the_time(
    docker_box: Sandbox, python: Toolchain
) -> None:
    source = "import time\nends = time.process_time() + float(input())\nwhile time.process_time() < ends: pass"
    inputs = (b"0", b"0.02", b"0", b"0.4", b"0.4", b"0.4", b"0")
    result = run(docker_box, python, source, *inputs, limits=Limits(cpu_s=1, wall_s=60))
    times = [test.cpu_ms for test in result.tests]
    assert {test.status for test in result.tests} == {Status.OK}  # of a limit for each
    assert sum(times) > 1200
    assert sum(times[3:6]) > sum(times) / 2  # by its clock, which goes on while another has the CPU


@pytest.mark.parametrize(
    "forged",
    [
        "os.write(3, struct.pack('!BBI', 100, 0, i))",
        "os.write(3, struct.pack('!BBI', 100, 0, i + 30))",
        "os.write(3, b'x' * 100)",
        "os.pwrite(8, b'\\xff' * 2500, 0)",
        "os.pwrite(8, struct.pack('!BQQQ', 0, 1 << 63, 5, 0) * 400, 0)",
        "os.pwrite(8, b'', 1 << 20) or os.ftruncate(8, 1 << 20)",
    ],
)
def test_a_program_that_keeps_the_books_itself_gains_nothing_and_holds_nothing_up(
    forged: str, docker_box: Sandbox, python: Toolchain
) -> None:
    source = f"import os, struct\nfor i in range(400):\n try: {forged}\n except OSError: pass\nprint('no')"
    tests = tuple(Stdin(b"%d" % i) for i in range(400))
    job = Job(
        python, source, tests, SHORT, lambda _, test: test.stdout != b"no\n", stop_at_first_failure=True
    )  # fmt: skip
    started = time.monotonic()
    for each in (job, replace(job, source=source.replace("'no'", "input()"))):
        (result,) = docker_box.run([each])
        assert result.status is Status.OK
    assert time.monotonic() - started < 200  # one limit of time for each test would be 800
    assert run(docker_box, python, "print(1)").tests[0].stdout == b"1\n"


def test_parts_that_overlap_in_forged_books_hold_no_more_than_was_printed(
    docker_box: Sandbox, python: Toolchain
) -> None:
    """Each second part all of the output: a gigabyte, which took the supervisor's life and left the job unscored."""
    source = """
import os, struct
os.write(1, b"x" * 4_000_000)
os.pwrite(8, b"".join(struct.pack("!BQQQ", 0, i % 2 * 4_000_000, 0, 0) for i in range(400)), 0)
for last in 0, 399:
    os.write(3, struct.pack("!BBI", 100, 0, last))
    os.read(3, 100_000)
"""
    job = Job(python, source, (Stdin(),) * 400, SHORT, lambda _, test: not test.stdout)
    (result,) = docker_box.run([job])
    assert result.status is Status.OK


@pytest.mark.parametrize("count", [1, 3])
def test_a_program_cannot_say_that_the_image_lacks_its_interpreter(
    count: int, docker_box: Sandbox, python: Toolchain
) -> None:
    source = "import os, struct\nos.write(3, struct.pack('!BBI', ord('x'), 127, 0))\nos._exit(1)"
    result = run(docker_box, python, source, *[b""] * count)
    assert {test.status for test in result.tests} == {Status.RUNTIME_ERROR}


@pytest.mark.parametrize("processes", ["per_test", "auto"])
def test_a_program_that_prints_much_for_each_of_many_tests_is_judged(
    processes: Any, docker_box: Sandbox, python: Toolchain
) -> None:
    limits = Limits(memory_mb=64)  # less than what it prints in all
    source = "print('x' * 4_000_000)"
    result = run(docker_box, python, source, *[b""] * 60, processes=processes, limits=limits)
    assert {(test.status, len(test.stdout)) for test in result.tests} == {(Status.OK, 4_000_001)}


def test_files_and_streams_that_fill_the_memory_do_not_cost_the_slot(
    docker_box: Sandbox, python: Toolchain
) -> None:
    source = """
import os, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for fd in 1, 2, *(os.open(f"/tmp/{i}", os.O_CREAT | os.O_RDWR) for i in range(5)):
    try:
        for _ in range(70): os.write(fd, b"x" * (1 << 20))
    except OSError: pass
"""
    result = run(docker_box, python, source, limits=Limits(memory_mb=32))
    assert result.status is Status.OK
    assert result.tests[0].status in (Status.OUTPUT_LIMIT, Status.MEMORY_LIMIT)


@pytest.mark.parametrize("processes", ["per_test", "auto"])
def test_of_a_long_output_the_verdict_is_kept_and_its_beginning(
    processes: Any, docker_box: Sandbox, python: Toolchain
) -> None:
    right = [b"%d" % i * 100_000 for i in range(4)]
    printing = Job(
        python, "n = int(input())\nprint(str(n) * 100_000, end='z' * (n == 2))",
        tuple(Stdin(b"%d" % i) for i in range(4)), SHORT, lambda i, test: test.stdout == right[i], processes,
    )  # fmt: skip
    returning = replace(
        printing, source="def f(n): return str(n) * 100_000 + 'z' * (n == 2)",
        tests=tuple(Call("f", encode([i])) for i in range(4)),
        is_right=lambda i, test: decode(test.value or b"") == right[i].decode(),
    )  # fmt: skip
    for job in printing, returning:
        (result,) = docker_box.run([job])
        assert [test.passed for test in result.tests] == [True, True, False, True]
        assert {len(test.value or test.stdout) for test in result.tests} == {attempt.KEPT_OUTPUT}


def test_a_program_starts_with_what_the_interpreter_did_before_the_fork(
    docker_box: Sandbox, python: Toolchain
) -> None:
    """Page faults are half of what a program costs: 304 without the rehearsal before the fork, 226 with it."""
    source = "import resource\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)"
    counts = [int(run(docker_box, python, source).tests[0].stdout) for _ in range(5)]
    assert min(counts) < 300


def test_nothing_of_the_rehearsal_is_seen_by_programs(
    docker_box: Sandbox, python: Toolchain
) -> None:
    source = (
        "import os, random, sys\nprint(sys.argv, __file__, len(os.listdir('/proc/self/fd')), sorted(vars()), random.random())\n"
        "print('n' in vars(), 'seen' in vars(sys.modules['__main__']), sys.getrecursionlimit())"
    )
    result = run(docker_box, python, source, b"1", b"2", processes="auto")
    random = __import__("random").Random(0).random()
    names = "['__builtins__', '__doc__', '__file__', '__loader__', '__name__', '__package__', '__spec__', 'os', 'random', 'sys']"
    expected = f"['/tmp/main.py'] /tmp/main.py {{}} {names} {random}\nFalse False 1000\n"
    assert [t.stdout.decode() for t in result.tests] == [expected.format(10)] * 2
