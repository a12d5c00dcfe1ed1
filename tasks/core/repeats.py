"""An applicant more than once in one file: equal rows count once, rows that contradict each other not at all."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

_DUPLICATE_COLUMNS = ("application_id", "row_number", "duplicate_of_batch_id", "duplicate_of_row_number")


@dataclass(frozen=True)
class Repeats:
    """`copies`: rows equal to the first of their applicant, as duplicates. `conflicts`: application_id, row_number."""

    copies: pl.DataFrame
    conflicts: pl.DataFrame


def repeated_in_file(rows: pl.DataFrame, batch_id: int) -> Repeats:
    """Sorts the rows of applicants that stand more than once.

    Args:
        rows: application_id, row_number, n_different (how many different rows that applicant has).
        batch_id: the delivery.
    """
    equal = rows.filter(pl.col("n_different") == 1).with_columns(
        pl.lit(batch_id, pl.Int64).alias("duplicate_of_batch_id"),
        pl.col("row_number").min().over("application_id").alias("duplicate_of_row_number"),
    )
    copies = equal.filter(pl.col("row_number") > pl.col("duplicate_of_row_number")).select(_DUPLICATE_COLUMNS)
    return Repeats(copies, rows.filter(pl.col("n_different") > 1).select("application_id", "row_number"))


def duplicates_of(copies: pl.DataFrame, unchanged: pl.DataFrame) -> pl.DataFrame:
    """All duplicates of a delivery. A copy of a row that is unchanged since an earlier delivery points to the row held there.

    Args:
        copies: rows equal to an earlier row of the same file.
        unchanged: rows equal to one of an earlier delivery of the day.
    """
    held = unchanged.select("application_id", held_batch_id="duplicate_of_batch_id", held_row_number="duplicate_of_row_number")
    moved = copies.join(held, on="application_id", how="left").select(
        "application_id",
        "row_number",
        pl.coalesce("held_batch_id", "duplicate_of_batch_id").alias("duplicate_of_batch_id"),
        pl.coalesce("held_row_number", "duplicate_of_row_number").alias("duplicate_of_row_number"),
    )
    return pl.concat([moved, unchanged.select(_DUPLICATE_COLUMNS)]).sort("row_number")
