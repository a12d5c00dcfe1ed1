"""Alerts in Prefect: notification blocks of its server, its events, and the trigger that may start a retraining."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from schemas.alerting import AlertChange
from schemas.channels import AlertSettings
from schemas.settings import Settings
from tests.alerting import finding, judge, night
from tests.local_servers import HOST, webhook
from warehouse.connection import Connection, open_warehouse

pytestmark = [
    pytest.mark.usefixtures("prefect_server"),
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),
]


@pytest.fixture
def connection(settings: Settings) -> Iterator[Connection]:
    with open_warehouse(settings) as opened:
        yield opened


def _block_channel(block: str) -> AlertSettings:
    return AlertSettings.model_validate({"channels": [{"name": "block", "kind": "prefect_block", "block": block}]})


def test_an_alert_goes_out_over_a_notification_block(connection: Connection) -> None:
    from prefect.blocks.notifications import CustomWebhookNotificationBlock

    from tasks.notify import deliver_alerts
    from tasks.notify_prefect import PREFECT_SENDERS

    channels = _block_channel("custom-webhook/risk-desk")
    with webhook() as hook:
        CustomWebhookNotificationBlock(
            name="risk-desk", url=f"http://{HOST}:{hook.port}/x", json_data={"text": "{{subject}}\n{{body}}"}
        ).save("risk-desk", overwrite=True)
        judge(connection, 0, [finding(severity="critical")], settings=channels)
        for _ in range(2):
            deliver_alerts(connection, channels, PREFECT_SENDERS)
    assert len(hook.posts) == 1
    assert hook.posts[0]["text"].startswith("Loanwatch [critical] AMT_INCOME_TOTAL (feature)\n")


def test_a_block_that_fails_is_absent_or_is_something_else_leaves_the_alert_pending(
    connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    from prefect.blocks.notifications import SlackWebhook
    from prefect.blocks.system import Secret

    from tasks.notify import deliver_alerts
    from tasks.notify_prefect import PREFECT_SENDERS

    errors = {}
    with webhook(status=500) as hook:
        SlackWebhook(url=f"json://{HOST}:{hook.port}/s3cr3t").save("broken", overwrite=True)
        Secret(value="x").save("not-a-notification", overwrite=True)
        for block in ("slack-webhook/broken", "slack-webhook/absent", "secret/not-a-notification"):
            judge(connection, 0, [finding()], settings=_block_channel(block))
            reports = deliver_alerts(connection, _block_channel(block), PREFECT_SENDERS)
            errors[block] = next(report for report in reports if report.channel == "block").last_error
    assert errors == {
        "slack-webhook/broken": "NotificationError",
        "slack-webhook/absent": "ValueError",
        "secret/not-a-notification": "NoNotificationBlock",
    }
    assert hook.paths == ["/s3cr3t"]
    assert "s3cr3t" not in caplog.text


def _events(subject: str, count: int) -> list[dict[str, Any]]:
    """The events about a subject that the server holds, once it has so many; it takes them in by and by."""
    from prefect.client.orchestration import get_client
    from prefect.events.filters import EventFilter, EventNameFilter

    asked = {"filter": EventFilter(event=EventNameFilter(prefix=["loanwatch."])).model_dump(mode="json"), "limit": 50}
    for _ in range(100):
        with get_client(sync_client=True) as client:
            found: list[dict[str, Any]] = client._client.post("/events/filter", json=asked).json()["events"]
        found = [event for event in found if event["payload"].get("subject") == subject]
        if len(found) >= count:
            return found
        time.sleep(0.1)
    return found


def test_opened_and_escalated_alerts_are_events_of_prefect_sent_within_a_flow(
    settings: Settings,
) -> None:
    from prefect import flow

    from tasks.notify_prefect import send_pending_alerts

    with open_warehouse(settings) as connection:
        judge(connection, 0, [finding("EVENT_SUBJECT")], settings=AlertSettings())
        judge(connection, 1, [finding("EVENT_SUBJECT", severity="critical")], settings=AlertSettings())

    @flow(persist_result=False)
    def deliver(is_past: bool) -> list[int]:
        return [report.n_sent for report in send_pending_alerts([AlertChange(night(1), "drift", is_past=is_past)])]

    assert deliver(is_past=True) == []
    assert deliver(is_past=False) == [2]
    assert deliver(is_past=False) == []
    found = {event["event"]: event for event in _events("EVENT_SUBJECT", 2)}
    assert set(found) == {"loanwatch.alert.opened", "loanwatch.alert.escalated"}
    opened = found["loanwatch.alert.opened"]
    assert opened["resource"]["prefect.resource.id"] == "loanwatch.alert.1"
    assert opened["resource"]["loanwatch.severity"] == "warning"
    assert (opened["payload"]["subject"], opened["payload"]["as_of"]) == ("EVENT_SUBJECT", str(night(1)))
    assert found["loanwatch.alert.escalated"]["resource"]["loanwatch.severity"] == "critical"

    with open_warehouse(settings) as connection:  # as if the process had been killed before it settled them
        connection.execute("UPDATE monitor.outbox_v1 SET delivered_at = NULL")
        judge(connection, 2, [finding("LATER_SUBJECT")], settings=AlertSettings())
    assert deliver(is_past=False) == [3]
    assert len(_events("LATER_SUBJECT", 1)) == 1
    assert len(_events("EVENT_SUBJECT", 2)) == 2


def test_where_prefect_takes_no_events_they_stay_pending(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    from tasks import notify_prefect
    from tasks.notify import deliver_alerts

    monkeypatch.setattr(notify_prefect, "emit_event", lambda **_: None)
    judge(connection, 0, [finding()], settings=AlertSettings())
    (report,) = deliver_alerts(connection, AlertSettings(), notify_prefect.PREFECT_SENDERS)
    assert (report.n_sent, report.n_pending, report.last_error) == (0, 1, "NoEvents")
