"""The outbox: nothing is lost and nothing goes out twice, whatever fails or ends in between."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from schemas.channels import AlertSettings
from schemas.settings import Settings
from tasks.core.alert_messages import delivery_token
from tasks.notify import deliver_alerts, deliver_pending, read_waiting
from tasks.senders import SENDERS, ChannelError
from tests.alerting import FakeChannels, ProcessKilledError, contents, finding, judge
from warehouse.connection import Connection, open_warehouse

DESK = AlertSettings.model_validate({"channels": [{"name": "desk", "kind": "slack", "url": "env:DESK"}]})


@pytest.fixture
def connection(settings: Settings) -> Iterator[Connection]:
    with open_warehouse(settings) as opened:
        yield opened


@pytest.mark.parametrize("step", ["before_delivery", "tasks.notify.begin_attempt", "tasks.notify.end_attempt", "after_sending"])
def test_a_process_killed_at_any_step_leaves_the_alert_to_be_delivered(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    judge(connection, 0, [finding()], settings=DESK)
    killed = FakeChannels(kills_after={0} if step == "after_sending" else ())

    def kill(*_: object) -> None:
        raise ProcessKilledError

    with monkeypatch.context() as patched:
        if step.startswith("tasks"):
            patched.setattr(step, kill)
        if step != "before_delivery":
            with pytest.raises(ProcessKilledError):
                deliver_alerts(connection, DESK, {"slack": killed})
    survivor = FakeChannels()
    deliver_alerts(connection, DESK, {"slack": survivor})
    deliver_alerts(connection, DESK, {"slack": survivor})
    assert survivor.delivered() == [("desk", 1, "warning")]
    was_sent = step in {"tasks.notify.end_attempt", "after_sending"}
    assert [message.token for _, message in killed.taken] == ([survivor.taken[0][1].token] if was_sent else [])


def test_an_attempt_that_the_process_did_not_survive_is_counted(connection: Connection) -> None:
    judge(connection, 0, [finding()], settings=DESK)
    with pytest.raises(ProcessKilledError):
        deliver_alerts(connection, DESK, {"slack": FakeChannels(kills_after={0})})
    assert (1, "warning", "desk", "opened", 1, True, "Interrupted") in contents(connection)["outbox"]


def test_a_channel_that_is_down_is_left_alone_after_two_failures(connection: Connection) -> None:
    judge(connection, 0, [finding(f"c{number}") for number in range(8)], settings=DESK)
    down = FakeChannels(fails=range(100))
    deliver_alerts(connection, DESK, {"slack": down})
    assert down.n_sendings == 2


def test_one_message_that_is_always_refused_does_not_stand_before_the_others(connection: Connection) -> None:
    judge(connection, 0, [finding(f"c{number}") for number in range(6)], settings=DESK)
    taken: set[int] = set()

    def picky(_channel: object, message: object) -> None:
        (delivery,) = message.deliveries  # type: ignore[attr-defined]
        if delivery.alert_id in {1, 2}:
            raise ChannelError("Refused")
        taken.add(delivery.alert_id)

    for _ in range(2):
        deliver_alerts(connection, DESK, {"slack": picky})
    assert taken == {3, 4, 5, 6}


def test_many_alerts_at_once_come_as_a_digest_and_each_counts_as_delivered(connection: Connection) -> None:
    judge(connection, 0, [finding(f"c{number:02d}") for number in range(60)], settings=DESK)
    fake = FakeChannels()
    (report, _) = deliver_alerts(connection, DESK, {"slack": fake})
    assert (report.n_sent, fake.n_sendings) == (60, 3)
    assert fake.delivered() == [("desk", number, "warning") for number in range(1, 61)]
    bodies = "\n".join(message.body for _, message in fake.taken)
    assert all(delivery_token(one) in bodies for _, message in fake.taken for one in message.deliveries)
    assert all(len(message.body) < 12_000 for _, message in fake.taken)


def test_a_channel_taken_out_of_the_file_keeps_its_alerts_pending_and_a_new_one_gets_only_what_is_new(
    connection: Connection,
) -> None:
    def named(*names: str) -> AlertSettings:
        return AlertSettings.model_validate({"channels": [{"name": name, "kind": "slack", "url": "env:DESK"} for name in names]})

    fake = FakeChannels()
    judge(connection, 0, [finding()], settings=named("old"))
    judge(connection, 1, [finding(), finding("other")], settings=named("new"))
    deliver_alerts(connection, named("new"), {"slack": fake})
    assert fake.delivered() == [("new", 2, "warning")]
    deliver_alerts(connection, named("old", "new"), {"slack": fake})
    assert fake.delivered() == [("new", 2, "warning"), ("old", 1, "warning")]


def test_a_home_without_a_warehouse_has_nothing_to_send(settings: Settings) -> None:
    assert deliver_pending(settings, AlertSettings(), SENDERS) == []
    assert read_waiting(settings) == []
    assert not settings.home.exists()
