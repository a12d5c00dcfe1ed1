"""What is measured beside PSI on a business date, from a small warehouse: which rows, with which statuses, the same twice."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from schemas.policy import load_policy
from tasks.beside_psi import KINDS, SEGMENT_KINDS, measure_applicants, measure_segments, price_drift
from tasks.core.drift_reference import freeze_model, freeze_policy
from tasks.core.drift_rows import ROW_SCHEMA
from tests.drift_support import DAY, batch_id, day
from tests.feature_support import connect, frame_of, insert
from warehouse.connection import Connection, transaction
from warehouse.drift import write_drift
from warehouse.drift_references import write_reference, write_reference_scores
from warehouse.registry import ChampionRef

POLICY = load_policy(None)
CHAMPION = ChampionRef("m-1", "x", 0.1, "f")
COLUMNS = POLICY.drift.segments
N_REFERENCE = 5000
N_NIGHTS = 60
PER_NIGHT = 250


def _people(generator: np.random.Generator, n: int, first_id: int, on: date) -> pl.DataFrame:
    pd = np.round(np.clip(generator.beta(1, 11, n), 1e-6, 0.99), 12)
    return pl.DataFrame(
        {
            "application_id": np.arange(first_id, first_id + n),
            "batch_id": pl.Series([batch_id(on)] * n),
            "received_on": [on] * n,
            "pd": pd,
            "NAME_CONTRACT_TYPE": generator.choice(["Cash loans", "Revolving loans"], n, p=[0.9, 0.1]),
            "CODE_GENDER": generator.choice(["F", "M"], n),
            "REGION_RATING_CLIENT": generator.integers(1, 4, n),
            "NAME_INCOME_TYPE": generator.choice(["Working", "Pensioner"], n),
        }
    )


def _store(connection: Connection, people: pl.DataFrame) -> None:
    raw = people.select(pl.col("application_id").alias("SK_ID_CURR"), "batch_id", *COLUMNS)
    insert(connection, "application", frame_of("application", raw.to_dicts()))
    connection.register("people", people)


def _night(connection: Connection, people: pl.DataFrame) -> None:
    _store(connection, people)
    connection.execute(
        "INSERT INTO score.decisions_v1 BY NAME SELECT application_id, batch_id, received_on, received_on AS as_of, "
        "'nightly' AS origin, 'f' AS features_sha256, 'm-1' AS model_version, 'p' AS policy_sha256, pd, 0.0 AS score_points, "
        "0.1 AS threshold, CASE WHEN pd < 0.1 THEN 'approve' WHEN pd < 0.125 THEN 'review' ELSE 'decline' END AS decision, "
        "'score' AS decided_by, TIMESTAMP '2026-07-01' AS decided_at FROM people"
    )
    connection.execute(
        "INSERT INTO ops.batches_v1 BY NAME SELECT any_value(batch_id) AS batch_id, any_value(received_on) AS received_on, "
        "1 AS day_version, 'x' AS content_sha256, 'nightly' AS origin, false AS is_refused, count(*) AS n_received, "
        "TIMESTAMP '2026-07-01' AS ingested_at FROM people"
    )


def _warehouse(factor: float = 1.0) -> Connection:
    """Sixty nights, the last with PDs times `factor`."""
    connection, generator = connect(), np.random.default_rng(1)
    people = _people(generator, N_REFERENCE, 1, day(-200))
    _store(connection, people)
    inputs = pl.DataFrame({"A": people["pd"]})
    decisions = pl.select(pl.when(people["pd"] < 0.1).then(pl.lit("approve")).otherwise(pl.lit("decline"))).to_series()
    with transaction(connection):
        write_reference(connection, freeze_model("m-1", inputs, pl.DataFrame(), people["pd"], {"A": 1.0}, POLICY))
        write_reference(connection, freeze_policy("m-1", people["pd"], decisions, POLICY))
        write_reference_scores(connection, "m-1", people.select("application_id", pl.col("batch_id").cast(pl.Int32), "pd"))
    for back in range(N_NIGHTS - 1, -1, -1):
        night = _people(generator, PER_NIGHT, 10_000 + back * PER_NIGHT, DAY - timedelta(days=back))
        _night(connection, night if back else night.with_columns((pl.col("pd") * factor).clip(0, 0.99).round(12)))
    return connection


@pytest.fixture(scope="module")
def quiet() -> Connection:
    return _warehouse()


@pytest.fixture(scope="module")
def drifted() -> Connection:
    return _warehouse(factor=2.0)


def _status(frame: pl.DataFrame, subject: str, window: int) -> str:
    return str(frame.filter((pl.col("subject") == subject) & (pl.col("window_days") == window))["status"][0])


def test_every_window_has_its_rows_and_a_quiet_night_no_alert(quiet: Connection) -> None:
    rows = measure_applicants(quiet, POLICY, CHAMPION, DAY)
    assert dict(rows.schema) == ROW_SCHEMA
    assert rows.height == 3 * 7
    assert set(rows["kind"]) == set(KINDS)
    assert set(rows["status"]) <= {"ok", "too_few"}
    assert rows.filter(pl.col("subject") == "approval_rate")["n_current"].to_list() == [250, 1750, 7500]
    assert rows["days_seen"].to_list() == rows["window_days"].to_list()


def test_segments_of_a_quiet_night_are_quiet(quiet: Connection) -> None:
    rows = measure_segments(quiet, POLICY, CHAMPION, DAY)
    assert rows.height == 3 * 3 * 9
    assert set(rows["kind"]) == set(SEGMENT_KINDS)
    assert set(rows["status"]) <= {"ok", "too_few"}


def test_riskier_applicants_show_in_rates_segments_and_money(drifted: Connection) -> None:
    rows, segments = (measure(drifted, POLICY, CHAMPION, DAY) for measure in (measure_applicants, measure_segments))
    assert (_status(rows, "mean_pd", 1), _status(rows, "approval_rate", 1), _status(rows, "mean_pd", 30)) == (
        "alert",
        "alert",
        "ok",
    )
    alerts = segments.filter((pl.col("status") == "alert") & (pl.col("window_days") == 1))
    assert {"CODE_GENDER=F", "CODE_GENDER=M"} <= set(alerts["segment"])
    money = price_drift(drifted, POLICY, CHAMPION, DAY)
    tonight, month = money[1], money[30]
    assert tonight is not None
    assert month is not None
    assert tonight.change > 3 * abs(month.change)
    assert tonight.by_approvals > 0
    assert tonight.by_rules == pytest.approx(0.0)
    assert tonight.by_approvals + tonight.by_risk == pytest.approx(tonight.change)


def test_a_day_without_applications_is_told_from_a_quiet_one(quiet: Connection) -> None:
    rows = measure_applicants(quiet, POLICY, CHAMPION, DAY + timedelta(days=3))
    assert (_status(rows, "approval_rate", 1), _status(rows, "rows_received", 1)) == ("too_few", "too_few")
    assert (_status(rows, "days_since_delivery", 1), _status(rows, "approval_rate", 7)) == ("alert", "ok")
    assert rows.filter(pl.col("window_days") == 7)["days_seen"].to_list() == [4] * 7
    assert price_drift(quiet, POLICY, CHAMPION, DAY + timedelta(days=3))[1] is None


def test_measured_rows_fit_the_table_and_are_replaced_by_equal_ones(quiet: Connection) -> None:
    nothing = quiet.sql("SELECT * FROM monitor.drift_bins_v1 LIMIT 0").pl()
    held = []
    for _ in range(2):
        with transaction(quiet):
            write_drift(quiet, DAY, measure_applicants(quiet, POLICY, CHAMPION, DAY), nothing, KINDS)
            segments = measure_segments(quiet, POLICY, CHAMPION, DAY)
            write_drift(quiet, DAY, segments, nothing, SEGMENT_KINDS, is_segmented=True)
        held.append(quiet.execute("FROM marts.drift ORDER BY ALL").fetchall())
    assert held[0] == held[1]
    assert len(held[0]) == 21 + 81
