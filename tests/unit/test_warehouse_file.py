"""Opening the warehouse: migrations, the one writer, transactions."""

from __future__ import annotations

import pytest

from schemas.errors import ResourceError, VerificationError, WarehouseBusyError
from schemas.settings import Settings
from tests.held import held
from warehouse.connection import Connection, open_warehouse, transaction
from warehouse.migrations import shipped_migrations


def test_opening_twice_migrates_once(settings: Settings) -> None:
    with open_warehouse(settings) as connection:
        first = connection.execute("SELECT version, sha256, applied_at FROM ops.migrations ORDER BY version").fetchall()
    with open_warehouse(settings) as connection:
        assert connection.execute("SELECT version, sha256, applied_at FROM ops.migrations ORDER BY version").fetchall() == first
    assert [row[0] for row in first] == [migration.version for migration in shipped_migrations()]


def test_a_migration_that_was_edited_after_it_was_applied_is_refused(settings: Settings) -> None:
    with open_warehouse(settings) as connection:
        connection.execute("UPDATE ops.migrations_v1 SET sha256 = 'x' WHERE version = 2")
    with pytest.raises(VerificationError, match="0002") as raised, open_warehouse(settings):
        pass
    assert raised.value.exit_code == 14


def test_a_warehouse_of_a_newer_version_is_refused(settings: Settings) -> None:
    with open_warehouse(settings) as connection:
        connection.execute("INSERT INTO ops.migrations_v1 VALUES (9999, '9999_later.sql', 'x', now()::TIMESTAMP)")
    with pytest.raises(VerificationError, match="9999_later"), open_warehouse(settings):
        pass


def test_another_process_that_writes_is_named_and_the_wait_is_bounded(settings: Settings) -> None:
    with open_warehouse(settings):
        pass
    with held(settings, by_us=False) as pid:
        with pytest.raises(WarehouseBusyError, match=str(pid)) as raised, open_warehouse(settings):
            pass
        assert raised.value.exit_code == 12


def test_a_file_that_is_no_warehouse_is_told_from_a_busy_one(settings: Settings) -> None:
    settings.home.mkdir(parents=True)
    settings.warehouse.mkdir()
    with pytest.raises(ResourceError) as raised, open_warehouse(settings):
        pass
    assert raised.value.exit_code == 15


def _write_and_fail(connection: Connection) -> None:
    with transaction(connection):
        connection.execute("INSERT INTO ops.home_v1 VALUES ('real', now()::TIMESTAMP)")
        raise ZeroDivisionError


def test_a_transaction_that_fails_leaves_nothing(settings: Settings) -> None:
    with open_warehouse(settings) as connection:
        with pytest.raises(ZeroDivisionError):
            _write_and_fail(connection)
        assert connection.execute("SELECT count(*) FROM ops.home").fetchone() == (0,)
