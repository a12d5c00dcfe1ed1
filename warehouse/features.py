"""Computing features: the same call for training and for scoring, in chunks of bounded size."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from schemas.errors import VerificationError
from schemas.feature_catalogue import HISTORIES
from schemas.features import FeatureSet, level_columns
from schemas.tables import table
from warehouse.connection import Connection
from warehouse.feature_sql import VALUES, VERSIONS, statement_of

_KEYS = ["application_id", "batch_id"]
#: A text column gives at most this many levels, the most frequent ones; a level longer than this has no share of its own.
MAX_LEVELS = 100
MAX_LEVEL_LENGTH = 200


def observe_levels(connection: Connection, cutoff_batch_id: int) -> dict[str, list[str]]:
    """The levels of every text column of the history tables in deliveries up to `cutoff_batch_id`, to be frozen with a model.

    Columns with a closed list of levels give that list. Of the others the 100 most frequent levels count (ties by name), sorted.
    """
    return {f"{name}.{column}": _levels(connection, name, column, cutoff_batch_id) for name, column in level_columns()}


def _levels(connection: Connection, name: str, column: str, cutoff_batch_id: int) -> list[str]:
    declared = table(name).column(column).levels
    if declared:
        return sorted(declared)
    rows = connection.execute(
        f"SELECT {column} FROM raw.{name}_v1 "
        f"WHERE batch_id <= $cutoff_batch_id AND {column} IS NOT NULL AND length({column}) <= $longest "
        f"GROUP BY {column} ORDER BY count(*) DESC, {column} LIMIT $most",
        {"cutoff_batch_id": cutoff_batch_id, "longest": MAX_LEVEL_LENGTH, "most": MAX_LEVELS},
    ).fetchall()
    return sorted(row[0] for row in rows)


def compute_features(connection: Connection, feature_set: FeatureSet, applicants: pl.DataFrame) -> pl.DataFrame:
    """The features of the application versions given, each from the history known at its business date.

    Args:
        connection: an open warehouse.
        feature_set: the declared list with the levels of a model.
        applicants: columns application_id (BIGINT) and batch_id (INTEGER); pass about 20,000 rows at once.

    Returns:
        application_id, batch_id, then the features in order (Float64, or String), one row per version, sorted by both keys.

    Raises:
        VerificationError: a version asked for is not in the warehouse.
    """
    versions = applicants.select(pl.col("application_id").cast(pl.Int64), pl.col("batch_id").cast(pl.Int32)).unique().sort(_KEYS)
    connection.register(VERSIONS, versions.to_arrow())
    try:
        frames = [_of_table(connection, feature_set, name) for name in ("application", *(h.table for h in HISTORIES))]
    finally:
        connection.unregister(VERSIONS)
    for frame in frames:
        _require_same_rows(versions, frame)
    return pl.concat([versions, *(frame.drop(_KEYS) for frame in frames)], how="horizontal").select(*_KEYS, *feature_set.names)


def _of_table(connection: Connection, feature_set: FeatureSet, name: str) -> pl.DataFrame:
    statement = statement_of(name, feature_set.of_table(name))
    # A variable and not parameters: a relation with parameters runs its query twice.
    connection.execute(f"SET VARIABLE {VALUES} = $content", {"content": statement.values})
    frame = connection.sql(statement.text).pl()
    connection.execute(f"RESET VARIABLE {VALUES}")  # not after a failure: in an aborted transaction it would hide the cause
    return frame


def _require_same_rows(versions: pl.DataFrame, frame: pl.DataFrame) -> None:
    if not versions.equals(frame.select(_KEYS)):
        raise VerificationError(
            f"{versions.height} application versions were asked for and {frame.height} found",
            expected="one accepted row in raw.application per application and batch asked for",
            where="raw.application_v1",
            remedy="pass versions that were ingested; run `loanwatch doctor` if they were",
        )


def iter_features(
    connection: Connection, feature_set: FeatureSet, versions: pl.DataFrame, chunk_rows: int
) -> Iterator[pl.DataFrame]:
    """The frames of `compute_features` over many versions, `chunk_rows` at a time, in the order of application_id and batch_id.

    Chunks are ranges of application_id: a version's history is read once, and where rows are stored in the order of ids a chunk
    touches only its part of each table. The frames are what one call with all versions would give, cut into pieces.
    """
    ordered = versions.select(_KEYS).unique().sort(_KEYS)
    for offset in range(0, ordered.height, chunk_rows):
        yield compute_features(connection, feature_set, ordered.slice(offset, chunk_rows))
