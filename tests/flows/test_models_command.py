"""`loanwatch models`, `promote` and `rollback` as a user meets them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner, Result

from flows.cli import main as command_line
from flows.cli.promotion import models, promote, rollback
from schemas.errors import GateRefusedError, LoanwatchError
from schemas.outbox import FollowReport
from schemas.settings import Settings
from tests.training_records import record as training_record
from tests.versions import APPROVER, REQUESTER, TRAINED_AS_OF, line_of_versions
from warehouse.connection import open_warehouse
from warehouse.publication import publish_snapshot
from warehouse.reading import query_snapshot
from warehouse.trainings import record_candidates


def run(command: click.Command, *arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


@pytest.fixture(autouse=True)
def followed(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """Whom the follower was called for; MLflow itself is not started."""
    calls: list[Settings] = []

    def follow(settings: Settings) -> list[FollowReport]:
        calls.append(settings)
        return [FollowReport("mlflow", 1, 0), FollowReport("event", 0, 1, "TimeoutError")]

    monkeypatch.setattr("tasks.follow.follow", follow)
    return calls


@pytest.fixture
def versions(settings: Settings) -> list[str]:
    return line_of_versions(settings)


def test_an_approved_version_decides_is_published_and_followed(
    settings: Settings, versions: list[str], followed: list[Settings]
) -> None:
    first, second = versions
    shown = run(promote, second, "--approver", APPROVER, "--reason", "better")
    assert shown.exit_code == 0, shown.output
    assert shown.output == (
        f"{second} decides from the first night on, in place of {first}. Undo it with `loanwatch rollback`.\n"
        "MLflow: up to date (1 brought along)\n"
    )
    assert [item.home for item in followed] == [settings.home]
    assert query_snapshot(settings, "SELECT role FROM marts.models ORDER BY model_number")[1] == [("retired",), ("champion",)]
    assert run(rollback, "--by", "Q", "--reason", "worse").output.startswith(
        f"{first} decides from the first night on, in place of {second}"
    )
    again = run(rollback, "--by", "Q", "--reason", "worse").exception
    assert isinstance(again, GateRefusedError)


def test_a_refusal_ends_with_5_and_says_what_to_do(
    versions: list[str], followed: list[Settings], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["loanwatch", "promote", versions[1], "--approver", REQUESTER, "--reason", "mine"])
    with pytest.raises(SystemExit) as stop:
        command_line.main()
    assert stop.value.code == 5
    assert "do next: let a second person" in capsys.readouterr().err
    assert followed == []


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (promote, ("x", "--approver", " ", "--reason", "better")),
        (promote, ("x", "--approver", "Q")),
        (promote, ("--approver", "Q", "--reason", "better")),
        (rollback, ("--reason", "worse")),
        (rollback, ("--by", "Q", "--reason", "")),
    ],
)
@pytest.mark.usefixtures("versions")
def test_a_name_and_a_reason_are_asked_for(command: click.Command, arguments: tuple[str, ...]) -> None:
    assert run(command, *arguments).exit_code == 2


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("command", [promote, rollback])
def test_a_misspelt_home_is_told_and_not_made(settings: Settings, command: click.Command) -> None:
    arguments = ("x", "--approver", "Q", "--reason", "r") if command is promote else ("--by", "Q", "--reason", "r")
    found = run(command, *arguments).exception
    assert isinstance(found, LoanwatchError)
    assert "there is no home here" in str(found)
    assert not settings.home.exists()


def test_the_command_shows_what_marts_models_shows(settings: Settings, versions: list[str]) -> None:
    with open_warehouse(settings) as connection:
        publish_snapshot(connection, settings, "run", TRAINED_AS_OF)
    names, rows = query_snapshot(settings, "SELECT * FROM marts.models ORDER BY model_number DESC")
    records = json.loads(run(models, "--format", "json").output)
    assert [list(record) for record in records] == [names, names]
    assert [[str(value) for value in record.values()] for record in records] == [[str(value) for value in row] for row in rows]
    lines = run(models).output.splitlines()
    assert [line.split()[:2] for line in lines[2:4]] == [[versions[1], "challenger"], [versions[0], "champion"]]


@pytest.mark.usefixtures("home")
def test_an_empty_home_has_no_models(settings: Settings) -> None:
    assert run(models).output == "No model is registered: train one with `loanwatch retrain`.\n"
    assert run(models, "--format", "json").output == "[]\n"
    assert isinstance(run(models, "x").exception, LoanwatchError)
    assert not settings.home.exists()


def test_a_version_is_shown_with_candidates_gate_reviews_and_card(settings: Settings, versions: list[str]) -> None:
    _, second = versions
    record = training_record()
    with open_warehouse(settings) as connection:
        record_candidates(connection, second, record.candidates)
    (settings.models / second / "card.html").write_text("card")
    run(promote, second, "--approver", APPROVER, "--reason", "better")
    shown = run(models, second).output
    assert f"Model {second}: champion" in shown
    assert f"asked for by   {REQUESTER} (test)" in shown
    assert str(settings.models / second / "card.html") in shown
    assert f"Gate 1 against {versions[0]}: pass, on 2,000 rows with 160 defaults" in shown
    assert "at most 0.003 lower" in shown
    assert APPROVER in shown
    found = json.loads(run(models, second, "--format", "json").output)
    assert {item["candidate"]: item["auc"] for item in found["candidates"]} == {
        item.name: item.holdout.figures["auc"].value for item in record.candidates
    }
    assert found["reviews"][0]["decision"] == "approve"
    assert [item["kind"] for item in found["promotions"]] == ["promotion"]


_HOLD = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def busy(settings: Settings, versions: list[str]) -> Iterator[list[str]]:
    """A published home whose warehouse another process holds."""
    with open_warehouse(settings) as connection:
        publish_snapshot(connection, settings, "run", TRAINED_AS_OF)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", _HOLD, str(settings.warehouse)], text=True, **pipes) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield versions
        holder.communicate("")


def test_while_a_night_holds_the_warehouse_models_are_shown_as_published_and_nothing_is_promoted(
    busy: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOANWATCH_LOCK_WAIT", "0.2")
    shown = run(models)
    assert "challenger" in shown.output
    assert "as last published" in shown.output
    assert f"Gate 1 against {busy[0]}" in run(models, busy[1]).output
    found = run(promote, busy[1], "--approver", APPROVER, "--reason", "better").exception
    assert isinstance(found, LoanwatchError)
    assert found.exit_code == 12
