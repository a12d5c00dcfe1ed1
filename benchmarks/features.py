"""Features of all seven tables against pandas and Polars: `python -m benchmarks.features [--sizes 10000] [--runs 5]`.

Timed: from stored histories to the frame of all features of all applicants, held in memory. Ours reads the warehouse file, as
`loanwatch ingest` has filled it; the peers read the Parquet files of the delivery. Not timed: making the portfolio, ingest (whose
own benchmarks pay for the order in which rows are stored), imports (a first small frame registered with DuckDB brings its own).
DuckDB's `memory_limit` is 3 GB.
`ours` keeps every frame, as a training does; `ours, a night` lets each chunk go once it is computed.
`pandas` is the public kernel's way, which most users pick: get_dummies, one groupby.agg per table and group, merges
(benchmarks/peers_kernel.py). `pandas, tuned` reads texts as categories and counts levels by unstack (benchmarks/peers_pandas.py),
`Polars` streams lazy scans (benchmarks/peers_polars.py); both are shown without a target.
Ours alone adds exactly (integers, not doubles) and picks by date which rows a version sees.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.feature_check import digest
from benchmarks.frame import Side, Stopwatch, Target, call, run
from benchmarks.homes import deliver
from benchmarks.portfolio import DAY, full_size
from schemas.features import feature_set
from schemas.policy import load_policy
from schemas.settings import CHUNK_ROWS, Settings
from schemas.tables import HISTORY_TABLES
from tasks.ingest import ingest_all
from warehouse.connection import Connection, open_warehouse
from warehouse.features import iter_features, observe_levels

#: Home Credit's own size: 58 million history rows.
FULL_SIZE = 340_000
LARGE = (300_000, FULL_SIZE)


def _settings(home: Path, memory_limit: str = "3GB") -> Settings:
    return Settings(home, None, memory_limit=memory_limit, threads=2, lock_wait_seconds=1.0, chunk_rows=CHUNK_ROWS)


def prepare(folder: Path, applicants: int) -> tuple[Path, Path]:
    """Portfolio and home with a filled warehouse, made unless they are there; the home holds what the peers are told."""
    portfolio = full_size(folder, applicants)
    home = folder / f"home-of-{portfolio.name}"
    given = home / "given.json"
    if not given.is_file():
        shutil.rmtree(home, ignore_errors=True)
        deliver(home, portfolio, DAY, ["application", *HISTORY_TABLES], is_history=True)
        with open_warehouse(_settings(home)) as connection:
            (taken_in,) = ingest_all(_settings(home), connection, load_policy(None))
            levels = observe_levels(connection, taken_in.batch_id)
        known = {"levels": levels, "protected": load_policy(None).protected.columns}
        given.write_text(json.dumps(known), encoding="utf-8")
    return portfolio, home


def ours(home: str, memory_limit: str, *, keep: bool) -> dict[str, Any]:
    """The figures of one run."""
    known = json.loads((Path(home) / "given.json").read_text(encoding="utf-8"))
    wanted = feature_set(known["levels"], known["protected"])
    stopwatch = Stopwatch()
    with open_warehouse(_settings(Path(home), memory_limit), read_only=True) as connection:
        _import_what_frames_need(connection)
        figures = {"n_history_rows": sum(_count(connection, name) for name in HISTORY_TABLES), "n_features": len(wanted.names)}
        with stopwatch.running():
            versions = connection.sql("SELECT SK_ID_CURR AS application_id, batch_id FROM raw.application_v1").pl()
            frames = [frame if keep else frame.clear() for frame in iter_features(connection, wanted, versions, CHUNK_ROWS)]
    check = _check(pl.concat(frames), wanted.names) if keep else None
    return {**stopwatch.figures(), **figures, "check": check}


def _import_what_frames_need(connection: Connection) -> None:
    connection.register("first_frame", pl.DataFrame({"number": [1]}).to_arrow())
    connection.sql("SELECT * FROM first_frame").pl()
    connection.unregister("first_frame")


def _check(found: pl.DataFrame, names: list[str]) -> dict[str, Any]:
    return digest(found["application_id"].to_numpy(), {name: found[name].to_numpy() for name in names})


def _count(connection: Connection, name: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM raw.{name}_v1").fetchone()
    return int(row[0]) if row else 0


def _sides(size: int, folder: Path) -> list[Side]:
    portfolio, home = prepare(folder, size)
    peer = {"folder": str(portfolio), "given": str(home / "given.json")}
    return [
        call("ours", "benchmarks.features:ours", home=str(home), memory_limit="3GB", keep=True),
        call("ours, a night", "benchmarks.features:ours", home=str(home), memory_limit="3GB", keep=False),
        call("pandas", "benchmarks.peers_kernel:side", **peer),
        call("pandas, tuned", "benchmarks.peers_pandas:side", **peer),
        call("Polars", "benchmarks.peers_polars:side", **peer),
    ]


NOTES = (
    "pandas is the public kernel's way: get_dummies, one groupby.agg per table and group, merges. pandas, tuned: texts as"
    " categories, levels counted by unstack. Polars: lazy scans, streamed.",
    "Ours alone adds exactly and picks by date which rows are seen.",
    "Ours reads a warehouse whose rows ingest has put in the order of applicants, which is not timed here (ingest and night time"
    " it); the peers decode the delivery's Parquet (zstd), which is. DuckDB has 3 GB here; a night gives it 1 GB unless"
    " LOANWATCH_MEMORY_LIMIT says otherwise.",
    "The targets are for Home Credit's full size. Below it, what a process holds before it begins and the planning of a dozen"
    " long statements (0.2 s) weigh more.",
)
TARGETS = (
    Target("at_least", 4, of=("pandas", "ours"), sizes=LARGE),
    Target("at_most", 0.4, of=("ours", "pandas"), measure="peak_mb", sizes=LARGE),
    Target("at_most", 90, of="ours", sizes=LARGE),
    Target("at_most", 4096, of="ours", measure="peak_mb", sizes=LARGE),
    Target("told", 0, of=("pandas", "ours")),
    Target("told", 0, of=("ours", "pandas"), measure="peak_mb"),
    Target("told", 0, of=("pandas, tuned", "ours")),
    Target("told", 0, of=("Polars", "ours")),
    Target("told", 0, of=("ours", "pandas, tuned"), measure="peak_mb"),
)

if __name__ == "__main__":
    run(
        "features",
        "Features of all applicants, seven tables at Home Credit's depth",
        _sides,
        TARGETS,
        description=__doc__,
        sizes=(10_000, 100_000, *LARGE),
        notes=NOTES,
    )
