"""The calendar of imported applications: the competition's tables carry no dates, so days are assigned from the key alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from schemas.tables import SQL_TYPES, Column, Table

HISTORY_WEEKS = 26
WEEK_DAYS = 7
#: An outcome is known this long after the application.
OBSERVED_AFTER_DAYS = 60
#: The performance window of training: the newest labelled application is older than this on the first new day.
PERFORMANCE_DAYS = 90

_TYPES: dict[str, type[pl.DataType]] = {
    "BIGINT": pl.Int64,
    "DOUBLE": pl.Float64,
    "INTEGER": pl.Int32,
    "TINYINT": pl.Int8,
    "VARCHAR": pl.String,
    "DATE": pl.Date,
}
_LARGEST: dict[type[pl.DataType], int] = {pl.Int8: 2**7 - 1, pl.Int32: 2**31 - 1, pl.Int64: 2**53}


def mix(keys: NDArray[np.int64]) -> NDArray[np.uint64]:
    """A fixed 64-bit mixing of keys (n,) -> (n,), written out because library hashes change between versions.

    The finaliser of SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
    """
    z = keys.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)), dtype=np.uint64)


@dataclass(frozen=True)
class Calendar:
    """The days of an import, in order: weekly history with labelled applications, weeks with outcomes alone, then new days.

    History is weekly and not daily because every folder costs a fixed time at ingest.
    """

    until: date
    n_new_days: int

    @property
    def new_days(self) -> list[date]:
        return [self.until - timedelta(days=self.n_new_days - 1 - place) for place in range(self.n_new_days)]

    @property
    def history_days(self) -> list[date]:
        last = self.new_days[0] - timedelta(days=PERFORMANCE_DAYS + 1)
        return [last - timedelta(days=WEEK_DAYS * (HISTORY_WEEKS - 1 - place)) for place in range(HISTORY_WEEKS)]

    def delivered_on(self, history_day: date) -> date:
        """The weekly folder in which the outcomes of a history day arrive: the first on or after they are known."""
        weeks = -(-OBSERVED_AFTER_DAYS // WEEK_DAYS)
        return history_day + timedelta(days=WEEK_DAYS * weeks)

    @property
    def all_days(self) -> list[date]:
        outcome_days = [self.delivered_on(day) for day in self.history_days]
        return sorted({*self.history_days, *outcome_days, *self.new_days})


def assign_days(keys: NDArray[np.int64], days: Sequence[date]) -> pl.Series:
    """One of the days for each key (n,), the same for ever; a Date series (n,)."""
    places = (mix(keys) % np.uint64(len(days))).astype(np.int64)
    return pl.Series("received_on", list(days), dtype=pl.Date)[places]


def outcomes_of(applications: pl.DataFrame) -> pl.DataFrame:
    """SK_ID_CURR, TARGET, observed_on of labelled applications that have `received_on`; rows without label are left out."""
    return applications.drop_nulls("TARGET").select(
        "SK_ID_CURR",
        pl.col("TARGET").cast(pl.Int8),
        observed_on=pl.col("received_on") + pl.duration(days=OBSERVED_AFTER_DAYS),
    )


def read_type(column: Column) -> type[pl.DataType]:
    """The type in which a source is read: keys and text as they are, every number as a float, since CSV writes 3.0 for 3."""
    if column.kind == "key":
        return pl.Int64
    return _TYPES[SQL_TYPES[column.kind]] if column.kind in {"text", "date"} else pl.Float64


def with_delivered_types(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The frame with whole-number columns as integers. A column that holds anything else stays as it came: ingest judges it."""
    casts = []
    for column in table.columns:
        if column.name in frame.columns and column.is_integer:
            wanted = _TYPES[column.sql_type]
            values = frame[column.name].drop_nulls()
            if values.is_empty() or ((values == values.cast(pl.Float64).round()) & (values.abs() <= _LARGEST[wanted])).all():
                casts.append(pl.col(column.name).cast(wanted))
    return frame.with_columns(casts)
