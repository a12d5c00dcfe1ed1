"""Promotion, rejection and rollback: what they change, what they refuse, and that a refusal changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date

import pytest

from schemas.errors import GateRefusedError, LoanwatchError, NoChampionError, UsageError, VerificationError
from schemas.manifest import MANIFEST_FILE
from schemas.settings import Settings
from tasks.gate import run_gate
from tasks.promotion import act_and_publish, promote, reject, rollback
from tests.contents import file_hashes, warehouse_hashes
from tests.model_rows import policy
from tests.versions import APPROVER, REQUESTER, add_gate, champions, freeze_references, line_of_versions
from warehouse.connection import Connection, open_warehouse
from warehouse.outbox import pending
from warehouse.reading import query_snapshot
from warehouse.registry import newest_policy_sha256, register_policy


def approve(settings: Settings, version: str) -> None:
    promote(settings, version, approved_by=APPROVER, reason="better")


def refused(act: Callable[[], object], kind: type[LoanwatchError], exit_code: int) -> LoanwatchError:
    with pytest.raises(kind) as caught:
        act()
    assert caught.value.exit_code == exit_code
    return caught.value


def without_bookkeeping(settings: Settings) -> tuple[dict[str, str], dict[str, str]]:
    return warehouse_hashes(settings), file_hashes(settings.models)


def test_a_promotion_puts_version_review_gate_policy_and_event_on_record_at_once(settings: Settings) -> None:
    first, second = line_of_versions(settings)
    change = promote(settings, second, approved_by=f" {APPROVER} ", reason=" better ")
    assert (change.kind, change.model_version, change.former_model_version) == ("promotion", second, first)
    assert (change.requested_by, change.approved_by, change.reason, change.gate_id) == (REQUESTER, APPROVER, "better", 1)
    with open_warehouse(settings) as connection:
        assert change.policy_sha256 == newest_policy_sha256(connection) == policy().sha256
        reviews = connection.execute(
            "SELECT model_version, decision, reviewed_by, comment, gate_id FROM marts.reviews"
        ).fetchall()
        roles = connection.execute("SELECT role FROM marts.models ORDER BY model_number").fetchall()
        (event,) = pending(connection, "event")
        (follower,) = pending(connection, "mlflow")
    assert reviews == [(second, "approve", APPROVER, "better", 1)]
    assert roles == [("retired",), ("champion",)]
    assert (event.kind, event.subject, follower.kind) == ("promoted", second, "aliases")
    assert event.payload == {"who": APPROVER, "why": "better", "from": first, "to": second, "effective_on": "0001-01-01"}


def test_a_gate_against_a_former_champion_is_run_again(settings: Settings) -> None:
    _, second, third = line_of_versions(settings, 3)
    approve(settings, second)
    error = refused(lambda: approve(settings, third), GateRefusedError, 5)
    assert f"against {second} does not have enough data" in str(error)
    with open_warehouse(settings) as connection:
        gates = connection.execute("SELECT champion_version, verdict, n_rows FROM marts.gates ORDER BY gate_id").fetchall()
        assert gates[2:] == [(second, "not_enough_data", 0)]
        add_gate(connection, third)
    approve(settings, third)
    assert champions(settings)[-1] == ("promotion", third)


def test_a_gate_under_a_former_policy_is_run_again(settings: Settings) -> None:
    first, second = line_of_versions(settings)
    changed = policy().model_copy(update={"bands": policy().bands.model_copy(update={"decline_from": 2.0})})
    with open_warehouse(settings) as connection:
        register_policy(connection, changed, kind="applied", applied_by="Q", reason="wider")
        for version in (first, second):
            freeze_references(connection, version, changed)
    error = refused(lambda: approve(settings, second), LoanwatchError, 5)
    assert f"{second} against {first}" in str(error)
    assert champions(settings) == [("bootstrap", first)]


@pytest.mark.parametrize("verdict", ["fail", "not_enough_data"])
def test_a_gate_that_did_not_pass_stops_a_promotion_and_nothing_changes(settings: Settings, verdict: str) -> None:
    _, second = line_of_versions(settings)
    with open_warehouse(settings) as connection:
        add_gate(connection, second, verdict)  # type: ignore[arg-type]
    before = without_bookkeeping(settings)
    error = refused(lambda: approve(settings, second), GateRefusedError, 5)
    assert "auc: 0.0000 lower" in str(error)
    assert without_bookkeeping(settings) == before


@pytest.mark.parametrize("name", [REQUESTER, REQUESTER.upper(), f"  {REQUESTER.casefold()} ", "\uff21. Analyst"])
def test_the_requester_cannot_approve_however_the_name_is_written(settings: Settings, name: str) -> None:
    _, second = line_of_versions(settings)
    before = without_bookkeeping(settings)
    error = refused(lambda: promote(settings, second, approved_by=name, reason="mine"), GateRefusedError, 5)
    assert "cannot approve" in str(error)
    assert without_bookkeeping(settings) == before


def test_the_champion_cannot_be_promoted_again(settings: Settings) -> None:
    first, _ = line_of_versions(settings)
    refused(lambda: approve(settings, first), GateRefusedError, 5)
    refused(lambda: run_gate(settings, first), GateRefusedError, 5)


@pytest.mark.parametrize(("name", "reason"), [("", "better"), ("  ", "better"), ("Q", " ")])
def test_without_a_name_or_a_reason_nothing_is_approved(settings: Settings, name: str, reason: str) -> None:
    _, second = line_of_versions(settings)
    refused(lambda: promote(settings, second, approved_by=name, reason=reason), UsageError, 2)
    refused(lambda: rollback(settings, by=name, reason=reason), UsageError, 2)


def test_a_version_that_does_not_exist_is_wrong_usage(settings: Settings) -> None:
    line_of_versions(settings)
    refused(lambda: approve(settings, "2026-02-01.9"), UsageError, 2)
    refused(lambda: reject(settings, "2026-02-01.9", rejected_by="Q", comment=""), UsageError, 2)
    refused(lambda: run_gate(settings, "2026-02-01.9"), UsageError, 2)


def _without_threshold(settings: Settings, version: str, _connection: Connection) -> None:
    file = settings.models / version / MANIFEST_FILE
    file.write_text("\n".join(line for line in file.read_text().splitlines() if '"threshold"' not in line))


def _other_threshold(_settings: Settings, version: str, connection: Connection) -> None:
    connection.execute("UPDATE registry.models_v1 SET threshold = 0.5 WHERE model_version = ?", [version])


def _without_files(settings: Settings, version: str, _connection: Connection) -> None:
    shutil.rmtree(settings.models / version)


def _without_reference(_settings: Settings, version: str, connection: Connection) -> None:
    connection.execute("DELETE FROM monitor.references_v1 WHERE reference_id = ?", [version])


def _other_features(_settings: Settings, version: str, connection: Connection) -> None:
    connection.execute("UPDATE registry.models_v1 SET feature_set_id = 'other' WHERE model_version = ?", [version])


DAMAGES = [_without_threshold, _other_threshold, _without_files, _without_reference, _other_features]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_version_that_is_not_whole_cannot_be_promoted(
    settings: Settings, damage: Callable[[Settings, str, Connection], None]
) -> None:
    _, second = line_of_versions(settings)
    with open_warehouse(settings) as connection:
        damage(settings, second, connection)
    before = without_bookkeeping(settings)
    refused(lambda: approve(settings, second), VerificationError, 14)
    assert without_bookkeeping(settings) == before


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_former_champion_that_is_not_whole_cannot_be_brought_back(
    settings: Settings, damage: Callable[[Settings, str, Connection], None]
) -> None:
    first, second = line_of_versions(settings)
    approve(settings, second)
    with open_warehouse(settings) as connection:
        damage(settings, first, connection)
    before = without_bookkeeping(settings)
    refused(lambda: rollback(settings, by="Q", reason="worse"), VerificationError, 14)
    assert without_bookkeeping(settings) == before


def test_a_model_without_threshold_cannot_be_registered(settings: Settings) -> None:
    line_of_versions(settings)
    with pytest.raises(LoanwatchError), open_warehouse(settings) as connection:
        connection.execute("UPDATE registry.models_v1 SET threshold = NULL")


def test_a_rejection_changes_nothing_but_the_role(settings: Settings) -> None:
    first, second = line_of_versions(settings)
    before = without_bookkeeping(settings)
    review = reject(settings, second, rejected_by=APPROVER, comment="too few rows")
    after = without_bookkeeping(settings)
    changed = {name for name in before[0] if before[0][name] != after[0][name]}
    assert changed == {"registry.reviews_v1", "ops.outbox_v1"}
    assert before[1] == after[1]
    assert champions(settings) == [("bootstrap", first)]
    with open_warehouse(settings) as connection:
        assert [item.kind for item in pending(connection, "event")] == ["rejected"]
    assert reject(settings, second, rejected_by="Someone else", comment="again") == review
    assert without_bookkeeping(settings) == after


def test_a_rejected_version_cannot_be_promoted(settings: Settings) -> None:
    _, second = line_of_versions(settings)
    reject(settings, second, rejected_by=REQUESTER, comment="my own mistake")
    error = refused(lambda: approve(settings, second), GateRefusedError, 5)
    assert f"was rejected by {REQUESTER}" in str(error)


def test_what_was_champion_cannot_be_rejected(settings: Settings) -> None:
    first, second = line_of_versions(settings)
    approve(settings, second)
    for version in (first, second):
        refused(lambda key=version: reject(settings, key, rejected_by="Q", comment=""), UsageError, 2)  # type: ignore[misc]


def test_rollbacks_undo_one_change_after_the_other_and_then_refuse(settings: Settings) -> None:
    first, second, third = line_of_versions(settings, 3)
    approve(settings, second)
    with open_warehouse(settings) as connection:
        add_gate(connection, third)
    approve(settings, third)
    assert rollback(settings, by="Q", reason="worse").model_version == second
    assert rollback(settings, by="Q", reason="worse still").model_version == first
    error = refused(lambda: rollback(settings, by="Q", reason="and again"), GateRefusedError, 5)
    assert f"no champion before {first}" in str(error)
    kinds = ["bootstrap", "promotion", "promotion", "rollback", "rollback"]
    assert champions(settings) == list(zip(kinds, [first, second, third, second, first], strict=True))
    with open_warehouse(settings) as connection:
        assert [item.kind for item in pending(connection, "event")] == ["promoted", "promoted", "rolled_back", "rolled_back"]


def test_a_home_without_a_model_has_nothing_to_promote_or_undo(settings: Settings) -> None:
    refused(lambda: rollback(settings, by="Q", reason="worse"), NoChampionError, 11)
    refused(lambda: act_and_publish(settings, "rollback", lambda: None), UsageError, 2)


def test_a_change_is_published_at_once_on_the_date_that_readers_saw_last(settings: Settings) -> None:
    _, second = line_of_versions(settings)
    act_and_publish(settings, "promote", lambda: promote(settings, second, approved_by=APPROVER, reason="better"))
    assert query_snapshot(settings, "SELECT as_of FROM marts.freshness")[1] == [(date(2026, 2, 1),)]
    shown = query_snapshot(
        settings, "SELECT model_version, requested_by, approved_by FROM marts.promotions ORDER BY promotion_id"
    )
    assert shown[1][-1] == (second, REQUESTER, APPROVER)
    with open_warehouse(settings) as connection:
        assert connection.execute("SELECT command, status FROM ops.runs").fetchall() == [("promote", "done")]


def test_what_is_refused_is_a_failed_run_and_publishes_nothing(settings: Settings) -> None:
    first, _ = line_of_versions(settings)
    refused(lambda: act_and_publish(settings, "promote", lambda: approve(settings, first)), GateRefusedError, 5)
    assert not settings.snapshot.exists()
    with open_warehouse(settings) as connection:
        assert connection.execute("SELECT command, status FROM ops.runs").fetchall() == [("promote", "failed")]
