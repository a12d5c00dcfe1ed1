"""Delivery folders: whole, marked, of one origin, and the same twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from schemas.errors import UsageError
from tasks.deliver import HOME_CREDIT, SIMULATED, delivery_days, write_delivery
from warehouse.deliveries.folders import read_delivery

DAY = date(2026, 6, 30)
FRAMES = {"application": pl.DataFrame({"SK_ID_CURR": [1, 2]}), "outcomes": pl.DataFrame({"SK_ID_CURR": [1]})}


def content(landing: Path) -> dict[str, tuple[bytes, int]]:
    """Bytes and inode of every file below the landing."""
    files = sorted(path for path in landing.rglob("*") if path.is_file())
    return {str(path.relative_to(landing)): (path.read_bytes(), path.stat().st_ino) for path in files}


def test_a_folder_holds_its_tables_and_names_its_source(tmp_path: Path) -> None:
    folder = write_delivery(tmp_path / "landing", DAY, FRAMES, source=SIMULATED, is_history=True)
    assert folder == tmp_path / "landing" / "2026-06-30"
    assert sorted(file.name for file in folder.iterdir()) == ["_HISTORY", "_READY", "application.parquet", "outcomes.parquet"]
    assert (folder / "_READY").read_text() == "simulated\n"
    assert (folder / "_HISTORY").read_bytes() == b""
    assert pl.read_parquet(folder / "application.parquet").equals(FRAMES["application"])


def test_a_new_day_is_not_marked_as_history(tmp_path: Path) -> None:
    folder = write_delivery(tmp_path, DAY, FRAMES, source=HOME_CREDIT, is_history=False)
    assert not (folder / "_HISTORY").exists()


def test_the_same_delivery_twice_leaves_the_folder_untouched(tmp_path: Path) -> None:
    write_delivery(tmp_path, DAY, FRAMES, source=SIMULATED, is_history=False)
    before = content(tmp_path)
    write_delivery(tmp_path, DAY, FRAMES, source=SIMULATED, is_history=False)
    assert content(tmp_path) == before


def test_other_content_replaces_the_folder_whole(tmp_path: Path) -> None:
    write_delivery(tmp_path, DAY, FRAMES, source=SIMULATED, is_history=True)
    changed = {"application": pl.DataFrame({"SK_ID_CURR": [3]})}
    folder = write_delivery(tmp_path, DAY, changed, source=SIMULATED, is_history=False)
    assert sorted(file.name for file in folder.iterdir()) == ["_READY", "application.parquet"]
    assert [path.name for path in tmp_path.iterdir()] == ["2026-06-30"]


def test_what_an_interrupted_run_left_behind_is_cleared(tmp_path: Path) -> None:
    folder = write_delivery(tmp_path, DAY, FRAMES, source=SIMULATED, is_history=False)
    folder.rename(tmp_path / ".old-2026-06-30")
    (tmp_path / ".new-2026-06-30").mkdir()
    before = content(tmp_path / ".old-2026-06-30")
    assert content(write_delivery(tmp_path, DAY, FRAMES, source=SIMULATED, is_history=False)) == before
    assert [path.name for path in tmp_path.iterdir()] == ["2026-06-30"]


@pytest.mark.parametrize(("held", "given"), [(SIMULATED, HOME_CREDIT), (HOME_CREDIT, SIMULATED), ("", SIMULATED)])
def test_a_home_holds_either_simulated_or_real_applicants(tmp_path: Path, held: str, given: str) -> None:
    folder = tmp_path / "2026-06-29"
    folder.mkdir()
    (folder / "_READY").write_text(held)
    with pytest.raises(UsageError, match="this home holds") as caught:
        write_delivery(tmp_path, DAY, FRAMES, source=given, is_history=False)
    assert caught.value.exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["2026-06-29"]


def test_only_delivered_tables_are_written(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="decisions"):
        write_delivery(tmp_path, DAY, {"decisions": FRAMES["outcomes"]}, source=SIMULATED, is_history=False)


def test_only_folders_named_by_a_day_are_deliveries(tmp_path: Path) -> None:
    for name in ("2026-06-30", "2026-06-29", ".new-2026-06-28", "20260627", "notes", "2026-13-01"):
        (tmp_path / name).mkdir()
    assert delivery_days(tmp_path) == [date(2026, 6, 29), date(2026, 6, 30)]
    assert delivery_days(tmp_path / "nowhere") == []


@pytest.mark.parametrize(
    "ready", [b"simulated", b"simulated\r\n", b" simulated \nmore", b"", b"Simulated", b"\xff\xfe", b"home_credit\n"]
)
def test_writer_and_reader_of_deliveries_agree_on_the_source(tmp_path: Path, ready: bytes) -> None:
    folder = tmp_path / "2026-06-29"
    folder.mkdir()
    (folder / "_READY").write_bytes(ready)
    source = read_delivery(date(2026, 6, 29), folder).source
    assert source == ("simulated" if b" simulated " in ready or ready.startswith(b"simulated") else "real")
    fits, other = (SIMULATED, HOME_CREDIT) if source == "simulated" else (HOME_CREDIT, SIMULATED)
    write_delivery(tmp_path, DAY, FRAMES, source=fits, is_history=False)
    with pytest.raises(UsageError, match=f"this home holds {source} applicants"):
        write_delivery(tmp_path, DAY, FRAMES, source=other, is_history=False)
