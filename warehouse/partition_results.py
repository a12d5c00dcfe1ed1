"""What a worker made of a partition: written to files of its own, and read back by the one process that commits it."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from schemas.errors import VerificationError
from schemas.partitions import PartitionResult, ScoringJob
from schemas.private import PRIVATE_FOLDER
from schemas.references import PendingBatch
from schemas.settings import Settings
from warehouse.clock import now
from warehouse.connection import Connection
from warehouse.partition_files import read_frame, require_untouched, sha256_of, write_frame
from warehouse.scores import ScoredChunk
from warehouse.shadow import ShadowGap
from warehouse.sql_files import sql

_KEYS = ["application_id", "batch_id"]
_FRAMES = ("decisions", "reasons", "quality", "features")
_SHADOW = "shadow"


def _file(name: str) -> str:
    return f"{name}.parquet"


def write_result(connection: Connection, settings: Settings, folder: Path, chunk: ScoredChunk) -> dict[str, str]:
    """Writes the frames of a chunk to a folder, whole or not at all; returns the hash of each file by its name.

    The folder's parent has to be there: with the job it is gone, and a worker that is late writes nothing. Raises
    FileNotFoundError then.
    """
    frames = {name: getattr(chunk, name) for name in _FRAMES}
    if chunk.shadow is not None:
        frames[_SHADOW] = chunk.shadow
    partial = folder.with_name(f"{folder.name}.partial")
    partial.mkdir(mode=PRIVATE_FOLDER)
    for name, frame in frames.items():
        write_frame(connection, settings, frame, partial / _file(name))
    files = {_file(name): sha256_of(partial / _file(name)) for name in frames}
    partial.rename(folder)
    return files


def read_chunk(
    connection: Connection, settings: Settings, folder: Path, result: PartitionResult, batch: PendingBatch, job: ScoringJob
) -> ScoredChunk:
    """The chunk that a worker wrote, decided at the instant of this call: the clock of the committer counts.

    Raises:
        VerificationError: a file is not the one that the worker wrote.
    """
    require_untouched(folder, result.files)
    frames = {name: read_frame(connection, settings, folder / name) for name in result.files}
    at = now()
    shadow = frames.get(_file(_SHADOW))
    return ScoredChunk(
        decisions=frames[_file("decisions")].with_columns(pl.lit(at).alias("decided_at")),
        reasons=frames[_file("reasons")],
        quality=frames[_file("quality")],
        features=frames[_file("features")],
        shadow=None if shadow is None else shadow.with_columns(pl.lit(at).alias("scored_at")),
        shadow_gap=_gap(result, batch, job),
        engine=result.engine,
        warnings=result.warnings,
    )


def _gap(result: PartitionResult, batch: PendingBatch, job: ScoringJob) -> ShadowGap | None:
    if job.challenger is None or result.challenger_refused_because is None:
        return None
    version, because = job.challenger.model_version, result.challenger_refused_because
    return ShadowGap(batch.batch_id, batch.received_on, version, result.n_rows, because)


def _belong_together(keys: pl.DataFrame, chunk: ScoredChunk) -> bool:
    whole = [chunk.features, *([chunk.shadow] if chunk.shadow is not None else [])]
    some = [frame.join(keys, on=_KEYS, how="anti").is_empty() for frame in (chunk.reasons, chunk.quality)]
    return all(some) and all(frame.select(_KEYS).sort(_KEYS).equals(keys) for frame in whole)


def require_undecided(connection: Connection, expected: pl.DataFrame, chunk: ScoredChunk, where: Path) -> None:
    """Every version of the partition is decided in the chunk exactly once, and none of them in the warehouse.

    Features, and scores beside, are there for the same versions, reasons and quality for some of them.

    Raises:
        VerificationError: one is missing, double, foreign, or decided already.
    """
    keys = chunk.decisions.select(_KEYS).sort(_KEYS)
    connection.register("partition_keys", keys)
    try:
        row = connection.execute(sql("partitions/count_decided")).fetchone()
    finally:
        connection.unregister("partition_keys")
    n_decided = row[0] if row else 0
    if n_decided or not keys.equals(expected.select(_KEYS)) or not _belong_together(keys, chunk):
        raise VerificationError(
            f"a partition of {expected.height} applications came back with {keys.height}, {n_decided} of them decided already",
            expected="each of its applications decided once, and none of them before",
            where=str(where),
            remedy="run the night again: it deals out what is left",
        )
