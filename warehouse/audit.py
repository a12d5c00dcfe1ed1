"""The audit chain: every act that decides, or changes what decides, appended in its transaction and bound to the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from schemas.audit import AuditHead, AuditKind, DecisionSet, Fingerprint
from warehouse.clock import now
from warehouse.sql_files import sql

if TYPE_CHECKING:
    from warehouse.connection import Connection

#: What the first entry is bound to.
BEGINNING_SHA256 = "0" * 64
#: Who acts where nobody is named.
ITSELF = "loanwatch"

#: Registry tables whose rows the audit repeats: key, and columns too long to repeat, of which the hash stands in.
REGISTRY_TABLES: dict[str, tuple[str, frozenset[str]]] = {
    "registry.models_v1": ("model_version", frozenset({"manifest"})),
    "registry.trainings_v1": ("model_version", frozenset({"parameters"})),
    "registry.gates_v1": ("gate_id", frozenset({"content"})),
    "registry.promotions_v1": ("promotion_id", frozenset()),
    "registry.policies_v1": ("policy_id", frozenset({"content"})),
    "registry.reviews_v1": ("review_id", frozenset()),
}


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in an audit entry")


def canonical(content: object) -> str:
    """Canonical JSON: sorted keys, no spaces, ASCII; dates and times in ISO form."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False, default=_plain)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def entry_hashes(entry: dict[str, Any], previous_sha256: str) -> tuple[str, str]:
    """content_sha256 and sha256 of an entry: over number, time, kind, actor, subject, and the detail as the text stored."""
    content = canonical({name: entry[name] for name in ("audit_id", "recorded_at", "kind", "actor", "subject", "detail")})
    return _hash(content), _hash(previous_sha256 + content)


def audit_head(connection: Connection) -> AuditHead:
    """The newest entry of the chain. Every warehouse that was migrated has one."""
    row = connection.execute(sql("audit/head")).fetchone()
    return AuditHead(*row) if row is not None else AuditHead(0, BEGINNING_SHA256)


def append(connection: Connection, kind: AuditKind, actor: str, subject: str, detail: dict[str, Any]) -> AuditHead:
    """Appends an act to the chain, inside the transaction that makes the change; returns the new head.

    Args:
        connection: the connection whose transaction makes the change.
        kind: what kind of act.
        actor: who did it: a name that was given, a command, or `loanwatch`.
        subject: what it is about: a run, a delivery, a model version, a policy; never an applicant's name or values.
        detail: counts, keys and hashes; JSON values, dates and times.
    """
    head = audit_head(connection)
    entry = {
        "audit_id": head.audit_id + 1,
        "recorded_at": now(),
        "kind": kind,
        "actor": actor,
        "subject": subject,
        "detail": canonical(detail),
    }
    content_sha256, sha256 = entry_hashes(entry, head.sha256)
    hashes = {"content_sha256": content_sha256, "previous_sha256": head.sha256, "sha256": sha256}
    connection.execute(sql("audit/append"), {**entry, **hashes})
    return AuditHead(head.audit_id + 1, sha256)


def registry_rows(connection: Connection, table: str) -> dict[str, dict[str, Any]]:
    """The rows of a registry table as the audit repeats them, by key; a long column as `<name>_sha256`."""
    key, long = REGISTRY_TABLES[table]
    cursor = connection.execute(f"SELECT * FROM {table} ORDER BY {key}")
    names = [item[0] for item in cursor.description or []]
    found = {}
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        hashed = {f"{name}_sha256": _hash(row.pop(name)) for name in long}
        found[str(row[key])] = json.loads(canonical({**row, **hashed}))
    return found


def append_row(
    connection: Connection, kind: AuditKind, actor: str, subject: str, table: str, key: str | int | None = None
) -> AuditHead:
    """Appends an act that is a new row of a registry table, with the row; without a key it is the newest row."""
    rows = registry_rows(connection, table)
    chosen = str(key) if key is not None else list(rows)[-1]
    return append(connection, kind, actor, subject, {"rows": {table: {chosen: rows[chosen]}}})


def append_decisions(
    connection: Connection, written: DecisionSet, model_version: str, policy_sha256: str, engine: str
) -> AuditHead:
    """Appends the set of decisions that the running transaction has written, and what summed the trees."""
    detail = {"sets": [asdict(written)], "model_version": model_version, "policy_sha256": policy_sha256, "engine": engine}
    return append(connection, "decisions", ITSELF, str(written.batch_id), detail)


def append_erasure(
    connection: Connection,
    actor: str,
    subject: str,
    detail: dict[str, Any],
    before: Sequence[Fingerprint],
    after: Sequence[Fingerprint],
) -> AuditHead:
    """Appends an erasure, so that the sets it touched stay provable.

    Args:
        connection: the connection whose transaction erases.
        actor: who asked for it.
        subject: what names the erasure; never the applicant's key.
        detail: why, and what was removed, in counts.
        before: `fingerprints_of` the applicant before anything is removed.
        after: the same of what is left of those decisions; empty where the rows are gone.
    """
    rows = {"retired": [asdict(item) for item in before], "replaced": [asdict(item) for item in after]}
    return append(connection, "erasure", actor, subject, {**detail, **rows})


def begin(connection: Connection, sets: Sequence[DecisionSet]) -> AuditHead:
    """The first entry: what the warehouse held when the chain began."""
    rows = {table: registry_rows(connection, table) for table in REGISTRY_TABLES}
    detail = {"sets": [asdict(item) for item in sets], "rows": rows}
    return append(connection, "migration", ITSELF, "the state when the audit began", detail)
