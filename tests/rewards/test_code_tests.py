"""The `code` reward: programs to numbers. What needs an engine is marked; the rest runs on a scripted sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from r1rewards import get_reward, score, score_batch
from r1rewards.cli import main
from r1rewards.errors import BadCallError
from r1rewards.sandbox import running, testsets
from r1rewards.sandbox.jobs import Asserts, Job, JobResult, Status, TestResult
from r1rewards.verdicts import Verdict

STDIN = {"type": "stdin", "cases": [{"input": f"{i}\n", "output": f"{i + 1}\n"} for i in range(4)]}
FUNCTION = {"type": "function", "fn_name": "f", "cases": [{"args": [i], "expected": i + 1} for i in range(4)]}  # fmt: skip
ASSERT = {"type": "assert", "code": "assert f(1) == 2\nassert f(2) == 3\n"}


def fenced(code: str, language: str = "python") -> str:
    return f"<think>\nhm\n</think>\nSo:\n```{language}\n{code}\n```\n"


RIGHT = fenced("print(int(input()) + 1)")
RIGHT_F = fenced("def f(x):\n    return x + 1")

# --- without an engine ------------------------------------------------------------------------------------------------


@dataclass
class Scripted:
    """A sandbox whose every result is written down by the test: for what an engine cannot be asked to do."""

    results: Callable[[Job], JobResult]
    jobs: list[Job] = field(default_factory=list)
    deadlines: list[float | None] = field(default_factory=list)

    def submit(self, job: Job, *, deadline: float | None = None) -> Scripted.Handle:
        self.jobs.append(job)
        self.deadlines.append(deadline)
        return Scripted.Handle(self.results(job))

    @dataclass
    class Handle:
        value: JobResult

        def result(self, timeout_s: float | None = None) -> JobResult:
            return self.value


def answers(*outputs: bytes) -> JobResult:
    return JobResult(Status.OK, tuple(TestResult(Status.OK, stdout=o, cpu_ms=1.5) for o in outputs))


ALL_RIGHT = answers(b"1", b"2", b"3", b"4")


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Scripted]:
    def install(results: Callable[[Job], JobResult] = lambda _: ALL_RIGHT) -> Scripted:
        sandbox = Scripted(results)
        monkeypatch.setattr(running, "shared_sandbox", lambda _backend: sandbox)
        return sandbox

    return install


def code(completion: str, reference: Any, /, **options: Any) -> Any:
    return score(completion, reference, rewards="code", **options).outcomes["code"]


def test_the_share_of_cases_is_the_reward(scripted: Callable[..., Scripted]) -> None:
    scripted(lambda _: answers(b"1", b"0", b"3", b"4"))
    outcome = code(RIGHT, STDIN)
    assert (outcome.verdict, outcome.reward) == (Verdict.PARTIAL, 0.75)
    assert [t["verdict"] for t in outcome.detail["tests"]] == ["correct", "wrong", "correct", "correct"]  # fmt: skip
    assert outcome.detail["tests"][0]["cpu_ms"] == 1.5
    assert outcome.detail["first_failure"] == {"test": 1, "got": "0", "expected": "2\n"}


def test_all_or_nothing_pays_for_all_only(scripted: Callable[..., Scripted]) -> None:
    sandbox = scripted(lambda _: answers(b"1", b"0", b"3", b"4"))
    outcome = code(RIGHT, STDIN, all_or_nothing=True)
    assert (outcome.verdict, outcome.reward) == (Verdict.WRONG, 0.0)
    assert sandbox.jobs[0].stop_at_first_failure
    assert (
        score(RIGHT, STDIN, rewards="accuracy").outcomes["accuracy"].verdict is Verdict.WRONG
    )  # the same there


@pytest.mark.parametrize(
    ("status", "verdict", "reward"),
    [
        (Status.RUNTIME_ERROR, Verdict.RUNTIME_ERROR, 0.0),
        (Status.TIME_LIMIT, Verdict.TIME_LIMIT, 0.0),
        (Status.MEMORY_LIMIT, Verdict.MEMORY_LIMIT, 0.0),
        (Status.OUTPUT_LIMIT, Verdict.OUTPUT_LIMIT, 0.0),
    ],
)
def test_what_happened_to_the_first_failing_test_is_the_verdict(
    scripted: Callable[..., Scripted], status: Status, verdict: Verdict, reward: float
) -> None:
    scripted(lambda _: JobResult(Status.OK, (TestResult(status), TestResult(Status.OK))))
    two = {**STDIN, "cases": [{"output": "1"}, {"output": "2"}]}
    outcome = code(RIGHT, two)
    assert (outcome.verdict, outcome.reward) == (verdict, reward)


@pytest.mark.parametrize(
    ("status", "verdict", "reward"),
    [
        (Status.COMPILE_ERROR, Verdict.COMPILE_ERROR, 0.0),
        (Status.SANDBOX_DOWN, Verdict.SANDBOX_DOWN, None),
        (Status.DEADLINE, Verdict.DEADLINE, None),
        (Status.REFUSED, Verdict.UNDECIDED, None),
        (Status.BAD_TESTS, Verdict.BAD_REFERENCE, None),
    ],
)
def test_a_program_that_was_not_run_is_never_zero_for_our_sake(
    scripted: Callable[..., Scripted], status: Status, verdict: Verdict, reward: float | None
) -> None:
    scripted(lambda _: JobResult(status, note="because"))
    outcome = code(RIGHT, STDIN)
    assert (outcome.verdict, outcome.reward) == (verdict, reward)
    assert outcome.detail["note"] == "because"


def test_what_failed_on_our_side_is_logged_and_counted(
    scripted: Callable[..., Scripted], caplog: pytest.LogCaptureFixture
) -> None:
    scripted(lambda _: JobResult(Status.SANDBOX_DOWN, note="no engine"))
    scores = score_batch([RIGHT, "x"], STDIN, rewards="code")
    assert np.isnan(scores.rewards[0, 0])
    assert scores.rewards[1, 0] == 0.0
    assert "1 of 2 rollouts unscored (1 sandbox_down). no engine" in caplog.text


def test_identical_programs_run_once(scripted: Callable[..., Scripted]) -> None:
    sandbox = scripted()
    other = fenced("print(2)")
    completions = [RIGHT, other, RIGHT, RIGHT.replace("So", "Therefore"), other]
    copies = [json.loads(json.dumps(STDIN)) for _ in completions]
    scores = score_batch(completions, copies, rewards="code")
    assert len(sandbox.jobs) == 2
    assert scores.rewards.shape == (5, 1)
    assert set(scores.rewards[:, 0]) == {1.0}


def test_identical_programs_for_different_tests_do_not(scripted: Callable[..., Scripted]) -> None:
    sandbox = scripted()
    other = {**STDIN, "cpu_s": 1.0}
    score_batch([RIGHT, RIGHT], [STDIN, other], rewards="code")
    assert sorted(job.limits.cpu_s for job in sandbox.jobs) == [1.0, 6.0]


def test_each_distinct_reference_is_read_once(
    scripted: Callable[..., Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted()
    read: list[Any] = []
    original = testsets.read_tests
    monkeypatch.setattr(testsets, "read_tests", lambda *a: (read.append(a), original(*a))[1])
    text = json.dumps(STDIN)
    score_batch([RIGHT] * 6, [STDIN, dict(STDIN), STDIN, text, text, text], rewards="code")
    assert len(read) == 2  # as a dict, and as text


def test_most_tests_go_first(scripted: Callable[..., Scripted]) -> None:
    sandbox = scripted(lambda job: JobResult(Status.SANDBOX_DOWN))
    many = {**STDIN, "cases": STDIN["cases"] * 5}
    score_batch([RIGHT] * 3, [STDIN, many, ASSERT], rewards="code")
    sizes = [1 if isinstance(job.tests, Asserts) else len(job.tests) for job in sandbox.jobs]
    assert sizes == [20, 4, 1]


def test_the_deadline_of_the_batch_goes_along(scripted: Callable[..., Scripted]) -> None:
    sandbox = scripted()
    score_batch([RIGHT], [STDIN], rewards="code", deadline_s=100)
    assert sandbox.deadlines[0] is not None


def test_a_heap_that_is_full_is_a_memory_limit(scripted: Callable[..., Scripted]) -> None:
    def ended(memory_mb: float) -> Callable[[Job], JobResult]:
        crash = TestResult(Status.RUNTIME_ERROR, exit_code=1, memory_mb=memory_mb)
        return lambda _: JobResult(Status.OK, (crash,))

    tests = {"type": "stdin", "language": "java", "cases": [{"output": "1"}]}
    scripted(ended(760))
    assert code(fenced("x", "java"), tests).verdict is Verdict.MEMORY_LIMIT
    scripted(ended(60))
    assert code(fenced("x", "java"), tests).verdict is Verdict.RUNTIME_ERROR


@pytest.mark.parametrize(
    ("completion", "verdict"),
    [
        ("no program", Verdict.NO_ANSWER),
        ("", Verdict.NO_ANSWER),
        ("<think>\n```python\nprint(1)\n```", Verdict.NO_ANSWER),  # the thought never closes
        ("<think>```python\nprint(1)\n```</think> done", Verdict.NO_ANSWER),
        (fenced("print(1)", "cpp"), Verdict.NO_ANSWER),
        (fenced(" \n"), Verdict.NO_ANSWER),
        (fenced("x = 1\n" * 2_000_000), Verdict.COMPILE_ERROR),  # 12 MB
    ],
)
def test_without_a_program_the_reward_is_zero(
    scripted: Callable[..., Scripted], completion: str, verdict: Verdict
) -> None:
    sandbox = scripted()
    outcome = code(completion, STDIN)
    assert (outcome.verdict, outcome.reward) == (verdict, 0.0)
    assert not sandbox.jobs


def test_the_program_is_the_last_block_after_the_thinking(scripted: Callable[..., Scripted]) -> None:  # fmt: skip
    sandbox = scripted()
    code("<think>```python\nprint(0)\n```</think>```python\nprint(1)\n```\n```py\nprint(2)\n```", STDIN)  # fmt: skip
    assert sandbox.jobs[0].source == "print(2)\n"


@pytest.mark.parametrize("reference", [None, {}, "", "4", {"type": "quine"}, {"type": "stdin", "cases": []}])  # fmt: skip
def test_without_readable_tests_nothing_is_scored(
    scripted: Callable[..., Scripted], reference: Any
) -> None:
    sandbox = scripted()
    outcome = code(RIGHT, reference)
    expected = Verdict.NOT_APPLICABLE if reference is None else Verdict.BAD_REFERENCE
    assert (outcome.verdict, outcome.reward) == (expected, None)
    assert outcome.detail["reason"]
    assert not sandbox.jobs


def test_a_bad_reference_names_its_field() -> None:
    outcome = code(RIGHT, {"type": "stdin", "cases": [{"input": "1"}]})
    assert outcome.detail["field"] == "cases[0].output"


def test_the_column_tests_wins_over_the_reference(scripted: Callable[..., Scripted]) -> None:
    sandbox = scripted()
    assert code(RIGHT, "some answer", tests=STDIN).reward == 1.0
    assert len(sandbox.jobs[0].tests) == 4  # type: ignore[arg-type]


def test_columns_of_a_data_set_are_tests(scripted: Callable[..., Scripted]) -> None:
    sandbox = scripted(lambda _: answers(b"3"))
    pairs = {"inputs": [["1 2\n"], ["3\n"]], "outputs": [["3\n"], ["4\n"]]}
    scores = score_batch([RIGHT, RIGHT], rewards="code", **pairs)
    assert scores.rewards.tolist() == [[1.0], [0.0]]
    assert len(sandbox.jobs) == 2


def test_accuracy_reads_rows_of_code_data_sets_where_there_is_no_other_reference(
    scripted: Callable[..., Scripted],
) -> None:
    sandbox = scripted(lambda _: answers(b"3"))
    row = {"inputs": ["1 2\n"], "outputs": ["3\n"]}
    assert score(RIGHT, rewards="accuracy", **row).total == 1.0
    assert len(sandbox.jobs) == 1
    answer = score("\\boxed{4}", "4", rewards="accuracy", **row).outcomes["accuracy"]
    assert (answer.verdict, answer.detail["answer"]) == (Verdict.CORRECT, "4")
    assert len(sandbox.jobs) == 1
    lone = score(RIGHT, rewards="accuracy", starter_code="x").outcomes["accuracy"]
    assert lone.verdict is Verdict.NOT_APPLICABLE


def test_check_reads_the_tests_of_code_data_sets(
    scripted: Callable[..., Scripted], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scripted(lambda _: answers(b"3"))
    row = {"completion": RIGHT, "inputs": ["1 2\n"], "outputs": ["3\n"]}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n")
    assert main(["check", str(tmp_path / "rows.jsonl"), "--rewards", "accuracy", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["mean_total"] == 1.0


def test_limits_may_come_as_columns(scripted: Callable[..., Scripted]) -> None:
    sandbox = scripted()
    score_batch([RIGHT, RIGHT], STDIN, rewards="code", cpu_s=[1.0, None], memory_mb=64)
    assert sorted(job.limits.cpu_s for job in sandbox.jobs) == [1.0, 6.0]
    assert {job.limits.memory_mb for job in sandbox.jobs} == {64}


def test_options_can_be_fixed_and_unknown_ones_are_refused() -> None:
    assert get_reward("code", all_or_nothing=True).fixed == {"all_or_nothing": True}
    with pytest.raises(BadCallError, match="no option strictness"):
        get_reward("code", strictness=3)


def test_an_unknown_sandbox_is_a_bad_call() -> None:
    with pytest.raises(BadCallError, match='"docker" or "local"'):
        score(RIGHT, STDIN, rewards="code", sandbox="podman")


def test_low_trust_can_be_refused(scripted: Callable[..., Scripted]) -> None:
    sandbox = scripted()
    code(RIGHT_F, ASSERT, low_trust=False)
    assert sandbox.jobs[0].low_trust is False


# --- with an engine ---------------------------------------------------------------------------------------------------

docker = pytest.mark.docker


def verdicts(completions: Sequence[str], tests: Any, **options: Any) -> list[tuple[str, float]]:
    scores = score_batch(list(completions), tests, rewards="code", **options)
    return [(v.value, r) for v, r in zip(scores.verdicts[:, 0], scores.rewards[:, 0].tolist(), strict=True)]  # fmt: skip


@docker
def test_stdin_programs_for_real() -> None:
    programs = [
        RIGHT,
        fenced("n = int(input())\nprint(n + 1 if n < 3 else 0)"),
        fenced("print(1)\nraise SystemExit(2)"),
        fenced("if"),
        fenced("print('\\x00')"),
        "text\n```python\nprint(1)\0\n```",
        fenced("print('\ud800')"),
        fenced("import sys\nwhile True: sys.stdout.write('x' * 65536)"),
    ]
    assert verdicts(programs, STDIN, cpu_s=2.0) == [
        ("correct", 1.0),
        ("partial", 0.75),
        ("runtime_error", 0.0),
        ("compile_error", 0.0),
        ("wrong", 0.0),
        ("compile_error", 0.0),
        ("compile_error", 0.0),
        ("output_limit", 0.0),
    ]


@docker
def test_functions_for_real() -> None:
    programs = [
        RIGHT_F,
        fenced("class Solution:\n    def f(self, x: Optional[int]) -> int:\n        return x + 1"),
        fenced("f = lambda x: float(x + 1)"),
        fenced("def f(x):\n    return x + 1 if x else True"),
        fenced("def g(x):\n    return x"),
    ]
    assert verdicts(programs, FUNCTION) == [
        ("correct", 1.0),
        ("correct", 1.0),
        ("correct", 1.0),
        ("partial", 0.75),
        ("runtime_error", 0.0),
    ]


@docker
def test_asserts_for_real() -> None:
    programs = [RIGHT_F, fenced("def f(x):\n    return 2"), fenced("def f(x):\n    return 0"), fenced("f = 1 //")]  # fmt: skip
    assert verdicts(programs, ASSERT) == [("correct", 1.0), ("partial", 0.5), ("wrong", 0.0), ("compile_error", 0.0)]  # fmt: skip


WITH_HELPER = {
    "test": "def check(candidate):\n    assert twice(candidate(4)) == 4\n    assert twice(candidate(6)) == 6\n",
    "entry_point": "half",
    "prompt": 'from typing import List\n\n\ndef twice(x):\n    return 2 * x\n\n\ndef half(x):\n    """Half of x."""\n',
}


@docker
def test_helpers_of_the_prompt_are_the_tests_and_not_the_programs() -> None:
    programs = [
        fenced("def half(x):\n    return x // 2"),
        fenced("    return x // 2"),
        fenced("def twice(x):\n    return [4, 6][x]\ndef half(x):\n    return int(x == 6)"),
        fenced(
            "class Same:\n    def __rmul__(self, n):\n        return 4\ndef half(x):\n    return Same()"
        ),
    ]
    assert [verdict for verdict, _ in verdicts(programs, WITH_HELPER)] == ["correct", "correct", "wrong", "runtime_error"]  # fmt: skip


@docker
def test_an_entry_point_may_be_a_method_of_a_solution() -> None:
    check = (
        "def check(candidate):\n    assert candidate(x=1) == 2\n    assert candidate(x=2) == 3\n"
    )
    tests = {"test": check, "entry_point": "Solution().f"}
    programs = [
        fenced("class Solution:\n    def f(self, x: List[int]):\n        return x + 1"),
        fenced("class Solution:\n    def f(self, x):\n        return 2"),
    ]
    assert verdicts(programs, tests) == [("correct", 1.0), ("partial", 0.5)]


CHECKER = {"type": "checker", "cases": [{"input": "12\n", "output": "3 4\n"}, {"input": "7\n", "output": "1 7\n"}]}  # fmt: skip
IN_PYTHON = """
import sys
n, (a, b) = int(open(sys.argv[1]).read()), map(int, open(sys.argv[2]).read().split())
assert open(sys.argv[3]).read().split()
sys.exit(0 if a * b == n else 1)
"""
IN_CPP = """
#include "testlib.h"
int main(int argc, char** argv) {
    std::ifstream in(argv[1]), out(argv[2]), answer(argv[3]);
    long long n, a, b;
    in >> n;
    if (!(out >> a >> b)) return PE;
    return a * b == n ? OK : WA;
}
"""
HEADER = "#include <fstream>\nenum { OK, WA, PE };\n"


@docker
@pytest.mark.parametrize(
    "checker",
    [
        {"language": "python", "code": IN_PYTHON},
        {"language": "cpp", "code": IN_CPP, "files": {"testlib.h": HEADER}},
    ],
    ids=["python", "cpp"],
)
def test_checkers_for_real(checker: dict[str, Any]) -> None:
    programs = [
        fenced("n = int(input())\nprint(n, 1)"),  # another answer than the expected one
        fenced("n = int(input())\nprint(3, 4)"),
        fenced("print('three four')"),
        fenced("print(open('answer.txt').read())"),
        fenced("1 // 0"),
    ]
    assert verdicts(programs, {**CHECKER, "checker": checker}) == [
        ("correct", 1.0),
        ("partial", 0.5),
        ("wrong", 0.0),
        ("runtime_error", 0.0),
        ("runtime_error", 0.0),
    ]


@docker
@pytest.mark.parametrize("source", ["import sys; sys.exit(3)", "if", "while True: pass"])
def test_a_checker_that_fails_on_its_own_answer_is_the_datas_fault(source: str) -> None:
    tests = {**CHECKER, "checker": {"language": "python", "code": source}}
    (found,) = verdicts([fenced("print(3, 4)")], tests)
    assert found[0] == "bad_reference"


@docker
def test_a_checker_that_only_this_output_breaks_says_wrong() -> None:
    checker = {"language": "python", "code": "import sys, os\nos.abort() if 'x' in open(sys.argv[2]).read() else 0"}  # fmt: skip
    assert verdicts([fenced("print('x')")], {**CHECKER, "checker": checker}) == [("wrong", 0.0)]
