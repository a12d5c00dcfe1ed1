"""Folders that were hashed once and not touched since are not read again; any touch is noticed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from schemas.settings import Settings
from tasks import ingest
from tests.deliveries import DAY, all_tables, deliver, rows, take_in
from warehouse.deliveries.seen import FILE, folder_signature


def test_an_untouched_folder_is_hashed_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(settings.landing, all_tables(2))
    take_in(settings)

    def fail(*_arguments: object) -> None:
        raise AssertionError("the folder was read again")

    monkeypatch.setattr(ingest, "read_delivery", fail)
    assert take_in(settings) == []


def test_a_change_of_the_same_size_and_time_is_noticed(settings: Settings) -> None:
    folder = deliver(settings.landing, {"application": rows("application", 2, AMT_CREDIT=[10.0, 20.0])}, ending="csv")
    take_in(settings)
    file = folder / "application.csv"
    before = file.stat()
    file.write_bytes(file.read_bytes().replace(b"20.0", b"30.0"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_size == before.st_size
    assert [result.n_accepted for result in take_in(settings)] == [1]


@pytest.mark.parametrize("content", ["", "no json", "[]", '{"2026-06-01": 3}'])
def test_a_broken_cache_is_no_cache(settings: Settings, content: str) -> None:
    deliver(settings.landing, all_tables(2))
    take_in(settings)
    (settings.home / FILE).write_text(content)
    assert take_in(settings) == []


def test_a_marker_that_comes_later_changes_the_signature(tmp_path: Path) -> None:
    folder = deliver(tmp_path, all_tables(2))
    before = folder_signature(folder)
    (folder / "_HISTORY").touch()
    assert folder_signature(folder) != before
    assert DAY.isoformat() in str(folder)
