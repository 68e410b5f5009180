"""The algebra core: text in, "same or not" out. Knows no rewards and no trainers."""

from r1rewards.answers.decisions import Decision
from r1rewards.answers.equal import (
    Reference,
    answer_key,
    decide,
    read,
    read_reference,
    same,
)
from r1rewards.answers.nodes import Node
from r1rewards.answers.options import DEFAULT, Options

__all__ = [
    "DEFAULT", "Decision", "Node", "Options", "Reference",
    "answer_key", "decide", "read", "read_reference", "same",
]  # fmt: skip
