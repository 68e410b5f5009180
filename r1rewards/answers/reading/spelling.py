"""The spellings of one thing: tables from commands, characters and words to the tokens the grammar knows."""

from __future__ import annotations

from typing import Final

Spelled = tuple[str, str]
"""(token kind, canonical text); an empty text is dropped. Kinds as in `tokens.Token`."""

DROPPED: Final = frozenset(
    "displaystyle textstyle scriptstyle limits nolimits quad0 left right hfill checkmark blacksquare qed boxed fbox strut "
    "Big big bigg Bigg bigl bigr Bigl Bigr rm bf it sf tt em large Large small normalsize tiny huge mathstrut "
    "nonumber notag centering allowbreak relax ensuremath enspace thinspace negthinspace "
    "begingroup endgroup hline mathrm mathbf mathit mathsf mathtt mathnormal text textbf textit textrm textnormal "
    "boldsymbol bm operatorname mathcal underline displaylimits cline smallskip medskip bigskip noindent "
    "vec overrightarrow overline widehat hat tilde widetilde check bar dot mathop mathopen mathclose mathord mathrel "
    "underbrace overbrace".split()
) - {"overline", "bar", "vec", "hat", "dot", "overrightarrow"}
"""Commands that say how a thing looks and not what it is."""

_GREEK: Final = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi omicron rho varrho "
    "sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Sigma Upsilon Phi Psi Omega"
).split()

NAMES: Final = frozenset(
    [*_GREEK, "hbar", "ell", "nabla", "partial", "aleph", "Re", "Im", "wp", "imath", "jmath"]
)
"""Commands that are letters."""

VARIANTS: Final = {"var" + name: name for name in ("epsilon", "theta", "rho", "sigma", "phi")}
"""Two shapes of one letter: nobody means two things by them in one answer."""

_RELATIONS: Final = {
    "=": "=", "≠": "ne neq", "<": "lt", ">": "gt", "≤": "le leq leqslant leqq nleq0", "≥": "ge geq geqslant geqq",
    "≈": "approx simeq cong approxeq doteq", "∈": "in", "∉": "notin", "≡": "equiv", "∼": "sim propto",
    "→": "to rightarrow longrightarrow mapsto Rightarrow implies Longrightarrow iff Leftrightarrow leftrightarrow "
         "longmapsto xrightarrow",
    "⊂": "subset subseteq", "⊥": "perp", "∥": "parallel",
}  # fmt: skip
_OPERATORS: Final = {
    "*": "cdot times ast star bullet", "/": "div", "±": "pm", "∓": "mp", "∪": "cup bigcup", "∩": "cap bigcap",
    "∖": "setminus backslash smallsetminus", "…": "ldots dots cdots dotsc dotsb vdots ddots dotsm dotsi",
    "°": "circ degree", "|": "vert lvert rvert mid", "‖": "Vert lVert rVert lVert rVert",
    "⟨": "langle", "⟩": "rangle",
    "⌊": "lfloor llcorner ulcorner0", "⌋": "rfloor lrcorner", "⌈": "lceil ulcorner", "⌉": "rceil urcorner",
    "(": "lparen lgroup", ")": "rparen rgroup", "[": "lbrack", "]": "rbrack", "<{": "lbrace", "}>": "rbrace",
    "⏎": "newline cr tabularnewline", "'": "prime", "mod": "bmod mod", "pmod": "pmod", "over": "over", "choose": "choose",
    ":": "colon", "+": "oplus", "\\sep": "quad qquad", "^c": "complement", "∀": "forall exists", "⊕": "otimes wedge",
    "¬": "neg lnot",
}  # fmt: skip
_WITH_ARGUMENTS: Final = {
    "frac": "frac dfrac tfrac cfrac nicefrac sfrac", "binom": "binom dbinom tbinom", "sqrt": "sqrt", "log": "log", "ln": "ln",
    "lg": "lg", "exp": "exp", "max": "max", "min": "min", "gcd": "gcd", "lcm": "lcm", "floor": "floor", "ceil": "ceil",
    "sum": "sum", "prod": "prod", "int": "int iint iiint oint", "lim": "lim limsup liminf", "det": "det",
    "abs": "abs", "norm": "norm", "overline": "overline bar", "vec": "vec overrightarrow hat", "angle": "angle measuredangle triangle",
    "arg": "arg", "sgn": "sgn sign", "sin": "sin", "cos": "cos", "tan": "tan tg", "cot": "cot ctg", "sec": "sec", "csc": "csc cosec",
    "asin": "arcsin asin", "acos": "arccos acos", "atan": "arctan atan arctg", "acot": "arccot", "asec": "arcsec",
    "acsc": "arccsc", "sinh": "sinh", "cis": "cis", "cosh": "cosh", "tanh": "tanh", "coth": "coth", "sech": "sech", "csch": "csch",
    "asinh": "arcsinh asinh arsinh", "acosh": "arccosh acosh arcosh", "atanh": "arctanh atanh artanh",
    "dot": "dot ddot", "phi": "varphi0", "color": "color textcolor", "stack": "stackrel overset underset",
}  # fmt: skip


def _table(rows: dict[str, str], kind: str) -> dict[str, Spelled]:
    return {name: (kind, text) for text, names in rows.items() for name in names.split()}


COMMANDS: Final[dict[str, Spelled]] = {
    **_table(_OPERATORS, "o"),
    **_table(_RELATIONS, "o"),
    **_table(_WITH_ARGUMENTS, "f"),
    "pi": ("c", "pi"), "infty": ("c", "oo"), "infin": ("c", "oo"), "exponentialE": ("c", "e"), "imaginaryI": ("c", "i"),
    "emptyset": ("S", "empty"), "varnothing": ("S", "empty"), "empty": ("S", "empty"),
    "R": ("S", "R"), "N": ("S", "N"), "Z": ("S", "Z"), "Q": ("S", "Q"), "C": ("S", "C"), "reals": ("S", "R"),
    "euro": ("u", "€"), "pounds": ("u", "£"), "yen": ("u", "¥"), "textdollar": ("u", "$"), "dollar": ("u", "$"),
    "Pr": ("s", "P"), "top": ("s", "T"), "intercal": ("s", "T"), "percent": ("o", "%"), "sep": ("o", "\\sep"),
    "land": (",", "and"), "lor": (",", "or"), "vee": (",", "or"), "therefore": ("", ""), "because": ("", ""),
}  # fmt: skip
"""Command -> token."""
del COMMANDS["sep"]

ALIGNED: Final = frozenset("aligned align gathered split alignat eqnarray".split())
"""Environments whose `&` only says what stands below what."""

PLAIN_WORDS: Final[dict[str, Spelled]] = {
    **{name: ("f", text) for name, (_, text) in _table(_WITH_ARGUMENTS, "f").items()
       if name not in ("triangle", "angle", "sign", "color", "bar", "dot", "hat", "vec", "det", "arg", "norm", "int", "sum", "prod")},
    **{name: ("s", name) for name in _GREEK if len(name) > 3 and name not in ("iota", "zeta")},
    "pi": ("c", "pi"), "Pi": ("c", "pi"), "infinity": ("c", "oo"), "inf": ("c", "oo"), "infty": ("c", "oo"), "oo": ("c", "oo"),
    "or": (",", "or"), "and": (",", "and"), "mod": ("o", "mod"), "percent": ("o", "%"), "pct": ("o", "%"), "percentage": ("o", "%"),
    "approx": ("o", "≈"), "pm": ("o", "±"), "union": ("o", "∪"), "approximately": ("", ""), "about": ("", ""),
    "to": ("o", ":"), "times": ("o", "*"), "cdot": ("o", "*"), "choose": ("o", "choose"), "emptyset": ("S", "empty"),
    "nan": ("?", "nan"), "NaN": ("?", "nan"),
}  # fmt: skip
"""Word outside of commands -> token."""

OPERATORS: Final[dict[str, Spelled]] = {
    **{op: ("o", op) for op in "+-*/^_()[]{}|=<>!':±∓∪∩≈≤≥≠∈°…"},
    "\\{": ("o", "<{"), "\\}": ("o", "}>"), "\\(": ("", ""), "\\)": ("", ""), "\\[": ("", ""), "\\]": ("", ""),
    "<=": ("o", "≤"), ">=": ("o", "≥"), "!=": ("o", "≠"), "==": ("o", "="), ":=": ("o", "="), "=>": ("o", "→"), "<=>": ("o", "→"),
    "->": ("o", "→"), "**": ("o", "^"), "...": ("o", "…"), "\\\\": ("o", "⏎"), "||": ("o", "‖"), "\\|": ("o", "‖"),
    "&": ("o", "&"), "&&": (",", "and"), "%": ("o", "%"), "\\%": ("o", "%"), ".": (".", "."), ",": (",", ","), ";": (",", ";"),
    "$": ("", ""), "\\$": ("u", "$"), "€": ("u", "€"), "£": ("u", "£"), "¥": ("u", "¥"), "₹": ("u", "₹"), "\\&": (",", "and"),
    '"': ("", ""), "`": ("", ""), "\\_": ("o", "_"), "\\": ("", ""), "\\#": ("?", "#"),
}  # fmt: skip
"""Operator or single character -> token."""

SCRIPTS: Final = ("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱ", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₙₖ")
SUPERSCRIPTS: Final = str.maketrans(SCRIPTS[0], "0123456789+-()ni")
SUBSCRIPTS: Final = str.maketrans(SCRIPTS[1], "0123456789+-()nk")

_FRACTIONS: Final = {
    "½": "1 2", "⅓": "1 3", "⅔": "2 3", "¼": "1 4", "¾": "3 4", "⅕": "1 5", "⅖": "2 5", "⅗": "3 5", "⅘": "4 5",
    "⅙": "1 6", "⅚": "5 6", "⅐": "1 7", "⅛": "1 8", "⅜": "3 8", "⅝": "5 8", "⅞": "7 8", "⅑": "1 9", "⅒": "1 10",
}  # fmt: skip
_CHARACTERS: Final = {
    "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "﹣": "-", "－": "-", "×": "*", "⋅": "*", "·": "*", "∙": "*", "∗": "*",
    "✕": "*", "•": "*", "÷": "/", "∕": "/", "⁄": "/", "√": r"\sqrt ", "∛": r"\sqrt[3]", "∜": r"\sqrt[4]", "∞": r"\infty ", "∑": r"\sum ",
    "∏": r"\prod ", "∫": r"\int ", "π": r"\pi ", "≦": "≤", "≧": "≥", "⩽": "≤", "⩾": "≥", "≃": "≈", "≅": "≈", "∉": r"\notin ",
    "≡": r"\equiv ", "∅": r"\emptyset ", "⌀": r"\emptyset ", "′": "'", "’": "'", "‘": "'", "″": "''", "⟨": r"\langle ", "⟩": r"\rangle ",
    "〈": r"\langle ", "〉": r"\rangle ", "⌊": r"\lfloor ", "⌋": r"\rfloor ", "⌈": r"\lceil ", "⌉": r"\rceil ", "∖": r"\setminus ",
    "ℝ": r"\mathbb{R}", "ℤ": r"\mathbb{Z}", "ℕ": r"\mathbb{N}", "ℚ": r"\mathbb{Q}", "ℂ": r"\mathbb{C}", "→": "->", "⇒": "=>", "⇔": "<=>",
    "∣": "|", "∥": "||", "º": "°", "˚": "°", "∘": "°", "℃": "°C", "℉": "°F", "‰": r"\permil ", "⋯": "…", "∧": " and ", "∨": " or ",
    "，": ", ", "。": ".", "；": ";", "：": ":", "、": ", ", "（": "(", "）": ")", "【": "[", "】": "]", "％": "%", "＝": "=", "＋": "+",
    "．": ".", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u3000": " ", "\u200b": "", "\u200c": "", "\u200d": "", "\u200e": "", "\u200f": "", "\u2060": "", "\u00ad": "", "\u2061": "", "\u2062": "", "\ufeff": "",
    "“": '"', "”": '"', "「": '"', "」": '"', "∀": r"\forall ", "∃": r"\exists ", "∠": r"\angle ", "△": r"\triangle ", "⊥": r"\perp ",
    "ϵ": r"\epsilon ", "ϕ": r"\phi ", "ℏ": r"\hbar ", "ℓ": r"\ell ", "¬": r"\neg ", "￥": "¥", "＄": "\\$", "∼": r"\sim ", "⊂": r"\subset ",
    "⊆": r"\subset ",
}  # fmt: skip
_GREEK_LETTERS: Final = dict(zip(
    "αβγδεζηθικλμνξορςστυφχψωΓΔΘΛΞΣΥΦΨΩ",
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron rho varsigma sigma tau upsilon phi "
    "chi psi omega Gamma Delta Theta Lambda Xi Sigma Upsilon Phi Psi Omega".split(),
    strict=True,
))  # fmt: skip

UNICODE: Final = str.maketrans({
    **{c: rf"\frac{{{a.split()[0]}}}{{{a.split()[1]}}}" for c, a in _FRACTIONS.items()},
    **{letter: rf"\{name} " for letter, name in _GREEK_LETTERS.items()},
    **_CHARACTERS,
})  # fmt: skip
"""Character -> ASCII, LaTeX, or one of the few characters that are tokens themselves."""
