"""The examples of docs/language.md."""

from __future__ import annotations

import doctest
from pathlib import Path


def test_the_examples_of_the_page_hold() -> None:
    page = Path(__file__).parents[2] / "docs" / "language.md"
    found = doctest.testfile(str(page), module_relative=False)
    assert found.attempted >= 7
    assert found.failed == 0
