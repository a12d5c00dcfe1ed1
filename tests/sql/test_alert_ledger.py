"""Alerts on record: opened, updated, escalated, acknowledged, resolved; the same night twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from schemas.alerting import AlertFinding
from schemas.errors import UsageError
from schemas.settings import Settings
from tasks.alerts import (
    acknowledge_alert,
    count_open_alerts,
    raise_alerts,
    raise_drift_alerts,
    raise_missed_night_alerts,
    raise_refusal_alerts,
    read_alert,
    read_alerts,
)
from tests.alerting import contents, finding, judge, night, standing, two_channels
from warehouse import alerts as store
from warehouse.connection import Connection, open_warehouse

INCOME = ("AMT_INCOME_TOTAL", "feature")


@pytest.fixture
def connection(settings: Settings) -> Iterator[Connection]:
    with open_warehouse(settings) as opened:
        yield opened


def test_a_finding_opens_an_alert_and_asks_for_its_delivery_on_every_channel(connection: Connection) -> None:
    assert judge(connection, 0, [finding()]).opened == (1,)
    assert standing(connection) == [(1, *INCOME, "warning", "open")]
    assert {row[2] for row in contents(connection)["outbox"]} == {"desk", "pager", "prefect-events"}


def test_a_repeated_finding_updates_the_alert_and_is_not_delivered_again(connection: Connection) -> None:
    judge(connection, 0, [finding()])
    before = contents(connection)["outbox"]
    assert judge(connection, 1, [finding(detail="PSI 0.7")]).updated == (1,)
    assert contents(connection)["outbox"] == before
    (row,) = connection.execute("SELECT detail, opened_on, last_found_on FROM marts.alerts").fetchall()
    assert row == ("PSI 0.7", night(0), night(1))


def test_a_higher_severity_is_delivered_again_and_does_not_fall(connection: Connection) -> None:
    judge(connection, 0, [finding()])
    assert judge(connection, 1, [finding(severity="critical")]).escalated == (1,)
    assert judge(connection, 2, [finding()]).updated == (1,)
    assert judge(connection, 3, [finding(severity="critical")]).escalated == ()
    assert standing(connection) == [(1, *INCOME, "critical", "open")]
    assert len(contents(connection)["outbox"]) == 6


def test_a_channel_gets_only_what_is_severe_enough_for_it(connection: Connection) -> None:
    settings = two_channels(second="critical")
    judge(connection, 0, [finding()], settings=settings)
    assert {row[2] for row in contents(connection)["outbox"]} == {"desk", "prefect-events"}
    judge(connection, 1, [finding(severity="critical")], settings=settings)
    assert ("pager", "escalated") in {(row[2], row[3]) for row in contents(connection)["outbox"]}


def test_three_quiet_nights_resolve_it_and_a_return_opens_a_new_one(connection: Connection) -> None:
    judge(connection, 0, [finding()])
    assert [judge(connection, number).resolved for number in (1, 2, 3)] == [(), (), (1,)]
    assert judge(connection, 4, [finding()]).opened == (2,)
    assert [row[4] for row in standing(connection)] == ["resolved", "open"]
    assert connection.execute("SELECT resolved_on FROM marts.alerts ORDER BY alert_id").fetchall() == [(night(3),), (None,)]


def test_a_night_that_was_not_measured_is_not_quiet(connection: Connection) -> None:
    judge(connection, 0, [finding()])
    judge(connection, 1, measured=[INCOME])
    assert [judge(connection, number, measured=[("other", "feature")]).resolved for number in range(2, 12)] == [()] * 10
    judge(connection, 12, measured=[INCOME])
    assert judge(connection, 13, measured=[INCOME]).resolved == (1,)


def test_a_finding_between_two_quiet_nights_begins_the_spell_anew(connection: Connection) -> None:
    judge(connection, 0, [finding()])
    for number, found in enumerate([[], [], [finding()], [], []], start=1):
        assert judge(connection, number, found).resolved == ()
    assert judge(connection, 6).resolved == (1,)


def test_the_same_night_twice_changes_nothing(connection: Connection) -> None:
    for number, found in enumerate([[finding()], [finding(severity="critical"), finding("pd", "score")], [], [], []]):
        judge(connection, number, found)
        before = contents(connection)
        judge(connection, number, found)
        judge(connection, number, found[::-1])
        assert contents(connection) == before


def test_a_night_repeated_with_other_findings_counts_as_judged_last(connection: Connection) -> None:
    judge(connection, 0, [finding()])
    judge(connection, 1)
    judge(connection, 2)
    judge(connection, 2, [finding()])
    assert judge(connection, 3).resolved == ()
    judge(connection, 4)
    assert judge(connection, 5).resolved == (1,)


def test_a_past_date_neither_opens_nor_resolves_nor_asks_for_delivery(connection: Connection) -> None:
    judge(connection, 5, [finding()])
    before = contents(connection)
    change = judge(connection, 4, [finding("other"), finding(severity="critical")])
    assert (change.is_past, change.opened, change.escalated) == (True, (), ())
    assert judge(connection, 3).is_past
    assert contents(connection) == before


def test_another_scope_leaves_alerts_alone_and_has_dates_of_its_own(connection: Connection) -> None:
    judge(connection, 5, [finding()])
    for number in range(4):
        raise_missed_night_alerts(connection, two_channels(), night(number), [], None)
    assert standing(connection) == [(1, *INCOME, "warning", "open")]


def test_a_finding_of_another_scope_is_a_fault_and_leaves_nothing_behind(connection: Connection) -> None:
    before = contents(connection)
    with pytest.raises(ValueError, match="do not belong to scope drift"):
        judge(connection, 0, [finding(kind="refused")])
    assert contents(connection) == before


def test_a_crash_while_recording_leaves_nothing_behind(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(connection)

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("tasks.alerts.queue_delivery", broken)
        with pytest.raises(KeyboardInterrupt):
            judge(connection, 0, [finding()])
    assert contents(connection) == before
    assert judge(connection, 0, [finding()]).opened == (1,)


def test_missed_nights_open_one_critical_alert_each(connection: Connection) -> None:
    change = raise_missed_night_alerts(connection, two_channels(), night(2), [night(2), night(1)], night(0))
    assert change.opened == (1, 2)
    assert standing(connection) == [
        (1, f"night of {night(1)}", "dead_man", "critical", "open"),
        (2, f"night of {night(2)}", "dead_man", "critical", "open"),
    ]


def _batch(connection: Connection, day: date, version: int, *, because: str | None) -> None:
    columns = dict(
        connection.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = 'ops' AND table_name = 'batches_v1'"
        ).fetchall()
    )
    values = {
        "batch_id": int(f"{day:%Y%m%d}{version:02d}"),
        "received_on": day,
        "day_version": version,
        "n_received": 40,
        "is_refused": because is not None,
        "refused_because": because,
        "origin": "nightly",
    }
    defaults = {"VARCHAR": "x", "INTEGER": 0, "BIGINT": 0, "TIMESTAMP": day, "BOOLEAN": False, "DATE": day}
    row = {name: values.get(name, defaults.get(kind)) for name, kind in columns.items()}
    connection.execute(f"INSERT INTO ops.batches_v1 ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


def test_a_refused_day_is_a_finding_until_it_is_delivered_again_and_taken_in(connection: Connection) -> None:
    _batch(connection, night(0), 1, because="missing_column: AMT_CREDIT is not there")
    change = raise_refusal_alerts(connection, two_channels(), night(0))
    assert change.opened == (1,)
    (alert,) = store.open_alerts(connection)
    assert (alert.subject, alert.kind, alert.severity) == (f"delivery of {night(0)}", "refused", "critical")
    assert "missing_column" in alert.detail
    assert "AMT_CREDIT" not in alert.detail  # of the reason only the code: the rest may quote what was delivered
    assert raise_refusal_alerts(connection, two_channels(), night(1)).updated == (1,)
    _batch(connection, night(0), 2, because=None)
    changes = [raise_refusal_alerts(connection, two_channels(), night(number)) for number in (2, 3, 4)]
    assert [change.resolved for change in changes] == [(), (), (1,)]


def _drift_row(connection: Connection, number: int, **given: object) -> None:
    row = {
        "as_of": night(number), "window_days": 7, "subject": "AMT_INCOME_TOTAL", "segment": "", "kind": "feature", "psi": 0.5,
        "psi_limit": 0.2, "n_reference": 50_000, "n_current": 1_400, "days_expected": 7, "days_seen": 7, "status": "alert",
        "model_version": "2026-06-01.1", "proposes_retraining": False,
        "measured_at": night(number), **given,
    }  # fmt: skip
    connection.execute(
        f"INSERT INTO monitor.drift_v1 ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values())
    )


def test_rows_of_marts_drift_become_alerts_and_quiet_ones_resolve_them(connection: Connection) -> None:
    _drift_row(connection, 0)
    _drift_row(connection, 0, subject="pd", kind="score", psi=0.3)
    assert raise_drift_alerts(connection, two_channels(), night(0)).opened == (1, 2)
    assert {row[3] for row in standing(connection)} == {"critical"}
    for number, status in enumerate(["ok", "too_few", "watch", "ok"], start=1):
        _drift_row(connection, number, status=status)
    changes = [raise_drift_alerts(connection, two_channels(), night(number)) for number in (1, 2, 3, 4)]
    assert [change.resolved for change in changes] == [(), (), (), (1,)]
    assert [row[4] for row in standing(connection)] == ["resolved", "open"]  # the score was not measured again


def test_an_acknowledged_alert_counts_as_open_and_an_escalation_opens_it_again(settings: Settings) -> None:
    with open_warehouse(settings) as connection:
        judge(connection, 0, [finding()])
    acknowledge_alert(settings, 1, acknowledged_by=" R. Meyer ", note="asked the source")
    assert count_open_alerts(settings) == 1
    (alert,) = read_alerts(settings)
    assert (alert["status"], alert["acknowledged_by"]) == ("acknowledged", "R. Meyer")
    with open_warehouse(settings) as connection:
        assert judge(connection, 1, [finding()]).updated == (1,)
        assert standing(connection)[0][4] == "acknowledged"
        judge(connection, 2, [finding(severity="critical")])
        assert standing(connection)[0][4] == "open"
    _, history = read_alert(settings, 1)
    assert [event["event"] for event in history] == ["opened", "acknowledged", "updated", "escalated"]
    assert [event["recorded_by"] for event in history] == ["loanwatch", "R. Meyer", "loanwatch", "loanwatch"]
    assert history[1]["note"] == "asked the source"


def test_an_acknowledged_alert_is_resolved_by_a_quiet_spell(settings: Settings) -> None:
    with open_warehouse(settings) as connection:
        judge(connection, 0, [finding()])
    acknowledge_alert(settings, 1, acknowledged_by="Q")
    with open_warehouse(settings) as connection:
        for number in (1, 2, 3):
            judge(connection, number)
    assert (count_open_alerts(settings), len(read_alerts(settings, with_resolved=True))) == (0, 1)
    with pytest.raises(UsageError, match="alert 1 is not open"):
        acknowledge_alert(settings, 1, acknowledged_by="Q")


@pytest.mark.parametrize(("alert_id", "name"), [(7, "Q"), (1, "  ")])
def test_an_acknowledgement_needs_an_open_alert_and_a_name(settings: Settings, alert_id: int, name: str) -> None:
    with open_warehouse(settings) as connection:
        judge(connection, 0, [finding()])
    with pytest.raises(UsageError):
        acknowledge_alert(settings, alert_id, acknowledged_by=name)


def test_looking_at_alerts_does_not_make_a_home(settings: Settings) -> None:
    assert read_alerts(settings) == []
    assert count_open_alerts(settings) == 0
    with pytest.raises(UsageError):
        acknowledge_alert(settings, 1, acknowledged_by="Q")
    assert not settings.home.exists()


def test_findings_in_any_order_are_numbered_alike(settings: Settings) -> None:
    found = [finding("b"), finding("a"), finding("pd", "score", "critical"), finding("a", "missing")]
    numbers = []
    for order in (found, found[::-1]):
        settings.warehouse.unlink(missing_ok=True)
        with open_warehouse(settings) as connection:
            raise_alerts(connection, two_channels(), night(0), "drift", order)
            numbers.append(standing(connection))
    assert numbers[0] == numbers[1]
    assert numbers[0][0][1] == "pd"


def test_two_findings_of_one_subject_and_kind_make_one_alert(connection: Connection) -> None:
    same = [finding(detail="one window"), AlertFinding(*INCOME, "critical", "another window", "look")]
    assert judge(connection, 0, same).opened == (1,)
    assert connection.execute("SELECT severity, detail FROM marts.alerts").fetchall() == [
        ("critical", "another window; one window")
    ]
