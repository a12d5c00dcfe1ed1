"""How rows are cut into transactions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from schemas.settings import ROW_GROUP_ROWS
from tasks.core.commits import SMALL_CHUNK, commits


@given(n_rows=st.integers(0, 500_000), chunk_rows=st.integers(1_000, 200_000), n_stored=st.integers(0, 10**9))
def test_every_row_is_in_one_transaction_in_order(n_rows: int, chunk_rows: int, n_stored: int) -> None:
    done = 0
    for start, taken in commits(n_rows, chunk_rows, n_stored):
        assert start == done
        assert taken > 0
        done += taken
    assert done == n_rows


@given(n_rows=st.integers(1, 500_000), chunk_rows=st.integers(SMALL_CHUNK, 200_000), n_stored=st.integers(0, 10**9))
def test_no_transaction_but_the_last_leaves_a_row_group_unfinished(n_rows: int, chunk_rows: int, n_stored: int) -> None:
    ends = [n_stored + start + taken for start, taken in commits(n_rows, chunk_rows, n_stored)]
    assert all(end % ROW_GROUP_ROWS == 0 for end in ends[:-1])


def test_small_chunks_are_committed_one_by_one() -> None:
    assert list(commits(20, 7, 3)) == [(0, 7), (7, 7), (14, 6)]
