"""Taking an erased person's rows out of delivered files; every other row stays as it was received."""

from __future__ import annotations

import csv
import gzip
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.deliveries.chunks import APPLICANT
from warehouse.deliveries.csv_lines import MAX_LINE_BYTES, Lines, Mask, blocks, open_text, split_lines, without_lines
from warehouse.deliveries.faults import refusing_faults
from warehouse.deliveries.folders import TableFile
from warehouse.file_copy import fsync, put_in_place

_CREDIT = "SK_ID_BUREAU"
_DIGITS = re.compile(rb"[1-9][0-9]*|0")
_POWER = re.compile(rb"[0-9.][eE][+-]?[0-9]")
#: Up to here a 64-bit float holds every integer exactly; a key beyond is taken in as an integer alone.
_EXACT = 2.0**53
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Keys:
    """Applicants, and the credits that the bureau reported for them."""

    applicants: frozenset[int]
    credits: frozenset[int]

    def of(self, table: str) -> tuple[str, frozenset[int]]:
        """The column that tells in this table whose a row is, and its values that are looked for."""
        return (_CREDIT, self.credits) if table == "bureau_balance" else (APPLICANT, self.applicants)


def _key_of(cell: str) -> int | None:
    """The key as ingest reads it: 100001, 0100001, 100001.0, +1.00001e5; None where the cell holds none."""
    text = cell.strip().strip(' "')
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if abs(number) < _EXACT and number.is_integer() else None


def _wanted(values: Iterable[str | None], keys: frozenset[int]) -> Mask:
    return np.fromiter((value is not None and _key_of(value) in keys for value in values), dtype=np.bool_)


def _names_any(line: bytes, keys: frozenset[bytes]) -> bool:
    return any(found in keys for found in _DIGITS.findall(line))


def _lines_of(lines: Lines, names: list[str], column: str, keys: frozenset[int]) -> Mask:
    """The lines of these keys. Few lines hold such digits, or a power of ten, at all; the others are not read."""
    digits = frozenset(str(key).encode() for key in keys)
    found: Mask = np.zeros(len(lines.starts), dtype=np.bool_)
    has_powers = _POWER.search(lines.data) is not None
    if not has_powers and not any(key in lines.data for key in digits):
        return found
    for number in range(len(lines.starts)):
        line = lines.line(number)
        is_named = _names_any(line, digits)
        if is_named or (has_powers and _POWER.search(line)):
            key = _key_in(line, names, column)
            found[number] = is_named if key is None else key in keys
    return found


def _key_in(line: bytes, names: list[str], column: str) -> int | None:
    """Whose a line is; None where that cannot be told: then it goes if it holds the digits anywhere."""
    try:
        cells = next(csv.reader([line.decode("utf-8")], strict=True))
    except (csv.Error, UnicodeDecodeError):
        return None
    return _key_of(cells[names.index(column)]) if len(cells) == len(names) and column in names else None


def _csv_names(header: bytes) -> list[str]:
    text = header.removeprefix(_BYTE_ORDER_MARK).decode("utf-8", errors="replace").rstrip("\r\n")
    return next(csv.reader([text]), [])


def _csv_parts(file: TableFile, keys: Keys) -> Iterator[tuple[bytes, int]]:
    """The bytes that stay, block by block, and how many rows of each go."""
    column, values = keys.of(file.table)
    with open_text(file) as stream:
        header = stream.readline(MAX_LINE_BYTES)
        names = _csv_names(header)
        yield header, 0
        for data in blocks(stream):
            lines = split_lines(data)
            left_out = _lines_of(lines, names, column, values)
            n_removed = int(left_out.sum())
            yield (without_lines(lines, left_out) if n_removed else data), n_removed


def _key_texts(column: pa.Array) -> pl.Series:
    """Keys as text, however the file types them."""
    cells = pl.Series(pl.from_arrow(column))
    if cells.dtype == pl.Binary:
        return pl.Series([None if cell is None else cell.decode("utf-8", errors="replace") for cell in cells], dtype=pl.String)
    if cells.dtype.is_numeric():
        cells = cells.cast(pl.Int64, strict=False)
    return cells.cast(pl.String, strict=False)


def _parquet_keys(column: pa.Array) -> list[int | None]:
    return [None if cell is None else _key_of(cell) for cell in _key_texts(column)]


def _parquet_mask(column: pa.Array, keys: frozenset[int]) -> Mask:
    return _wanted(_key_texts(column), keys)


def _count_in_parquet(file: TableFile, keys: Keys) -> int:
    column, values = keys.of(file.table)
    with pq.ParquetFile(file.path) as parquet:
        if column not in parquet.schema_arrow.names:
            return 0
        batches = parquet.iter_batches(columns=[column])
        return sum(int(_parquet_mask(batch.column(0), values).sum()) for batch in batches)


def count_in_file(file: TableFile, keys: Keys) -> int:
    """Rows of these people in a delivered file.

    Raises:
        DeliveryRefusedError: the file cannot be read.
        ResourceError: it is gone, or may not be read.
    """
    if not keys.of(file.table)[1]:
        return 0
    with refusing_faults(file):
        if file.is_parquet:
            return _count_in_parquet(file, keys)
        return sum(n_removed for _, n_removed in _csv_parts(file, keys))


def credits_in_file(file: TableFile, applicants: frozenset[int]) -> set[int]:
    """The credits of these applicants in a delivered bureau file. Raises as `count_in_file` does."""
    if file.table != "bureau":
        return set()
    with refusing_faults(file):
        pairs = _parquet_pairs(file) if file.is_parquet else _csv_pairs(file, applicants)
        return {int(credit) for applicant, credit in pairs if applicant in applicants and credit is not None}


def _parquet_pairs(file: TableFile) -> Iterator[tuple[int | None, int | None]]:
    with pq.ParquetFile(file.path) as parquet:
        if {APPLICANT, _CREDIT} <= set(parquet.schema_arrow.names):
            for batch in parquet.iter_batches(columns=[APPLICANT, _CREDIT]):
                yield from zip(*(_parquet_keys(batch.column(name)) for name in (APPLICANT, _CREDIT)), strict=True)


def _csv_pairs(file: TableFile, applicants: frozenset[int]) -> Iterator[tuple[int | None, int | None]]:
    with open_text(file) as stream:
        names = _csv_names(stream.readline(MAX_LINE_BYTES))
        if not {APPLICANT, _CREDIT} <= set(names):
            return
        for data in blocks(stream):
            lines = split_lines(data)
            mine = np.flatnonzero(_lines_of(lines, names, APPLICANT, applicants))
            for number in mine.tolist():
                cells = next(csv.reader([lines.text(number)]), [])
                if len(cells) == len(names):
                    applicant, credit = (_key_of(cells[names.index(name)]) for name in (APPLICANT, _CREDIT))
                    yield applicant, credit


@contextmanager
def _packed(file: TableFile, path: Path) -> Iterator[IO[bytes]]:
    if file.name.endswith(".gz"):
        with gzip.open(path, "wb") as packed:
            yield cast("IO[bytes]", packed)
    else:
        with path.open("wb") as stream:
            yield stream


def _write_parquet(file: TableFile, fresh: Path, keys: Keys) -> int:
    column, values = keys.of(file.table)
    n_removed = 0
    with pq.ParquetFile(file.path) as parquet:
        groups = parquet.metadata.num_row_groups
        compression = parquet.metadata.row_group(0).column(0).compression.lower() if groups else "snappy"
        with pq.ParquetWriter(fresh, parquet.schema_arrow, compression=compression.replace("uncompressed", "none")) as writer:
            for batch in parquet.iter_batches():
                mask = _parquet_mask(batch.column(column), values)
                n_removed += int(mask.sum())
                writer.write_batch(batch.filter(pc.invert(pa.array(mask))))
    return n_removed


def _write_csv(file: TableFile, fresh: Path, keys: Keys) -> int:
    n_removed = 0
    with _packed(file, fresh) as out:
        for data, n in _csv_parts(file, keys):
            out.write(data)
            n_removed += n
    return n_removed


def strip_file(file: TableFile, keys: Keys) -> int:
    """Writes a delivered file anew without the rows of these people, in one step; how many those were.

    Raises:
        DeliveryRefusedError: the file cannot be read.
        ResourceError: it is gone, may not be read or written, or there is no space.
    """
    fresh = file.path.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        with refusing_faults(file):
            n_removed = _write_parquet(file, fresh, keys) if file.is_parquet else _write_csv(file, fresh, keys)
        fresh.chmod(file.path.stat().st_mode & 0o777)
        fsync(fresh)
        put_in_place(fresh, file.path)
    finally:
        fresh.unlink(missing_ok=True)
    return n_removed
