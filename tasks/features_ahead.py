"""Features of a whole delivery, those of the next block computed while the last one is decided and written."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from tasks.ahead import made_ahead
from warehouse.features import BLOCK_ROWS, Computing, blocks_of, computing
from warehouse.threads import at_most_threads, threads_of

if TYPE_CHECKING:
    import polars as pl

    from schemas.features import FeatureSet
    from warehouse.connection import Connection

#: Half of what else is computed in one pass, for here one is computed while others are decided, fingerprinted and written.
AHEAD_ROWS = BLOCK_ROWS // 2
#: Statements at a time, each on one thread; the largest tables take most of the time, and each statement has its own memory.
_AT_A_TIME = 4


@contextmanager
def features_ahead(
    connection: Connection, feature_set: FeatureSet, groups: Sequence[pl.DataFrame], chunk_rows: int
) -> Iterator[Iterator[pl.DataFrame]]:
    """Gives the features of each group in turn, in chunks of `chunk_rows` that end where the group ends.

    The rest of a commit takes one core for seconds, and it is then that the others compute. The connection is the caller's, who
    may write and commit.

    Inside, DuckDB has one thread, and whoever asks for one changes nothing: another number, set while statements run, would be
    waited for by whatever connection ends a statement next, with Python's lock in its hand that the statements may need.
    """
    n_threads = threads_of(connection)
    with at_most_threads(connection, 1), computing(connection, min(_AT_A_TIME, n_threads)) as its:
        made = made_ahead(_blocks(its, feature_set, groups, chunk_rows), its.interrupt)
        with closing(made) as blocks:
            yield _chunks(blocks, chunk_rows)


def _blocks(
    its: Computing, feature_set: FeatureSet, groups: Sequence[pl.DataFrame], chunk_rows: int
) -> Generator[pl.DataFrame, None, None]:
    for group in groups:
        for versions in blocks_of(group, chunk_rows, AHEAD_ROWS):
            yield its.features(feature_set, versions)


def _chunks(blocks: Iterator[pl.DataFrame], chunk_rows: int) -> Iterator[pl.DataFrame]:
    for block in blocks:
        yield from block.iter_slices(chunk_rows)
        del block  # before the next one is waited for
