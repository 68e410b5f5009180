"""The shapes in which trainers, evaluation harnesses and servers write rollouts, brought down to a row per rollout.

Recognised by their keys, in this order:
    lm-eval      `resps`, `target`, `doc`, `arguments` (its `samples_*.jsonl`)
    chat servers `choices`, or `response.body.choices` (batch files)
    vLLM         `outputs`: [{"text": ...}]
    verl         `responses`: [...], `reward_model.ground_truth`, `data_source` (its generation parquet)
    samples      `completions`, `generations`, `samples`, `outputs`: a list of texts
    ShareGPT     `conversations`: [{"from": "human" | "gpt", "value": ...}]
    chat logs    `messages`
and else a row is a rollout already: TRL's `prompt`, `completion`, `solution`, verl's dumps `input`, `output`, `gts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Raw = Mapping[str, Any]

LISTS = ("responses", "completions", "generations", "samples", "outputs")
"""Keys under which several samples of one prompt stand as a list of texts or of lists of messages."""


def flattened(raw: Raw, completion_key: str | None = None) -> list[dict[str, Any]]:
    """The rollouts of one row of a file, each as a row of its own.

    What a shape says is put under our own names (`completion`, `prompt`, `target` ...) beside the keys of the row; the
    list of samples is left out. `sample` counts them from 0 where there are several.
    completion_key: where the user says the completions are; then no shape is guessed.
    """
    if completion_key is not None:
        return _named(raw, completion_key)
    for is_shape, convert in _SHAPES:
        if is_shape(raw):
            return convert(raw)
    return [dict(raw)]


def _named(raw: Raw, key: str) -> list[dict[str, Any]]:
    """Where the user named a list of texts, each of them in the place of the list."""
    value = raw.get(key)
    if not isinstance(value, list) or not _is_texts(value):
        return [dict(raw)]
    return _numbered([{**raw, key: completion} for completion in value])


def _samples(raw: Raw, key: str, completions: Iterable[Any], **more: Any) -> list[dict[str, Any]]:
    """A row per completion. `more` stands where the row does not say it itself."""
    rest = {name: value for name, value in raw.items() if name != key}
    return _numbered([{**more, **rest, "completion": completion} for completion in completions])


def _numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`sample` in each of several rows."""
    if len(rows) > 1:
        for i, row in enumerate(rows):
            row["sample"] = i
    return rows


def _is_texts(value: Any) -> bool:
    """Several completions: a list of texts, or of lists of messages. A list of messages alone is one completion."""
    return isinstance(value, list) and bool(value) and all(isinstance(v, str | list) for v in value)


def _is_lm_eval(raw: Raw) -> bool:
    return isinstance(raw.get("resps"), list) and "doc" in raw


def _lm_eval(raw: Raw) -> list[dict[str, Any]]:
    """`resps` holds a list of samples for each request of the document; a generation task has one request."""
    texts = [text for request in raw["resps"] for text in _each(request) if isinstance(text, str)]
    doc = raw["doc"] if isinstance(raw["doc"], Mapping) else {}
    target = raw.get("target")
    reference = target if target not in (None, "") else doc.get("answer")
    prompt = _lm_eval_prompt(raw.get("arguments"))
    row = {**raw, "target": reference}
    return _samples(row, "resps", texts, prompt=prompt, group=raw.get("doc_id"))


def _each(request: Any) -> Sequence[Any]:
    return request if isinstance(request, list) else [request]


def _lm_eval_prompt(arguments: Any) -> str | None:
    """`[["prompt", {...}]]`, or in newer logs `{"gen_args_0": {"arg_0": "prompt", ...}}`."""
    if isinstance(arguments, Mapping) and arguments:
        arguments = [list(first.values()) for first in arguments.values() if first]
    if isinstance(arguments, list) and arguments and isinstance(arguments[0], list):
        first = arguments[0][0] if arguments[0] else None
        return first if isinstance(first, str) else None
    return None


def _is_choices(raw: Raw) -> bool:
    return bool(_choices(raw))


def _choices(raw: Raw) -> list[Any]:
    body: Any = raw.get("response")
    body = body.get("body") if isinstance(body, Mapping) else raw
    found = body.get("choices") if isinstance(body, Mapping) else None
    is_chat = isinstance(found, list) and all(
        isinstance(c, Mapping) and ("message" in c or "text" in c) for c in found
    )
    return found if isinstance(found, list) and is_chat else []


def _from_choices(raw: Raw) -> list[dict[str, Any]]:
    completions = [choice.get("message", choice.get("text")) for choice in _choices(raw)]
    key = "choices" if "choices" in raw else "response"
    named = {"group": raw["custom_id"]} if raw.get("custom_id") is not None else {}
    return _samples(raw, key, completions, **named, **_prompt_of(raw))


def _is_vllm(raw: Raw) -> bool:
    found = raw.get("outputs")
    return (
        isinstance(found, list)
        and bool(found)
        and all(isinstance(o, Mapping) and isinstance(o.get("text"), str) for o in found)
    )


def _vllm(raw: Raw) -> list[dict[str, Any]]:
    return _samples(raw, "outputs", [output["text"] for output in raw["outputs"]])


def _list_key(raw: Raw) -> str | None:
    """Where the samples are; nowhere in a row that has its own completion, or whose `outputs` are those of tests."""
    if raw.get("completion") is not None or "inputs" in raw:
        return None
    return next((key for key in LISTS if _is_texts(raw.get(key))), None)


def _lists(raw: Raw) -> list[dict[str, Any]]:
    key = _list_key(raw)
    assert key is not None
    return _samples(raw, key, raw[key])


_ROLES = {"human": "user", "gpt": "assistant"}


def _is_sharegpt(raw: Raw) -> bool:
    found = raw.get("conversations")
    return (
        isinstance(found, list)
        and bool(found)
        and all(isinstance(m, Mapping) and "value" in m for m in found)
    )


def _sharegpt(raw: Raw) -> list[dict[str, Any]]:
    messages = [
        {"role": _ROLES.get(m.get("from"), m.get("from")), "content": m["value"]}
        for m in raw["conversations"]
    ]
    return [{"prompt": messages, **raw, "completion": messages}]


def _is_chat(raw: Raw) -> bool:
    is_plain = any(raw.get(key) is not None for key in ("completion", "response", "output"))
    return isinstance(raw.get("messages"), list) and not is_plain


def _chat(raw: Raw) -> list[dict[str, Any]]:
    return [{**_prompt_of(raw), **raw, "completion": raw["messages"]}]


def _prompt_of(raw: Raw) -> dict[str, Any]:
    """The messages of a row as its prompt: the last of the user counts."""
    messages = raw.get("messages")
    return {"prompt": messages} if isinstance(messages, list) else {}


_SHAPES: tuple[tuple[Callable[[Raw], bool], Callable[[Raw], list[dict[str, Any]]]], ...] = (
    (_is_lm_eval, _lm_eval),
    (_is_choices, _from_choices),
    (_is_vllm, _vllm),
    (lambda raw: _list_key(raw) is not None, _lists),
    (_is_sharegpt, _sharegpt),
    (_is_chat, _chat),
)
