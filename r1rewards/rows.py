"""The file edge: rollouts of any file, read one at a time and checked.

A row that cannot be read is a `BadRow` that says `file:line: what is wrong and what to do`; the others go on.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from r1rewards.errors import BadCallError
from r1rewards.files import Meter, json_name, raw_rows
from r1rewards.rewards.code_tests import DATA_SET_COLUMNS
from r1rewards.rollouts import Rollout, completion_text, prompt_text
from r1rewards.shapes import flattened

if TYPE_CHECKING:
    import pydantic

COMPLETION_KEYS = ("completion", "response", "output", "generation", "messages")
REFERENCE_KEYS = (
    "reference", "answer", "solution", "ground_truth", "target", "gold", "gts", "expected_answer", "label",
)  # fmt: skip
GROUP_KEYS = ("group", "prompt_id")
SOURCE_KEYS = ("data_source", "source", "dataset")
PROMPT_KEYS = ("prompt", "question", "problem", "input")
DATA_COLUMNS = (
    "tests", "task", "language", "prefilled", "completion_ids", "max_length", *DATA_SET_COLUMNS,
)  # fmt: skip
"""Options of built-in rewards that a row may carry. Any other option name there is a dataset column by accident."""


@dataclass(frozen=True, slots=True)
class Row:
    """One rollout as a file holds it.

    place: `file:line`, for messages, `file:line#2` for the second sample of a row that holds several.
    raw: the row as read, to be written back with its scores. number: its place among all rollouts read, from 1.
    """

    place: str
    raw: Mapping[str, Any]
    completion: Any
    reference: Any = None
    prompt: Any = None
    group: Hashable = None
    source: str | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    number: int = 0


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


def read_rows(
    path: str, keys: Keys | None = None, meter: Meter | None = None
) -> Iterator[Row | BadRow]:
    """Every rollout of a file or folder, in order. `-` is standard input. Shapes: see `shapes`.

    meter: is kept up to date with how far we are.
    Raises BadRowError where the file itself cannot be opened or read, MissingExtraError for parquet without pyarrow.
    """
    keys = keys or Keys()
    model = _row_model()
    number, lm_eval_filter = 0, None
    for place, raw in raw_rows(path, meter):
        if isinstance(raw, str):
            number += 1
            yield BadRow(place, raw)
            continue
        if "resps" in raw and "filter" in raw:  # lm-eval writes a document once per filter
            lm_eval_filter = lm_eval_filter or raw["filter"]
            if raw["filter"] != lm_eval_filter:
                continue
        parts = flattened(raw, keys.completion) or [raw]
        for i, part in enumerate(parts):
            number += 1
            sample = f"#{i + 1}" if len(parts) > 1 else ""
            group = place if len(parts) > 1 else None
            yield _checked(_Place(place + sample, number, group), part, keys, model)


class _Place(NamedTuple):
    """Where a rollout comes from. group: what the samples of one row share; None where it is the only one."""

    name: str
    number: int
    group: str | None


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
    at: _Place, raw: dict[str, Any], keys: Keys, model: type[pydantic.BaseModel]
) -> Row | BadRow:
    from pydantic import ValidationError

    place = at.name
    found = {
        "completion": _pick(raw, COMPLETION_KEYS, keys.completion),
        "reference": _pick(raw, REFERENCE_KEYS, keys.answer),
        "prompt": _pick(raw, PROMPT_KEYS, None),
        "group": _hashable(_pick(raw, GROUP_KEYS, keys.group)),
    }
    if found["completion"] is None:
        looked = keys.completion or ", ".join(COMPLETION_KEYS)
        empty = next((key for key in COMPLETION_KEYS if key in raw and not keys.completion), None)
        if empty is not None:
            return BadRow(place, f"no completion: {empty} is null")
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
    if found["group"] is None:
        found["group"] = at.group
    columns = {k: raw[k] for k in DATA_COLUMNS if raw.get(k) is not None}
    try:
        model(**found, **{k: v for k, v in columns.items() if k in model.model_fields})
    except ValidationError as e:
        return BadRow(place, _said(e))
    for name, text_of in (("completion", completion_text), ("prompt", prompt_text)):
        try:  # here it is one row; in the batch it would be an error of the whole call
            if not isinstance(found[name], str):
                text_of(found[name])
        except BadCallError as e:
            return BadRow(place, f"{name}: {e}")
    rest = {k: v for k, v in raw.items() if k not in columns}
    source = _pick(raw, SOURCE_KEYS, None)
    source = source if isinstance(source, str) else None
    return Row(place, raw, **found, source=source, columns={**rest, **columns}, number=at.number)


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
    return f"{name}: should be {fields.get(name, 'text')}, and is {json_name(value)}"


def columns_of(rows: Sequence[Row], option_names: Iterable[str]) -> dict[str, list[Any]]:
    """Columns for `score_batch`: every key of these rows but the options that only a call may set.

    option_names: the options of the chosen rewards; of these only `DATA_COLUMNS` are taken from data, since a dataset's
    own `style` or `mode` was not meant for us.
    """
    refused = set(option_names) - set(DATA_COLUMNS) | _NOT_COLUMNS
    names = dict.fromkeys(name for row in rows for name in row.columns if name not in refused)
    return {name: [row.columns.get(name) for row in rows] for name in names}


def with_options(
    rows: Iterable[Row], options: Mapping[str, Any], option_names: Iterable[str]
) -> list[Row]:
    """The rows with the columns that hold for them: `options`, which hold for all, and no option of their own.

    What else looks at rows (filters, audit, report) then sees what the rewards see; see `columns_of`.
    """
    refused = (set(option_names) | {"tags"}) - set(DATA_COLUMNS)
    found = []
    for row in rows:
        own = {name: value for name, value in row.columns.items() if name not in refused}
        found.append(replace(row, columns={**own, **options}))
    return found


def rollout_of(row: Row) -> Rollout:
    """The row as filters and the audit want it. A thought that was joined back in is not prefilled."""
    text, has_thought = completion_text(row.completion)
    columns = {**row.columns, "prefilled": False} if has_thought else row.columns
    return Rollout(text, row.reference, prompt_text(row.prompt), row.group, columns)


_NOT_COLUMNS = {
    "completions", "references", "rewards", "prompts", "groups", "deadline_s", "workers",
    *COMPLETION_KEYS, *REFERENCE_KEYS, *GROUP_KEYS, *PROMPT_KEYS,
}  # fmt: skip
