"""The shapes that tests for code are written in: pydantic models of ours, and how those of data sets become ours.

Imported only when tests are read: pydantic is not needed to `import r1rewards`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError, model_validator

from r1rewards.errors import BadTestsError

OutputChecker = Literal["exact", "tokens", "floats", "unordered"]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
PositiveInt = Annotated[int, Field(gt=0, le=1 << 20)]


class Shape(BaseModel):
    """Strict about types, as JSON has them; frozen; unknown keys are refused, because a misspelt limit is no limit."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class ToleranceShape(Shape):
    """`1e-6` for both, or `{"absolute": 1e-9, "relative": 1e-6}`."""

    absolute: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    relative: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0

    @model_validator(mode="before")
    @classmethod
    def _from_number(cls, value: Any) -> Any:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return {"absolute": value, "relative": value}
        return value


class Common(Shape):
    """What may stand in every shape. Units: CPU and wall seconds, megabytes, kilobytes."""

    type: StrictStr
    language: StrictStr = "python"
    cpu_s: Positive | None = None
    wall_s: Positive | None = None
    memory_mb: PositiveInt | None = None
    max_output_kb: PositiveInt | None = None
    float_tolerance: ToleranceShape | None = None
    starter_code: StrictStr = ""


class StdinCase(Shape):
    """One run: what it reads, what it must print."""

    input: StrictStr = ""
    output: StrictStr


class StdinShape(Common):
    """A program that reads standard input and prints."""

    cases: Annotated[list[StdinCase], Field(min_length=1)]
    checker: OutputChecker | None = None


class FunctionCase(Shape):
    """One call: JSON arguments, and the JSON value it must return."""

    args: list[Any]
    expected: Any


class FunctionShape(Common):
    """A function, or a method of `class Solution`, that is called.

    is_from_data_set: tuples and lists are not told apart at any depth, as APPS and TACO compare.
    is_wrapped: every expected value is a list around the value, as in half of APPS: either is right.
    """

    fn_name: Annotated[StrictStr, Field(min_length=1)]
    cases: Annotated[list[FunctionCase], Field(min_length=1)]
    checker: OutputChecker | None = None
    is_from_data_set: bool = Field(default=False, exclude=True)
    is_wrapped: bool = Field(default=False, exclude=True)


class AssertShape(Common):
    """Test code that runs after the program."""

    code: StrictStr
    entry_point: StrictStr | None = None


class CheckerShape(Shape):
    """The source of a checker, and files it needs beside it (`testlib.h`)."""

    language: StrictStr
    code: Annotated[StrictStr, Field(min_length=1)]
    files: dict[StrictStr, StrictStr] = Field(default_factory=dict)


class CheckedShape(Common):
    """A program whose output another program judges."""

    cases: Annotated[list[StdinCase], Field(min_length=1)]
    checker: CheckerShape


AnyShape = StdinShape | FunctionShape | AssertShape | CheckedShape
_SHAPES: Mapping[str, type[AnyShape]] = {
    "stdin": StdinShape,
    "function": FunctionShape,
    "assert": AssertShape,
    "checker": CheckedShape,
}
_OPTIONS = frozenset(Common.model_fields) - {"type"} | {"checker"}
_INTERNAL = frozenset({"is_from_data_set", "is_wrapped"})


def read(raw: Any, defaults: Mapping[str, Any]) -> AnyShape:
    """The shape of `raw`, plain data as a data set has it. Raises BadTestsError."""
    if isinstance(raw, (list, tuple)):
        raw = {"cases": list(raw)}
    if not isinstance(raw, Mapping):
        raise BadTestsError("tests", f"a dict, a list or JSON text, not {type(raw).__name__}")
    if "type" in raw:
        ours = dict(raw)
        inner = sorted(_INTERNAL & ours.keys())
        if inner:
            raise BadTestsError(inner[0], "unknown field")
    else:
        ours = _from_data_set(raw)
    model = _SHAPES.get(ours["type"]) if isinstance(ours["type"], str) else None
    if model is None:
        raise BadTestsError("type", f"one of {', '.join(_SHAPES)}, not {ours['type']!r:.80}")
    try:
        return model.model_validate({**defaults, **ours})
    except ValidationError as e:
        raise _first_error(e) from e


def _first_error(error: ValidationError) -> BadTestsError:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    path = ""
    for step in first["loc"]:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
    more = error.error_count() - 1
    return BadTestsError(path or "tests", first["msg"] + (f" (and {more} more)" if more else ""))


def _from_data_set(raw: Mapping[str, Any]) -> dict[str, Any]:
    """`raw`, in the shape of a known data set, in ours; what belongs to all shapes is carried over."""
    for key, convert in _CONVERTERS.items():
        if raw.get(key) is not None:
            options = {name: raw[name] for name in _OPTIONS if raw.get(name) is not None}
            return {**options, **convert(raw)}
    known = ", ".join(_SHAPES)
    raise BadTestsError(
        "type", f"missing: one of {known}, or the fields of APPS, MBPP or HumanEval ({', '.join(_CONVERTERS)})"
    )  # fmt: skip


def _from_nested(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A row of APPS or TACO: the tests are JSON text in `input_output`."""
    text = raw["input_output"]
    try:
        inner = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError) as e:
        raise BadTestsError("input_output", f"not JSON: {e}") from e
    if not isinstance(inner, Mapping) or "input_output" in inner:
        raise BadTestsError("input_output", "the JSON text of a dict with inputs and outputs")
    return _from_data_set(inner)


def _from_pairs(raw: Mapping[str, Any]) -> dict[str, Any]:
    """APPS, TACO, LiveCodeBench: `inputs` and `outputs` side by side, with `fn_name` where a function is called."""
    inputs, outputs = (_list(raw, name) for name in ("inputs", "outputs"))
    if len(inputs) != len(outputs):
        raise BadTestsError("outputs", f"{len(outputs)} outputs for {len(inputs)} inputs")
    name = raw.get("fn_name")
    if name is None:
        cases = [
            {"input": _text(i, f"inputs[{n}]"), "output": _text(o, f"outputs[{n}]")}
            for n, (i, o) in enumerate(zip(inputs, outputs, strict=True))
        ]
        return {"type": "stdin", "cases": cases}
    is_text = all(isinstance(i, str) for i in inputs)  # LiveCodeBench writes JSON, APPS values
    calls = [
        {"args": _args(i, f"inputs[{n}]"), "expected": _value(o) if is_text else o}
        for n, (i, o) in enumerate(zip(inputs, outputs, strict=True))
    ]
    is_wrapped = all(isinstance(o, list) and len(o) == 1 for o in outputs)
    return {
        "type": "function", "fn_name": name, "cases": calls, "is_from_data_set": True, "is_wrapped": is_wrapped,
    }  # fmt: skip


def _list(raw: Mapping[str, Any], name: str) -> list[Any]:
    value = raw.get(name)
    if not isinstance(value, (list, tuple)):
        raise BadTestsError(name, f"a list, not {type(value).__name__}")
    return list(value)


def _text(value: Any, field: str) -> str:
    """A text, or the list of its lines, as a part of APPS has it."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "\n".join(value)
    if not isinstance(value, str):
        raise BadTestsError(field, f"a text or a list of lines, not {type(value).__name__}")
    return value


def _args(value: Any, field: str) -> list[Any]:
    """The arguments of a call: a list (APPS), or one JSON value a line (LiveCodeBench)."""
    if isinstance(value, str):
        return [_json(line, field) for line in value.splitlines() if line.strip()]
    if not isinstance(value, list):
        raise BadTestsError(field, f"a list of arguments or lines of JSON, not {type(value).__name__}")  # fmt: skip
    return value


def _value(value: Any) -> Any:
    """What a call returns, where it may be written as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _json(text: str, field: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as e:
        raise BadTestsError(field, f"not JSON: {e}") from e


def _from_asserts(raw: Mapping[str, Any]) -> dict[str, Any]:
    """MBPP: imports, set-up and asserts, each a line or a list of lines."""
    parts = [
        _text(raw[name], name)
        for name in ("test_imports", "test_setup_code", "test_list")
        if raw.get(name) is not None
    ]
    return {"type": "assert", "code": "\n".join(parts)}


def _from_check(raw: Mapping[str, Any]) -> dict[str, Any]:
    """HumanEval: `test` defines `check`, `entry_point` names the function, `prompt` is what the model continues."""
    fields = {"code": raw["test"], "entry_point": raw.get("entry_point")}
    prompt = raw.get("prompt")
    if prompt is not None:
        fields["starter_code"] = prompt
    return {"type": "assert", **fields}


def _from_cases(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A bare list: asserts, or LiveCodeBench's `{"input", "output", "testtype", "metadata"}`."""
    cases = _list(raw, "cases")
    if cases and all(isinstance(case, str) for case in cases):
        return {"type": "assert", "code": "\n".join(cases)}
    for n, case in enumerate(cases):
        if not isinstance(case, Mapping) or not {"input", "output"} <= case.keys():
            raise BadTestsError(f"cases[{n}]", "a dict with input and output, or an assert")
    pairs: dict[str, Any] = {
        "inputs": [case["input"] for case in cases],
        "outputs": [case["output"] for case in cases],
    }
    functional = [case for case in cases if case.get("testtype", case.get("type")) == "functional"]
    if not functional:
        return _from_pairs(pairs)
    metadata = functional[0].get("metadata")
    metadata = _json(metadata, "cases[0].metadata") if isinstance(metadata, str) else metadata
    name = metadata.get("func_name") if isinstance(metadata, Mapping) else raw.get("fn_name")
    if not name:
        raise BadTestsError("fn_name", "missing: functional cases need the name of the function")
    return _from_pairs({**pairs, "fn_name": name})


_CONVERTERS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "input_output": _from_nested,
    "inputs": _from_pairs,
    "test_list": _from_asserts,
    "test": _from_check,
    "cases": _from_cases,
}
