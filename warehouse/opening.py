"""The one place that opens a warehouse file, the home's own or a copy of it: nothing is fetched from outside.

A file is attached to a database in memory: only so it can be encrypted, with its log and whatever a query spills, and have row
groups of another size. Connections of one process to one file share that database by its name, and it goes with the last of them.
Nobody else may open a warehouse file in the same process, not even in vain: closing it lets go of the file's lock.
"""

from __future__ import annotations

import hashlib
import os
import uuid
import weakref
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from threading import RLock
from typing import TextIO

import duckdb

from schemas.errors import UsageError
from schemas.private import PRIVATE_FOLDER
from schemas.settings import ROW_GROUP_ROWS, Settings
from warehouse.locks import discard_unheld, hold, release
from warehouse.sql_files import quoted

#: Nothing is fetched from outside.
ISOLATED: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}

_EXTENSION = "httpfs"  # brings OpenSSL; without it DuckDB reads encrypted files and writes none
_ATTACHED = "warehouse"
#: Option of ATTACH for every file that a warehouse is written to.
ROW_GROUPS = f"ROW_GROUP_SIZE {ROW_GROUP_ROWS}"

#: Of this process, also where several of one number share a folder, as those of containers may.
_TOKEN = uuid.uuid4().hex[:8]
#: Spill folders below the scratch folder: of databases in memory, of files.
_IN_MEMORY, _OF_FILE = "memory-", "file-"
#: DuckDB's word for a database that spills nothing.
_NOWHERE = ""


@dataclass
class _Spills:
    """A spill folder in use: its lock, and how many connections of this process use it."""

    lock: TextIO
    n_connections: int = 0


_SPILLS: dict[Path, _Spills] = {}
_SPILLS_LOCK = RLock()  # a connection may be collected while this thread opens another


def duckdb_version() -> str:
    """Of the DuckDB that this process has loaded."""
    return duckdb.__version__


def _connect(settings: Settings, name: str, spills: Path) -> duckdb.DuckDBPyConnection:
    """A connection to a database in memory, by name or nobody else's, which spills to that folder.

    No two databases share a folder, of one process or of several: DuckDB names the files in it alike in every database, and they
    would read each other's rows. DuckDB makes it when it is needed, one level deep, and removes it. A lock beside it tells that
    it is in use, and goes with the last connection.
    """
    config = {**ISOLATED, "memory_limit": settings.memory_limit, "threads": settings.threads}
    is_used = _use_spills(spills)
    try:
        connection = duckdb.connect(name, config={**config, "temp_directory": str(spills) if is_used else _NOWHERE})
    except duckdb.Error:
        _leave_spills(spills)
        raise
    weakref.finalize(connection, _leave_spills, spills)
    return connection


def _use_spills(folder: Path) -> bool:
    """Whether there is a place for it: who only reads a home may have no right to write there, and then nothing is spilled."""
    with _SPILLS_LOCK:
        if folder not in _SPILLS:
            try:
                folder.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
                _SPILLS[folder] = _Spills(hold(folder))
            except OSError:
                return False
        _SPILLS[folder].n_connections += 1
        return True


def _leave_spills(folder: Path) -> None:
    with _SPILLS_LOCK:
        used = _SPILLS.get(folder)
        if used is not None:
            used.n_connections -= 1
            if not used.n_connections:
                release(folder, _SPILLS.pop(folder).lock)


def open_file(settings: Settings, path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """A connection to a warehouse file; one that only reads may write elsewhere.

    Raises duckdb.Error where the file is held, damaged or out of reach, UsageError for a key.
    """
    name = f"{hashlib.sha256(str(path).encode()).hexdigest()[:16]}-{read_only}"
    connection = _connect(settings, f":memory:{name}", settings.scratch / f"{_OF_FILE}{os.getpid()}-{_TOKEN}-{name}")
    is_open = False
    try:
        if settings.key is not None:
            load_cipher(connection)
            connection.execute("SET temp_file_encryption = true")
        how = ["READ_ONLY"] if read_only else ["READ_WRITE", ROW_GROUPS]
        _attach(connection, f"ATTACH IF NOT EXISTS {quoted(str(path))} AS {_ATTACHED} {attach_options(settings, *how)}")
        connection.execute(f"USE {_ATTACHED}")
        is_open = True
    finally:
        if not is_open:
            connection.close()
    return connection


def connect_in_memory(settings: Settings) -> duckdb.DuckDBPyConnection:
    """A database of its own that is gone with the connection; with a key, what it spills is encrypted."""
    connection = _connect(settings, ":memory:", settings.scratch / f"{_IN_MEMORY}{os.getpid()}-{uuid.uuid4().hex[:12]}")
    if settings.key is not None:
        load_cipher(connection)
        connection.execute("SET temp_file_encryption = true")
    return connection


def discard_spills(settings: Settings) -> None:
    """Removes what queries spilled whose processes were stopped; those that are in use keep theirs."""
    for prefix in (_IN_MEMORY, _OF_FILE):
        discard_unheld(settings.scratch, prefix)


def open_published(settings: Settings) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the snapshot that can reach nothing else. Raises duckdb.Error, or UsageError for its key."""
    closed: dict[str, bool] = {"enable_external_access": False, "lock_configuration": True}
    # beside the snapshot, and each reader's its own: those of two processes would write over each other's rows
    spills = spills_of_reader(settings)
    if settings.key is not None:  # then each connection of a process is a database of its own
        spills = spills.with_suffix(f".{uuid.uuid4().hex[:8]}.tmp")
    config = {**ISOLATED, "threads": settings.threads, "temp_directory": str(spills)}
    name, is_plain = (":memory:", False) if settings.key is not None else (str(settings.snapshot), True)
    connection = duckdb.connect(name, read_only=is_plain, config=config)
    is_open = False
    try:
        if settings.key is not None:
            load_cipher(connection)
            connection.execute("SET temp_file_encryption = true")
            file, key = quoted(str(settings.snapshot)), quoted(settings.key)
            _attach(connection, f"ATTACH {file} AS loanwatch (ENCRYPTION_KEY {key}, READ_ONLY)")
            connection.execute("USE loanwatch")
        if not _is_locked(connection):  # a second connection of this process finds the database as the first has set it
            for option, value in closed.items():
                connection.execute(f"SET {option} = {str(value).lower()}")
        is_open = True
    finally:
        if not is_open:
            connection.close()
    return connection


def spills_of_reader(settings: Settings) -> Path:
    """Where queries of this process on the snapshot spill; DuckDB removes it with the connection."""
    return settings.snapshot.with_name(f"{settings.snapshot.name}.{os.getpid()}-{_TOKEN}.tmp")


def _is_locked(connection: duckdb.DuckDBPyConnection) -> bool:
    row = connection.execute("SELECT current_setting('lock_configuration')").fetchone()
    return bool(row and row[0])


def _attach(connection: duckdb.DuckDBPyConnection, statement: str) -> None:
    """The statement holds the key: no error may quote it."""
    try:
        connection.execute(statement)
    except duckdb.ParserException:
        remedy = "take another key, of plain characters"
        raise UsageError("the key cannot be used", where="LOANWATCH_KEY_FILE", remedy=remedy) from None


def load_cipher(connection: duckdb.DuckDBPyConnection) -> None:
    """Loads what DuckDB encrypts with, from the package that was installed. Raises UsageError where it was not."""
    found = util.find_spec(f"duckdb_extension_{_EXTENSION}")
    folder = Path(found.origin).parent if found and found.origin else None
    file = folder / "extensions" / f"v{duckdb.__version__}" / f"{_EXTENSION}.duckdb_extension" if folder else None
    if file is None or not file.is_file():
        raise UsageError(
            "a key is set, and the package that encrypts is not installed",
            expected=f"duckdb-extension-{_EXTENSION} {duckdb.__version__}",
            where="this environment",
            remedy="pip install 'loanwatch[encryption]', or unset LOANWATCH_KEY and LOANWATCH_KEY_FILE",
        )
    connection.execute(f"LOAD {quoted(str(file))}")


def attach_options(settings: Settings, *more: str) -> str:
    """What ATTACH needs for a file of this home, and further options; empty without any. Never to be logged."""
    options = [*([] if settings.key is None else [f"ENCRYPTION_KEY {quoted(settings.key)}"]), *more]
    return f"({', '.join(options)})" if options else ""


def key_fault(error: duckdb.Error) -> str | None:
    """What is wrong with the key, in our words; None for any other error."""
    signs = {
        "Wrong encryption key": "the key is not the one that the file was encrypted with",
        "without a key": "the file is encrypted, and no key is set",
        "is not encrypted": "a key is set, and the file is not encrypted",
    }
    return next((told for sign, told in signs.items() if sign in str(error)), None)


def key_error(settings: Settings, path: Path, fault: str) -> UsageError:
    """The key does not fit the file."""
    remedy = "name the right key in LOANWATCH_KEY_FILE; to encrypt a home, or to change its key: loanwatch encrypt"
    return UsageError(fault, where=str(path), remedy=remedy if settings.key else "name its key in LOANWATCH_KEY_FILE")


def log_of(path: Path) -> Path:
    """The write-ahead log of a database file: what was committed since its last checkpoint, if there is any."""
    return path.with_name(f"{path.name}.wal")
