"""Every shape tests come in becomes one form; what cannot be read names the field."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from r1rewards.errors import BadTestsError
from r1rewards.sandbox import testsets, wire
from r1rewards.sandbox.jobs import Asserts, Call, Limits, Status, Stdin, TestResult
from r1rewards.sandbox.testsets import LARGEST_TESTS_MB, TestSet, read_tests

STDIN = {"type": "stdin", "cases": [{"input": "1 2\n", "output": "3\n"}]}
FUNCTION = {"type": "function", "fn_name": "add", "cases": [{"args": [1, 2], "expected": 3}]}
ASSERT = {"type": "assert", "code": "assert add(1, 2) == 3\n"}
CHECKER = {
    "type": "checker",
    "cases": [{"input": "", "output": "1"}],
    "checker": {"language": "python", "code": "0"},
}
SHAPES = [STDIN, FUNCTION, ASSERT, CHECKER]


def returned(tests: TestSet, value: Any, i: int = 0) -> bool:
    assert tests.is_right is not None
    return tests.is_right(i, TestResult(Status.OK, value=wire.encode(value)))


def printed(tests: TestSet, stdout: str, i: int = 0) -> bool:
    assert tests.is_right is not None
    return tests.is_right(i, TestResult(Status.OK, stdout=stdout.encode()))


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape["type"])
def test_a_dict_and_its_json_text_are_the_same_tests(shape: dict[str, Any]) -> None:
    ours, texts = read_tests(shape), read_tests(json.dumps(shape))
    assert (ours.tests, ours.limits, ours.expected) == (texts.tests, texts.limits, texts.expected)


@pytest.mark.parametrize("shape", [STDIN, FUNCTION, CHECKER], ids=lambda shape: shape["type"])
def test_expected_values_are_not_in_the_job(shape: dict[str, Any]) -> None:
    secret = json.loads(json.dumps(shape).replace('"3\\n"', '"secret"').replace('"1"', '"secret"').replace("3}", '"secret"}'))  # fmt: skip
    tests = read_tests(secret)
    assert "secret" in repr(tests.expected)
    job = tests.job("pass")
    assert "secret" not in repr(job)
    assert "secret" not in repr(job.tests)


def test_stdin_tests() -> None:
    tests = read_tests(STDIN)
    assert tests.tests == (Stdin(b"1 2\n"),)
    assert printed(tests, "3 \n\n")
    assert not printed(tests, "3.0")


def test_function_tests() -> None:
    tests = read_tests(FUNCTION)
    assert tests.tests == (Call("add", wire.encode([1, 2])),)
    assert returned(tests, 3)
    assert not returned(tests, True)
    assert tests.is_right is not None
    assert not tests.is_right(0, TestResult(Status.OK, value=b"{not json"))
    assert not tests.is_right(0, TestResult(Status.OK, value=None))


def test_assert_tests() -> None:
    tests = read_tests({**ASSERT, "entry_point": "add"})
    assert tests.tests == Asserts("assert add(1, 2) == 3\n", "add")
    assert tests.is_right is None


def test_checker_tests_keep_the_answers_on_the_host() -> None:
    tests = read_tests(CHECKER)
    assert tests.checker is not None
    assert tests.checker.answers == (b"1",)
    assert tests.tests == (Stdin(b""),)


def test_limits_and_defaults() -> None:
    limits = read_tests({**STDIN, "cpu_s": 2, "max_output_kb": 8}).limits
    assert limits == Limits(cpu_s=2.0, output_kb=8)
    assert read_tests(STDIN, {"cpu_s": 3.0, "memory_mb": None}).limits.cpu_s == 3.0
    assert read_tests({**STDIN, "cpu_s": 2}, {"cpu_s": 3.0}).limits.cpu_s == 2.0
    assert read_tests({**STDIN, "language": "java"}).limits.memory_mb == 1024
    assert read_tests(STDIN, {"language": "C++"}).language.name == "cpp"


def test_checkers_by_name() -> None:
    assert printed(read_tests({**STDIN, "checker": "tokens"}), "\n3")
    two = {**STDIN, "cases": [{"output": "1\n2"}]}
    assert printed(read_tests({**two, "checker": "unordered"}), "2\n1")
    assert not printed(read_tests(two), "2\n1")
    real = {**STDIN, "cases": [{"output": "0.5"}]}
    assert printed(read_tests({**real, "checker": "floats"}), "0.5000001")
    assert printed(read_tests({**real, "float_tolerance": 0.1}), "0.55")
    assert not printed(read_tests({**real, "float_tolerance": {"absolute": 0.01}}), "0.55")
    lists = {**FUNCTION, "cases": [{"args": [], "expected": [1, 2]}], "checker": "unordered"}
    assert returned(read_tests(lists), [2, 1])


def test_apps_and_taco_pairs() -> None:
    pairs = {"inputs": ["1 2\n", ["3", "4"]], "outputs": ["3\n", ["7"]]}
    tests = read_tests(pairs)
    assert tests.tests == (Stdin(b"1 2\n"), Stdin(b"3\n4"))
    assert printed(tests, "7", 1)
    assert read_tests({"input_output": json.dumps(pairs), "cpu_s": 1}).limits.cpu_s == 1


def test_apps_calls_accept_what_apps_accepts() -> None:
    tests = read_tests({"fn_name": "f", "inputs": [[[1, 2]], [[3]]], "outputs": [[[1, 2]], [[3]]]})
    assert returned(tests, [(1, 2)])
    assert returned(tests, [1, 2])  # every output is wrapped in a list
    plain = read_tests({"fn_name": "f", "inputs": [[1], [2]], "outputs": [[1], [2, 3]]})
    assert not returned(plain, 1)
    text = read_tests({"fn_name": "f", "inputs": [["5"]], "outputs": ["5"]})
    assert returned(text, "5")
    assert not returned(text, 5)


def test_live_code_bench_writes_values_as_json_lines() -> None:
    tests = read_tests({"fn_name": "f", "inputs": ['"a"\n[1, 2]'], "outputs": ['"b"']})
    assert tests.tests == (Call("f", wire.encode(["a", [1, 2]])),)
    assert returned(tests, "b")
    cases = [{"input": "1\n2", "output": "3", "testtype": "functional", "metadata": {"func_name": "add"}}]  # fmt: skip
    assert read_tests(json.dumps(cases)).tests == (Call("add", wire.encode([1, 2])),)
    assert read_tests([{"input": "1", "output": "2", "testtype": "stdin"}]).tests == (Stdin(b"1"),)


def test_mbpp() -> None:
    row = {
        "test_list": ["assert f(1) == 2", "assert f(2) == 3"],
        "test_imports": ["import math"],
        "test_setup_code": "x = 1",
        "text": "Write f.",
    }
    code = "import math\nx = 1\nassert f(1) == 2\nassert f(2) == 3"
    assert read_tests(row).tests == Asserts(code)
    assert read_tests(row["test_list"]).tests == Asserts("assert f(1) == 2\nassert f(2) == 3")


def test_human_eval() -> None:
    row = {
        "task_id": "HumanEval/0",
        "prompt": "def f(x):\n",
        "test": "def check(candidate):\n    assert candidate(1) == 1",
        "entry_point": "f",
    }
    tests = read_tests(row)
    assert tests.tests == Asserts(row["test"], "f")
    assert tests.job("    return x").source.startswith("def f(x):\n    return x")


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({}, "type"),
        ([], "cases"),
        ("", "tests"),
        ("not json", "tests"),
        ("[" * 100_000, "tests"),
        (None, "tests"),
        (3, "tests"),
        ("3", "tests"),
        (["x", 3], "cases[0]"),
        ({"type": "quine"}, "type"),
        ({"type": 3}, "type"),
        ({"type": "stdin"}, "cases"),
        ({"type": "stdin", "cases": []}, "cases"),
        ({"type": "stdin", "cases": [{"input": "1"}]}, "cases[0].output"),
        ({"type": "stdin", "cases": [{"output": "1"}, {"output": 1}]}, "cases[1].output"),
        ({**STDIN, "cpu_seconds": 3}, "cpu_seconds"),
        ({**STDIN, "cpu_s": 0}, "cpu_s"),
        ({**STDIN, "cpu_s": float("nan")}, "cpu_s"),
        ({**STDIN, "memory_mb": "512"}, "memory_mb"),
        ({**STDIN, "float_tolerance": -1}, "float_tolerance.absolute"),
        ({**STDIN, "float_tolerance": True}, "float_tolerance"),
        ({**STDIN, "checker": "fuzzy"}, "checker"),
        ({**STDIN, "language": "cobol"}, "language"),
        ({**FUNCTION, "language": "cpp"}, "language"),
        ({**ASSERT, "language": "cpp"}, "language"),
        ({**FUNCTION, "fn_name": ""}, "fn_name"),
        ({**FUNCTION, "is_wrapped": True}, "is_wrapped"),
        ({**FUNCTION, "cases": [{"args": 1, "expected": 1}]}, "cases[0].args"),
        ({**FUNCTION, "cases": [{"args": []}]}, "cases[0].expected"),
        ({"type": "assert", "code": "x = 1"}, "code"),
        ({"type": "assert", "code": "assert ("}, "code"),
        ({"type": "assert", "code": ""}, "code"),
        ({"type": "assert", "code": None}, "code"),
        ({**CHECKER, "checker": {"language": "cobol", "code": "0"}}, "checker.language"),
        ({**CHECKER, "checker": {"language": "cpp"}}, "checker.code"),
        ({"inputs": ["1"], "outputs": []}, "outputs"),
        ({"inputs": ["1"], "outputs": "1"}, "outputs"),
        ({"inputs": ["1"], "outputs": [1]}, "outputs[0]"),
        ({"inputs": [], "outputs": []}, "cases"),
        ({"inputs": ["{"], "outputs": ["1"], "fn_name": "f"}, "inputs[0]"),
        ({"input_output": "{"}, "input_output"),
        ({"input_output": {"input_output": {}}}, "input_output"),
        ({"test_list": [1]}, "test_list"),
        ({"test": 1, "entry_point": "f"}, "code"),
    ],
)
def test_what_cannot_be_read_names_the_field(raw: Any, field: str) -> None:
    with pytest.raises(BadTestsError) as caught:
        read_tests(raw)
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field}: ")


@pytest.mark.parametrize("make", [json.dumps, lambda shape: shape], ids=["text", "dict"])
def test_tests_of_100_mb_are_refused_before_they_are_copied(make: Any) -> None:
    large = make({**STDIN, "cases": [{"input": "x" * 100_000_000, "output": "1"}]})
    with pytest.raises(BadTestsError, match=f"larger than {LARGEST_TESTS_MB} MB"):
        read_tests(large)


def test_data_that_contains_itself_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(testsets, "LARGEST_TESTS_MB", 1)  # 64 take two seconds
    loop: dict[str, Any] = {"type": "stdin"}
    loop["cases"] = loop
    with pytest.raises(BadTestsError, match="larger than"):
        read_tests(loop)


def test_the_error_survives_a_trip_between_processes() -> None:
    error = pickle.loads(pickle.dumps(BadTestsError("cases[0]", "a dict")))
    assert (error.field, str(error)) == ("cases[0]", "cases[0]: a dict")
