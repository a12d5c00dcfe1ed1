"""Opening the warehouse: one writer at a time, a bounded and visible wait for it, nothing fetched from outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import duckdb

from schemas.errors import LoanwatchError, ResourceError, WarehouseError
from schemas.settings import Settings
from warehouse.holder import Patience, noted
from warehouse.migrations import migrate

Connection = duckdb.DuckDBPyConnection

_WITHOUT_SPACE = (
    "No space left",
    "Out of Memory",
    "could not allocate",
    "failed to offload",
    "Could not write file",  # whatever the system said to it: a quota, a limit on the size of files, a disk gone read-only
)
_REPORT_IT = "this is a fault of the program: run it again, and report it with the version and the command if it stays"


#: Nothing is fetched from outside.
ISOLATED: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


def _config(settings: Settings) -> dict[str, str | bool | int | float | list[str]]:
    return {
        **ISOLATED,
        "memory_limit": settings.memory_limit,
        "threads": settings.threads,
        "temp_directory": str(settings.scratch),
    }


def _connect(settings: Settings, *, read_only: bool) -> Connection:
    patience = Patience(settings)
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
        patience.wait(message)


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
        with nullcontext() if read_only else noted(settings):
            if not read_only:
                migrate(connection)
            yield connection
    except duckdb.Error as error:
        raise _told(error, settings) from None
    finally:
        connection.close()


def _told(error: duckdb.Error, settings: Settings) -> LoanwatchError:
    """An error of DuckDB in our words. The text of a conversion or a constraint quotes values, so it is not passed on."""
    text = str(error)
    if any(sign in text for sign in _WITHOUT_SPACE):
        return ResourceError(
            "there is no space left, no memory, or no right to write",
            where=str(settings.home),
            remedy="free some space, or raise LOANWATCH_MEMORY_LIMIT, see that the disk can be written to, and run the command "
            "again; what was committed is whole",
        )
    quotes_values = isinstance(error, duckdb.ConversionException | duckdb.ConstraintException | duckdb.OutOfRangeException)
    told = type(error).__name__ if quotes_values else f"{type(error).__name__}: {text.splitlines()[0] if text else ''}"
    return WarehouseError(f"the warehouse refused a statement: {told}", where=str(settings.warehouse), remedy=_REPORT_IT)


@contextmanager
def transaction(connection: Connection) -> Iterator[Connection]:
    """Everything inside is written whole or not at all."""
    connection.execute("BEGIN")
    is_whole = False
    try:
        yield connection
        is_whole = True
    finally:
        connection.execute("COMMIT" if is_whole else "ROLLBACK")
