"""`check --audit`: findings of the audit, for people and as plain data."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Any

from r1rewards.audit import Finding


def as_dict(findings: tuple[Finding, ...]) -> list[dict[str, Any]]:
    """The findings as plain data."""
    return [asdict(finding) for finding in findings]


def as_text(findings: tuple[Finding, ...]) -> str:
    """The findings for people, each with its first places."""
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    with console.capture() as capture:
        console.print("\n[bold]audit[/bold]")
        if not findings:
            console.print("nothing smells of reward hacking or of wrong references")
        for finding in findings:
            color = "yellow" if finding.about == "reward" else "magenta"
            console.print(f"[{color}]{finding.name}[/{color}]: {escape(finding.found)}")
            console.print(f"  [dim]{escape(finding.advice)}[/dim]")
            for place in finding.places[:3]:
                console.print(f"  {escape(place)}", soft_wrap=True)
            if finding.count > 3 and len(finding.places) > 3:
                console.print(f"  ... and {min(finding.count, 10**9) - 3:,} more")
    return capture.get().rstrip("\n")
