"""Alerts on record: events appended, states read from them, deliveries in the outbox. Callers hold the transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from schemas.alerting import Alert, AlertEvent, DriftReading, JudgedNight, PendingDelivery, RefusedDay, Scope, Severity, Verdict
from schemas.readings import Record
from warehouse.clock import now
from warehouse.connection import Connection
from warehouse.sql_files import sql

#: Recorded as the author of everything that no person did.
PROGRAM = "loanwatch"


def _one(connection: Connection, name: str, values: dict[str, Any] | None = None) -> Any:
    row = connection.execute(sql(f"alerts/{name}"), values).fetchone()
    if row is None:
        raise AssertionError("an aggregate without groups gives one row")
    return row[0]


def _records(connection: Connection, name: str, values: dict[str, Any] | None = None) -> list[Record]:
    cursor = connection.execute(sql(f"alerts/{name}"), values)
    names = [item[0] for item in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def newest_judged_on(connection: Connection, scope: Scope) -> date | None:
    """The newest business date whose findings of the scope were judged."""
    found: date | None = _one(connection, "newest_judged", {"scope": scope})
    return found


def open_alerts(connection: Connection) -> list[Alert]:
    """Alerts that are open or acknowledged, oldest first."""
    return [
        Alert(**{**record, "verdicts": tuple(Verdict(**verdict) for verdict in record["verdicts"])})
        for record in _records(connection, "open")
    ]


def list_alerts(connection: Connection, *, with_resolved: bool = False) -> list[Record]:
    """The columns of marts.alerts, the most severe first; resolved ones only when asked for."""
    return _records(connection, "list", {"with_resolved": with_resolved})


def alert_history(connection: Connection, alert_id: int) -> list[Record]:
    """Everything that happened to one alert, in order."""
    return _records(connection, "history", {"alert_id": alert_id})


def drift_readings(connection: Connection, as_of: date) -> list[DriftReading]:
    """What was measured on a business date, every window, subject, segment and kind."""
    return [DriftReading(**record) for record in _records(connection, "drift_readings", {"as_of": as_of})]


def refused_days(connection: Connection, as_of: date, days: int) -> list[RefusedDay]:
    """Business dates of (as_of - days, as_of] whose newest delivery is refused."""
    return [RefusedDay(**record) for record in _records(connection, "refused_days", {"as_of": as_of, "days": days})]


def record_night(connection: Connection, night: JudgedNight, events: Iterable[AlertEvent]) -> list[tuple[int, AlertEvent]]:
    """Appends what a judged night did and returns the events with the ids of their alerts, new ones numbered in order."""
    connection.execute(sql("alerts/insert_night"), {"scope": night.scope, "as_of": night.as_of, "judged_at": now()})
    recorded = []
    for event in events:
        alert_id = _one(connection, "next_alert_id") if event.alert_id is None else event.alert_id
        _append(connection, alert_id, event, night.as_of, PROGRAM, None)
        recorded.append((alert_id, event))
    return recorded


def _append(
    connection: Connection, alert_id: int, event: AlertEvent, as_of: date | None, recorded_by: str, note: str | None
) -> None:
    values = {
        "alert_id": alert_id,
        "event": event.event,
        "as_of": as_of,
        "subject": event.subject,
        "kind": event.kind,
        "severity": event.severity,
        "detail": event.detail,
        "runbook": event.runbook,
        "recorded_by": recorded_by,
        "note": note,
        "recorded_at": now(),
    }
    connection.execute(sql("alerts/insert_event"), values)


def record_acknowledgement(connection: Connection, alert: Alert, acknowledged_by: str, note: str | None) -> None:
    """Appends that a person took the alert up."""
    event = AlertEvent("acknowledged", alert.alert_id, alert.subject, alert.kind, alert.severity)
    _append(connection, alert.alert_id, event, None, acknowledged_by, note)


def queue_delivery(connection: Connection, alert_id: int, event: AlertEvent, channels: Iterable[str]) -> None:
    """Puts an opened or escalated alert into the outbox, once per severity and channel."""
    for channel in channels:
        values = {
            "alert_id": alert_id,
            "severity": event.severity,
            "channel": channel,
            "reason": event.event,
            "queued_at": now(),
        }
        connection.execute(sql("alerts/insert_outbox"), values)


def pending_deliveries(connection: Connection, channel: str) -> list[PendingDelivery]:
    """What the channel has not taken yet, in the order in which to try it."""
    return [PendingDelivery(**record) for record in _records(connection, "pending", {"channel": channel})]


def waiting_channels(connection: Connection) -> list[Record]:
    """Channels with something undelivered: channel, n_pending, attempts, last_error."""
    return _records(connection, "waiting")


def begin_attempt(connection: Connection, channel: str, alert_id: int, severity: Severity) -> None:
    """Counts an attempt before it is made."""
    values = {"alert_id": alert_id, "severity": severity, "channel": channel, "attempted_at": now()}
    connection.execute(sql("alerts/begin_attempt"), values)


def end_attempt(connection: Connection, channel: str, alert_id: int, severity: Severity, error: str | None) -> None:
    """Records how an attempt ended: delivered where there is no error."""
    values = {
        "alert_id": alert_id,
        "severity": severity,
        "channel": channel,
        "delivered_at": now() if error is None else None,
        "last_error": error,
    }
    connection.execute(sql("alerts/end_attempt"), values)
