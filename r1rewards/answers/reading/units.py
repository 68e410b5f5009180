r"""Units of measure: `\text{ square inches}`, `km/h`, `dollars`, `个` -> a canonical name, and what it is worth.

Known units convert exactly; any other noun (`apples`) is a unit of its own kind, named by its last word.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import Final

Dimensions = tuple[tuple[str, int], ...]
"""Base quantities and their powers, sorted: metre per second is (("m", 1), ("s", -1))."""

_TABLE: Final = """
m meter metre 米|1|m              mm millimeter millimetre 毫米|1/1000|m     cm centimeter centimetre 厘米 公分|1/100|m
dm decimeter 分米|1/10|m          km kilometer kilometre 千米 公里|1000|m    in inch inche|127/5000|m
ft foot feet|381/1250|m           yd yard|1143/1250|m                        mi mile|201168/125|m
nm nanometer|1/1000000000|m       μm um micron micrometer|1/1000000|m        ly light-year lightyear|9460730472580800|m
g gram gramme 克|1|g              kg kilogram 千克 公斤|1000|g               mg milligram 毫克|1/1000|g
t ton tonne 吨|1000000|g          lb pound lbs|45359237/100000|g             oz ounce|45359237/1600000|g
s sec second 秒|1|s               min minute 分钟|60|s                       h hr hour 小时|3600|s
day d 天 日|86400|s               week wk 周 星期|604800|s                   ms millisecond|1/1000|s
month mo 月|1|month               year yr 年|12|month                        decade|120|month
L l liter litre 升|1/1000|m^3     mL ml milliliter millilitre 毫升|1/1000000|m^3   cc|1/1000000|m^3
gal gallon|473176473/125000000000|m^3    qt quart|473176473/500000000000|m^3    pt pint|473176473/1000000000000|m^3
acre|316160658/78125|m^2          ha hectare 公顷|10000|m^2
N newton|1000|g m s^-2            J joule|1000|g m^2 s^-2                    W watt|1000|g m^2 s^-3
kN kilonewton|1000000|g m s^-2    kJ kilojoule|1000000|g m^2 s^-2            kW kilowatt|1000000|g m^2 s^-3
Pa pascal|1000|g m^-1 s^-2        kPa kilopascal|1000000|g m^-1 s^-2         Hz hertz|1|s^-1
kHz|1000|s^-1                     MHz|1000000|s^-1                           GHz|1000000000|s^-1
erg|1/10000|g m^2 s^-2            dyn dyne|1/100|g m s^-2                    MW|1000000000|g m^2 s^-3
kWh|3600000000|g m^2 s^-2         eV|1|eV                                    keV|1000|eV
MeV|1000000|eV                    GeV|1000000000|eV                          mph|1397/3125|m s^-1
kmh kph|5/18|m s^-1               A amp ampere|1|A                           mA|1/1000|A
C coulomb|1|A s                   V volt|1000|g m^2 s^-3 A^-1                Ω ohm Ohm|1000|g m^2 s^-3 A^-2
F farad|1/1000|A^2 s^4 g^-1 m^-2  T tesla|1000|g s^-2 A^-1                   K kelvin Kelvin|1|K
mol mole|1|mol                    rad radian|1|rad                           deg degree ° 度|1|deg
degC celsius Celsius °C 摄氏度|1|degC    degF fahrenheit Fahrenheit °F|1|degF    arcmin|1/60|deg
$ dollar USD usd buck 美元 美金|1|$      cent ¢ penny pennie|1/100|$          dime|1/10|$
nickel|1/20|$                     quarter|1/4|$
€ euro EUR 欧元|1|€               £ GBP|1|£                                  ¥ yuan RMB CNY 元 块|1|¥
角|1/10|¥                         分|1/100|¥                                 ₹ rupee Rs|1|₹
yen 日元|1|yen                    dozen|12|                                  % percent|1|%
hundred|100|                      thousand|1000|                             million|1000000|
billion|1000000000|               trillion|1000000000000|
Å angstrom|1/10000000000|m        bit|1|bit                                  byte|8|bit
"""


def _rows() -> dict[str, tuple[str, Fraction, str]]:
    found = {}
    for cell in re.findall(r"[^|\n]+\|[^|\n]+\|(?:\S+(?: \S+)*)?", _TABLE):
        names, factor, dimensions = cell.split("|")
        for name in names.split():
            found[name] = (names.split()[0], Fraction(factor), dimensions)
    return found


_UNITS: Final = _rows()
SYMBOLS: Final = frozenset(_UNITS)
"""Every spelling of a known unit."""

_NOISE: Final = frozenset(
    "unit units each total exactly about of the a an in all sq square squared cubic cubed cu per only altogether long "
    "tall wide high old away ago left more 个".split()
)
_HEDGES: Final = frozenset(
    "not no or is are isn't was be but and if then so because since maybe perhaps possibly either neither nor than wrong "
    "incorrect answer answers accept grader should would could might must however wait actually think true "
    "false unknown undefined otherwise where when with for from to by see above below option none".split()
)
_LATEX = re.compile(
    r"\\(?:text|textbf|textrm|textit|mathrm|mathbf|mathit|mbox|rm|operatorname|textnormal|hbox|unit|si)\s*(?![A-Za-z])|\\[ ,;:!]|\\quad"
    r"|\\left|\\right|[{}~$]"
)
_PIECES = re.compile(
    r"\^\s*\(?(-?\d+)\)?|(\bper\b|/|每)|([A-Za-z%°$¢€£¥μµΩÅ'’-]+(?:\.(?=[A-Za-z.]))?[A-Za-z]*)|([\u4e00-\u9fff]+)|(\S)"
)


@lru_cache(maxsize=4096)
def read_unit(text: str) -> str | None:
    """The canonical name of the unit that `text` writes: `cm^2`, `km h^-1`, `apple`; empty for words that are none
    (`units`, `in all`); None for what does not read as a unit: digits, negations, sentences.
    """
    text = _LATEX.sub(" ", text).replace("\\circ", "°").replace("\\cdot", " ").replace("µ", "μ")
    text = (
        text.replace("\\degree", "°")
        .replace("degrees Celsius", "°C")
        .replace("degrees Fahrenheit", "°F")
    )
    if len(text) > 80 or "\\" in text:
        return None
    text = text.strip(" .,;:()[]")
    powers: dict[str, int] = {}
    noun, sign, power, last, words = "", 1, 1, "", 0
    for m in _PIECES.finditer(text):
        exponent, per, word, cjk, other = m.groups()
        if exponent:
            if len(exponent) > 2 or (not last and (noun or not words)):
                return None
            if not last:
                continue  # `units^2`
            powers[last] += (int(exponent) - 1) * (1 if powers[last] > 0 else -1)
        elif per:
            sign = -1
        elif word or cjk:
            words += 1
            name = _word_unit(word) if word else _cjk_unit(cjk)
            if name is None or words > 6:
                return None
            lowered = word.lower() if word else ""
            if lowered in ("square", "sq", "cubic", "cu"):
                power = 2 if lowered[0] == "s" else 3
            elif lowered in ("squared", "cubed") and last:
                powers[last] *= 2 if lowered == "squared" else 3
            elif name.startswith("?"):
                noun = name[1:]
            elif name:
                for part in name.split():
                    unit, _, exp = part.partition("^")
                    powers[unit] = powers.get(unit, 0) + sign * power * int(exp or 1)
                    last = unit
                power = 1
        elif other not in "().,*-":
            return None
    if noun and not powers:
        return noun
    return " ".join(u if p == 1 else f"{u}^{p}" for u, p in sorted(powers.items()) if p)


def _word_unit(word: str) -> str | None:
    """A known unit, `` for noise, `?noun` for another noun, None for a word that no unit has."""
    bare = word.strip("'’-").replace(".", "")
    row = _UNITS.get(bare) or _UNITS.get(bare.lower()) if len(bare) > 2 else _UNITS.get(bare)
    if row is None and len(bare) > 3:
        row = _UNITS.get(singular(bare)) or _UNITS.get(singular(bare.lower()))
    if row is not None:
        return row[0]
    lowered = bare.lower()
    if lowered in _NOISE or not bare:
        return ""
    if lowered in _HEDGES or not bare.isalpha() or len(bare) < 2 or len(bare) > 20:
        return None
    return "?" + singular(lowered)


def _cjk_unit(word: str) -> str | None:
    if word in _NOISE:
        return ""
    if word in _UNITS:
        return _UNITS[word][0]
    for prefix, power in (("平方", 2), ("立方", 3)):
        if word.startswith(prefix) and word[2:] in _UNITS:
            return f"{_UNITS[word[2:]][0]}^{power}"
    return None if len(word) > 3 or not _CJK_HEDGES.isdisjoint(word) else "?" + word


_CJK_HEDGES = frozenset("不非或是无没错对")


def singular(word: str) -> str:
    """`inches` -> `inche` and `cities` -> `city`: not English, but the same for both numbers of a noun."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("xes", "ches", "shes", "sses", "zes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


@lru_cache(maxsize=4096)
def measure(unit: str) -> tuple[Fraction, Dimensions]:
    """What one of a canonical unit is worth in base units, and its dimensions."""
    factor, powers = Fraction(1), dict[str, int]()
    for part in unit.split():
        name, _, exponent = part.partition("^")
        power = int(exponent or 1)
        row = _UNITS.get(name)
        if row is None:
            powers[name] = powers.get(name, 0) + power
            continue
        factor *= row[1] ** power
        for base in row[2].split():
            symbol, _, e = base.partition("^")
            powers[symbol] = powers.get(symbol, 0) + power * int(e or 1)
    return factor, tuple(sorted((u, p) for u, p in powers.items() if p))
