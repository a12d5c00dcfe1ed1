"""How the rows of a delivery are cut into transactions, so that the warehouse writes each row once.

A table's last, unfinished row group is compressed and written anew by every commit that adds to it: three commits of a third of a
group each took nearly three times the processor seconds of one, and left a file 1.7 times as large.
"""

from __future__ import annotations

from collections.abc import Iterator

from schemas.settings import ROW_GROUP_ROWS

#: Chunks smaller than this are committed one by one: where memory is that short, so is what may be held uncommitted.
SMALL_CHUNK = 2_048
#: Rows of partitions that are committed together at least: they end where they end, and each commit leaves a group unfinished.
ROWS_TOGETHER = 3 * ROW_GROUP_ROWS


def commits(n_rows: int, chunk_rows: int, n_stored: int) -> Iterator[tuple[int, int]]:
    """First row and number of rows of each transaction, in order.

    Args:
        n_rows: rows to write.
        chunk_rows: most rows that are held in memory at once.
        n_stored: rows that the table holds already; the first transaction fills its last row group.
    """
    start = 0
    while start < n_rows:
        room = chunk_rows if chunk_rows < SMALL_CHUNK else ROW_GROUP_ROWS - (n_stored + start) % ROW_GROUP_ROWS
        taken = min(room, n_rows - start)
        yield start, taken
        start += taken
