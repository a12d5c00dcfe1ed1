"""Memory of blocks that are on disk, given back between two transactions."""

from __future__ import annotations

import duckdb
import pytest

from schemas.settings import Settings
from warehouse.connection import Connection, beside, open_warehouse, transaction
from warehouse.memory import give_back, give_back_tables
from warehouse.sql_files import sql

_KEPT_MB = 16
_ROWS = 1_000_000
_BLOCK_BYTES = 2**18


@pytest.fixture(autouse=True)
def _keep_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.memory.KEPT", f"{_KEPT_MB}MB")


def _held_mb(connection: Connection) -> float:
    row = connection.execute("SELECT sum(memory_usage_bytes) / 1e6 FROM duckdb_memory()").fetchone()
    return float(row[0]) if row else 0.0


def _held_bytes(connection: Connection) -> tuple[int, int]:
    """Of blocks of tables, and of everything else."""
    ((of_tables, in_use, _),) = connection.execute(sql("memory/held")).fetchall()
    return int(of_tables), int(in_use)


def _limit(connection: Connection) -> object:
    return connection.execute("SELECT current_setting('memory_limit')").fetchone()


def _write(connection: Connection) -> None:
    connection.execute(
        f"CREATE OR REPLACE TABLE raw.t AS SELECT range AS id, hash(range) AS a, hash(range + 1) AS b FROM range({_ROWS})"
    )


def test_what_was_committed_is_given_back_and_can_be_read_again(settings: Settings) -> None:
    with open_warehouse(settings) as connection:
        with transaction(connection):
            _write(connection)
        limit, held = _limit(connection), _held_mb(connection)
        give_back(connection, settings)
        assert held > 1.2 * _KEPT_MB
        assert _held_mb(connection) <= _KEPT_MB
        assert _limit(connection) == limit
        assert connection.execute("SELECT count(*), sum(id) FROM raw.t WHERE a = hash(id)").fetchone() == (
            _ROWS,
            _ROWS * (_ROWS - 1) // 2,
        )


def test_what_is_in_use_stays(settings: Settings) -> None:
    groups = "SELECT range AS id, list(range) AS ids FROM range(1000000) GROUP BY ALL"
    with open_warehouse(settings) as connection, beside(connection) as reading:
        limit, rows = _limit(connection), reading.sql(groups).to_arrow_reader(1000)
        n_read = rows.read_next_batch().num_rows
        with pytest.raises(duckdb.OutOfMemoryException), connection.cursor() as other:
            other.execute(f"SET memory_limit = '{_KEPT_MB}MB'")
        give_back(connection, settings)
        assert _limit(connection) == limit
        assert n_read + sum(batch.num_rows for batch in rows) == 1_000_000


def test_an_open_transaction_loses_nothing(settings: Settings) -> None:
    with open_warehouse(settings) as connection:
        with transaction(connection):
            _write(connection)
            give_back(connection, settings)
        assert connection.execute("SELECT count(*) FROM raw.t WHERE a = hash(id)").fetchone() == (_ROWS,)


def test_blocks_of_tables_are_given_back_beside_a_statement_that_keeps_what_it_holds(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = 4 * 2**20
    monkeypatch.setattr("warehouse.memory.ROOM", room)
    groups = "SELECT range AS id, list(range) AS ids FROM range(1000000) GROUP BY ALL"
    with open_warehouse(settings) as connection, beside(connection) as reading:
        with transaction(connection):
            _write(connection)
        limit, rows = _limit(connection), reading.sql(groups).to_arrow_reader(1000)
        n_read = rows.read_next_batch().num_rows
        of_tables, in_use = _held_bytes(connection)
        give_back_tables(connection, settings)
        assert of_tables > 2 * room
        assert in_use > 2 * room
        left, still_in_use = _held_bytes(connection)
        assert left <= room + _BLOCK_BYTES
        assert still_in_use >= in_use - room
        assert _limit(connection) == limit
        assert n_read + sum(batch.num_rows for batch in rows) == 1_000_000


def test_few_blocks_of_tables_are_kept(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.memory.ROOM", 2**30)
    with open_warehouse(settings) as connection:
        with transaction(connection):
            _write(connection)
        held = _held_bytes(connection)
        give_back_tables(connection, settings)
        assert _held_bytes(connection) == held


def test_the_limit_is_never_raised_and_stays_where_room_would_come_near_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    lowered: list[str] = []
    monkeypatch.setattr("warehouse.memory._lower_for_a_moment", lambda _own, limit, _settings: lowered.append(limit))
    monkeypatch.setattr("warehouse.memory.ROOM", 4 * 2**20)
    with open_warehouse(settings) as connection:
        with transaction(connection):
            _write(connection)
        of_tables, in_use = _held_bytes(connection)
        connection.execute(f"SET memory_limit = '{of_tables + in_use + 2**20}B'")
        give_back_tables(connection, settings)
        assert lowered == [f"{in_use + 4 * 2**20}B"]
        monkeypatch.setattr("warehouse.memory.ROOM", of_tables - 1)
        connection.execute(f"SET memory_limit = '{of_tables + in_use - 2**20}B'")
        give_back_tables(connection, settings)
        assert len(lowered) == 1
