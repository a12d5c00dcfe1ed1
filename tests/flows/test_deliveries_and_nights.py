"""What odd deliveries do to nights: absent tables, refusals, days delivered again, the same applicant twice."""

from __future__ import annotations

import shutil
from datetime import timedelta

import polars as pl
import pytest

from schemas.settings import Settings
from tasks.simulate import simulate_deliveries
from tests.flows.conftest import FIRST_NEW_DAY, LAST_NEW_DAY, NEW_PER_DAY
from tests.flows.nights import new_folder, published, run_night, stored

pytestmark = pytest.mark.usefixtures("prefect_server", "small_home")


def test_a_usual_history_table_that_is_absent_gives_review_and_says_why(settings: Settings) -> None:
    day = LAST_NEW_DAY + timedelta(days=1)
    simulate_deliveries(settings, days=1, per_day=NEW_PER_DAY, seed=3, until=day, new_days=1, scenario="bureau_outage")
    summary = run_night(day)
    assert summary.scores[-1].absent_tables == ["bureau", "bureau_balance"]
    rows = published(
        settings,
        f"SELECT DISTINCT decision, decided_by, starts_with(reason_1, 'A usual source') FROM marts.decisions "
        f"WHERE as_of = DATE '{day}' AND decided_by NOT LIKE 'H%'",
    )
    assert rows == [("review", "Q02", True)]
    tables = published(
        settings, f"SELECT DISTINCT missing_tables FROM marts.application_quality WHERE batch_id >= {day:%Y%m%d}00"
    )
    assert tables == [(["bureau", "bureau_balance"],)]


def test_a_refused_delivery_is_reported_and_the_next_one_goes_on(settings: Settings) -> None:
    (new_folder(settings, FIRST_NEW_DAY) / "application.parquet").write_bytes(b"not a Parquet file")
    summary = run_night()
    assert summary.n_refused_deliveries == 1
    rows = published(
        settings,
        "SELECT received_on, batch_id % 100, status, n_received FROM marts.batches WHERE origin = 'nightly' ORDER BY batch_id",
    )
    assert rows[:2] == [(FIRST_NEW_DAY, 1, "scored", NEW_PER_DAY), (FIRST_NEW_DAY, 2, "refused", 0)]
    assert summary.n_scored == 2 * NEW_PER_DAY  # the first version of the day had been taken in by the training


def _redeliver(settings: Settings, change: pl.Expr, *, keep: pl.Expr) -> None:
    file = new_folder(settings) / "application.parquet"
    pl.read_parquet(file).filter(keep).with_columns(change).write_parquet(file)


def test_a_day_delivered_again_keeps_supersedes_and_withdraws(settings: Settings) -> None:
    run_night()
    ids = sorted(
        row[0] for row in published(settings, f"SELECT application_id FROM marts.decisions WHERE as_of = DATE '{LAST_NEW_DAY}'")
    )
    changed, gone = ids[0], ids[1]
    key = pl.col("SK_ID_CURR")
    credit = pl.when(key == changed).then(pl.col("AMT_CREDIT") * 2).otherwise(pl.col("AMT_CREDIT")).alias("AMT_CREDIT")
    _redeliver(settings, credit, keep=key != gone)
    summary = run_night()
    assert summary.n_scored == 1
    history = published(
        settings,
        f"SELECT application_id, batch_id % 100, superseded_at IS NULL FROM marts.decision_history "
        f"WHERE application_id IN ({changed}, {gone}) ORDER BY 1, 2",
    )
    assert history == [(changed, 1, False), (changed, 2, True), (gone, 1, False)]
    assert published(settings, f"SELECT count(*) FROM marts.decisions WHERE application_id = {gone}") == [(0,)]
    book = published(settings, "SELECT n_received, n_scored, n_duplicates FROM marts.batches ORDER BY batch_id DESC LIMIT 1")
    assert book == [(NEW_PER_DAY - 1, 1, NEW_PER_DAY - 2)]


def test_a_later_delivery_of_histories_alone_never_decides_again(settings: Settings) -> None:
    run_night()
    before = published(settings, "SELECT application_id, pd, decision FROM marts.decisions ORDER BY 1")
    folder = new_folder(settings, LAST_NEW_DAY + timedelta(days=1))
    folder.mkdir()
    bureau = pl.read_parquet(new_folder(settings) / "bureau.parquet")
    bureau.with_columns(pl.col("AMT_CREDIT_SUM_OVERDUE") + 1000.0).write_parquet(folder / "bureau.parquet")
    (folder / "_READY").write_text("simulated\n")
    assert run_night(LAST_NEW_DAY + timedelta(days=1)).n_scored == 0
    assert published(settings, "SELECT application_id, pd, decision FROM marts.decisions ORDER BY 1") == before
    assert published(settings, "SELECT status FROM marts.batches ORDER BY batch_id DESC LIMIT 1") == [("empty",)]


def test_the_same_applicant_on_a_later_day_is_a_new_version_and_the_newest_decides(settings: Settings) -> None:
    run_night()
    later = new_folder(settings, LAST_NEW_DAY + timedelta(days=1))
    shutil.copytree(new_folder(settings), later)
    summary = run_night(LAST_NEW_DAY + timedelta(days=1))
    assert summary.n_scored == NEW_PER_DAY
    assert [finding.check for finding in summary.warnings] == ["same_content_on_two_days"]
    rows = published(
        settings, f"SELECT count(*), count(DISTINCT application_id) FROM marts.decisions WHERE as_of >= DATE '{LAST_NEW_DAY}'"
    )
    assert rows == [(NEW_PER_DAY, NEW_PER_DAY)]
    assert published(settings, f"SELECT min(as_of) FROM marts.decisions WHERE as_of >= DATE '{LAST_NEW_DAY}'") == [
        (LAST_NEW_DAY + timedelta(days=1),)
    ]


def test_the_snapshot_holds_the_decisions_in_force_that_the_warehouse_shows(settings: Settings) -> None:
    run_night()
    key = pl.col("SK_ID_CURR")
    first = pl.read_parquet(new_folder(settings) / "application.parquet")["SK_ID_CURR"].min()
    _redeliver(settings, (pl.col("AMT_CREDIT") + 1.0).alias("AMT_CREDIT"), keep=key != first)
    run_night()
    found = published(settings, "FROM marts.decisions ORDER BY ALL")
    assert len(found) == 2 * NEW_PER_DAY - 1
    assert found == stored(settings, "FROM marts.decisions ORDER BY ALL")
