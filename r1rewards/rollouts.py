"""What is scored: one rollout, and a batch of B of them as columns.

`Batch` is a sequence of `Rollout` for whoever wants rows, and a set of columns for whoever wants speed: no `Rollout` is
built unless somebody asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

from r1rewards.errors import BadCallError

T = TypeVar("T")

STOP_TOKENS = (
    "<|im_end|>", "<|endoftext|>", "<｜end▁of▁sentence｜>", "<|eot_id|>", "<|end_of_text|>", "<|end|>",
    "<|return|>", "<end_of_turn>", "<|END_OF_TURN_TOKEN|>", "<eos>", "</s>", "[/INST]",
    "<|eom_id|>", "<|call|>", "<turn|>", "<|user|>", "<|observation|>", "[e~[", "<|role_end|>", "<seed:eos>", "[EOS]",
    "<pad>", "<|pad|>", "[PAD]", "<｜▁pad▁｜>", "<|finetune_right_pad_id|>", "<|vision_pad|>",
)  # fmt: skip
"""What the common open models end a turn with, and what their tokenizers fill a batch up with: Qwen, DeepSeek, Llama,
gpt-oss, Gemma, Command, Mistral, GLM, MiniMax, Ling, Seed, Kimi."""


@dataclass(frozen=True, slots=True)
class Rollout:
    """One completion sampled for a prompt, with what is needed to score it.

    completion: the model's text, messages joined and stop tokens stripped.
    reference:  what the answer should be, or the tests; None where the row carries none.
    columns:    everything else the row or the call brought: options, tests, dataset columns.
    """

    completion: str
    reference: Any = None
    prompt: str | None = None
    group: Hashable = None
    columns: Mapping[str, Any] = field(default_factory=dict)

    def get(self, name: str, default: Any = None) -> Any:
        """The column or option `name` of this rollout; `default` where it is absent or None."""
        value = self.columns.get(name)
        return default if value is None else value


class Batch(Sequence[Rollout]):
    """B rollouts as columns, with room for what several rewards compute once and share.

    completions: B texts. references, prompts, groups: B values each, or None where the call gave none.
    deadline: `time.monotonic()` at which work still open should be given up, or None.
    readers: rewards that read this batch: where there are several, work that they share pays.
    """

    __slots__ = (
        "_columns", "_shared", "completions", "deadline", "groups", "prompts", "readers", "references",
    )  # fmt: skip

    def __init__(
        self,
        completions: Iterable[Any],
        references: Any = None,
        *,
        prompts: Any = None,
        groups: Any = None,
        columns: Mapping[str, Any] | None = None,
        deadline: float | None = None,
    ) -> None:
        is_one = isinstance(completions, (str, bytes, Mapping))
        if is_one or not isinstance(completions, Iterable):
            kind = type(completions).__name__
            raise BadCallError(
                f"completions is a list of B completions, not a {kind}: score() takes one"
            )
        self.completions: list[str] = list(completions)
        size = len(self.completions)
        columns = dict(columns or {})
        rejoined: list[int] = []
        for i, completion in enumerate(self.completions):
            if type(completion) is not str:
                self._join_messages(i, completion, rejoined)
            elif completion[-1:] in _MAY_END:
                self.completions[i] = strip_stop_tokens(completion)
        if rejoined:  # a joined thought carries its own tag, so that row is not prefilled
            prefilled = _as_column("prefilled", columns.get("prefilled"), size) or [None] * size
            columns["prefilled"] = prefilled = list(prefilled)
            for i in rejoined:
                prefilled[i] = False
        self.references = _as_column("references", references, size)
        self.prompts = _as_column("prompts", prompts, size)
        self.groups = _as_column("groups", groups, size)
        self._columns = {name: _as_column(name, value, size) for name, value in columns.items()}
        self.deadline = deadline
        self.readers = 1
        self._shared: dict[Any, Any] = {}

    def _join_messages(self, i: int, completion: Any, rejoined: list[int]) -> None:
        """Message(s) -> text."""
        try:
            self.completions[i], has_thought = completion_text(completion)
        except BadCallError as e:
            raise BadCallError(f"completions[{i}]: {e}") from e
        if has_thought:
            rejoined.append(i)

    def __len__(self) -> int:
        return len(self.completions)

    @overload
    def __getitem__(self, i: int) -> Rollout: ...
    @overload
    def __getitem__(self, i: slice) -> Sequence[Rollout]: ...
    def __getitem__(self, i: int | slice) -> Rollout | Sequence[Rollout]:
        if isinstance(i, slice):
            return [self[j] for j in range(*i.indices(len(self)))]
        return Rollout(
            completion=self.completions[i],
            reference=None if self.references is None else self.references[i],
            prompt=None if self.prompts is None else prompt_text(self.prompts[i]),
            group=None if self.groups is None else self.groups[i],
            columns={name: values[i] for name, values in self._columns.items() if values},
        )

    def column(self, name: str, default: Any = None) -> Sequence[Any]:
        """B values of the column or option `name`; `default` stands where it is absent or None."""
        values = self._columns.get(name)
        if values is None:
            return [default] * len(self)
        if default is None:
            return values
        return [default if value is None else value for value in values]

    def has(self, name: str) -> bool:
        """True where the call gave this column or option."""
        return self._columns.get(name) is not None

    def shared(self, compute: Callable[[Batch], T]) -> T:
        """`compute(self)`, done once per batch however many rewards ask: tag positions, masks."""
        if compute not in self._shared:
            self._shared[compute] = compute(self)
        found: T = self._shared[compute]
        return found

    def share(self, compute: Callable[[Batch], Any], found: Any) -> None:
        """Let `shared(compute)` be `found`, which was computed in another way."""
        self._shared.setdefault(compute, found)

    def chunks(self, size: int) -> list[Batch]:
        """The same rollouts in batches of `size`, cut once: what is shared in them is shared by all who ask."""
        cut = self._shared.setdefault("chunks", {})
        if size not in cut:
            starts = range(0, len(self), size)
            cut[size] = [self.take(range(i, min(i + size, len(self)))) for i in starts]
        chunks: list[Batch] = cut[size]
        return chunks

    def forget_shared(self) -> None:
        """Drop the shared work. What a reward said refers to its batch: kept, both would wait for the collector."""
        for chunks in self._shared.pop("chunks", {}).values():
            for chunk in chunks:
                chunk.forget_shared()
        self._shared.clear()

    def with_options(self, options: Mapping[str, Any]) -> Batch:
        """The same batch, its shared work included, with `options` in place of columns of that name."""
        if not options:
            return self
        view = self._bare_copy()
        view._columns = {**self._columns, **{k: [v] * len(self) for k, v in options.items()}}
        view._shared = self._shared
        return view

    def take(self, rows: Sequence[int]) -> Batch:
        """The rollouts at `rows`, in that order, as a batch of their own."""
        view = self._bare_copy()
        view.completions = [self.completions[i] for i in rows]
        for name in ("references", "prompts", "groups"):
            values = getattr(self, name)
            setattr(view, name, None if values is None else [values[i] for i in rows])
        view._columns = {
            name: None if values is None else [values[i] for i in rows]
            for name, values in self._columns.items()
        }
        return view

    def as_columns(self) -> dict[str, Any]:
        """The arguments that make this batch again, for another process; the deadline stays here."""
        return {
            "completions": self.completions,
            "references": self.references,
            "prompts": self.prompts,
            "groups": self.groups,
            "columns": self._columns,
        }

    def _bare_copy(self) -> Batch:
        view = Batch.__new__(Batch)
        for name in (
            "completions",
            "references",
            "prompts",
            "groups",
            "deadline",
            "readers",
            "_columns",
        ):
            setattr(view, name, getattr(self, name))
        view._shared = {}
        return view


_WHITE_SPACE = " \t\r\n"
_MAY_END = frozenset(token[-1] for token in STOP_TOKENS) | set(_WHITE_SPACE)


def strip_stop_tokens(text: str) -> str:
    """`text` without the stop tokens at its end; white space that ends a text without any is kept."""
    if not text.rstrip(_WHITE_SPACE).endswith(STOP_TOKENS):
        return text
    # A padded completion ends in thousands of them. Read backwards, one match finds all, in linear time.
    tail = _STOP_TOKENS_BACKWARDS.match(text[::-1])
    return text[: len(text) - tail.end()] if tail else text


_STOP_TOKENS_BACKWARDS = re.compile(
    f"[{_WHITE_SPACE}]*(?:(?:{'|'.join(re.escape(t[::-1]) for t in STOP_TOKENS)})[{_WHITE_SPACE}]*)+"
)


def completion_text(completion: Any) -> tuple[str, bool]:
    """The text of a completion, and whether a separate thought was joined back in as `<think>...</think>`.

    completion: a str, a chat message (mapping), a list of messages (the last assistant message with text counts), or
    None (an empty completion). Raises BadCallError for anything else.
    """
    if completion is None:
        return "", False
    if isinstance(completion, str):
        return strip_stop_tokens(completion), False
    if isinstance(completion, Mapping):
        return _message_text(completion)
    if isinstance(completion, Sequence) and all(isinstance(m, Mapping) for m in completion):
        said = [m for m in completion if m.get("role", "assistant") == "assistant"]
        texts = (_message_text(message) for message in reversed(said))
        return next((found for found in texts if found[0].strip()), ("", False))
    kind = type(completion).__name__
    raise BadCallError(f"a completion is a str, a chat message or a list of messages, not {kind}")


_OF_MESSAGES = {"role", "content", "reasoning_content", "thinking", "reasoning", "tool_calls"}


def _message_text(message: Mapping[str, Any]) -> tuple[str, bool]:
    if not _OF_MESSAGES & message.keys():
        keys = ", ".join(map(repr, list(message)[:8])) or "nothing"
        raise BadCallError(f"a chat message has 'role' and 'content'; this mapping has {keys}")
    content = strip_stop_tokens(_parts_text(message.get("content")))
    thought = (
        message.get("reasoning_content") or message.get("thinking") or message.get("reasoning")
    )
    if not isinstance(thought, str) or not thought.strip():
        return content, False
    return f"<think>\n{thought.strip()}\n</think>\n\n{content}", True


def _parts_text(content: Any) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, Sequence):
        parts = [p.get("text") if isinstance(p, Mapping) else p for p in content]
        return "".join(p for p in parts if isinstance(p, str))
    raise BadCallError(
        f"a message's content is a str or a list of parts, not {type(content).__name__}"
    )


def prompt_text(prompt: Any) -> str | None:
    """The text of a prompt given as str or messages (the last user message); None where there is none."""
    if prompt is None or isinstance(prompt, str):
        return prompt
    if isinstance(prompt, Mapping):
        return _parts_text(prompt.get("content"))
    if isinstance(prompt, Sequence) and not isinstance(prompt, bytes):
        users = [m for m in prompt if isinstance(m, Mapping) and m.get("role") == "user"]
        return _parts_text(users[-1].get("content")) if users else None
    raise BadCallError(f"a prompt is a str or messages, not {type(prompt).__name__}")


def _as_column(name: str, value: Any, size: int) -> list[Any] | None:
    """One value for all -> B times that value; a column must have B values. None stays None."""
    if value is None:
        return None
    values = _values_of(value, tuples=name in _OF_ROLLOUTS)
    if values is None:
        return [value] * size
    if len(values) != size:
        raise BadCallError(
            f"{name}: {len(values)} values for {size} completions. Give one value for all (not in a list), "
            f"or a list with exactly one per completion."
        )
    return values


_OF_ROLLOUTS = {"references", "prompts", "groups"}
"""Here a tuple is a column, too. Elsewhere it may be one value: `tags=("think", "answer")`."""


def _values_of(value: Any, *, tuples: bool) -> list[Any] | None:
    """The values of a column: a list, an array or tensor (its rows), a column of pandas, pyarrow or datasets."""
    if isinstance(value, list):
        return value
    if isinstance(value, tuple):
        return list(value) if tuples else None
    if isinstance(value, (str, bytes, Mapping)):
        return None
    dimensions = getattr(value, "ndim", 1)
    if dimensions > 1:
        return list(value)
    for convert in ("tolist", "to_pylist"):
        if dimensions == 1 and hasattr(value, convert):
            found: list[Any] = getattr(value, convert)()
            return found
    return list(value) if isinstance(value, Sequence) else None
