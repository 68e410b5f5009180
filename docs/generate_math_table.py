"""Write the tables of docs/math.md from the test data, so that what the page promises is what the tests check.

python docs/generate_math_table.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "math.md"
DATA = ROOT / "tests" / "data" / "answers"


def main() -> None:
    """Replace what stands between the marks."""
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def with_tables(page: str) -> str:
    """The page with both tables made anew."""
    page = _between(page, "conventions", conventions())
    return _between(page, "argued", argued())


def conventions() -> str:
    """What equals what, by convention."""
    lines = [
        "| convention | reference | completion or boxed answer | | why |",
        "|---|---|---|---|---|",
    ]
    last = ""
    for row in _rows("conventions.jsonl"):
        name = "" if row["convention"] == last else f"**{row['convention']}**"
        last = row["convention"]
        text = row.get("completion", row.get("answer"))
        verdict = "correct" if row["correct"] else "wrong"
        lines.append(
            f"| {name} | {_code(row['reference'])} | {_code(text)} | {verdict} | {row['why']} |"
        )
    return "\n".join(lines)


def argued() -> str:
    """Labels of the case files that we do not follow."""
    lines = ["| file | reference | answer | label | ours | why |", "|---|---|---|---|---|---|"]
    for row in _rows("argued.jsonl"):
        ours, label = ("correct", "wrong") if row["ours"] else ("wrong", "correct")
        cells = (row["file"], _code(row["gold"]), _code(row["answer"]), label, ours, row["why"])
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|").replace("\n", " ") + "`"


def _between(page: str, name: str, table: str) -> str:
    begin, end = f"<!-- {name}: begin -->\n", f"\n<!-- {name}: end -->"
    head, _, rest = page.partition(begin)
    _, _, tail = rest.partition(end)
    return f"{head}{begin}{table}{end}{tail}"


if __name__ == "__main__":
    main()
