"""Tests for code as data sets write them, read into one form: what to run, and what is right.

`read_tests` takes our own shapes ({"type": "stdin" | "function" | "assert" | "checker"}, see docs/code.md) and those of
APPS, TACO, LiveCodeBench, MBPP and HumanEval, as a dict or its JSON text. What cannot be read is a BadTestsError that
names the field: the data's fault, never the model's.

Expected values stay in the `TestSet`, on the host. What a `Job` carries into the sandbox is input only.
"""

from __future__ import annotations

import ast
import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from r1rewards.errors import BadTestsError, UnsupportedLanguageError
from r1rewards.sandbox import judging, wire
from r1rewards.sandbox.jobs import Asserts, Call, Job, Limits, Stdin, TestResult
from r1rewards.sandbox.languages import Language, find_language, toolchain
from r1rewards.sandbox.starters import Starter

if TYPE_CHECKING:
    from r1rewards.sandbox.shapes import CheckerShape, Common

LARGEST_TESTS_MB = 64
"""Of one problem. The largest of CodeContests have 30 MB; what is larger is a broken row, and would stall a batch."""

_NO_STARTER = Starter()
IsRight = Callable[[int, TestResult], bool]


@dataclass(frozen=True, slots=True)
class Checker:
    """A program that decides: run with the paths of input, output and answer, exit code 0 is right, 1 and 2 are wrong.

    answers: the expected outputs, one per case.
    """

    language: Language
    source: str
    files: Mapping[str, bytes]
    answers: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class TestSet:
    """The tests of one problem.

    tests:    N runs or calls, or test code with its asserts.
    is_right: whether result i, which ended well, is what was expected; None where asserts or a checker decide.
    expected: expected outputs or values, for people; empty for asserts.
    starter:  what the prompt gave the model to begin with.
    """

    language: Language
    tests: tuple[Stdin, ...] | tuple[Call, ...] | Asserts
    limits: Limits
    is_right: IsRight | None = None
    expected: tuple[Any, ...] = ()
    checker: Checker | None = None
    starter: Starter = _NO_STARTER

    __test__ = False  # not a test class, whatever pytest thinks of its name

    @property
    def size(self) -> int:
        """How many runs or calls; test code counts as one."""
        return 1 if isinstance(self.tests, Asserts) else len(self.tests)

    def job(
        self, source: str, *, stop_at_first_failure: bool = False, low_trust: bool = True
    ) -> Job:
        """What to run to judge `source`, a program as the model wrote it."""
        if self.language.name == "python":
            source = self.starter.complete(source)
        return Job(
            toolchain=toolchain(self.language, source, self.limits.memory_mb),
            source=source,
            tests=self.tests,
            limits=self.limits,
            is_right=self.is_right,
            stop_at_first_failure=stop_at_first_failure,
            low_trust=low_trust,
        )


def read_tests(reference: Any, defaults: Mapping[str, Any] | None = None) -> TestSet:
    """The tests behind `reference`: a dict, a list of cases, or the JSON text of either.

    defaults: limits, tolerance and language for tests that name none.
    Raises BadTestsError, whose `field` is the path of what is wrong (`cases[3].output`).
    """
    from r1rewards.sandbox import shapes

    raw = _parsed(reference)
    _check_size(raw)
    shape = shapes.read(raw, {k: v for k, v in (defaults or {}).items() if v is not None})
    common = _Common.of(shape)
    match shape:
        case shapes.StdinShape():
            return _stdin_tests(shape, common)
        case shapes.FunctionShape():
            return _function_tests(shape, common)
        case shapes.AssertShape():
            return _assert_tests(shape, common)
        case shapes.CheckedShape():
            return _checked_tests(shape, common)


def _parsed(reference: Any) -> Any:
    if not isinstance(reference, (str, bytes)):
        return reference
    _check_size(reference)
    try:
        return json.loads(reference)
    except (ValueError, RecursionError) as e:
        raise BadTestsError("tests", f"neither a dict nor JSON text: {e}") from e


def _check_size(raw: Any) -> None:
    """Refuse what is too large before anything copies it. Raises BadTestsError."""
    size, open_values = 0, [raw]
    while open_values:
        value = open_values.pop()
        if isinstance(value, (str, bytes)):
            size += len(value)
        elif isinstance(value, Mapping):
            open_values += value.values()
        elif isinstance(value, Sequence):
            open_values += value
        size += 16  # what any value takes; also the end of data that contains itself
        if size > LARGEST_TESTS_MB * 1_000_000:
            raise BadTestsError("tests", f"larger than {LARGEST_TESTS_MB} MB")


@dataclass(frozen=True, slots=True)
class _Common:
    """What all shapes have in common, read."""

    language: Language
    limits: Limits
    tolerance: judging.Tolerance | None
    starter: Starter

    @classmethod
    def of(cls, shape: Common) -> _Common:
        language = _language(shape.language, "language")
        limits = Limits(
            cpu_s=shape.cpu_s or Limits().cpu_s,
            wall_s=shape.wall_s,
            memory_mb=shape.memory_mb or language.memory_mb,
            output_kb=shape.max_output_kb or Limits().output_kb,
        )
        tolerance = shape.float_tolerance
        return cls(
            language,
            limits,
            None if tolerance is None else judging.Tolerance(tolerance.absolute, tolerance.relative),
            Starter(shape.starter_code),
        )  # fmt: skip


def _language(name: str, field: str) -> Language:
    try:
        return find_language(name)
    except UnsupportedLanguageError as e:
        raise BadTestsError(field, str(e)) from e


def _python_only(common: _Common, kind: str) -> None:
    if common.language.name != "python":
        raise BadTestsError(
            "language",
            f"{kind} tests are for Python programs; {common.language.name} programs take `stdin` or `checker` tests",
        )


_OUTPUT_CHECKS: Mapping[str, judging.OutputCheck] = {
    "exact": judging.same_lines,
    "tokens": judging.same_tokens,
    "unordered": judging.same_lines_unordered,
}
_DEFAULT_TOLERANCE = judging.Tolerance(1e-6, 1e-6)  # what most statements with real answers ask for


def _stdin_tests(shape: Any, common: _Common) -> TestSet:
    expected = tuple(case.output.encode(errors="surrogatepass") for case in shape.cases)
    floats = judging.same_floats(common.tolerance or _DEFAULT_TOLERANCE)
    name = shape.checker or ("exact" if common.tolerance is None else "floats")
    same = floats if name == "floats" else _OUTPUT_CHECKS[name]
    return TestSet(
        common.language,
        _stdin(shape.cases),
        common.limits,
        is_right=lambda i, result: same(result.stdout, expected[i]),
        expected=expected,
        starter=common.starter,
    )


def _stdin(cases: Sequence[Any]) -> tuple[Stdin, ...]:
    return tuple(Stdin(case.input.encode(errors="surrogatepass")) for case in cases)


def _function_tests(shape: Any, common: _Common) -> TestSet:
    _python_only(common, "function")
    expected = tuple(case.expected for case in shape.cases)
    tolerance = common.tolerance
    if shape.checker == "floats" and tolerance is None:
        tolerance = _DEFAULT_TOLERANCE
    is_unordered, is_wrapped = shape.checker == "unordered", shape.is_wrapped

    def same(got: Any, wanted: Any) -> bool:
        if is_unordered:
            return judging.same_items_unordered(got, wanted, tolerance)
        return judging.same_value(got, wanted, tolerance, deep_tuples=shape.is_from_data_set)

    def is_right(i: int, result: TestResult) -> bool:
        try:
            got = wire.decode_json(result.value or b"")
        except wire.WireError:
            return False
        return same(got, expected[i]) or (is_wrapped and same(got, expected[i][0]))

    return TestSet(
        common.language,
        tuple(_call(i, shape.fn_name, case.args) for i, case in enumerate(shape.cases)),
        common.limits,
        is_right=is_right,
        expected=expected,
        starter=replace(common.starter, name=shape.fn_name, is_contest=True),
    )


def _call(i: int, name: str, args: list[Any]) -> Call:
    try:
        return Call(name, wire.encode(args))
    except wire.WireError as e:
        raise BadTestsError(f"cases[{i}].args", str(e)) from e


def _assert_tests(shape: Any, common: _Common) -> TestSet:
    _python_only(common, "assert")
    _check_asserts(shape.code)
    starter = replace(common.starter, name=shape.entry_point or "")
    code = f"{starter.helpers_for(shape.code)}{shape.code}"
    return TestSet(
        common.language, Asserts(code, shape.entry_point), common.limits, starter=starter
    )


@lru_cache(maxsize=256)
def _check_asserts(code: str) -> None:
    """Test code that does not parse, or asserts nothing, would fail every program, or pass it. Raises BadTestsError."""
    try:
        with warnings.catch_warnings():  # "invalid escape sequence": the data set's business
            warnings.simplefilter("ignore")
            tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as e:
        raise BadTestsError("code", f"the tests are not Python: {e}") from e
    if not any(map(_may_fail, ast.walk(tree))):
        raise BadTestsError("code", "the tests assert nothing, so any program would pass")


def _may_fail(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        return "assert" in name.lower() or name in ("fail", "raises")
    return isinstance(node, (ast.Assert, ast.Raise))


def _checked_tests(shape: Any, common: _Common) -> TestSet:
    expected = tuple(case.output.encode(errors="surrogatepass") for case in shape.cases)
    checker: CheckerShape = shape.checker
    return TestSet(
        common.language,
        _stdin(shape.cases),
        common.limits,
        expected=expected,
        checker=Checker(
            _language(checker.language, "checker.language"),
            checker.code,
            {name: text.encode(errors="surrogatepass") for name, text in checker.files.items()},
            expected,
        ),
        starter=common.starter,
    )
