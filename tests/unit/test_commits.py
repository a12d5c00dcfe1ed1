"""How rows are cut into chunks and transactions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tasks.core.commits import ROW_GROUP, SMALL_CHUNK, commits


@given(n_rows=st.integers(0, 500_000), chunk_rows=st.integers(1_000, 200_000), n_stored=st.integers(0, 10**9))
def test_every_row_is_in_one_chunk_in_order_and_none_is_too_large(n_rows: int, chunk_rows: int, n_stored: int) -> None:
    chunks = [chunk for together in commits(n_rows, chunk_rows, n_stored) for chunk in together]
    assert [chunk.start for chunk in chunks] == [sum(earlier.n_rows for earlier in chunks[:i]) for i in range(len(chunks))]
    assert sum(chunk.n_rows for chunk in chunks) == n_rows
    assert all(0 < chunk.n_rows <= chunk_rows for chunk in chunks)


@given(n_rows=st.integers(1, 500_000), chunk_rows=st.integers(SMALL_CHUNK, 200_000), n_stored=st.integers(0, 10**9))
def test_no_commit_but_the_last_leaves_a_row_group_unfinished(n_rows: int, chunk_rows: int, n_stored: int) -> None:
    ends = [n_stored + together[-1].start + together[-1].n_rows for together in commits(n_rows, chunk_rows, n_stored)]
    assert all(end % ROW_GROUP == 0 for end in ends[:-1])


def test_small_chunks_are_committed_one_by_one() -> None:
    assert [len(together) for together in commits(20, 7, 3)] == [1, 1, 1]
