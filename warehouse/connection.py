"""Opening the warehouse: one writer at a time, a bounded and visible wait for it, nothing fetched from outside."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from logging import getLogger

import duckdb

from schemas.errors import ResourceError, WarehouseBusyError
from schemas.settings import Settings
from warehouse.migrations import migrate

logger = getLogger(__name__)

Connection = duckdb.DuckDBPyConnection

_FIRST_WAIT_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 1.0


def _config(settings: Settings) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "memory_limit": settings.memory_limit,
        "threads": settings.threads,
        "temp_directory": str(settings.scratch),
    }


def _holder(message: str) -> str:
    """Who holds the file, from DuckDB's message: `command (pid n)`, as far as it says."""
    found = re.search(r"held in (.+?) \(PID (\d+)\)", message)
    return f"{found[1]} (pid {found[2]})" if found else "another process"


def _connect(settings: Settings, *, read_only: bool) -> Connection:
    deadline = time.monotonic() + settings.lock_wait_seconds
    wait = _FIRST_WAIT_SECONDS
    announced = False
    while True:
        try:
            return duckdb.connect(str(settings.warehouse), read_only=read_only, config=_config(settings))
        except duckdb.IOException as error:
            message = str(error)
            if "Could not set lock" not in message:
                raise ResourceError(
                    "the warehouse cannot be opened: " + message.splitlines()[0],
                    where=str(settings.warehouse),
                    remedy="check that the file and its folder exist, belong to you and have space",
                ) from error
            if time.monotonic() >= deadline:
                raise WarehouseBusyError(
                    f"the warehouse is held by {_holder(message)}",
                    expected=f"the file to be free within {settings.lock_wait_seconds:g} s",
                    where=str(settings.warehouse),
                    remedy="wait for that process to end, or stop it; to read results use `loanwatch sql`, which never waits",
                ) from error
            if not announced:
                logger.warning("waiting up to %g s for the warehouse, held by %s", settings.lock_wait_seconds, _holder(message))
                announced = True
        time.sleep(wait)
        wait = min(2 * wait, _LONGEST_WAIT_SECONDS)


@contextmanager
def open_warehouse(settings: Settings, *, read_only: bool = False) -> Iterator[Connection]:
    """A connection to the home's warehouse, migrated when it is opened for writing, closed at the end.

    Raises:
        WarehouseBusyError: another process holds it longer than `lock_wait_seconds`.
        ResourceError: it cannot be opened for want of space, permission or existence.
        VerificationError: its migrations are not those of this version.
    """
    if not read_only:
        settings.home.mkdir(parents=True, exist_ok=True)
    connection = _connect(settings, read_only=read_only)
    try:
        if not read_only:
            migrate(connection)
        yield connection
    finally:
        connection.close()


@contextmanager
def transaction(connection: Connection) -> Iterator[Connection]:
    """Everything inside is written whole or not at all."""
    connection.execute("BEGIN")
    try:
        yield connection
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
