"""Opening the warehouse: one writer at a time, a bounded and visible wait for it, nothing fetched from outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import duckdb

from schemas.errors import LoanwatchError, ResourceError, UsageError, WarehouseError
from schemas.private import PRIVATE_FOLDER
from schemas.settings import Settings
from warehouse.damage import damage_in, damaged_error, inspect, set_aside, warehouse_exists
from warehouse.holder import Patience, noted
from warehouse.log_witness import Generation, note_acknowledged
from warehouse.migrations import missing_migrations
from warehouse.opening import key_error, key_fault, open_file
from warehouse.upgrade import create_warehouse, upgrade_warehouse

Connection = duckdb.DuckDBPyConnection

_WITHOUT_SPACE = (
    "No space left",
    "Out of Memory",
    "could not allocate",
    "failed to pin block",
    "failed to offload",
    "Could not write file",  # whatever the system said to it: a quota, a limit on the size of files, a disk gone read-only
)
_REPORT_IT = "this is a fault of the program: run it again, and report it with the version and the command if it stays"

#: How many connections this process has to each warehouse.
_open_here: Counter[Path] = Counter()

#: Which checkpoint each of them was at when it was opened.
_generations: dict[Path, Generation] = {}


def _inode(path: Path) -> int | None:
    return path.stat().st_ino if path.exists() else None


def _open_current(settings: Settings, *, read_only: bool) -> Connection:
    """The file that has the warehouse's name. One that was replaced while it was being opened is let go again."""
    while True:
        before = _inode(settings.warehouse)
        connection = open_file(settings, settings.warehouse, read_only=read_only)
        if before is None or _inode(settings.warehouse) == before:
            return connection
        connection.close()


def _connect(settings: Settings, *, read_only: bool) -> Connection:
    patience = Patience(settings)
    while True:
        try:
            return _open_current(settings, read_only=read_only)
        except duckdb.Error as error:
            _require_lock_alone(settings, error, read_only=read_only)
            message = str(error)
        patience.wait(message)


def _require_lock_alone(settings: Settings, error: duckdb.Error, *, read_only: bool) -> None:
    """Raises in our words what is no want of the lock: damage, a wrong key, no right to open."""
    damage = damage_in(error)
    if damage is not None:
        where = settings.warehouse if read_only else set_aside(settings)
        raise damaged_error(settings, damage, where) from None
    fault = key_fault(error)
    if fault is not None:
        raise key_error(settings, settings.warehouse, fault) from None
    if _lacks_space(str(error)):
        raise _told(error, settings) from None
    if "Could not set lock" not in str(error):
        raise ResourceError(
            "the warehouse cannot be opened: " + str(error).splitlines()[0],
            where=str(settings.warehouse),
            remedy="check that the file and its folder exist, belong to you and have space",
        ) from error


@contextmanager
def open_warehouse(settings: Settings, *, read_only: bool = False) -> Iterator[Connection]:
    """A connection to the home's warehouse, migrated when it is opened for writing, closed at the end.

    Raises:
        WarehouseBusyError: another process holds it longer than `lock_wait_seconds`.
        ResourceError: it cannot be opened for want of space or permission.
        UsageError: it is to be read, and the home has none yet; or its key does not fit.
        VerificationError: its migrations are not those of this version; it is damaged (then it was set aside), or it is gone.
    """
    try:
        connection = _connect_to_read(settings) if read_only else connect_to_write(settings)
    except duckdb.Error as error:
        raise _told(error, settings) from None
    _open_here[settings.warehouse] += 1
    try:
        with nullcontext() if read_only else noted(settings):
            yield connection
    except duckdb.Error as error:
        raise _told(error, settings) from None
    finally:
        _open_here[settings.warehouse] -= 1
        connection.close()


def connect_to_write(settings: Settings) -> Connection:
    """A connection to a warehouse of the newest schema. Where this process has one already, another to the same is cheap."""
    if not _open_here[settings.warehouse]:
        settings.home.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        if not settings.warehouse.exists():
            create_warehouse(settings)
        _inspect(settings)
    connection = _connect(settings, read_only=False)
    is_whole = False
    try:
        is_current = not missing_migrations(connection)
        is_whole = is_current
    finally:
        if not is_whole:
            connection.close()
    if is_current:
        return connection
    upgrade_warehouse(settings, lambda: _connect(settings, read_only=False))
    return _connect(settings, read_only=False)


def _connect_to_read(settings: Settings) -> Connection:
    """A connection that only reads: what the log has lost is told, and stays where it is for the next writer to set aside."""
    if not _open_here[settings.warehouse]:
        if not warehouse_exists(settings):
            raise UsageError(
                "this home has no warehouse yet",
                expected="a home in which deliveries were taken in",
                where=str(settings.warehouse),
                remedy="name the home in LOANWATCH_HOME, or run `loanwatch retrain` first",
            )
        found = inspect(settings.warehouse, to_write=False)
        if found is not None and found[1] is not None:
            raise damaged_error(settings, found[1], settings.warehouse)
    return _connect(settings, read_only=True)


def _inspect(settings: Settings) -> None:
    """Before DuckDB sees it. Raises VerificationError where the log has lost what was committed."""
    _generations.pop(settings.warehouse, None)
    if not settings.warehouse.is_file():
        return
    found = inspect(settings.warehouse)
    if found is not None:
        generation, damage = found
        if damage is not None:
            raise damaged_error(settings, damage, set_aside(settings))
        _generations[settings.warehouse] = generation


def _lacks_space(text: str) -> bool:
    return any(sign in text for sign in _WITHOUT_SPACE)


def _told(error: duckdb.Error, settings: Settings) -> LoanwatchError:
    """An error of DuckDB in our words. The text of a conversion or a constraint quotes values, so it is not passed on.

    A block that turns out to be damaged while it is read stays where it is: other parts may be in use at that moment.
    """
    text = str(error)
    damage = damage_in(error)
    if damage is not None:
        return damaged_error(settings, damage, settings.warehouse)
    if _lacks_space(text):
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
def beside(connection: Connection) -> Iterator[Connection]:
    """Another connection to the same database, for another thread. It sees what is committed, and no frame of the first one."""
    (name,) = connection.execute("SELECT current_database()").fetchone() or ("",)
    with connection.cursor() as other:
        other.execute('USE "' + name.replace('"', '""') + '"')  # a database that was attached is not used by itself
        yield other


@contextmanager
def told_plainly(settings: Settings) -> Iterator[None]:
    """Errors of DuckDB inside are told in our words, without the values that theirs may quote."""
    try:
        yield
    except duckdb.Error as error:
        raise _told(error, settings) from None


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
        if is_whole:
            note_acknowledged([(path, found) for path, found in _generations.items() if _open_here[path]])
