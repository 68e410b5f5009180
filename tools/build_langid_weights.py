"""Derive `r1rewards/text/langid_weights.npz` from the model that py3langid 0.4 ships (BSD-3-Clause).

Run: `python tools/build_langid_weights.py` in an environment with py3langid and NumPy. The output is the same bytes
for the same model: rows sorted, no time stamps.

py3langid scores a text by the byte n-grams that an automaton finds in it (at each byte the longest known one that ends
there), with log-probabilities per language. Of these we keep, for each script that several languages share, the n-grams
that can occur inside one lower-case word with a space on each side, and the columns of the languages we support,
centred on their mean (only differences between languages decide) and rounded to 1/16 nat in int8.

For each script the file holds
    <script>.keys      (n,) uint64, sorted: the n-gram's bytes, first byte lowest, and its length in the top byte
    <script>.weights   (n, languages) int8, 1/16 nat
    <script>.languages (languages,) str
"""

from __future__ import annotations

import io
import lzma
import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

OUTPUT = Path(__file__).parents[1] / "r1rewards" / "text" / "langid_weights.npz"

LANGUAGES = {
    "latin": [
        "en", "fr", "de", "es", "pt", "it", "nl", "sv", "pl", "cs", "ro", "hu", "tr", "vi", "id", "sw", "fi", "da",
        "no",
    ],
    "cyrillic": ["ru", "uk", "bg"],
    "arabic": ["ar", "fa", "ur"],
    "devanagari": ["hi", "mr"],
}  # fmt: skip
LETTERS = {
    "latin": [*range(0x61, 0x7B), *range(0xDF, 0x180), 0x1A1, 0x1B0, 0x219, 0x21B, *range(0x1EA0, 0x1EFA)],
    "cyrillic": [*range(0x430, 0x460), 0x491, *range(0x492, 0x500)],
    "arabic": [*range(0x620, 0x660), *range(0x66E, 0x6D4)],
    "devanagari": [*range(0x900, 0x964)],
}  # fmt: skip


def main() -> None:
    """Write the table and print its size."""
    grams, log_p, classes = read_model()
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for script, languages in LANGUAGES.items():
        fitting = [i for i, gram in enumerate(grams) if can_occur(gram, script)]
        columns = [classes.index(code) for code in languages]
        rows = log_p[np.ix_(fitting, columns)]
        weights = np.clip(np.rint(16 * (rows - rows.mean(axis=1, keepdims=True))), -127, 127)
        keys = np.array([packed(grams[i]) for i in fitting], dtype=np.uint64)
        order = np.argsort(keys)
        arrays[f"{script}.keys"] = keys[order]
        arrays[f"{script}.weights"] = weights[order].astype(np.int8)
        arrays[f"{script}.languages"] = np.array(languages)
        print(f"{script}: {len(fitting)} n-grams x {len(languages)} languages")
    write(arrays)
    print(f"{OUTPUT.name}: {OUTPUT.stat().st_size / 1e6:.2f} MB")


def read_model() -> tuple[list[bytes], npt.NDArray[np.float64], list[str]]:
    """The n-grams, their log-probabilities (n-grams, classes) and the class names."""
    import py3langid

    path = Path(py3langid.__file__).parent / "data" / "model.npz.xz"
    model = np.load(io.BytesIO(lzma.decompress(path.read_bytes())))
    next_row, row_of, feature_of = (
        model["nextmove"].reshape(-1, 256), model["nextmove_row"], model["out_feat"],
    )  # fmt: skip
    text_of = {0: b""}
    queue = [0]
    for state in queue:  # breadth first: a state is first met along its own n-gram
        for byte, target in enumerate(next_row[row_of[state]].tolist()):
            if target not in text_of:
                text_of[target] = text_of[state] + bytes([byte])
                queue.append(target)
    grams: dict[int, bytes] = {}
    for (
        state,
        text,
    ) in text_of.items():  # of the states that report a feature, its own is the shortest
        feature = int(feature_of[state])
        if feature >= 0 and len(text) < len(grams.get(feature, text + b"x")):
            grams[feature] = text
    log_p = model["ptc"].astype(np.float64)
    return [grams[i] for i in range(len(log_p))], log_p, model["classes"].tolist()


def can_occur(gram: bytes, script: str) -> bool:
    """True where `gram` can stand inside the UTF-8 of `" word "`, a word of lower-case letters of `script`."""
    alphabet = {chr(c).encode() for c in LETTERS[script]}
    inner = gram[gram.startswith(b" ") : len(gram) - gram.endswith(b" ") if len(gram) > 1 else None]
    if not inner or b" " in inner:
        return False
    for head in range(min(3, len(inner) + 1)):  # bytes of a letter cut at the start
        if all(b & 0xC0 == 0x80 for b in inner[:head]) and _spells(inner[head:], alphabet, head):
            return not (head and gram.startswith(b" ")) and _tail_fits(gram, inner, alphabet, head)
    return False


def _spells(text: bytes, alphabet: set[bytes], head: int) -> bool:
    """True where `text` is letters of `alphabet`, the last one perhaps cut short."""
    i = 0
    while i < len(text):
        size = 1 if text[i] < 0x80 else 2 if text[i] < 0xE0 else 3
        letter = text[i : i + size]
        whole = len(letter) == size
        if not (letter in alphabet if whole else any(a.startswith(letter) for a in alphabet)):
            return False
        i += size
    return bool(text) or head > 0


def _tail_fits(gram: bytes, inner: bytes, alphabet: set[bytes], head: int) -> bool:
    """A space may follow only a whole letter."""
    if not gram.endswith(b" "):
        return True
    text = inner[head:]
    return not text or text[-1] < 0x80 or any(text.endswith(a) for a in alphabet)


def packed(gram: bytes) -> int:
    """The bytes as one number, first byte lowest, and the length above them."""
    return int.from_bytes(gram, "little") | len(gram) << 56


def write(arrays: dict[str, npt.NDArray[np.generic]]) -> None:
    """An npz file without time stamps."""
    with zipfile.ZipFile(OUTPUT, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, array, allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, buffer.getvalue())


if __name__ == "__main__":
    main()
