from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, asdict

import pytest

from r1rewards.verdicts import CODE_OF, VERDICTS, Outcome, Verdict


def test_an_outcome_pickles_as_trainers_with_worker_processes_need() -> None:
    outcome = Outcome(Verdict.CORRECT, 1.0)
    assert pickle.loads(pickle.dumps(outcome)) == outcome
    assert outcome.detail == {}


def test_a_detail_given_as_a_function_is_made_once_when_somebody_looks() -> None:
    calls = []
    late = Outcome(Verdict.WRONG, 0.0, lambda: calls.append(1) or {"answer": "4"})
    assert (late.verdict, late.reward, calls) == (Verdict.WRONG, 0.0, [])
    now = Outcome(Verdict.WRONG, 0.0, {"answer": "4"})
    assert late == now == pickle.loads(pickle.dumps(late))
    assert late != Outcome(Verdict.WRONG, 0.0)
    assert repr(late).endswith("detail={'answer': '4'})")
    assert asdict(late) == {"verdict": "wrong", "reward": 0.0, "detail": {"answer": "4"}}
    assert calls == [1]
    with pytest.raises(FrozenInstanceError):
        late.reward = 1.0


def test_codes_and_verdicts_are_inverse() -> None:
    assert [VERDICTS[CODE_OF[v]] for v in Verdict] == list(Verdict)


def test_only_the_models_doing_is_scored_and_ours_is_never() -> None:
    assert not any(v.is_scored and v.is_ours for v in Verdict)
