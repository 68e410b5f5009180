"""What equality means for each kind of answer: one row of a table per pair of kinds, one function per rule.

A `Judge` compares one answer to one reference. Its `is_strict` form knows no roles: it is the symmetric relation behind
`same`; the other form adds what docs/conventions promise a reference (units that may be missing, percent, rounding).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import TYPE_CHECKING

from r1rewards.answers import realsets
from r1rewards.answers.exact import NotHereError, TooHardError, UndefinedError, rational
from r1rewards.answers.grammar_text import same_words
from r1rewards.answers.identity import (
    Allowance,
    Traits,
    UnknownValueError,
    difference,
    infinity_sign,
    is_positive,
    letters,
    real_points,
    same_value,
)  # fmt: skip
from r1rewards.answers.limits import MAX_COMPARISONS, MAX_DISTINCT, MAX_ITEMS
from r1rewards.answers.nodes import (
    BaseN,
    Big,
    Call,
    Choice,
    Clock,
    Combined,
    Congruence,
    Constant,
    Date,
    Either,
    FiniteSet,
    Interval,
    Matrix,
    Named,
    NamedSet,
    Node,
    Number,
    Percent,
    Piecewise,
    Power,
    Product,
    Quantity,
    Ratio,
    Relation,
    SetBuilder,
    Several,
    Sum,
    Symbol,
    Text,
    Tuple,
    children,
    renamed,
)  # fmt: skip
from r1rewards.answers.numeric import Disc, Discs, apart
from r1rewards.answers.settle import Assignment, bare_name, is_bare, is_reference_name, settled
from r1rewards.answers.units import measure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SCALARS = (Number, Symbol, Constant, Sum, Product, Power, Call, Big, BaseN, Piecewise, Ratio)
_SCALARS = frozenset(SCALARS)
DEGREE = Product((Number(Fraction(1, 180)), Constant("pi")))
SETS = (Interval, NamedSet, Combined, SetBuilder)


@dataclass(frozen=True, slots=True)
class Options:
    """Where careful graders differ; the defaults are the ones that are harder to hack.

    percent:     12.5 and 12.5% are the same answer to a reference without (with) a percent sign.
    units:       a unit that only one side writes is ignored.
    rounding:    a decimal reference accepts what rounds to it at its own precision.
    unevaluated: a sum, integral, limit, gcd or remainder left to be evaluated is an answer.
    """

    percent: bool = True
    units: bool = True
    rounding: bool = True
    unevaluated: bool = False


DEFAULT = Options()
STRICT = Options(percent=False, units=False, rounding=False, unevaluated=True)


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
        if type(answer) is Either or type(reference) is Either:
            return self.either(answer, reference)
        answer, reference = settled(answer, self.seed), settled(reference, self.seed)
        a, b = type(answer), type(reference)
        if a not in _SCALARS and answer == reference:
            return True
        rule = _RULES.get((a, b))
        if rule is None and a in _SCALARS and b in _SCALARS:
            return self.scalars(answer, reference)
        rule = rule or _BY_EITHER.get(a) or _BY_EITHER.get(b)
        if rule is not None:
            return rule(self, answer, reference)
        return self.refused("different kinds of answer")

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
        return _any(self.same(a, b) for a in lefts for b in rights)

    # --- scalars

    def scalars(self, a: Node, b: Node) -> bool | None:
        """Two expressions: exact numbers, form, value; then rounding to a decimal reference."""
        try:
            return self.scalar_values(a, b)
        except UndefinedError:
            return self.refused("undefined")
        except UnknownValueError:
            return True if self.same_form(a, b) else self.left_open(a, b)

    def left_open(self, a: Node, b: Node) -> bool | None:
        """Neither equal nor different for all we can compute: sympy's where something is left to evaluate."""
        if self.is_restated(a, b):
            return self.refused("restates the question unevaluated")
        if Traits(a, b).unevaluated:
            self.needs_sympy = True
            return None
        if not self.is_strict and not is_computed(a) and is_computed(b):
            return self.refused("beyond what is computed")
        self.why = self.why or "beyond what is computed"
        return None

    def same_form(self, a: Node, b: Node) -> bool:
        """Part by part, for what could not be evaluated: integrals, limits, long sums."""
        if isinstance(a, Big) and isinstance(b, Big) and a.variable != b.variable:
            b = Big(b.kind, a.variable, b.low, b.high, renamed(b.body, {b.variable: a.variable}))
        if type(a) is not type(b) or not isinstance(a, (Big, Call, Power, Sum, Product, Ratio)):
            return a == b
        shapes = [
            (n.kind, n.variable, n.low is None, n.high is None)
            if isinstance(n, Big)
            else getattr(n, "name", "")
            for n in (a, b)
        ]
        left, right = children(a), children(b)
        if shapes[0] != shapes[1] or len(left) != len(right):
            return False
        same_parts = self.matched if isinstance(a, (Sum, Product)) else self.ordered
        return bool(same_parts(left, right))

    def scalar_values(self, a: Node, b: Node) -> bool | None:
        """The rungs in order. Raises UndefinedError, UnknownValueError."""
        x = rational(a)
        y = None if x is None else rational(b)
        if y is not None:
            self.at("number")
            if x == y:
                return self.evaluated(a, b)
            return self.rounds(a, b) or self.refused("a different number")
        if in_degrees(a) is not in_degrees(b) and not self.is_strict:
            return self.quantities(a, b)
        if a == b:
            infinity_sign(a)
            return True
        self.at("value")
        if places_of(b) is not None and self.rounds(a, b):
            return True
        if not self.equal(a, b):
            return self.up_to_a_constant(a, b)
        return self.evaluated(a, b)

    def evaluated(self, a: Node, b: Node) -> bool:
        """Equal in value: but an answer that leaves the question to be evaluated is none."""
        return not self.is_restated(a, b) or self.refused("restates the question unevaluated")

    def is_restated(self, a: Node, b: Node) -> bool:
        """True where the answer has a sum, integral, limit, gcd or remainder, and the reference none."""
        if self.options.unevaluated or type(a) is Number:
            return False
        return Traits(a).unevaluated and not Traits(b).unevaluated

    def rounds(self, answer: Node, reference: Node) -> bool:
        """Whether the answer lies within half a unit of the reference's last decimal place."""
        places = places_of(reference) if self.options.rounding else None
        if places is None:
            return False
        value, target = rational(answer), rational(reference)
        if target is None:
            return False
        half = Fraction(1, 2) / Fraction(10) ** places if abs(places) < 5000 else Fraction(0)
        if value is not None:
            return abs(Fraction(value) - target) <= half
        try:
            z, r = Discs({}).of(answer)
            return abs(z.imag) <= r and abs(Fraction(z.real) - target) + Fraction(r) <= half
        except (UndefinedError, NotHereError, TooHardError, OverflowError, ValueError):
            return False

    def up_to_a_constant(self, a: Node, b: Node) -> bool:
        """Antiderivatives: both add a letter of their own, `C`, whatever its name, and differ by a constant."""
        left, right = free_constant(a), free_constant(b)
        if not left or not right:
            return self.refused("a different value")
        x, y = without(a, left), without(b, right)
        names = letters(x) | letters(y)
        if left in letters(x) or right in letters(y):
            return self.refused("a different value")
        others = {name: name + "′" for name in names}
        moved = self.equal(Sum((x, renamed(y, others))), Sum((renamed(x, others), y)))
        return moved or self.refused("a different value")

    # --- amounts: percent, units, degrees

    def quantities(self, a: Node, b: Node) -> bool | None:
        """Amounts with a unit, a percent sign, or neither."""
        (x, u), (y, v) = amount_of(a), amount_of(b)
        if u == v:
            return self.same(x, y)
        if isinstance(x, BaseN) or isinstance(y, BaseN):
            return self.refused("a number in a base for an amount")
        if not u or not v:
            return self.missing_unit(x, u, y, v)
        if "%" in (u, v):
            return self.refused("a percentage for an amount, or the other way round")
        (f, d), (g, e) = measure(u), measure(v)
        if d != e:
            if dict(d).keys() == {"rad"} and dict(e).keys() == {"deg"}:
                return self.same(x, product(Number(Fraction(g)), y, DEGREE))
            if dict(e).keys() == {"rad"} and dict(d).keys() == {"deg"}:
                return self.same(product(Number(Fraction(f)), x, DEGREE), y)
            return self.refused(f"different units: {u} for {v}")
        factor = Number(Fraction(f) / Fraction(g))
        return self.same(product(factor, x), y)

    def missing_unit(self, x: Node, u: str, y: Node, v: str) -> bool | None:
        """A unit on one side only."""
        unit = u or v
        if unit == "%":
            hundredth = Number(Fraction(1, 100))
            as_number = (
                self.same(product(hundredth, x), y) if u else self.same(x, product(hundredth, y))
            )
            if as_number or self.is_strict:
                return as_number
            return (
                self.same(x, y)
                if self.options.percent
                else self.refused("a percent sign on one side only")
            )
        if unit == "deg" and (
            self.is_strict or not same_plain(x, y)
        ):  # the other side may be in radians
            return self.same(product(x, DEGREE), y) if u else self.same(x, product(y, DEGREE))
        if self.is_strict or not self.options.units:
            return self.refused("a unit on one side only")
        factor, dimensions = measure(unit)
        if not dimensions:  # two dozen eggs are 24 of them
            counted = Number(factor)
            left, right = (product(counted, x), y) if u else (x, product(counted, y))
            return _any((self.same(left, right), self.same(x, y)))
        return self.same(x, y)

    # --- collections

    def unordered(self, a: Node, b: Node) -> bool | None:
        """Lists and sets, each element of one for one of the other."""
        left, right = items_of(a), items_of(b)
        if isinstance(a, FiniteSet) or isinstance(b, FiniteSet):
            left, right = self.distinct(left), self.distinct(right)
        elif (
            len(left) > len(right)
            and not self.is_strict
            and len(self.distinct(right)) == len(right)
        ):
            left = self.distinct(left)  # a solution given twice is given
        if len(left) != len(right):
            return self.refused("missing or extra elements")
        if sum(type(i) is FiniteSet for i in left) != sum(type(i) is FiniteSet for i in right):
            return self.refused("a set among the elements of one alone")
        return self.matched(left, right)

    def distinct(self, items: Sequence[Node]) -> tuple[Node, ...]:
        """The items of a set, each once."""
        found: list[tuple[Node, Disc | None]] = []
        for item in items:
            mark = fingerprint(item, self.seed)
            near = [
                f for f, other in found if mark is None or other is None or not apart(mark, other)
            ]
            if item not in near and not any(self.given_before(item, f, len(items)) for f in near):
                found.append((item, mark))
        return tuple(item for item, _ in found)

    def given_before(self, item: Node, other: Node, of: int) -> bool:
        """Whether an item repeats another; in long lists, and where the allowance is spent, only by form."""
        return of <= MAX_DISTINCT and bool(self.allowance.left) and self.strictly_same(item, other)

    def matched(self, left: Sequence[Node], right: Sequence[Node]) -> bool | None:
        """A one-to-one matching. Exact numbers are matched by value first."""
        self.at("container")
        if len(left) > MAX_ITEMS:
            return None
        rest = [(item, fingerprint(item, self.seed)) for item in left]
        pending: list[Node] = []
        budget = MAX_COMPARISONS
        for wanted in right:
            is_open = False
            mark = None if places_of(wanted) is not None else fingerprint(wanted, self.seed)
            for i, (item, other) in enumerate(rest):
                if mark is not None and other is not None and apart(mark, other):
                    continue
                budget -= 1
                if budget < 0 or not self.allowance.left:
                    return None
                found = True if item == wanted else self.same(item, wanted)
                if found:
                    del rest[i]
                    break
                is_open = is_open or found is None
            else:
                if not is_open:
                    return self.refused("an element of the reference is missing")
                pending.append(wanted)
        if all(any(self.same(item, wanted) is None for item, _ in rest) for wanted in pending):
            return None if pending else True
        return self.refused("an element of the reference is missing")

    def ordered(self, left: Sequence[Node], right: Sequence[Node]) -> bool | None:
        """Item by item."""
        self.at("container")
        if len(left) != len(right):
            return self.refused("another number of items")
        return _all(self.same(x, y) for x, y in zip(left, right, strict=True))

    def tuples(self, a: Tuple, b: Tuple) -> bool | None:
        """Ordered; two items between unlike brackets may be intervals and differ."""
        if len(a.items) == len(b.items) == 2 and {a.brackets, b.brackets} == {"()", "[]"}:
            return self.refused("unlike brackets")
        return self.ordered(a.items, b.items)

    def matrices(self, a: Matrix, b: Matrix) -> bool | None:
        """Entry by entry."""
        if len(a.rows) != len(b.rows) or len(a.rows[0]) != len(b.rows[0]):
            return self.refused("another shape")
        return self.ordered([c for r in a.rows for c in r], [c for r in b.rows for c in r])

    def vectors(self, a: Node, b: Node) -> bool | None:
        """A column against a tuple."""
        matrix, other = (a, b) if isinstance(a, Matrix) else (b, a)
        assert isinstance(matrix, Matrix)
        assert isinstance(other, Tuple)
        if len(matrix.rows[0]) != 1:
            return self.refused("a row or matrix for a vector")
        column = [row[0] for row in matrix.rows]
        return (
            self.ordered(column, other.items) if a is matrix else self.ordered(other.items, column)
        )

    def named(self, a: Named, b: Named) -> bool | None:
        """Values by name; where the names differ only in their subscript, in any order."""
        if set(a.names) == set(b.names):
            return self.ordered([a.values[a.names.index(n)] for n in b.names], b.values)
        return self.refused("other names")

    def named_values(self, a: Node, b: Node) -> bool | None:
        """Names on one side: against a tuple in the order of the names, against a list in any."""
        names, other = (a, b) if isinstance(a, Named) else (b, a)
        assert isinstance(names, Named)
        if self.is_strict:
            return self.refused("names on one side")
        if isinstance(other, Tuple):
            order = sorted(range(len(names.names)), key=lambda i: names.names[i])
            values: Sequence[Node] = [names.values[i] for i in order]
            left, right = (values, other.items) if a is names else (other.items, values)
            return self.ordered(left, right)
        left, right = (names.values, items_of(b)) if a is names else (items_of(a), names.values)
        return (
            self.matched(left, right)
            if len(left) == len(right)
            else self.refused("missing or extra elements")
        )

    def one_element(self, a: Node, b: Node) -> bool | None:
        """A set or list of one element stands for it; of more, it is no single answer."""
        collection, other = (a, b) if isinstance(a, (Several, FiniteSet)) else (b, a)
        items = items_of(collection)
        if isinstance(a, Several) and type(b) in _SCALARS and not self.is_strict:
            items = self.distinct(items)  # one answer written twice is one answer
        if isinstance(other, (*SETS, Tuple)) and all(isinstance(i, Relation) for i in items):
            return self.sets(a, b)
        if isinstance(other, SETS) or (
            isinstance(other, Tuple) and isinstance(collection, FiniteSet)
        ):
            return self.sets(a, b)
        if (
            isinstance(other, Relation)
            and isinstance(collection, Several)
            and other.ops
            and other.ops[0] != "="
        ):
            return self.sets(a, b)
        if (
            self.is_strict
            or len(items) != 1
            or isinstance(other, Named)
            or not isinstance(collection, (Several, FiniteSet))
        ):
            return self.refused("a list for a single value, or the other way round")
        return self.same(items[0], other) if collection is a else self.same(other, items[0])

    # --- sets of reals

    def sets(self, a: Node, b: Node) -> bool | None:
        """Sets of reals by their pieces; sets that cannot be ordered by their form."""
        self.at("container")
        try:
            p, x = realsets.pieces_of(a, self.seed)
            q, y = realsets.pieces_of(b, self.seed)
        except realsets.NoSetError:
            return self.sets_by_form(a, b)
        if x and y and x != y:
            return self.refused("another variable")
        return realsets.same_pieces(p, q, self.same) or self.refused("another set")

    def sets_by_form(self, a: Node, b: Node) -> bool | None:
        """Intervals with letters, named sets, set builders with renamed variables."""
        a, b = membership(a), membership(b)
        if a == b:
            return True
        match a, b:
            case Interval(), Interval():
                if (a.has_low, a.has_high) != (b.has_low, b.has_high):
                    return self.refused("other end points")
                return self.ordered((a.low, a.high), (b.low, b.high))
            case (Tuple((low, high), brackets), Interval()) | (
                Interval(),
                Tuple((low, high), brackets),
            ):
                closed = brackets == "[]"
                one = Interval(low, high, closed, closed)
                return (
                    self.sets_by_form(one, b) if isinstance(a, Tuple) else self.sets_by_form(a, one)
                )
            case Tuple(), Tuple():
                return self.tuples(a, b)
            case Combined(), Combined():
                if a.operation != b.operation or len(a.parts) != len(b.parts):
                    return self.refused("another set")
                return (
                    self.ordered(a.parts, b.parts)
                    if a.operation == "minus"
                    else self.matched(a.parts, b.parts)
                )
            case SetBuilder(), SetBuilder() if len(a.conditions) == len(b.conditions):
                a, b = with_fresh_names(a), with_fresh_names(b)
                return _all(
                    (self.same(a.element, b.element), self.matched(a.conditions, b.conditions))
                )
            case Relation(), Relation():
                return self.relations_by_form(a, b)
        return self.refused("another set, or none")

    # --- relations

    def relations(self, a: Relation, b: Relation) -> bool | None:
        """Equations, inequalities, memberships."""
        if a.ops == ("=",) and b.ops == ("=",):
            return self.equations(a, b)
        if "=" in (*a.ops, *b.ops) and (len(a.ops) == 1 or len(b.ops) == 1):
            return self.refused("another relation")
        return self.sets(a, b)

    def relations_by_form(self, a: Relation, b: Relation) -> bool | None:
        """Inequalities in letters: the same up to a positive factor, each written in one direction."""
        a, b = directed(a), directed(b)
        if a.ops != b.ops:
            return self.refused("another relation")
        pairs = [self.same(x, y) for x, y in zip(a.sides, b.sides, strict=True)]
        if all(pairs):
            return True
        if len(a.ops) != 1 or a.ops[0] not in "<≤≠" or is_solved(b) is not is_solved(a):
            return (
                None if None in pairs and False not in pairs else self.refused("another relation")
            )
        return self.proportional(a, b, signed=a.ops[0] != "≠")

    def equations(self, a: Relation, b: Relation) -> bool | None:
        """Solved for a name, by name and value; definitions with their dummies renamed; curves up to a factor."""
        x, y = bare_name(a), bare_name(b)
        if x is not None and y is not None:
            left, right = renamed_like(x, y)
            if left.name == right.name:
                return self.same(left.value, right.value) or self.as_curves(a, b)
            if (
                x.dummies != y.dummies
                and {x.name, y.name} - {"f", "y"} == set()
                and not self.is_strict
            ):
                return self.same(left.value, right.value)  # f(x) = 2x + 3 and y = 2x + 3
        if y is not None and not letters(y.value) and x is None and not self.is_strict:
            return self.refused("an equation for its solution")
        if is_solved(a) and is_solved(b):
            return self.refused("another name")
        return self.as_curves(a, b)

    def as_curves(self, a: Relation, b: Relation) -> bool | None:
        """Left minus right, equal up to a non-zero factor."""
        if not all(isinstance(s, SCALARS) for s in (*a.sides, *b.sides)):
            sides = self.ordered(a.sides, b.sides)
            return sides or self.ordered(tuple(reversed(a.sides)), b.sides)
        return self.proportional(a, b, signed=False)

    def proportional(self, a: Relation, b: Relation, *, signed: bool) -> bool | None:
        """Whether (left - right) of both are each other's multiple, by a positive factor where `signed`."""
        self.at("value")
        f, g = difference(*a.sides), difference(*b.sides)
        zero = Number(0)
        try:
            if self.equal(f, zero) or self.equal(g, zero):
                return self.refused("a tautology")
            others = {name: name + "′" for name in letters(f) | letters(g)}
            if not others:
                return self.refused("a relation between numbers")
            moved = self.equal(Product((f, renamed(g, others))), Product((renamed(f, others), g)))
            if not moved:
                return self.refused("another relation")
            if signed and not is_positive(Product((f, g)), self.seed):
                return self.refused("the inequality points the other way")
        except UndefinedError:
            return self.refused("undefined")
        except UnknownValueError:
            return None
        return True

    def assigned(self, a: Node, b: Node) -> bool | None:
        """A relation against what is none: its value where it names one, a set where it restricts to one."""
        relation, other = (a, b) if isinstance(a, Relation) else (b, a)
        assert isinstance(relation, Relation)
        if relation.ops == ("=",) and (
            is_bare(relation) or (relation is b and is_reference_name(relation))
        ):
            if self.is_strict and not isinstance(relation.sides[0], Tuple):
                return self.refused("a name on one side only")
            value = relation.sides[1]
            return self.same(value, b) if relation is a else self.same(a, value)
        if relation.ops and relation.ops[0] == "∈" and not isinstance(other, SCALARS):
            value = relation.sides[1]
            return self.same(value, b) if relation is a else self.same(a, value)
        if relation.ops[0] != "=" and isinstance(other, (*SETS, Tuple, FiniteSet, Several)):
            return self.sets(a, b)
        return self.refused("a relation for a value, or the other way round")

    # --- numbers of other kinds

    def congruences(self, a: Congruence, b: Congruence) -> bool | None:
        """The same class of the same modulus."""
        modulus = rational(b.modulus)
        x, y = rational(a.residue), rational(b.residue)
        if None in (x, y, modulus) or rational(a.modulus) is None:
            return self.ordered((a.residue, a.modulus), (b.residue, b.modulus))
        if rational(a.modulus) != modulus or not modulus:
            return self.refused("another modulus")
        self.at("number")
        assert x is not None
        assert y is not None
        return (Fraction(x) - y) % Fraction(modulus) == 0 or self.refused("another residue class")

    def congruence_value(self, a: Node, b: Node) -> bool | None:
        """A class for a number: its written residue, where the reference is a plain number."""
        if not isinstance(a, Congruence) or self.is_strict:
            return self.refused("a number for a residue class")
        return self.same(a.residue, b)

    def ratios(self, a: Ratio, b: Ratio) -> bool | None:
        """Proportional parts."""
        if len(a.parts) != len(b.parts):
            return self.refused("another number of parts")
        pairs = list(zip(a.parts, b.parts, strict=True))
        (x0, y0), *rest = pairs
        return _all(self.same(product(x, y0), product(y, x0)) for x, y in rest)

    def bases(self, a: BaseN, b: BaseN) -> bool:
        """The same digits in the same base."""
        if a.base == b.base:
            return a.value == b.value or self.refused("other digits")
        return (self.is_strict and a.value == b.value) or self.refused("another base")

    def base_value(self, a: Node, b: Node) -> bool | None:
        """A number written in a base is its value; a reference in a base asks for that base."""
        if isinstance(b, BaseN) and not self.is_strict:
            return self.refused("another base")
        return self.scalars(a, b)

    def clocks(self, a: Clock, b: Clock) -> bool:
        """The same time; am or pm may be missing on one side."""
        if a.seconds == b.seconds:
            return True
        if self.is_strict or bool(a.half) is bool(b.half):
            return self.refused("another time")
        return (a.seconds - b.seconds) % 43_200 == 0 or self.refused("another time")

    def clock_ratio(self, a: Node, b: Node) -> bool | None:
        """`10:15` may be a ratio after all, where the other side is one in lowest terms."""
        time, other = (a, b) if isinstance(a, Clock) else (b, a)
        assert isinstance(time, Clock)
        if self.is_strict or len(time.ratio) != 2 or not time.ratio[1]:
            return self.refused("a time of day")
        ratio = Ratio(tuple(Number(n) for n in time.ratio))
        parts = tuple(rational(p) for p in other.parts) if isinstance(other, Ratio) else time.ratio
        if not all(isinstance(p, int) for p in parts) or gcd(*parts) != 1:  # type: ignore[arg-type]
            return self.refused("a time of day")
        return self.same(ratio, b) if time is a else self.same(a, ratio)

    def dates(self, a: Date, b: Date) -> bool:
        """The same day; the year may be missing on one side."""
        years = {a.year, b.year} - {0}
        same_day = (a.month, a.day) == (b.month, b.day)
        return (
            same_day and len(years) < 2 and not (self.is_strict and a.year != b.year)
        ) or self.refused("another day")

    # --- words

    def texts(self, a: Text, b: Text) -> bool:
        """The same words."""
        self.at("text")
        if self.is_strict:
            return a.words.casefold() == b.words.casefold()
        return same_words(a.words, b.words) or self.refused("other words")

    def choices(self, a: Node, b: Node) -> bool | None:
        """The letter decides; what an option says counts only against what is no letter."""
        x = a.letter if isinstance(a, Choice) else a.name if isinstance(a, Symbol) else None
        y = b.letter if isinstance(b, Choice) else b.name if isinstance(b, Symbol) else None
        if x is not None and y is not None:
            return x == y or self.refused("another choice")
        if self.is_strict:
            return self.refused("a choice on one side only")
        if isinstance(a, Choice) and a.option is not None:
            return self.same(a.option, b)
        return self.refused("no choice")

    def words_for(self, a: Node, b: Node) -> bool | None:
        r"""Words against a name: `\\text{even}` and even; never against a value."""
        x = a.words if isinstance(a, Text) else a.name if isinstance(a, Symbol) else None
        y = b.words if isinstance(b, Text) else b.name if isinstance(b, Symbol) else None
        if x is None or y is None:
            return self.refused("words for a value, or the other way round")
        return x == y or self.refused("other words")


def fingerprint(node: Node, seed: int) -> Disc | None:
    """A disc around an expression at one point, the same for every letter of a name: discs apart prove a difference.

    None where letters must be whole numbers, or a logarithm has two readings.
    """
    if type(node) not in _SCALARS:
        return None
    traits = Traits(node)
    if traits.whole or traits.signs or traits.has_bare_log:
        return None
    try:
        return Discs(real_points(traits.letters, traits.letters, seed, 0)).of(node)
    except (UndefinedError, NotHereError, TooHardError):
        return None


def _any(found: object) -> bool | None:
    open_ = False
    for one in found:  # type: ignore[attr-defined]
        if one:
            return True
        open_ = open_ or one is None
    return None if open_ else False


def _all(found: object) -> bool | None:
    open_ = False
    for one in found:  # type: ignore[attr-defined]
        if one is False:
            return False
        open_ = open_ or one is None
    return None if open_ else True


def items_of(node: Node) -> tuple[Node, ...]:
    """The elements of a collection; a single value is one."""
    return (
        node.items
        if isinstance(node, (Several, FiniteSet, Tuple))
        else node.values
        if isinstance(node, Named)
        else (node,)
    )


def product(*factors: Node) -> Node:
    """The factors multiplied; a unit or percent on one of them stays on the outside."""
    flat = [f for f in factors if f != Number(1)] or [Number(1)]
    return flat[0] if len(flat) == 1 else Product(tuple(flat))


def amount_of(node: Node) -> tuple[Node, str]:
    """(amount, unit) of a percentage, a quantity, a number of degrees; the unit of anything else is empty."""
    if isinstance(node, Percent):
        return node.amount, "%"
    if isinstance(node, Quantity):
        inner, unit = amount_of(node.amount)
        return (inner, f"{node.unit} {unit}") if unit else (node.amount, node.unit)
    if type(node) is Product and _is_degree(node.factors[-1]) and len(node.factors) > 1:
        rest = node.factors[:-1]
        if not any(map(_is_degree, rest)):
            return product(*rest), "deg"
    return node, ""


def _is_degree(node: Node) -> bool:
    return type(node) is Constant and node.name == "deg"


def in_degrees(node: Node) -> bool:
    """True for a closed number of degrees."""
    return (
        type(node) is Product
        and _is_degree(node.factors[-1])
        and amount_of(node)[1] == "deg"
        and not letters(node)
    )


def is_computed(node: Node) -> bool:
    """True where a closed expression has a value within our limits."""
    try:
        return rational(node) is not None or Discs({}).of(node)[1] >= 0
    except (UndefinedError, NotHereError, TooHardError):
        return False


def same_plain(a: Node, b: Node) -> bool:
    """True where two amounts are the same rational, or neither is one."""
    try:
        x, y = rational(a), rational(b)
    except UndefinedError:
        return False
    return x == y


def places_of(node: Node) -> int | None:
    """Digits behind the decimal point, of a decimal or of one in scientific notation; None for exact numbers."""
    if isinstance(node, Number):
        return node.places
    if isinstance(node, Product) and len(node.factors) in (2, 3):
        numbers = [f for f in node.factors if f != Number(-1)]
        if len(numbers) == 2 and isinstance(numbers[0], Number) and isinstance(numbers[1], Power):
            ten, exponent = numbers[1].base, numbers[1].exponent
            if (
                ten == Number(10)
                and isinstance(exponent, Number)
                and isinstance(exponent.value, int)
            ):
                places = numbers[0].places
                return None if places is None else places - exponent.value
    return None


def free_constant(node: Node) -> str:
    """The letter of integration that a sum adds: C, c, K, k or one with a subscript; empty where there is none."""
    if not isinstance(node, Sum):
        return ""
    names = [t.name for t in node.terms if isinstance(t, Symbol)]
    return next((n for n in names if n[0] in "CcKk" and names.count(n) == 1), "")


def without(node: Node, name: str) -> Node:
    """A sum without its term `name`."""
    assert isinstance(node, Sum)
    rest = tuple(t for t in node.terms if t != Symbol(name))
    return rest[0] if len(rest) == 1 else Sum(rest)


def membership(node: Node) -> Node:
    """The set of a membership, anything else as it stands."""
    if isinstance(node, Relation) and node.ops == ("∈",):
        return node.sides[1]
    return node


def with_fresh_names(node: SetBuilder) -> SetBuilder:
    """With the letters it binds renamed by their order."""
    names = {name: f"{i}′" for i, name in enumerate(sorted(letters(node.element)))}
    conditions = tuple(renamed(c, names) for c in node.conditions)
    return SetBuilder(renamed(node.element, names), conditions)


def directed(node: Relation) -> Relation:
    """With its signs pointing left to right: `3 > x` as `x < 3`."""
    if all(op in ">≥" for op in node.ops):
        turned = {">": "<", "≥": "≤"}
        return Relation(tuple(reversed(node.sides)), tuple(turned[op] for op in reversed(node.ops)))
    return node


def is_solved(node: Relation) -> bool:
    """True where one side is a name alone and the other has no letters."""
    left, right = node.sides[0], node.sides[-1]
    return (bool(realsets.name_text(left)) and not letters(right)) or (
        bool(realsets.name_text(right)) and not letters(left)
    )


def renamed_like(x: Assignment, y: Assignment) -> tuple[Assignment, Assignment]:
    """Two definitions with their dummies, if as many, named alike."""
    if x.dummies == y.dummies or len(x.dummies) != len(y.dummies):
        return x, y
    left, right = (
        renamed(d.value, {name: f"{i}′" for i, name in enumerate(d.dummies)}) for d in (x, y)
    )
    return Assignment(x.name, (), left), Assignment(y.name, (), right)


_HEIGHT = {"text": 0, "node": 1, "number": 2, "value": 3, "container": 4, "symbolic": 5}


def _table() -> dict[tuple[type, type], Callable[..., bool | None]]:
    table: dict[tuple[type, type], Callable[..., bool | None]] = {}

    def both(left: Sequence[type], right: Sequence[type], rule: Callable[..., bool | None]) -> None:
        for a in left:
            for b in right:
                table[a, b] = table[b, a] = rule

    amounts = (Percent, Quantity)
    both(amounts, (*amounts, *SCALARS), Judge.quantities)
    both((Several, FiniteSet), (Several, FiniteSet), Judge.unordered)
    both((Named,), (Several, FiniteSet, Tuple), Judge.named_values)
    both((Matrix,), (Tuple,), Judge.vectors)
    both(SETS, (*SETS, Tuple, FiniteSet), Judge.sets)
    both((BaseN,), SCALARS, Judge.base_value)
    both((Congruence,), SCALARS, Judge.congruence_value)
    both((Clock,), (Ratio, *SCALARS), Judge.clock_ratio)
    both((Choice,), (Symbol,), Judge.choices)
    both((Text,), (Symbol,), Judge.words_for)
    table |= {
        (BaseN, BaseN): Judge.bases, (Tuple, Tuple): Judge.tuples, (Matrix, Matrix): Judge.matrices,
        (Named, Named): Judge.named, (Relation, Relation): Judge.relations, (Congruence, Congruence): Judge.congruences,
        (Ratio, Ratio): Judge.ratios, (Clock, Clock): Judge.clocks, (Date, Date): Judge.dates,
        (Text, Text): Judge.texts,
        (Choice, Choice): Judge.choices,
    }  # fmt: skip
    return table


_RULES = _table()
_BY_EITHER: dict[type, Callable[..., bool | None]] = {
    Relation: Judge.assigned, Choice: Judge.choices, Several: Judge.one_element, FiniteSet: Judge.one_element,
    Named: Judge.one_element, Text: Judge.words_for,
}  # fmt: skip
