"""Rows as received to good rows and the complete list of what is wrong with the others.

Two steps, for what Pandera costs depends on the number of its calls, hardly on the rows: `screen` looks at each chunk of a file
and sets bad rows aside, `judge` says of the bad rows of many chunks at once which rules they broke.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

import polars as pl

from schemas.absent import absent
from schemas.rules import Rule, table_rules
from schemas.tables import Table, table
from tasks.core.conversion import FAILURE_SCHEMA, convert

#: The number of the row in the delivered file, from 1: carried beside the table's columns.
ROW_NUMBER = "row_number"


@dataclass(frozen=True)
class Suspects:
    """Bad rows that are yet to be judged.

    `rows`: typed, with their row_number, null where a cell could not be read. `unread`: position in `rows`, rule and column_name
    of those cells. `rules`: those that at least one of the rows breaks.
    """

    rows: pl.DataFrame
    unread: pl.DataFrame
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Screened:
    """`good`: typed rows with their row_number. `positions`: those of the bad rows in the frame given, ascending."""

    good: pl.DataFrame
    positions: pl.Series
    suspects: Suspects


@dataclass(frozen=True)
class Validated:
    """`good`: typed rows with their row_number. `failures`: position in the frame given, rule, column_name; every broken rule."""

    good: pl.DataFrame
    failures: pl.DataFrame


def broken_rules(frame: pl.DataFrame, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules that at least one row breaks. Pandera costs a millisecond a rule, so it sees only these."""
    broken = frame.select((~rule.holds).any().alias(str(i)) for i, rule in enumerate(rules)).row(0)
    return tuple(rule for rule, is_broken in zip(rules, broken, strict=True) if is_broken)


def _breaking_rows(frame: pl.DataFrame, rules: tuple[Rule, ...]) -> pl.Series:
    """Positions of the rows that break one of the rules."""
    if not rules:
        return pl.Series("position", dtype=pl.UInt32)
    is_bad = pl.any_horizontal(~rule.holds for rule in rules).fill_null(value=False)
    return frame.select(is_bad.arg_true().cast(pl.UInt32).alias("position")).to_series()


def find_failures(delivered: Table, frame: pl.DataFrame, rules: tuple[Rule, ...]) -> pl.DataFrame:
    """Position, rule and column_name of every rule that a typed row breaks, by Pandera."""
    if not rules:
        return pl.DataFrame(schema=FAILURE_SCHEMA)
    import pandera.errors

    from schemas.frames import frame_schema

    try:
        # At the first validation of a process it would load Hypothesis, where that is installed, for data that it could make up.
        with absent("hypothesis"):
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


def _copied(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows in memory of their own: texts picked out of a chunk would hold all of its texts for as long as they live."""
    return pl.DataFrame(pl.from_arrow(rows.to_arrow()))


def screen(table_name: str, frame: pl.DataFrame, received_on: date) -> Screened:
    """Types the rows and sets aside those that break a rule.

    Args:
        table_name: delivered table.
        frame: rows as received with their `row_number`; columns may be missing, further ones are left out.
        received_on: business date of the delivery.
    """
    converted = convert(table(table_name), frame)
    typed, unread = converted.frame.with_columns(frame[ROW_NUMBER].cast(pl.Int64)), converted.failures
    rules = broken_rules(typed, table_rules(table_name, received_on))
    positions = pl.concat([unread["position"], _breaking_rows(typed, rules)]).unique().sort()
    if positions.is_empty():
        return Screened(typed, positions, Suspects(typed.clear(), unread, ()))
    is_good = pl.repeat(value=True, n=typed.height, eager=True).scatter(positions, values=False)
    places = positions.search_sorted(unread["position"]).cast(pl.UInt32)
    suspects = Suspects(_copied(typed[positions]), unread.with_columns(places.alias("position")), rules)
    return Screened(typed.filter(is_good), positions, suspects)


def joined(suspects: Sequence[Suspects]) -> Suspects:
    """The bad rows of several chunks as those of one."""
    offsets = accumulate((one.rows.height for one in suspects), initial=0)
    return Suspects(
        pl.concat([one.rows for one in suspects]),
        pl.concat([one.unread.with_columns(pl.col("position") + offset) for one, offset in zip(suspects, offsets, strict=False)]),
        tuple({(rule.column, rule.name): rule for one in suspects for rule in one.rules}.values()),
    )


def judge(table_name: str, suspects: Suspects) -> pl.DataFrame:
    """Position in the rows, rule and column_name of everything that is wrong with bad rows, in this order."""
    broken = find_failures(table(table_name), suspects.rows, suspects.rules)
    return _without_echoes(suspects.unread, broken).sort("position", "column_name", "rule")


def validate(table_name: str, frame: pl.DataFrame, received_on: date) -> Validated:
    """Both steps for one frame, as for `screen`."""
    screened = screen(table_name, frame, received_on)
    failures = judge(table_name, screened.suspects)
    return Validated(screened.good, failures.with_columns(screened.positions[failures["position"]].alias("position")))
