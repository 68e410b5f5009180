"""The file edge: rows of JSONL (plain, .gz, or standard input) and parquet, read one at a time and checked.

A row that cannot be read is a `BadRow` that says `file:line: what is wrong and what to do`; the others go on.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from r1rewards.errors import BadRowError, MissingExtraError

if TYPE_CHECKING:
    import pydantic

COMPLETION_KEYS = ("completion", "response", "output", "generation", "messages")
REFERENCE_KEYS = ("reference", "answer", "solution", "ground_truth", "target", "label")
GROUP_KEYS = ("group", "prompt_id")
SOURCE_KEYS = ("data_source", "source", "dataset")
PROMPT_KEYS = ("prompt", "question", "problem")
DATA_COLUMNS = ("tests", "task", "language", "prefilled", "completion_ids", "max_length")
"""Options of built-in rewards that a row may carry. Any other option name there is a dataset column by accident."""

MAX_LINE_BYTES = (
    64 << 20
)  # a completion of 30 KB in a row of 60 KB is usual; beyond this a line is a broken file


@dataclass(frozen=True, slots=True)
class Row:
    """One rollout as a file holds it.

    place: `file:line`, for messages. raw: the row as read, to be written back with its scores.
    """

    place: str
    raw: Mapping[str, Any]
    completion: Any
    reference: Any = None
    prompt: Any = None
    group: Hashable = None
    source: str | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be read, and why."""

    place: str
    why: str

    def __str__(self) -> str:
        return f"{self.place}: {self.why}"


@dataclass(frozen=True, slots=True)
class Keys:
    """Where a row keeps its completion, its answer and its group; None looks in the usual places."""

    completion: str | None = None
    answer: str | None = None
    group: str | None = None


def read_rows(path: str, keys: Keys | None = None) -> Iterator[Row | BadRow]:
    """Every row of a file, in order. `-` is standard input.

    Raises BadRowError where the file itself cannot be opened or read, MissingExtraError for parquet without pyarrow.
    """
    keys = keys or Keys()
    model = _row_model()
    for place, raw in _raw_rows(path):
        yield BadRow(place, raw) if isinstance(raw, str) else _checked(place, raw, keys, model)


def _raw_rows(path: str) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """(place, row) for each row; a str instead of a row says what is wrong with it."""
    if path.endswith(".parquet"):
        yield from _parquet_rows(path)
        return
    name = "standard input" if path == "-" else path
    try:
        with _open(path) as file:
            for number, line in _lines(file):
                if line is None or line.strip():
                    yield f"{name}:{number}", _parsed(line)
    except (OSError, EOFError) as e:
        reason = e.strerror if isinstance(e, OSError) and e.strerror else str(e)
        raise BadRowError(f"{name}: cannot be read: {reason}") from e


def _open(path: str) -> IO[bytes]:
    if path == "-":
        return sys.stdin.buffer
    if Path(path).is_dir():
        raise BadRowError(f"{path}: is a directory; name a JSONL or parquet file in it")
    if path.endswith(".gz"):
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return Path(path).open("rb")


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines; None stands for one that is too long, which is skipped without being held in memory."""
    number = 0
    while line := file.readline(MAX_LINE_BYTES):
        number += 1
        if len(line) < MAX_LINE_BYTES or line.endswith(b"\n"):
            yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            continue
        while (rest := file.readline(1 << 20)) and not rest.endswith(b"\n"):
            pass
        yield number, None


def _parsed(line: bytes | None) -> dict[str, Any] | str:
    if line is None:
        return f"line of more than {MAX_LINE_BYTES >> 20} MB; one row per line, please"
    try:
        row = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as e:
        return f"not UTF-8 (byte {e.start} of the line); save the file as UTF-8"
    except json.JSONDecodeError as e:
        return f"not JSON: {e.msg} at column {e.colno}"
    except (RecursionError, ValueError) as e:
        return f"not JSON that can be read: {e}"
    return row if isinstance(row, dict) else f"a row is a JSON object, not {_json_name(row)}"


def _parquet_rows(path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as e:
        raise MissingExtraError(
            "reading parquet needs pyarrow: pip install 'r1rewards[parquet]'"
        ) from e
    try:
        number = 0
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=512):
                for row in batch.to_pylist():
                    number += 1
                    yield f"{path}:{number}", row
    except (OSError, pa.ArrowException) as e:
        raise BadRowError(f"{path}: cannot be read as parquet: {e}") from e


def _row_model() -> type[pydantic.BaseModel]:
    """The schema of a row; built here because pydantic is only needed at the file edge."""
    from pydantic import BaseModel, ConfigDict

    class RowModel(BaseModel):
        model_config = ConfigDict(extra="allow", strict=True, arbitrary_types_allowed=True)
        completion: str | dict[str, Any] | list[dict[str, Any]]
        reference: str | int | float | list[Any] | dict[str, Any] | None = None
        prompt: str | dict[str, Any] | list[dict[str, Any]] | None = None
        group: str | int | None = None
        tests: dict[str, Any] | str | list[Any] | None = None
        task: str | None = None
        language: str | None = None
        prefilled: bool | None = None

    return RowModel


def _checked(
    place: str, raw: dict[str, Any], keys: Keys, model: type[pydantic.BaseModel]
) -> Row | BadRow:
    from pydantic import ValidationError

    found = {
        "completion": _pick(raw, COMPLETION_KEYS, keys.completion),
        "reference": _pick(raw, REFERENCE_KEYS, keys.answer),
        "prompt": _pick(raw, PROMPT_KEYS, None),
        "group": _hashable(_pick(raw, GROUP_KEYS, keys.group)),
    }
    if found["completion"] is None:
        looked = keys.completion or ", ".join(COMPLETION_KEYS)
        return BadRow(
            place,
            f"no completion: looked for {looked}; the row has {_names(raw)}. See --completion-key.",
        )
    if keys.group is not None and found["group"] is None:
        return BadRow(
            place, f"no group: --group-by looked for {keys.group}; the row has {_names(raw)}."
        )
    if found["reference"] is None and isinstance(raw.get("reward_model"), dict) and not keys.answer:
        found["reference"] = raw["reward_model"].get("ground_truth")
    columns = {k: raw[k] for k in DATA_COLUMNS if raw.get(k) is not None}
    try:
        model(**found, **{k: v for k, v in columns.items() if k in model.model_fields})
    except ValidationError as e:
        return BadRow(place, _said(e))
    rest = {k: v for k, v in raw.items() if k not in columns}
    source = _pick(raw, SOURCE_KEYS, None)
    source = source if isinstance(source, str) else None
    return Row(place, raw, **found, source=source, columns={**rest, **columns})


def _names(raw: Mapping[str, Any]) -> str:
    return ", ".join(map(str, list(raw)[:12])) or "nothing"


def _hashable(group: Any) -> Any:
    """A group id that can be compared: messages and other structures by their JSON text."""
    is_plain = group is None or isinstance(group, str | int)
    return group if is_plain else json.dumps(group, sort_keys=True, default=str)


def _pick(raw: Mapping[str, Any], usual: Sequence[str], named: str | None) -> Any:
    """The value under `named` (dots go deeper: `reward_model.ground_truth`), else under the first usual key."""
    if named is None:
        return next((raw[key] for key in usual if raw.get(key) is not None), None)
    value: Any = raw
    for part in named.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _said(error: Any) -> str:
    """The complaint of pydantic in our words: which field, what it is, what it should be."""
    first = error.errors()[0]
    name = str(first["loc"][0])
    fields = {
        "completion": "text, a chat message or a list of messages",
        "reference": "text, a number, a list of these, or a dict of tests",
        "prompt": "text or messages",
        "group": "text or a whole number",
        "tests": "a dict of tests, its JSON text, or a list of asserts",
        "prefilled": "true or false",
    }
    value = first["input"]
    return f"{name}: should be {fields.get(name, 'text')}, and is {_json_name(value)}"


def _json_name(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    names = {str: "text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)


def columns_of(rows: Sequence[Row], option_names: Iterable[str]) -> dict[str, list[Any]]:
    """Columns for `score_batch`: every key of these rows but the options that only a call may set.

    option_names: the options of the chosen rewards; of these only `DATA_COLUMNS` are taken from data, since a dataset's
    own `style` or `mode` was not meant for us.
    """
    refused = set(option_names) - set(DATA_COLUMNS) | _NOT_COLUMNS
    names = dict.fromkeys(name for row in rows for name in row.columns if name not in refused)
    return {name: [row.columns.get(name) for row in rows] for name in names}


_NOT_COLUMNS = {
    "completions", "references", "rewards", "prompts", "groups", "deadline_s", "workers",
    *COMPLETION_KEYS, *REFERENCE_KEYS, *GROUP_KEYS, *PROMPT_KEYS,
}  # fmt: skip
