"""Answers of every kind in pairs: one object written in two styles, or changed minimally into another.

Each strategy draws (left, right, same): texts, and whether they mean the same by construction. Nothing here asks the
code under test; numbers are compared by Python's own arithmetic.
"""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

Pair = tuple[str, str, bool]

small = st.integers(-40, 40)
positive = st.integers(1, 60)
letters = st.sampled_from("xyabtnmpqr")
spaces = st.sampled_from(["", " ", r"\,", r"\!", "~", "  "])


@st.composite
def dressed(draw: st.DrawFn, text: str) -> str:
    """The text as a model dresses it: dollars, spacing, display style, a final period, plain or sized brackets."""
    text = draw(
        st.sampled_from(
            [
                text,
                text,
                f"${text}$",
                rf"\({text}\)",
                rf"\displaystyle {text}",
                f" {text} ",
                f"{text}.",
                f"{{{text}}}",
            ]
        )
    )
    if draw(st.booleans()):
        text = text.replace("(", r"\left(").replace(")", r"\right)")
    return text


@st.composite
def fraction(draw: st.DrawFn, value: Fraction, *, grouped: bool = True) -> str:
    """One spelling of a rational; digits grouped by commas only where no list is about."""
    n, d = value.numerator, value.denominator
    k = draw(st.integers(1, 4))
    sign, a, b = ("-" if n < 0 else ""), abs(n) * k, d * k
    forms = [
        rf"{sign}\frac{{{a}}}{{{b}}}",
        rf"{sign}\dfrac{{{a}}}{{{b}}}",
        f"{sign}{a}/{b}",
        rf"\frac{{{sign}{a}}}{{{b}}}",
        rf"{sign}\tfrac {{{a}}} {{{b}}}",
    ]
    if a < 10 and b < 10:
        forms.append(
            rf"{sign}\frac{a}{b}"
            if a > 9
            else rf"{sign}\frac{a}{b}".replace(rf"\frac{a}{b}", rf"\frac {a} {b}")
        )
        forms.append(rf"{sign}\frac{a}{b}")
    if d == 1:
        forms += [
            f"{n}",
            f"{n}.0",
            f"{n}",
            f"{n:,}" if grouped else f"{n}",
            f"{n:,}".replace(",", "{,}"),
        ]
    whole, rest = divmod(abs(n), d)
    if whole and rest:
        forms += [rf"{sign}{whole}\frac{{{rest}}}{{{d}}}", rf"{sign}{whole} {rest}/{d}"]
    if d in (2, 4, 5, 8, 10, 20, 25):
        forms.append(f"{float(value)!r}")
    if d in (3, 9, 11) and n > 0 and whole < 1000:
        cycle = {3: 1, 9: 1, 11: 2}[d]
        digits = str(rest * (10**cycle - 1) // d).rjust(cycle, "0")
        forms.append(rf"{whole}.\overline{{{digits}}}")
    return draw(st.sampled_from(forms))


rationals = st.builds(
    Fraction,
    st.integers(-2000, 2000),
    st.sampled_from([1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 25, 60]),
)


@st.composite
def numbers(draw: st.DrawFn) -> Pair:
    """Rationals."""
    a = draw(rationals)
    b = draw(st.one_of(st.just(a), st.just(-a), st.just(a + Fraction(1, a.denominator)), rationals))
    left, right = draw(fraction(a)), draw(fraction(b))
    if "." in right and not right.endswith(".0") and a != b:
        right = rf"\frac{{{b.numerator}}}{{{b.denominator}}}"  # a decimal reference would accept what rounds to it
    elif right.endswith(".0"):
        right = right[:-2]
    return draw(dressed(left)), draw(dressed(right)), a == b


@st.composite
def surds(draw: st.DrawFn) -> Pair:
    r"""a + b sqrt(c), written in order or not, the root's square drawn in or out."""
    a, b, c = draw(small), draw(positive), draw(st.sampled_from([2, 3, 5, 6, 7, 10]))
    a2, b2, c2 = draw(
        st.sampled_from(
            [(a, b, c), (a, b, c), (a + 1, b, c), (a, b + 1, c), (-a - 1, b, c), (a, b, c + 1)]
        )
    )
    is_same = (a, b, c) == (a2, b2, c2)
    if not is_same and c2 in (4, 8):
        c2, is_same = c, (a, b) == (a2, b2)
    forms = [
        rf"{a2}+{b2}\sqrt{{{c2}}}", rf"{b2}\sqrt{c2}+{a2}" if c2 < 10 else rf"{b2}\sqrt{{{c2}}}+{a2}", rf"{a2}+\sqrt{{{b2 * b2 * c2}}}",
        rf"{a2} + \frac{{{b2 * c2}}}{{\sqrt{{{c2}}}}}", f"{a2}+{b2}*sqrt({c2})", rf"{a2}+{b2}\cdot {c2}^{{1/2}}", f"{a2}+{b2}√{c2}",
    ]  # fmt: skip
    return rf"{a}+{b}\sqrt{{{c}}}", draw(dressed(draw(st.sampled_from(forms)))), is_same


@st.composite
def constants(draw: st.DrawFn) -> Pair:
    """Multiples of pi and e, logarithms, trigonometric values."""
    a, b = draw(positive), draw(positive)
    other = draw(st.sampled_from([a, a, a + 1]))
    name, value = draw(
        st.sampled_from(
            [
                (r"\pi", "π"),
                (r"e", "e"),
                (r"\ln 2", r"\log_e 2"),
                (r"\sqrt{\pi}", r"\pi^{1/2}"),
                (r"\sin 1", r"\sin(1)"),
            ]
        )
    )
    forms = [
        rf"\frac{{{other}{value}}}{{{b}}}"
        if value != r"\log_e 2"
        else rf"\frac{{{other}\ln 2}}{{{b}}}",
        rf"\frac{{{other}}}{{{b}}}\cdot {name}",
        rf"{other}{name}/{b}",
    ]
    return rf"\frac{{{a} {name}}}{{{b}}}", draw(st.sampled_from(forms)), a == other


@st.composite
def polynomials(draw: st.DrawFn) -> Pair:
    """Products of linear factors, expanded and factored."""
    x = draw(letters)
    a, b, c = draw(small), draw(small), draw(st.integers(1, 9))
    d = draw(st.sampled_from([0, 0, 1, -1]))
    middle, last = c * (a + b), c * a * b + d
    expanded = f"{c}{x}^2 + {middle}{x} + {last}".replace("+ -", "- ")
    if draw(st.booleans()):
        expanded = f"{last} + {middle}{x} + {c}{x}^{{2}}".replace("+ -", "- ")
    factored = f"{c}({x}+{a})({x}+{b})".replace("+-", "-")
    pair = (factored, expanded) if draw(st.booleans()) else (expanded, factored)
    return draw(dressed(pair[0])), draw(dressed(pair[1])), d == 0


@st.composite
def quotients(draw: st.DrawFn) -> Pair:
    """Fractions of letters."""
    x, y = draw(st.sampled_from([("x", "y"), ("a", "b"), ("m", "n")]))
    a, b = draw(positive), draw(positive)
    b2 = draw(st.sampled_from([b, b, b + 1]))
    left = rf"\frac{{{a}}}{{{x}}} + \frac{{{b}}}{{{y}}}"
    right = draw(
        st.sampled_from(
            [
                rf"\frac{{{a}{y}+{b2}{x}}}{{{x}{y}}}",
                f"({b2}{x}+{a}{y})/({x}{y})",
                rf"{a}{x}^{{-1}}+{b2}{y}^{{-1}}",
            ]
        )
    )
    return left, draw(dressed(right)), b == b2


@st.composite
def functions(draw: st.DrawFn) -> Pair:
    """Identities of trigonometry, exponentials and logarithms, and near misses."""
    x = draw(st.sampled_from(["x", r"\theta", "t", "a"]))
    identities = [
        (rf"\sin^2 {x}", rf"1-\cos^2 {x}", rf"1-\sin^2 {x}"), (rf"\sin 2{x}", rf"2\sin {x} \cos {x}", rf"\sin {x} \cos {x}"),
        (rf"\cos 2{x}", rf"2\cos^2 {x} - 1", rf"2\cos^2 {x} + 1"), (rf"e^{{2{x}}}", rf"(e^{x})^2" if len(x) == 1 else rf"(e^{{{x}}})^2", rf"e^{{{x}^2}}"),
        (rf"\tan {x}", rf"\frac{{\sin {x}}}{{\cos {x}}}", rf"\frac{{\cos {x}}}{{\sin {x}}}"), (rf"2^{{{x}+1}}", rf"2\cdot 2^{{{x}}}", rf"2^{{{x}}}+1"),
        (rf"\sec {x}", rf"\frac1{{\cos {x}}}", rf"\frac1{{\sin {x}}}"), (rf"|{x}|", rf"\sqrt{{{x}^2}}", x), (rf"\ln(e^{{{x}}})", x, rf"e^{{{x}}}"),
        (rf"\sinh {x}", rf"\frac{{e^{{{x}}}-e^{{-{x}}}}}{{2}}", rf"\frac{{e^{{{x}}}+e^{{-{x}}}}}{{2}}"), (rf"\sqrt[3]{{{x}}}", rf"{x}^{{1/3}}", rf"{x}^{{1/2}}"),
    ]  # fmt: skip
    left, right, wrong = draw(st.sampled_from(identities))
    is_same = draw(st.booleans())
    return left, right if is_same else wrong, is_same


@st.composite
def lists(draw: st.DrawFn) -> Pair:
    """Several answers or a set, in any order; one missing, one changed."""
    values = draw(st.lists(rationals, min_size=2, max_size=5, unique=True))
    left = [draw(fraction(v, grouped=False)) for v in values]
    changed = list(draw(st.permutations(values)))
    is_same = True
    if draw(st.booleans()):
        is_same = False
        if draw(st.booleans()):
            changed[0] += 1000_003
        else:
            changed.append(Fraction(7, 10007))
    right = [rf"\frac{{{v.numerator}}}{{{v.denominator}}}" for v in changed]
    styles = [", ".join, lambda t: r"\{" + ",".join(t) + r"\}", r" \text{ and } ".join, lambda t: r"\text{ or }".join(f"x={i}" for i in t),
              "; ".join, "，".join]  # fmt: skip
    return draw(st.sampled_from(styles))(left), draw(st.sampled_from(styles[:3]))(right), is_same


@st.composite
def tuples(draw: st.DrawFn) -> Pair:
    """Ordered items; swapped ones differ."""
    values = draw(st.lists(rationals, min_size=2, max_size=4))
    other = list(
        draw(
            st.sampled_from(
                [
                    values,
                    values,
                    values[::-1],
                    [*values[:-1], values[-1] + 1],
                    [*values, Fraction(1)],
                ]
            )
        )
    )
    left = [draw(fraction(v, grouped=False)) for v in values]
    right = [rf"\frac{{{v.numerator}}}{{{v.denominator}}}" for v in other]
    styles = [
        lambda t: "(" + ",".join(t) + ")",
        lambda t: r"\left( " + ", ".join(t) + r" \right)",
        lambda t: "（" + "，".join(t) + "）",
    ]
    if len(values) == len(other) or draw(st.booleans()):
        styles += [
            lambda t: r"\begin{pmatrix}" + r"\\".join(t) + r"\end{pmatrix}",
            lambda t: r"\langle " + ", ".join(t) + r"\rangle",
        ]
    return (
        draw(st.sampled_from(styles))(left),
        draw(st.sampled_from(styles))(right),
        values == other,
    )


@st.composite
def intervals(draw: st.DrawFn) -> Pair:
    """Intervals as brackets, reversed brackets, inequalities, set builders."""
    low = draw(st.integers(-20, 10))
    high = low + draw(positive)
    ends = draw(st.tuples(st.booleans(), st.booleans()))
    low2, ends2 = draw(
        st.sampled_from([(low, ends), (low, ends), (low - 1, ends), (low, (not ends[0], ends[1]))])
    )
    forms = [
        lambda a, c, o: f"{'[' if o[0] else '('}{a},{c}{']' if o[1] else ')'}",
        lambda a, c, o: rf"\left{'[' if o[0] else '('}{a}, {c}\right{']' if o[1] else ')'}",
        lambda a, c, o: f"{'[' if o[0] else ']'}{a}, {c}{']' if o[1] else '['}",
        lambda a, c, o: rf"{a} {chr(92)}{'le' if o[0] else 'lt'} x {chr(92)}{'le' if o[1] else 'lt'} {c}",
        lambda a, c, o: rf"\{{x \mid {a} {'≤' if o[0] else '<'} x {'≤' if o[1] else '<'} {c}\}}",
        lambda a, c, o: rf"x\in{'[' if o[0] else '('}{a},{c}{']' if o[1] else ')'}",
        lambda a, c, o: rf"{c} {'≥' if o[1] else '>'} x {'≥' if o[0] else '>'} {a}",
    ]  # fmt: skip
    left, right = draw(st.sampled_from(forms)), draw(st.sampled_from(forms))
    return left(low, high, ends), right(low2, high, ends2), (low, ends) == (low2, ends2)


@st.composite
def unions(draw: st.DrawFn) -> Pair:
    """Two rays, in either order, as inequalities or as what is left of the line."""
    a = draw(small)
    b = a + draw(positive)
    c = draw(st.sampled_from([a, a, a - 1]))
    forms = [
        rf"(-\infty,{c})\cup({b},\infty)",
        rf"({b}, +\infty) ∪ (-\infty, {c})",
        rf"x<{c} \text{{ or }} x>{b}",
        rf"\mathbb{{R}}\setminus[{c},{b}]",
    ]
    return rf"(-\infty, {a}) \cup ({b}, \infty)", draw(st.sampled_from(forms)), a == c


@st.composite
def families(draw: st.DrawFn) -> Pair:
    """a/b pi + k pi s for whole k: another index, another start, another style; another step or a start in between."""
    a, b, s, n = draw(small), draw(st.integers(1, 12)), draw(positive), draw(st.integers(-3, 3))
    change = draw(st.sampled_from(["", "", "start", "step"]))
    start = Fraction(a, b) + n * s + (Fraction(s, 3) if change == "start" else 0)
    k, step = draw(st.sampled_from("knm")), 2 * s if change == "step" else s
    term = rf"\frac{{{start.numerator}\pi}}{{{start.denominator}}} + {step}{k}\pi"
    forms = [
        rf"{term}, {k} \in \mathbb{{Z}}", rf"x = {term} \ ({k} \in \mathbb{{Z}})", rf"{term} \text{{ where }} {k} \in Z",
        rf"x = {term}, {k} \text{{ is an integer}}", rf"\{{x \mid x = {term}, {k} \in \mathbb{{Z}}\}}",
    ]  # fmt: skip
    left = rf"\frac{{{a}\pi}}{{{b}}} + {s}k\pi, k \in \mathbb{{Z}}"
    return draw(st.sampled_from(forms)), left, not change


@st.composite
def equations(draw: st.DrawFn) -> Pair:
    """Lines up to a factor, on either side."""
    a, b, c, k = (
        draw(positive),
        draw(positive),
        draw(positive),
        draw(st.sampled_from([1, 2, 3, -1, -2])),
    )
    d = draw(st.sampled_from([c, c, c + 1]))
    forms = [
        f"{a * k}x+{b * k}y={d * k}",
        f"{d * k}={b * k}y+{a * k}x",
        f"{a * k}x+{b * k}y-{d * k}=0",
        rf"y=\frac{{{d}-{a}x}}{{{b}}}",
    ]
    right = draw(st.sampled_from(forms)).replace("+-", "-").replace("--", "+")
    return f"{a}x+{b}y={c}", right, c == d


@st.composite
def assignments(draw: st.DrawFn) -> Pair:
    """Named values against a tuple, another order, or bare."""
    a, b = draw(small), draw(small)
    c = draw(st.sampled_from([b, b, b + 1]))
    forms = [
        f"x={a}, y={c}",
        f"y={c}, x={a}",
        f"(x,y)=({a},{c})",
        rf"x={a} \text{{ and }} y={c}",
        f"({a},{c})",
    ]
    return (
        f"x={a}, y={b}",
        draw(st.sampled_from(forms)),
        b == c,
    )


@st.composite
def solved(draw: st.DrawFn) -> Pair:
    """`x = 5` and 5; another value."""
    x, a = draw(letters), draw(rationals)
    b = draw(st.sampled_from([a, a, a + 1]))
    left, right = f"{x} = {draw(fraction(a))}", rf"\frac{{{b.numerator}}}{{{b.denominator}}}"
    return (left, right, a == b) if draw(st.booleans()) else (right, f"{x}={right}", True)


@st.composite
def quantities(draw: st.DrawFn) -> Pair:
    """Amounts with units: spelled otherwise, converted, left away, or in another unit."""
    n = draw(positive)
    rows = [
        (rf"{n}\text{{ cm}}", rf"{n} \mathrm{{cm}}", True), (rf"{n}\text{{ m}}", rf"{100 * n}\text{{ cm}}", True),
        (rf"{n}\text{{ cm}}", rf"{n}\text{{ m}}", False), (rf"{n}\text{{ hours}}", rf"{60 * n} \text{{ minutes}}", True),
        (rf"{n}\text{{ hours}}", rf"{n} \text{{ minutes}}", False), (rf"{n}", rf"{n} \text{{ apples}}", True),
        (rf"{n} \text{{ square inches}}", rf"{n}\text{{ in}}^2", True), (rf"\${n}", rf"{n} \text{{ dollars}}", True), (rf"\${n}", rf"{100 * n} \text{{ cents}}", True),
        (rf"\${n}", rf"{n} \text{{ cents}}", False), (rf"{n}^\circ", rf"{n} \text{{ degrees}}", True), (rf"{n}^\circ", f"{n}°", True),
        (rf"{n}^\circ", rf"\frac{{{n}\pi}}{{180}}", True), (rf"{n}\text{{ km/h}}", rf"{n} \text{{ kilometers per hour}}", True),
        (rf"{n}\text{{ km/h}}", rf"{n}\text{{ m/s}}", False), (rf"{n}\text{{ apples}}", rf"{n}\text{{ pears}}", False), (f"{n}个", f"{n}", True),
        (rf"{n}\text{{ hours and }}15\text{{ minutes}}", rf"{60 * n + 15}\text{{ min}}", True),
        (rf"{n}\text{{ ft }}6\text{{ in}}", rf"{12 * n + 6}\text{{ inches}}", True), (rf"{n}\text{{ ft }}6\text{{ in}}", rf"{n}\text{{ ft }}7\text{{ in}}", False),
        (rf"{n}.5\text{{ million}}", f"{n},500,000", True), (rf"{n}\text{{ thousand}}", f"{n}", False),
    ]  # fmt: skip
    return draw(st.sampled_from(rows))


@st.composite
def percents(draw: st.DrawFn) -> Pair:
    """Percentages, fractions of a hundred, and a factor of a hundred forgotten."""
    n = draw(st.integers(2, 99))
    m = draw(st.sampled_from([n, n, n + 1]))
    forms = [
        (rf"{m}\%", n == m),
        (rf"\frac{{{m}}}{{100}}", n == m),
        (f"0.{m:02}", n == m),
        (f"{m}%", n == m),
        (rf"{m} \text{{ percent}}", n == m),
    ]
    right, is_same = draw(st.sampled_from(forms))
    return right, rf"{n}\%", is_same


@st.composite
def others(draw: st.DrawFn) -> Pair:
    """Bases, residues, ratios, counts, complex numbers, matrices, words, choices, times, dates."""
    n, k = draw(st.integers(3, 30)), draw(st.integers(2, 9))
    a, b = draw(st.integers(1, 20)), draw(st.integers(1, 20))
    rows = [
        (rf"{n} \pmod{{{n + k}}}", rf"x \equiv {2 * n + k} \pmod {{{n + k}}}", True), (rf"{n} \pmod{{{n + k}}}", rf"{n} \pmod{{{n + k + 1}}}", False),
        (f"{a * k}:{(a + b) * k * 67}", f"{a}:{(a + b) * 67}", True),
        (rf"{a}:{a + b + 60}", rf"{a + b + 60}:{a}", False), (rf"{a}+{b}i", rf"{b}i+{a}", True), (rf"{a}+{b}i", rf"{a}-{b}i", False),
        (rf"({a}+{b}i)^2", rf"{a * a - b * b}+{2 * a * b}i".replace("+-", "-"), True), (rf"\binom{{{n}}}{{2}}", f"{n * (n - 1) // 2}", True),
        (rf"\binom{{{n}}}{{2}}", f"{n * (n - 1) // 2 + 1}", False), (rf"\frac{{{n}!}}{{{n - 1}!}}", f"{n}", True), (f"{n}!", f"{n}!+1", False),
        (rf"\begin{{pmatrix}}{a}&{b}\\1&2\end{{pmatrix}}", rf"\begin{{bmatrix}} {a} & {b} \\ 1 & 2 \end{{bmatrix}}", True),
        (rf"\begin{{pmatrix}}{a}&{b}\\1&2\end{{pmatrix}}", rf"\begin{{pmatrix}}{a}&{b}\\1&3\end{{pmatrix}}", False),
        (f"{n % k}11_{{{k + 7}}}", f"{n % k}11_{k + 7}" if k < 3 else rf"{n % k}11_{{{k + 7}}}", True), (f"11_{k + 1}", f"11_{k + 2}" if k < 8 else "11_7", False),
        (r"\text{Monday}", "monday", True), (r"\text{Monday}", "Sunday", False), (r"\text{yes}", "Yes.", True), ("Yes", "No", False),
        ("(B)", r"\text{B}", True), ("B", "(C)", False), (rf"\text{{(B) }} {n}", "B", True), ("3:30", "3:30 p.m.", True), ("3:30", "3:31", False),
        ("May 5", "5 May", True), ("May 5", "May 6", False), (r"\emptyset", r"\text{no solution}", True), (r"\emptyset", "0", False),
        (r"\infty", "∞", True), (r"\infty", r"-\infty", False), (rf"\pm {a}", rf"-{a}, {a}", True), (rf"\pm {a}", f"{a}", False),
        (rf"{a} \pm \sqrt{{{n * n + 1}}}", rf"{a}+\sqrt{{{n * n + 1}}}, {a}-\sqrt{{{n * n + 1}}}", True), (f"f(x)={a}x+{b}", f"f(t) = {b}+{a}t", True),
        (f"f(x)={a}x+{b}", f"{a}x+{b + 1}", False), (rf"\frac{{x^{n}}}{{{n}}}+C".replace(f"^{n}", f"^{{{n}}}"), rf"c+\frac{{1}}{{{n}}}x^{{{n}}}", True),
        (rf"\lfloor {n}.5 \rfloor", f"{n}", True), (rf"\log_{{{k}}} {k**3}", "3", True), (rf"{a}.5\times 10^{{{k}}}", f"{(10 * a + 5) * 10 ** (k - 1)}", True),
        (rf"{a}\times 10^{{{k}}}", rf"{a}\times 10^{{{k + 1}}}", False), (rf"\sum_{{j=1}}^{{{n}}} j", rf"\sum_{{k=1}}^{{{n}}} k", True),
        (r"\sum_{k=1}^{n} k", r"\frac{n(n+1)}{2}", False), (r"\frac{n(n+1)}{2}", r"\sum_{k=1}^{n} k", True),
        (rf"\begin{{cases}} x & x>{n} \\ 0 & \text{{otherwise}}\end{{cases}}", rf"\begin{{cases}} 0 & x\le {n} \\ x & x>{n}\end{{cases}}", True),
    ]  # fmt: skip
    return draw(st.sampled_from(rows))


KINDS = {
    "numbers": numbers(), "surds": surds(), "constants": constants(), "polynomials": polynomials(), "quotients": quotients(),
    "functions": functions(), "lists": lists(), "tuples": tuples(), "intervals": intervals(), "unions": unions(),
    "families": families(), "equations": equations(), "assignments": assignments(), "solved": solved(), "quantities": quantities(),
    "percents": percents(), "others": others(),
}  # fmt: skip
pairs = st.one_of(*KINDS.values())
