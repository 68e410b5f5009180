"""Letters: the script of every letter, and what the other characters are for, as one byte each.

`letters` turns a text into two arrays of one byte per character, by look-up in the tables made here:

kind  letters: the number of their script (1-31), plus UPPER for capitals; all else: one of the constants from OTHER on.
code  letters of LATIN, CYRILLIC, ARABIC, DEVANAGARI: a number that stands for the lower-case letter, unique in its
      script (a-z keep their ASCII codes); other letters: the low byte; all else: 0.
"""

from __future__ import annotations

import functools
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable

Bytes = npt.NDArray[np.uint8]

LATIN, CYRILLIC, ARABIC, DEVANAGARI, GREEK, HEBREW = 1, 2, 3, 4, 5, 6
HAN, KANA, THAI, HANGUL, OTHER_UNSPACED = 7, 8, 9, 10, 11
BENGALI, TAMIL, TELUGU, GURMUKHI, GUJARATI, KANNADA, MALAYALAM = 12, 13, 14, 15, 16, 17, 18
SINHALA, GEORGIAN, ARMENIAN, ETHIOPIC, OTHER_SCRIPT = 19, 20, 21, 22, 31

UPPER = 32
OTHER, DIGIT, UNDERSCORE, SPACE, NEWLINE, PERIOD, STOP, BACKSLASH, DOLLAR, BACKTICK = range(64, 74)
INVISIBLE, MARK = 126, 127

LETTERS_PER_WORD = {HAN: 1.53, KANA: 2.26, THAI: 3.67, OTHER_UNSPACED: 3.67}
"""Letters that say what one English word says, in scripts written without spaces: measured on 500 parallel mathematics
problems (Han for Chinese, KANA for Japanese text in kana and Han; Lao, Khmer and Burmese are taken to be like Thai)."""


UNSPACED = frozenset(LETTERS_PER_WORD)
"""Scripts without spaces."""
ALPHABETS = frozenset({LATIN, CYRILLIC, GREEK})
"""Scripts whose letters name variables and units."""
SYLLABIC = UNSPACED | {HANGUL}
"""Scripts where one letter may be a word."""


def is_any(scripts: Bytes, wanted: Iterable[int]) -> npt.NDArray[np.bool_]:
    """(n,) True where the script is one of `wanted`. A look-up takes as long as ten comparisons."""
    first, *others = wanted
    found: npt.NDArray[np.bool_] = scripts == first
    for script in others:
        found |= scripts == script
    return found


class Block(NamedTuple):
    """Code points start-end belong to a script; where `marks`, its signs that are no letters do, too."""

    start: int
    end: int
    script: int
    marks: bool = False


BLOCKS = (
    Block(0x41, 0x5A, LATIN), Block(0x61, 0x7A, LATIN), Block(0xC0, 0xD6, LATIN), Block(0xD8, 0xF6, LATIN),
    Block(0xF8, 0x24F, LATIN), Block(0x250, 0x2AF, LATIN), Block(0x1E00, 0x1EFF, LATIN), Block(0x2C60, 0x2C7F, LATIN),
    Block(0xA720, 0xA7FF, LATIN), Block(0xFB00, 0xFB06, LATIN), Block(0xFF21, 0xFF3A, LATIN),
    Block(0xFF41, 0xFF5A, LATIN), Block(0x370, 0x3FF, GREEK), Block(0x1F00, 0x1FFF, GREEK),
    Block(0x400, 0x52F, CYRILLIC, True), Block(0x1C80, 0x1C8F, CYRILLIC), Block(0xA640, 0xA69F, CYRILLIC),
    Block(0x531, 0x58F, ARMENIAN), Block(0x591, 0x5F4, HEBREW, True), Block(0xFB1D, 0xFB4F, HEBREW, True),
    Block(0x610, 0x61A, ARABIC, True), Block(0x620, 0x65F, ARABIC, True), Block(0x66E, 0x6D3, ARABIC, True),
    Block(0x6D5, 0x6EF, ARABIC, True), Block(0x6FA, 0x6FF, ARABIC), Block(0x750, 0x77F, ARABIC),
    Block(0x8A0, 0x8FF, ARABIC, True), Block(0xFB50, 0xFDFF, ARABIC), Block(0xFE70, 0xFEFC, ARABIC),
    Block(0x900, 0x963, DEVANAGARI, True), Block(0x970, 0x97F, DEVANAGARI, True),
    Block(0x980, 0x9E3, BENGALI, True), Block(0xA01, 0xA65, GURMUKHI, True), Block(0xA70, 0xA75, GURMUKHI, True),
    Block(0xA81, 0xAE3, GUJARATI, True), Block(0xB00, 0xB63, OTHER_SCRIPT, True), Block(0xB82, 0xBE5, TAMIL, True),
    Block(0xC00, 0xC63, TELUGU, True), Block(0xC80, 0xCE3, KANNADA, True), Block(0xD00, 0xD63, MALAYALAM, True),
    Block(0xD81, 0xDF3, SINHALA, True), Block(0xE01, 0xE4E, THAI, True), Block(0xE81, 0xEDF, OTHER_UNSPACED, True),
    Block(0x1000, 0x109F, OTHER_UNSPACED, True), Block(0x10A0, 0x10FF, GEORGIAN), Block(0x1C90, 0x1CBF, GEORGIAN),
    Block(0x2D00, 0x2D2F, GEORGIAN), Block(0x1100, 0x11FF, HANGUL), Block(0x3131, 0x318E, HANGUL),
    Block(0xA960, 0xA97C, HANGUL), Block(0xAC00, 0xD7FB, HANGUL), Block(0x1200, 0x139F, ETHIOPIC, True),
    Block(0x1780, 0x17DF, OTHER_UNSPACED, True), Block(0x3005, 0x3007, HAN), Block(0x3021, 0x3029, HAN),
    Block(0x3041, 0x309F, KANA), Block(0x30A0, 0x30FF, KANA), Block(0x31F0, 0x31FF, KANA), Block(0xFF66, 0xFF9F, KANA),
    Block(0x3105, 0x312F, HAN), Block(0x2E80, 0x2FDF, HAN), Block(0x3400, 0x4DBF, HAN), Block(0x4E00, 0x9FFF, HAN),
    Block(0xF900, 0xFAFF, HAN),
)  # fmt: skip

NOT_LETTERS = (  # letters by category, mathematics by use: ª º, modifier and letter-like symbols, sub- and superscripts
    range(0xAA, 0xAB), range(0xB5, 0xB6), range(0xBA, 0xBB), range(0x2B0, 0x300), range(0x1D2C, 0x1D6B),
    range(0x2071, 0x20A0), range(0x2100, 0x2150), range(0x3006, 0x3007),
)  # fmt: skip

OTHERS = {
    DIGIT: "0123456789", UNDERSCORE: "_", SPACE: " \t\x0b\x0c\xa0\u1680\u202f\u205f\u3000",
    NEWLINE: "\n\r\x85\u2028\u2029", PERIOD: ".", STOP: "!?。！？．｡।॥؟۔።", BACKSLASH: "\\", DOLLAR: "$",
    BACKTICK: "`",
    # Joiners, direction marks, soft hyphen, variation selectors, fillers: nothing a reader sees.
    INVISIBLE: "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u200b\u200c\u200d\u200e\u200f\u202a"
    "\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2065\u2066\u2067\u2068\u2069\u206a\u206b\u206c\u206d\u206e"
    "\u206f\u3164\ufe00\ufe01\ufe02\ufe03\ufe04\ufe05\ufe06\ufe07\ufe08\ufe09\ufe0a\ufe0b\ufe0c\ufe0d\ufe0e\ufe0f\ufeff"
    "\uffa0",
    MARK: "".join(map(chr, range(0x300, 0x34F))) + "".join(map(chr, range(0x350, 0x370))),
}  # fmt: skip


class Tables(NamedTuple):
    """Per UTF-16 unit: kinds and codes, (65536,) uint8; the same for Latin-1 as translation tables of 256 bytes."""

    kinds: Bytes
    codes: Bytes
    latin_1_kinds: bytes
    latin_1_codes: bytes


@functools.cache
def tables() -> Tables:
    """The look-up tables, built at first use (30 ms)."""
    kinds = np.full(65536, OTHER, dtype=np.uint8)
    codes = np.zeros(65536, dtype=np.uint8)
    _fill_letters(kinds)
    for kind, characters in OTHERS.items():
        kinds[[ord(c) for c in characters]] = kind
    letters = np.flatnonzero(kinds < OTHER)
    codes[letters] = letters & 0xFF
    codes[letters[codes[letters] == 0]] = 0xFF
    for script in (LATIN, CYRILLIC, ARABIC, DEVANAGARI):
        _number_letters(kinds, codes, script)
    return Tables(kinds, codes, kinds[:256].tobytes(), codes[:256].tobytes())


def _fill_letters(kinds: Bytes) -> None:
    for point in range(0x80, 0x10000):
        category = unicodedata.category(chr(point))
        if category[0] == "L":
            kinds[point] = OTHER_SCRIPT
        elif category == "Nd":
            kinds[point] = DIGIT
        elif category == "Zs":
            kinds[point] = SPACE
    for start, end, script, marks in BLOCKS:
        for point in range(start, end + 1):
            category = unicodedata.category(chr(point))
            if category[0] == "L" or (category[0] == "M" and marks) or category == "Nl":
                kinds[point] = script | (UPPER if category in {"Lu", "Lt"} else 0)
    for points in NOT_LETTERS:
        kinds[points] = OTHER


def _number_letters(kinds: Bytes, codes: Bytes, script: int) -> None:
    """Equal numbers for capital and small letter; letters that no supported language uses share their base's number."""
    of_script = np.flatnonzero((kinds < OTHER) & (kinds & 31 == script)).tolist()
    free = iter([c for c in range(1, 256) if not 97 <= c <= 122])
    number: dict[str, int] = {chr(c): c for c in range(97, 123)} if script == LATIN else {}
    seldom = []
    for point in of_script:
        low = fold(chr(point))
        if low not in number and (script != LATIN or _is_common_latin(ord(low))):
            number[low] = next(free, 0)
        if low not in number or not number[low]:
            seldom.append(point)
        else:
            codes[point] = number[low]
    for point in seldom:
        base = fold(unicodedata.normalize("NFKD", chr(point))[0])
        codes[point] = number.get(base) or 255


def _is_common_latin(point: int) -> bool:
    return point < 0x180 or 0x1EA0 <= point < 0x1EFA or point in {0x1A1, 0x1B0, 0x219, 0x21B}


def fold(letter: str) -> str:
    """The lower-case letter; full-width Latin becomes plain."""
    if "\uff21" <= letter <= "\uff5a":
        letter = chr(ord(letter) - 0xFEE0)
    low = letter.lower()
    return low if len(low) == 1 else letter


class Language(NamedTuple):
    """A language that can be a target: its code, English name and script, and how it is told from others."""

    code: str
    name: str
    script: int
    names: tuple[str, ...]


_NAMES: dict[int, dict[str, tuple[str, ...]]] = {
    LATIN: {
        "en": ("English", "英语", "英文"), "fr": ("French", "Français", "法语", "法文"),
        "de": ("German", "Deutsch", "德语", "德文"), "es": ("Spanish", "Español", "Castilian", "西班牙语"),
        "pt": ("Portuguese", "Português", "葡萄牙语"), "it": ("Italian", "Italiano", "意大利语"),
        "nl": ("Dutch", "Nederlands", "Flemish", "荷兰语"), "sv": ("Swedish", "Svenska", "瑞典语"),
        "pl": ("Polish", "Polski", "波兰语"), "cs": ("Czech", "Čeština", "捷克语"),
        "ro": ("Romanian", "Română", "Moldavian", "罗马尼亚语"), "hu": ("Hungarian", "Magyar", "匈牙利语"),
        "tr": ("Turkish", "Türkçe", "土耳其语"), "vi": ("Vietnamese", "Tiếng Việt", "越南语"),
        "id": ("Indonesian", "Bahasa Indonesia", "印尼语", "印度尼西亚语"),
        "sw": ("Swahili", "Kiswahili", "斯瓦希里语"), "fi": ("Finnish", "Suomi", "芬兰语"),
        "da": ("Danish", "Dansk", "丹麦语"), "no": ("Norwegian", "Norsk", "挪威语"),
    },
    CYRILLIC: {
        "ru": ("Russian", "Русский", "俄语", "俄文"), "uk": ("Ukrainian", "Українська", "乌克兰语"),
        "bg": ("Bulgarian", "Български", "保加利亚语"),
    },
    ARABIC: {
        "ar": ("Arabic", "العربية", "阿拉伯语"), "fa": ("Persian", "Farsi", "فارسی", "波斯语"),
        "ur": ("Urdu", "اردو", "乌尔都语"),
    },
    DEVANAGARI: {"hi": ("Hindi", "हिन्दी", "हिंदी", "印地语"), "mr": ("Marathi", "मराठी", "马拉地语")},
    HAN: {"zh": ("Chinese", "Mandarin", "中文", "汉语", "漢語", "普通话", "简体中文", "繁體中文", "繁体中文")},
    KANA: {"ja": ("Japanese", "日本語", "日语", "日文")},
    HANGUL: {"ko": ("Korean", "한국어", "韩语", "韩文")},
    THAI: {"th": ("Thai", "ไทย", "ภาษาไทย", "泰语")},
    GREEK: {"el": ("Greek", "Ελληνικά", "希腊语")},
    HEBREW: {"he": ("Hebrew", "עברית", "希伯来语")},
    BENGALI: {"bn": ("Bengali", "Bangla", "বাংলা", "孟加拉语")},
    TAMIL: {"ta": ("Tamil", "தமிழ்", "泰米尔语")},
    TELUGU: {"te": ("Telugu", "తెలుగు", "泰卢固语")},
    GURMUKHI: {"pa": ("Punjabi", "ਪੰਜਾਬੀ")},
    GUJARATI: {"gu": ("Gujarati", "ગુજરાતી")},
    KANNADA: {"kn": ("Kannada", "ಕನ್ನಡ")},
    MALAYALAM: {"ml": ("Malayalam", "മലയാളം")},
    SINHALA: {"si": ("Sinhala", "Sinhalese", "සිංහල")},
    GEORGIAN: {"ka": ("Georgian", "ქართული")},
    ARMENIAN: {"hy": ("Armenian", "Հայերեն")},
    ETHIOPIC: {"am": ("Amharic", "አማርኛ")},
}  # fmt: skip

LANGUAGES: dict[str, Language] = {
    code: Language(code, names[0], script, names)
    for script, rows in _NAMES.items()
    for code, names in rows.items()
}
"""Code -> language. Where several share a script, words are told apart by their letters (`langid`); else by script."""

THREE_LETTERS = {
    "eng": "en", "fra": "fr", "fre": "fr", "deu": "de", "ger": "de", "spa": "es", "por": "pt", "ita": "it", "nld": "nl",
    "dut": "nl", "swe": "sv", "pol": "pl", "ces": "cs", "cze": "cs", "ron": "ro", "rum": "ro", "hun": "hu", "tur": "tr",
    "vie": "vi", "ind": "id", "swa": "sw", "swh": "sw", "fin": "fi", "dan": "da", "nor": "no", "nob": "no", "nb": "no",
    "rus": "ru", "ukr": "uk", "bul": "bg", "ara": "ar", "arb": "ar", "fas": "fa", "per": "fa", "pes": "fa", "urd": "ur",
    "hin": "hi", "mar": "mr", "zho": "zh", "chi": "zh", "cmn": "zh", "jpn": "ja", "jp": "ja", "kor": "ko", "kr": "ko",
    "cn": "zh", "tha": "th", "ell": "el", "gre": "el", "heb": "he", "iw": "he", "ben": "bn", "tam": "ta", "tel": "te",
    "pan": "pa", "guj": "gu", "kan": "kn", "mal": "ml", "sin": "si", "kat": "ka", "geo": "ka", "hye": "hy", "arm": "hy",
    "amh": "am", "in": "id", "tw": "zh",
}  # fmt: skip

_SPELLINGS = {
    **{name.casefold(): code for code, row in LANGUAGES.items() for name in row.names},
    **{code: code for code in LANGUAGES},
    **THREE_LETTERS,
}


def find_language(spelling: str) -> str | None:
    """The code of the language a user means, or None: `zh-CN`, `zh_Hans`, `zho`, `Chinese`, `中文` are all "zh"."""
    low = spelling.strip().casefold()
    if low in _SPELLINGS:
        return _SPELLINGS[low]
    head = low.replace("_", "-").split("-")[0].split("(")[0].strip()
    return _SPELLINGS.get(head)
