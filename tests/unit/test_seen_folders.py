"""Folders that were hashed once and not touched since are not read again; any touch is noticed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest

from schemas.errors import ResourceError
from schemas.policy import load_policy
from schemas.settings import Settings
from tasks import ingest
from tests.deliveries import DAY, FIRST_ID, all_tables, deliver, file_bytes, query, rows, take_in
from warehouse.connection import open_warehouse
from warehouse.deliveries.folders import Delivery, read_delivery
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


def refusing(path: Path) -> Callable[..., NoReturn]:
    def fail(*_arguments: object, **_named: object) -> NoReturn:
        raise PermissionError(13, "Permission denied", str(path))

    return fail


def test_a_folder_that_may_not_be_listed_is_an_error_of_the_surroundings(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = deliver(settings.landing, all_tables(2))
    monkeypatch.setattr(os, "scandir", refusing(folder))
    with pytest.raises(ResourceError, match="Permission denied") as caught:
        take_in(settings)
    assert (caught.value.exit_code, caught.value.where) == (15, str(folder))


@pytest.mark.parametrize("method", ["iterdir", "is_file"])
def test_a_landing_place_that_may_not_be_read_is_an_error_of_the_surroundings(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    deliver(settings.landing, all_tables(2))
    with open_warehouse(settings) as connection:
        monkeypatch.setattr(Path, method, refusing(settings.landing))
        with pytest.raises(ResourceError, match="Permission denied"):
            ingest.pending_deliveries(settings, connection, None)


@pytest.mark.parametrize("step", ["folder_signature", "read_delivery"])
def test_a_folder_that_vanishes_is_not_ready_and_the_next_one_goes_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, step: str
) -> None:
    folder = deliver(settings.landing, all_tables(2))
    deliver(settings.landing, all_tables(3), day=DAY + timedelta(days=1))
    real = getattr(ingest, step)

    def vanish(*given: Any) -> Any:
        if folder.exists() and folder in given:
            shutil.rmtree(folder)
        return real(*given)

    monkeypatch.setattr(ingest, step, vanish)
    assert [result.n_accepted for result in take_in(settings)] == [3]
    assert "2026-06-01 is being changed while it is read" in caplog.text


def test_a_folder_that_is_written_to_while_it_is_hashed_waits_for_the_next_run(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = deliver(settings.landing, {"application": rows("application", 2)})

    def write(day: date, path: Path) -> Delivery:
        (folder / "bureau.parquet").write_bytes(file_bytes(rows("bureau", 2), "parquet"))
        return read_delivery(day, path)

    monkeypatch.setattr(ingest, "read_delivery", write)
    assert take_in(settings) == []
    monkeypatch.undo()
    assert [result.n_accepted for result in take_in(settings)] == [2]


def _rewritten_while_read(
    monkeypatch: pytest.MonkeyPatch, file: Path, during: bytes, after: Callable[[], object] = lambda: None
) -> None:
    """The first delivery finds other bytes in its file than were hashed."""
    real = ingest.take_in_files

    def take_in_files(*given: Any) -> Any:
        monkeypatch.undo()
        file.write_bytes(during)
        try:
            return real(*given)
        finally:
            after()

    monkeypatch.setattr(ingest, "take_in_files", take_in_files)


@pytest.mark.parametrize("is_restored", [True, False])
def test_a_file_that_is_written_anew_between_hashing_and_reading_loses_nobody(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, is_restored: bool
) -> None:
    whole, half = (file_bytes(rows("application", n), "parquet") for n in (4, 2))
    file = deliver(settings.landing, {"application.parquet": whole}) / "application.parquet"
    deliver(settings.landing, {"application": rows("application", 3, first_id=FIRST_ID + 10)}, day=DAY + timedelta(days=1))
    _rewritten_while_read(monkeypatch, file, half, (lambda: file.write_bytes(whole)) if is_restored else lambda: None)
    assert [result.n_accepted for result in take_in(settings)] == [3]
    assert "2026-06-01 was changed while it was read" in caplog.text
    assert query(settings, "SELECT received_on FROM ops.batches") == [(DAY + timedelta(days=1),)]
    assert [result.n_accepted for result in take_in(settings)] == [4 if is_restored else 2]
    assert take_in(settings) == []


def test_a_refusal_of_a_file_that_was_half_written_is_not_remembered(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = file_bytes(rows("application", 4), "parquet")
    file = deliver(settings.landing, {"application.parquet": whole}) / "application.parquet"
    _rewritten_while_read(monkeypatch, file, whole[:100], lambda: file.write_bytes(whole))
    assert take_in(settings) == []
    assert [result.n_accepted for result in take_in(settings)] == [4]


def test_a_folder_that_goes_while_it_is_read_leaves_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    content = file_bytes(rows("application", 4), "parquet")
    file = deliver(settings.landing, {"application.parquet": content}) / "application.parquet"
    _rewritten_while_read(monkeypatch, file, content, lambda: shutil.rmtree(file.parent))
    assert take_in(settings) == []
    assert query(settings, "SELECT count(*) FROM ops.batches") == [(0,)]


def test_a_delivery_that_is_taken_in_again_and_changes_meanwhile_leaves_nothing_and_is_told(settings: Settings) -> None:
    folder = deliver(settings.landing, {"application": rows("application", 4)})
    delivery = replace(read_delivery(DAY, folder), signature="of another state")
    with open_warehouse(settings) as connection, pytest.raises(ResourceError, match="changed while it was read"):
        ingest.ingest_again(connection, delivery, load_policy(None))
    assert query(settings, "SELECT count(*) FROM ops.batches") == [(0,)]
