"""Chunks of a Parquet file: filled from its row groups, whose size the sender chose."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehouse.deliveries import parquet
from warehouse.deliveries.chunks import chunk_rows
from warehouse.deliveries.folders import TableFile
from warehouse.deliveries.parquet import read_parquet_chunks, read_parquet_header


def _delivered(path: Path, n_rows: int, rows_per_group: int) -> TableFile:
    months = [-(n % 90) for n in range(n_rows)]
    statuses = ["CX0"[n // rows_per_group % 3] for n in range(n_rows)]
    rows = pa.table({"SK_ID_BUREAU": list(range(n_rows)), "MONTHS_BALANCE": months, "STATUS": statuses})
    pq.write_table(rows, path, row_group_size=rows_per_group)
    return TableFile("bureau_balance", path, "0" * 64, path.stat().st_size)


def _chunks(file: TableFile) -> list[pl.DataFrame]:
    return [chunk.frame for chunk in read_parquet_chunks(file, read_parquet_header(file))]


def test_small_row_groups_with_text_make_one_chunk_in_their_order(tmp_path: Path) -> None:
    chunks = _chunks(_delivered(tmp_path / "bureau_balance.parquet", 1000, 30))
    assert [chunk.height for chunk in chunks] == [1000]
    assert chunks[0]["row_number"].to_list() == list(range(1, 1001))
    assert chunks[0].drop("row_number").equals(pl.read_parquet(tmp_path / "bureau_balance.parquet"))


def test_chunks_end_before_they_hold_too_many_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "chunk_rows", lambda _n_columns: 100)
    chunks = _chunks(_delivered(tmp_path / "bureau_balance.parquet", 1000, 40))
    assert max(chunk.height for chunk in chunks) == 100
    assert len(chunks) == 10
    assert pl.concat(chunks)["row_number"].to_list() == list(range(1, 1001))


def test_chunks_end_before_they_hold_too_many_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (group,) = _chunks(_delivered(tmp_path / "one.parquet", 40, 40))
    monkeypatch.setattr(parquet, "_TOGETHER", 2 * group.estimated_size() + 1)
    chunks = _chunks(_delivered(tmp_path / "bureau_balance.parquet", 1000, 40))
    assert [chunk.height for chunk in chunks] == [80] * 12 + [40]
    assert pl.concat(chunks)["row_number"].to_list() == list(range(1, 1001))


def test_a_chunk_holds_about_as_many_cells_whatever_the_table() -> None:
    assert [chunk_rows(n) for n in (3, 8, 10, 11, 37, 60, 61, 122)] == [500_000] * 3 + [250_000] * 3 + [50_000] * 2
