"""Alerts as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from reports.tables import render
from schemas.alerting import ChannelReport
from schemas.readings import Record

_COLUMNS = ("alert_id", "opened_on", "last_found_on", "severity", "status", "subject", "kind", "detail")
_EVENTS = ("event", "as_of", "severity", "recorded_at", "recorded_by", "note")


def render_alerts(alerts: Sequence[Record], waiting: Sequence[Record], form: str = "table") -> str:
    """The alerts, and below them the channels that have not taken everything. `form` is table, csv or json."""
    if form != "table":
        columns = [*_COLUMNS, "runbook", "acknowledged_by", "resolved_on"]
        return render(columns, [[alert[name] for name in columns] for alert in alerts], form)
    text = render(_COLUMNS, [[alert[name] for name in _COLUMNS] for alert in alerts], form) if alerts else "No alert is open.\n"
    notes = [
        f"Channel {record['channel']}: {record['n_pending']} not delivered after up to {record['attempts']} attempts"
        + (f" ({record['last_error']})" if record["last_error"] else "")
        for record in waiting
    ]
    return text + "".join(f"{note}\n" for note in notes)


def render_alert(alert: Record, history: Sequence[Record]) -> str:
    """One alert with what to check first, and its history."""
    head = (
        f"Alert {alert['alert_id']}: {alert['subject']} ({alert['kind']}), {alert['severity']}, {alert['status']}\n"
        f"Opened on {alert['opened_on']}, last found on {alert['last_found_on']}\n\n"
        f"{alert['detail']}\n\nCheck first: {alert['runbook']}\n\n"
    )
    return head + render(_EVENTS, [[record[name] for name in _EVENTS] for record in history], "table")


def render_deliveries(reports: Sequence[ChannelReport]) -> str:
    """What became of what was pending, one line per channel."""
    if not reports:
        return "Nothing is pending.\n"
    return "".join(_delivery_line(report) for report in reports)


def _delivery_line(report: ChannelReport) -> str:
    because = f" ({report.last_error})" if report.last_error else ""
    return f"{report.channel}: {report.n_sent} sent, {report.n_pending} pending{because}\n"
