"""How long features take: `python -m benchmarks.feature_speed --source DIR [--applicants N]`.

The real histories are copied under new ids until N applicants have one of full depth (the sample of instalments has one row in
twelve, so each is taken twelve times). Writes benchmarks/results/feature_speed.json: seconds and peak memory of this process.
"""

from __future__ import annotations

import argparse
import json
import logging
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.real_rows import BATCH_ID, load_real_rows, real_feature_set
from schemas.policy import load_policy
from schemas.settings import Settings
from schemas.tables import HISTORY_TABLES, table
from warehouse.connection import Connection, open_warehouse
from warehouse.features import iter_features, observe_levels

logger = logging.getLogger("feature_speed")

RESULTS = Path(__file__).parent / "results" / "feature_speed.json"
CHUNK_ROWS = 20_000
#: Added to every id of the n-th copy, n times.
ID_STEP = 10_000_000
INSTALMENT_COPIES = 12


def _keep_applicants_with_histories(connection: Connection) -> int:
    # not instalments and cards, which also hold rows of applicants whose other histories are not here
    complete = ("bureau", "previous_application", "POS_CASH_balance")
    held = " UNION ".join(f"SELECT SK_ID_CURR FROM raw.{name}_v1" for name in complete)
    connection.execute(f"DELETE FROM raw.application_v1 WHERE SK_ID_CURR NOT IN (SELECT SK_ID_CURR FROM ({held}))")
    for name in HISTORY_TABLES:
        connection.execute(
            f"DELETE FROM raw.{name}_v1 WHERE SK_ID_CURR IS NULL OR SK_ID_CURR NOT IN (SELECT SK_ID_CURR FROM raw.application_v1)"
        )
    return _count(connection, "application")


def _count(connection: Connection, name: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM raw.{name}_v1").fetchone()
    return int(row[0]) if row else 0


def _copy(connection: Connection, name: str, copies: int, step: int) -> None:
    """As many copies of the table's rows as asked for, the first being what is there, ids moved by `step` from copy to copy."""
    ids = {"SK_ID_CURR", *(column.name for column in table(name).columns if column.kind == "key")}
    moved = ", ".join(f"{column} + copy * {step} AS {column}" for column in sorted(ids))
    connection.execute(
        f"INSERT INTO raw.{name}_v1 BY NAME SELECT r.* REPLACE ({moved}) "
        f"FROM raw.{name}_v1 AS r CROSS JOIN range(1, $copies) AS copies(copy)",
        {"copies": copies},
    )


def _tile(connection: Connection, applicants: int) -> None:
    copies = -(-applicants // _keep_applicants_with_histories(connection))
    _copy(connection, "installments_payments", INSTALMENT_COPIES, 0)
    for name in ("application", *HISTORY_TABLES):
        _copy(connection, name, copies, ID_STEP)


def _timed(connection: Connection, applicants: int) -> dict[str, Any]:
    started = time.perf_counter()
    observe_levels(connection, BATCH_ID)
    levels_seconds = time.perf_counter() - started
    features = real_feature_set(connection, load_policy(None).protected.columns)
    versions = connection.sql("SELECT SK_ID_CURR AS application_id, batch_id FROM raw.application_v1").pl().head(applicants)
    started, cpu = time.perf_counter(), time.process_time()
    n_rows = sum(frame.height for frame in iter_features(connection, features, versions, CHUNK_ROWS))
    return {
        "n_applicants": n_rows,
        "n_features": len(features.names),
        "n_history_rows": sum(_count(connection, name) for name in HISTORY_TABLES),
        "seconds": round(time.perf_counter() - started, 2),
        "cpu_seconds": round(time.process_time() - cpu, 2),
        "levels_seconds": round(levels_seconds, 2),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def measure(source: Path, applicants: int) -> dict[str, Any]:
    """The figures for so many applicants, two threads and 2 GB for DuckDB."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder), None, memory_limit="2GB", threads=2, lock_wait_seconds=1.0, chunk_rows=CHUNK_ROWS)
        with open_warehouse(settings) as connection:
            load_real_rows(connection, source)
            _tile(connection, applicants)
        with open_warehouse(settings, read_only=True) as connection:
            return _timed(connection, applicants)


def main() -> None:
    """Measures, prints and records."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, required=True, help="folder with the competition's Parquet files")
    parser.add_argument("--applicants", type=int, default=10_000)
    arguments = parser.parse_args()
    figures = measure(arguments.source, arguments.applicants)
    print(json.dumps(figures, indent=1))
    recorded = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    recorded[str(arguments.applicants)] = figures
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(recorded, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
