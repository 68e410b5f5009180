"""What equality means for each kind of answer: one row of a table per pair of kinds, one function per rule.

A `Judge` compares one answer to one reference. Its `is_strict` form knows no roles: it is the symmetric relation behind
`same`; the other form adds what docs/conventions promise a reference (units that may be missing, percent, rounding).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from r1rewards.answers.decisions import any_of
from r1rewards.answers.nodes import (
    SCALARS,
    SETS,
    BaseN,
    Call,
    Choice,
    Clock,
    Congruence,
    Date,
    Either,
    FiniteSet,
    Matrix,
    Named,
    NamedSet,
    Node,
    Percent,
    Product,
    Quantity,
    Ratio,
    Relation,
    Several,
    Symbol,
    Text,
    Tuple,
)
from r1rewards.answers.options import STRICT, Options
from r1rewards.answers.rules import amounts, collections, notations, statements
from r1rewards.answers.rules.scalars import scalars
from r1rewards.answers.rules.settle import SETTLED, settled
from r1rewards.answers.values.exact import UndefinedError
from r1rewards.answers.values.identity import Allowance, same_value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SCALARS = frozenset(SCALARS)


class Judge:
    """One comparison. `rung` is the highest step that was needed; `why` the reason of a refusal."""

    __slots__ = ("allowance", "is_strict", "needs_sympy", "options", "rung", "seed", "why")

    def __init__(
        self,
        options: Options,
        seed: int,
        *,
        is_strict: bool = False,
        allowance: Allowance | None = None,
    ) -> None:
        self.allowance = allowance or Allowance()
        self.options = options
        self.seed = seed
        self.is_strict = is_strict
        self.rung = "node"
        self.why = ""
        self.needs_sympy = False

    def same(self, answer: Node, reference: Node) -> bool | None:
        """True, False, or None where our rungs could not tell."""
        a, b = type(answer), type(reference)
        if a is Either or b is Either:
            return self.either(answer, reference)
        if a in SETTLED:
            answer = settled(answer, self.seed)
            a = type(answer)
        if b in SETTLED:
            reference = settled(reference, self.seed)
            b = type(reference)
        if a not in _SCALARS and answer == reference:
            return True
        rule = _RULES.get((a, b)) or _BY_EITHER.get(a) or _BY_EITHER.get(b)
        if rule is None:
            return self.refused("different kinds of answer")
        try:
            return rule(self, answer, reference)
        except UndefinedError:
            return self.refused("undefined")

    def equal(self, a: Node, b: Node) -> bool:
        """Whether two expressions have the same value. Raises UndefinedError, UnknownValueError."""
        return same_value(a, b, self.seed, self.allowance)

    def strictly_same(self, a: Node, b: Node) -> bool:
        """The relation without roles, which this comparison pays for."""
        judge = Judge(STRICT, self.seed, is_strict=True, allowance=self.allowance)
        return bool(judge.same(a, b))

    def refused(self, why: str) -> bool:
        """False, with a reason."""
        self.why = self.why or why
        return False

    def at(self, rung: str) -> None:
        """Note that a comparison needed this rung."""
        if _HEIGHT[rung] > _HEIGHT[self.rung]:
            self.rung = rung

    def either(self, answer: Node, reference: Node) -> bool | None:
        """Any reading will do; without roles, only the likeliest."""
        lefts = answer.readings if isinstance(answer, Either) else (answer,)
        rights = reference.readings if isinstance(reference, Either) else (reference,)
        if self.is_strict:
            return self.same(lefts[0], rights[0])
        return any_of(self.same(a, b) for a in lefts for b in rights)


_HEIGHT = {"text": 0, "node": 1, "number": 2, "value": 3, "container": 4, "symbolic": 5}

if TYPE_CHECKING:
    Rule = Callable[[Judge, Any, Any], bool | None]


def _table() -> dict[tuple[type, type], Rule]:
    table: dict[tuple[type, type], Rule] = {
        (BaseN, BaseN): notations.bases, (Congruence, Congruence): notations.congruences,
        (Ratio, Ratio): notations.ratios, (Clock, Clock): notations.clocks, (Date, Date): notations.dates,
        (Text, Text): notations.texts, (Choice, Choice): notations.choices,
        (Tuple, Tuple): collections.tuples, (Matrix, Matrix): collections.matrices,
        (Named, Named): collections.named, (Relation, Relation): statements.relations,
    }  # fmt: skip

    def both(left: Sequence[type], right: Sequence[type], rule: Rule) -> None:
        for a in left:
            for b in right:
                table.setdefault((a, b), rule)
                table.setdefault((b, a), rule)

    both((Percent, Quantity), (Percent, Quantity, *SCALARS), amounts.quantities)
    both((Several, FiniteSet), (Several, FiniteSet), collections.unordered)
    both((Named,), (Several, FiniteSet, Tuple), collections.named_values)
    both((Matrix,), (Tuple,), collections.vectors)
    both((Tuple,), (Product, Call), collections.points)
    both((Tuple,), (Several, FiniteSet), statements.listed)
    both(SETS, (*SETS, Tuple, FiniteSet), statements.sets)
    both((Congruence,), SCALARS, notations.congruence_value)
    both((Clock,), (Ratio, *SCALARS), notations.clock_ratio)
    both((BaseN,), SCALARS, notations.base_value)
    both((Choice,), (Symbol, NamedSet), notations.choices)
    both((NamedSet,), (Symbol,), notations.choices)
    both((Text,), (Symbol,), notations.words_for)
    both((Text,), (Several, FiniteSet), notations.letters_for)
    both(SCALARS, SCALARS, scalars)
    return table


_RULES = _table()
_BY_EITHER: dict[type, Rule] = {
    Relation: statements.assigned, Choice: notations.choices, Several: statements.one_element,
    FiniteSet: statements.one_element, Named: statements.one_element, Text: notations.words_for,
}  # fmt: skip
"""What decides about a kind that has no row with the other."""
