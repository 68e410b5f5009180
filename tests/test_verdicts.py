from __future__ import annotations

import pickle

from r1rewards.verdicts import CODE_OF, VERDICTS, Outcome, Verdict


def test_an_outcome_pickles_as_trainers_with_worker_processes_need() -> None:
    outcome = Outcome(Verdict.CORRECT, 1.0)
    assert pickle.loads(pickle.dumps(outcome)) == outcome
    assert outcome.detail == {}


def test_codes_and_verdicts_are_inverse() -> None:
    assert [VERDICTS[CODE_OF[v]] for v in Verdict] == list(Verdict)


def test_only_the_models_doing_is_scored_and_ours_is_never() -> None:
    assert not any(v.is_scored and v.is_ours for v in Verdict)
