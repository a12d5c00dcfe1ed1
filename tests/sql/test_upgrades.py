"""A warehouse of any released schema comes forward, on a copy first; what is not whole never takes the place of what is."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

import warehouse.upgrade
from schemas.errors import ResourceError, WarehouseBusyError
from schemas.settings import Settings
from warehouse.backup_store import list_backups
from warehouse.connection import open_warehouse
from warehouse.migrations import Migration, migrate, shipped_migrations
from warehouse.opening import log_of

NEWEST = len(shipped_migrations())
_BATCH = "INSERT INTO ops.batches_v1 VALUES (2026063001, DATE '2026-06-30', 1, 'x', 'nightly', false, NULL, 3, now()::TIMESTAMP)"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of each released schema, with one delivery on record: `<version>.duckdb`."""
    folder = tmp_path_factory.mktemp("released")
    growing = folder / "growing.duckdb"
    with duckdb.connect(str(growing)) as connection:
        for migration in shipped_migrations():
            _apply(connection, migration)
            if migration.version == 1:
                connection.execute(_BATCH)
            connection.execute("CHECKPOINT")
            shutil.copy(growing, folder / f"{migration.version}.duckdb")
    return folder


@pytest.fixture(scope="module")
def newest_schema() -> list[tuple[object, ...]]:
    """The columns of a warehouse that was made anew."""
    with duckdb.connect(":memory:") as connection:
        migrate(connection)
        return _schema(connection)


def _apply(connection: duckdb.DuckDBPyConnection, migration: Migration) -> None:
    connection.execute(migration.text)
    values = [migration.version, migration.name, migration.sha256]
    connection.execute("INSERT INTO ops.migrations_v1 VALUES (?, ?, ?, now()::TIMESTAMP)", values)


def _schema(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return connection.execute(
        "SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"
    ).fetchall()


def _old_home(settings: Settings, released: Path, version: int) -> None:
    settings.home.mkdir(parents=True)
    shutil.copy(released / f"{version}.duckdb", settings.warehouse)


@pytest.mark.parametrize("version", range(1, NEWEST + 1))
def test_every_released_schema_comes_forward_with_what_it_holds(
    version: int, settings: Settings, released: Path, newest_schema: list[tuple[object, ...]]
) -> None:
    _old_home(settings, released, version)
    with open_warehouse(settings) as connection:
        assert connection.execute("SELECT batch_id, n_received FROM ops.batches").fetchall() == [(2026063001, 3)]
        applied = connection.execute("SELECT version FROM ops.migrations ORDER BY version").fetchall()
        assert applied == [(n,) for n in range(1, NEWEST + 1)]
        assert _schema(connection) == newest_schema
    assert [path.name for path in settings.home.iterdir() if path.name.startswith(".warehouse")] == []
    backed_up = [backup.manifest.migrations[-1] for backup in list_backups(settings)]
    assert backed_up == ([shipped_migrations()[version - 1].name] if version < NEWEST else [])


def test_a_migration_that_fails_leaves_the_old_warehouse_as_it_was(
    settings: Settings, released: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _old_home(settings, released, 1)
    before = settings.warehouse.read_bytes()

    def fail(*_: object) -> int:
        raise ResourceError("there is no space left")

    with monkeypatch.context() as patched:
        patched.setattr(warehouse.upgrade, "migrate", fail)
        with pytest.raises(ResourceError), open_warehouse(settings):
            pass
    assert settings.warehouse.read_bytes() == before
    with open_warehouse(settings) as connection:
        assert connection.execute("SELECT count(*) FROM ops.migrations").fetchone() == (NEWEST,)


def test_without_space_for_a_copy_nothing_is_migrated(
    settings: Settings, released: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _old_home(settings, released, 2)
    monkeypatch.setattr("warehouse.file_copy.shutil.disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))
    with pytest.raises(ResourceError, match="0 MiB are free") as raised, open_warehouse(settings):
        pass
    assert raised.value.exit_code == 15
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM ops.migrations").fetchone() == (2,)


def test_the_log_of_the_old_warehouse_comes_forward_too(settings: Settings, released: Path) -> None:
    _old_home(settings, released, 1)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        connection.execute(_BATCH.replace("2026063001", "2026063002"))
    assert log_of(settings.warehouse).stat().st_size > 0
    with open_warehouse(settings) as connection:
        assert connection.execute("SELECT count(*) FROM ops.batches").fetchone() == (2,)


def test_two_processes_do_not_migrate_at_once(settings: Settings, released: Path) -> None:
    _old_home(settings, released, 1)
    impatient = replace(settings, lock_wait_seconds=0.2)
    with warehouse.upgrade.alone(settings), pytest.raises(WarehouseBusyError, match="being migrated"), open_warehouse(impatient):
        pass
