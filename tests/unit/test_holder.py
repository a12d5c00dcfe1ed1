"""The wait for the warehouse: whom it names, how often it is told, and where it ends."""

from __future__ import annotations

import json
import logging
import os
import stat
from dataclasses import replace

import pytest

from schemas.errors import WarehouseBusyError
from schemas.settings import Settings
from tests.held import held
from warehouse import holder
from warehouse.connection import open_warehouse
from warehouse.holder import HOLDER_FILE, read_holder


@pytest.fixture
def started(settings: Settings) -> Settings:
    """A home with a warehouse; nobody is waited for long."""
    with open_warehouse(settings):
        pass
    return replace(settings, lock_wait_seconds=0.5)


def busy(settings: Settings) -> WarehouseBusyError:
    with pytest.raises(WarehouseBusyError) as raised, open_warehouse(settings):
        pass
    return raised.value


def test_who_writes_stands_in_a_private_note_while_it_writes(started: Settings) -> None:
    with open_warehouse(started), open_warehouse(started):
        note = read_holder(started)
        assert note is not None
        assert note.pid == os.getpid()
        assert stat.S_IMODE((started.home / HOLDER_FILE).stat().st_mode) == 0o600
    assert read_holder(started) is None


def test_reading_leaves_no_note(started: Settings) -> None:
    with open_warehouse(started, read_only=True):
        assert read_holder(started) is None


def test_a_waiting_process_is_told_number_command_and_since(started: Settings) -> None:
    with held(started, by_us=True) as pid:
        error = busy(started)
    assert error.exit_code == 12
    assert f"loanwatch nightly (pid {pid}), since 20" in error.found
    assert "wait for that process" in error.remedy


def test_another_tool_is_told_apart_and_how_to_let_go(started: Settings) -> None:
    with held(started, by_us=False) as pid:
        error = busy(started)
    assert f"(pid {pid})" in error.found
    assert "no command of Loanwatch" in error.found
    assert "DBeaver: disconnect" in error.remedy


def test_a_note_of_another_process_is_not_believed(started: Settings) -> None:
    note = {"pid": 1, "command": "loanwatch nightly", "since": "2026-06-30 02:00:00"}
    with held(started, by_us=False) as pid:
        (started.home / HOLDER_FILE).write_text(json.dumps(note))
        error = busy(started)
    assert "nightly" not in error.found
    assert str(pid) in error.found


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}'])
def test_a_note_that_means_nothing_is_none(started: Settings, content: str) -> None:
    (started.home / HOLDER_FILE).write_text(content)
    assert read_holder(started) is None
    with open_warehouse(started):
        assert read_holder(started) is not None


def test_the_wait_is_told_again_and_again(
    started: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(holder, "TOLD_EVERY_SECONDS", 0.2)
    with held(started, by_us=False), caplog.at_level(logging.WARNING):
        busy(replace(started, lock_wait_seconds=1.0))
    told = [record.getMessage() for record in caplog.records]
    assert 3 <= len(told) <= 6
    assert all("waiting for the warehouse, held by" in line and "of at most 1 s" in line for line in told)
