"""A home with decided nights for tests of the audit and of replay, made without Prefect."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from schemas.audit import AuditFinding
from schemas.settings import Settings
from tasks import night
from tasks.night import recorded_run
from warehouse.audit_check import verify_audit
from warehouse.connection import open_warehouse


def decide(settings: Settings, day: date) -> None:
    """One night, step by step, without a flow around it."""
    with night.hold_warehouse(settings), recorded_run(settings, "nightly", day) as run:
        night.require_ready(settings, day)
        run.deliveries = night.take_in(settings, day)
        run.scores = [night.score_delivery(settings, batch) for batch in night.find_pending(settings, day)]
        night.publish(settings, run.run_id, day)


def findings(settings: Settings) -> list[AuditFinding]:
    """What a verification finds."""
    with open_warehouse(settings) as connection:
        return verify_audit(connection)


def change(settings: Settings, statement: str, parameters: dict[str, Any] | None = None) -> None:
    """Tampers."""
    with open_warehouse(settings) as connection:
        connection.execute(statement, parameters)


def records(settings: Settings, query: str) -> list[dict[str, Any]]:
    """The rows of a query by column name."""
    with open_warehouse(settings) as connection:
        cursor = connection.execute(query)
        names = [item[0] for item in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _plain(value: object) -> object:
    if isinstance(value, float):
        mantissa, exponent = value.hex().split("p")
        return f"{mantissa.rstrip('0').rstrip('.')}p{exponent}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%f")
    return value.isoformat() if isinstance(value, date) else value


def written_out(row: dict[str, Any], *, keys: bool = True) -> str:
    """A row as JSON in the order of its columns, numbers as hexadecimal floats; with or without the key of its decision."""
    names = [name for name in row if keys or name not in {"application_id", "batch_id"}]
    return json.dumps({name: _plain(row[name]) for name in names}, separators=(",", ":"), ensure_ascii=False)


def edited(path: Path) -> None:
    """Changes one digit of a file."""
    path.write_text(path.read_text().replace("1", "2", 1))
