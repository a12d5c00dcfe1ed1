"""Computing features: the same call for training and for scoring, in chunks of bounded size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial

import polars as pl

from schemas.errors import VerificationError
from schemas.feature_catalogue import HISTORIES
from schemas.features import FeatureSet, level_columns
from schemas.settings import ROW_GROUP_ROWS
from schemas.tables import table
from warehouse.connection import Connection, beside
from warehouse.feature_sql import (
    OPERANDS,
    SETS,
    VALUES,
    VERSIONS,
    Statement,
    application_statement,
    history_statement,
    ratio_statement,
    sets_statement,
)
from warehouse.threads import at_most_threads, threads_of

_Part = Callable[[Connection], pl.DataFrame]

_KEYS = ["application_id", "batch_id"]
#: A text column gives at most this many levels, the most frequent ones; a level longer than this has no share of its own.
MAX_LEVELS = 100
MAX_LEVEL_LENGTH = 200
#: Versions whose features are computed in one pass over each table, and held in memory together.
BLOCK_ROWS = ROW_GROUP_ROWS
#: The same in chunks: whoever sets small chunks has little memory.
_BLOCK_CHUNKS = 5


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


class Computing:
    """Computes features on connections of its own, one call at a time, in whatever thread."""

    def __init__(self, connections: Sequence[Connection], at_a_time: ThreadPoolExecutor) -> None:
        """A connection for each part of the features."""
        self._connections = connections
        self._at_a_time = at_a_time

    def features(self, feature_set: FeatureSet, applicants: pl.DataFrame) -> pl.DataFrame:
        """As `compute_features`."""
        versions = _sorted(applicants).with_row_index("version_no").with_columns(pl.col("version_no").cast(pl.Int32))
        table = versions.to_arrow()
        for connection in self._connections:
            connection.register(VERSIONS, table)
        of_tables: list[_Part] = [partial(_of_applications, feature_set=feature_set, versions=versions)]
        of_tables += [partial(_of_history, feature_set=feature_set, name=history.table) for history in HISTORIES]
        found = self._at_a_time.map(lambda part, connection: part(connection), of_tables, self._connections)
        side_by_side: pl.DataFrame = pl.concat([versions, *found], how="horizontal")
        side_by_side = side_by_side.hstack(_ratios(self._connections[0], feature_set, side_by_side))
        return side_by_side.select(*_KEYS, *feature_set.names)

    def interrupt(self) -> None:
        """Ends the statements that run; nothing, where none does."""
        for connection in self._connections:
            connection.interrupt()


@contextmanager
def computing(connection: Connection, at_a_time: int) -> Iterator[Computing]:
    """Inside, features can be computed, with so many statements at a time at most."""
    with ExitStack() as stack:
        connections = [stack.enter_context(beside(connection)) for _ in range(1 + len(HISTORIES))]
        found = Computing(connections, stack.enter_context(ThreadPoolExecutor(at_a_time)))
        stack.callback(found.interrupt)  # before the threads are waited for: whoever is stopped does not wait for statements
        yield found


def compute_features(connection: Connection, feature_set: FeatureSet, applicants: pl.DataFrame) -> pl.DataFrame:
    """The features of the application versions given, each from the history known at its business date.

    Args:
        connection: an open warehouse.
        feature_set: the declared list with the levels of a model.
        applicants: columns application_id (BIGINT) and batch_id (INTEGER) of committed rows; about BLOCK_ROWS at most.

    Returns:
        application_id, batch_id, then the features in order (Float64, or String), one row per version, sorted by both keys.

    Raises:
        VerificationError: a version asked for is not in the warehouse.
    """
    # Statements with hundreds of aggregates take half as much again of the processor's time on two threads, to bring together
    # what each has found, and begin and end on one anyway. So two run at a time, and DuckDB has one thread fewer than else.
    n_threads = threads_of(connection)
    with at_most_threads(connection, max(1, n_threads - 1)), computing(connection, min(2, n_threads)) as its:
        return its.features(feature_set, applicants)


def _sorted(applicants: pl.DataFrame) -> pl.DataFrame:
    return applicants.select(pl.col("application_id").cast(pl.Int64), pl.col("batch_id").cast(pl.Int32)).unique().sort(_KEYS)


def _rows(connection: Connection, statement: Statement) -> pl.DataFrame:
    # A variable and not parameters: a relation with parameters runs its query twice.
    connection.execute(f"SET VARIABLE {VALUES} = $content", {"content": statement.values})
    frame = connection.sql(statement.text).pl()
    connection.execute(f"RESET VARIABLE {VALUES}")  # not after a failure: in an aborted transaction it would hide the cause
    return frame


def _of_applications(connection: Connection, feature_set: FeatureSet, versions: pl.DataFrame) -> pl.DataFrame:
    """Inputs and formulas of the applications, in the order of the versions."""
    found = _rows(connection, application_statement(feature_set.of_table("application")))
    if found.height != versions.height or found["version_no"].n_unique() != versions.height:
        raise VerificationError(
            f"{versions.height} application versions were asked for and {found.height} found",
            expected="one accepted row in raw.application per application and batch asked for",
            where="raw.application_v1",
            remedy="pass versions that were ingested; run `loanwatch doctor` if they were",
        )
    return found.sort("version_no").drop("version_no")


def _of_history(connection: Connection, feature_set: FeatureSet, name: str) -> pl.DataFrame:
    """Features of a history table in the order of the versions: those of the set that each sees, or what stands for no rows."""
    features = feature_set.of_table(name)
    seen = _rows(connection, sets_statement(name))
    most_rows, most_months = seen.select(pl.col("most_rows", "most_months").max().fill_null(0).cast(pl.Int64)).row(0)
    connection.register(SETS, seen.filter(pl.col("set_no").is_not_null()).unique("set_no").to_arrow())
    try:
        of_sets = _rows(connection, history_statement(name, features, most_rows, most_months))
    finally:
        connection.unregister(SETS)
    counts = [feature.name for feature in features if feature.function == "count"]
    found = seen.join(of_sets, on="set_no", how="left", maintain_order="left").with_columns(pl.col(counts).fill_null(0.0))
    return found.drop("version_no", "application_id", "held", "held_monthly", "set_no", "most_rows", "most_months")


def _ratios(connection: Connection, feature_set: FeatureSet, features: pl.DataFrame) -> pl.DataFrame:
    """Ratios of aggregates, in the order of the versions."""
    ratios = [f for f in feature_set.features if f.function == "ratio" and f.table != "application"]
    if not ratios:
        return pl.DataFrame()
    operands = dict.fromkeys(name for f in ratios for name in f.columns if not name.startswith("application."))
    connection.register(OPERANDS, features.select("version_no", *_KEYS, *operands).to_arrow())
    try:
        return _rows(connection, ratio_statement(ratios)).sort("version_no").drop("version_no")
    finally:
        connection.unregister(OPERANDS)


def iter_features(
    connection: Connection, feature_set: FeatureSet, versions: pl.DataFrame, chunk_rows: int
) -> Iterator[pl.DataFrame]:
    """The frames of `compute_features` over many versions, `chunk_rows` at a time, in the order of application_id and batch_id.

    Chunks are ranges of application_id. The histories are read once per block of chunks and not once per chunk: rows lie in the
    order of applicants only within what was delivered together, and each pass has a fixed cost. The frames are what one call
    with all versions would give, cut into pieces. The connection may be used between two of them.
    """
    for versions_of_block in blocks_of(versions, chunk_rows):
        block = compute_features(connection, feature_set, versions_of_block)
        yield from block.iter_slices(chunk_rows)
        del block  # before the next one is computed


def blocks_of(versions: pl.DataFrame, chunk_rows: int, most_rows: int = BLOCK_ROWS) -> Iterator[pl.DataFrame]:
    """The versions in their order, as many at a time as whole chunks fit into `most_rows`; all at once where all do."""
    ordered = _sorted(versions)
    most = min(most_rows, _BLOCK_CHUNKS * chunk_rows)
    yield from ordered.iter_slices(most if ordered.height <= most else max(most // chunk_rows, 1) * chunk_rows)
