"""Rows of one person taken out of delivered files: every other byte that says something stays."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.deliveries import rows
from warehouse.deliveries.folders import TableFile, read_delivery
from warehouse.deliveries.stripping import Keys, count_in_file, credits_in_file, strip_file

_KEYS = Keys(frozenset({100002}), frozenset({1000020}))


def _file(folder: Path, name: str, content: bytes) -> TableFile:
    (folder / "_READY").touch()
    (folder / name).write_bytes(content)
    return read_delivery(date(2026, 6, 1), folder).files[0]


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        (["100001,5", "100002,6", "100003,7"], ["100001,5", "100003,7"]),
        (['"100002",6', "100003,100002"], ["100003,100002"]),  # the number as another value is another matter
        ([" 100002 ,6", "100002.0,6", "1000021,6", "2100002,6"], ["1000021,6", "2100002,6"]),
        (["100002", "100002,6,7", '"100002,6', "100001,5"], ["100001,5"]),  # no rows, but they name the person
        (["0100002,6", "+100002,6", "100002.,6", "1.00002e5,6", "1.5e5,6"], ["1.5e5,6"]),  # as ingest reads them
        (["?,100002", "100001,5"], ["100001,5"]),  # nobody knows whose row it is, and it holds the number
    ],
)
@pytest.mark.parametrize("is_packed", [False, True])
def test_lines_of_a_person_go_and_no_other(tmp_path: Path, lines: list[str], kept: list[str], is_packed: bool) -> None:
    text = "\n".join(["SK_ID_CURR,TARGET", *lines, ""]).encode()
    file = _file(tmp_path, "outcomes.csv.gz" if is_packed else "outcomes.csv", gzip.compress(text) if is_packed else text)
    assert count_in_file(file, _KEYS) == len(lines) - len(kept)
    assert strip_file(file, _KEYS) == len(lines) - len(kept)
    content = file.path.read_bytes()
    assert (gzip.decompress(content) if is_packed else content).decode().splitlines() == ["SK_ID_CURR,TARGET", *kept]
    assert count_in_file(file, _KEYS) == 0


@pytest.mark.parametrize("dtype", [pl.Int64, pl.Int32, pl.Float64, pl.String, pl.Categorical])
def test_a_parquet_file_keeps_its_types_and_its_other_rows(tmp_path: Path, dtype: type[pl.DataType]) -> None:
    frame = rows("bureau").with_columns(
        pl.col("SK_ID_CURR").cast(pl.String).cast(dtype, strict=False)
        if dtype == pl.Categorical
        else pl.col("SK_ID_CURR").cast(dtype)
    )
    frame.write_parquet(tmp_path / "bureau.parquet")
    file = _file(tmp_path, "bureau.parquet", (tmp_path / "bureau.parquet").read_bytes())
    assert credits_in_file(file, _KEYS.applicants) == {1000020}
    assert strip_file(file, _KEYS) == 1
    left = pl.read_parquet(file.path)
    assert left.equals(frame.filter(pl.col("SK_ID_BUREAU") != 1000020))
    assert left.schema == frame.schema


@pytest.mark.parametrize("cells", [["0100002", "100003"], [b"1.00002e5", b"\xff"]])
def test_keys_in_a_parquet_file_are_read_as_ingest_reads_them(tmp_path: Path, cells: list[str] | list[bytes]) -> None:
    pl.DataFrame({"SK_ID_CURR": cells, "SK_ID_BUREAU": ["01000020", "1000030"]}).write_parquet(tmp_path / "bureau.parquet")
    file = _file(tmp_path, "bureau.parquet", (tmp_path / "bureau.parquet").read_bytes())
    assert credits_in_file(file, _KEYS.applicants) == {1000020}
    assert strip_file(file, _KEYS) == 1
    assert pl.read_parquet(file.path)["SK_ID_CURR"].to_list() == cells[1:]


def test_monthly_balances_are_found_by_the_credit(tmp_path: Path) -> None:
    file = _file(tmp_path, "bureau_balance.csv", b"SK_ID_BUREAU,MONTHS_BALANCE,STATUS\n1000020,-1,0\n1000030,-1,0\n")
    assert strip_file(file, _KEYS) == 1
    assert file.path.read_bytes() == b"SK_ID_BUREAU,MONTHS_BALANCE,STATUS\n1000030,-1,0\n"
