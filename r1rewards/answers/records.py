"""Dataclasses that the type checker holds frozen, and that are cheap to make: real freezing takes twice as long."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:
    from dataclasses import dataclass

    def record(*, frozen: bool, slots: bool):  # noqa: ANN201 - the checker sees `dataclass` itself
        """`@dataclass(slots=True)` with a hash by value; nothing in this package assigns to one."""
        return dataclass(slots=slots, unsafe_hash=frozen)


__all__ = ["record"]
