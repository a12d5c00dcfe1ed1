"""Scoring, from features in the warehouse to stored decisions: `python -m benchmarks.scoring [--sizes 100000] [--runs 5]`.

Timed: reading the stored features, one statement, 20,480 rows at a time; text codes and matrix; quality records; PD, points and
decisions; hash of every row; fingerprints; writing decisions and quality and their audit entries, in one transaction. As in a
night, one chunk is decided, another fingerprinted and a third read or written at the same time. Not timed: features (a benchmark
of their own), reasons (another), opening the warehouse and the model, and, for the compiled side, making and proving the kernel.
The peer is the bare `Booster.predict` of the same rows as a float64 matrix that lies in memory.
The features are those of a simulated night, copied under new ids; what is no whole number is moved by up to 1 % toward zero (a
count or a flag stays one, and as few values leave the range of the training data as in a night). The model is that home's
champion: of the default shape, with as many trees as that of the real tables has (`TREES`; 6,000 simulated applicants would stop
at fewer). The sides have to come to the same: ours is read back from the tables, and PDs and decisions are summed with weights
that hang on the applicant. The peer's decisions are those that the product makes of the peer's PDs, outside the timing.

"least" is a bound, no way to score: what the libraries alone take to read the features, put them side by side as the model reads
them, hash every row and insert and commit ready decisions and quality records. Its seconds are those of the processor, shared out
on two cores without a gap. Summing trees, quality records, decisions and the audit cost nothing in it: compiled scoring that goes
through these libraries is not faster, uncompiled scoring not faster than it and bare predict together.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.feature_check import digest
from benchmarks.frame import Side, Stopwatch, Target, call, run
from schemas.features import Feature
from schemas.references import PendingBatch
from schemas.settings import CHUNK_ROWS, Settings
from tasks.ahead import one_ahead
from tasks.compiled import COMPILE_FROM
from tasks.core.assessing import assess_rows
from tasks.core.compiled import compile_model
from tasks.core.encoding import parts_of, side_by_side, to_matrix
from tasks.core.reasons import REASON_SCHEMA
from tasks.core.scoring import calibrate
from tasks.core.vectors import Vector
from tasks.score import decide_rows, load_champion
from tasks.scorer import Scorer, score_rows
from warehouse.connection import Connection, beside, open_warehouse, transaction
from warehouse.frames import shown
from warehouse.scores import ScoredChunk, features_table, with_content, write_chunk
from warehouse.sql_files import sql
from warehouse.threads import at_most_threads

LOANWATCH = [str(Path(sys.executable).parent / "loanwatch")]
DAY = date(2026, 6, 30)
BATCH_ID = 2026063099
FIRST_ID = 10_000_000
#: Of the model of the real tables, fitted with the defaults; a low rate of learning makes the simulated ones need as many.
TREES = 364
THREADS = 2
PARAMETERS = ("candidates=lightgbm", "search_trials=0", "learning_rate=0.01", f"max_trees={TREES}")
REASONS = pl.DataFrame(schema={"application_id": pl.Int64, "batch_id": pl.Int32, **REASON_SCHEMA}).drop("row")


def settings_of(home: Path) -> Settings:
    """Those of a night on two cores."""
    return Settings(home, None, memory_limit="3GB", threads=THREADS, lock_wait_seconds=1.0, chunk_rows=CHUNK_ROWS, backups_kept=0)


def _loanwatch(home: Path, *arguments: str) -> None:
    subprocess.run([*LOANWATCH, "--home", str(home), *arguments], check=True, stdout=subprocess.DEVNULL)


def base_home(folder: Path) -> Path:
    """A home with a champion and the features of one night, made unless it is there."""
    home = folder / f"scoring-base-{TREES}"
    if not home.is_dir():
        new = folder / f"scoring-base-{TREES}.new"
        shutil.rmtree(new, ignore_errors=True)
        _loanwatch(new, "simulate", "--days", "10", "--per-day", "600", "--seed", "1", "--new-days", "0", "--until", "2026-03-20")
        _loanwatch(new, "simulate", "--days", "1", "--per-day", "1000", "--seed", "2", "--new-days", "1", "--until", str(DAY))
        _loanwatch(new, "retrain", *(word for parameter in PARAMETERS for word in ("--set", parameter)))
        _loanwatch(new, "nightly")
        new.rename(home)
    return home


def prepare(folder: Path, rows: int) -> Path:
    """A home whose feature table holds so many rows of a delivery without decisions, made unless it is there."""
    home = folder / f"scoring-{TREES}-{rows}"
    if not home.is_dir():
        new = folder / f"scoring-{TREES}-{rows}.new"
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(base_home(folder), new)
        with open_warehouse(settings_of(new)) as connection:
            _copy_features(connection, scorer_of(connection, settings_of(new), rows), rows)
        new.rename(home)
    return home


def scorer_of(connection: Connection, settings: Settings, rows: int) -> Scorer:
    """The home's champion."""
    return replace(load_champion(connection, settings, PendingBatch(BATCH_ID, DAY, rows)), absent_tables=[])


def _value(feature: Feature) -> str:
    name = f'"{feature.name}"'
    return (
        name
        if feature.kind == "text"
        else f"CASE WHEN {name} = trunc({name}) THEN {name} ELSE {name} * (1 - (copy % 97) * 1e-4) END"
    )


def _copy_features(connection: Connection, scorer: Scorer, rows: int) -> None:
    table = features_table(scorer.feature_set.feature_set_id)
    values = ", ".join(f'{_value(feature)} AS "{feature.name}"' for feature in scorer.feature_set.features)
    connection.execute(
        f"CREATE TEMP TABLE held AS SELECT row_number() OVER (ORDER BY application_id) - 1 AS place, * FROM {table}"
    )
    n = int(connection.sql("SELECT count(*) FROM held").fetchall()[0][0])
    connection.execute(
        f"INSERT INTO {table} BY NAME SELECT {FIRST_ID} + copy * {n} + place AS application_id, {BATCH_ID} AS batch_id, {values} "
        f"FROM range({rows // n + 1}) AS copies(copy), held WHERE copy * {n} + place < {rows} ORDER BY 1"
    )


def chunks_of(connection: Connection, scorer: Scorer, rows: int) -> Generator[pl.DataFrame, None, None]:
    """The stored features in chunks, by one statement on a connection of its own, so that this one may write meanwhile."""
    columns = ", ".join(f'"{name}"' for name in scorer.feature_set.names)
    table = features_table(scorer.feature_set.feature_set_id)
    with beside(connection) as reading:
        found = reading.sql(f"SELECT application_id, batch_id, {columns} FROM {table} WHERE batch_id = {BATCH_ID} LIMIT {rows}")
        for part in found.to_arrow_reader(CHUNK_ROWS):
            yield pl.DataFrame(pl.from_arrow(part))


def _check(found: pl.DataFrame) -> dict[str, Any]:
    """What the sides must agree on, of frames with `application_id`, `pd` and `decision`, whatever the order of the rows."""
    ids = found["application_id"].to_numpy()
    return {"n": len(ids), **digest(ids, {name: found[name].to_numpy() for name in ("pd", "decision")})}


def _stored(connection: Connection) -> pl.DataFrame:
    return connection.sql(f"SELECT application_id, pd, decision FROM score.decisions_v1 WHERE batch_id = {BATCH_ID}").pl()


def _decided(scorer: Scorer, batch: PendingBatch, features: pl.DataFrame) -> ScoredChunk:
    decisions, quality = decide_rows(scorer, batch, features)
    return ScoredChunk(decisions, REASONS, quality, features.clear())


def score(home: str, rows: int, *, compiled: bool) -> dict[str, Any]:
    """Ours: decides all rows, then takes the decisions back."""
    settings, stopwatch = settings_of(Path(home)), Stopwatch()
    batch = PendingBatch(BATCH_ID, DAY, rows)
    with open_warehouse(settings) as connection:
        scorer = scorer_of(connection, settings, rows)
        if compiled:
            scorer = replace(scorer, model=compile_model(scorer.model))
        with stopwatch.running(), transaction(connection):
            decided = one_ahead(partial(_decided, scorer, batch), chunks_of(connection, scorer, rows))
            for chunk in one_ahead(with_content, decided):
                write_chunk(connection, scorer.feature_set, chunk)
        check = _check(_stored(connection))
        take_back(connection)
    return {**stopwatch.figures(), "check": check}


def take_back(connection: Connection) -> None:
    """Deletes what was decided."""
    with transaction(connection):
        for table in ("decisions_v1", "quality_v1"):
            connection.execute(f"DELETE FROM score.{table} WHERE batch_id = {BATCH_ID}")


def least(home: str, rows: int) -> dict[str, Any]:
    """The bound: decisions and quality records are ready before it begins, and no tree is summed."""
    settings, stopwatch = settings_of(Path(home)), Stopwatch()
    with open_warehouse(settings) as connection:
        scorer = scorer_of(connection, settings, rows)
        ready = [_decided(scorer, PendingBatch(BATCH_ID, DAY, rows), part) for part in chunks_of(connection, scorer, rows)]
    with open_warehouse(settings) as connection:  # again: nothing of the features is in memory
        with stopwatch.running(), transaction(connection):
            for part, chunk in zip(chunks_of(connection, scorer, rows), ready, strict=True):
                pieces = parts_of(part, scorer.model.encoding)
                hashes = [hashlib.sha256(row).hexdigest() for piece in pieces for row in side_by_side(piece)]
                _insert(connection, chunk, hashes)
        check = _check(_stored(connection))
        take_back(connection)
    return {**stopwatch.figures(), "seconds": stopwatch.cpu_seconds / THREADS, "check": check}


def _insert(connection: Connection, chunk: ScoredChunk, hashes: list[str]) -> None:
    decisions = chunk.decisions.with_columns(pl.Series("features_sha256", hashes))
    with shown(connection, {"new_decisions": decisions, "new_quality": chunk.quality}), at_most_threads(connection, 1):
        for name in ("decisions", "quality"):
            connection.execute(sql(f"score/insert_{name}"))


def predict(home: str, rows: int) -> dict[str, Any]:
    """The peer; the check makes decisions of its raw scores, outside the timing."""
    settings, stopwatch = settings_of(Path(home)), Stopwatch()
    with open_warehouse(settings) as connection:
        scorer = scorer_of(connection, settings, rows)
        matrix = np.concatenate([to_matrix(part, scorer.model.encoding) for part in chunks_of(connection, scorer, rows)])
        with stopwatch.running():
            raw = scorer.model.booster.predict(matrix, raw_score=True)
        pd = calibrate(scorer.model, np.asarray(raw))
        check = _check(pl.concat(_decisions_of(scorer, pd, chunks_of(connection, scorer, rows))))
    return {**stopwatch.figures(), "check": check}


def _decisions_of(scorer: Scorer, pd: Vector, chunks: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The decisions that PDs in the order of the chunks lead to."""
    start = 0
    for part in chunks:
        quality = assess_rows(scorer.model, part, scorer.absent_tables, scorer.policy.quality.min_filled_share).quality
        scores = score_rows(scorer, part, pd[start : start + part.height], quality.is_insufficient)
        yield pl.concat([part.select("application_id"), scores.select("pd", "decision")], how="horizontal")
        start += part.height


def _sides(size: int, folder: Path) -> list[Side]:
    given = {"home": str(prepare(folder, size)), "rows": size}
    return [
        call("ours, compiled", "benchmarks.scoring:score", **given, compiled=True),
        call("ours", "benchmarks.scoring:score", **given, compiled=False),
        call("bare predict", "benchmarks.scoring:predict", **given),
        call("least", "benchmarks.scoring:least", **given),
    ]


NOTES = (
    "bare predict is `Booster.predict` of the same rows as a matrix that lies in memory: nothing is read and nothing stored.",
    f"least is a bound, no way to score: processor seconds divided by {THREADS}, of what the libraries alone need to read the"
    " features, put them side by side, hash every row and store ready decisions; no tree is summed.",
    f"The product takes compiled trees from {COMPILE_FROM:,} applications on: below, that side is not what a night would take.",
    "DuckDB has 3 GB here; a night gives it 1 GB unless LOANWATCH_MEMORY_LIMIT says otherwise.",
)
TARGETS = (
    Target("at_most", 2, of=("ours", "bare predict")),
    Target("at_most", 1, of=("ours, compiled", "bare predict")),
    Target("told", 0, of=("least", "bare predict")),
    Target("told", 0, of=("ours, compiled", "least")),
)

if __name__ == "__main__":
    run("scoring", "From features in the warehouse to stored decisions", _sides, TARGETS, description=__doc__, notes=NOTES)
