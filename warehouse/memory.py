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
#: In which DuckDB tells its limit.
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB")


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
        ((of_tables, in_use, limit),) = own.execute(sql("memory/held")).fetchall()
        if of_tables > ROOM and in_use + ROOM < _bytes_of(limit):
            _lower_for_a_moment(own, f"{in_use + ROOM}B", settings)


def _bytes_of(told: str) -> float:
    """Of a limit as DuckDB tells it: "953.6 MiB"."""
    number, unit = told.split()
    return float(number) * 1024.0 ** _UNITS.index(unit)


def _lower_for_a_moment(own: Connection, limit: str, settings: Settings) -> None:
    try:
        own.execute(sql("memory/set"), {"memory_limit": limit})
    except duckdb.OutOfMemoryException:
        pass  # in use
    finally:
        own.execute(sql("memory/set"), {"memory_limit": settings.memory_limit})
