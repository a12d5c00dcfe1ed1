"""Computing features: the same call for training and for scoring, in chunks of bounded size."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import suppress

import duckdb
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
#: Versions whose features are computed in one pass over each table; they wait in temporary tables, which DuckDB spills. A row
#: group of DuckDB, as many as are decided in one transaction.
BLOCK_ROWS = 122_880

_TABLES = ("application", *(history.table for history in HISTORIES))
_FIRST, _LAST = "feature_first_id", "feature_last_id"
_numbers = itertools.count(1)


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
    versions = _sorted(applicants)
    connection.register(VERSIONS, versions.to_arrow())
    try:
        frames = [_of_table(connection, feature_set, name) for name in _TABLES]
    finally:
        connection.unregister(VERSIONS)
    return _side_by_side(versions, frames, feature_set)


def _sorted(applicants: pl.DataFrame) -> pl.DataFrame:
    return applicants.select(pl.col("application_id").cast(pl.Int64), pl.col("batch_id").cast(pl.Int32)).unique().sort(_KEYS)


def _side_by_side(versions: pl.DataFrame, frames: list[pl.DataFrame], feature_set: FeatureSet) -> pl.DataFrame:
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

    Chunks are ranges of application_id. The histories are read once per BLOCK_ROWS versions and not once per chunk: rows are
    stored as they were delivered, in no order of applicants, so that every chunk would have to look at all of them. The frames
    are what one call with all versions would give, cut into pieces. The connection may be used between two of them.
    """
    ordered = _sorted(versions)
    for start in range(0, ordered.height, max(BLOCK_ROWS, chunk_rows)):
        block = ordered.slice(start, max(BLOCK_ROWS, chunk_rows))
        if block.height <= chunk_rows:
            yield compute_features(connection, feature_set, block)
        else:
            yield from _cut(connection, feature_set, block, chunk_rows)


def _cut(connection: Connection, feature_set: FeatureSet, block: pl.DataFrame, chunk_rows: int) -> Iterator[pl.DataFrame]:
    """The chunks of a block whose features lie in temporary tables, each in the order of its keys."""
    stored = {name: f"features_{next(_numbers)}_{name}" for name in _TABLES}
    try:
        _store(connection, feature_set, block, stored)
        for offset in range(0, block.height, chunk_rows):
            chunk = block.slice(offset, chunk_rows)
            frames = [_read_chunk(connection, table_name, block, offset, chunk) for table_name in stored.values()]
            yield _side_by_side(chunk, frames, feature_set)
    finally:
        with suppress(duckdb.Error):  # a closed connection took them along; an aborted transaction never made them
            for table_name in stored.values():
                connection.execute(f"DROP TABLE IF EXISTS temp.{table_name}")


def _store(connection: Connection, feature_set: FeatureSet, block: pl.DataFrame, stored: Mapping[str, str]) -> None:
    connection.register(VERSIONS, block.to_arrow())
    try:
        for name, table_name in stored.items():
            statement = statement_of(name, feature_set.of_table(name))
            connection.execute(f"SET VARIABLE {VALUES} = $content", {"content": statement.values})
            connection.execute(f"CREATE TEMP TABLE {table_name} AS {statement.text}")
            connection.execute(f"RESET VARIABLE {VALUES}")
    finally:
        connection.unregister(VERSIONS)


def _read_chunk(connection: Connection, table_name: str, block: pl.DataFrame, offset: int, chunk: pl.DataFrame) -> pl.DataFrame:
    """The chunk's rows: those with its ids, less what the chunks beside it hold of the first and the last id."""
    first, last = chunk["application_id"][0], chunk["application_id"][-1]
    connection.execute(f"SET VARIABLE {_FIRST} = $first", {"first": first})
    connection.execute(f"SET VARIABLE {_LAST} = $last", {"last": last})
    frame = connection.sql(
        f"SELECT * FROM temp.{table_name} WHERE application_id BETWEEN getvariable('{_FIRST}') AND getvariable('{_LAST}') "
        "ORDER BY application_id, batch_id"
    ).pl()
    before = int((block["application_id"].slice(0, offset) == first).sum())
    return frame.slice(before, chunk.height)
