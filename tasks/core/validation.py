"""Rows as received to good rows and the complete list of what is wrong with the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandera.errors
import polars as pl

from schemas.frames import Rule, frame_schema, table_rules
from schemas.tables import Table, table
from tasks.core.conversion import FAILURE_SCHEMA, convert

#: The number of the row in the delivered file, from 1: carried beside the table's columns.
ROW_NUMBER = "row_number"


@dataclass(frozen=True)
class Validated:
    """`good`: typed rows with their row_number. `failures`: position in the frame given, rule, column_name; every broken rule.

    `typed` holds all rows, the bad ones with null where a cell could not be read.
    """

    good: pl.DataFrame
    typed: pl.DataFrame
    failures: pl.DataFrame


def broken_rules(frame: pl.DataFrame, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The screen: the rules that at least one row breaks. Pandera costs a millisecond a rule, so it sees only these."""
    broken = frame.select((~rule.holds).any().alias(str(i)) for i, rule in enumerate(rules)).row(0)
    return tuple(rule for rule, is_broken in zip(rules, broken, strict=True) if is_broken)


def find_failures(delivered: Table, frame: pl.DataFrame, rules: tuple[Rule, ...]) -> pl.DataFrame:
    """Position, rule and column_name of every rule that a typed row breaks, by Pandera."""
    if not rules:
        return pl.DataFrame(schema=FAILURE_SCHEMA)
    try:
        frame_schema(delivered, rules).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases: pl.DataFrame = errors.failure_cases
        if cases["index"].null_count():  # a wrong type of a whole column: a fault of the program, not of a row
            raise TypeError(f"{delivered.name}: a column came untyped into validation") from None
        return cases.select(
            pl.col("index").cast(pl.UInt32).alias("position"),
            pl.col("check").alias("rule"),
            pl.col("column").alias("column_name"),
        )
    return pl.DataFrame(schema=FAILURE_SCHEMA)


def _without_echoes(unread: pl.DataFrame, broken: pl.DataFrame) -> pl.DataFrame:
    """A cell that could not be read is null, but that is no second fault of the same cell."""
    return pl.concat([unread, broken.join(unread, on=["position", "column_name"], how="anti")])


def validate(table_name: str, frame: pl.DataFrame, received_on: date) -> Validated:
    """Types the rows and splits them into good and bad.

    Args:
        table_name: delivered table.
        frame: rows as received with their `row_number`; columns may be missing, further ones are left out.
        received_on: business date of the delivery.
    """
    delivered = table(table_name)
    converted = convert(delivered, frame)
    rules = broken_rules(converted.frame, table_rules(table_name, received_on))
    failures = _without_echoes(converted.failures, find_failures(delivered, converted.frame, rules))
    typed = converted.frame.with_columns(frame[ROW_NUMBER].cast(pl.Int64))
    if failures.is_empty():
        return Validated(typed, typed, failures)
    is_good = ~pl.int_range(pl.len()).is_in(failures["position"].unique().to_list())
    return Validated(typed.filter(is_good), typed, failures.sort("position", "column_name", "rule"))
