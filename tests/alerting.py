"""Findings, nights and channels for the tests of alerts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from schemas.alerting import AlertChange, AlertFinding, AlertKey, DriftReading, Severity
from schemas.channels import AlertSettings
from tasks.alerts import raise_alerts
from tasks.core.alert_messages import Message
from tasks.senders import ChannelError
from warehouse.connection import Connection

FIRST = date(2026, 6, 1)


def night(number: int) -> date:
    """The business date of the night with that number, from 0."""
    return FIRST + timedelta(days=number)


def finding(
    subject: str = "AMT_INCOME_TOTAL", kind: str = "feature", severity: Severity = "warning", detail: str = "PSI 0.5"
) -> AlertFinding:
    return AlertFinding(subject, kind, severity, detail, "look at the source")


def reading(**given: Any) -> DriftReading:
    """A row of marts.drift that alerts, but for what is given."""
    row: dict[str, Any] = {
        "subject": "AMT_INCOME_TOTAL",
        "segment": "",
        "kind": "feature",
        "window_days": 7,
        "status": "alert",
        "psi": 0.5031,
        "psi_noise": 0.0123,
        "psi_limit": 0.2,
        "value": None,
        "value_reference": None,
        "value_limit": None,
        "n_reference": 50_000,
        "n_current": 1_400,
        "days_expected": 7,
        "days_seen": 7,
        "missing_share_reference": 0.0,
        "missing_share_current": 0.0,
        "unseen_share": None,
    }
    return DriftReading(**{**row, **given})


def two_channels(*, quiet_nights: int = 3, second: Severity = "warning") -> AlertSettings:
    """Two channels of kind slack, `desk` and `pager`; the second takes only what is at least as severe as said."""
    return AlertSettings.model_validate(
        {
            "quiet_nights": quiet_nights,
            "channels": [
                {"name": "desk", "kind": "slack", "url": "env:DESK"},
                {"name": "pager", "kind": "slack", "url": "env:PAGER", "min_severity": second},
            ],
        }
    )


def judge(
    connection: Connection,
    number: int,
    findings: Iterable[AlertFinding] = (),
    *,
    measured: Iterable[AlertKey] | None = None,
    settings: AlertSettings | None = None,
) -> AlertChange:
    """Judges drift of the night with that number."""
    keys = None if measured is None else frozenset(measured)
    return raise_alerts(connection, settings or two_channels(), night(number), "drift", findings, keys)


def contents(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """All that is on record about alerts, without the times."""
    queries = {
        "events": "SELECT * EXCLUDE (recorded_at) FROM monitor.alerts_v1 ORDER BY event_id",
        "nights": "SELECT scope, as_of FROM monitor.alert_nights_v1 ORDER BY ALL",
        "outbox": "SELECT alert_id, severity, channel, reason, attempts, delivered_at IS NULL, last_error "
        "FROM monitor.outbox_v1 ORDER BY ALL",
    }
    return {name: connection.execute(query).fetchall() for name, query in queries.items()}


def standing(connection: Connection) -> list[tuple[Any, ...]]:
    """Alerts as analysts see them: id, subject, kind, severity, status."""
    return connection.execute("SELECT alert_id, subject, kind, severity, status FROM marts.alerts ORDER BY alert_id").fetchall()


class ProcessKilledError(BaseException):
    """Stands for a SIGKILL: nothing of ours catches it."""


class FakeChannels:
    """Takes messages by the name of their channel. `fails` and `kills_after` decide by the number of the sending, from 0."""

    def __init__(self, fails: Iterable[int] = (), kills_after: Iterable[int] = ()) -> None:
        self.fails, self.kills_after = set(fails), set(kills_after)
        self.n_sendings = 0
        self.taken: list[tuple[str, Message]] = []

    def __call__(self, channel: Any, message: Message) -> None:
        number = self.n_sendings
        self.n_sendings += 1
        if number in self.fails:
            raise ChannelError("Down")
        self.taken.append((channel.name, message))
        if number in self.kills_after:
            raise ProcessKilledError

    def delivered(self) -> list[tuple[str, int, str]]:
        """Channel, alert and severity of everything that was taken, repetitions included."""
        return sorted(
            (name, delivery.alert_id, delivery.severity) for name, message in self.taken for delivery in message.deliveries
        )
