"""What nobody sees while it works: readers of one process side by side, and an audit that is written without reading back."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from schemas.settings import Settings
from tests.audit_support import decide, findings
from tests.flows.conftest import FIRST_NEW_DAY, NEW_PER_DAY
from tests.flows.nights import stored
from warehouse.reading import open_snapshot, query_snapshot


def test_a_second_reader_of_one_process_is_let_in_and_kept_in(decided_home: Path, settings: Settings, tmp_path: Path) -> None:
    shutil.copytree(decided_home, settings.home)
    with open_snapshot(settings) as first:
        assert query_snapshot(settings, "SELECT count(*) FROM marts.decisions")[1] == [(2 * NEW_PER_DAY,)]
        with pytest.raises(duckdb.Error, match="disabled by configuration"):
            first.execute(f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'")


def test_a_night_writes_its_audit_without_reading_its_rows_back(
    small_home: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_back(*_: object) -> None:
        raise AssertionError("the rows of a chunk were read back: their columns or types are not those that were declared")

    monkeypatch.setattr("warehouse.scores.set_just_written", read_back)
    decide(settings, FIRST_NEW_DAY)
    assert stored(settings, "SELECT count(*) FROM score.decisions") == [(NEW_PER_DAY,)]
    assert findings(settings) == []
