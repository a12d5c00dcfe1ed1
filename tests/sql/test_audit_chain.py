"""The audit chain by itself: what binds its entries, and what a verification finds of a hand that touched it."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import duckdb
import pytest

from schemas.audit import AuditHead
from schemas.policy import load_policy
from schemas.settings import Settings
from tasks.audit import heads_file, kept_heads, verify_home
from tasks.backup import back_up
from tasks.policy import apply_policy
from tests.audit_support import change, findings
from tests.versions import line_of_versions
from warehouse.audit import append, audit_head
from warehouse.audit_check import verify_audit
from warehouse.connection import Connection, open_warehouse, transaction
from warehouse.gates import record_review
from warehouse.registry import register_policy
from warehouse.runs import end_run, start_run

DAY = date(2026, 6, 30)


def _chain(settings: Settings) -> list[AuditHead]:
    """Five entries: the beginning, a policy, a night's start and end, a restoration."""
    heads = []
    with open_warehouse(settings) as connection:
        heads.append(audit_head(connection))
        with transaction(connection):
            register_policy(connection, load_policy(None), kind="bootstrap", applied_by="Q", reason="first")
        heads.append(audit_head(connection))
        run = start_run(connection, "nightly", DAY)
        heads.append(audit_head(connection))
        end_run(connection, run, "done", "0 new deliveries")
        heads.append(audit_head(connection))
        with transaction(connection):
            heads.append(append(connection, "restore", "Q", "a case", {"on": DAY, "n": 1, "why": "Ünïcode"}))
    return heads


def test_a_new_warehouse_begins_its_chain_and_agrees_with_it(settings: Settings) -> None:
    with open_warehouse(settings) as connection:
        assert audit_head(connection).audit_id == 1
        assert verify_audit(connection) == []


def test_a_chain_of_several_acts_verifies_and_knows_its_former_heads(settings: Settings) -> None:
    heads = _chain(settings)
    assert [head.audit_id for head in heads] == [1, 2, 3, 4, 5]
    with open_warehouse(settings, read_only=True) as connection:
        assert verify_audit(connection, heads) == []


def test_the_hashes_are_those_that_anyone_can_work_out_from_the_published_rule(settings: Settings) -> None:
    _chain(settings)
    with open_warehouse(settings) as connection:
        rows = connection.execute("FROM ops.audit ORDER BY audit_id").fetchall()
    previous = "0" * 64
    for audit_id, recorded_at, kind, actor, subject, detail, content, before, own in rows:
        entry = {
            "actor": actor,
            "audit_id": audit_id,
            "detail": detail,
            "kind": kind,
            "recorded_at": recorded_at.strftime("%Y-%m-%dT%H:%M:%S.%f"),
            "subject": subject,
        }
        text = json.dumps(entry, separators=(",", ":"))
        assert content == hashlib.sha256(text.encode()).hexdigest()
        assert (before, own) == (previous, hashlib.sha256((previous + text).encode()).hexdigest())
        previous = own


def test_an_entry_that_was_removed_is_found_wherever_it_stood(settings: Settings) -> None:
    heads = _chain(settings)
    for audit_id in range(1, 5):
        with open_warehouse(settings) as connection:
            connection.execute("BEGIN")
            connection.execute("DELETE FROM ops.audit_v1 WHERE audit_id = $n", {"n": audit_id})
            assert {finding.fault for finding in verify_audit(connection)} >= {"chain"}, audit_id
            connection.execute("ROLLBACK")
    change(settings, "DELETE FROM ops.audit_v1 WHERE audit_id = 5")
    with open_warehouse(settings) as connection:
        assert verify_audit(connection, heads[:4]) == []
        (finding,) = verify_audit(connection, heads)
        assert (finding.fault, finding.where) == ("head", "entry 5")


def test_a_chain_that_was_written_anew_is_found_by_a_head_that_was_kept(settings: Settings) -> None:
    kept = _chain(settings)[-1]
    with open_warehouse(settings) as connection:
        connection.execute("DELETE FROM ops.audit_v1 WHERE audit_id = 5")
        append(connection, "override", "Q", "another case", {})
        assert verify_audit(connection) == []
        (finding,) = verify_audit(connection, [kept])
        assert finding.fault == "head"
        assert "another entry stands there" in finding.found


def test_a_chain_that_was_cut_is_found_by_the_head_in_a_backup_where_the_others_are_gone(settings: Settings) -> None:
    _chain(settings)
    made = back_up(settings)
    assert verify_home(settings) == []
    change(settings, "DELETE FROM ops.audit_v1 WHERE audit_id = 5")
    assert not heads_file(settings).exists()
    (finding,) = verify_home(settings)
    assert (finding.fault, finding.where) == ("head", f"backup {made.manifest.name}")


def test_a_policy_that_was_applied_leaves_its_head_beside_the_warehouse(settings: Settings) -> None:
    apply_policy(settings, load_policy(None), applied_by="Q", reason="first")
    with open_warehouse(settings) as connection:
        assert kept_heads(settings) == [audit_head(connection)]


def test_an_emptied_audit_is_found(settings: Settings) -> None:
    _chain(settings)
    change(settings, "DELETE FROM ops.audit_v1")
    assert "chain" in {finding.fault for finding in findings(settings)}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registry.policies_v1 SET applied_by = 'someone else'",
        "UPDATE registry.policies_v1 SET content = replace(content::VARCHAR, '1.25', '9.25')::JSON",
        "DELETE FROM registry.policies_v1",
        "INSERT INTO registry.policies_v1 FROM registry.policies_v1",
        "INSERT INTO registry.policies_v1 BY NAME SELECT * REPLACE (7 AS policy_id) FROM registry.policies_v1",
        "INSERT INTO registry.promotions_v1 BY NAME SELECT 1 AS promotion_id, 'promotion' AS kind, 'x' AS model_version, "
        "DATE '2026-01-01' AS effective_on, 'Q' AS approved_by, 'r' AS reason, TIMESTAMP '2026-01-01' AS promoted_at",
    ],
)
def test_a_registry_that_says_something_else_than_its_entries_is_found(settings: Settings, statement: str) -> None:
    _chain(settings)
    change(settings, statement)
    assert {finding.fault for finding in findings(settings)} == {"registry"}


def test_a_rejection_is_on_record_and_cannot_be_taken_back_unseen(settings: Settings) -> None:
    with open_warehouse(settings) as connection:
        with transaction(connection):
            record_review(connection, "2026-06-30.2", decision="reject", reviewed_by="Q", comment="too costly", gate_id=None)
        assert connection.execute("SELECT kind, actor FROM ops.audit ORDER BY audit_id DESC LIMIT 1").fetchone() == (
            "rejection",
            "Q",
        )
        assert verify_audit(connection) == []
        connection.execute("UPDATE registry.reviews_v1 SET decision = 'approve'")
        assert [finding.fault for finding in verify_audit(connection)] == ["registry"]
        connection.execute("DELETE FROM registry.reviews_v1")
        assert [finding.fault for finding in verify_audit(connection)] == ["registry"]


def test_who_asked_for_a_version_and_what_its_gate_said_cannot_be_changed_unseen_before_it_is_promoted(
    settings: Settings,
) -> None:
    line_of_versions(settings, 2)
    assert findings(settings) == []
    change(settings, "UPDATE registry.trainings_v1 SET requested_by = 'someone else'")
    assert {finding.where.split()[0] for finding in findings(settings)} == {"registry.trainings_v1"}
    change(settings, "UPDATE registry.gates_v1 SET content = replace(content::VARCHAR, '2000', '2001')::JSON")
    assert {finding.where.split()[0] for finding in findings(settings)} == {"registry.trainings_v1", "registry.gates_v1"}


def test_an_act_that_is_rolled_back_leaves_no_entry(settings: Settings) -> None:
    _chain(settings)
    with open_warehouse(settings) as connection:
        with pytest.raises(RuntimeError):
            _fail_to_apply(connection)
        assert audit_head(connection).audit_id == 5
        assert verify_audit(connection) == []


def _fail_to_apply(connection: Connection) -> None:
    with transaction(connection):
        register_policy(connection, load_policy(None), kind="applied", applied_by="Q", reason="again")
        assert audit_head(connection).audit_id == 6
        raise RuntimeError


def test_two_entries_at_once_do_not_fork_the_chain(settings: Settings) -> None:
    with open_warehouse(settings) as one, open_warehouse(settings) as other:
        one.execute("BEGIN")
        other.execute("BEGIN")
        append(one, "override", "Q", "first", {})
        append(other, "override", "Q", "second", {})
        one.execute("COMMIT")
        with pytest.raises(duckdb.Error):
            other.execute("COMMIT")
        assert audit_head(one).audit_id == 2
        assert verify_audit(one) == []


def test_a_warehouse_without_an_audit_says_so(settings: Settings) -> None:
    change(settings, "DROP VIEW ops.audit; DROP TABLE ops.audit_v1")
    with open_warehouse(settings, read_only=True) as connection:
        (finding,) = verify_audit(connection)
    assert "there is none" in finding.found
