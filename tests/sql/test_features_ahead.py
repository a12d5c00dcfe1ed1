"""Features of the next block, computed while those of the last one are used."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl
import pytest

import warehouse.features
from schemas.errors import VerificationError
from schemas.features import feature_set
from tasks.features_ahead import features_ahead
from tests.feature_support import REAL_BATCH, frame_of, insert, versions_of, warehouse_of
from warehouse.connection import Connection, transaction
from warehouse.features import Computing, compute_features
from warehouse.threads import at_most_threads, threads_of

N_APPLICANTS = 11
GROUPS = (7, 4)
SETS = feature_set({}, [])


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.features_ahead.AHEAD_ROWS", 4)


@contextmanager
def _applicants() -> Iterator[tuple[Connection, list[pl.DataFrame]]]:
    """A warehouse, and its versions in groups."""
    bureau = [{"SK_ID_CURR": number, "AMT_CREDIT_SUM": float(number)} for number in range(1, N_APPLICANTS, 2)]
    with warehouse_of({"application": [{"SK_ID_CURR": 1 + number} for number in range(N_APPLICANTS)], "bureau": bureau}) as found:
        versions = versions_of(found).sort("application_id")
        yield found, [versions.slice(0, GROUPS[0]), versions.slice(*GROUPS)]


def test_chunks_end_where_their_group_ends_and_the_caller_writes_meanwhile() -> None:
    with _applicants() as (connection, groups):
        whole = compute_features(connection, SETS, pl.concat(groups))
        n_threads, sizes, found = threads_of(connection), [], []
        with features_ahead(connection, SETS, groups, 2) as features, transaction(connection):
            for number, chunk in enumerate(features):
                insert(connection, "bureau", frame_of("bureau", [{"SK_ID_CURR": 1 + number, "SK_ID_BUREAU": 1000 + number}]))
                sizes.append(chunk.height)
                found.append(chunk)
        assert sizes == [2, 2, 2, 1, 2, 2]
        assert pl.concat(found).equals(whole)
        assert threads_of(connection) == n_threads


def test_the_next_block_is_computed_while_the_last_one_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, compute = [threading.Event() for _ in range(3)], Computing.features
    events = iter(begun)

    def told(its: Computing, *arguments: Any) -> pl.DataFrame:
        next(events).set()
        return compute(its, *arguments)

    monkeypatch.setattr(Computing, "features", told)
    with _applicants() as (connection, groups), features_ahead(connection, SETS, groups, 4) as features:
        assert next(features).height == 4
        assert begun[1].wait(10)
        assert not begun[2].is_set()
        assert [chunk.height for chunk in features] == [3, 4]


def test_whoever_stops_does_not_wait_for_the_block_in_work(monkeypatch: pytest.MonkeyPatch) -> None:
    running, begun, ended, compute = threading.Event(), [], [], Computing.features

    def told(its: Computing, *arguments: Any) -> pl.DataFrame:
        begun.append(len(begun))
        if len(begun) == 2:
            monkeypatch.setattr(warehouse.features, "_of_applications", _slow)
        return compute(its, *arguments)

    def _slow(connection: Connection, **_: object) -> pl.DataFrame:
        running.set()
        found = connection.sql("SELECT sum(i * i % 7) FROM range(50000000000) AS t(i)").pl()  # minutes
        ended.append(found)
        return found

    monkeypatch.setattr(Computing, "features", told)
    n_threads = threading.active_count()
    with _applicants() as (connection, groups):
        with features_ahead(connection, SETS, groups, 4) as features:
            next(features)
            assert running.wait(10)
        assert connection.execute("SELECT count(*) FROM raw.application_v1").fetchone() == (N_APPLICANTS,)
    assert begun == [0, 1]
    assert ended == []
    assert threading.active_count() == n_threads


@pytest.mark.parametrize("n_threads", [1, 4])
def test_writing_meanwhile_changes_no_number_of_threads(n_threads: int) -> None:
    """Set while statements of others run, it would be waited for with Python's lock in hand."""
    with _applicants() as (connection, groups):
        connection.execute(f"SET threads = {n_threads}")
        with features_ahead(connection, SETS, groups * 20, 2) as features:
            for _ in features:
                assert threads_of(connection) == 1
                with at_most_threads(connection, 1), transaction(connection):
                    insert(connection, "bureau", frame_of("bureau", [{"SK_ID_CURR": 1, "SK_ID_BUREAU": 1000}]))
                assert threads_of(connection) == 1
        assert threads_of(connection) == n_threads


def test_what_computing_raises_comes_where_its_block_is_due() -> None:
    with _applicants() as (connection, (first, _)):
        unknown = pl.DataFrame({"application_id": [99], "batch_id": [REAL_BATCH]}).cast(dict(first.schema))
        with features_ahead(connection, SETS, [first.head(4), unknown], 4) as features:
            assert next(features).height == 4
            with pytest.raises(VerificationError, match="1 application versions were asked for and 0 found"):
                next(features)
