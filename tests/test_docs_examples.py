"""The examples in docs/ are run as they stand."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

PAGES = sorted((Path(__file__).parent.parent / "docs").rglob("*.md"))
RUN_PROGRAMS = {"code.md"}
MARKED = [
    pytest.param(page, marks=[pytest.mark.docker] if page.name in RUN_PROGRAMS else [])
    for page in PAGES
]


@pytest.mark.parametrize("page", MARKED, ids=lambda p: p.name)
def test_the_examples_of_a_page_give_what_it_says(page: Path) -> None:
    failed, _ = doctest.testfile(
        str(page), module_relative=False, encoding="utf-8", optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert not failed
