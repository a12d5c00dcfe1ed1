"""The analysts' snapshot: what marts shows, in a file of its own, replaced atomically; readers are never blocked."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from schemas.private import GROUP_READABLE_FILE
from schemas.settings import Settings
from warehouse.clock import now
from warehouse.connection import Connection, transaction
from warehouse.file_copy import fsync, put_in_place
from warehouse.sql_files import quoted, sql


def _copy_marts(connection: Connection) -> None:
    """Views become tables. Decisions in force are read off the history that was just copied: the history is worked out once."""
    relations = connection.execute(sql("publish/relations")).fetchall()
    columns = connection.execute(sql("publish/columns")).fetchall()
    connection.execute("CREATE SCHEMA snapshot.marts")
    for name, comment in relations:
        source = sql("publish/decisions") if name == "decisions" else f"FROM marts.{name}"
        connection.execute(f"CREATE TABLE snapshot.marts.{name} AS {source}")
        connection.execute(f"COMMENT ON TABLE snapshot.marts.{name} IS {quoted(comment)}")
    for table, column, comment in columns:
        connection.execute(f"COMMENT ON COLUMN snapshot.marts.{table}.{column} IS {quoted(comment)}")


def publish_snapshot(connection: Connection, settings: Settings, run_id: str, as_of: date) -> Path:
    """Writes the snapshot beside the published one, flushes it to disk and puts it in place in one step.

    Returns:
        The path of the published file.
    """
    target = settings.snapshot
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.{os.getpid()}.new")
    for leftover in target.parent.glob(f".{target.name}.*"):
        leftover.unlink()
    with transaction(connection):
        connection.execute(sql("publish/insert_publication"), {"run_id": run_id, "as_of": as_of, "published_at": now()})
    connection.execute(f"ATTACH {quoted(str(fresh))} AS snapshot")
    try:
        _copy_marts(connection)
    finally:
        connection.execute("DETACH snapshot")
    fsync(fresh)
    _let_in(fresh, settings)
    put_in_place(fresh, target)
    return target


def _let_in(snapshot: Path, settings: Settings) -> None:
    """Who may read the snapshot; a group that may needs a way to it, and sees nothing else of the home."""
    snapshot.chmod(settings.snapshot_mode)
    if settings.snapshot_mode == GROUP_READABLE_FILE:
        settings.home.chmod(settings.home.stat().st_mode | 0o010)
        settings.snapshot.parent.chmod(settings.snapshot.parent.stat().st_mode | 0o050)
