"""How the rows of a delivery are cut into chunks and chunks into transactions, so that the warehouse writes each row once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

#: Rows of a row group of DuckDB. A table's last, unfinished row group is compressed and written anew by every commit that adds
#: to it: six commits of 20,000 wide rows took three to five times the processor seconds of one, and left a larger file.
ROW_GROUP = 122_880
#: Chunks smaller than this are committed one by one: where memory is that short, so is what may be held uncommitted.
SMALL_CHUNK = 2_048


class Slice(NamedTuple):
    """Rows `start` to `start + n_rows`."""

    start: int
    n_rows: int


def commits(n_rows: int, chunk_rows: int, n_stored: int) -> Iterator[list[Slice]]:
    """The chunks of each transaction in turn, at most `chunk_rows` each.

    Args:
        n_rows: rows to write.
        chunk_rows: most rows that are held in memory at once.
        n_stored: rows that the table holds already; the first transaction fills its last row group.
    """
    start = 0
    while start < n_rows:
        room = chunk_rows if chunk_rows < SMALL_CHUNK else ROW_GROUP - (n_stored + start) % ROW_GROUP
        end = min(start + room, n_rows)
        yield list(_slices(start, end, chunk_rows))
        start = end


def _slices(start: int, end: int, chunk_rows: int) -> Iterator[Slice]:
    """Chunks of even size, so that none is a remnant that costs as much as a whole one."""
    n_chunks = -(-(end - start) // chunk_rows)
    bounds = [start + (end - start) * number // n_chunks for number in range(n_chunks + 1)]
    yield from (Slice(first, last - first) for first, last in pairwise(bounds))
