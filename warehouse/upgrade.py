"""A new warehouse, and one of an older schema: made or migrated beside its place, and put there whole."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from logging import getLogger
from pathlib import Path

import duckdb

from schemas.errors import WarehouseBusyError
from schemas.settings import Settings
from warehouse.backups import make_backup
from warehouse.damage import require_not_lost
from warehouse.file_copy import copy_apart, fsync, put_in_place, require_space
from warehouse.holder import noted, process_lives, read_holder
from warehouse.log_witness import forget
from warehouse.migrations import migrate, missing_migrations
from warehouse.opening import open_file

logger = getLogger(__name__)

LOCK_FILE = ".schema.lock"
_WAIT_SECONDS = 0.1


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Keeps other processes from making, migrating or compacting the warehouse of this home. Raises WarehouseBusyError."""
    deadline = time.monotonic() + settings.lock_wait_seconds
    is_told = False
    with (settings.home / LOCK_FILE).open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                found = f"the warehouse is being migrated or written anew by {_at_work(settings)}"
                if time.monotonic() >= deadline:
                    raise WarehouseBusyError(
                        found,
                        expected=f"it to be done within {settings.lock_wait_seconds:g} s",
                        where=str(settings.home / LOCK_FILE),
                        remedy="wait for that process to end, and run the command again",
                    ) from None
                if not is_told:
                    logger.warning("waiting: %s; at most %g s", found, settings.lock_wait_seconds)
                    is_told = True
            time.sleep(_WAIT_SECONDS)
        yield


def _at_work(settings: Settings) -> str:
    holder = read_holder(settings)
    return str(holder) if holder is not None and process_lives(holder.pid) else "another process"


def beside(settings: Settings) -> Path:
    """Where the new file is prepared; what a killed process left there is removed."""
    for leftover in settings.home.glob(f".{settings.warehouse.name}.new*"):
        leftover.unlink(missing_ok=True)
    return settings.home / f".{settings.warehouse.name}.new-{os.getpid()}"  # a killed process' copying child may still be at work


def _migrate_file(settings: Settings, path: Path) -> int:
    with closing(open_file(settings, path, read_only=False)) as connection:
        n_applied = migrate(connection)
        connection.execute("CHECKPOINT")
    fsync(path)
    return n_applied


def create_warehouse(settings: Settings) -> None:
    """An empty warehouse of the newest schema, whole or not at all.

    Raises:
        VerificationError: the home had a warehouse and has lost it.
    """
    with alone(settings):
        if settings.warehouse.exists():
            return
        require_not_lost(settings)
        fresh = beside(settings)
        _migrate_file(settings, fresh)
        forget(settings.warehouse)
        put_in_place(fresh, settings.warehouse)


def upgrade_warehouse(settings: Settings, connect: Callable[[], duckdb.DuckDBPyConnection]) -> None:
    """Backs the warehouse up, migrates a copy of it, and puts the copy in its place in one step.

    The old file stays locked until it is replaced. A process that opened the old file in that moment finds it of the old
    schema, comes here, waits, and opens anew; so nothing is written into a file that has been replaced.

    Raises:
        VerificationError: its migrations are not those of this version.
        ResourceError: there is no space for a copy.
    """
    with alone(settings), closing(connect()) as connection, noted(settings):
        if not missing_migrations(connection):
            return
        if settings.backups_kept and _holds_deliveries(connection):
            make_backup(connection, settings, "migration")
        connection.execute("CHECKPOINT")
        require_space(settings.home, settings.warehouse.stat().st_size, "a copy to migrate")
        fresh = beside(settings)
        copy_apart(settings.warehouse, fresh)
        n_applied = _migrate_file(settings, fresh)
        forget(settings.warehouse)
        put_in_place(fresh, settings.warehouse)
        logger.info("%d migrations were applied to the warehouse", n_applied)


def _holds_deliveries(connection: duckdb.DuckDBPyConnection) -> bool:
    row = connection.execute("SELECT count(*) FROM ops.batches_v1").fetchone()
    return row is not None and row[0] > 0
