"""Ingest beside a bare read: `python -m benchmarks.ingest [--sizes 10000 100000 300000] [--runs 5]`.

Ours is all that happens between a ready folder and its rows in the warehouse: hashing the file, reading it in chunks, typing and
checking every cell, sorting out bad and repeated rows, the ledger, one transaction. The bare side is one CREATE TABLE from
read_parquet or read_csv in a fresh database file, with the same threads and memory limit.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from benchmarks.frame import Side, Stopwatch, Target, call, run
from benchmarks.homes import NIGHT, deliver, settings_of
from benchmarks.portfolio import APPLICATION_ONLY, Form, full_size

FORMS: tuple[Form, ...] = ("parquet", "csv")
CHECK = "SELECT count(*), sum(SK_ID_CURR::HUGEINT)::DOUBLE, sum(AMT_CREDIT::DECIMAL(18, 4))::DOUBLE FROM {table}"


def ours(portfolio: str) -> dict[str, Any]:
    """Takes one delivery of applications into a fresh warehouse."""
    from schemas.policy import load_policy
    from tasks.ingest import ingest_all
    from warehouse.connection import open_warehouse

    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(Path(folder))
        deliver(settings.home, Path(portfolio), NIGHT, ["application"])
        with open_warehouse(settings) as connection:
            with watch.running():
                (result,) = ingest_all(settings, connection, load_policy(None))
            if result.is_refused or result.n_accepted != result.n_received:
                raise SystemExit(f"the rows were not all taken in: {result.refused_because}")
            check = connection.execute(CHECK.format(table="raw.application_v1")).fetchone()
    return {"seconds": watch.seconds, "check": list(check or [])}


def bare(portfolio: str, form: str) -> dict[str, Any]:
    """Reads the same file into a table."""
    import duckdb

    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(Path(folder))
        config: dict[str, Any] = {"threads": settings.threads, "memory_limit": settings.memory_limit}
        with duckdb.connect(str(Path(folder) / "bare.duckdb"), config=config) as connection:
            with watch.running():
                file = str(Path(portfolio) / f"application.{form}")
                connection.execute(f"CREATE TABLE bare AS FROM read_{form}('{file}')")
            check = connection.execute(CHECK.format(table="bare")).fetchone()
    return {"seconds": watch.seconds, "check": list(check or [])}


def sides_of(size: int, folder: Path) -> list[Side]:
    """Ours and the bare read, of Parquet and of CSV."""
    sides = []
    for form in FORMS:
        portfolio = str(full_size(folder, size, 2, day=NIGHT, tables=APPLICATION_ONLY, form=form))
        sides.append(call(f"ours, {form}", "benchmarks.ingest:ours", portfolio=portfolio))
        sides.append(call(f"bare read_{form}", "benchmarks.ingest:bare", portfolio=portfolio, form=form))
    return sides


if __name__ == "__main__":
    run(
        "ingest",
        "a delivery of applications taken in, validated and on the ledger, beside a bare read into a table",
        sides_of,
        [Target("at_most", 2.5, of=(f"ours, {form}", f"bare read_{form}")) for form in FORMS],
        description=__doc__,
        notes=["The application table (122 columns), clean rows, its file in the page cache."],
    )
