"""`loanwatch alerts` as a user meets it."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Sequence

import click
import pytest
from click.testing import CliRunner, Result

from flows.cli.alerts import alerts, exit_code_of_alerts
from schemas.errors import LoanwatchError
from schemas.settings import Settings
from tests.alerting import finding, judge, night
from warehouse.connection import open_warehouse
from warehouse.publication import publish_snapshot


def run(*arguments: str) -> Result:
    return CliRunner().invoke(alerts, arguments)


@pytest.fixture
def with_alerts(settings: Settings) -> Settings:
    """A home with a critical, a warning and a resolved alert."""
    with open_warehouse(settings) as connection:
        judge(connection, 0, [finding("gone")])
        for number in (1, 2, 3):
            judge(connection, number, [finding(detail="7 days: PSI 0.503"), finding("pd", "score", "critical")])
    return settings


def members(command: click.Command) -> Sequence[click.Command]:
    assert isinstance(command, click.Group)
    return [command, *command.commands.values()]


@pytest.mark.parametrize("command", members(alerts), ids=lambda command: command.name)
def test_each_has_help_with_an_example(command: click.Command) -> None:
    assert command.help
    assert (command.epilog or "").startswith("Example: loanwatch alerts")


@pytest.mark.usefixtures("home")
def test_in_an_empty_home_nothing_is_open(settings: Settings) -> None:
    assert run().output == "No alert is open.\n"
    assert run("deliver").output == "Nothing is pending.\n"
    assert exit_code_of_alerts(settings) == 0
    assert not settings.home.exists()


def test_open_alerts_stand_in_a_table_the_most_severe_first(with_alerts: Settings) -> None:
    lines = run().output.splitlines()
    assert [line.split()[0] for line in lines[2:4]] == ["2", "3"]
    assert "critical" in lines[2]
    assert lines[4] == "(2 rows)"
    assert "Channel desk: 3 not delivered after up to 0 attempts" in lines
    assert "resolved" in run("--all").output
    assert exit_code_of_alerts(with_alerts) == 3


def test_alerts_come_as_json_too(with_alerts: Settings) -> None:
    records = json.loads(run("--all", "--format", "json").output)
    assert [record["status"] for record in records] == ["open", "open", "resolved"]
    assert {"alert_id", "opened_on", "subject", "kind", "severity", "status", "detail", "runbook"} <= set(records[0])


def test_an_alert_is_taken_up_and_its_history_shown(with_alerts: Settings) -> None:
    assert run("ack", "3", "--by", "R. Meyer", "--note", "asked").output == (
        "Alert 3 (AMT_INCOME_TOTAL, feature) is acknowledged by R. Meyer.\n"
    )
    shown = run("show", "3").output
    assert "warning, acknowledged" in shown
    assert f"Opened on {night(1)}, last found on {night(3)}" in shown
    assert "Check first: look at the source" in shown
    assert "R. Meyer" in shown
    assert exit_code_of_alerts(with_alerts) == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ack", "1", "--by", "Q"), "alert 1 is not open"),
        (("ack", "9", "--by", "Q"), "not open"),
        (("show", "9"), "does not exist"),
    ],
)
def test_what_is_not_there_is_wrong_usage(with_alerts: Settings, arguments: tuple[str, ...], said: str) -> None:
    found = run(*arguments).exception
    assert isinstance(found, LoanwatchError)
    assert found.exit_code == 2
    assert said in str(found)


def test_an_acknowledgement_without_a_name_is_wrong_usage(with_alerts: Settings) -> None:
    assert run("ack", "2").exit_code == 2


def _hold(settings: Settings, is_held: object, may_end: object) -> None:
    with open_warehouse(settings):
        is_held.set()  # type: ignore[attr-defined]
        may_end.wait(60)  # type: ignore[attr-defined]


def test_while_a_night_holds_the_warehouse_the_published_alerts_are_shown(with_alerts: Settings) -> None:
    with open_warehouse(with_alerts) as connection:
        publish_snapshot(connection, with_alerts, "run", night(3))
    context = multiprocessing.get_context("spawn")
    is_held, may_end = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(with_alerts, is_held, may_end))
    holder.start()
    try:
        assert is_held.wait(60)
        shown = run("--all")
    finally:
        may_end.set()
        holder.join(60)
    assert "(3 rows)" in shown.output
    assert "as last published" in shown.output
