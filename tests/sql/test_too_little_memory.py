"""A limit of memory that a transaction does not fit: DuckDB says so in several ways."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from schemas.errors import ResourceError
from schemas.settings import ROW_GROUP_ROWS, Settings
from warehouse.connection import open_warehouse, transaction

#: What the commit of a night's scores said with a limit of 512 MB.
_OF_A_COMMIT = "TransactionContext Error: Failed to commit: failed to pin block of size 256.0 KiB (488.0 MiB/488.2 MiB used)"
_COLUMNS = ", ".join(f"((range * {number}) % 9973) / 100 AS c{number}" for number in range(1, 600))


def test_rows_that_memory_does_not_hold_are_told_as_such_and_leave_nothing(settings: Settings) -> None:
    with open_warehouse(settings) as connection, transaction(connection):
        connection.execute(f"CREATE TABLE raw.wide AS SELECT {_COLUMNS} FROM range(0)")
    little = replace(settings, memory_limit="80MB")
    with pytest.raises(ResourceError, match="no memory") as told, open_warehouse(little) as connection, transaction(connection):
        connection.execute(f"INSERT INTO raw.wide SELECT {_COLUMNS} FROM range({ROW_GROUP_ROWS - 1})")
    assert "LOANWATCH_MEMORY_LIMIT" in told.value.remedy
    with open_warehouse(settings) as connection:
        assert connection.execute("SELECT count(*) FROM raw.wide").fetchone() == (0,)


def test_a_commit_that_memory_does_not_hold_is_no_fault_of_the_program(settings: Settings) -> None:
    with pytest.raises(ResourceError, match="no memory"), open_warehouse(settings):
        raise duckdb.TransactionException(_OF_A_COMMIT)


def test_a_warehouse_whose_log_memory_does_not_hold_is_not_said_to_be_out_of_reach(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def short(*_: object, **__: object) -> None:
        raise duckdb.OutOfMemoryException(_OF_A_COMMIT)

    with open_warehouse(settings):
        pass
    monkeypatch.setattr("warehouse.connection.open_file", short)
    with pytest.raises(ResourceError, match="no memory") as told, open_warehouse(settings):
        pass
    assert "LOANWATCH_MEMORY_LIMIT" in told.value.remedy
