"""`language`: the share of the thought's words that are in the target language, from 0 to 1.

Source: the language consistency reward of DeepSeek-R1 (arXiv 2501.12948 section 2.3.2): the proportion of
target-language words in the chain of thought, `Num(Words_target) / Num(Words)`, directly added to the other rewards.
What counts as a word, and of which language, is defined in `text.share`.

The target is the column `language` (a code or a name: "zh", "zh-CN", "Chinese", "中文"); where a row has none, the
language in which its prompt asks to think, else the language of the prompt.

Measured is the text between the think tags (all of a completion without any tag); with `scope="answer"` the answer.

`measured`:     reward = share.
`undetermined`: fewer than `min_words` (2) words' worth of text, or no way to know the target: unscored, because an
                empty thought says nothing of its language. Never 1. `on_undetermined="zero"` scores such texts 0, with
                verdict `measured`, against thoughts that avoid words altogether.

Options, for all or per row: `language`, `scope` ("think", "answer"), `engine` ("words", "fasttext"), `fasttext_model`
(a path), `min_words`, `on_undetermined` ("skip", "zero"), `second_opinion` (True: the detail carries fastText's view);
`prefilled` and `tags` as in `format`.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from r1rewards.errors import BadCallError, UnsupportedLanguageError
from r1rewards.reward import Outcomes, Reward
from r1rewards.rewards.spans_of import prefilled_of, tags_of
from r1rewards.rollouts import prompt_text
from r1rewards.text import fasttext_engine, share
from r1rewards.text.detect import infer_target
from r1rewards.text.scripts import LANGUAGES, find_language
from r1rewards.text.spans import answer_span, think_span
from r1rewards.verdicts import CODE_OF, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from r1rewards.rollouts import Batch
    from r1rewards.text.spans import Tags

SCOPES = ("think", "answer")
ENGINES = ("words", "fasttext")
ON_UNDETERMINED = ("skip", "zero")
MIN_WORDS = 2.0
LONGEST_LIST = 50
"""Foreign runs named in the detail at most."""


class Row(NamedTuple):
    """How one rollout is to be measured, and what was found."""

    start: int
    end: int
    target: str | None
    source: str  # where the target comes from: "column", "instruction", "prompt", "nowhere"
    engine: str
    model: str | None


def score_language(batch: Batch) -> Outcomes:
    """The share of target-language words of each of B rollouts; the detail counts a row anew, with its foreign runs."""
    spans = _spans(batch)
    targets = _targets(batch)
    engines = _checked(batch, "engine", ENGINES)
    models = batch.column("fasttext_model")
    least = batch.column("min_words", MIN_WORDS)
    rows = [Row(*spans[i], *targets[i], engines[i], models[i]) for i in range(len(batch))]
    shares = _measure(batch.completions, rows, least)
    is_zero = np.array(
        [value == "zero" for value in _checked(batch, "on_undetermined", ON_UNDETERMINED)], np.bool_
    )
    shares[np.isnan(shares) & is_zero] = 0.0
    codes = np.full(len(batch), CODE_OF[Verdict.MEASURED], np.uint8)
    codes[np.isnan(shares)] = CODE_OF[Verdict.UNDETERMINED]
    opinions = batch.column("second_opinion", False)
    return Outcomes(
        shares,
        codes,
        lambda i: _detail(batch.completions[i], rows[i], least[i], bool(opinions[i])),
    )


REWARD = Reward(
    "language",
    score_language,
    options=(
        "language", "scope", "engine", "fasttext_model", "min_words", "on_undetermined", "second_opinion", "prefilled",
        "tags",
    ),
)  # fmt: skip


def _measure(
    completions: Sequence[str], rows: Sequence[Row], least: Sequence[float]
) -> npt.NDArray[np.float32]:
    """(B,) the shares; NaN where nothing can be measured. Rows of one target are measured together."""
    shares = np.full(len(rows), math.nan, np.float32)
    together: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        if row.target is None:
            continue
        if row.engine == "words":
            together.setdefault(row.target, []).append(i)
        else:
            text = completions[i][row.start : row.end]
            found = fasttext_engine.count(text, row.target, row.model).share
            if found.evidence and found.evidence >= least[i]:
                shares[i] = found.value
    for target, places in together.items():
        texts = (completions[i][rows[i].start : rows[i].end] for i in places)
        shares[places] = share.measure_all(texts, target, [least[i] for i in places])
    return shares


def _spans(batch: Batch) -> list[tuple[int, int]]:
    """(start, end) of what is measured in each completion; (0, 0) where it has no such part."""
    scopes = _checked(batch, "scope", SCOPES)
    rows = zip(tags_of(batch), batch.completions, prefilled_of(batch), scopes, strict=True)
    return [_span(*row) for row in rows]


def _span(tags: Tags, text: str, prefilled: bool, scope: str) -> tuple[int, int]:
    if scope == "answer":
        return answer_span(tags, text, prefilled) or (0, 0)
    # A completion without tags is all thought: base models and chain-of-thought prompts know none.
    return think_span(tags, text, prefilled) or (0, len(text))


def _targets(batch: Batch) -> list[tuple[str | None, str]]:
    """The code of each row's target language, and where it comes from."""
    given = batch.column("language")
    prompts: Sequence[Any] = [None] * len(batch) if batch.prompts is None else batch.prompts
    inferred: dict[str | None, tuple[str | None, str]] = {None: (None, "nowhere")}
    targets: list[tuple[str | None, str]] = []
    for value, prompt in zip(given, prompts, strict=True):
        if value is not None:
            targets.append((language_code(value), "column"))
            continue
        text = prompt_text(prompt)
        if text is not None and text not in inferred:  # a group shares its prompt
            inferred[text] = infer_target(text)
        targets.append(inferred[text])
    return targets


@functools.lru_cache(maxsize=256)
def language_code(spelling: object) -> str:
    """The code of a language a user names. Raises UnsupportedLanguageError, which lists what is supported."""
    code = find_language(spelling) if isinstance(spelling, str) else None
    if code is None:
        known = ", ".join(f"{row.code} ({row.name})" for row in LANGUAGES.values())
        raise UnsupportedLanguageError(
            f"language: {spelling!r} is not a language that the language reward supports. Give a code or a name of one "
            f"of: {known}; regions and scripts may follow (zh-CN, pt_BR)."
        )
    return code


def _checked(batch: Batch, name: str, allowed: Sequence[str]) -> Sequence[str]:
    """The column `name`, by default the first of `allowed`; BadCallError where a value is not one of them."""
    values: Sequence[str] = batch.column(name, allowed[0])
    if batch.has(name):
        for value in values:
            if value not in allowed:
                raise BadCallError(
                    f"{name}: {value!r} is not one of {', '.join(map(repr, allowed))}."
                )
    return values


def _detail(text: str, row: Row, least: float, second_opinion: bool) -> Mapping[str, Any]:
    """What was counted: evidence, masked share, languages, foreign runs with their places in the completion."""
    detail: dict[str, Any] = {
        "target": row.target, "target_from": row.source, "span": (row.start, row.end), "engine": row.engine,
    }  # fmt: skip
    if row.target is None:
        return {**detail, "reason": "no target: give the column `language`, or a prompt with words"}
    thought = text[row.start : row.end]
    counted = (
        share.count_text(thought, row.target)
        if row.engine == "words"
        else fasttext_engine.count(thought, row.target, row.model)
    )
    detail |= {
        "evidence": round(counted.share.evidence, 2),
        "words_in_target": round(counted.share.in_target, 2),
        "words_foreign": round(counted.share.foreign, 2),
        "masked_share": round(counted.words.masked / max(len(thought), 1), 4),
        "languages": share.by_language(counted),
        "foreign": [
            run._asdict() for run in share.foreign_runs(counted, thought, row.start)[:LONGEST_LIST]
        ],
    }
    if counted.share.evidence < least:
        detail["reason"] = f"fewer than {least:g} words"
    if second_opinion:
        detail["second_opinion"] = fasttext_engine.opinion(thought, row.model)
    return detail
