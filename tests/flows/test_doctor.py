"""Doctor on a home in order and on homes with one thing wrong: what it says, what it advises, and its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from schemas.doctor import Diagnosis, exit_code_of, failed
from schemas.settings import Settings
from tasks.doctor import examine
from tasks.night import check_warehouse, find_pending, publish, recorded_run, require_ready, score_delivery, take_in
from tests.contents import file_hashes
from tests.flows.conftest import LAST_NEW_DAY
from tests.flows.test_command_line import run
from tests.held import held
from warehouse import space
from warehouse.connection import open_warehouse
from warehouse.holder import HOLDER_FILE


def decide(settings: Settings, as_of: date = LAST_NEW_DAY) -> None:
    """A night without Prefect."""
    with recorded_run(settings, "nightly", as_of) as night:
        require_ready(settings, as_of)
        take_in(settings, as_of)
        for batch in find_pending(settings, as_of):
            score_delivery(settings, batch)
        check_warehouse(settings)
        publish(settings, night.run_id, as_of)


def of(subject: str, found: list[Diagnosis]) -> list[Diagnosis]:
    return [diagnosis for diagnosis in found if diagnosis.subject == subject]


def only(subject: str, found: list[Diagnosis]) -> Diagnosis:
    (diagnosis,) = of(subject, found)
    return diagnosis


@pytest.mark.usefixtures("small_home")
class TestDoctor:
    def test_a_home_in_order_is_well_and_nothing_in_it_is_changed(self, settings: Settings) -> None:
        decide(settings)
        before = file_hashes(settings.home)
        found = examine(settings, audit=True)
        assert file_hashes(settings.home) == before
        assert [diagnosis for diagnosis in found if diagnosis.state == "fail"] == []
        for subject in (
            "version",
            "packages",
            "log",
            "lock",
            "schema",
            "space",
            "champion",
            "policy",
            "deliveries",
            "snapshot",
            "runs",
        ):
            assert [diagnosis.state for diagnosis in of(subject, found)] == ["ok"], subject
        assert [diagnosis.state for diagnosis in of("checks", found)] == ["ok"]
        assert all(diagnosis.remedy for diagnosis in found if diagnosis.state != "ok")

    def test_days_that_wait_and_a_snapshot_that_is_gone_are_told(self, settings: Settings) -> None:
        decide(settings)
        settings.snapshot.unlink()
        (settings.landing / "2026-07-01").mkdir()
        (settings.landing / "2026-07-02").mkdir()
        (settings.landing / "2026-07-02" / "_READY").touch()
        found = examine(settings)
        assert "gone" in only("snapshot", found).found
        assert [line.found for line in of("deliveries", found)] == [
            "1 day(s) are new, or were touched since they were read: 2026-07-02",
            "1 folder(s) have no _READY: 2026-07-01",
        ]
        assert exit_code_of(found) == 0

    def test_an_edited_model_ends_with_14(self, settings: Settings) -> None:
        (text,) = settings.models.glob("*/model.txt")
        text.write_text(text.read_text() + " ")
        champion = only("champion", examine(settings))
        assert (champion.state, champion.exit_code) == ("fail", 14)
        assert "was changed" in champion.found

    def test_no_champion_ends_with_11(self, settings: Settings) -> None:
        with open_warehouse(settings) as connection:
            connection.execute("DELETE FROM registry.promotions_v1")
        found = examine(settings)
        assert exit_code_of(found) == 11
        assert only("champion", found).found == "no model was trained yet"

    def test_a_warehouse_that_is_gone_ends_with_14(self, settings: Settings) -> None:
        settings.warehouse.unlink()
        warehouse = only("warehouse", examine(settings))
        assert (warehouse.exit_code, "gone" in warehouse.found) == (14, True)

    def test_a_policy_file_that_was_not_applied_ends_with_14(
        self, settings: Settings, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "policy.toml"
        shipped = (project / "schemas" / "policy.toml").read_text()
        file.write_text(shipped.replace("max_bad_share = 0.05", "max_bad_share = 0.03"))
        monkeypatch.setenv("LOANWATCH_POLICY", str(file))
        assert run("doctor", monkeypatch=monkeypatch) == 14

    def test_too_little_space_ends_with_15_and_a_night_does_not_begin(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = file_hashes(settings.home)
        monkeypatch.setattr(space, "RESERVE_BYTES", 1 << 60)
        assert only("space", examine(settings)).exit_code == 15
        assert run("nightly", monkeypatch=monkeypatch) == 15
        message = capsys.readouterr().err
        assert "MiB free" in message
        assert "MiB needed" in message
        assert {name: sha for name, sha in file_hashes(settings.home).items() if "duckdb" not in name} == {
            name: sha for name, sha in before.items() if "duckdb" not in name
        }

    def test_another_tool_that_holds_the_file_is_named_and_ends_with_12(self, settings: Settings) -> None:
        with held(settings, by_us=False) as pid:
            lock = only("lock", examine(settings))
        assert lock.exit_code == 12
        assert f"pid {pid}" in lock.found
        assert "no command of Loanwatch" in lock.found
        assert "DBeaver" in lock.remedy

    def test_runs_that_were_killed_and_notes_that_they_left_are_told(self, settings: Settings) -> None:
        with open_warehouse(settings) as connection:
            connection.execute("UPDATE ops.runs_v1 SET status = 'running', ended_at = NULL, command = 'nightly'")
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        note = {"pid": gone.pid, "command": "loanwatch nightly", "since": "2026-06-30 02:00:00"}
        (settings.home / HOLDER_FILE).write_text(json.dumps(note))
        found = examine(settings)
        assert any("have not ended" in line.found for line in of("runs", found))
        assert any("was killed" in line.found for line in of("lock", found))

    def test_a_channels_file_with_a_fault_and_secrets_that_are_not_set_are_told(self, settings: Settings) -> None:
        file = settings.home / "channels.toml"
        file.write_text('[[channels]]\nname = "desk"\nkind = "slack"\nurl = "env:DESK_URL"\n')
        assert "DESK_URL" in only("channels", examine(settings)).found
        file.write_text("colour = 1\n")
        assert only("channels", examine(settings)).exit_code == 1

    def test_backups_are_told_with_their_age_and_a_set_aside_warehouse_with_them(self, settings: Settings) -> None:
        assert "there is none" in only("backups", examine(settings)).found
        folder = settings.home / "backups" / "20260630T020000Z"
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text(json.dumps({"made_at": datetime.now(UTC).isoformat()}))
        (settings.home / "set-aside" / "20260630T010000Z").mkdir(parents=True)
        assert [line.state for line in of("backups", examine(settings))] == ["warn", "ok"]

    def test_a_server_that_was_killed_is_told(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        settings.prefect.mkdir(exist_ok=True)
        (settings.prefect / "server.json").write_text(json.dumps({"api_url": "http://127.0.0.1:4200/api", "pid": gone.pid}))
        run("doctor", "--format", "json", monkeypatch=monkeypatch)
        told = json.loads(capsys.readouterr().out)["diagnoses"]
        assert [line["state"] for line in told if line["subject"] == "server"] == ["warn"]

    def test_a_server_that_does_not_answer_is_a_failure(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        settings.prefect.mkdir(exist_ok=True)
        (settings.prefect / "server.json").write_text(json.dumps({"api_url": "http://127.0.0.1:9/api", "pid": os.getpid()}))
        assert run("doctor", monkeypatch=monkeypatch) == 1
        assert "does not answer" in capsys.readouterr().out


def test_a_home_that_does_not_exist_is_wrong_usage(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("doctor", monkeypatch=monkeypatch) == 2
    assert not home.exists()


def test_an_empty_home_has_no_champion(settings: Settings) -> None:
    settings.home.mkdir()
    assert exit_code_of(examine(settings)) == 11


def test_folders_that_are_empty_are_no_sign_of_a_lost_warehouse_and_an_unfinished_backup_is_none(settings: Settings) -> None:
    settings.models.mkdir(parents=True)
    unfinished = settings.backups / ".unfinished-20260630T020000Z-1"
    assert exit_code_of(examine(settings)) == 11
    unfinished.mkdir(parents=True)
    (unfinished / "manifest.json").write_text(json.dumps({"made_at": datetime.now(UTC).isoformat()}))
    found = examine(settings)
    assert "there is none" in only("backups", found).found
    assert "start a new home" in only("warehouse", found).remedy


def test_of_several_failures_the_highest_code_applies() -> None:
    codes = [failed("x", "y", "z", code).exit_code for code in (2, 4, 11, 15, 12, 13)]
    assert codes == [1, 4, 11, 15, 12, 1]
    assert exit_code_of([failed("x", "y", "z", code) for code in (4, 15, 11)]) == 15
    assert exit_code_of([]) == 0
