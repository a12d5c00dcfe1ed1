"""Sets of decisions worked out some at a time: the same as all at once, and no more than some in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import polars as pl
import pytest

from schemas.audit import DecisionSet, Fingerprint
from schemas.settings import Settings
from tests.sql.test_chunk_fingerprints import AT, _chunk, _write
from warehouse import fingerprints
from warehouse.connection import Connection, open_warehouse
from warehouse.fingerprints import set_just_written, stored_sets

#: Decisions of each set, three sets of each delivery.
SIZES = (4, 9, 1)
DELIVERIES = (7, 8)


def _written(connection: Connection) -> list[DecisionSet]:
    found = []
    for delivery in DELIVERIES:
        for number, n in enumerate(SIZES):
            at = AT + timedelta(seconds=number)
            decisions, reasons, quality = _chunk(delivery, n)
            keys = pl.col("application_id") + 10**6 * number
            decisions = decisions.with_columns(keys, pl.lit(at).alias("decided_at"))
            _write(connection, (decisions, reasons.with_columns(keys), quality.with_columns(keys)))
            found.append(set_just_written(connection, delivery, at))
    return found


def _first_of(connection: Connection, delivery: int, at: datetime) -> Fingerprint:
    live = fingerprints._live(connection, fingerprints._Sets(delivery, at, at))
    return Fingerprint(*live.row(0))


@pytest.mark.parametrize("at_once", [1, 5, 13, 10**6])
def test_sets_are_the_same_however_many_are_worked_out_at_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(fingerprints, "_AT_ONCE", at_once)
    with open_warehouse(settings) as connection:
        assert stored_sets(connection) == ([], 0)
        expected = _written(connection)
        assert stored_sets(connection) == (expected, 0)
        assert [one.n_decisions for one in expected] == [*SIZES, *SIZES]
        assert all((a.batch_id, a.decided_at) < (b.batch_id, b.decided_at) for a, b in pairwise(expected))


@pytest.mark.parametrize("at_once", [1, 10**6])
def test_what_an_erasure_put_on_record_stands_in_for_its_rows_wherever_they_were(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(fingerprints, "_AT_ONCE", at_once)
    with open_warehouse(settings) as connection:
        expected = _written(connection)
        before = [_first_of(connection, 7, AT), _first_of(connection, 8, AT + timedelta(seconds=2))]
        connection.execute("DELETE FROM score.decisions_v1 WHERE batch_id = 8 AND decided_at = $at", {"at": before[1].decided_at})
        connection.execute("UPDATE score.reasons_v1 SET reason_text = 'gone' WHERE batch_id = 7")
        after = _first_of(connection, 7, AT)
        found, n_missing = stored_sets(connection, [after], [before[0], before[1]])
        assert (found[-1], n_missing) == (expected[-1], 0), "a set of which nothing is stored any more"
        assert [one.n_decisions for one in found] == [one.n_decisions for one in expected]
        gone = replace(before[1], row_sha256="0" * 64)
        assert stored_sets(connection, [gone, replace(after, row_sha256="1" * 64)], [before[1]])[1] == 2


def test_no_more_decisions_are_held_than_some_and_one_set(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    heights = []
    live = fingerprints._live

    def counted(connection: Connection, sets: fingerprints._Sets | None = None) -> pl.DataFrame:
        found = live(connection, sets)
        heights.append(found.height)
        return found

    with open_warehouse(settings) as connection:
        _written(connection)
        monkeypatch.setattr(fingerprints, "_AT_ONCE", 5)
        monkeypatch.setattr(fingerprints, "_live", counted)
        stored_sets(connection)
    assert heights == [13, 1, 13, 1]
