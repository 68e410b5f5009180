"""The examples in docs/ are run as they stand."""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path
from typing import Any

import pytest

import r1rewards

README = Path(__file__).parent.parent / "README.md"
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


def test_the_python_of_the_readme_runs_and_says_the_truth() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    assert names["s"].total == 2.0
    assert names["scores"].rewards.shape == (2, 3)
    assert names["scores"].advantages()[0] > 0


PACKAGE = Path(r1rewards.__file__).parent
WITH_EXAMPLES = [p for p in sorted(PACKAGE.rglob("*.py")) if "    >>> " in p.read_text("utf-8")]


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=lambda p: p.stem)
def test_the_examples_of_a_docstring_give_what_they_say(path: Path) -> None:
    name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    failed, tried = doctest.testmod(
        importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert tried
    assert not failed
