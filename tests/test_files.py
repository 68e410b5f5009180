"""Files and folders of every kind give the same rows."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from r1rewards.errors import BadRowError
from r1rewards.files import Meter, raw_rows

ROWS = [{"completion": f"c{i}", "answer": str(i)} for i in range(1500)]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS)


def rows_of(path: Path) -> list[dict]:
    meter = Meter()
    found = [row for _, row in raw_rows(str(path), meter)]
    assert meter.share is None or meter.share > 0.99
    return found


def test_lines_packed_lines_and_arrays_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(LINES)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(LINES.encode()))
    (tmp_path / "array.json").write_text(json.dumps(ROWS, indent=1))
    (tmp_path / "lines.json").write_text(LINES)
    for name in ("a.jsonl", "a.jsonl.gz", "array.json", "lines.json"):
        assert rows_of(tmp_path / name) == ROWS, name


def test_the_meter_rises_with_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(LINES)
    meter = Meter()
    shares = [meter.share for _ in raw_rows(str(path), meter)]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_broken_array_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("[{")
    with pytest.raises(BadRowError, match="not JSON"):
        list(raw_rows(str(path)))
    path.write_text("[1]")
    assert next(raw_rows(str(path)))[1] == "a row is a JSON object, not a number"


def test_one_row_over_several_lines_is_read_as_json(tmp_path: Path) -> None:
    path = tmp_path / "row.json"
    path.write_text(json.dumps(ROWS[0], indent=2))
    assert rows_of(path) == ROWS[:1]
    path.write_text('{ "completion": "a" }\n{ "completion": "b" }\n')
    assert rows_of(path) == [{"completion": "a"}, {"completion": "b"}]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", gzip.compress(b"{}"), "rename it to end in .gz"),
        ("a.jsonl", b"PAR1\x15\x04", "rename it to end in .parquet"),
        ("a.csv", b"completion,answer\n", "save it as one of these"),
        ("a.xlsx", b"PK", "save it as one of these"),
    ],
)
def test_what_is_no_text_says_what_it_is(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadRowError, match=message):
        list(raw_rows(str(path)))


def test_of_a_packed_file_that_was_cut_off_the_whole_rows_are_read(tmp_path: Path) -> None:
    # Lines that hardly pack: else all of them are in the first block, which is lost whole.
    rows = [{"completion": random.Random(i).randbytes(99).hex()} for i in range(2000)]
    packed = gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode())
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(packed[: len(packed) // 2])
    *read, (place, why) = raw_rows(str(path))
    assert len(read) > 500
    assert [row for _, row in read] == rows[: len(read)]
    assert place == f"{path}:{len(read) + 1}"
    assert "the rest of the file cannot be read: " in str(why)
    path.write_bytes(packed[:20])
    with pytest.raises(BadRowError, match="cannot be read: Compressed file ended"):
        list(raw_rows(str(path)))
    path.write_bytes(packed[:5000] + bytes(5000) + packed[10000:])  # damaged: zlib.error
    with pytest.raises(BadRowError, match="cannot be read: Error -3"):
        list(raw_rows(str(path)))


def tables(pa, rows: list[dict]):
    return pa.Table.from_pylist(rows)


def save_as_datasets_does(pa, folder: Path, rows: list[dict]) -> None:
    """`Dataset.save_to_disk`: arrow streams beside `state.json`."""
    folder.mkdir(parents=True)
    names = []
    for i, part in enumerate((rows[:700], rows[700:])):
        name = f"data-{i:05}-of-00002.arrow"
        table = tables(pa, part)
        with pa.ipc.new_stream(str(folder / name), table.schema) as stream:
            stream.write_table(table, max_chunksize=100)
        names.append({"filename": name})
    (folder / "state.json").write_text(json.dumps({"_data_files": names, "_split": None}))
    (folder / "dataset_info.json").write_text("{}")


def test_a_saved_data_set_and_a_dictionary_of_them_are_read(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    save_as_datasets_does(pa, tmp_path / "one", ROWS)
    assert rows_of(tmp_path / "one") == ROWS
    for split in ("train", "test"):
        save_as_datasets_does(pa, tmp_path / "both" / split, ROWS)
    (tmp_path / "both" / "dataset_dict.json").write_text(json.dumps({"splits": ["train", "test"]}))
    assert rows_of(tmp_path / "both") == ROWS * 2


def test_a_folder_of_tables_is_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import feather, parquet

    (tmp_path / "data").mkdir()
    parquet.write_table(tables(pa, ROWS[:800]), tmp_path / "data" / "train-00000.parquet")
    parquet.write_table(tables(pa, ROWS[800:]), tmp_path / "data" / "train-00001.parquet")
    (tmp_path / "README.md").write_text("not rows")
    assert rows_of(tmp_path) == ROWS
    feather.write_feather(tables(pa, ROWS), str(tmp_path / "one.arrow"), compression="uncompressed")
    assert rows_of(tmp_path / "one.arrow") == ROWS


def test_zstd_is_read_through_pyarrow(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    path = tmp_path / "a.jsonl.zst"
    with pa.output_stream(str(path), compression="zstd") as stream:
        stream.write(LINES.encode())
    assert rows_of(path) == ROWS


def test_an_arrow_file_that_is_none_is_named(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    path = tmp_path / "a.arrow"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(BadRowError, match="as arrow"):
        list(raw_rows(str(path)))
