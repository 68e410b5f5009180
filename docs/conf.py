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
    """Leave pages that are not there (a part that is not built in) out of the table of contents."""
    app.connect("source-read", lambda _app, name, source: _drop_absent(name, source))


def _drop_absent(name, source):
    if name == "index":
        pages = Path(__file__).parent
        keep = lambda line: not re.fullmatch(r"[a-z-]+", line) or (pages / f"{line}.md").exists()
        source[0] = "\n".join(line for line in source[0].split("\n") if keep(line))
