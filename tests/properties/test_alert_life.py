"""The life of an alert against a plain model of it, over any sequence of nights, repetitions, past dates and acknowledgements."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alerting import AlertFinding, AlertKey
from tasks.core.alert_messages import delivery_token
from tasks.notify import deliver_alerts
from tests.alerting import FakeChannels, ProcessKilledError, contents, finding, judge, standing, two_channels
from warehouse.alerts import open_alerts, record_acknowledgement
from warehouse.connection import Connection
from warehouse.migrations import migrate

SUBJECTS, KINDS = ("a", "b"), ("feature", "score")
KEYS = [(subject, kind) for subject in SUBJECTS for kind in KINDS]
QUIET_NIGHTS = 2
SETTINGS = two_channels(quiet_nights=QUIET_NIGHTS, second="critical")

findings = st.builds(
    finding,
    subject=st.sampled_from(SUBJECTS),
    kind=st.sampled_from(KINDS),
    severity=st.sampled_from(["warning", "critical"]),
    detail=st.sampled_from(["PSI 0.5", "PSI 0.7"]),
)
measured = st.one_of(st.none(), st.frozensets(st.sampled_from(KEYS)))
#: number of the night relative to the newest, what it finds, what it measures, whether everything is acknowledged after it
steps = st.lists(
    st.tuples(st.integers(-2, 2), st.lists(findings, max_size=3, unique_by=lambda one: one.key), measured, st.booleans()),
    min_size=1,
    max_size=12,
)


@pytest.fixture(scope="module")
def ledger() -> Connection:
    connection = duckdb.connect(":memory:")
    migrate(connection)
    return connection


def _empty(connection: Connection) -> Connection:
    for table in ("alerts_v1", "alert_nights_v1", "outbox_v1"):
        connection.execute(f"DELETE FROM monitor.{table}")
    return connection


@dataclass
class _Alert:
    """An alert of the model: what was found on which night, by the night's number."""

    key: AlertKey
    severity: str
    status: str = "open"
    nights: dict[int, bool] = field(default_factory=dict)

    def is_quiet(self) -> bool:
        last = [self.nights[number] for number in sorted(self.nights)][-QUIET_NIGHTS:]
        return len(last) == QUIET_NIGHTS and not any(last)


class _Model:
    """What the rules say, told in the plainest way: a list of alerts."""

    def __init__(self) -> None:
        self.alerts: list[_Alert] = []
        self.newest = -1

    def judge(self, number: int, found: list[AlertFinding], measured: frozenset[AlertKey] | None) -> None:
        if number < self.newest:
            return
        self.newest = number
        by_key = {one.key: one for one in found}
        alive = [alert for alert in self.alerts if alert.status != "resolved"]
        for alert in alive:
            if alert.key in by_key:
                alert.nights[number] = True
                if by_key[alert.key].severity == "critical" and alert.severity == "warning":
                    alert.severity, alert.status = "critical", "open"
            elif measured is None or alert.key in measured:
                alert.nights[number] = False
                alert.status = "resolved" if alert.is_quiet() else alert.status
        new = [one for one in found if one.key not in {alert.key for alert in alive}]
        for one in sorted(new, key=lambda one: (one.severity, one.kind, one.subject)):
            self.alerts.append(_Alert(one.key, one.severity, nights={number: True}))

    def acknowledge(self) -> None:
        for alert in self.alerts:
            alert.status = "acknowledged" if alert.status != "resolved" else alert.status

    def standing(self) -> list[tuple[Any, ...]]:
        return [(number, *alert.key, alert.severity, alert.status) for number, alert in enumerate(self.alerts, start=1)]


def _acknowledge_all(connection: Connection) -> None:
    for alert in open_alerts(connection):
        record_acknowledgement(connection, alert, "Q", None)


@given(steps=steps)
def test_any_sequence_of_nights_ends_as_the_plain_model_says(ledger: Connection, steps: list[Any]) -> None:
    connection, model, number = _empty(ledger), _Model(), 5
    for step, found, measured_keys, is_acknowledged in steps:
        number = max(0, number + step)
        judge(connection, number, found, measured=measured_keys, settings=SETTINGS)
        model.judge(number, found, measured_keys)
        if is_acknowledged:
            _acknowledge_all(connection)
            model.acknowledge()
        assert standing(connection) == model.standing()
        alive = [row[1:3] for row in standing(connection) if row[4] != "resolved"]
        assert len(alive) == len(set(alive))


@given(steps=steps, order=st.randoms(use_true_random=False))
def test_a_night_repeated_in_any_order_of_its_findings_changes_nothing(ledger: Connection, steps: list[Any], order: Any) -> None:
    connection, number = _empty(ledger), 5
    for step, found, measured_keys, _ in steps:
        number = max(0, number + step)
        judge(connection, number, found, measured=measured_keys, settings=SETTINGS)
        before = contents(connection)
        judge(connection, number, order.sample(found, len(found)), measured=measured_keys, settings=SETTINGS)
        assert contents(connection) == before


@given(steps=steps)
def test_nothing_on_record_is_ever_changed(ledger: Connection, steps: list[Any]) -> None:
    connection, number, events = _empty(ledger), 5, []
    for step, found, measured_keys, is_acknowledged in steps:
        number = max(0, number + step)
        judge(connection, number, found, measured=measured_keys, settings=SETTINGS)
        if is_acknowledged:
            _acknowledge_all(connection)
        now = contents(connection)["events"]
        assert now[: len(events)] == events
        events = now


def _asked_for(connection: Connection) -> list[tuple[Any, ...]]:
    return sorted(
        connection.execute(
            "SELECT channel, alert_id, severity FROM monitor.outbox_v1 WHERE channel <> 'prefect-events'"
        ).fetchall()
    )


numbers = st.sets(st.integers(0, 40), max_size=20)


@given(steps=steps, fails=numbers)
def test_each_alert_and_escalation_reaches_each_channel_once_however_flaky_it_is(
    ledger: Connection, steps: list[Any], fails: set[int]
) -> None:
    connection, number, channels = _empty(ledger), 5, FakeChannels(fails)
    for step, found, measured_keys, _ in steps:
        number = max(0, number + step)
        judge(connection, number, found, measured=measured_keys, settings=SETTINGS)
        deliver_alerts(connection, SETTINGS, {"slack": channels})
    channels.fails = set()
    reports = deliver_alerts(connection, SETTINGS, {"slack": channels})
    assert all(report.n_pending == 0 for report in reports if report.channel != "prefect-events")
    assert channels.delivered() == _asked_for(connection)
    assert {(alert, severity) for name, alert, severity in channels.delivered() if name == "pager"} == {
        (alert, severity) for name, alert, severity in channels.delivered() if severity == "critical"
    }


def _is_killed(connection: Connection, channels: FakeChannels) -> bool:
    try:
        deliver_alerts(connection, SETTINGS, {"slack": channels})
    except ProcessKilledError:
        return True
    return False


@given(steps=steps, kills=numbers)
def test_a_killed_process_repeats_what_it_had_not_settled_with_the_same_token_and_loses_nothing(
    ledger: Connection, steps: list[Any], kills: set[int]
) -> None:
    connection, number, channels, n_kills = _empty(ledger), 5, FakeChannels(kills_after=kills), 0
    for step, found, measured_keys, _ in steps:
        number = max(0, number + step)
        judge(connection, number, found, measured=measured_keys, settings=SETTINGS)
        n_kills += _is_killed(connection, channels)
    while is_killed := _is_killed(connection, channels):
        n_kills += is_killed
    assert sorted(set(channels.delivered())) == _asked_for(connection)
    assert len(channels.delivered()) == len(_asked_for(connection)) + n_kills
    tokens = {(name, delivery_token(one)) for name, message in channels.taken for one in message.deliveries}
    assert len(tokens) == len(_asked_for(connection))
