"""The command line as a user meets it: what it prints, and with which exit code it ends."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import click
import pytest

from flows.cli import main as command_line
from schemas.settings import Settings
from tests.flows.conftest import LAST_NEW_DAY, NEW_PER_DAY


def run(*arguments: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Runs a command in this process and returns its exit code."""
    monkeypatch.setattr(sys, "argv", ["loanwatch", *arguments])
    try:
        command_line.main()
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def commands() -> list[str]:
    return list(command_line.COMMANDS)


@pytest.mark.parametrize("name", commands())
def test_every_command_has_help_with_an_example(name: str) -> None:
    command = command_line.cli.get_command(click.Context(command_line.cli), name)
    assert command is not None
    assert command.help
    members = list(command.commands.values()) if isinstance(command, click.Group) else [command]
    for member in members:
        assert (member.epilog or "").startswith("Example: loanwatch")


def test_an_unknown_command_is_wrong_usage(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("nightyl", monkeypatch=monkeypatch) == 2
    assert "No such command" in capsys.readouterr().err


@pytest.mark.usefixtures("home")
class TestEmptyHome:
    def test_a_night_without_any_delivery_says_what_to_do(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run("nightly", monkeypatch=monkeypatch) == 2
        message = capsys.readouterr().err
        assert "there is no home here" in message
        assert "do next" in message
        settings.home.mkdir()
        assert run("nightly", monkeypatch=monkeypatch) == 2
        assert "no delivery is ready" in capsys.readouterr().err

    def test_status_says_that_nothing_is_published(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run("status", monkeypatch=monkeypatch) == 0
        assert "Nothing has been published" in capsys.readouterr().out

    def test_a_query_without_a_snapshot_is_wrong_usage(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert run("sql", "select 1", monkeypatch=monkeypatch) == 2

    def test_a_night_without_a_champion_ends_with_11(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert run("simulate", "--days", "1", "--per-day", "5", "--seed", "1", "--new-days", "1", monkeypatch=monkeypatch) == 0
        assert run("nightly", monkeypatch=monkeypatch) == 11

    def test_a_training_without_mature_outcomes_is_wrong_usage(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run("simulate", "--days", "1", "--per-day", "5", "--seed", "1", "--new-days", "1", monkeypatch=monkeypatch) == 0
        assert run("retrain", monkeypatch=monkeypatch) == 2
        assert "no application has a mature outcome" in capsys.readouterr().err

    @pytest.mark.parametrize("pair", ["maturity_days", "maturity_days=0", "=3"])
    def test_a_setting_that_means_nothing_is_wrong_usage(
        self, pair: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run("retrain", "--set", "maturity_days=1", "--set", pair, monkeypatch=monkeypatch) == 2
        assert "home" not in (said := capsys.readouterr().err)
        assert pair.partition("=")[0] in said

    def test_a_parameter_that_lightgbm_does_not_know_is_wrong_usage(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        run("simulate", "--days", "70", "--per-day", "5", "--seed", "1", "--new-days", "1", monkeypatch=monkeypatch)
        assert run("retrain", "--set", "maturity_days=1", "--set", "no_such_parameter=1", monkeypatch=monkeypatch) == 2
        assert "no_such_parameter" in capsys.readouterr().err

    def test_ingest_ends_with_10_where_a_delivery_is_refused_and_with_0_the_second_time(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = settings.landing / "2026-06-30"
        folder.mkdir(parents=True)
        (folder / "application.csv").write_bytes(b"")
        (folder / "_READY").touch()
        assert run("ingest", monkeypatch=monkeypatch) == 10
        assert run("ingest", monkeypatch=monkeypatch) == 0

    def test_a_misspelt_home_does_not_become_a_new_one(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        for command in (["nightly", "--as-of", "2026-06-30"], ["ingest", "--as-of", "2026-06-30"], ["retrain"]):
            assert run(*command, monkeypatch=monkeypatch) == 2
        assert not settings.home.exists()

    def test_an_approval_has_to_name_somebody(self, project: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.home.mkdir()
        file = str(project / "schemas" / "policy.toml")
        assert run("policy", "apply", file, "--by", " ", "--reason", "test", monkeypatch=monkeypatch) == 2
        assert run("policy", "apply", file, "--by", "Q", "--reason", "", monkeypatch=monkeypatch) == 2

    def test_a_policy_in_force_is_not_applied_again(
        self, project: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        settings.home.mkdir()
        command = ["policy", "apply", str(project / "schemas" / "policy.toml"), "--by", "Q", "--reason", "test"]
        assert run(*command, monkeypatch=monkeypatch) == 0
        assert run(*command, monkeypatch=monkeypatch) == 0
        assert "in force already" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("old", "new"),
        [('feature = "DAYS_BIRTH"', 'feature = "NO_SUCH"'), ('columns = ["CODE_GENDER"', 'columns = ["NOT_A_COLUMN"')],
    )
    def test_a_policy_that_every_night_would_stumble_over_is_not_applied(
        self, old: str, new: str, project: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.home.mkdir()
        file = tmp_path / "policy.toml"
        file.write_text((project / "schemas" / "policy.toml").read_text().replace(old, new))
        assert run("policy", "apply", str(file), "--by", "Q", "--reason", "test", monkeypatch=monkeypatch) == 14

    def test_a_policy_that_means_nothing_ends_with_14(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = tmp_path / "policy.toml"
        file.write_text("version = 1\nunknown = 2\n")
        assert run("policy", "apply", str(file), "--by", "Q", "--reason", "test", monkeypatch=monkeypatch) == 14


@pytest.mark.usefixtures("prefect_server", "small_home")
class TestHomeWithAChampion:
    def test_a_night_its_status_a_query_and_an_explanation(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], project: Path
    ) -> None:
        assert run("nightly", monkeypatch=monkeypatch) == 0
        printed = capsys.readouterr().out
        assert f"Night of {LAST_NEW_DAY}" in printed
        assert f"{2 * NEW_PER_DAY} applications decided" in printed

        assert run("status", monkeypatch=monkeypatch) == 0
        printed = capsys.readouterr().out
        assert "Champion         2026-06-30.1" in printed
        assert str(LAST_NEW_DAY) in printed

        query = "SELECT application_id, as_of, pd, decision FROM marts.decisions ORDER BY pd DESC LIMIT 1"
        assert run("sql", query, "--format", "json", monkeypatch=monkeypatch) == 0
        worst = json.loads(capsys.readouterr().out)[0]
        assert worst["decision"] != "approve"
        assert date.fromisoformat(worst["as_of"]) <= LAST_NEW_DAY
        assert run("sql", query, "--format", "csv", monkeypatch=monkeypatch) == 0
        header, row = capsys.readouterr().out.splitlines()
        assert header == "application_id,as_of,pd,decision"
        assert float(row.split(",")[2]) == worst["pd"]

        assert run("explain", str(worst["application_id"]), monkeypatch=monkeypatch) == 0
        printed = capsys.readouterr().out
        assert re.search(r"decision +(decline|review)", printed)
        assert re.search(r"^  1\. [RHQ]\d\d ", printed, flags=re.MULTILINE)

        for question in re.findall(r"```sql\n(.*?)```", (project / "docs" / "analyst-questions.md").read_text(), flags=re.DOTALL):
            assert run("sql", question, monkeypatch=monkeypatch) == 0, question
            assert "row" in capsys.readouterr().out

    def test_a_query_can_neither_write_nor_leave_the_snapshot(
        self, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert run("nightly", monkeypatch=monkeypatch) == 0
        file = tmp_path / "out.csv"
        for query in (
            "",
            "SELECT 1; SELECT 2",
            f"COPY (SELECT 1) TO '{file}'",
            "DELETE FROM marts.decisions",
            f"SELECT * FROM read_csv('{settings.home}/landing/x.csv')",
            f"ATTACH '{settings.warehouse}'",
            "SET enable_external_access = true",
        ):
            assert run("sql", query, monkeypatch=monkeypatch) == 2, query
        assert not file.exists()

    def test_an_unknown_application_is_wrong_usage(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run("nightly", monkeypatch=monkeypatch) == 0
        assert run("explain", "1", monkeypatch=monkeypatch) == 2
        assert "has no decision in force" in capsys.readouterr().err

    def test_retraining_only_if_there_is_no_champion_does_nothing(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert run("retrain", "--if-none", monkeypatch=monkeypatch) == 0
        assert len(list(settings.models.iterdir())) == 1


def test_an_error_shows_its_traceback_only_with_debug(home: Path) -> None:
    command = [sys.executable, "-c", "from flows.cli.main import main; main()", "nightly"]
    quiet = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (quiet.returncode, "Traceback" in quiet.stderr) == (2, False)
    loud = subprocess.run([*command[:3], "--debug", "nightly"], capture_output=True, text=True, check=False)
    assert "Traceback" in loud.stderr
