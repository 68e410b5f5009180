"""Checked by mypy, never run: what reading tags gives."""

from __future__ import annotations

from typing_extensions import assert_type

from r1rewards.rewards.spans_of import prefilled_of, tags_of
from r1rewards.rollouts import Batch
from r1rewards.text.spans import Tags, read_tags, think_span, visible_start

batch = Batch(["<think>a</think>b"])
assert_type(tags_of(batch), list[Tags])
assert_type(prefilled_of(batch), list[bool])
assert_type(visible_start(read_tags("a"), True), int)
assert_type(think_span(read_tags("a"), "a"), tuple[int, int] | None)
