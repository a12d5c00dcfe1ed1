"""Backups of a home: made after a night, read back, kept by rule, and restored into a home that is the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import warehouse.backups
from flows.cli import main as command_line
from flows.cli.nights import exit_code_of_nights
from reports.night import night_text
from schemas.errors import ResourceError, UsageError, VerificationError
from schemas.references import NightSummary
from schemas.settings import Settings, read_settings
from tasks.audit import verify_home
from tasks.backup import back_up, back_up_night, known_backups, restore
from tests.contents import file_hashes, snapshot_hashes, warehouse_hashes
from tests.flows.conftest import FIRST_NEW_DAY, LAST_NEW_DAY
from tests.flows.nights import run_night
from warehouse.connection import open_warehouse, transaction

pytestmark = pytest.mark.usefixtures("small_home")


@pytest.fixture
def backed_up(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The small home with automatic backups switched on."""
    monkeypatch.setenv("LOANWATCH_BACKUPS", "7")
    return replace(settings, backups_kept=7)


@pytest.mark.usefixtures("prefect_server")
def test_a_night_is_backed_up_and_what_is_restored_is_the_same_and_goes_on_the_same(backed_up: Settings, tmp_path: Path) -> None:
    before = set(backed_up.home.rglob("*"))
    shell = os.umask(0o000)
    first = run_night(FIRST_NEW_DAY)
    assert os.umask(shell) == 0o077
    written = [path for path in backed_up.home.rglob("*") if path not in before or path == backed_up.snapshot]
    assert {"manifest.json", "warehouse.duckdb", "loanwatch.duckdb"} <= {path.name for path in written}
    assert [str(path) for path in written if path.stat().st_mode & 0o077] == []
    after_first = warehouse_hashes(backed_up)
    assert first.backup
    assert run_night(FIRST_NEW_DAY).backup == ""  # nothing had changed
    run_night(LAST_NEW_DAY)
    after_last, snapshot = warehouse_hashes(backed_up), snapshot_hashes(backed_up)

    restored = restore(backed_up, tmp_path / "restored", until=FIRST_NEW_DAY)
    assert restored.manifest.name == first.backup
    assert restored.lacking == (LAST_NEW_DAY,)
    there = replace(backed_up, home=restored.home)
    assert warehouse_hashes(there) == after_first
    assert file_hashes(there.models) == file_hashes(backed_up.models)
    assert not there.landing.exists()
    assert verify_home(there) == []
    with open_warehouse(there, read_only=True) as connection:
        newest = connection.execute("SELECT kind, subject FROM ops.audit ORDER BY audit_id DESC LIMIT 1").fetchall()
    assert newest == [("restore", first.backup)]

    shutil.copytree(backed_up.landing, there.landing)
    shutil.rmtree(backed_up.home)
    there.home.rename(backed_up.home)
    run_night(LAST_NEW_DAY)
    assert warehouse_hashes(backed_up) == after_last
    assert snapshot_hashes(backed_up) == snapshot


def test_a_night_whose_backup_fails_stays_done_and_ends_with_15(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> str:
        raise ResourceError("the copy cannot be written: No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(warehouse.backups, "copying_apart", full)
        failed = back_up_night(settings)
    assert known_backups(settings) == []
    night = NightSummary(LAST_NEW_DAY, "run", backup_error=failed.error)
    assert "The backup of this night was not made: the copy cannot be written: No space left" in night_text(night)
    assert exit_code_of_nights([night]) == 15
    assert back_up_night(settings).name


def test_nobody_else_comes_in_while_a_backup_is_made(settings: Settings) -> None:
    """The copy is made by a child: a descriptor of the file that this process closed would let go of its lock."""
    probe = "import duckdb, sys; duckdb.connect(sys.argv[1])"
    with open_warehouse(settings) as connection:
        warehouse.backups.make_backup(connection, settings, "command")
        warehouse.backups.make_backup(connection, settings, "night", only_if_changed=True)
        come = subprocess.run([sys.executable, "-c", probe, str(settings.warehouse)], capture_output=True, text=True, check=False)
    assert "Could not set lock" in come.stderr


def test_a_backup_is_made_anew_only_where_something_has_changed(settings: Settings) -> None:
    backup = back_up(settings)
    kept = replace(settings, backups_kept=3)
    assert back_up_night(kept).name == ""
    model = next(settings.models.glob("*/model.txt"))
    model.with_name("card.html").write_text("<p>new</p>")
    second = back_up_night(kept).name
    assert second
    (backup.folder.with_name(second) / "warehouse.duckdb").unlink()
    assert back_up_night(kept).name
    assert back_up_night(kept).name == ""
    with open_warehouse(settings) as connection, transaction(connection):
        connection.execute("UPDATE registry.promotions_v1 SET reason = 'edited'")
    assert back_up_night(kept).name


def test_old_backups_are_let_go_and_what_a_killed_process_left_is_removed(settings: Settings) -> None:
    kept = replace(settings, backups_kept=2)
    (settings.backups / ".unfinished-20200101T000000Z").mkdir(parents=True)
    names = [back_up(kept).manifest.name for _ in range(4)]
    assert [backup.manifest.name for backup in known_backups(kept)] == names[-2:]
    assert sorted(path.name for path in settings.backups.iterdir()) == sorted(names[-2:])
    by_hand = replace(settings, backups_kept=0)
    assert back_up_night(by_hand).name == ""
    names = [*names[-2:], back_up(by_hand).manifest.name]
    assert [backup.manifest.name for backup in known_backups(by_hand)] == names


def test_a_backup_that_was_changed_is_not_restored(settings: Settings, tmp_path: Path) -> None:
    backup = back_up(settings)
    model = next(backup.folder.glob("models/*/model.txt"))
    model.write_text(model.read_text().replace("1", "2", 1))
    with pytest.raises(VerificationError, match="1 file") as raised:
        restore(settings, tmp_path / "new")
    assert raised.value.exit_code == 14
    assert not (tmp_path / "new").exists()


def test_a_backup_whose_manifest_was_edited_to_fit_its_files_is_not_restored_with_other_rows(
    settings: Settings, tmp_path: Path
) -> None:
    backup = back_up(settings)
    file = backup.folder / "manifest.json"
    content = json.loads(file.read_text())
    content["tables"]["registry.models_v1"]["n_rows"] = 7
    file.write_text(json.dumps(content))
    with pytest.raises(VerificationError, match=r"registry\.models_v1"):
        restore(settings, tmp_path / "new")
    assert list(tmp_path.glob("*new*")) == []


def test_a_home_that_exists_is_never_restored_over(settings: Settings, tmp_path: Path) -> None:
    back_up(settings)
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "x").touch()
    for place in (taken, settings.home, taken / "x"):
        with pytest.raises(UsageError, match="exists already"):
            restore(settings, place)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert restore(settings, empty).lacking == ()


def test_a_backup_that_does_not_exist_is_wrong_usage(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no backup"):
        restore(settings, tmp_path / "new")
    back_up(settings)
    with pytest.raises(UsageError, match="named 2020"):
        restore(settings, tmp_path / "new", name="2020")
    with pytest.raises(UsageError, match="or before"):
        restore(settings, tmp_path / "new", until=FIRST_NEW_DAY - timedelta(days=400))


def test_the_commands_back_up_list_and_restore(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], project: Path
) -> None:
    policy = tmp_path / "policy.toml"
    shutil.copy(project / "schemas" / "policy.toml", policy)
    monkeypatch.setenv("LOANWATCH_POLICY", str(policy))

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["loanwatch", *arguments])
        with pytest.raises(SystemExit) as stopped:
            command_line.main()
        return int(stopped.value.code or 0), capsys.readouterr().out

    assert run("backup", "--list") == (0, "There is no backup yet.\n")
    code, printed = run("backup")
    assert (code, "Read back and equal" in printed) == (0, True)
    name = known_backups(read_settings())[0].manifest.name
    assert name in run("backup", "--list")[1]
    code, printed = run("restore", name, "--into", str(tmp_path / "new"))
    assert (code, f"export LOANWATCH_POLICY={tmp_path}/new/policy.toml" in printed) == (0, True)
    assert run("restore", name, "--date", "2026-06-30", "--into", str(tmp_path / "other"))[0] == 2
    assert run("restore", "--into", str(tmp_path / "new"))[0] == 2
    shutil.rmtree(settings.home)
    settings.home.mkdir()
    assert run("backup")[0] == 2
