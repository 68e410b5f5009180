"""Sphinx: Markdown pages, the Furo theme, nothing loaded from elsewhere. Build: sphinx -W -b html docs docs/_build."""

import re
from pathlib import Path

project = "r1rewards"
author = "the r1rewards authors"
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "r1rewards"
html_copy_source = False


def setup(app):
    """Keep the table of contents true: pages that are not there are left out, pages nobody listed are added."""
    app.connect("source-read", lambda _app, name, source: _true_contents(name, source))


def _true_contents(name, source):
    if name != "index":
        return
    here = {page.stem for page in Path(__file__).parent.glob("*.md")} - {"index"}
    lines = source[0].split("\n")
    listed = {line for line in lines if re.fullmatch(r"[a-z-]+", line)}
    lines = [line for line in lines if line not in listed - here]
    last = lines.index("changelog")
    source[0] = "\n".join([*lines[:last], *sorted(here - listed), *lines[last:]])
