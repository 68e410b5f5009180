"""Whatever a text holds, it stays text."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from r1rewards.report.html import Markup, el, page, visible

hostile = st.one_of(
    st.text(),
    st.sampled_from([
        "<script>alert(1)</script>", "</pre></style><img src=x onerror=alert(1)>", "\" onload='x", "&lt;b&gt;",
        "<!--", "]]>", "\u202egnp.exe", "\x00\x1b[31m", "\ud800",
    ]),
)  # fmt: skip


class Reader(HTMLParser):
    """What a browser would make of it: tags, attributes, text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def read(markup: str) -> Reader:
    reader = Reader()
    reader.feed(markup)
    reader.close()
    return reader


@settings(max_examples=50)
@given(hostile, hostile)
def test_no_text_becomes_markup(text: str, attribute: str) -> None:
    found = read(el("p", text, title=attribute))
    assert found.tags == ["p"]
    assert found.text == visible(text)
    assert found.attributes == [("title", visible(attribute))]


@settings(max_examples=30)
@given(st.lists(hostile, max_size=4))
def test_children_may_be_nested_lists(texts: list[str]) -> None:
    found = read(el("div", texts, None, [el("b", [texts])]))
    assert found.tags == ["div", "b"]
    assert found.text == visible("".join(texts * 2))


def test_the_reader_of_these_tests_sees_what_is_not_escaped() -> None:
    assert read(el("p", Markup("<script>x</script>"))).tags == ["p", "script"]


def test_attributes_are_spelt_for_html() -> None:
    assert el("details", open=True, class_="a b", data_x=None, hidden=False) == (
        '<details open class="a b"></details>'
    )


def test_characters_that_cannot_be_seen_are_named() -> None:
    assert visible("a\u202eb\x00\n\t的") == "a⟨U+202E⟩b⟨U+0000⟩\n\t的"


def test_a_page_may_load_nothing_and_run_nothing() -> None:
    assert "default-src &#x27;none&#x27;" in page("t", "p { color: red }", el("p", "x"))
