"""The record of runs: each is on record before it changes anything."""

from __future__ import annotations

import uuid
from datetime import date
from importlib.metadata import version
from typing import Literal

from schemas.references import IngestResult
from warehouse.audit import append
from warehouse.clock import now
from warehouse.connection import Connection, transaction
from warehouse.sql_files import sql

#: Commands that decide: their runs are in the audit.
NIGHTS = frozenset({"nightly", "backfill"})


def start_run(connection: Connection, command: str, as_of: date) -> str:
    """Records the start of a run and returns its id."""
    run_id = str(uuid.uuid4())
    values = {
        "run_id": run_id,
        "command": command,
        "as_of": as_of,
        "started_at": now(),
        "code_version": version("loanwatch"),
    }
    with transaction(connection):
        connection.execute(sql("runs/start"), values)
        if command in NIGHTS:
            append(
                connection, "night", command, run_id, {"event": "started", "as_of": as_of, "code_version": values["code_version"]}
            )
    return run_id


def end_run(connection: Connection, run_id: str, status: Literal["done", "failed"], message: str) -> None:
    """Records how a run ended, in one line of counts and names."""
    values = {"run_id": run_id, "ended_at": now(), "status": status, "message": message}
    with transaction(connection):
        row = connection.execute(sql("runs/end"), values).fetchone()
        if row is not None and row[0] in NIGHTS:
            append(connection, "night", row[0], run_id, {"event": "ended", "as_of": row[1], "status": status, "message": message})


def deliveries_since_last_night(connection: Connection) -> list[IngestResult]:
    """Deliveries taken in or refused since the last night that ended well, oldest first."""
    cursor = connection.execute(sql("runs/deliveries_since_last_night"))
    names = [item[0] for item in cursor.description or []]
    return [IngestResult(files={}, **dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def newest_decided_on(connection: Connection) -> date | None:
    """The newest decided business date; None before the first night."""
    row = connection.execute(sql("runs/newest_decided_on")).fetchone()
    return None if row is None else row[0]
