"""Parquet files in bounded chunks. Types may differ from ours, as a count held as double: conversion judges each cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.errors import DeliveryRefusedError, RefusalCode
from schemas.printable import name_list
from schemas.tables import Column, Table, table
from warehouse.deliveries.bounds import are_too_many, check_column_bytes, check_columns, check_parquet_size
from warehouse.deliveries.chunks import BROKEN_SCHEMA, ROW_NUMBER, Chunk, Header, chunk_rows, compare_header, empty, unreadable
from warehouse.deliveries.folders import TableFile, open_regular

#: What Polars takes in another form, or not at all, and the plain form of the same values. A wide decimal goes through text:
#: Arrow's own cast to double misses the nearest one in every fifth amount.
_PLAIN_FORMS: list[tuple[Callable[[pa.DataType], bool], pa.DataType]] = [
    (pa.types.is_string_view, pa.large_string()),
    (pa.types.is_binary_view, pa.large_binary()),
    (pa.types.is_fixed_size_binary, pa.large_binary()),
    (pa.types.is_decimal256, pa.large_string()),
]
_TEXT = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_binary,
    pa.types.is_large_binary,
    pa.types.is_binary_view,
    pa.types.is_fixed_size_binary,
)

#: Bytes up to which frames are put together.
_TOGETHER = 128 << 20

_SIZED = {pa.string(), pa.large_string(), pa.binary(), pa.large_binary()}


def _value_type(kind: pa.DataType) -> pa.DataType:
    """The type of the values, whatever they are wrapped in."""
    while True:
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        elif isinstance(kind, pa.BaseExtensionType):
            kind = kind.storage_type
        else:
            return kind


def _is_fitting(column: Column, kind: pa.DataType) -> bool:
    if pa.types.is_null(kind) or any(is_text(kind) for is_text in _TEXT):
        return True
    if column.kind == "date":
        return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))
    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_boolean(kind)
    return bool(is_number)


def _check_types(delivered: Table, file: TableFile, schema: pa.Schema, names: tuple[str, ...]) -> None:
    kinds = {name: _value_type(schema.field(name).type) for name in names}
    nested = [name for name, kind in kinds.items() if pa.types.is_nested(kind)]
    unfit = [name for name, kind in kinds.items() if name not in nested and not _is_fitting(delivered.column(name), kind)]
    problems: list[tuple[RefusalCode, list[str]]] = [("nested_column", nested), ("wrong_type", unfit)]
    for code, found in problems:
        if found:
            types = name_list([f"{name} ({schema.field(name).type})" for name in found])
            raise DeliveryRefusedError(
                code,
                f"{file.name} holds {len(found)} column(s) of a type that cannot be one of ours: {types}",
                expected="plain columns of numbers, text or dates",
                where=str(file.path),
                remedy="deliver the file again with one plain value per cell",
            )


def _texts(metadata: Any) -> list[str]:
    """Columns of text: kept as dictionary while they are read, so that one long value in every row is one long value."""
    columns = [metadata.schema.column(place) for place in range(metadata.num_columns)]
    return [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]


@contextmanager
def _opened(file: TableFile) -> Iterator[Any]:
    """The file with its footer read. Raises DeliveryRefusedError (`too_many_columns`, `unpacks_too_large`)."""
    with open_regular(file) as stream:
        with pq.ParquetFile(stream) as first:
            metadata = first.metadata
            check_columns(file, metadata.num_columns)
            check_parquet_size(file, metadata)
            texts = _texts(metadata)
        with pq.ParquetFile(stream, metadata=metadata, read_dictionary=texts) as parquet:
            yield parquet


def _check_text(file: TableFile, batch: pa.RecordBatch) -> None:
    """Raises DeliveryRefusedError (`unpacks_too_large`) before a dictionary is written out that memory could not hold."""
    for array in batch.columns:
        if pa.types.is_dictionary(array.type) and _value_type(array.type) in _SIZED:
            lengths = pc.binary_length(array.dictionary.cast(pa.large_binary()))
            if are_too_many((pc.max(lengths).as_py() or 0) * len(array)):  # else the cells need not be added up
                check_column_bytes(file, pc.sum(lengths.take(array.indices.drop_null())).as_py() or 0)


def _header(file: TableFile, parquet: Any) -> Header:
    delivered = table(file.table)
    schema = parquet.schema_arrow
    try:
        names = list(schema.names)
    except UnicodeDecodeError:
        raise unreadable(file, "the names of its columns are not UTF-8") from None
    header = compare_header(delivered, file, names)
    _check_types(delivered, file, schema, header.columns)
    return header


def read_parquet_header(file: TableFile) -> Header:
    """The columns of a Parquet file.

    Raises:
        DeliveryRefusedError: `empty_file`, `unreadable_file`, `missing_column`, `duplicate_column`, `nested_column` or
            `wrong_type`.
    """
    if file.n_bytes == 0:
        raise empty(file)
    with _opened(file) as parquet:
        return _header(file, parquet)


def count_parquet_rows(file: TableFile) -> int:
    """Rows by the file's own statement."""
    with _opened(file) as parquet:
        return int(parquet.metadata.num_rows)


def _plain(array: pa.Array) -> pa.Array:
    """The values themselves: without a dictionary or an extension around them, in a form that Polars takes."""
    while array.type != _value_type(array.type):
        array = array.storage if isinstance(array, pa.ExtensionArray) else array.dictionary_decode()
    forms = [form for is_kind, form in _PLAIN_FORMS if is_kind(array.type)]
    return array.cast(forms[0]) if forms else array


def _checked_text(array: pa.Array) -> pa.Array:
    """A text column whose bytes are no UTF-8 is handed on as bytes; Polars would trust it."""
    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
        return array
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        return array.view(pa.large_binary() if pa.types.is_large_string(array.type) else pa.binary())
    return array


def _frame(batch: pa.RecordBatch, first_row: int) -> pl.DataFrame:
    arrays = [_checked_text(_plain(array)) for array in batch.columns]
    frame = pl.DataFrame(pl.from_arrow(pa.table(arrays, names=batch.schema.names)))
    return frame.with_columns((pl.int_range(pl.len(), dtype=pl.Int64) + first_row).alias(ROW_NUMBER))


def _writable(cells: pl.Series) -> pl.Series:
    """A column as JSON can hold it: numbers as they are, and as text what JSON has no word for (infinite, NaN, dates, bytes)."""
    if cells.dtype == pl.Binary:
        texts = [None if cell is None else cell.decode("utf-8", errors="backslashreplace") for cell in cells]
        return pl.Series(cells.name, texts, dtype=pl.String)
    if cells.dtype.is_float():
        return cells if cells.is_finite().all() else cells.cast(pl.String)
    is_plain = cells.dtype.is_integer() or cells.dtype in {pl.Boolean, pl.String}
    return cells if is_plain else cells.cast(pl.String)


def _as_json(frame: pl.DataFrame, positions: list[int]) -> list[str]:
    rows = frame.drop(ROW_NUMBER)[positions]
    writable = pl.DataFrame([_writable(cells) for cells in rows.iter_columns()])
    return writable.select(pl.struct(pl.all()).struct.json_encode()).to_series().to_list()


def _chunk(frame: pl.DataFrame) -> Chunk:
    return Chunk(frame, pl.DataFrame(schema=BROKEN_SCHEMA), lambda positions: _as_json(frame, positions))


def _frames(file: TableFile, batches: Iterator[pa.RecordBatch]) -> Iterator[pl.DataFrame]:
    first_row = 1
    for batch in batches:
        _check_text(file, batch)
        yield _frame(batch, first_row)
        first_row += batch.num_rows


def _filled(frames: Iterator[pl.DataFrame], n_rows: int) -> Iterator[pl.DataFrame]:
    """Frames put together up to so many rows, and not too many bytes: where there is text, each row group comes by itself."""
    held: list[pl.DataFrame] = []
    n_held = n_bytes = 0  # kept, not added up anew: a row group may be one row
    for frame in frames:
        size = frame.estimated_size()
        if held and (n_held + frame.height > n_rows or n_bytes + size > _TOGETHER):
            yield pl.concat(held)
            held, n_held, n_bytes = [], 0, 0
        held.append(frame)
        n_held, n_bytes = n_held + frame.height, n_bytes + int(size)
    if held:
        yield pl.concat(held)


def read_parquet_chunks(file: TableFile, header: Header) -> Iterator[Chunk]:
    """The rows of a Parquet file.

    Raises:
        DeliveryRefusedError: `unreadable_file`.
    """
    n_rows = chunk_rows(len(header.columns))
    with _opened(file) as parquet:
        batches = parquet.iter_batches(batch_size=n_rows, columns=list(header.columns))
        for frame in _filled(_frames(file, batches), n_rows):
            yield _chunk(frame)
