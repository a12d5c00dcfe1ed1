"""A home with decided nights for tests of the audit and of replay, made without Prefect."""

from __future__ import annotations

from datetime import date
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


def edited(path: Path) -> None:
    """Changes one digit of a file."""
    path.write_text(path.read_text().replace("1", "2", 1))
