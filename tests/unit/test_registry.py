"""Who decides since when: champions and policies by business date."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from schemas.errors import NoChampionError, VerificationError
from schemas.policy import Policy, load_policy
from schemas.settings import Settings
from warehouse.connection import Connection, open_warehouse
from warehouse.registry import (
    champion_on,
    next_effective_on,
    policy_on,
    record_promotion,
    register_policy,
    require_policy_in_force,
)

DAY = date(2026, 6, 30)


def _model(connection: Connection, version: str) -> None:
    connection.execute(
        "INSERT INTO registry.models_v1 VALUES "
        "(?, now()::TIMESTAMP, DATE '2026-06-30', 1, 0.7, 0.4, 0.3, 0.07, 0.5, 0.08, 'abc', 'p', ?, '{}', "
        "(SELECT count(*) + 1 FROM registry.models_v1))",
        [version, "sha-" + version],
    )


def _decided_until(connection: Connection, day: date) -> None:
    connection.execute(
        "INSERT INTO score.decisions_v1 VALUES "
        "(1, 2026063001, $d, $d, 'nightly', 'f', 'a', 'p', 0.1, 600, 0.08, 'decline', 'score', $t)",
        {"d": day, "t": datetime.now(UTC).replace(tzinfo=None)},
    )


def test_without_a_model_there_is_no_champion(settings: Settings) -> None:
    with open_warehouse(settings) as connection, pytest.raises(NoChampionError) as raised:
        champion_on(connection, DAY)
    assert raised.value.exit_code == 11


def test_the_first_champion_decides_on_every_business_date(settings: Settings) -> None:
    with open_warehouse(settings) as connection:
        _model(connection, "a")
        record_promotion(connection, "a", kind="bootstrap", approved_by="bootstrap", reason="first")
        assert champion_on(connection, date(2020, 1, 1)).model_version == "a"
        assert champion_on(connection, DAY).sha256 == "sha-a"


def test_a_promotion_decides_only_from_the_first_undecided_business_date_on(settings: Settings) -> None:
    with open_warehouse(settings) as connection:
        _model(connection, "a")
        _model(connection, "b")
        record_promotion(connection, "a", kind="bootstrap", approved_by="bootstrap", reason="first")
        _decided_until(connection, DAY)
        assert record_promotion(connection, "b", kind="promotion", approved_by="Q", reason="better") == date(2026, 7, 1)
        assert champion_on(connection, DAY).model_version == "a"
        assert champion_on(connection, date(2026, 7, 1)).model_version == "b"


def test_a_rollback_names_the_champion_it_replaces(settings: Settings) -> None:
    with open_warehouse(settings) as connection:
        for version in ("a", "b"):
            _model(connection, version)
        record_promotion(connection, "a", kind="bootstrap", approved_by="bootstrap", reason="first")
        record_promotion(connection, "b", kind="promotion", approved_by="Q", reason="better")
        record_promotion(connection, "a", kind="rollback", approved_by="Q", reason="worse")
        assert champion_on(connection, DAY).model_version == "a"
        former = connection.execute("SELECT former_model_version FROM registry.promotions ORDER BY promotion_id").fetchall()
        assert former == [(None,), ("a",), ("b",)]


def test_a_late_delivery_is_decided_by_the_policy_of_its_day(settings: Settings) -> None:
    old = load_policy(None)
    new = old.model_copy(update={"bands": old.bands.model_copy(update={"decline_from": 1.5})})
    with open_warehouse(settings) as connection:
        require_policy_in_force(connection, old)
        _decided_until(connection, DAY)
        assert register_policy(connection, new, kind="applied", applied_by="Q", reason="wider") == date(2026, 7, 1)
        assert policy_on(connection, DAY) == old
        assert policy_on(connection, date(2026, 7, 1)) == new


def test_a_policy_file_that_differs_from_the_policy_in_force_stops_the_night(settings: Settings) -> None:
    policy = load_policy(None)
    changed = policy.model_copy(update={"bands": policy.bands.model_copy(update={"decline_from": 2.0})})
    with open_warehouse(settings) as connection:
        require_policy_in_force(connection, policy)
        require_policy_in_force(connection, policy)
        with pytest.raises(VerificationError, match="policy apply") as raised:
            require_policy_in_force(connection, changed)
        assert raised.value.exit_code == 14
        assert connection.execute("SELECT count(*) FROM registry.policies").fetchone() == (1,)


def test_an_edited_policy_row_is_found(settings: Settings) -> None:
    with open_warehouse(settings) as connection:
        require_policy_in_force(connection, load_policy(None))
        connection.execute("UPDATE registry.policies_v1 SET content = replace(content::VARCHAR, '1.25', '9.25')::JSON")
        with pytest.raises(VerificationError, match="does not match its hash"):
            policy_on(connection, DAY)


def test_in_a_home_that_never_decided_a_change_is_effective_from_the_beginning(settings: Settings) -> None:
    with open_warehouse(settings) as connection:
        assert next_effective_on(connection) == date(1, 1, 1)


def test_a_policy_stored_before_a_key_existed_keeps_its_hash() -> None:
    policy = load_policy(None)
    said = policy.model_dump(mode="json", exclude_unset=True)

    class LaterPolicy(Policy):
        new_rule: float = 0.5

    assert LaterPolicy.model_validate(said).sha256 == policy.sha256


def test_of_two_policies_put_in_force_between_two_nights_the_last_one_counts_whatever_the_clock_says(settings: Settings) -> None:
    first = load_policy(None)
    second = first.model_copy(update={"bands": first.bands.model_copy(update={"decline_from": 1.5})})
    with open_warehouse(settings) as connection:
        for policy in (first, second):
            register_policy(connection, policy, kind="applied", applied_by="Q", reason="test")
        connection.execute("UPDATE registry.policies_v1 SET applied_at = applied_at - INTERVAL 1 DAY WHERE policy_id = 2")
        assert policy_on(connection, DAY) == second
