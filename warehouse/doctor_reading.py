"""What doctor reads of a warehouse: counts, names and dates, read-only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from warehouse.connection import Connection
from warehouse.sql_files import sql


@dataclass(frozen=True)
class HomeDates:
    """How far a home has come; None where there is nothing yet."""

    received_on: date | None
    decided_on: date | None
    published_at: datetime | None


def _rows(connection: Connection, name: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    return connection.execute(sql(name), parameters).fetchall()


def home_dates(connection: Connection) -> HomeDates:
    """Newest delivery, newest decided date, newest publication."""
    return HomeDates(*_rows(connection, "doctor/dates")[0])


def unfinished_runs(connection: Connection) -> list[tuple[str, int, datetime]]:
    """Command, number and newest start of runs that never ended and were not made up for."""
    return [(command, n, at) for command, n, at in _rows(connection, "doctor/unfinished_runs")]


def last_night(connection: Connection) -> tuple[str, date, datetime, str] | None:
    """Command, business date, start and status of the night recorded last."""
    return next(((command, as_of, at, status) for command, as_of, at, status in _rows(connection, "doctor/last_night")), None)


def open_alert_counts(connection: Connection) -> dict[str, int]:
    """Open alerts by severity."""
    return dict(_rows(connection, "doctor/open_alerts"))


def undelivered(connection: Connection) -> list[tuple[str, int, str | None]]:
    """Where something waits to be sent: channel or topic, how much, class of the last error."""
    found = _rows(connection, "alerts/waiting") + _rows(connection, "outbox/waiting")
    return [(name, n, error) for name, n, _, error in found]


def refused_dates(connection: Connection, as_of: date, days: int) -> list[date]:
    """Business dates of the last days whose newest delivery was refused."""
    return [row[0] for row in _rows(connection, "alerts/refused_days", {"as_of": as_of, "days": days})]
