"""Memory that DuckDB keeps in case a block is read again, given back where it will not be."""

from __future__ import annotations

import duckdb

from schemas.settings import Settings
from warehouse.connection import Connection
from warehouse.sql_files import sql

#: What DuckDB may keep for a moment; what is in use at that moment is less.
KEPT = "50MB"
#: Bytes that statements which run meanwhile may take beyond what they hold: far more than they can fill in that moment.
ROOM = 200 * 2**20


def give_back(connection: Connection, settings: Settings) -> None:
    """Gives back the memory of blocks that are on disk, to be called between statements.

    DuckDB keeps every block that it has written or read until its limit is full, and what it has freed until its limit changes:
    a night that commits block after block and reads none of them again would hold more the more it commits. Where more is in
    use than that, nothing changes but what could be given back.
    """
    with connection.cursor() as own:
        _lower_for_a_moment(own, KEPT, settings)


def give_back_tables(connection: Connection, settings: Settings) -> None:
    """The same for the blocks of tables alone, while statements run on other connections: what they hold they keep, and room.

    Where what is held and room come near the limit, nothing changes: DuckDB gives back such blocks by itself then.
    """
    with connection.cursor() as own:
        ((of_tables, in_use),) = own.execute(sql("memory/held")).fetchall()
        if of_tables > ROOM:
            _lower_for_a_moment(own, f"{in_use + ROOM}B", settings)


def _lower_for_a_moment(own: Connection, limit: str, settings: Settings) -> None:
    try:
        own.execute(sql("memory/set"), {"memory_limit": limit})
    except duckdb.OutOfMemoryException:
        pass  # in use
    finally:
        own.execute(sql("memory/set"), {"memory_limit": settings.memory_limit})
