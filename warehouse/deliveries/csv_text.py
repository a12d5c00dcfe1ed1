"""CSV files in bounded chunks: every cell as text, columns by their name in the header, in whatever order they come."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import IO

import numpy as np
import polars as pl

from schemas.errors import DeliveryRefusedError
from schemas.tables import table
from warehouse.deliveries.chunks import APPLICANT, BROKEN_SCHEMA, ROW_NUMBER, Chunk, Header, compare_header, empty, unreadable
from warehouse.deliveries.csv_lines import (
    MAX_LINE_BYTES,
    Lines,
    Mask,
    blocks,
    broken_lines,
    open_text,
    split_lines,
    without_lines,
)
from warehouse.deliveries.folders import TableFile

_OTHER_DELIMITERS = {";": "semicolon", "\t": "tab", "|": "bar"}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MAX_KEY_DIGITS = 18


def _wrong_delimiter(file: TableFile, line: str) -> DeliveryRefusedError | None:
    found = [name for sign, name in _OTHER_DELIMITERS.items() if sign in line]
    if not found or "," in line:
        return None
    return DeliveryRefusedError(
        "wrong_delimiter",
        f"the header of {file.name} is divided by {found[0]}s",
        expected="commas between the columns",
        where=str(file.path),
        remedy="export the file again with commas",
    )


def _names(file: TableFile, stream: IO[bytes]) -> list[str]:
    """The column names of the first line, where it is one."""
    first = stream.readline(MAX_LINE_BYTES)
    if len(first) >= MAX_LINE_BYTES:
        raise unreadable(file, "its header has no end")
    try:
        line = first.removeprefix(_BYTE_ORDER_MARK).decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise unreadable(file, "its header is not UTF-8") from None
    if not line.strip():
        raise empty(file)
    if refusal := _wrong_delimiter(file, line):
        raise refusal
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error:
        raise unreadable(file, "its header has a quote left open") from None


def read_csv_header(file: TableFile) -> Header:
    """The columns of a CSV file.

    Raises:
        DeliveryRefusedError: `empty_file`, `wrong_delimiter`, `unreadable_file`, `missing_column`, `duplicate_column`.
    """
    with open_text(file) as stream:
        return compare_header(table(file.table), file, _names(file, stream))


def count_csv_rows(file: TableFile) -> int:
    """Lines after the header that are not blank."""
    with open_text(file) as stream:
        stream.readline(MAX_LINE_BYTES)
        return sum(len(split_lines(data).starts) for data in blocks(stream))


def _applicant(line: str, index: int | None) -> int | None:
    """The applicant's key of a broken line, where it stands first and is whole: further on, nobody knows whose cell it is."""
    first, comma, _ = line.partition(",")
    key = first.strip().strip('"') if index == 0 and comma else ""
    return int(key) if key.isascii() and key.isdigit() and len(key) <= _MAX_KEY_DIGITS else None


def _broken_frame(lines: Lines, rules: dict[int, str], first_row: int, key_index: int | None) -> pl.DataFrame:
    indices = sorted(rules)
    texts = [lines.text(index) for index in indices]
    return pl.DataFrame(
        {
            "row_number": [first_row + index for index in indices],
            "application_id": [_applicant(text, key_index) for text in texts],
            "rule": [rules[index] for index in indices],
            "original_text": texts,
        },
        schema=BROKEN_SCHEMA,
    )


def _parse(text: bytes, names: list[str], wanted: tuple[str, ...]) -> pl.DataFrame:
    if not text:
        return pl.DataFrame(schema=dict.fromkeys(wanted, pl.String))
    places = {name: place for place, name in enumerate(names)}
    frame = pl.read_csv(
        text,
        has_header=False,
        schema={f"column_{i}": pl.String() for i in range(len(names))},
        columns=[places[name] for name in wanted],
        quote_char='"' if b'"' in text else None,
    )
    return frame.rename({f"column_{places[name]}": name for name in wanted})


def _chunk(file: TableFile, data: bytes, names: list[str], header: Header, first_row: int) -> Chunk:
    lines = split_lines(data)
    rules = broken_lines(lines, len(names))
    is_broken: Mask = np.zeros(len(lines.starts), dtype=np.bool_)
    is_broken[list(rules)] = True
    whole = np.flatnonzero(~is_broken)
    frame = _parse(without_lines(lines, is_broken), names, header.columns)
    if frame.height != len(whole):
        raise unreadable(file, f"{frame.height} rows came of {len(whole)} lines")
    key_index = names.index(APPLICANT) if APPLICANT in names else None
    return Chunk(
        frame.with_columns(pl.Series(ROW_NUMBER, whole + first_row, dtype=pl.Int64)),
        _broken_frame(lines, rules, first_row, key_index),
        lambda positions: [lines.text(int(whole[position])) for position in positions],
    )


def read_csv_chunks(file: TableFile, header: Header) -> Iterator[Chunk]:
    """The rows of a CSV file, every cell as text.

    Raises:
        DeliveryRefusedError: `unreadable_file`.
    """
    first_row = 1
    with open_text(file) as stream:
        names = _names(file, stream)
        for data in blocks(stream):
            chunk = _chunk(file, data, names, header, first_row)
            yield chunk
            first_row += chunk.n_rows
