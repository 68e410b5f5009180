"""Which sentences have stood before in the same text, against the words themselves."""

from __future__ import annotations

from collections import Counter

from hypothesis import example, given
from hypothesis import strategies as st

from r1rewards.text.reading import Reading
from r1rewards.text.words import read_words

WORDS = [
    "house", "houses", "Houses", "internationally", "internationalist", "дом", "домик", "שלום", "שלומי", "函数", "函数值等于零",
    "函数值等于零的时候", "하지만", "하지만요",
]  # fmt: skip
SENTENCES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
TEXTS = st.lists(st.lists(SENTENCES, max_size=6).map(". ".join), min_size=1, max_size=4)


@example(["дом internationally. дом internationalist. дом internationally"])
@given(TEXTS)
def test_a_sentence_is_new_where_its_words_have_not_stood_before_in_its_text(
    texts: list[str],
) -> None:
    reading = Reading(read_words(*texts), "en")
    expected = []
    for text in texts:
        seen: list[Counter[str]] = []
        for sentence in filter(None, text.split(". ")):
            words = sentence.lower().split(" ")
            expected += [Counter(words) not in seen] * len(words)
            seen.append(Counter(words))
    found = [True] * len(expected) if reading.is_new is None else reading.is_new.tolist()
    assert found == expected
