"""Alerts as steps: tonight's findings judged and recorded in one transaction, and what a person does about an alert."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from schemas.alerting import Alert, AlertChange, AlertEvent, AlertFinding, AlertKey, JudgedNight, Scope
from schemas.channels import AlertSettings
from schemas.errors import UsageError
from schemas.readings import Record
from schemas.settings import Settings
from tasks.core.alert_texts import drift_findings, measured_keys, missed_night_findings, refused_findings
from tasks.core.alerting import is_past, judge_night
from warehouse.alerts import (
    alert_history,
    drift_readings,
    list_alerts,
    newest_judged_on,
    open_alerts,
    queue_delivery,
    record_acknowledgement,
    record_night,
    refused_days,
)
from warehouse.connection import Connection, open_warehouse, transaction
from warehouse.damage import warehouse_exists
from warehouse.reading import query_snapshot
from warehouse.sql_files import sql

#: A refused delivery that no window of drift reaches any more is no longer a finding.
REFUSED_DAYS = 30


def raise_alerts(
    connection: Connection,
    alert_settings: AlertSettings,
    as_of: date,
    scope: Scope,
    findings: Iterable[AlertFinding],
    measured: Collection[AlertKey] | None = None,
) -> AlertChange:
    """Judges what a scope found on a business date and records what follows, in one transaction; twice changes nothing.

    Args:
        measured: subjects and kinds that were measured, None for all; what was not measured is not quiet.

    Returns:
        What changed; a past date (one older than the newest judged) changes nothing.
    """
    night = JudgedNight(as_of, scope, tuple(findings), None if measured is None else frozenset(measured))
    with transaction(connection):
        if is_past(as_of, newest_judged_on(connection, scope)):
            return AlertChange(as_of, scope, is_past=True)
        events = judge_night(night, open_alerts(connection), quiet_nights=alert_settings.quiet_nights)
        recorded = record_night(connection, night, events)
        for alert_id, event in recorded:
            if event.event in {"opened", "escalated"}:
                channels = [channel.name for channel in alert_settings.all_channels() if channel.takes(event.severity)]
                queue_delivery(connection, alert_id, event, channels)
    return _change(as_of, scope, recorded)


def _change(as_of: date, scope: Scope, recorded: list[tuple[int, AlertEvent]]) -> AlertChange:
    def ids(name: str) -> tuple[int, ...]:
        return tuple(alert_id for alert_id, event in recorded if event.event == name)

    return AlertChange(
        as_of,
        scope,
        opened=ids("opened"),
        updated=ids("updated"),
        escalated=ids("escalated"),
        resolved=ids("resolved"),
    )


def raise_drift_alerts(connection: Connection, alert_settings: AlertSettings, as_of: date) -> AlertChange:
    """Judges the rows of marts.drift of a business date."""
    readings = drift_readings(connection, as_of)
    return raise_alerts(connection, alert_settings, as_of, "drift", drift_findings(readings), measured_keys(readings))


def raise_refusal_alerts(connection: Connection, alert_settings: AlertSettings, as_of: date) -> AlertChange:
    """Judges the deliveries of the last 30 days: one that is refused and was not corrected since is a finding."""
    findings = refused_findings(refused_days(connection, as_of, REFUSED_DAYS))
    return raise_alerts(connection, alert_settings, as_of, "delivery", findings)


def raise_missed_night_alerts(
    connection: Connection,
    alert_settings: AlertSettings,
    as_of: date,
    missed_on: Iterable[date],
    newest_decided_on: date | None,
) -> AlertChange:
    """Judges the schedule on a business date: the caller knows which nights should have run by now and did not."""
    findings = missed_night_findings(missed_on, newest_decided_on)
    return raise_alerts(connection, alert_settings, as_of, "dead_man", findings)


def read_alerts(settings: Settings, *, with_resolved: bool = False) -> list[Record]:
    """Alerts as they stand, the most severe first; none in a home without a warehouse."""
    if not warehouse_exists(settings):
        return []
    with open_warehouse(settings) as connection:
        return list_alerts(connection, with_resolved=with_resolved)


def read_published_alerts(settings: Settings, *, with_resolved: bool = False) -> list[Record]:
    """The same as of the last publication, for a reader who does not want to wait. Raises UsageError if there is none."""
    names, rows = query_snapshot(settings, sql("alerts/list_published"))
    records = [dict(zip(names, row, strict=True)) for row in rows]
    return [record for record in records if with_resolved or record["status"] != "resolved"]


def read_alert(settings: Settings, alert_id: int) -> tuple[Record, list[Record]]:
    """One alert and everything that happened to it. Raises UsageError if it does not exist."""
    known = {record["alert_id"]: record for record in read_alerts(settings, with_resolved=True)}
    if alert_id not in known:
        raise UsageError(
            f"alert {alert_id} does not exist", where="monitor.alerts", remedy="list all with `loanwatch alerts --all`"
        )
    with open_warehouse(settings) as connection:
        return known[alert_id], alert_history(connection, alert_id)


def count_open_alerts(settings: Settings) -> int:
    """How many alerts are not resolved; an acknowledged one counts as open."""
    return len(read_alerts(settings))


def acknowledge_alert(settings: Settings, alert_id: int, *, acknowledged_by: str, note: str | None = None) -> Alert:
    """Puts on record that a person took an open alert up, and returns the alert.

    Raises:
        UsageError: no such alert is open, or the name is empty.
    """
    if not acknowledged_by.strip():
        raise UsageError("no name was given", expected="who acknowledges the alert", remedy="name yourself with --by NAME")
    if warehouse_exists(settings):
        with open_warehouse(settings) as connection, transaction(connection):
            alerts = {alert.alert_id: alert for alert in open_alerts(connection)}
            if alert_id in alerts:
                record_acknowledgement(connection, alerts[alert_id], acknowledged_by.strip(), note)
                return alerts[alert_id]
    raise UsageError(
        f"alert {alert_id} is not open",
        expected="the id of an alert that is neither resolved nor unknown",
        where="monitor.alerts",
        remedy="list them with `loanwatch alerts`",
    )
