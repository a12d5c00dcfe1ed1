"""Counts of decisions, segments and deliveries in SQL, against the same worked out in Polars on a small warehouse."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from tasks.core.drift_rows import Limits, Window
from tasks.core.segments import freeze_segments, gather_segments, in_segments, segment_rows, summarise_segments
from tests.feature_support import connect, frame_of, insert
from warehouse.connection import Connection
from warehouse.monitoring import (
    decision_totals,
    decisions_by_segment,
    define_segments,
    newest_received_on,
    received_days,
    reference_in_segments,
)

AS_OF = date(2026, 6, 30)
WINDOWS = [1, 7, 30]
EDGES = [0.02, 0.05, 0.08, 0.12, float("inf")]
COLUMNS = ["NAME_CONTRACT_TYPE", "CODE_GENDER", "REGION_RATING_CLIENT"]
APPROVE_BELOW = 0.08


def _batch(day: date, version: int = 1) -> int:
    return int(day.strftime("%Y%m%d")) * 100 + version


def _versions(n: int = 3000, seed: int = 1) -> pl.DataFrame:
    """Application versions over 40 days: some applicants more than once, another model here and there, history, withdrawals."""
    generator = np.random.default_rng(seed)
    back = generator.integers(-2, 38, n)
    days = [AS_OF - timedelta(days=int(b)) for b in back]
    pd = np.round(generator.choice([0.02, 0.05, 0.08, *generator.beta(1, 11, 500)], n), 12)
    frame = pl.DataFrame(
        {
            "application_id": generator.integers(1, 2200, n),
            "received_on": days,
            "batch_id": pl.Series(
                [_batch(day, int(v)) for day, v in zip(days, generator.integers(1, 3, n), strict=True)], dtype=pl.Int32
            ),
            "origin": generator.choice(["nightly", "history"], n, p=[0.95, 0.05]),
            "model_version": generator.choice(["m-1", "m-2"], n, p=[0.8, 0.2]),
            "pd": pd,
            "decision": np.where(generator.random(n) < 0.02, "review", np.where(pd < APPROVE_BELOW, "approve", "decline")),
            "is_withdrawn": generator.random(n) < 0.05,
            "NAME_CONTRACT_TYPE": generator.choice(["Cash loans", "Revolving loans"], n),
            "CODE_GENDER": pl.Series(generator.choice(["F", "M", "?"], n)).replace("?", None),
            "REGION_RATING_CLIENT": generator.integers(1, 4, n),
        }
    )
    return frame.unique(["application_id", "batch_id"], keep="first", maintain_order=True)


def _fill(connection: Connection, versions: pl.DataFrame) -> None:
    raw = versions.select(pl.col("application_id").alias("SK_ID_CURR"), pl.col("batch_id").cast(pl.Int64), *COLUMNS)
    insert(connection, "application", frame_of("application", raw.to_dicts()))
    connection.register("versions", versions)
    connection.execute(
        "INSERT INTO score.decisions_v1 BY NAME SELECT application_id, batch_id, received_on, received_on AS as_of, origin, "
        "'f' AS features_sha256, model_version, 'p' AS policy_sha256, pd, 0.0 AS score_points, 0.08 AS threshold, decision, "
        "'score' AS decided_by, TIMESTAMP '2026-07-01' AS decided_at FROM versions"
    )
    connection.execute(
        "INSERT INTO core.withdrawals_v1 BY NAME SELECT application_id, batch_id, batch_id + 1 AS withdrawn_by_batch_id, "
        "TIMESTAMP '2026-07-01' AS withdrawn_at FROM versions WHERE is_withdrawn"
    )
    connection.execute(
        "INSERT INTO monitor.reference_scores_v1 BY NAME "
        "SELECT 'm-1' AS model_version, application_id, batch_id, pd FROM versions"
    )


@pytest.fixture(scope="module")
def versions() -> pl.DataFrame:
    return _versions()


@pytest.fixture(scope="module")
def warehouse(versions: pl.DataFrame) -> Connection:
    connection = connect()
    _fill(connection, versions)
    define_segments(connection, COLUMNS)
    return connection


def _counted(versions: pl.DataFrame, window: int, model: str = "m-1") -> pl.DataFrame:
    """What the SQL should count, written another way: live nightly versions up to the date, the last of each applicant."""
    live = versions.filter((pl.col("origin") == "nightly") & ~pl.col("is_withdrawn") & (pl.col("received_on") <= AS_OF))
    newest = live.sort("batch_id").group_by("application_id").last()
    inside = pl.col("received_on") > AS_OF - timedelta(days=window)
    return newest.filter(inside & (pl.col("model_version") == model)).with_columns(
        (pl.col("decision") == "approve").alias("is_approved")
    )


def test_totals_count_each_application_once_in_its_newest_version(warehouse: Connection, versions: pl.DataFrame) -> None:
    found = decision_totals(warehouse, AS_OF, WINDOWS, "m-1", APPROVE_BELOW)
    assert found["window_days"].to_list() == WINDOWS
    for record in found.iter_rows(named=True):
        rows = _counted(versions, record["window_days"])
        band = rows.filter(pl.col("pd") < APPROVE_BELOW)
        counts = {name: rows.filter(pl.col("decision") == name).height for name in ("approve", "review", "decline")}
        assert (record["n"], record["n_approved"], record["n_review"], record["n_declined"]) == (rows.height, *counts.values())
        assert (record["n_band"], record["days_seen"]) == (band.height, rows["received_on"].n_unique())
        assert record["sum_pd"] == pytest.approx(rows["pd"].sum(), abs=1e-9)
        assert record["sum_pd_approved"] == pytest.approx(rows.filter("is_approved")["pd"].sum(), abs=1e-9)
        assert record["sum_pd_band"] == pytest.approx(band["pd"].sum(), abs=1e-9)
    assert found["n"].to_list()[0] > 20


def test_a_window_without_decisions_has_a_row_of_nothing(warehouse: Connection) -> None:
    found = decision_totals(warehouse, date(2025, 1, 1), [7], "m-1", APPROVE_BELOW)
    assert found.select("n", "n_band", "sum_pd", "days_seen").row(0) == (0, 0, 0.0, 0)


def test_segments_in_sql_are_segments_in_polars(warehouse: Connection, versions: pl.DataFrame) -> None:
    cells = decisions_by_segment(warehouse, AS_OF, WINDOWS, "m-1", EDGES)
    for window in WINDOWS:
        found = gather_segments(cells.filter(pl.col("window_days") == window), len(EDGES))
        rows = _counted(versions, window).select("pd", "is_approved", *COLUMNS)
        expected = summarise_segments(in_segments(rows, COLUMNS), EDGES)
        assert found.drop("mean_pd").equals(expected.drop("mean_pd"))
        assert found["mean_pd"].to_numpy() == pytest.approx(expected["mean_pd"].to_numpy())
    assert "CODE_GENDER=(missing)" in cells["segment"].to_list()


def test_the_reference_of_segments_is_every_row_that_the_model_was_fitted_on(
    warehouse: Connection, versions: pl.DataFrame
) -> None:
    found = reference_in_segments(warehouse, "m-1", APPROVE_BELOW)
    rows = versions.with_columns((pl.col("pd") < APPROVE_BELOW).alias("is_approved")).select("pd", "is_approved", *COLUMNS)
    expected = in_segments(rows, COLUMNS).select("segment", "pd", "is_approved").sort("segment", "pd")
    assert found.sort("segment", "pd").equals(expected)


def test_counts_do_not_depend_on_threads(versions: pl.DataFrame) -> None:
    frames = []
    for threads in (1, 2):
        connection = connect(threads)
        _fill(connection, versions)
        define_segments(connection, COLUMNS)
        totals = decision_totals(connection, AS_OF, WINDOWS, "m-1", APPROVE_BELOW)
        frames.append((totals, decisions_by_segment(connection, AS_OF, WINDOWS, "m-1", EDGES)))
    assert all(one.equals(other) for one, other in zip(*frames, strict=True))


def test_a_segment_of_a_column_that_applications_do_not_have_is_refused(warehouse: Connection) -> None:
    with pytest.raises(KeyError):
        define_segments(warehouse, ["1; DROP TABLE raw.application_v1"])


def test_no_segments_count_nothing(versions: pl.DataFrame) -> None:
    connection = connect()
    _fill(connection, versions)
    define_segments(connection, [])
    assert decisions_by_segment(connection, AS_OF, WINDOWS, "m-1", EDGES).height == 0


def _insert_batch(
    connection: Connection, day: date, n: int, *, version: int = 1, refused: bool = False, origin: str = "nightly"
) -> None:
    connection.execute(
        "INSERT INTO ops.batches_v1 BY NAME SELECT $batch AS batch_id, $day AS received_on, $version AS day_version, "
        "'x' AS content_sha256, $origin AS origin, $refused AS is_refused, "
        "CASE WHEN $refused THEN 'because' END AS refused_because, "
        "$n AS n_received, TIMESTAMP '2026-07-01' AS ingested_at",
        {"batch": _batch(day, version), "day": day, "version": version, "origin": origin, "refused": refused, "n": n},
    )
    connection.execute(
        "INSERT INTO ops.batch_files_v1 BY NAME SELECT $batch AS batch_id, 'application.parquet' AS source_file, "
        "'application' AS table_name, 'x' AS content_sha256, 1 AS n_bytes, $n AS n_received, $n AS n_accepted, 0 AS n_bad, "
        "0 AS n_duplicates, 0 AS n_orphans, []::VARCHAR[] AS extra_columns",
        {"batch": _batch(day, version), "n": n},
    )


def _quarantine(
    connection: Connection, day: date, row_numbers: list[int], rule: str = "r", file: str = "application.parquet"
) -> None:
    for row_number in row_numbers:
        connection.execute(
            "INSERT INTO core.quarantine_v1 BY NAME "
            "SELECT $batch AS batch_id, $file AS source_file, $row AS row_number, $rule AS rule",
            {"batch": _batch(day), "file": file, "row": row_number, "rule": rule},
        )


def test_what_was_received_is_told_per_day_in_its_last_delivery() -> None:
    connection = connect()
    days = [AS_OF - timedelta(days=back) for back in range(8)]
    _insert_batch(connection, days[0], 100)
    _quarantine(connection, days[0], [1, 2])
    _quarantine(connection, days[0], [2], rule="another")
    _quarantine(connection, days[0], [7], file="bureau.parquet")
    _insert_batch(connection, days[1], 90)
    _insert_batch(connection, days[1], 95, version=2)
    _insert_batch(connection, days[2], 80, refused=True)
    _quarantine(connection, days[2], [1, 2, 3])
    _insert_batch(connection, days[3], 0)  # outcomes or histories alone
    _insert_batch(connection, days[4], 0, refused=True)  # unreadable
    _insert_batch(connection, days[5], 5000, origin="history")
    _insert_batch(connection, days[7], 70)  # too long ago
    _insert_batch(connection, AS_OF + timedelta(days=1), 60)  # not yet
    assert received_days(connection, AS_OF, 7).rows() == [
        (days[4], True, 0, 0, 0),
        (days[2], True, 80, 77, 3),
        (days[1], False, 95, 0, 0),
        (days[0], False, 100, 0, 2),
    ]


def test_the_newest_delivery_is_one_that_brought_applications() -> None:
    connection = connect()
    assert newest_received_on(connection, AS_OF) is None
    _insert_batch(connection, AS_OF - timedelta(days=5), 10)
    _insert_batch(connection, AS_OF - timedelta(days=3), 10, refused=True)
    _insert_batch(connection, AS_OF - timedelta(days=2), 0)
    _insert_batch(connection, AS_OF - timedelta(days=1), 10, origin="history")
    _insert_batch(connection, AS_OF + timedelta(days=1), 10)
    assert newest_received_on(connection, AS_OF) == AS_OF - timedelta(days=5)


def test_rows_of_segments_come_from_the_warehouse(warehouse: Connection) -> None:

    reference = freeze_segments(reference_in_segments(warehouse, "m-1", APPROVE_BELOW), EDGES)
    cells = decisions_by_segment(warehouse, AS_OF, [30], "m-1", EDGES)
    rows = segment_rows(gather_segments(cells, len(EDGES)), reference, Window(AS_OF, 30, 30, 30, "m-1"), Limits())
    assert {row["status"] for row in rows} == {"ok"}
    assert len(rows) == 3 * reference.height
