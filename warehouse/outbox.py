"""The outbox of the registry: written with what happened, emptied by the followers. Callers hold the transaction."""

from __future__ import annotations

import json
from typing import Any

from schemas.outbox import OutboxItem, Payload, RegisteredVersion, Topic, WaitingTopic
from warehouse.clock import now
from warehouse.connection import Connection
from warehouse.sql_files import sql


def enqueue(connection: Connection, topic: Topic, kind: str, subject: str, payload: Payload) -> int:
    """Puts a happening into the outbox and returns its number; call it inside the transaction that makes it happen."""
    values = {
        "topic": topic,
        "kind": kind,
        "subject": subject,
        "payload": json.dumps(dict(payload), sort_keys=True, default=str, allow_nan=False),
        "created_at": now(),
    }
    row = connection.execute(sql("outbox/insert"), values).fetchone()
    if row is None:
        raise AssertionError("an insertion returns its row")
    return int(row[0])


def pending(connection: Connection, topic: Topic) -> list[OutboxItem]:
    """What the topic has not taken yet, in the order in which to try it."""
    return [
        OutboxItem(**{**record, "payload": json.loads(record["payload"])})
        for record in _records(connection, "pending", {"topic": topic})
    ]


def waiting_topics(connection: Connection) -> list[WaitingTopic]:
    """Topics with something undelivered."""
    return [WaitingTopic(**record) for record in _records(connection, "waiting")]


def registered_versions(connection: Connection) -> list[RegisteredVersion]:
    """Every registered version with its role, oldest first."""
    return [RegisteredVersion(**record) for record in _records(connection, "registered_versions")]


def begin_attempt(connection: Connection, outbox_id: int) -> None:
    """Counts an attempt before it is made."""
    connection.execute(sql("outbox/begin_attempt"), {"outbox_id": outbox_id, "attempted_at": now()})


def settle_attempt(connection: Connection, outbox_id: int, error: str | None) -> None:
    """Records how an attempt ended: delivered where there is no error; else the class of the error, never its text."""
    values = {"outbox_id": outbox_id, "delivered_at": now() if error is None else None, "last_error": error}
    connection.execute(sql("outbox/settle_attempt"), values)


def _records(connection: Connection, name: str, values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    cursor = connection.execute(sql(f"outbox/{name}"), values)
    names = [item[0] for item in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
