"""The labelled files: what each line says, or why we say something else (`argued.jsonl`)."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from r1rewards import Verdict, get_reward, score_batch
from r1rewards.answers.references import check_references
from tests.shared import SHARED

DATA = Path(__file__).parent.parent / "data" / "answers"
needs_shared = pytest.mark.skipif(SHARED is None, reason="the shared data files are not here")


def load(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def completion_of(row: dict[str, Any]) -> str:
    return row.get("completion") or f"The final answer is $\\boxed{{{row['pred']}}}$."


def verdict_of(row: dict[str, Any], mode: str = "boxed") -> Verdict:
    scores = score_batch([completion_of(row)], [row["gold"]], rewards="math", extraction=mode)
    verdict: Verdict = scores.verdicts[0, 0]
    return verdict


FEATURES = load(DATA / "math_features.jsonl")
HACKS = load(DATA / "math_hacks.jsonl")
OWN = load(DATA / "hacks_own.jsonl")
REAL = load(DATA / "real_disagreements.jsonl")
ARGUED = {(row["file"], row["gold"], row["answer"]): row for row in load(DATA / "argued.jsonl")}


def expected_of(file: str, row: dict[str, Any]) -> bool:
    """The label, or ours where we argue with it."""
    argued = ARGUED.get((file, row["gold"], row["pred"]))
    return bool(row["expected"] if argued is None else argued["ours"])


@pytest.mark.parametrize("row", FEATURES, ids=lambda r: f"{r['feature']}:{r['gold']}"[:60])
def test_a_feature_is_judged_as_labelled_or_as_argued(row: dict[str, Any]) -> None:
    # Three probes box nothing on purpose: they are what the mode `lenient` is for.
    mode = "lenient" if "fallback" in row["feature"] else "boxed"
    assert (verdict_of(row, mode) is Verdict.CORRECT) == expected_of("math_features", row)


@pytest.mark.parametrize("row", HACKS, ids=lambda r: f"{r['hack']}:{r['gold']}"[:60])
def test_a_hack_is_not_paid_unless_it_is_argued_to_be_right(row: dict[str, Any]) -> None:
    assert (verdict_of(row) is Verdict.CORRECT) == expected_of("math_hacks", row)


@pytest.mark.parametrize("row", OWN, ids=lambda r: f"{r['hack']}:{r['gold']}"[:60])
def test_a_wrong_answer_of_our_own_invention_is_not_paid(row: dict[str, Any]) -> None:
    assert verdict_of(row) is not Verdict.CORRECT


def test_our_own_wrong_answers_are_many_and_of_many_kinds() -> None:
    assert len({(completion_of(row), row["gold"]) for row in OWN}) >= 250
    assert len({row["hack"] for row in OWN}) >= 25


def test_every_argued_label_is_still_there_and_still_differs() -> None:
    files = {"math_features": FEATURES, "math_hacks": HACKS}
    for file, gold, answer in ARGUED:
        if file not in files:
            continue
        row = next(r for r in files[file] if r["gold"] == gold and r["pred"] == answer)
        assert row["expected"] != ARGUED[file, gold, answer]["ours"]


@pytest.mark.parametrize("row", REAL, ids=lambda r: r["completion"][-40:])
def test_a_real_completion_that_verifiers_disagree_on_is_decided_by_hand(
    row: dict[str, Any],
) -> None:
    scores = score_batch(
        [row["completion"]], [row["reference"]], rewards="math", extraction=row.get("mode", "boxed")
    )
    assert scores.verdicts[0, 0].value == row["verdict"]


# Real data, where it is at hand.


def scored(
    path: str, reference: str = "reference", **options: Any
) -> tuple[list[dict[str, Any]], Any]:
    assert SHARED is not None
    rows = load(SHARED / "data" / path)
    scores = score_batch(
        [row["completion"] for row in rows],
        [row[reference] for row in rows],
        rewards=get_reward("math", **options),
    )
    return rows, scores


@needs_shared
def test_real_completions_are_paid_as_by_the_best_peers_without_the_symbolic_rung() -> None:
    rows, scores = scored("real/math_real.jsonl")
    verdicts = Counter(scores.verdicts[:, 0].tolist())
    assert verdicts[Verdict.CORRECT] >= 1840  # the most that any of eleven peers finds
    rungs = Counter(scores[i].outcomes["math"].detail.get("rung") for i in range(len(rows)))
    assert rungs["symbolic"] <= len(rows) / 1000


@needs_shared
def test_gsm8k_solutions_agree_with_the_labels_of_the_data_set() -> None:
    rows, scores = scored("real/gsm8k_solutions.jsonl", extraction="lenient")
    paid = [verdict is Verdict.CORRECT for verdict in scores.verdicts[:, 0]]
    assert [i for i, row in enumerate(rows) if row["is_correct"] != paid[i]] == []


@needs_shared
def test_of_the_hard_neighbours_only_the_truly_equal_pair_is_paid() -> None:
    rows, scores = scored("hard_neighbours.jsonl", "gold")
    paid = [
        row["gold"]
        for row, v in zip(rows, scores.verdicts[:, 0], strict=True)
        if v is Verdict.CORRECT
    ]
    assert paid == ["-\\frac{1}{\\sqrt{2}}"]


@needs_shared
def test_pairs_out_of_other_verifiers_tests_are_judged_as_labelled_or_as_argued() -> None:
    assert SHARED is not None
    rows = load(SHARED / "data" / "math_pairs_public.jsonl")
    rows = [row for row in rows if not row.get("disputed")]
    modes = ["lenient" if row["kind"] == "text_noboxed" else "boxed" for row in rows]
    scores = score_batch(
        [row["completion"] for row in rows],
        [row["gold"] for row in rows],
        rewards="math",
        extraction=modes,
    )
    paid = [verdict is Verdict.CORRECT for verdict in scores.verdicts[:, 0]]
    expected = [_label(row) for row in rows]
    agreed = sum(p == e for p, e in zip(paid, expected, strict=True))
    assert agreed >= 0.98 * len(rows)
    assert [r["gold"] for r, p, e in zip(rows, paid, expected, strict=True) if p and not e] == []


def _label(row: dict[str, Any]) -> bool:
    for (file, gold, answer), argued in ARGUED.items():
        if file == "math_pairs_public" and gold == row["gold"] and answer in row["completion"]:
            return bool(argued["ours"])
    return bool(row["expected"])


@needs_shared
@pytest.mark.parametrize("written", ["%s", "$%s$", "\\boxed{%s}"])
def test_every_real_reference_is_usable_and_equal_to_itself_or_reported(written: str) -> None:
    assert SHARED is not None
    golds = [row["reference"] for row in load(SHARED / "data" / "references.jsonl")]
    references = [written % gold for gold in golds]
    unusable = dict(check_references(references))
    scores = score_batch([f"So $\\boxed{{{gold}}}$." for gold in golds], references, rewards="math")
    for i, verdict in enumerate(scores.verdicts[:, 0]):
        assert (verdict is Verdict.BAD_REFERENCE) == (i in unusable), golds[i]
        assert verdict in {Verdict.CORRECT, Verdict.BAD_REFERENCE}, (golds[i], scores[i])
    assert len(unusable) <= len(golds) / 100
