"""marts.models: one champion, at most one challenger, whatever was registered, promoted, rejected and undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from schemas.parameters import CostMatrix, RetrainParameters
from schemas.settings import Settings
from tests.drift_support import register_version
from warehouse.connection import Connection, open_warehouse
from warehouse.gates import record_review, rejection_of
from warehouse.migrations import shipped_migrations
from warehouse.registry import promotion_history, record_promotion
from warehouse.trainings import record_training, training_by_request, training_of


@pytest.fixture
def connection(settings: Settings) -> Iterator[Connection]:
    """A home with the versions a, b and c, registered in this order at one instant, and a as champion."""
    with open_warehouse(settings) as opened:
        for version in ("b-first", "a", "c"):
            register_version(opened, version, "f")
        record_promotion(opened, "b-first", kind="bootstrap", approved_by="bootstrap", reason="first")
        yield opened


def roles(connection: Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT model_version, role FROM marts.models ORDER BY model_number").fetchall())


def promote(connection: Connection, version: str) -> date:
    return record_promotion(connection, version, kind="promotion", approved_by="Q", reason="better")


def reject(connection: Connection, version: str) -> int:
    return record_review(connection, version, decision="reject", reviewed_by="Q", comment="no", gate_id=None)


def test_the_challenger_is_the_version_registered_last_whatever_its_name_and_clock(connection: Connection) -> None:
    assert roles(connection) == {"b-first": "champion", "a": "retired", "c": "challenger"}


def test_a_rejected_challenger_gives_its_place_back_to_the_one_before(connection: Connection) -> None:
    reject(connection, "c")
    assert roles(connection) == {"b-first": "champion", "a": "challenger", "c": "retired"}
    reject(connection, "a")
    assert roles(connection) == {"b-first": "champion", "a": "retired", "c": "retired"}


def test_an_approval_is_no_rejection(connection: Connection) -> None:
    record_review(connection, "c", decision="approve", reviewed_by="Q", comment="yes", gate_id=None)
    assert rejection_of(connection, "c") is None
    assert roles(connection)["c"] == "challenger"


def test_an_older_version_never_challenges_a_newer_one_that_was_champion(connection: Connection) -> None:
    promote(connection, "c")
    assert roles(connection) == {"b-first": "retired", "a": "retired", "c": "champion"}
    record_promotion(connection, "b-first", kind="rollback", approved_by="Q", reason="worse")
    assert roles(connection) == {"b-first": "champion", "a": "retired", "c": "retired"}


def test_a_challenger_that_waits_stays_challenger_when_the_champion_changes(connection: Connection) -> None:
    promote(connection, "a")
    assert roles(connection) == {"b-first": "retired", "a": "champion", "c": "challenger"}


def test_a_training_is_found_by_its_request_with_its_parameters(connection: Connection) -> None:
    parameters = RetrainParameters(reason="drift of income", cost=CostMatrix(granted_default=50.0), parameters={"num_leaves": 8})
    record_training(
        connection,
        request_id="r-1",
        model_version="c",
        requested_by="A. Analyst",
        reason=parameters.reason,
        parameters=parameters,
        record_sha256="0" * 64,
    )
    assert training_by_request(connection, "r-1") == "c"
    assert training_by_request(connection, "r-2") is None
    found = training_of(connection, "c")
    assert found is not None
    assert found.parameters == parameters
    assert training_of(connection, "a") is None
    shown = connection.execute("SELECT requested_by, reason FROM marts.models ORDER BY model_number").fetchall()
    assert shown == [(None, None), (None, None), ("A. Analyst", "drift of income")]


def test_a_promotion_recorded_before_gates_existed_stays_readable(connection: Connection) -> None:
    connection.execute("UPDATE registry.promotions_v1 SET requested_by = NULL, gate_id = NULL, policy_sha256 = NULL")
    (first,) = promotion_history(connection)
    assert (first.kind, first.model_version, first.former_model_version, first.gate_id) == ("bootstrap", "b-first", None, None)


def test_versions_of_an_older_home_are_numbered_in_the_order_of_their_training() -> None:
    connection = duckdb.connect(":memory:")
    before = [migration for migration in shipped_migrations() if migration.version < 10]
    for migration in before:
        connection.execute(migration.text)
    for version, day in (("z", 1), ("y", 3), ("x", 2)):
        connection.execute(
            "INSERT INTO registry.models_v1 VALUES ($v, make_timestamp(2026, 1, $d, 0, 0, 0), DATE '2026-05-31', "
            "1, 0.7, 0.4, 0.3, 0.1, 0.5, 0.1, 'f', 'p', 's', '{}')",
            {"v": version, "d": day},
        )
    connection.execute(next(item.text for item in shipped_migrations() if item.version == 10))
    assert connection.execute("SELECT model_version FROM marts.models ORDER BY model_number").fetchall() == [
        ("z",),
        ("x",),
        ("y",),
    ]
