"""Memory that DuckDB keeps in case a block is read again, given back where it will not be."""

from __future__ import annotations

import duckdb

from schemas.settings import Settings
from warehouse.connection import Connection
from warehouse.sql_files import sql

#: What DuckDB may keep for a moment; what is in use at that moment is less.
KEPT = "50MB"


def give_back(connection: Connection, settings: Settings) -> None:
    """Gives back the memory of blocks that are on disk, to be called between statements.

    DuckDB keeps every block that it has written or read until its limit is full, and what it has freed until its limit changes:
    a night that commits block after block and reads none of them again would hold more the more it commits. Where more is in
    use than that, nothing changes but what could be given back.
    """
    with connection.cursor() as own:
        try:
            own.execute(sql("memory/set"), {"memory_limit": KEPT})
        except duckdb.OutOfMemoryException:
            pass  # in use
        finally:
            own.execute(sql("memory/set"), {"memory_limit": settings.memory_limit})
