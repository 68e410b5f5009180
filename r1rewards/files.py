"""Rows as files hold them: JSONL (plain, .gz, .zst or standard input), JSON arrays, parquet, and data sets on disk.

One row at a time, so that a file of any size needs little memory. A row that cannot be read is a text that says why;
the others go on.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from r1rewards.errors import BadRowError, MissingExtraError

MAX_LINE_BYTES = (
    64 << 20
)  # a completion of 30 KB in a row of 60 KB is usual; beyond this a line is a broken file

TABLES = (".parquet", ".arrow")
LINES = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".ndjson")

RawRow = tuple[str, "dict[str, Any] | str"]
"""(place, row); a str instead of a row says what is wrong with it."""


@dataclass(slots=True)
class Meter:
    """How far a reader is: the share of the file that was read, None where nobody can tell (standard input)."""

    share: float | None = None


def raw_rows(path: str, meter: Meter | None = None) -> Iterator[RawRow]:
    """Every row of a file or folder, in order. `-` is standard input.

    Raises BadRowError where the file itself cannot be opened or read, MissingExtraError for parquet without pyarrow.
    """
    meter = meter or Meter()
    files = _files_of(path)
    for i, file in enumerate(files):
        part = Meter()
        for row in _rows_of(file, part):
            if part.share is not None:
                meter.share = (i + part.share) / len(files)
            yield row


def _files_of(path: str) -> list[str]:
    """The files behind a path: itself, or what a folder holds: a saved data set, else its tables and JSONL files."""
    folder = Path(path)
    if path == "-" or not folder.is_dir():
        return [path]
    if (folder / "dataset_dict.json").is_file():
        splits = _json_of(folder / "dataset_dict.json").get("splits", [])
        return [file for split in splits for file in _files_of(str(folder / split))]
    if (folder / "state.json").is_file():
        parts = _json_of(folder / "state.json").get("_data_files", [])
        return [str(folder / part["filename"]) for part in parts]
    found = sorted(
        str(file)
        for place in (folder, folder / "data")
        for file in place.glob("*")
        if file.name.endswith((*TABLES, *LINES))
    )
    if not found:
        raise BadRowError(f"{path}: is a directory without JSONL, parquet or arrow files; name one")
    return found


def is_read(path: str, other: str) -> bool:
    """Whether reading `path` would read the file `other`: it is that file, or stands in that folder as one to read."""
    if path == "-":
        return False
    if not Path(path).is_dir():
        return is_same(path, other)
    place = Path(other).parent.resolve()
    is_inside = place in (Path(path).resolve(), (Path(path) / "data").resolve())
    return is_inside and other.endswith((*TABLES, *LINES))


def is_same(path: str, other: str) -> bool:
    """Whether two paths name one file, through links, too."""
    if Path(path).exists() and Path(other).exists():
        return Path(path).samefile(other)
    return Path(path).resolve() == Path(other).resolve()


def _json_of(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        raise BadRowError(f"{path}: cannot be read: {e}") from e
    return found if isinstance(found, dict) else {}


def _rows_of(path: str, meter: Meter) -> Iterator[RawRow]:
    if path.endswith(".parquet"):
        yield from _table_rows(path, meter, _parquet_batches)
    elif path.endswith(".arrow"):
        yield from _table_rows(path, meter, _arrow_batches)
    elif path.endswith(".json"):
        yield from _json_rows(path, meter)
    elif path.endswith(_NOT_READ):
        raise BadRowError(
            f"{path}: JSONL, JSON, parquet and arrow are read; save it as one of these, with pandas for example: "
            f"frame.to_json('rows.jsonl', orient='records', lines=True)"
        )
    else:
        yield from _line_rows(path, meter)


_NOT_READ = (".csv", ".tsv", ".xls", ".xlsx", ".pkl", ".pickle", ".npy", ".npz", ".safetensors")


# Lines.


def _line_rows(path: str, meter: Meter) -> Iterator[RawRow]:
    name = "standard input" if path == "-" else path
    number = 0
    try:
        with _open(path) as file:
            size = _size(path)
            for number, line in _lines(file):
                if number == 1 and line is not None:
                    _check_is_text(name, line)
                if size:
                    meter.share = min(1.0, _position(file) / size)
                if line is None or line.strip():
                    yield f"{name}:{number}", _parsed(line)
    except EOFError as e:  # whoever packed it was cut off: what came before is whole
        if not number:
            raise BadRowError(f"{name}: cannot be read: {e}") from e
        yield f"{name}:{number + 1}", f"the rest of the file cannot be read: {e}"
    except (OSError, zlib.error) as e:  # damaged: what came before may be, too
        reason = e.strerror if isinstance(e, OSError) and e.strerror else str(e)
        raise BadRowError(f"{name}: cannot be read: {reason}") from e


_MAGIC = {b"\x1f\x8b": ".gz", b"\x28\xb5\x2f\xfd": ".zst", b"PAR1": ".parquet", b"ARROW1": ".arrow"}


def _check_is_text(name: str, line: bytes) -> None:
    for magic, ending in _MAGIC.items():
        if line.startswith(magic):
            raise BadRowError(
                f"{name}: is a {ending} file under another name; rename it to end in {ending}"
            )


def _open(path: str) -> IO[bytes]:
    if path == "-":
        return sys.stdin.buffer
    if path.endswith(".gz"):
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if path.endswith(".zst"):
        stream = _pyarrow().input_stream(path, compression="zstd")
        return cast("IO[bytes]", io.BufferedReader(stream, 1 << 20))
    return Path(path).open("rb")


def _size(path: str) -> int:
    return 0 if path == "-" or path.endswith(".zst") else Path(path).stat().st_size


def _position(file: Any) -> int:
    """Bytes read of the file on disk: of the packed one, where it is packed."""
    raw = getattr(file, "fileobj", None)  # what GzipFile reads from
    return os.lseek(raw.fileno(), 0, os.SEEK_CUR) if raw is not None else int(file.tell())


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines; None stands for one that is too long, which is skipped without being held in memory."""
    number = 0
    while line := file.readline(MAX_LINE_BYTES):
        number += 1
        if len(line) < MAX_LINE_BYTES or line.endswith(b"\n"):
            yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            continue
        while (rest := file.readline(1 << 20)) and not rest.endswith(b"\n"):
            pass
        yield number, None


def _parsed(line: bytes | None) -> dict[str, Any] | str:
    if line is None:
        return f"line of more than {MAX_LINE_BYTES >> 20} MB; one row per line, please"
    try:
        row = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as e:
        return f"not UTF-8 (byte {e.start} of the line); save the file as UTF-8"
    except json.JSONDecodeError as e:
        if line.strip() in {b"{", b"["}:
            return "a row spread over several lines; write each row on one (or one array, in a file named .json)"
        return f"not JSON: {e.msg.rstrip(': ').removesuffix(' at').removesuffix(' starting')} at column {e.colno}"
    except (RecursionError, ValueError) as e:
        return f"not JSON that can be read: {e}"
    if isinstance(row, list):
        return (
            "a row is a JSON object, not a list; a file that holds one array of rows is named .json"
        )
    return row if isinstance(row, dict) else f"a row is a JSON object, not {json_name(row)}"


def _json_rows(path: str, meter: Meter) -> Iterator[RawRow]:
    """A `.json` file: one array of rows, one row, or lines of JSON under another name."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
        is_array, is_spread = head.startswith(b"["), head.partition(b"\n")[0].strip() == b"{"
        found = json.loads(Path(path).read_bytes()) if is_array or is_spread else None
        found = [found] if is_spread else found
    except OSError as e:
        raise BadRowError(f"{path}: cannot be read: {e.strerror}") from e
    except (ValueError, RecursionError) as e:
        raise BadRowError(f"{path}: not JSON: {e}") from e
    if found is None:
        yield from _line_rows(path, meter)
        return
    for number, row in enumerate(found, 1):
        meter.share = number / len(found)
        is_row = isinstance(row, dict)
        yield f"{path}:{number}", row if is_row else f"a row is a JSON object, not {json_name(row)}"


def json_name(value: Any) -> str:
    """What a value is, in the words of JSON."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    names = {str: "text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)


# Tables.


def _pyarrow() -> Any:
    try:
        import pyarrow as pa
    except ImportError as e:
        raise MissingExtraError(
            "reading parquet, arrow and zstd files needs pyarrow: pip install 'r1rewards[parquet]'"
        ) from e
    return pa


def _table_rows(path: str, meter: Meter, batches: Any) -> Iterator[RawRow]:
    pa = _pyarrow()
    try:
        number = 0
        for batch, total in batches(pa, path):
            for row in batch.to_pylist():
                number += 1
                meter.share = number / total if total else None
                yield f"{path}:{number}", row
    except (OSError, pa.ArrowException) as e:
        kind = "parquet" if path.endswith(".parquet") else "arrow"
        raise BadRowError(f"{path}: cannot be read as {kind}: {e}") from e


def _parquet_batches(pa: Any, path: str) -> Iterator[tuple[Any, int]]:
    del pa
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        total = file.metadata.num_rows
        for batch in file.iter_batches(batch_size=512):
            yield batch, total


def _arrow_batches(pa: Any, path: str) -> Iterator[tuple[Any, int]]:
    """The stream that `datasets` writes, or the file format of Feather."""
    with pa.memory_map(path) as source:
        is_file = source.read(6) == b"ARROW1"
        source.seek(0)
        if is_file:
            table = pa.ipc.open_file(source)
            for i in range(table.num_record_batches):
                yield table.get_batch(i), 0
        else:
            for batch in pa.ipc.open_stream(source):
                yield batch, 0
