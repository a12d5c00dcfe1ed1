"""The rules of a table as a Pandera schema.

Apart from the rules: Pandera sees only those that rows break, and takes half a second to load.
"""

from __future__ import annotations

from collections.abc import Callable

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from schemas.rules import Rule, frame_dtype
from schemas.tables import Table


def _check(rule: Rule) -> pa.Check:
    def holds(data: PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(rule.holds.fill_null(value=True).alias(rule.column))

    checked: Callable[[PolarsData], pl.LazyFrame] = holds
    return pa.Check(checked, name=rule.name, ignore_na=False)


def frame_schema(delivered: Table, rules: tuple[Rule, ...]) -> pa.DataFrameSchema:
    """The Pandera schema of a table under the rules given: types and rules of every column that they concern."""
    concerned = {rule.column for rule in rules}
    columns = {
        column.name: pa.Column(
            frame_dtype(column),
            checks=[_check(rule) for rule in rules if rule.column == column.name],
            nullable=True,  # `missing` is a rule of its own, so that it is named like the others
        )
        for column in delivered.columns
        if column.name in concerned
    }
    return pa.DataFrameSchema(columns, strict=False, name=delivered.name)
