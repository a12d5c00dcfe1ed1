"""Verifying the audit: the chain link by link, the decisions against their recorded sets, the registry against its entries."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count
from types import MappingProxyType
from typing import Any, NamedTuple

from schemas.audit import AuditFinding, AuditHead, DecisionSet, Fingerprint
from warehouse.audit import BEGINNING_SHA256, REGISTRY_TABLES, entry_hashes, registry_rows
from warehouse.connection import Connection
from warehouse.fingerprints import stored_sets
from warehouse.sql_files import sql

_Entry = dict[str, Any]


class _Recorded(NamedTuple):
    """What the entries say."""

    sets: list[DecisionSet]
    rows: dict[str, dict[str, dict[str, Any]]]
    retired: list[Fingerprint]
    replaced: list[Fingerprint]


def has_audit(connection: Connection) -> bool:
    """Whether this warehouse was migrated to a version that keeps an audit."""
    row = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'ops' AND table_name = 'audit_v1'"
    ).fetchone()
    return row is not None and row[0] > 0


def _entries(connection: Connection) -> list[_Entry]:
    cursor = connection.execute(sql("audit/entries"))
    names = [item[0] for item in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _broken_links(entries: Sequence[_Entry]) -> Iterator[AuditFinding]:
    """Every entry that does not hash to what it says, is not bound to the one before, or is missing. Each is named once."""
    previous = BEGINNING_SHA256
    for expected, entry in zip(count(1), entries):
        content_sha256, sha256 = entry_hashes(entry, entry["previous_sha256"])
        faults = []
        if entry["audit_id"] != expected:
            faults.append(f"stands at place {expected}: an entry was removed, inserted or numbered anew")
        if entry["previous_sha256"] != previous:
            faults.append("is not bound to the entry before it")
        if (entry["content_sha256"], entry["sha256"]) != (content_sha256, sha256):
            faults.append("does not match its own hash: it was edited")
        if faults:
            yield AuditFinding("chain", f"entry {entry['audit_id']} ({entry['kind']})", "; ".join(faults))
        previous = entry["sha256"]
    if not entries:
        yield AuditFinding("chain", "ops.audit_v1", "holds no entry, not even the first one")


def _missing_heads(entries: Sequence[_Entry], heads: Sequence[AuditHead]) -> Iterator[AuditFinding]:
    """Heads that were seen before and are no longer in the chain."""
    known = {(entry["audit_id"], entry["sha256"]) for entry in entries}
    last = max((entry["audit_id"] for entry in entries), default=0)
    for head in heads:
        if (head.audit_id, head.sha256) not in known:
            found = f"the chain ends at {last}" if last < head.audit_id else "another entry stands there"
            yield AuditFinding("head", f"entry {head.audit_id}", f"was the head {head.sha256[:16]}... once; now {found}")


def _unknown_marks(entries: Sequence[_Entry], marks: Mapping[str, str]) -> Iterator[AuditFinding]:
    """Places that hold the hash of a head which is not in the chain."""
    known = {entry["sha256"] for entry in entries}
    for where, sha256 in marks.items():
        if sha256 not in known:
            yield AuditFinding("head", where, f"was made at the head {sha256[:16]}..., which is not in the chain")


def _set_of(item: dict[str, Any]) -> DecisionSet:
    return DecisionSet(item["batch_id"], datetime.fromisoformat(item["decided_at"]), item["n_decisions"], item["sha256"])


def _fingerprint_of(item: dict[str, Any]) -> Fingerprint:
    return Fingerprint(item["batch_id"], datetime.fromisoformat(item["decided_at"]), item["row_sha256"])


def _recorded(entries: Sequence[_Entry]) -> tuple[_Recorded, list[AuditFinding]]:
    """What the entries say; an entry whose detail cannot be read is a finding of its own."""
    recorded = _Recorded([], {table: {} for table in REGISTRY_TABLES}, [], [])
    findings = []
    for entry in entries:
        try:
            _collect(json.loads(entry["detail"]), recorded)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            place = f"entry {entry['audit_id']} ({entry['kind']})"
            findings.append(AuditFinding("chain", place, f"its detail cannot be read: {type(error).__name__}"))
    return recorded, findings


def _collect(detail: dict[str, Any], recorded: _Recorded) -> None:
    sets = [_set_of(item) for item in detail.get("sets", [])]
    retired = [_fingerprint_of(item) for item in detail.get("retired", [])]
    replaced = [_fingerprint_of(item) for item in detail.get("replaced", [])]
    recorded.sets.extend(sets)
    for item in retired:  # a second erasure of the same applicant takes up what the first one left
        if item in recorded.replaced:
            recorded.replaced.remove(item)
        else:
            recorded.retired.append(item)
    recorded.replaced.extend(replaced)
    for table, rows in detail.get("rows", {}).items():
        recorded.rows[table].update(rows)


def _differing_sets(connection: Connection, recorded: _Recorded) -> Iterator[AuditFinding]:
    stored, n_changed = stored_sets(connection, recorded.replaced, recorded.retired)
    if n_changed:
        found = f"{n_changed} decision(s) that an erasure left are no longer as it left them"
        yield AuditFinding("decisions", "score.decisions_v1", found)
    said = {(item.batch_id, item.decided_at): item for item in recorded.sets}
    found_sets = {(item.batch_id, item.decided_at): item for item in stored}
    for batch_id, decided_at in sorted({*said, *found_sets}):
        expected, found_set = said.get((batch_id, decided_at)), found_sets.get((batch_id, decided_at))
        if expected != found_set:
            where = f"delivery {batch_id}, decided at {decided_at.isoformat(timespec='microseconds')}"
            yield AuditFinding("decisions", where, _difference(expected, found_set))


def _difference(expected: DecisionSet | None, found: DecisionSet | None) -> str:
    if expected is None or found is None:
        n = (found or expected).n_decisions  # type: ignore[union-attr]
        return f"{n} decision(s) stored that no entry records" if expected is None else f"{n} decision(s) recorded, none stored"
    if expected.n_decisions != found.n_decisions:
        return f"{expected.n_decisions} decisions recorded, {found.n_decisions} stored"
    return f"among {found.n_decisions} decisions, or their reasons or quality, something was edited"


def _differing_rows(connection: Connection, recorded: _Recorded) -> Iterator[AuditFinding]:
    for table in REGISTRY_TABLES:
        said, stored = recorded.rows[table], registry_rows(connection, table)
        for key in sorted({*said, *stored}):
            found = _row_difference(said.get(key), stored.get(key))
            if found:
                yield AuditFinding("registry", f"{table} {key}", found)


def _row_difference(said: dict[str, Any] | None, stored: dict[str, Any] | None) -> str:
    """Columns that a later version of Loanwatch added are in no earlier entry: they are not compared."""
    if said is None or stored is None:
        return "no entry records it" if said is None else "recorded, and not there"
    names = sorted(name for name in said if name not in stored or stored[name] != said[name])
    return f"differs from what was recorded in: {', '.join(names)}" if names else ""


def _repeated_rows(connection: Connection) -> Iterator[AuditFinding]:
    """A key that stands twice would hide one of its rows."""
    for table, (key, _) in REGISTRY_TABLES.items():
        keys = Counter(row[0] for row in connection.execute(f"SELECT {key} FROM {table}").fetchall())
        for name, n in sorted(keys.items()):
            if n > 1:
                yield AuditFinding("registry", f"{table} {name}", f"stands {n} times")


def verify_audit(
    connection: Connection, heads: Sequence[AuditHead] = (), marks: Mapping[str, str] = MappingProxyType({})
) -> list[AuditFinding]:
    """Everything that does not agree; empty where all does.

    Decisions are hashed anew with their reasons and quality records, about 30,000 a second on one core.

    Args:
        connection: an open warehouse; read-only will do.
        heads: heads that were seen before and kept beside the warehouse: each has to be in the chain.
        marks: hashes of heads kept elsewhere, without their numbers, by what holds them: a backup.
    """
    if not has_audit(connection):
        return [AuditFinding("chain", "ops.audit_v1", "there is none: the table is gone, or the schema is older than the audit")]
    entries = _entries(connection)
    recorded, unreadable = _recorded(entries)
    return [
        *_broken_links(entries),
        *unreadable,
        *_missing_heads(entries, heads),
        *_unknown_marks(entries, marks),
        *_differing_sets(connection, recorded),
        *_repeated_rows(connection),
        *_differing_rows(connection, recorded),
    ]
