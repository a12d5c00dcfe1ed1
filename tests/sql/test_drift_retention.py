"""How long the history of drift is kept, and that what is let go can be measured again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from schemas.settings import read_settings
from tests.conftest import settings_of
from tests.drift_support import DAY, Watched, day, features_of, incomes, watch
from warehouse.connection import open_warehouse

OLD, RECENT = -70, -40


def _rows(n: int, seed: int) -> pl.DataFrame:
    jobs = pl.Series("JOB", np.random.default_rng(seed).choice(["a", "b"], n))
    return pl.DataFrame([incomes(n, seed), jobs])


@pytest.fixture(scope="module")
def measured_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three nights that were measured in their order, 70 and 40 days ago and today; nothing was let go yet."""
    home = tmp_path_factory.mktemp("retention") / "home"
    settings = replace(settings_of(home), drift_bins_days=0)
    with open_warehouse(settings) as connection:
        found = watch(connection, settings, _rows(2_000, 0))
        for offset in (OLD, RECENT, 0):
            found.add_night(_rows(300, 70 + offset), day(offset), first_id=10_000 - 100 * offset)
            found.measure(day(offset))
    return home


@pytest.fixture
def watched(measured_home: Path, tmp_path: Path) -> Iterator[Watched]:
    """A copy of that home."""
    settings = replace(settings_of(tmp_path / "home"), drift_bins_days=0)
    shutil.copytree(measured_home, settings.home)
    rows = _rows(1, 0)
    with open_warehouse(settings) as connection:
        yield Watched(connection, settings, rows.columns, features_of(rows))


def _count(watched: Watched, table: str, where: str = "true", **values: Any) -> int:
    row = watched.connection.execute(f"SELECT count(*) FROM {table} WHERE {where}", values or None).fetchone()
    assert row is not None
    return int(row[0])


def _dates(watched: Watched, table: str, where: str = "true", column: str = "as_of") -> list[date]:
    return [
        r[0] for r in watched.connection.execute(f"SELECT DISTINCT {column} FROM {table} WHERE {where} ORDER BY ALL").fetchall()
    ]


def _measured(watched: Watched, as_of: date) -> list[list[tuple[Any, ...]]]:
    queries = ("SELECT * EXCLUDE (measured_at) FROM monitor.drift", "FROM monitor.drift_bins")
    return [
        watched.connection.execute(f"{query} WHERE as_of = $day ORDER BY ALL", {"day": as_of}).fetchall() for query in queries
    ]


def _keep(watched: Watched, **days: int) -> None:
    watched.settings = replace(watched.settings, **days)


def test_bins_of_features_are_kept_for_ninety_days_unless_the_home_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (read_settings().drift_bins_days, read_settings().drift_days) == (90, 0)
    monkeypatch.setenv("LOANWATCH_DRIFT_BINS_DAYS", "0")
    monkeypatch.setenv("LOANWATCH_DRIFT_DAYS", "400")
    assert (read_settings().drift_bins_days, read_settings().drift_days) == (0, 400)


def test_old_bins_of_features_go_and_figures_and_bins_of_score_and_decision_stay(watched: Watched) -> None:
    n_figures = _count(watched, "monitor.drift")
    _keep(watched, drift_bins_days=50)
    watched.measure()
    assert _dates(watched, "monitor.drift_bins", "kind = 'feature'") == [day(RECENT), DAY]
    assert _dates(watched, "monitor.drift_bins", "kind <> 'feature'") == [day(OLD), day(RECENT), DAY]
    assert _count(watched, "monitor.drift") == n_figures


def test_daily_counts_stay_for_twice_the_longest_window_at_least(watched: Watched) -> None:
    _keep(watched, drift_bins_days=10)
    watched.measure()
    for table in ("monitor.daily_bins", "monitor.counted_days"):
        assert _dates(watched, table, column="counted_on") == [day(RECENT), DAY], table


def test_a_date_whose_history_has_gone_is_measured_again_as_it_was(watched: Watched) -> None:
    before = _measured(watched, day(OLD))
    _keep(watched, drift_bins_days=10)
    watched.measure()
    assert _measured(watched, day(OLD)) != before
    for _ in range(2):
        watched.measure(day(OLD))
        assert _measured(watched, day(OLD)) == before, "what was asked for is there until the next night"
    newest = _measured(watched, DAY)
    watched.measure()
    assert _measured(watched, DAY) == newest
    assert _count(watched, "monitor.drift_bins", "kind = 'feature' AND as_of = $day", day=day(OLD)) == 0


def test_nothing_goes_where_the_home_keeps_everything(watched: Watched) -> None:
    tables = ("monitor.drift", "monitor.drift_bins", "monitor.daily_bins", "monitor.counted_days")
    before = [_count(watched, table) for table in tables]
    watched.measure()
    assert [_count(watched, table) for table in tables] == before


def test_all_that_was_measured_goes_where_the_home_says_so(watched: Watched) -> None:
    _keep(watched, drift_days=50)
    watched.measure()
    for table in ("monitor.drift", "monitor.drift_bins"):
        assert _dates(watched, table) == [day(RECENT), DAY], table
