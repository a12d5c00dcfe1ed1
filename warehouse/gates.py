"""Gates and reviews on record: appended, never edited. Callers hold the transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from schemas.audit import AuditKind
from schemas.gate import GateResult
from warehouse.audit import ITSELF, append_row
from warehouse.clock import now
from warehouse.connection import Connection
from warehouse.sql_files import sql


@dataclass(frozen=True)
class Review:
    """A decision of a person on a version, by reference."""

    review_id: int
    reviewed_by: str
    comment: str
    gate_id: int | None


def record_gate(connection: Connection, result: GateResult) -> int:
    """Appends an evaluation of the gate and returns its number."""
    values = {
        "model_version": result.model_version,
        "champion_version": result.champion_version,
        "policy_sha256": result.policy_sha256,
        "verdict": result.verdict,
        "content": result.model_dump_json(),
        "evaluated_at": now(),
    }
    gate_id = _number(connection, "registry/insert_gate", values)
    append_row(connection, "promotion", ITSELF, result.model_version, "registry.gates_v1", gate_id)
    return gate_id


def newest_gate(connection: Connection, model_version: str) -> tuple[int, GateResult] | None:
    """Number and content of the last evaluation of a version's gate, if there was one."""
    row = connection.execute(sql("registry/newest_gate"), {"model_version": model_version}).fetchone()
    return None if row is None else (row[0], GateResult.model_validate_json(row[1]))


def record_review(
    connection: Connection,
    model_version: str,
    *,
    decision: Literal["approve", "reject"],
    reviewed_by: str,
    comment: str,
    gate_id: int | None,
) -> int:
    """Appends a decision of a person and returns its number."""
    values = {
        "model_version": model_version,
        "decision": decision,
        "reviewed_by": reviewed_by,
        "comment": comment,
        "gate_id": gate_id,
        "reviewed_at": now(),
    }
    review_id = _number(connection, "registry/insert_review", values)
    kind: AuditKind = "rejection" if decision == "reject" else "promotion"
    append_row(connection, kind, reviewed_by, model_version, "registry.reviews_v1", review_id)
    return review_id


def rejection_of(connection: Connection, model_version: str) -> Review | None:
    """The rejection of a version, if it was rejected."""
    row = connection.execute(sql("registry/rejection_of"), {"model_version": model_version}).fetchone()
    return None if row is None else Review(*row)


def _number(connection: Connection, statement: str, values: Mapping[str, object]) -> int:
    row = connection.execute(sql(statement), values).fetchone()
    if row is None:
        raise AssertionError("an insertion returns its row")
    return int(row[0])
