"""HTML from Python, escaped by default: every text goes through `el`, and nothing else makes markup."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, tab and newline apart
    "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"  # no width, or turning the reading direction
    "\ud800-\udfff\ufffe\uffff]"  # no characters at all
)


class Markup(str):
    """Text that is HTML already. Only `el` and `page` make it."""

    __slots__ = ()


def el(tag: str, *children: Any, **attributes: Any) -> Markup:
    """`<tag attributes>children</tag>`, escaped.

    children: texts, numbers, Markup, None (left out), or iterables of these.
    attributes: `class_` for class, `_` becomes `-`; True stands alone, None and False are left out.

    >>> el("p", "1 < 2", el("br"), class_="a")
    '<p class="a">1 &lt; 2<br></p>'
    """
    opening = f"<{tag}{''.join(_attribute(*pair) for pair in attributes.items())}>"
    return Markup(opening if tag in _VOID else f"{opening}{_inside(children)}</{tag}>")


_VOID = frozenset({"br", "meta", "hr"})


def _attribute(name: str, value: Any) -> str:
    name = name.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{html.escape(visible(str(value)))}"'


def _inside(children: Iterable[Any]) -> str:
    return "".join(_child(child) for child in children)


def _child(child: Any) -> str:
    if isinstance(child, Markup):
        return child
    if child is None:
        return ""
    if isinstance(child, str):
        return html.escape(visible(child), quote=False)
    if isinstance(child, int | float):
        return str(child)
    return _inside(child)


def visible(text: str) -> str:
    """`text` with characters that cannot be seen, or that turn what follows, written as `⟨U+202E⟩`."""
    return _UNSEEN.sub(lambda m: f"⟨U+{ord(m[0]):04X}⟩", text)


def page(title: str, style: str, *body: Any) -> str:
    """A whole document that loads nothing. style: CSS of ours, put in as it is."""
    head = el(
        "head",
        el("meta", charset="utf-8"),
        # No script can run and nothing can be fetched, whatever slips into the page.
        el(
            "meta",
            http_equiv="Content-Security-Policy",
            content="default-src 'none'; style-src 'unsafe-inline'; img-src data:",
        ),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("title", title),
        Markup(f"<style>{style}</style>"),
    )
    return f"<!doctype html>\n{el('html', head, el('body', *body), lang='en')}\n"
