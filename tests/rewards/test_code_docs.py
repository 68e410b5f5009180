"""Every option of the reward and every language is in the docs."""

from __future__ import annotations

from pathlib import Path

from r1rewards.rewards.code_tests import REWARD
from r1rewards.sandbox.languages import LANGUAGES

DOCS = Path(__file__).parents[2] / "docs"


def test_every_option_and_language_is_on_its_page() -> None:
    page = (DOCS / "code.md").read_text()
    assert [name for name in REWARD.options or () if f"`{name}`" not in page] == []
    images = (DOCS / "sandbox-images.md").read_text()
    assert [row.name for row in LANGUAGES if f"| `{row.name}` |" not in images] == []
