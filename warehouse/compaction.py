"""A warehouse file written anew from its live rows: what was deleted is in no block of it any more."""

from __future__ import annotations

from contextlib import closing
from logging import getLogger
from pathlib import Path

import duckdb

from schemas.settings import Settings
from warehouse.connection import connect_to_write
from warehouse.file_copy import fsync, put_in_place, require_space
from warehouse.holder import noted
from warehouse.opening import ROW_GROUPS, attach_options, discard_spills, load_cipher
from warehouse.sql_files import quoted
from warehouse.upgrade import alone, beside

logger = getLogger(__name__)

_FRESH = "fresh"


def _is_read_only(connection: duckdb.DuckDBPyConnection) -> bool:
    row = connection.execute("SELECT readonly FROM duckdb_databases() WHERE database_name = current_database()").fetchone()
    return bool(row and row[0])


def write_anew(connection: duckdb.DuckDBPyConnection, target: Path, settings: Settings) -> None:
    """Copies all of the connection's database, comments too, into a new file of the home, flushed to disk."""
    if not _is_read_only(connection):
        connection.execute("CHECKPOINT")
    if settings.key is not None:
        load_cipher(connection)
    row = connection.execute("SELECT current_database()").fetchone()
    connection.execute(f"ATTACH {quoted(str(target))} AS {_FRESH} {attach_options(settings, ROW_GROUPS)}")
    try:
        connection.execute(f'COPY FROM DATABASE "{row[0] if row else ""}" TO {_FRESH}')
    finally:
        connection.execute(f"DETACH {_FRESH}")
    fsync(target)


def _discard_spilled_rows(settings: Settings) -> None:
    """Those of the warehouse and of stopped queries; a training that runs keeps what it spills, and its search."""
    for file in settings.scratch.glob("duckdb_temp*"):
        file.unlink(missing_ok=True)
    discard_spills(settings)


def compact_warehouse(settings: Settings) -> None:
    """Puts a copy made of live rows in the place of the warehouse, in one step; spilled parts of queries go too.

    The old file stays locked until it is replaced; whoever opens it in that moment notices and opens the new one. Not to be
    called while this process has the warehouse open.

    Raises:
        WarehouseBusyError: another process holds it.
        ResourceError: there is no space for a copy.
    """
    with alone(settings), closing(connect_to_write(settings)) as connection, noted(settings):
        require_space(settings.home, settings.warehouse.stat().st_size, "a compacted copy")
        fresh = beside(settings)
        write_anew(connection, fresh, settings)
        put_in_place(fresh, settings.warehouse)
        _discard_spilled_rows(settings)
    logger.info("the warehouse file was written anew")
