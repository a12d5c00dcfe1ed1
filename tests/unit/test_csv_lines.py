"""A CSV file is cut into lines that are rows and lines that are not, whatever the blocks it is read in."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from warehouse.deliveries import csv_lines
from warehouse.deliveries.csv_lines import blocks, broken_lines, split_lines
from warehouse.deliveries.folders import TableFile
from warehouse.deliveries.reading import count_rows, original_texts, read_chunks, read_header

TEXT = (
    "\N{ZERO WIDTH NO-BREAK SPACE}STATUS,SK_ID_BUREAU,note,MONTHS_BALANCE\r\n"
    '0,1,"a, ""b""",-1\r\n'
    "\r\n"
    "1,2,,-2\n"
    "\n"
    '2,3,"open,-3\n'
    "3,4\n"
    'C,5,a "b",-5\n'
    "X,6,c,-6"
)


@pytest.fixture
def file(tmp_path: Path) -> TableFile:
    path = tmp_path / "bureau_balance.csv"
    path.write_bytes(TEXT.encode())
    return TableFile("bureau_balance", path, "hash", path.stat().st_size)


def test_every_line_that_is_not_blank_is_a_row_or_broken(file: TableFile) -> None:
    (chunk,) = read_chunks(file, read_header(file))
    assert chunk.frame.rows() == [("0", "1", "-1", 1), ("1", "2", "-2", 2), ("X", "6", "-6", 6)]
    assert chunk.broken.rows() == [
        (3, None, "bad_quoting", '2,3,"open,-3'),
        (4, None, "ragged_row", "3,4"),
        (5, None, "bad_quoting", 'C,5,a "b",-5'),
    ]


def test_original_lines_are_found_again(file: TableFile) -> None:
    assert original_texts(file, read_header(file), {1, 6}) == {1: '0,1,"a, ""b""",-1', 6: "X,6,c,-6"}


def test_the_header_says_which_columns_are_extra(file: TableFile) -> None:
    header = read_header(file)
    assert header.columns == ("STATUS", "SK_ID_BUREAU", "MONTHS_BALANCE")
    assert header.extra_columns == ("note",)


@pytest.mark.parametrize("size", [1, 2, 7, 30, 1000])
def test_blocks_of_any_size_give_the_same_rows(file: TableFile, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(csv_lines, "BLOCK_BYTES", size)
    chunks = list(read_chunks(file, read_header(file)))
    assert [row for chunk in chunks for row in chunk.frame.rows()] == [
        ("0", "1", "-1", 1),
        ("1", "2", "-2", 2),
        ("X", "6", "-6", 6),
    ]
    assert [number for chunk in chunks for number in chunk.broken["row_number"]] == [3, 4, 5]
    assert count_rows(file) == 6


def test_an_endless_line_is_cut_and_the_next_one_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_lines, "BLOCK_BYTES", 5)
    monkeypatch.setattr(csv_lines, "MAX_LINE_BYTES", 10)
    data = b"".join(blocks(io.BytesIO(b"a,b\n" + b"x" * 1000 + b"\nc,d\n" + b"y" * 1000)))
    lines = split_lines(data)
    assert [lines.text(i)[:3] for i in range(4)] == ["a,b", "xxx", "c,d", "yyy"]
    assert len(data) < 60
    assert broken_lines(lines, 2) == {1: "line_too_long", 3: "line_too_long"}


def test_quoted_fields_may_hold_commas_and_quotes_but_no_line_end() -> None:
    lines = split_lines(b'"a,b","c""d"\n"a\nb",c\n"",\n"a"b,c\n')
    assert broken_lines(lines, 2) == {1: "bad_quoting", 2: "bad_quoting", 4: "bad_quoting"}
