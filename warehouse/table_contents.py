"""What the tables of a warehouse hold, as one figure each, for comparing a copy with its original."""

from __future__ import annotations

import duckdb

from schemas.backups import TableContent
from warehouse.sql_files import sql

#: What every run leaves about itself; a home in which only this has changed has not changed.
BOOKKEEPING = frozenset({"ops.runs_v1", "ops.publications_v1", "ops.audit_v1"})


def table_names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Every table of the connection's own database, in order."""
    row = connection.execute("SELECT current_database()").fetchone()
    found = connection.execute(sql("backup/tables"), {"database_name": row[0] if row else ""}).fetchall()
    return [name for (name,) in found]


def table_contents(connection: duckdb.DuckDBPyConnection) -> dict[str, TableContent]:
    """Rows of each table, and the sum over DuckDB's 64-bit hash of each row: the same whatever the order and the threads.

    Reads every value, so that a damaged block shows. It tells a copy from its original, not an edit that was made on purpose:
    for that a backup carries SHA-256 over its files.
    """
    return {name: _content(connection, name) for name in table_names(connection)}


def table_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows of each table, which DuckDB knows without reading them."""
    return {name: _rows(connection, name) for name in table_names(connection)}


def _rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def _content(connection: duckdb.DuckDBPyConnection, table: str) -> TableContent:
    row = connection.execute(f"SELECT count(*), coalesce(sum(hash(t)::HUGEINT), 0) FROM {table} AS t").fetchone()
    if row is None:
        raise AssertionError("an aggregate without groups gives one row")
    return TableContent(n_rows=row[0], content=str(row[1]))
