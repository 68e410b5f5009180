"""Write cli.md from the parser that `--help` prints: python docs/make_cli.py. A test compares the two."""

# ruff: noqa: SLF001 - argparse shows what a parser holds in no other way

from __future__ import annotations

import argparse
from pathlib import Path

from r1rewards.cli import parser

PAGE = Path(__file__).with_name("cli.md")


def page() -> str:
    """The page as Markdown."""
    top = parser()
    commands = next(a for a in top._actions if isinstance(a, argparse._SubParsersAction))
    parts = [HEAD]
    for name, command in commands.choices.items():
        parts.append(f"## r1rewards {name}\n\n{command.description or _help(commands, name)}")
        parts += [_table(group) for group in command._action_groups if _flags(group)]
        for act, inner in _acts(command).items():
            parts.append(
                f"### r1rewards {name} {act}\n\n{inner.description or _help_of(command, act)}"
            )
            parts += [_table(group) for group in inner._action_groups if _flags(group)]
    return "\n\n".join(parts) + TAIL


HEAD = """# Command line

Written by `docs/make_cli.py` from the same parser as `--help`."""

TAIL = """

## Files that are read

JSONL (also `.gz`, `.zst`), a `.json` array, parquet, arrow, a folder of these, and data sets saved with `save_to_disk`.
Recognised by their keys, several samples in a row included:

| written by | keys |
|---|---|
| TRL | `prompt`, `completion`, `solution` |
| verl | `responses`, `reward_model.ground_truth`, `data_source`; dumps of rollouts: `input`, `output`, `gts` |
| lm-eval | `resps`, `target`, `doc`, `arguments` (of several filters, the first) |
| vLLM | `outputs[].text` |
| chat servers | `choices[].message`, `response.body.choices` |
| chat logs | `messages`, or `conversations` with `from` and `value` |

The completion is looked for in `completion`, `response`, `output`, `generation`, the reference in `reference`,
`answer`, `solution`, `ground_truth`, `target`, `gold`, `gts`, `expected_answer`, `label` (the first that is there),
tests in `tests` or in the [columns of a code data set](code.md), the group in `group` or `prompt_id`, the source in
`data_source`, `source` or `dataset`. A row that cannot be read is reported as `file:17: ...`; the rest goes on.

`check --html` writes one page without scripts that loads nothing: figures, charts, findings, and a random choice of
rows of each kind of failure, under 2 MB however many rows there are.
"""


def _help(commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str) -> str:
    found = next(a.help for a in commands._choices_actions if a.dest == name)
    text = str(found)
    return text[:1].upper() + text[1:] + "."


def _acts(command: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands of a command: `sandbox build`."""
    found = [a for a in command._actions if isinstance(a, argparse._SubParsersAction)]
    return dict(found[0].choices) if found else {}


def _help_of(command: argparse.ArgumentParser, act: str) -> str:
    return _help(
        next(a for a in command._actions if isinstance(a, argparse._SubParsersAction)), act
    )


def _flags(group: argparse._ArgumentGroup) -> list[argparse.Action]:
    return [
        a
        for a in group._group_actions
        if not isinstance(a, (argparse._HelpAction, argparse._SubParsersAction))
    ]


def _table(group: argparse._ArgumentGroup) -> str:
    rows = [f"| `{_spelling(action)}` | {_text(action)} |" for action in _flags(group)]
    return "\n".join([f"| {group.title} | |", "|---|---|", *rows])


def _spelling(action: argparse.Action) -> str:
    if not action.option_strings:
        return str(action.metavar or action.dest)
    value = "" if action.nargs == 0 else f" {action.metavar or action.dest.upper()}"
    return ", ".join(action.option_strings) + value


def _text(action: argparse.Action) -> str:
    return (action.help or "").replace("|", "\\|").replace("%%", "%")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
