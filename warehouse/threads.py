"""How many threads DuckDB gives to a statement.

A setting of the whole database: each of its connections has the same, so only one thread of a process is to change it at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from warehouse.connection import Connection
from warehouse.sql_files import sql


def threads_of(connection: Connection) -> int:
    """How many there are."""
    (n,) = connection.execute(sql("threads/read")).fetchone() or (1,)
    return int(n)


@contextmanager
def at_most_threads(connection: Connection, most: int) -> Iterator[None]:
    """Inside, a statement has so many threads at most; afterwards as many as before."""
    with connection.cursor() as settings:  # of its own: after a fault the transaction takes no statement any more
        before = threads_of(settings)
        settings.execute(sql("threads/set"), {"threads": min(before, most)})
        try:
            yield
        finally:
            settings.execute(sql("threads/set"), {"threads": before})
