"""Frames that SQL reads by a name."""

from __future__ import annotations

import weakref

import duckdb
import polars as pl
import pyarrow as pa
import pytest

from warehouse.frames import shown


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def test_a_frame_is_read_as_often_as_a_statement_likes(connection: duckdb.DuckDBPyConnection) -> None:
    frame = pl.DataFrame({"key": [1, 2, None], "text": ["a", None, "ü"]})
    with shown(connection, {"given": frame}):
        twice = connection.execute("SELECT g.* FROM given AS g WHERE key IN (SELECT key FROM given) OR text IS NOT NULL").pl()
    assert twice.equals(frame)
    with pytest.raises(duckdb.CatalogException):
        connection.execute("FROM given")


def test_a_frame_is_let_go_before_its_transaction_ends(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables: list[weakref.ref[pa.Table]] = []
    convert = pl.DataFrame.to_arrow

    def noted(frame: pl.DataFrame) -> pa.Table:
        table = convert(frame)
        tables.append(weakref.ref(table))
        return table

    monkeypatch.setattr(pl.DataFrame, "to_arrow", noted)
    connection.execute("CREATE TABLE kept (key BIGINT)")
    connection.execute("BEGIN")
    with shown(connection, {"given": pl.DataFrame({"key": [1, 2]})}):
        connection.execute("INSERT INTO kept FROM given")
    assert [table() for table in tables] == [None]
    connection.execute("COMMIT")
    assert connection.execute("FROM kept").fetchall() == [(1,), (2,)]


def test_a_frame_is_let_go_after_a_statement_that_fails(connection: duckdb.DuckDBPyConnection) -> None:
    frame = pl.DataFrame({"key": [1]})
    with pytest.raises(duckdb.BinderException), shown(connection, {"given": frame}):
        connection.execute("SELECT lacking FROM given")
    with shown(connection, {"given": frame}):
        assert connection.execute("FROM given").fetchall() == [(1,)]
