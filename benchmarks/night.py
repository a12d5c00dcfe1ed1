"""A night from delivery to snapshot beside its bare parts: `python -m benchmarks.night [--sizes 10000 100000 300000] [--runs 5]`.

Ours is `loanwatch nightly` as the operator starts it, a whole process with its temporary Prefect server: one delivery of new
applicants with full histories is taken in, validated, decided, explained, checked, published and backed up. The bare parts, in
one process: read_parquet of all seven tables into a fresh database, the features by the same SQL, `Booster.predict` of their
matrix, and features and PDs written into a table in one transaction. "And reasons" are the same parts and LightGBM's
`pred_contrib` of the rows that are not approved, which a night explains as well. Where they differ: the bare parts
hash, check and prove nothing, keep nothing that was there before, and make neither snapshot nor backup.

`peak_mb`: the most that the night's own process held and the most that those held which it starts (Prefect's server, the
backup's reader), whether or not that was at the same moment; `own_peak_mb`: the former alone. `disk_mb`: what the home holds
afterwards without what was delivered: warehouse, snapshot and a backup, the champion's few training rows among them.

The whole command is timed, and of it the part until the snapshot is in place (`snapshot_seconds`): after that a night makes its
backup and reports.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.children import most_held_below
from benchmarks.frame import Side, Stopwatch, Target, call, run
from benchmarks.homes import NIGHT, night_home, settings_of
from schemas.settings import CHUNK_ROWS, MEMORY_LIMIT

if TYPE_CHECKING:
    import polars as pl

    from tasks.scorer import Scorer

LOANWATCH = str(Path(sys.executable).parent / "loanwatch")
OURS, BARE, EXPLAINED = "loanwatch nightly", "bare parts", "bare parts and reasons"
FULL_SIZE = 300_000


def ours(folder: str, size: int) -> dict[str, Any]:
    """One night as a process of its own."""
    watch = Stopwatch()
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        home = night_home(Path(folder), size, target=Path(scratch) / "home")
        begun = time.time()
        with watch.running():
            process = subprocess.Popen(
                [LOANWATCH, "--home", str(home), "nightly"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            with most_held_below(process.pid) as others:
                _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise SystemExit(f"the night ended with {process.returncode}")
        in_place = settings_of(home).snapshot.stat().st_ctime  # of its rename; the night does not touch it again
        check, kept = _published(home), _kept_bytes(home)
    return {
        "seconds": watch.seconds,
        "snapshot_seconds": in_place - begun,
        "peak_mb": usage.ru_maxrss / 1024 + others.mb,
        "own_peak_mb": round(usage.ru_maxrss / 1024, 1),
        "disk_mb": round(kept / 2**20, 1),
        "check": check,
    }


def _kept_bytes(home: Path) -> int:
    """Of a home without what was delivered: warehouse, snapshot, backups, models."""
    files = (file for file in home.rglob("*") if file.is_file() and file.relative_to(home).parts[0] != "landing")
    return sum(file.stat().st_size for file in files)


def _published(home: Path) -> list[float]:
    query = "select count(*) as n, sum(pd) as pd, count(*) filter (where decision <> 'approve') as n_refused from marts.decisions"
    command = [LOANWATCH, "--home", str(home), "sql", query, "--format", "json"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)[0]
    return [found["n"], found["pd"], found["n_refused"]]


@contextmanager
def _ingested(folder: Path, size: int) -> Iterator[tuple[Any, Scorer, pl.DataFrame]]:
    """A warehouse into which the delivery was taken, its champion, and the versions to decide. Made once, and only read."""
    from schemas.references import PendingBatch
    from tasks import night
    from tasks.score import load_champion
    from warehouse.connection import open_warehouse
    from warehouse.scores import pending_versions

    home = folder / f"ingested-{size}"
    if not home.is_dir():
        fresh = night_home(folder, size, target=folder / f".{home.name}-{os.getpid()}")
        night.take_in(settings_of(fresh), NIGHT)
        fresh.rename(home)
    settings = settings_of(home)
    with open_warehouse(settings) as connection:
        batch = PendingBatch(int(f"{NIGHT:%Y%m%d}01"), NIGHT, size)
        yield connection, load_champion(connection, settings, batch), pending_versions(connection, batch.batch_id)


def bare(folder: str, size: int, *, with_reasons: bool) -> dict[str, Any]:
    """The parts that no night can do without, one after the other; each timed apart."""
    import duckdb

    parts = ("read", "aggregate", "predict", *(["reasons"] if with_reasons else []), "write")
    watches = {name: Stopwatch() for name in parts}
    with (
        _ingested(Path(folder), size) as (warehouse, scorer, versions),
        tempfile.TemporaryDirectory(dir=folder) as scratch,
        duckdb.connect(str(Path(scratch) / "bare.duckdb"), config={"threads": 2, "memory_limit": MEMORY_LIMIT}) as connection,
    ):
        landing = Path(folder) / f"ingested-{size}" / "landing" / NIGHT.isoformat()
        with watches["read"].running():
            for file in sorted(landing.glob("*.parquet")):
                connection.execute(f"CREATE TABLE {file.stem} AS FROM read_parquet('{file}')")
        check = _bare_scores(warehouse, scorer, versions, connection, watches)
    seconds = {f"{name}_seconds": round(watch.seconds, 3) for name, watch in watches.items()}
    return {"seconds": sum(watch.seconds for watch in watches.values()), "check": check, **seconds}


def _bare_scores(
    warehouse: Any, scorer: Scorer, versions: pl.DataFrame, target: Any, watches: dict[str, Stopwatch]
) -> list[float]:
    import numpy as np
    import polars as pl

    from tasks.core.encoding import to_matrix
    from tasks.core.scoring import predict_pd
    from warehouse.features import iter_features

    check = [0.0, 0.0, 0.0]
    frames = iter_features(warehouse, scorer.feature_set, versions, CHUNK_ROWS)
    target.execute("BEGIN")  # a commit for each chunk would write an unfinished row group again and again
    while True:
        with watches["aggregate"].running():
            features = next(frames, None)
        if features is None:
            with watches["write"].running():
                target.execute("COMMIT")
            return check
        matrix = to_matrix(features, scorer.model.encoding)
        with watches["predict"].running():
            scorer.model.booster.predict(matrix)
        pd = predict_pd(scorer.model, matrix)
        refused = pd >= scorer.policy.bands.review_from * scorer.ref.threshold
        if "reasons" in watches:
            with watches["reasons"].running():
                scorer.model.booster.predict(matrix[np.flatnonzero(refused)], pred_contrib=True)
        rows = features.with_columns(pl.Series("pd", pd))
        with watches["write"].running():
            target.register("rows", rows)
            target.execute("CREATE TABLE IF NOT EXISTS scored AS FROM rows LIMIT 0")
            target.execute("INSERT INTO scored FROM rows")
            target.unregister("rows")
        check = [check[0] + len(pd), check[1] + float(pd.sum()), check[2] + int(refused.sum())]


def sides_of(size: int, folder: Path) -> list[Side]:
    """The night, and its bare parts."""
    where = {"folder": str(folder), "size": size}
    return [
        call(OURS, "benchmarks.night:ours", **where),
        call(BARE, "benchmarks.night:bare", **where, with_reasons=False),
        call(EXPLAINED, "benchmarks.night:bare", **where, with_reasons=True),
    ]


if __name__ == "__main__":
    run(
        "night",
        "a night with full histories, delivery to snapshot, beside the sum of its bare parts",
        sides_of,
        [
            Target("at_most", 1.5, of=(OURS, BARE), measure="snapshot_seconds", sizes=(FULL_SIZE,)),
            Target("at_most", 1.5, of=(OURS, BARE), sizes=(FULL_SIZE,)),
            Target("at_most", 1.5, of=(OURS, EXPLAINED), sizes=(FULL_SIZE,)),
            Target("at_most", 180, of=OURS, sizes=(FULL_SIZE,)),
            Target("at_most", 4096, of=OURS, measure="peak_mb"),
        ],
        description=__doc__,
        tolerance=1e-6,
        notes=["Reasons for whom the champion does not approve. Peak memory of the night with the processes that it starts."],
    )
