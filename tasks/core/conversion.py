"""Delivered cells to typed cells: what cannot be read as the column's type becomes null and is listed, nothing is guessed.

NaN is a missing value. An empty text is a missing value. Infinite numbers, text in a number, fractions in an integer are not.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from schemas.rules import frame_dtype
from schemas.tables import Column, Table

#: Up to here a 64-bit float holds every integer exactly.
_EXACT = float(2**53)

FAILURE_SCHEMA = {"position": pl.UInt32, "rule": pl.String, "column_name": pl.String}


@dataclass(frozen=True)
class Converted:
    """`frame`: the table's columns in order, typed. `failures`: position of the row, rule, column_name."""

    frame: pl.DataFrame
    failures: pl.DataFrame


@dataclass(frozen=True)
class _Cell:
    """How one column is read: its value, and for each rule what breaks it."""

    column: Column
    value: pl.Expr
    broken: tuple[tuple[str, pl.Expr], ...]


def _as_float(name: str, dtype: pl.DataType) -> pl.Expr:
    source = pl.col(name)
    if dtype == pl.String:
        source = source.str.strip_chars()
    return source.cast(pl.Float64, strict=False)


def _given(name: str, dtype: pl.DataType) -> pl.Expr:
    """Whether the cell holds anything at all."""
    source = pl.col(name)
    return source.is_not_null() & (source.str.strip_chars() != "") if dtype == pl.String else source.is_not_null()


def _integer_cell(column: Column, dtype: pl.DataType) -> _Cell:
    name = column.name
    if dtype.is_integer() or dtype == pl.Boolean:
        whole = pl.col(name).cast(pl.Int64, strict=False)
        return _Cell(column, whole, (("above_maximum", pl.col(name).is_not_null() & whole.is_null()),))
    number = _as_float(name, dtype)
    finite = number.is_finite()
    read = pl.when(finite & (number == number.floor()) & (number.abs() < _EXACT)).then(number).cast(pl.Int64, strict=False)
    inexact = finite & (number.abs() >= _EXACT)
    if dtype == pl.String and column.kind == "key":
        whole = pl.col(name).str.strip_chars().cast(pl.Int64, strict=False)
        read, inexact = pl.coalesce(whole, read), inexact & whole.is_null()
    broken = [
        ("not_finite", number.is_infinite()),
        ("not_integral", finite & (number != number.floor())),
        ("above_maximum", inexact & (number > 0)),
        ("below_minimum", inexact & (number < 0)),
    ]
    if dtype == pl.String:
        broken.insert(0, ("not_a_number", _given(name, dtype) & number.is_null()))
    return _Cell(column, read, tuple(broken))


def _number_cell(column: Column, dtype: pl.DataType) -> _Cell:
    number = _as_float(column.name, dtype)
    broken = [("not_finite", number.is_infinite())] if dtype.is_float() or dtype == pl.String else []
    if dtype == pl.String:
        broken.append(("not_a_number", _given(column.name, dtype) & number.is_null()))
    return _Cell(column, pl.when(number.is_finite()).then(number), tuple(broken))


def _text_cell(column: Column, dtype: pl.DataType) -> _Cell:
    text = pl.col(column.name) if dtype == pl.String else pl.col(column.name).cast(pl.String)
    return _Cell(column, pl.when(text != "").then(text), ())


def _date_cell(column: Column, dtype: pl.DataType) -> _Cell:
    source = pl.col(column.name)
    if dtype == pl.Date:
        return _Cell(column, source, ())
    if dtype == pl.String:
        day = source.str.strip_chars().str.to_date("%Y-%m-%d", strict=False)
        return _Cell(column, day, (("not_a_date", _given(column.name, dtype) & day.is_null()),))
    day = source.cast(pl.Date, strict=False)
    return _Cell(column, day, (("not_a_date", source.is_not_null() & (day.cast(dtype) != source).fill_null(value=True)),))


def _cell(column: Column, schema: pl.Schema) -> _Cell:
    dtype = schema.get(column.name)
    if dtype is None or dtype == pl.Null:
        return _Cell(column, pl.repeat(None, pl.len(), dtype=frame_dtype(column)), ())
    if column.is_integer:
        return _integer_cell(column, dtype)
    if column.is_numeric:
        return _number_cell(column, dtype)
    return _text_cell(column, dtype) if column.kind == "text" else _date_cell(column, dtype)


def _decoded(cell: bytes | None) -> str | None:
    try:
        return None if cell is None else cell.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _text_of(cells: pl.Series) -> pl.Series:
    """Bytes as text, null where they are no UTF-8."""
    try:
        return cells.cast(pl.String)
    except pl.exceptions.ComputeError:
        return pl.Series(cells.name, [_decoded(cell) for cell in cells], dtype=pl.String)


def _readable(frame: pl.DataFrame, delivered: Table) -> Converted:
    """Columns of bytes as text, and the cells that are none."""
    schema = frame.schema
    names = [column.name for column in delivered.columns if schema.get(column.name) == pl.Binary]
    if not names:
        return Converted(frame, pl.DataFrame(schema=FAILURE_SCHEMA))
    texts = [_text_of(frame[name]) for name in names]
    unread = pl.DataFrame({text.name: text.is_null() & frame[text.name].is_not_null() for text in texts})
    return Converted(frame.with_columns(texts), positions_where(unread, [(name, "invalid_utf8", pl.col(name)) for name in names]))


def _with_plain_numbers(frame: pl.DataFrame, delivered: Table) -> pl.DataFrame:
    """Columns of text that are plain numbers throughout become numbers; the others are left to be judged cell by cell.

    Plain is a column whose cast makes no new null, which costs nothing to see; without this a CSV file takes twice the time.
    """
    schema = frame.schema
    numeric = [column for column in delivered.columns if column.is_numeric and schema.get(column.name) == pl.String]
    if not numeric:
        return frame
    types = {column.name: pl.Int64 if column.kind == "key" else pl.Float64 for column in numeric}
    numbers = frame.select(pl.col(name).cast(dtype, strict=False) for name, dtype in types.items())
    return frame.with_columns(numbers[name] for name in types if numbers[name].null_count() == frame[name].null_count())


def positions_where(frame: pl.DataFrame, broken: list[tuple[str, str, pl.Expr]]) -> pl.DataFrame:
    """Position, rule and column_name of every row for which an expression is true; (column, rule, expression) each."""
    if not broken:
        return pl.DataFrame(schema=FAILURE_SCHEMA)
    counts = frame.select(expr.sum().alias(str(i)) for i, (_, _, expr) in enumerate(broken)).row(0)
    found = [
        frame.select(expr.fill_null(value=False).arg_true().alias("position")).with_columns(
            pl.col("position").cast(pl.UInt32), pl.lit(rule).alias("rule"), pl.lit(column).alias("column_name")
        )
        for (column, rule, expr), count in zip(broken, counts, strict=True)
        if count
    ]
    return pl.concat(found) if found else pl.DataFrame(schema=FAILURE_SCHEMA)


def convert(delivered: Table, frame: pl.DataFrame) -> Converted:
    """The frame with every column of the table in its type; columns that it lacks are null.

    Args:
        delivered: the table.
        frame: rows as received; other columns than the table's are left out.
    """
    readable = _readable(frame, delivered)
    frame = _with_plain_numbers(readable.frame, delivered)
    schema = frame.schema
    cells = [_cell(column, schema) for column in delivered.columns]
    typed = frame.select(cell.value.cast(frame_dtype(cell.column)).alias(cell.column.name) for cell in cells)
    broken = [(cell.column.name, rule, expr) for cell in cells for rule, expr in cell.broken]
    return Converted(typed, pl.concat([readable.failures, positions_where(frame, broken)]))
