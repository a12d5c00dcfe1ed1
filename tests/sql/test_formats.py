"""The same rows as Parquet, CSV and gzip CSV are the same rows in every table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from schemas.settings import Settings
from schemas.tables import DELIVERED_TABLES, HISTORY_TABLES
from tests.conftest import settings_of
from tests.deliveries import deliver, query, rows, take_in


def raw_rows(settings: Settings, frames: dict[str, pl.DataFrame], ending: str) -> dict[str, list[tuple[Any, ...]]]:
    deliver(settings.landing, frames, ending=ending)
    (result,) = take_in(settings)
    assert not result.is_refused
    return {name: query(settings, f"FROM raw.{name} ORDER BY row_number") for name in frames}


@pytest.mark.parametrize("ending", ["csv", "csv.gz"])
def test_every_table_is_the_same_in_every_format(tmp_path: Path, ending: str) -> None:
    frames = {name: rows(name, 5) for name in DELIVERED_TABLES}
    parquet = raw_rows(settings_of(tmp_path / "a"), frames, "parquet")
    assert raw_rows(settings_of(tmp_path / "b"), frames, ending) == parquet


def test_real_rows_are_the_same_in_every_format(tmp_path: Path, real_data: Path) -> None:
    frames = {name: pl.read_parquet(real_data / f"{name}.parquet", n_rows=300) for name in HISTORY_TABLES}
    frames["application"] = pl.read_parquet(real_data / "application_test.parquet", n_rows=300)
    parquet = raw_rows(settings_of(tmp_path / "a"), frames, "parquet")
    assert raw_rows(settings_of(tmp_path / "b"), frames, "csv.gz") == parquet


def test_numbers_of_another_type_are_the_same_rows(tmp_path: Path) -> None:
    frame = rows("application", 5)
    parquet = raw_rows(settings_of(tmp_path / "a"), {"application": frame}, "parquet")
    other = frame.cast({pl.Int64: pl.Float64, pl.String: pl.Categorical})
    assert raw_rows(settings_of(tmp_path / "b"), {"application": other}, "parquet") == parquet
