"""Encryption at rest: nothing readable without the key, and the key is told nowhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

import warehouse.encryption
from schemas.errors import UsageError, VerificationError
from schemas.settings import Settings, read_settings
from tasks.audit import verify_home
from tasks.backup import back_up, known_backups, restore
from tasks.encrypt import encrypt
from tasks.night import publish
from tests.audit_support import decide
from tests.contents import snapshot_hashes, warehouse_hashes
from tests.flows.conftest import LAST_NEW_DAY
from tests.people import files_with
from warehouse.backup_store import changed_files
from warehouse.connection import open_warehouse, transaction
from warehouse.opening import log_of, spills_of_reader
from warehouse.reading import query_snapshot

pytest.importorskip("duckdb_extension_httpfs")

KEY, OTHER_KEY = "0123456789abcdef-Schluessel'1", "another-key-of-some-length"
#: A text that stands in every warehouse and snapshot.
KNOWN = "decision_history"


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "key"
    file.write_text(KEY + "\n")
    file.chmod(0o600)
    monkeypatch.setenv("LOANWATCH_KEY_FILE", str(file))
    return file


def test_a_home_encrypts_changes_its_key_and_goes_on(decided_home: Path, settings: Settings, tmp_path: Path) -> None:
    shutil.copytree(decided_home, settings.home)
    back_up(settings)
    before = warehouse_hashes(settings), snapshot_hashes(settings)
    private = replace(settings, key=KEY)
    assert len(encrypt(private, None)) == 3
    assert encrypt(private, None) == []
    assert (warehouse_hashes(private), snapshot_hashes(private)) == before
    assert files_with(settings.home, KNOWN, KEY) & {"warehouse.duckdb", "published/loanwatch.duckdb"} == set()
    assert [changed_files(backup) for backup in known_backups(private)] == [[]]

    rekeyed = replace(settings, key=OTHER_KEY)
    assert len(encrypt(rekeyed, KEY)) == 3
    for wrong, said in ((private, "not the one"), (settings, "no key is set")):
        with pytest.raises(UsageError, match=said), open_warehouse(wrong):
            pass
        with pytest.raises(UsageError, match=said):
            query_snapshot(wrong, "SELECT 1")
    decide(rekeyed, LAST_NEW_DAY)
    assert verify_home(rekeyed) == []
    new = replace(rekeyed, home=restore(rekeyed, tmp_path / "restored").home)
    assert verify_home(new) == []
    assert query_snapshot(rekeyed, "SELECT count(*) > 0 FROM marts.decisions")[1] == [(True,)]


def test_a_new_home_with_a_key_is_encrypted_from_its_first_byte_and_its_log_too(settings: Settings) -> None:
    private = replace(settings, key=KEY)
    with open_warehouse(private) as connection:
        connection.execute("CREATE TABLE ops.canary AS SELECT 'Kanarienvogel-q7Zx0vKw3Bn9' AS name")
        with open_warehouse(private) as second:
            assert second.execute("SELECT count(*) FROM ops.canary").fetchall() == [(1,)]
        assert (settings.home / "warehouse.duckdb.wal").stat().st_size > 0
        assert files_with(settings.home, "Kanarienvogel", "migrations_v1") == set()
        publish(private, "run", LAST_NEW_DAY)
    assert files_with(settings.home, "Kanarienvogel", "migrations_v1", KNOWN) == set()
    with pytest.raises(duckdb.Error):
        duckdb.connect(str(settings.snapshot), read_only=True)


def test_checkpoints_of_an_encrypted_warehouse_are_told_apart_and_a_lost_log_is_missed(settings: Settings) -> None:
    private = replace(settings, key=KEY)
    for n in range(8):  # headers are encrypted: their bytes are like drawn at random
        with open_warehouse(private) as connection, transaction(connection):
            connection.execute("PRAGMA disable_checkpoint_on_shutdown")
            connection.execute(f"INSERT INTO ops.home_v1 VALUES ('real-{n}', now()::TIMESTAMP)")
        assert log_of(settings.warehouse).exists()
        with open_warehouse(private) as connection:
            connection.execute("CHECKPOINT")
    with open_warehouse(private) as connection, transaction(connection):
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        connection.execute("INSERT INTO ops.home_v1 VALUES ('last', now()::TIMESTAMP)")
    log_of(settings.warehouse).unlink()
    with pytest.raises(VerificationError, match="log cannot be replayed"), open_warehouse(private):
        pass


def test_the_snapshot_reaches_nothing_else_with_a_key_either(settings: Settings, tmp_path: Path) -> None:
    private = replace(settings, key=KEY)
    with open_warehouse(private):
        publish(private, "run", LAST_NEW_DAY)
    for query in (
        f"COPY (SELECT 1) TO '{tmp_path / 'x.csv'}'",
        "SET enable_external_access = true",
        "DELETE FROM marts.decisions",
    ):
        with pytest.raises(UsageError):
            query_snapshot(private, query)
    databases = query_snapshot(private, "FROM duckdb_databases()")
    assert KEY not in str(databases)


def test_a_key_change_that_was_stopped_goes_on_and_a_damaged_backup_gets_no_new_seal(
    decided_home: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(decided_home, settings.home)
    back_up(settings)
    private = replace(settings, key=KEY)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(warehouse.encryption, "reseal_backup", stop)
        with pytest.raises(KeyboardInterrupt):
            encrypt(private, None)
    assert len(encrypt(private, None)) == 1
    (backup,) = known_backups(private)
    assert changed_files(backup) == []
    (backup.folder / "warehouse.duckdb").write_bytes(b"damaged")
    with pytest.raises(VerificationError, match="not what they were"):
        encrypt(replace(settings, key=OTHER_KEY), KEY)
    assert changed_files(backup) == ["warehouse.duckdb"]


def test_what_a_query_on_an_encrypted_snapshot_spills_is_encrypted_and_beside_it(
    decided_home: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(decided_home, settings.home)
    private = replace(settings, key=KEY)
    encrypt(private, None)
    monkeypatch.chdir(tmp_path)
    query = "SELECT name, value FROM duckdb_settings() WHERE name IN ('temp_directory', 'temp_file_encryption') ORDER BY name"
    first, second = (dict(query_snapshot(private, query)[1]) for _ in range(2))
    assert first["temp_file_encryption"] == "true"
    places = [Path(str(one["temp_directory"])) for one in (first, second)]
    assert [place.parent for place in places] == [settings.snapshot.parent] * 2
    assert all(place.name.startswith(spills_of_reader(private).stem) and place.suffix == ".tmp" for place in places)
    assert places[0] != places[1], "with a key each connection is a database of its own"


def test_the_key_is_in_no_output_log_or_error(settings: Settings, key_file: Path) -> None:
    assert KEY not in repr(read_settings(settings.home))
    with open_warehouse(read_settings(settings.home)):
        pass
    key_file.write_text(OTHER_KEY)
    command = [sys.executable, "-c", "from flows.cli.main import main; main()", "--debug", "backup"]
    environment = {**os.environ, "LOANWATCH_HOME": str(settings.home)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=120)
    assert done.returncode == 2
    assert "not the one that the file was encrypted with" in done.stderr
    assert not [key for key in (KEY, OTHER_KEY) if key in done.stdout + done.stderr]


def test_a_key_file_that_others_read_or_that_is_too_short_is_refused(settings: Settings, key_file: Path) -> None:
    key_file.chmod(0o644)
    with pytest.raises(UsageError, match="others may read"):
        read_settings(settings.home)
    key_file.chmod(0o600)
    key_file.write_text("short")
    with pytest.raises(UsageError, match="cannot be used") as raised:
        read_settings(settings.home)
    assert "short" not in str(raised.value)


def test_a_key_without_the_package_is_refused_before_anything_is_written(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.opening.util.find_spec", lambda _: None)
    with pytest.raises(UsageError, match="not installed"), open_warehouse(replace(settings, key=KEY)):
        pass
    assert not settings.warehouse.exists()


def test_a_damaged_encrypted_warehouse_is_no_wrong_key(settings: Settings) -> None:
    private = replace(settings, key=KEY)
    with open_warehouse(private):
        pass
    content = bytearray(settings.warehouse.read_bytes())
    content[20000:20400] = bytes(400)
    settings.warehouse.write_bytes(content)
    with pytest.raises(VerificationError, match="the warehouse file is damaged"), open_warehouse(private):
        pass
