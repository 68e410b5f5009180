"""The last rung: sympy in a worker."""

from __future__ import annotations

import pytest

from r1rewards.answers import decide, read_reference
from r1rewards.answers.symbolic import compare


@pytest.mark.parametrize(
    ("answer", "reference"),
    [
        (r"\frac12", r"\int_0^1 x\,dx"),
        ("e", r"\sum_{n=0}^\infty \frac{1}{n!}"),
        ("1", r"\lim_{x\to 0}\frac{\sin x}{x}"),
    ],
)
def test_what_is_left_to_evaluate_is_not_decided_without_the_worker(
    answer: str, reference: str
) -> None:
    found = decide(answer, read_reference(reference), symbolic=False)
    assert (found.same, found.rung) == (None, "symbolic")


def test_the_worker_decides_an_integral_and_tells_a_wrong_value() -> None:
    reference = read_reference(r"\int_0^1 x\,dx")
    assert decide(r"\frac12", reference).same is True
    assert decide(r"\frac13", reference).same is False


@pytest.mark.parametrize(
    ("answer", "reference", "expected"),
    [
        (r"\frac{\pi^{2}}{6}", r"\sum_{n = 1}^{\infty} (n^{-2})", True),
        (r"\frac{x^{2}}{2} + C", r"\int (x) d x", True),
        (r"\frac{x^{2}}{2} + x", r"\int (x) d x", None),
        (r"\begin{pmatrix} 1 \end{pmatrix}", r"\int (x) d x", None),
        (r"\frac{", r"\int (x) d x", None),
        (r"2", r"\lim_{x \to 0} (x^{-1} \cdot (\sin(x)))", False),
        (r"\int (x) d x", r"\int (x) d x", True),
        (r"\int_{0}^{1} (\sin(\sin(x))) d x", r"0.4306061031206906", True),
        (r"\int_{0}^{1} (\sin(\sin(x))) d x", r"0.44", False),
        (r"1", r"\lim_{x \to \infty} (\sin(x))", None),
    ],
)  # fmt: skip
def test_what_the_worker_says(answer: str, reference: str, expected: bool | None) -> None:
    assert compare(answer, reference)[0] is expected


def test_what_the_worker_cannot_finish_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that runs out of time, dies, or is not waited for leaves the question open, and never raises."""
    from concurrent.futures import Future

    from r1rewards.answers import symbolic
    from r1rewards.errors import WorkerDiedError, WorkerTimeoutError

    reference = read_reference([r"\int_0^1 x\,dx", r"\int_0^2 x\,dx"])
    for error in (WorkerTimeoutError("slow"), WorkerDiedError("gone")):

        class Failing:
            def __init__(self, error: Exception) -> None:
                self.error = error

            def submit(self, *_: str) -> Future[object]:
                future: Future[object] = Future()
                future.set_exception(self.error)
                return future

        failing = Failing(error)
        monkeypatch.setattr(symbolic, "_pool", lambda failing=failing: failing)
        found = symbolic.submit("1", reference).result()
        assert (found.same, found.rung) == (None, "symbolic")

    class Silent:
        waiting: Future[object] = Future()

        def submit(self, *_: str) -> Future[object]:
            return self.waiting

    monkeypatch.setattr(symbolic, "_pool", Silent)
    given_up = symbolic.submit("1", reference)
    assert given_up.cancel()
    Silent.waiting.set_result((True, ""))
