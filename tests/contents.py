"""What a home holds, as one hash per table: `*_at` columns and the record of runs apart."""

from __future__ import annotations

import hashlib
from pathlib import Path

from schemas.settings import Settings
from warehouse.connection import Connection, open_warehouse
from warehouse.reading import open_snapshot

#: What a run leaves about itself: the only rows that a second run may add. The audit says when each night ran and into which
#: chunks its work was cut; whether it agrees with everything else is for warehouse.audit_check.verify_audit to say.
BOOKKEEPING = {"ops.runs_v1", "ops.audit_v1", "ops.publications_v1", "marts.freshness"}


def _tables(connection: Connection) -> list[str]:
    rows = connection.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY 1").fetchall()
    return [name for (name,) in rows if name not in BOOKKEEPING]


def _hash(connection: Connection, table: str) -> str:
    names = [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall() if not row[0].endswith("_at")]
    columns = ", ".join(f'"{name}"' for name in names)
    rows = connection.execute(f"SELECT {columns} FROM {table} ORDER BY ALL").fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def warehouse_hashes(settings: Settings) -> dict[str, str]:
    """One hash for each table of the warehouse."""
    with open_warehouse(settings) as connection:
        return {table: _hash(connection, table) for table in _tables(connection)}


def snapshot_hashes(settings: Settings) -> dict[str, str]:
    """One hash for each relation of the published snapshot."""
    with open_snapshot(settings) as connection:
        return {table: _hash(connection, table) for table in _tables(connection)}


def file_hashes(folder: Path) -> dict[str, str]:
    """One hash for each file below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
