"""How long ingest takes: `python -m benchmarks.ingest_speed --source DIR [--rows N] [--repeats K]`.

The competition's labelled applications are copied under new ids until there are N, and taken in as Parquet and as CSV, beside
a bare read of the same Parquet file into a table; and a folder of 50 rows per table, and one of the whole sample. Every figure
is the median of K runs into a fresh warehouse, and means something on an idle machine only.
Writes benchmarks/results/ingest_speed.json: seconds.
"""

from __future__ import annotations

import argparse
import json
import logging
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from schemas.policy import load_policy
from schemas.settings import Settings
from schemas.tables import HISTORY_TABLES
from tasks.ingest import ingest_all
from warehouse.connection import open_warehouse

logger = logging.getLogger("ingest_speed")

RESULTS = Path(__file__).parent / "results" / "ingest_speed.json"
DAY = date(2026, 6, 1)
SMALL_ROWS = 50


def _settings(home: Path) -> Settings:
    return Settings(home=home, policy_file=None, memory_limit="2GB", threads=2, lock_wait_seconds=60, chunk_rows=20_000)


def _applications(source: Path, rows: int) -> pl.DataFrame:
    frame = pl.read_parquet(source / "application_train.parquet")
    copies = -(-rows // frame.height)
    return pl.concat([frame] * copies).head(rows).with_columns(SK_ID_CURR=pl.int_range(pl.len()) + 1)


def _sample(source: Path, rows: int | None) -> dict[str, pl.DataFrame]:
    names = {"application": "application_test", **{name: name for name in HISTORY_TABLES}}
    return {name: pl.read_parquet(source / f"{file}.parquet", n_rows=rows) for name, file in names.items()}


def _deliver(home: Path, frames: dict[str, pl.DataFrame], *, as_csv: bool = False) -> None:
    folder = _settings(home).landing / DAY.isoformat()
    folder.mkdir(parents=True)
    for name, frame in frames.items():
        if as_csv:
            frame.write_csv(folder / f"{name}.csv")
        else:
            frame.write_parquet(folder / f"{name}.parquet")
    (folder / "_READY").touch()


def _timed_ingest(frames: dict[str, pl.DataFrame], *, as_csv: bool = False) -> float:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _deliver(home, frames, as_csv=as_csv)
        with open_warehouse(_settings(home)) as connection:
            started = time.perf_counter()
            (result,) = ingest_all(_settings(home), connection, load_policy(None))
            seconds = time.perf_counter() - started
        if result.is_refused or result.n_accepted != result.n_received:
            raise SystemExit(f"the rows were not all taken in: {result.refused_because}")
    return seconds


def _timed_bare_read(frame: pl.DataFrame) -> float:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _deliver(home, {"application": frame})
        with open_warehouse(_settings(home)) as connection:
            started = time.perf_counter()
            file = str(_settings(home).landing / DAY.isoformat() / "application.parquet")
            connection.execute("CREATE TABLE raw.bare AS SELECT * FROM read_parquet($file)", {"file": file})
            return time.perf_counter() - started


def _median(repeats: int, run: Callable[[], float]) -> float:
    return round(statistics.median(run() for _ in range(repeats)), 3)


def measure(source: Path, rows: int, repeats: int) -> dict[str, Any]:
    """Median seconds of each case."""
    frame, small, sample = _applications(source, rows), _sample(source, SMALL_ROWS), _sample(source, None)
    _timed_ingest(small)  # imports and first use are not what is measured
    return {
        "rows": rows,
        "repeats": repeats,
        "bare_read_seconds": _median(repeats, lambda: _timed_bare_read(frame)),
        "ingest_parquet_seconds": _median(repeats, lambda: _timed_ingest({"application": frame})),
        "ingest_csv_seconds": _median(repeats, lambda: _timed_ingest({"application": frame}, as_csv=True)),
        "small_folder_seconds": _median(repeats, lambda: _timed_ingest(small)),
        "sample_rows": sum(table.height for table in sample.values()),
        "sample_seconds": _median(repeats, lambda: _timed_ingest(sample)),
    }


def main() -> None:
    """Measures, writes the results and logs them."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="folder with the competition's Parquet files")
    parser.add_argument("--rows", type=int, default=300_000, help="applications in the large delivery")
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    results = measure(given.source, given.rows, given.repeats)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    logger.info(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
