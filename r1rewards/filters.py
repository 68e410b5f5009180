"""The filters of rejection sampling: which scored rollouts make a data set worth fine-tuning on.

DeepSeek-R1 (arXiv 2501.12948, section 2.3.3 and supplement B.3.3) samples several completions per prompt, keeps only
the correct ones, and drops thoughts "with mixed languages, long paragraphs, and code blocks"; it gives no thresholds,
so those here are ours, with a reason each.

    decision = judge(rollout, score, keep=["correct"], drop=["mixed-language", "code-block"])
    decision.keep, decision.reason, decision.value

and, over all that is kept, the best n of each prompt: `select`. Filters look at the thought where there is one, else at
the whole completion.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from r1rewards.errors import BadCallError
from r1rewards.registry import JUDGES
from r1rewards.rewards.spans_of import is_prefilled
from r1rewards.text.shingles import (
    bits_apart,
    fingerprint,
    most_frequent,
    ngram_codes,
    repetition,
    units_of,
)
from r1rewards.text.spans import read_tags, think_span, visible_start
from r1rewards.text.words import WORD, read_words, weights
from r1rewards.verdicts import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from r1rewards.batch import Score
    from r1rewards.rollouts import Rollout


class Decision(NamedTuple):
    """Whether a rollout is kept; if not, why; and what the filter measured."""

    keep: bool
    reason: str
    value: float | str | None = None


KEPT = Decision(True, "kept")


def _decision(keep: bool, reason: str, value: float | str | None) -> Decision:
    return Decision(keep, "kept" if keep else reason, value)


# What may be asked for: --keep.


def correct(_: Rollout, score: Score) -> Decision:
    """Keep what `accuracy` (or `math`, or `code`) judged correct; value: its verdict."""
    verdict = _outcome(score, "correct", *JUDGES).verdict
    return _decision(verdict is Verdict.CORRECT, "not-correct", verdict.value)


def well_formed(_: Rollout, score: Score) -> Decision:
    """Keep what `format` judged well formed; value: its fault."""
    outcome = _outcome(score, "well-formed", "format")
    is_well = outcome.verdict is Verdict.WELL_FORMED
    return _decision(is_well, "malformed", outcome.detail.get("fault"))


# What may be refused: --drop.


def mixed_language(
    _: Rollout, score: Score, least_share: float = 0.95, most_foreign_words: float = 8
) -> Decision:
    """Drop a share of target-language words below `least_share`, or so many foreign words in a row; value: the share.

    0.95: a name or a quoted term does not mix languages, a sentence in twenty does. 8 words: a clause. A thought
    without words (`undetermined`) mixes nothing.
    """
    if "language" not in score.rewards:
        raise BadCallError(_not_scored("mixed-language", "language"))
    share = score.rewards["language"]
    if share is None:
        return KEPT
    is_mixed = share < np.float32(least_share)  # as shares are: 19 of 20 words are 0.95
    if not is_mixed and share < 1:  # the detail counts the words anew: only where it can decide
        runs = score.outcomes["language"].detail.get("foreign", ())
        is_mixed = any(run["words"] >= most_foreign_words for run in runs)
    return _decision(not is_mixed, "mixed-language", round(share, 4))


def long_paragraph(rollout: Rollout, _: Score, most_words: float = 200) -> Decision:
    """Drop a thought with a paragraph of more than `most_words`; value: the words of its longest paragraph.

    Formulas and code are not words; letters of scripts without spaces weigh what they carry. 200 words: a paragraph
    of a printed page has 100 to 150.
    """
    words = read_words(_thought(rollout))
    breaks = [found.start() for found in _BLANK_LINE.finditer(words.letters.text)]
    paragraphs = np.searchsorted(breaks, words.starts)
    longest = float(np.bincount(paragraphs, weights(words), minlength=1).max()) / WORD
    return _decision(longest <= most_words, "long-paragraph", round(longest, 1))


_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")


def code_block(rollout: Rollout, _: Score, most: int = 0) -> Decision:
    """Drop a thought with more than `most` fenced code blocks or tool calls; value: how many."""
    thought = _thought(rollout)
    fences = sum(1 for _ in _FENCE.finditer(thought))
    found = (fences + 1) // 2 + thought.count("<tool_call>")
    return _decision(found <= most, "code-block", found)


_FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)


def degenerate(rollout: Rollout, _: Score) -> Decision:
    """Drop what went wrong while it was written; value: what.

    A U+FFFD (a token cut in half); a completion cut at the length limit (the columns `finish_reason`, `stop_reason` or
    `truncated` say so) or in its thought; a thought closed twice; a text that turns in circles (`turns_in_circles`).
    """
    text = rollout.completion
    tags = read_tags(text, rollout.get("tags"))
    value = None
    if "\ufffd" in text:
        value = "replacement-character"
    elif _is_cut(rollout):
        value = "truncated"
    elif visible_start(tags, is_prefilled(rollout)) < 0:
        value = "open-thought"
    elif tags.think_close.times > 1:
        value = "second-thought"
    elif turns_in_circles(text):
        value = "repetition"
    return _decision(value is None, "degenerate", value)


_CUT = ("length", "max_tokens", "max_length")


def _is_cut(rollout: Rollout) -> bool:
    reasons = (rollout.get("finish_reason"), rollout.get("stop_reason"))
    # SGLang gives {"type": "length", "length": 4096}, some servers capitals.
    names = [reason.get("type") if isinstance(reason, Mapping) else reason for reason in reasons]
    is_said = isinstance(rollout.get("truncated"), (bool, np.bool_)) and rollout.get("truncated")
    return bool(is_said) or any(str(name).lower() in _CUT for name in names)


def turns_in_circles(text: str) -> bool:
    r"""A line of 20 letters or more stands there 6 times, or 20 words 20 times, or most 20-word stretches twice.

    The first two as in TRIT's filter (see docs/filters.md); the third finds loops longer than 20 words. Lines that say
    nothing may stand there often: rulers, the rows of tables, `\left[\begin{array}{ccc|c}`.
    """
    lines = Counter(line for line in map(str.strip, text.split("\n")) if len(line) >= 20)
    if any(times >= 6 and _is_said(line) for line, times in lines.items()):
        return True
    units = units_of(text)
    return repetition(units, 20).share > 0.5 or most_frequent(ngram_codes(units, 20)) >= 20


def _is_said(line: str) -> bool:
    """Four words, or ten letters that are not of ASCII."""
    return (
        len(_PLAIN_WORD.findall(line)) >= 4 or sum(c > "\x7f" and c.isalpha() for c in line) >= 10
    )


_PLAIN_WORD = re.compile(r"(?<![\w\\])[^\W\d_]{2,}")

KEEP: Mapping[str, Callable[..., Decision]] = {"correct": correct, "well-formed": well_formed}
DROP: Mapping[str, Callable[..., Decision]] = {
    "mixed-language": mixed_language,
    "long-paragraph": long_paragraph,
    "code-block": code_block,
    "degenerate": degenerate,
}
"""The filters by the names of the command line. Each takes a Rollout and its Score, and says keep, reason and value."""

LIMITED = ("mixed-language", "long-paragraph", "code-block")
"""The filters that take a limit."""

NEEDS: Mapping[str, str] = {
    "correct": "accuracy",
    "well-formed": "format",
    "mixed-language": "language",
}
"""Filter -> the reward whose outcome it reads."""


def judge(
    rollout: Rollout,
    score: Score,
    keep: Sequence[str] = (),
    drop: Sequence[str] = (),
    thresholds: Mapping[str, Any] | None = None,
) -> Decision:
    """The first filter that drops the rollout decides; `KEPT` where none does.

    keep, drop: names out of KEEP and DROP. thresholds: filter -> the value of its first option.
    Raises BadCallError for an unknown name, and where a filter's reward was not scored.
    """
    for kind, names in (("keep", keep), ("drop", drop)):
        for name in names:
            limit = () if thresholds is None or name not in thresholds else (thresholds[name],)
            decision = named(kind, name)(rollout, score, *limit)
            if not decision.keep:
                return decision
    return KEPT


def named(kind: str, name: str) -> Callable[..., Decision]:
    """The filter of that name; kind: "keep" or "drop". Raises BadCallError, which lists those there are."""
    table, other = (KEEP, DROP) if kind == "keep" else (DROP, KEEP)
    if name in table:
        return table[name]
    hint = f"; {name!r} goes with {'drop' if kind == 'keep' else 'keep'}" if name in other else ""
    raise BadCallError(f"{kind}: no filter {name!r}; known: {', '.join(table)}{hint}")


def check_limited(name: str) -> None:
    """Raises BadCallError where the filter takes no limit."""
    if name not in LIMITED:
        raise BadCallError(
            f"the filter {name!r} takes no limit; those that do: {', '.join(LIMITED)}"
        )


def _outcome(score: Score, name: str, *rewards: str) -> Outcome:
    for reward in rewards:
        if reward in score.outcomes:
            return score.outcomes[reward]
    raise BadCallError(_not_scored(name, rewards[0]))


def _not_scored(name: str, reward: str) -> str:
    return (
        f"the filter {name!r} reads the reward {reward!r}, which was not scored: add it, with weight 0 if it "
        f"should not count"
    )


def _thought(rollout: Rollout) -> str:
    text = rollout.completion
    span = think_span(read_tags(text, rollout.get("tags")), text, is_prefilled(rollout))
    return text if span is None else text[slice(*span)]


# The best of each prompt.

MOST_ALIKE = 6
"""Fingerprints at most so many bits apart are of near duplicates: about nine of ten 5-word shingles shared."""


class Candidate(NamedTuple):
    """What a `Selection` remembers of one rollout, however long it is.

    group: 64 bits of the prompt's id. length: characters. print: see `text.shingles.fingerprint`.
    """

    group: int
    length: int
    print: int


def candidate(rollout: Rollout) -> Candidate:
    """What a `Selection` needs to know of a rollout. The group is `rollout.group`, else the prompt.

    Raises BadCallError where it has neither.
    """
    group = rollout.prompt if rollout.group is None else rollout.group
    if group is None:
        raise BadCallError("the best of each prompt: a row needs a prompt, or a group or prompt_id")
    key = hashlib.blake2b(repr(group).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    text = rollout.completion
    return Candidate(int.from_bytes(key, "big"), len(text), fingerprint(text))


class Selection:
    """The best n of each group, out of candidates in any order: 24 bytes are kept of each."""

    def __init__(self) -> None:
        self._groups, self._lengths, self._prints = array("Q"), array("Q"), array("Q")

    def add(self, one: Candidate) -> None:
        """One more rollout."""
        self._groups.append(one.group)
        self._lengths.append(one.length)
        self._prints.append(one.print)

    def decide(self, n: int, most_alike: int = MOST_ALIKE) -> Iterator[Decision]:
        """Keep the n shortest of a group that are no near duplicates of a shorter one; a decision for each, in order.

        Of equal lengths the earlier wins. Raises BadCallError where n is below 1.
        """
        if n < 1:
            raise BadCallError(f"the best of each prompt: n is a whole number from 1 on, not {n}")
        order = np.lexsort((np.array(self._lengths), np.array(self._groups)))
        dropped: dict[int, Decision] = {}
        chosen: list[int] = []
        group = None
        for i in order.tolist():
            if self._groups[i] != group:
                chosen, group = [], self._groups[i]
            alike = min((bits_apart(self._prints[i], one) for one in chosen), default=65)
            if alike <= most_alike:
                dropped[i] = Decision(False, "near-duplicate", alike)
            elif len(chosen) >= n:
                dropped[i] = Decision(False, "not-among-best", self._lengths[i])
            else:
                chosen.append(self._prints[i])
        return (dropped.get(i, KEPT) for i in range(len(order)))


def select(rollouts: Iterable[Rollout], n: int, most_alike: int = MOST_ALIKE) -> Iterator[Decision]:
    """Decide about each rollout, in order: the n best of each prompt. They are read once; none is held in memory."""
    selection = Selection()
    for rollout in rollouts:
        selection.add(candidate(rollout))
    return selection.decide(n, most_alike)
