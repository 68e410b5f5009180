"""Every size bound of the answer core in one table, with the reason for each number.

No verdict of the first rungs depends on a clock: work is bounded by these counts, so that a busy machine gives the same
rewards as an idle one. What passes a bound is not computed: an answer is then unreadable, or the decision is left open.
"""

from __future__ import annotations

MAX_CHARS = 20_000
"""Longest text that is parsed at all. The longest of 3,873 real references has 337 characters."""

MAX_TOKENS = 2_000
"""Most tokens of one answer. The longest of the real references has 290; parsing 2,000 takes about 8 ms."""

MAX_DEPTH = 60
"""Deepest nesting. Real answers stay under 10; recursion of 60 rules fits Python's default stack several times."""

MAX_DIGITS = 6_000
"""Longest number, in decimal digits: 2^{10007}-like references (3,013 digits) are real, 5,000-digit ones are read."""

MAX_BITS = 20_000
"""Largest exact numerator or denominator. 6,000 digits are 19,932 bits; one multiplication costs about 0.1 ms."""

MAX_EXPONENT_BITS = 64
"""Largest exponent that is reduced modulo a prime; larger ones (power towers) leave a decision to text and form."""

MAX_FACTORIAL = 2_000
"""Largest n whose factorial is multiplied out (2000! has 19,053 bits)."""

MAX_ROOT_BITS = 2_000
"""Largest number whose cube or higher root is looked for among the whole numbers, by bisection; and of which small
primes are divided out under a square root."""

MAX_STEPS = 6_000
"""Node evaluations of one expression, nested sums and products included: about 6 ms of pure Python."""

MAX_DIGITS_STEPS = 500
"""Node evaluations of one expression with many digits: about 10 ms of mpmath."""

MAX_GAMMA_BITS = 520
"""Longest factorial of what is not whole: the first one at 520 bits takes 12 ms, at 4,200 bits 6 s."""

MAX_AGREEMENTS = 24
"""Evaluations with many digits in one decision, 0.3 ms each: twelve identities between functions in one list."""

MAX_CONJUGATED = 8
"""Letters that are taken as complex because they are conjugated: each makes two of one."""

MAX_TERMS = 500
"""Terms of a sum or product with constant bounds that is added up; longer ones go to the last rung."""

MAX_ITEMS = 300
"""Elements of a list, set or matrix that are matched one by one; unordered matching is quadratic in this."""

MAX_COMPARISONS = 2_000
"""Pairs of elements compared to match two unordered collections: 45 elements in the worst order."""

MAX_DISTINCT = 60
"""Elements of a set that are looked at for repetitions by value; in longer ones only the same form repeats."""

MAX_POSTFIX = 8
"""Signs behind one another after a value: `5!!!!`, `x^2'%`. Each nests the tree one level deeper."""

MAX_REPEATING = 2_000
"""Longest spelling of a repeating decimal."""
