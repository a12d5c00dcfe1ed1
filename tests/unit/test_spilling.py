"""Queries that memory does not hold, in two processes of one home: DuckDB names spilled files alike in every database."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

from schemas.settings import Settings
from warehouse.opening import connect_in_memory


def _spill(home: Path) -> None:
    """A sort that memory does not hold."""
    settings = Settings(home, None, memory_limit="80MB", threads=1, lock_wait_seconds=1.0, chunk_rows=1000)
    connection = connect_in_memory(settings)
    connection.execute("CREATE TABLE t AS SELECT range AS r, hash(range)::VARCHAR AS v FROM range(2000000)")
    row = connection.execute("SELECT sum(r) FROM (SELECT r, row_number() OVER (ORDER BY v) AS n FROM t)").fetchone()
    connection.close()
    assert row == (1999999000000,)


def test_two_processes_that_spill_at_once_do_not_meet(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_spill, args=(tmp_path,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert list((tmp_path / "scratch").iterdir()) == []
