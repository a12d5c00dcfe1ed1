"""The page's numbers are those of marts; what a home does not have is None."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from schemas.pages import AlertLine, BinLine, DecisionLine, DeliveryLine, NightLine, PastPsi, RuleLine
from warehouse.connection import Connection
from warehouse.migrations import migrate
from warehouse.page_reading import read_nightly_page, read_nights

DAY, BEFORE, LATER = date(2026, 6, 30), date(2026, 6, 29), date(2026, 7, 2)

#: A small copy of what the page reads, with just the columns that the contract names.
_TABLES = """
CREATE SCHEMA marts;
CREATE TABLE marts.batches (batch_id INTEGER, received_on DATE, n_received BIGINT, n_scored BIGINT, n_quarantined BIGINT,
  n_duplicates BIGINT, n_history BIGINT, n_refused BIGINT, status VARCHAR, refused_because VARCHAR, origin VARCHAR);
INSERT INTO marts.batches VALUES
  (2026062901, '2026-06-29', 10, 10, 0, 0, 0, 0, 'scored', NULL, 'nightly'),
  (2026063001, '2026-06-30', 12, 9, 2, 1, 0, 0, 'scored', NULL, 'nightly'),
  (2026063002, '2026-06-30', 5, 0, 4, 0, 0, 1, 'refused', '4 of 5 rows are bad', 'nightly'),
  (2026063003, '2026-06-30', 7, 0, 0, 0, 7, 0, 'history', NULL, 'history'),
  (2026070201, '2026-07-02', 3, 3, 0, 0, 0, 0, 'scored', NULL, 'nightly');
CREATE TABLE marts.quarantine (batch_id INTEGER, application_id BIGINT, source_file VARCHAR, row_number BIGINT, rule VARCHAR,
    column_name VARCHAR);
INSERT INTO marts.quarantine VALUES
  (2026063001, 1, 'application.csv', 3, 'not_a_number', 'AMT_CREDIT'), (2026063001, 2, 'application.csv', 5, 'not_a_number',
    'AMT_CREDIT'),
  (2026063002, 2, 'application.csv', 5, 'not_a_number', 'AMT_CREDIT'), (2026063002, 3, 'application.csv', 6, 'row_too_short',
    NULL),
  (2026062901, 3, 'application.csv', 6, 'row_too_short', NULL);
CREATE TABLE marts.decision_history (application_id BIGINT, as_of DATE, decision VARCHAR, pd DOUBLE, model_version VARCHAR);
INSERT INTO marts.decision_history VALUES
  (1, '2026-06-30', 'approve', 0.02, 'm1'), (2, '2026-06-30', 'approve', 0.04, 'm1'), (3, '2026-06-30', 'decline', 0.3, 'm1'),
  (4, '2026-06-29', 'decline', 0.5, 'm0');
CREATE TABLE marts.drift (as_of DATE, window_days INTEGER, subject VARCHAR, segment VARCHAR, kind VARCHAR, psi DOUBLE,
    psi_noise DOUBLE,
  psi_limit DOUBLE, value DOUBLE, value_reference DOUBLE, value_limit DOUBLE, n_reference BIGINT, n_current BIGINT,
    days_expected INTEGER,
  days_seen INTEGER, missing_share_reference DOUBLE, missing_share_current DOUBLE, unseen_share DOUBLE, status VARCHAR,
    model_version VARCHAR,
  importance DOUBLE, proposes_retraining BOOLEAN);
INSERT INTO marts.drift VALUES
  ('2026-06-30', 1, 'A', '', 'feature', 0.123456789012345, 0.01, 0.2, NULL, NULL, NULL, 100, 9, 1, 1, 0, 0.1, NULL, 'watch',
    'm1', 0.5, false),
  ('2026-06-30', 7, 'A', '', 'feature', 0.3, 0.01, 0.2, NULL, NULL, NULL, 100, 19, 7, 2, 0, 0.1, NULL, 'alert', 'm1', 0.5,
    true),
  ('2026-06-30', 1, 'A', 'S=x', 'feature', 0.3, 0.01, 0.2, NULL, NULL, NULL, 100, 9, 1, 1, 0, 0.1, NULL, 'alert', 'm1', 0.5,
    false),
  ('2026-06-30', 1, 'rows_received', '', 'volume', NULL, NULL, NULL, 12, 10, 5, 8, 12, 1, 1, NULL, NULL, NULL, 'ok', 'm1',
    NULL, false),
  ('2026-06-01', 1, 'A', '', 'feature', NULL, NULL, 0.2, NULL, NULL, NULL, 100, 9, 1, 1, NULL, NULL, NULL, 'too_few', 'm1',
    0.5, false),
  ('2026-05-31', 1, 'A', '', 'feature', 0.1, NULL, 0.2, NULL, NULL, NULL, 100, 9, 1, 1, NULL, NULL, NULL, 'ok', 'm1', 0.5,
    false);
CREATE TABLE marts.drift_bins (as_of DATE, window_days INTEGER, subject VARCHAR, segment VARCHAR, kind VARCHAR, bin INTEGER,
    lower DOUBLE,
  upper DOUBLE, label VARCHAR, n_reference BIGINT, n_current BIGINT, contribution DOUBLE);
INSERT INTO marts.drift_bins VALUES
  ('2026-06-30', 1, 'decision', '', 'decision', 0, NULL, NULL, 'approve', 70, 6, 0.001), ('2026-06-30', 1, 'A', '',
    'feature', 0, 0, 1, 'x', 1, 1, 0),
  ('2026-06-30', 1, 'decision', 'S=x', 'decision', 0, NULL, NULL, 'approve', 7, 6, 0.001);
CREATE TABLE marts.alerts (alert_id BIGINT, opened_on DATE, subject VARCHAR, kind VARCHAR, severity VARCHAR, status VARCHAR,
    detail VARCHAR, runbook VARCHAR);
INSERT INTO marts.alerts VALUES
  (1, '2026-06-29', 'A', 'feature', 'warning', 'acknowledged', 'd1', 'r1'), (2, '2026-06-30', 'B', 'refused', 'critical',
    'open', 'd2', 'r2'),
  (3, '2026-06-30', 'C', 'feature', 'critical', 'resolved', 'd3', 'r3'), (4, '2026-07-01', 'D', 'feature', 'critical',
    'open', 'd4', 'r4');
"""


@pytest.fixture(scope="module")
def marts() -> Iterator[Connection]:
    connection = duckdb.connect(":memory:")
    connection.execute(_TABLES)
    yield connection
    connection.close()


def test_deliveries_rules_and_decisions_are_those_of_the_date(marts: Connection) -> None:
    page = read_nightly_page(marts, DAY)
    assert page.deliveries == (
        DeliveryLine(2026063001, "nightly", "scored", 12, 9, 2, 1, 0, 0, None),
        DeliveryLine(2026063002, "nightly", "refused", 5, 0, 4, 0, 0, 1, "4 of 5 rows are bad"),
        DeliveryLine(2026063003, "history", "history", 7, 0, 0, 0, 7, 0, None),
    )
    assert page.rules == (
        RuleLine("not_a_number", "AMT_CREDIT", "application.csv", 3),
        RuleLine("row_too_short", None, "application.csv", 1),
    )
    assert page.decisions == (DecisionLine("approve", 2, 0.03), DecisionLine("decline", 1, 0.3))
    assert page.model_versions == ("m1",)


def test_drift_is_read_whole_and_bins_only_of_score_and_decisions(marts: Connection) -> None:
    page = read_nightly_page(marts, DAY)
    assert [(line.window_days, line.subject, line.segment, line.psi) for line in page.drift or ()] == [
        (1, "A", "", 0.123456789012345),
        (1, "A", "S=x", 0.3),
        (1, "rows_received", "", None),
        (7, "A", "", 0.3),
    ]
    assert page.bins == (BinLine(1, "decision", "decision", 0, None, None, "approve", 70, 6, 0.001),)


def test_past_nights_are_thirty_with_tonight_and_without_segments(marts: Connection) -> None:
    assert read_nightly_page(marts, DAY).past == (
        PastPsi(date(2026, 6, 1), 1, "A", "feature", None, "too_few"),
        PastPsi(DAY, 1, "A", "feature", 0.123456789012345, "watch"),
        PastPsi(DAY, 7, "A", "feature", 0.3, "alert"),
    )


def test_alerts_are_those_open_by_the_date_the_critical_first(marts: Connection) -> None:
    assert read_nightly_page(marts, DAY).alerts == (
        AlertLine("2", DAY, "B", "refused", "critical", "open", "d2", "r2"),
        AlertLine("1", BEFORE, "A", "feature", "warning", "acknowledged", "d1", "r1"),
    )


def test_neighbours_are_the_nearest_nights_and_a_date_without_anything_is_empty(marts: Connection) -> None:
    assert (read_nightly_page(marts, DAY).previous_on, read_nightly_page(marts, DAY).next_on) == (BEFORE, LATER)
    nothing = read_nightly_page(marts, date(2026, 7, 1))
    assert (nothing.previous_on, nothing.next_on) == (DAY, LATER)
    assert (nothing.deliveries, nothing.decisions, nothing.drift) == ((), (), ())


def test_the_index_has_every_night_delivered_or_measured(marts: Connection) -> None:
    assert read_nights(marts) == (
        NightLine(date(2026, 5, 31), 0, 0, 0, 0, 0, "ok", 0, 0),
        NightLine(date(2026, 6, 1), 0, 0, 0, 0, 0, "too_few", 0, 0),
        NightLine(BEFORE, 10, 10, 0, 0, 0, None, None, None),
        NightLine(DAY, 17, 9, 6, 1, 1, "alert", 2, 1),
        NightLine(LATER, 3, 3, 0, 0, 0, None, None, None),
    )


def test_a_home_without_drift_and_alerts_reads_as_not_measured() -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute(_TABLES)
        for name in ("drift", "drift_bins", "alerts"):
            connection.execute(f"DROP TABLE marts.{name}")
        page = read_nightly_page(connection, DAY)
        assert (page.drift, page.bins, page.past, page.alerts) == (None, None, None, None)
        assert read_nights(connection)[-1] == NightLine(LATER, 3, 3, 0, 0, 0, None, None, None)


def test_every_statement_runs_on_an_empty_warehouse() -> None:
    with duckdb.connect(":memory:") as connection:
        migrate(connection)
        page = read_nightly_page(connection, DAY)
        assert (page.deliveries, page.drift, page.alerts, page.previous_on) == ((), (), (), None)
        assert read_nights(connection) == ()
