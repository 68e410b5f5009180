"""The last rung: latex2sympy2-extended reads, sympy computes, in a process that is killed when it takes too long.

Only what the grammar reads and no earlier rung can evaluate comes here: integrals, limits, infinite and long sums. The
worker gets two texts, our own LaTeX of what our grammar read, and gives back yes, no or nothing. Neither is run as
Python.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from r1rewards.answers.decisions import Decision
from r1rewards.answers.reading.answer import read_answer
from r1rewards.answers.writing import write
from r1rewards.errors import WorkerError, WorkerTimeoutError
from r1rewards.workers import WorkerPool

if TYPE_CHECKING:
    from r1rewards.answers.equal import Reference
    from r1rewards.answers.options import Options

CPU_S = 5.0
"""Seconds of CPU for one pair: sympy needs under one for what it can do at all, and its import is not counted."""

MEMORY_MB = 1024
"""sympy itself takes 60 MB; a runaway expansion is stopped here."""

_POOL: WorkerPool | None = None
_POOL_LOCK = threading.Lock()


def submit(answer: str, reference: Reference, options: Options | None = None) -> Future[Decision]:
    """Start deciding whether `answer` is `reference`; no option matters here any more. The future never raises: what
    the worker could not finish is a decision with `same=None`.
    """
    del options
    decided: Future[Decision] = Future()
    _ask(decided, write(read_answer(answer)), [write(node) for node in reference.nodes], None)
    return decided


def _ask(decided: Future[Decision], answer: str, texts: list[str], left: Decision | None) -> None:
    """The next reference text; `left` is what stands if no further one is the same."""
    if not texts:
        _settle(decided, left or Decision(None, "symbolic", "no reference"))
        return

    def told(future: Future[Any]) -> None:
        found = _decision(future)
        if found.same:
            _settle(decided, found)
        else:
            _ask(decided, answer, texts[1:], found if left is None or found.same is None else left)

    _pool().submit(answer, texts[0]).add_done_callback(told)


def _settle(decided: Future[Decision], found: Decision) -> None:
    """Hand over the decision, unless whoever asked has gone."""
    if decided.set_running_or_notify_cancel():
        decided.set_result(found)


def _decision(future: Future[Any]) -> Decision:
    try:
        same, why = future.result()
    except WorkerTimeoutError:
        return Decision(None, "symbolic", f"sympy took more than {CPU_S:g} s")
    except WorkerError as e:
        return Decision(None, "symbolic", str(e))
    return Decision(same, "symbolic", why)


def _pool() -> WorkerPool:
    global _POOL  # noqa: PLW0603 - one pool for the process, started when first needed
    with _POOL_LOCK:
        if _POOL is None:
            _POOL = WorkerPool(
                "r1rewards.answers.symbolic:compare", cpu_s=CPU_S, memory_mb=MEMORY_MB
            )
        return _POOL


# --- in the worker


def compare(answer: str, reference: str) -> tuple[bool | None, str]:
    """(same, why) of two LaTeX texts, by sympy. Runs in the worker."""
    import sympy
    from latex2sympy2_extended import latex2sympy

    try:
        a, b = latex2sympy(answer), latex2sympy(reference)
    except Exception as e:  # noqa: BLE001 - the parser raises errors of many kinds; none of them is a verdict
        return None, f"not read by latex2sympy2-extended: {type(e).__name__}"
    if not isinstance(a, sympy.Expr) or not isinstance(b, sympy.Expr):
        return None, "no expressions"
    if a == b:
        return True, ""
    if not (a.free_symbols | b.free_symbols):
        return _by_value(a, b)
    gap = sympy.simplify((a - b).doit())
    variables = {v for i in b.atoms(sympy.Integral) for v in i.variables if len(i.limits[0]) == 1}
    if gap == 0 or (variables and not gap.has(sympy.Integral) and not gap.free_symbols & variables):
        return True, ""
    return None, "sympy could not tell"


def _by_value(a: Any, b: Any) -> tuple[bool | None, str]:
    """Closed expressions: the difference in closed form, or to 30 digits."""
    import sympy

    gap = (a - b).doit()
    if gap.is_number and not gap.has(sympy.Integral, sympy.Limit, sympy.Sum, sympy.Product):
        if gap.equals(0):
            return True, ""
        return (
            (False, "a different value")
            if abs(sympy.N(gap, 30)) > sympy.Float("1e-20")
            else (None, "too close to tell")
        )
    size = abs(sympy.N(gap, 30))
    if not size.is_number or size.has(sympy.Integral, sympy.Sum, sympy.zoo, sympy.nan):
        return None, "sympy could not evaluate it"
    return (False, "a different value") if size > sympy.Float("1e-12") else (True, "")
