"""`--config r1rewards.toml`: flags of a command from a file; what stands on the command line wins."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from r1rewards.errors import BadCallError


def with_config(
    command: argparse.ArgumentParser, path: str, argv: Sequence[str]
) -> argparse.Namespace:
    """The arguments `argv` of a command, read again with the defaults that the file gives.

    The file holds a table named like the command (`[check]`), a key per flag without its dashes: `group-by = "id"`.
    Raises BadCallError for a file that cannot be read, a key that is no flag, and a value of the wrong type.
    """
    name = command.prog.rpartition(" ")[2]
    table = _table(path, name)
    flags = command._actions  # noqa: SLF001 - argparse has no other way to ask
    actions = {flag[2:]: a for a in flags for flag in a.option_strings if flag[:2] == "--"}
    for reserved in ("help", "config"):
        actions.pop(reserved, None)
    unknown = sorted(set(table) - set(actions))
    if unknown:
        known = ", ".join(sorted(actions))
        raise BadCallError(f"{path}: [{name}] has no setting {unknown[0]!r}; known: {known}")
    values = {actions[key].dest: _value(path, key, actions[key], table[key]) for key in table}
    command.set_defaults(**values)
    return command.parse_args(argv)


def _table(path: str, name: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        found = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as e:
        raise BadCallError(f"{path}: cannot be read: {e.strerror}") from e
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise BadCallError(f"{path}: not TOML: {e}") from e
    table = found.get(name)
    if not isinstance(table, dict):
        raise BadCallError(
            f"{path}: has no table [{name}]; it has: {', '.join(found) or 'nothing'}"
        )
    return table


def _value(path: str, key: str, action: argparse.Action, value: Any) -> Any:
    """The value as the flag would have it. A table stands for NAME=VALUE pairs, as in `rewards` and `option`."""
    if isinstance(value, Mapping):
        pairs = [f"{name}={json.dumps(part)}" for name, part in value.items()]
        value = pairs if isinstance(action.default, list) else ",".join(pairs)
    elif action.type is None and isinstance(value, list) and not isinstance(action.default, list):
        value = ",".join(map(str, value))  # --keep and --drop take LIST
    wanted: type = bool if action.nargs == 0 else list if isinstance(action.default, list) else str
    wanted = int if action.type is int else wanted
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        names = {
            bool: "true or false",
            list: "a list or a table",
            int: "a whole number",
            str: "a text",
        }
        raise BadCallError(f"{path}: {key} is {names[wanted]}, not {value!r}")
    return value
