"""The tags of a batch, read once however many rewards ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from r1rewards.errors import BadCallError
from r1rewards.text.spans import (
    R1,
    Layout,
    Tags,
    layout_of,
    read_tags,
    read_visible,
    visible_in,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from r1rewards.rollouts import Batch, Rollout


def tags_of(batch: Batch) -> list[Tags]:
    """B tags, in the layout that the column or option `tags` names (see `text.spans.layout_of`)."""
    if not batch.has("tags"):
        return batch.shared(_ReadTags(R1))
    layouts = _layouts_of(batch)
    if layouts and layouts.count(layouts[0]) == len(layouts):
        return batch.shared(_ReadTags(layouts[0]))
    return [
        read_tags(text, layout) for text, layout in zip(batch.completions, layouts, strict=True)
    ]


def visible_of(batch: Batch) -> list[tuple[int, tuple[str, str] | None]]:
    """B of what `text.spans.read_visible` finds: where the visible text begins, and the tag of the answer in it.

    Rewards that are scored together share their tags. One that is alone does not read the thoughts at all.
    """
    prefilled = prefilled_of(batch)
    if batch.readers > 1:
        return list(map(visible_in, tags_of(batch), prefilled))
    return list(map(read_visible, batch.completions, _layouts_of(batch), prefilled))


def _layouts_of(batch: Batch) -> list[Layout]:
    return [layout_of(names) for names in batch.column("tags")]


@dataclass(frozen=True, slots=True)
class _ReadTags:
    """A key for `Batch.shared` that differs where layouts do: one reward's `tags` must not serve another's."""

    layout: Layout

    def __call__(self, batch: Batch) -> list[Tags]:
        layout = None if self.layout is R1 else self.layout
        return [read_tags(text, layout) for text in batch.completions]


def prefilled_of(batch: Batch) -> list[bool]:
    """Whether the prompt has already opened the thought: B booleans.

    The column or option `prefilled` says so; where it is absent or None, a prompt given as text that ends with the
    opening tag does. (A prompt given as messages does not show what its template adds.)
    """
    given = flags_of(batch, "prefilled", None)
    if batch.prompts is None:
        return [bool(value) for value in given]
    opens = [layout.think_open for layout in _layouts_of(batch)]
    return [_is_prefilled(*row) for row in zip(given, batch.prompts, opens, strict=True)]


def flags_of(batch: Batch, name: str, default: bool | None = False) -> Sequence[bool | None]:
    """The column `name` of booleans. Raises BadCallError for others: the text "False" would count as true."""
    values = batch.column(name, default)
    for kind in set(map(type, values)) - {bool, type(None)}:
        wrong = next(value for value in values if type(value) is kind)
        if not hasattr(wrong, "item") and wrong not in {0, 1}:
            raise BadCallError(f"{name} is True or False, not {wrong!r}")
    return values


def is_prefilled(rollout: Rollout) -> bool:
    """The same for one rollout."""
    tag = layout_of(rollout.get("tags")).think_open
    return _is_prefilled(rollout.get("prefilled"), rollout.prompt, tag)


def _is_prefilled(given: Any, prompt: Any, tag: str) -> bool:
    if given is not None:
        return bool(given)
    # The tail alone: a prompt may be long, and only white space may follow the tag.
    return isinstance(prompt, str) and prompt[-len(tag) - 8 :].rstrip().endswith(tag)
