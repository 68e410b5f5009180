"""Rows of files: what is read, and how bad input is named."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from r1rewards import files
from r1rewards.errors import BadRowError
from r1rewards.rows import BadRow, Keys, Row, columns_of, read_rows

GOOD = b'{"completion": "a", "answer": "4", "prompt_id": 7}\n'


def read(path: Path, content: bytes, keys: Keys | None = None) -> list[Row | BadRow]:
    path.write_bytes(content)
    return list(read_rows(str(path), keys))


BAD = {
    "not json": (b"nope", "not JSON: Expecting value at column 1"),
    "half a line": (b'{"completion": "a"', "not JSON"),
    "half a text": (b'{"completion": "a', "not JSON: Invalid control character at column 18"),
    "a row over lines": (b"{", "spread over several lines"),
    "a list": (b"[1, 2]", "a row is a JSON object, not a list"),
    "null": (b"null", "not null"),
    "wrong type": (b'{"completion": 3}', "completion: should be text"),
    "wrong reference": (b'{"completion": "a", "answer": true}', "reference: should be text"),
    "wrong prefilled": (
        b'{"completion": "a", "prefilled": "yes"}',
        "prefilled: should be true or false",
    ),
    "null completion": (b'{"completion": null, "answer": "4"}', "completion is null"),
    "no message": (b'{"completion": {"a": 1}}', "'role' and 'content'; this mapping has 'a'"),
    "a message's number": (b'{"completion": {"content": 5}}', "completion: a message's content"),
    "a prompt's number": (
        b'{"completion": "a", "prompt": {"content": 5}}',
        "prompt: a message's content",
    ),
    "no completion": (b'{"answer": "4"}', "no completion: looked for"),
    "nul bytes": (b'{"completion": "a\x00b"}', "not JSON"),
    "not utf-8": (b'{"completion": "\xff"}', "not UTF-8 (byte 16"),
    "deep nesting": (b"[" * 100_000, "not JSON"),
    "huge number": (b'{"completion": ' + b"9" * 10_000 + b"}", ""),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_row_is_named_with_file_and_line_and_the_rest_is_read(
    name: str, tmp_path: Path
) -> None:
    content, why = BAD[name]
    path = tmp_path / "rows.jsonl"
    first, bad, last = read(path, GOOD + content + b"\n" + GOOD)
    assert isinstance(first, Row)
    assert isinstance(last, Row)
    assert isinstance(bad, BadRow)
    assert str(bad).startswith(f"{path}:2: ")
    assert why in bad.why


def test_a_line_of_many_megabytes_is_skipped_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_LINE_BYTES", 1 << 20)
    long = b'{"completion": "' + b"a" * (3 << 20) + b'"}\n'
    found = read(tmp_path / "rows.jsonl", GOOD + long + GOOD + long[:-1])
    assert [type(row) for row in found] == [Row, BadRow, Row, BadRow]
    assert "line of more than 1 MB" in str(found[1])


def test_blank_lines_a_byte_order_mark_and_crlf_are_no_matter(tmp_path: Path) -> None:
    found = read(
        tmp_path / "rows.jsonl",
        b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n") + b"\n \n" + GOOD[:-1],
    )
    assert [row.place[-2:] for row in found] == [":1", ":4"]
    assert all(isinstance(row, Row) for row in found)


def test_lone_surrogates_are_text(tmp_path: Path) -> None:
    (row,) = read(tmp_path / "rows.jsonl", b'{"completion": "\\ud800"}')
    assert isinstance(row, Row)
    assert row.completion == "\ud800"


def test_gzip_is_read_and_a_broken_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.gz"
    assert len(read(path, gzip.compress(GOOD * 3))) == 3
    *_, last = read(path, gzip.compress(GOOD * 3)[:-9])
    assert isinstance(last, BadRow)
    assert "the rest of the file cannot be read" in str(last)
    path.write_bytes(b"plain")
    with pytest.raises(BadRowError, match="cannot be read"):
        list(read_rows(str(path)))


def test_a_directory_and_an_absent_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadRowError, match="is a directory"):
        list(read_rows(str(tmp_path)))
    with pytest.raises(BadRowError, match="No such file"):
        list(read_rows(str(tmp_path / "absent.jsonl")))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(GOOD)
    path.chmod(0)
    with pytest.raises(BadRowError, match="Permission denied"):
        list(read_rows(str(path)))


def test_parquet_is_read(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "rows.parquet"
    table = pa.Table.from_pylist(
        [{"completion": "a", "reward_model": {"ground_truth": "4", "style": "rule"}, "group": 1}]
        * 3
    )
    parquet.write_table(table, path)
    found = list(read_rows(str(path)))
    assert len(found) == 3
    assert isinstance(found[0], Row)
    assert found[0].reference == "4"
    path.write_bytes(b"PAR1 is not enough")
    with pytest.raises(BadRowError, match="as parquet"):
        list(read_rows(str(path)))


def test_keys_say_where_to_look(tmp_path: Path) -> None:
    content = json.dumps({"out": {"text": "a"}, "meta": {"gold": "4"}, "answer": "5"}).encode()
    (row,) = read(tmp_path / "rows.jsonl", content, Keys(completion="out.text", answer="meta.gold"))
    assert isinstance(row, Row)
    assert (row.completion, row.reference) == ("a", "4")


def test_options_of_rewards_are_taken_from_rows_only_where_they_are_data() -> None:
    raw = {"completion": "a", "prefilled": True, "style": "modern", "difficulty": 3}
    row = Row("f:1", raw, "a", columns=raw)
    assert columns_of([row], ["prefilled", "style"]) == {"prefilled": [True], "difficulty": [3]}
