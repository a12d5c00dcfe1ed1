"""How a chunk is written: by one thread, and whatever happens there, the warehouse has its threads again."""

from __future__ import annotations

import duckdb
import pytest

from schemas.settings import Settings
from warehouse.connection import Connection, open_warehouse, transaction
from warehouse.threads import at_most_threads


def _threads(connection: Connection) -> int:
    (n,) = connection.execute("SELECT current_setting('threads')::INTEGER").fetchone() or (0,)
    return int(n)


def _fail_in_one_thread(connection: Connection) -> None:
    with transaction(connection), at_most_threads(connection, 1):
        assert _threads(connection) == 1
        connection.execute("INSERT INTO ops.home_v1 BY NAME SELECT 'x'::INTEGER AS source FROM range(3)")


def test_a_fault_while_a_chunk_is_written_is_told_as_it_is_and_the_threads_come_back(settings: Settings) -> None:
    with open_warehouse(settings) as connection:
        before = _threads(connection)
        with pytest.raises(duckdb.ConversionException):
            _fail_in_one_thread(connection)
        assert _threads(connection) == before
