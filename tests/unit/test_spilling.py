"""Queries that memory does not hold, in two processes of one home: DuckDB names spilled files alike in every database."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from schemas.settings import Settings
from warehouse.connection import open_warehouse
from warehouse.damage import damage_in
from warehouse.opening import connect_in_memory, discard_spills, open_file

_SORT = "SELECT sum(r) FROM (SELECT r, row_number() OVER (ORDER BY v) AS n FROM t)"
_ROWS = "CREATE TABLE t AS SELECT range AS r, hash(range)::VARCHAR AS v FROM range(2000000)"
_SUM = 1999999000000


def _settings(home: Path, memory_limit: str = "80MB") -> Settings:
    return Settings(home, None, memory_limit=memory_limit, threads=1, lock_wait_seconds=5.0, chunk_rows=1000)


def _spill_in_memory(home: Path) -> None:
    """A sort that memory does not hold."""
    with closing(connect_in_memory(_settings(home))) as connection:
        connection.execute(_ROWS)
        assert connection.execute(_SORT).fetchone() == (_SUM,)


def _spill_beside_a_file(home: Path) -> None:
    """The same over rows of the warehouse, by whoever reads it: several may."""
    with open_warehouse(_settings(home), read_only=True) as connection:
        for _ in range(3):
            assert connection.execute(_SORT.replace(" t)", " raw.t)")).fetchone() == (_SUM,)


@pytest.mark.parametrize("spill", [_spill_in_memory, _spill_beside_a_file])
def test_two_processes_that_spill_at_once_do_not_meet(tmp_path: Path, spill: Callable[[Path], None]) -> None:
    with open_warehouse(_settings(tmp_path, "1GB")) as connection:
        connection.execute(_ROWS.replace("TABLE t", "TABLE raw.t"))
    del connection  # its lock goes with it
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=spill, args=(tmp_path,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert list((tmp_path / "scratch").iterdir()) == []


def _place_of(connection: Any) -> Path:
    return Path(connection.execute("SELECT current_setting('temp_directory')").fetchone()[0])


def test_connections_to_one_file_share_their_place_and_files_do_not(settings: Settings, tmp_path: Path) -> None:
    def opened(name: str) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        return closing(open_file(settings, tmp_path / name, read_only=False))

    with opened("a.duckdb") as one, opened("a.duckdb") as again, opened("b.duckdb") as other:
        assert _place_of(one) == _place_of(again)
        assert _place_of(other) != _place_of(one)
        places = [_place_of(one), _place_of(other)]
        for place in places:
            place.mkdir(exist_ok=True)  # as DuckDB does once memory does not hold a query
        discard_spills(settings)
        assert [place.is_dir() for place in places] == [True, True]
        again.close()
        del again
        discard_spills(settings)
        assert [place.is_dir() for place in places] == [True, True]
    del one, other
    discard_spills(settings)
    assert [place.exists() for place in places] == [False, False]


def test_without_a_place_nothing_is_spilled_and_what_memory_holds_is_answered(settings: Settings, tmp_path: Path) -> None:
    settings.home.mkdir(exist_ok=True)
    settings.scratch.write_text("no folder")
    with closing(open_file(settings, tmp_path / "a.duckdb", read_only=False)) as connection:
        assert connection.execute("SELECT current_setting('temp_directory')").fetchone() == ("",)
        assert connection.execute("SELECT 42").fetchone() == (42,)


def test_a_spilled_file_that_cannot_be_read_is_no_damage_of_the_warehouse() -> None:
    told = 'IO Error: Could not read enough bytes from file "{}": attempted to read 262144 bytes'
    assert damage_in(duckdb.IOException(told.format("home/scratch/file-7/duckdb_temp_storage_S32K-0.tmp"))) is None
    assert damage_in(duckdb.IOException(told.format("home/warehouse.duckdb"))) == "file"
