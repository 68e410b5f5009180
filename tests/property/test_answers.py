"""The laws of the answer core, over every kind of answer."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from r1rewards.answers import answer_key, decide, read, read_reference, same
from r1rewards.answers.nodes import Either
from r1rewards.answers.writing import write
from r1rewards.errors import UnreadableAnswerError
from tests.property.strategies_answers import KINDS, Pair, pairs

quick = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
long = settings(
    max_examples=-(-20_000 // len(KINDS)),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)


def check(pair: Pair) -> None:
    left, right, expected = pair
    found = decide(left, read_reference(right), symbolic=False)
    assert found.same is expected, (left, right, found)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_in_two_styles_is_the_same_and_a_change_is_seen(kind: str) -> None:
    @quick
    @given(KINDS[kind])
    def law(pair: Pair) -> None:
        check(pair)

    law()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_twenty_thousand_pairs_are_decided_right(kind: str) -> None:
    @long
    @given(KINDS[kind])
    def law(pair: Pair) -> None:
        check(pair)

    law()


@quick
@given(pairs)
def test_sameness_is_reflexive_and_symmetric(pair: Pair) -> None:
    left, right, _ = pair
    assert same(left, left)
    assert same(right, right)
    assert same(left, right) is same(right, left)


@quick
@given(st.lists(pairs, min_size=2, max_size=4))
def test_sameness_is_transitive(drawn: list[Pair]) -> None:
    texts = [text for left, right, _ in drawn for text in (left, right)]
    groups: list[list[str]] = []
    for text in texts:
        matching = [g for g in groups if same(text, g[0])]
        assert len(matching) < 2, (text, matching)
        if matching:
            assert all(same(text, other) for other in matching[0]), (text, matching)
            matching[0].append(text)
        else:
            groups.append([text])


@quick
@given(pairs)
def test_equal_keys_mean_equal_answers(pair: Pair) -> None:
    left, right, _ = pair
    if answer_key(left) is not None and answer_key(left) == answer_key(right):
        assert same(left, right)


@quick
@given(pairs)
def test_what_is_written_reads_as_what_was_read(pair: Pair) -> None:
    for text in pair[:2]:
        node = read(text)
        first = node.readings[0] if isinstance(node, Either) else node
        assert same(read(write(node)), first), (text, write(node))


@quick
@given(pairs, st.sampled_from(["$ {} $", "  {}\n", r"\displaystyle {}", r"\({}\)", "{}."]))
def test_spacing_and_styling_change_nothing(pair: Pair, style: str) -> None:
    left, right, expected = pair
    for text in (left, right):
        reference = read_reference(text)
        assert decide(style.format(text), reference, symbolic=False).same is True
    assert decide(style.format(left), read_reference(right), symbolic=False).same is expected


@quick
@given(st.text(max_size=60))
def test_no_text_makes_anything_raise(text: str) -> None:
    reference = read_reference(text)
    decide(text + "1", reference, symbolic=False)
    try:
        node = read(text)
    except UnreadableAnswerError:
        return
    assert isinstance(write(node), str)
    assert same(node, node)
