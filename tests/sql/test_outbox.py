"""The outbox of the registry: written with what happened or not at all, delivered once it was taken, tried in turn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from schemas.outbox import OutboxItem, WaitingTopic
from schemas.settings import Settings
from warehouse.connection import Connection, open_warehouse, transaction
from warehouse.outbox import begin_attempt, enqueue, pending, settle_attempt, waiting_topics


@pytest.fixture
def connection(settings: Settings) -> Iterator[Connection]:
    with open_warehouse(settings) as opened:
        yield opened


def _attempt(connection: Connection, outbox_id: int, error: str | None) -> None:
    begin_attempt(connection, outbox_id)
    settle_attempt(connection, outbox_id, error)


def test_what_was_put_in_is_pending_with_its_words(connection: Connection) -> None:
    payload = {"by": "Ann Lee", "reason": 'said "yes"; it\'s fine', "effective_on": date(2026, 3, 1), "former": None}
    assert enqueue(connection, "event", "promoted", "2026-03-01.1", payload) == 1
    (item,) = pending(connection, "event")
    assert item == OutboxItem(1, "event", "promoted", "2026-03-01.1", {**payload, "effective_on": "2026-03-01"}, 0)
    assert pending(connection, "mlflow") == []


def test_a_transaction_that_fails_leaves_nothing_in_it(connection: Connection) -> None:
    def fail_after_writing() -> None:
        with transaction(connection):
            enqueue(connection, "mlflow", "aliases", "v", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_writing()
    assert pending(connection, "mlflow") == []


def test_what_was_taken_is_pending_no_more_and_stays_on_record(connection: Connection) -> None:
    number = enqueue(connection, "mlflow", "aliases", "v", {})
    _attempt(connection, number, None)
    assert pending(connection, "mlflow") == []
    assert waiting_topics(connection) == []
    query = "SELECT n_attempts, delivered_at IS NOT NULL, last_error FROM ops.outbox"
    assert connection.execute(query).fetchall() == [(1, True, None)]


def test_what_was_refused_stays_and_lets_the_others_go_first(connection: Connection) -> None:
    numbers = [enqueue(connection, "event", "registered", f"v{number}", {}) for number in range(3)]
    _attempt(connection, numbers[0], "ConnectError")
    assert [item.subject for item in pending(connection, "event")] == ["v1", "v2", "v0"]
    assert waiting_topics(connection) == [WaitingTopic("event", 3, 1, "ConnectError")]


def test_an_attempt_that_the_process_did_not_survive_counts_and_is_made_again(connection: Connection) -> None:
    number = enqueue(connection, "event", "rejected", "v", {})
    begin_attempt(connection, number)
    assert waiting_topics(connection) == [WaitingTopic("event", 1, 1, "Interrupted")]
    assert [item.outbox_id for item in pending(connection, "event")] == [number]


def test_what_was_delivered_is_not_made_pending_by_a_late_failure(connection: Connection) -> None:
    number = enqueue(connection, "event", "promoted", "v", {})
    _attempt(connection, number, None)
    settle_attempt(connection, number, "TimeoutError")
    assert pending(connection, "event") == []
