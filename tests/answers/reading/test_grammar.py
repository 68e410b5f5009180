"""What the grammar refuses, and how it says so; the tables it rests on."""

from __future__ import annotations

import json
from contextlib import suppress
from unittest import mock

import pytest

from r1rewards.answers import answer_key, decide, read, read_reference, same
from r1rewards.answers.limits import MAX_CHARS, MAX_TOKENS
from r1rewards.answers.nodes import Named, Symbol, children, rebuilt, renamed
from r1rewards.answers.reading import tokens
from r1rewards.answers.reading.answer import read_answer
from r1rewards.answers.reading.cursor import Cursor
from r1rewards.answers.reading.units import measure, read_unit
from r1rewards.answers.writing import write
from r1rewards.errors import BadCallError, UnreadableAnswerError
from tests.answers.test_writing import KINDS
from tests.shared import SHARED


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "???", r"\qquad", r"\frac{1}{", r"\frac", "(", "()", "(1,2", "(1,2]]", "[1,2,3)", "]1)", "(1 2)", r"\{1 2\}", "|x", "5 6",
        r"\begin{pmatrix}\end{pmatrix}", r"\begin{pmatrix}1&2\\3\end{pmatrix}", r"\begin{cases} x & \text{because} \end{cases}",
        r"\lim_{x} y", r"\lim_{x \to 3 5} y", r"\sum_{1}^3 k", r"\sum_3 k", r"\sin_2 x", r"\sin(x,y)", r"\max()", "f()", "9_7", "C_5^2 350.5", "x+9_7", "1.5e9999999",
        "7" * 7000, r"\text{" + "7" * 7000 + " apples}", "5!!!!!!!!!!!!!!!!!!!", "(" * 100 + "1" + ")" * 100, "-" * 100 + "1", "0." + "1" * 2100 + "...", ",".join("1" * 400), "(" + ",".join("1" * 400) + ")",
        "+".join("1" * 4000), "x" * 30_000, "{}", "x^", "x_", r"\int", "1/0/", r"\pmod", "5_{x}", "2'_1", r"x<y \pmod 3", "1" + "=1" * 3000, r"\%", "1:",
        r"\begin{pmatrix}" + r"\\".join("&".join("1" * 40) for _ in range(40)) + r"\end{pmatrix}", r"\{x \mid x>2", "\\", "#", r"\\", r"\&",
    ],
)  # fmt: skip
def test_what_is_no_answer_is_unreadable_or_at_least_no_number(text: str) -> None:
    try:
        node = read(text)
    except UnreadableAnswerError as e:
        assert str(e)  # noqa: PT017 - unreadable is one of the two allowed ends
        assert answer_key(text) is None
    else:
        assert isinstance(write(node), str)


@pytest.mark.parametrize(
    "text",
    [
        "9^{9^{1\\}",
        r"\$sq units}",
        r"28 percent5\text{ hours}",
        "(1,2)=(3",
        r"\ln ^-",
        "worth价值",
        "价值worth",
    ],
)
def test_what_is_cut_or_spliced_is_read_or_refused(text: str) -> None:
    try:
        assert read(text) == read(text)
    except UnreadableAnswerError as e:
        assert "\n" in str(e)  # noqa: PT017 - either end will do; the message shows where


def test_a_choice_is_the_same_only_as_a_choice() -> None:
    assert same("(B)", r"\text{(B) } 7")
    assert not same("(B)", "7")


def test_a_text_is_cut_no_further_than_its_tokens_are_read() -> None:
    watch = mock.patch.object(tokens, "_scan_rarer", wraps=tokens._scan_rarer)
    with watch as cut, pytest.raises(UnreadableAnswerError, match="tokens"):
        tokens.tokens("\0" * MAX_CHARS)
    assert cut.call_count <= MAX_TOKENS + 1


def test_an_error_marks_the_span() -> None:
    with pytest.raises(UnreadableAnswerError) as e:
        read("1 + + ) 2")
    message, shown, marker = str(e.value).split("\n")
    assert message == "')' where a value should stand"
    assert shown.index(")") == marker.index("^")


@pytest.mark.parametrize("text", KINDS)
def test_a_node_is_rebuilt_from_what_is_below(text: str) -> None:
    node = read(text)
    assert not children(node) or rebuilt(node, children(node)) == node


def test_renaming_leaves_bound_letters_alone() -> None:
    assert renamed(read(r"k+\sum_{k=1}^n k"), {"k": "j"}) == read(r"j+\sum_{k=1}^n k")
    assert renamed(read("x+1"), {"y": "z"}) == read("x+1")
    assert renamed(Symbol("x"), {"x": "y"}) == Symbol("y")


def test_units_of_all_shapes() -> None:
    assert read_unit(r"\text{ kilometers per hour}") == "h^-1 km"
    assert read_unit("cubic feet") == "ft^3"
    assert read_unit("feet squared") == "ft^2"
    assert read_unit("5 is") is None
    assert read_unit("^2") is None
    assert read_unit("\\foo bar") is None
    assert read_unit("平方米") == "m^2"
    assert read_unit("立方某") == "?立方某"[1:]
    assert measure("h^-1 km") == measure("km h^-1")


def test_a_reference_says_why_it_is_unusable() -> None:
    for text in ("", r"\frac{1}{0}", r"\infty-\infty", r"\frac{1}{", "0^0"):
        reference = read_reference(text)
        assert reference.problem
        assert decide("5", reference).same is None


def test_a_reference_may_be_a_number_or_a_list() -> None:
    assert decide("5.0", read_reference(5)).same
    assert decide("2", read_reference(["1", "2"])).same
    assert not decide("3", read_reference(["1", "2"])).same
    assert decide("0.5", read_reference([1, 0.5])).same
    for wrong in (None, True, [], [True], {"a": 1}, [None]):
        with pytest.raises(BadCallError):
            read_reference(wrong)


def test_a_key_is_shared_by_equal_numbers_only() -> None:
    assert answer_key("0.5") == answer_key(r"\frac12")
    assert answer_key("x") is None
    assert answer_key(r"\frac{1}{0}") is None


def test_nodes_without_parts_stand_for_themselves() -> None:
    named = Named(("x", "y"), (Symbol("a"), Symbol("b")))
    assert rebuilt(named, children(named)) == named
    assert write(named) == "x = a, y = b"
    assert rebuilt(Symbol("x"), ()) == Symbol("x")
    assert children(Symbol("x")) == ()


@pytest.mark.skipif(SHARED is None, reason="the shared references are not here")
def test_every_real_reference_is_usable_and_equals_itself() -> None:
    assert SHARED is not None
    unusable = []
    for line in (SHARED / "data" / "references.jsonl").read_text().splitlines():
        text = json.loads(line)["reference"]
        reference = read_reference(text)
        if reference.problem:
            unusable.append(text)
            continue
        bare = text.strip().strip("$")
        for style in ("{}", "${}$", r"\({}\)", "{} ", r"\displaystyle {}"):
            answer = style.format(text.strip() if style == "{}" or "$" in bare else bare)
            assert decide(answer, reference, symbolic=False).same, answer
    assert unusable == [""]


@pytest.mark.skipif(SHARED is None, reason="the shared pairs are not here")
def test_of_the_hard_neighbours_only_the_equal_pair_is_accepted() -> None:
    assert SHARED is not None
    accepted = []
    for line in (SHARED / "data" / "hard_neighbours.jsonl").read_text().splitlines():
        row = json.loads(line)
        answer = row["completion"].removeprefix(r"So the answer is $\boxed{").removesuffix("}$.")
        if decide(answer, read_reference(row["gold"]), symbolic=False).same:
            accepted.append((answer, row["gold"]))
    assert accepted == [(r"-\frac{\sqrt{2}}{2}", r"-\frac{1}{\sqrt{2}}")]


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("P(", ")"), ("C(", ",2,3)"), ("{", ",1}"), (r"\{", r",1\}"), (r"\{", r"\}"), ("{", " or 1}"),
        (r"\{x|x>", r"\}"), ("|{", ",2}|"), (r"\{(", r")\}"), (r"\{\begin{array}", r"\end{array}\}"), ("{", "=1}"),
        ("f(", ")"), (r"\sqrt[", "]{3}"), ("{", r"\text{ cm}}"), ("(", ",1)"), ("[", ",1)"), ("{P(", ",2,3)}"),
    ],
)  # fmt: skip
def test_what_is_nested_is_read_once(
    opening: str, closing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 0
    forward = Cursor.advance

    def counted(self: Cursor) -> None:
        nonlocal steps
        steps += 1
        forward(self)

    monkeypatch.setattr(Cursor, "advance", counted)
    taken = []
    for depth in (8, 16):
        steps = 0
        with suppress(UnreadableAnswerError):
            read_answer.__wrapped__(opening * depth + "1" + closing * depth)
        taken.append(steps)
    assert taken[1] <= 3 * taken[0]  # 2^8 times as many where every level was read twice
