"""Small steps that every simulated table needs: NULLs, whole numbers, the delivered types and order of columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from schemas.tables import Kind, table
from tasks.core.simulation.marginals import Integers, Mask

TYPES: dict[Kind, type[pl.DataType]] = {
    "key": pl.Int64,
    "amount": pl.Float64,
    "days": pl.Int32,
    "count": pl.Int32,
    "number": pl.Float64,
    "flag": pl.Int8,
    "text": pl.String,
    "date": pl.Date,
}
Values = NDArray[Any] | pl.Series


def blank(values: NDArray[Any], missing: Mask) -> pl.Series:
    """The values with NULL where missing, or where they are NaN."""
    return pl.Series(np.where(missing, np.nan, values.astype(np.float64)), nan_to_null=True)


def blank_text(values: pl.Series, missing: Mask) -> pl.Series:
    """The text with NULL where missing."""
    return values.zip_with(pl.Series(~missing), pl.Series([None], dtype=pl.String))


def levels_of(levels: tuple[str, ...], codes: Integers) -> pl.Series:
    """The text of each code; a negative code is NULL."""
    found = pl.Series(levels, dtype=pl.String)[np.maximum(codes, 0)]
    return blank_text(found, codes < 0)


def as_delivered(name: str, values: Mapping[str, Values]) -> pl.DataFrame:
    """The table in its delivered order and types: whole numbers rounded, amounts to cents of the currency unit (TARGET apart)."""
    wanted = [column for column in table(name).columns if column.name != "TARGET" or name == "outcomes"]
    frame = pl.DataFrame({column.name: values[column.name] for column in wanted}, nan_to_null=True)
    return frame.select(
        pl.col(column.name).round().cast(TYPES[column.kind])
        if column.is_integer and frame.schema[column.name].is_float()
        else pl.col(column.name).round(3 if column.kind == "amount" else 6)
        if column.kind in {"amount", "number"} and frame.schema[column.name].is_float()
        else pl.col(column.name).cast(TYPES[column.kind])
        for column in wanted
    ).with_columns(pl.col(column.name).cast(TYPES[column.kind]) for column in wanted)
