"""What happens to a model as events: each once, in order, and none lost where nobody takes them."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from schemas.outbox import OutboxItem
from schemas.settings import Settings
from tasks.follow import follow
from tasks.senders import ChannelError
from warehouse.connection import open_warehouse
from warehouse.outbox import enqueue, waiting_topics

PAYLOAD = {"by": "Bo", "reason": "steadier <b>", "from": "v1", "to": "v2", "effective_on": date(2026, 3, 1)}


def _happen(settings: Settings, *kinds: str) -> None:
    with open_warehouse(settings) as connection:
        for kind in kinds:
            enqueue(connection, "event", kind, "v2", PAYLOAD)


def _waiting(settings: Settings) -> list[tuple[int, int, str | None]]:
    with open_warehouse(settings) as connection:
        return [(topic.n_pending, topic.n_attempts, topic.last_error) for topic in waiting_topics(connection)]


def test_events_go_out_in_the_order_of_happening_and_once(settings: Settings) -> None:
    _happen(settings, "registered", "promoted", "rolled_back")
    sent: list[OutboxItem] = []
    (report,) = follow(settings, sent.append)
    assert [item.kind for item in sent] == ["registered", "promoted", "rolled_back"]
    assert report.line == "Prefect's events: up to date (3 brought along)"
    assert follow(settings, sent.append) == []
    assert len({item.token for item in sent}) == 3


def test_outside_of_prefect_events_wait_untried(settings: Settings) -> None:
    _happen(settings, "promoted")
    (report,) = follow(settings)
    assert (report.topic, report.n_delivered, report.n_pending) == ("event", 0, 1)
    assert _waiting(settings) == [(1, 0, None)]


def test_where_nobody_takes_them_two_are_tried_and_all_stay(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    _happen(settings, "registered", "promoted", "rejected")

    def refuse(item: OutboxItem) -> None:
        raise ChannelError("NoEvents")

    (report,) = follow(settings, refuse)
    assert (report.n_delivered, report.n_pending, report.error) == (0, 3, "NoEvents")
    assert _waiting(settings) == [(3, 1, "NoEvents")]
    assert "3 still to be brought along (NoEvents)" in caplog.text


def test_one_that_is_refused_does_not_stop_the_others(settings: Settings) -> None:
    _happen(settings, "registered", "promoted", "rejected")
    sent: list[str] = []

    def take_most(item: OutboxItem) -> None:
        if item.kind == "promoted":
            raise ConnectionError
        sent.append(item.kind)

    (report,) = follow(settings, take_most)
    assert sent == ["registered", "rejected"]
    assert (report.n_delivered, report.n_pending, report.error) == (2, 1, "ConnectionError")
    (again,) = follow(settings, lambda item: sent.append(item.kind))
    assert (sent[-1], again.n_delivered, again.n_pending) == ("promoted", 1, 0)


def test_an_event_that_was_sent_but_not_settled_is_sent_again_with_the_same_id(settings: Settings) -> None:
    _happen(settings, "promoted")
    tokens: list[str] = []

    def send_and_die(item: OutboxItem) -> None:
        tokens.append(item.token)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        follow(settings, send_and_die)
    assert _waiting(settings) == [(1, 1, "Interrupted")]
    follow(settings, lambda item: tokens.append(item.token))
    assert len(tokens) == 2
    assert len(set(tokens)) == 1


def test_a_busy_warehouse_does_not_fail_the_caller(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from schemas.errors import WarehouseBusyError

    _happen(settings, "promoted")

    def busy(*_: object, **__: object) -> None:
        raise WarehouseBusyError("held by another process")

    monkeypatch.setattr("tasks.follow.open_warehouse", busy)
    assert follow(settings) == []
    assert "WarehouseBusyError" in caplog.text


def test_a_home_without_a_warehouse_has_nothing_to_follow(settings: Settings) -> None:
    assert follow(settings) == []
    assert not Path(settings.home).exists()


@pytest.mark.usefixtures("prefect_server")
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_the_server_holds_one_event_about_the_model_with_who_and_why(settings: Settings) -> None:
    from prefect.client.orchestration import get_client

    from tasks.follow_prefect import emit_model_event

    _happen(settings, "promoted")
    sent: list[OutboxItem] = []

    def emit_twice(item: OutboxItem) -> None:
        for _ in range(2):
            emit_model_event(item)
        sent.append(item)

    (report,) = follow(settings, emit_twice)
    assert (report.n_delivered, report.error) == (1, None)
    query = {"filter": {"resource": {"id": ["loanwatch.model.v2"]}}}
    events: list[dict[str, object]] = []
    with get_client(sync_client=True) as client:
        for _ in range(100):
            events = client._client.post("/events/filter", json=query).json()["events"]
            if events:
                break
            time.sleep(0.1)
    assert [event["event"] for event in events] == ["loanwatch.model.promoted"]
    told = {**PAYLOAD, "effective_on": "2026-03-01", "model_version": "v2", "token": sent[0].token}
    assert events[0]["payload"] == told
