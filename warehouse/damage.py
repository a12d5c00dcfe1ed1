"""A warehouse that cannot be read: set aside whole, never deleted, never replaced by an empty one."""

from __future__ import annotations

import fcntl
from datetime import UTC, date, datetime
from logging import getLogger
from pathlib import Path
from typing import Literal

import duckdb

from schemas.backups import BackupManifest
from schemas.errors import ResourceError, UsageError, VerificationError
from schemas.private import PRIVATE_FOLDER
from schemas.settings import Settings
from warehouse.backup_store import Backup, newest_whole_backup
from warehouse.deliveries.folders import ready_folders
from warehouse.deliveries.seen import FILE as SEEN_FILE
from warehouse.log_witness import Generation, generation_of, has_lost_entries
from warehouse.opening import log_of, open_published
from warehouse.sql_files import sql

logger = getLogger(__name__)

Damage = Literal["log", "file"]

_LOG_SIGNS = ("Failure while replaying WAL",)
_FILE_SIGNS = ("Corrupt database file", "not a valid DuckDB database file", "Could not read enough bytes", "AES tag differs")

#: In what a query spilled, which is no warehouse.
_OF_A_QUERY = "duckdb_temp_"

#: How the first entry of a log begins, that with its version. DuckDB takes a log that begins otherwise for one cut off before
#: its first entry, says nothing, and goes on without what had been committed.
_LOG_BEGINS = bytes.fromhex("6400626500")

_SHOWN_DAYS = 10


def damage_in(error: duckdb.Error) -> Damage | None:
    """What DuckDB found damaged, from its message; None for any other fault."""
    text = str(error)
    if _OF_A_QUERY in text:
        return None
    if any(sign in text for sign in _LOG_SIGNS):
        return "log"
    return "file" if any(sign in text for sign in _FILE_SIGNS) else None


def inspect(warehouse: Path, *, to_write: bool = True) -> tuple[Generation, Damage | None] | None:
    """Which checkpoint the file is at, and whether its log has lost something that DuckDB would pass over in silence.

    Not to be asked while this process has the file open. It is locked meanwhile; None where another process holds it, for then
    the log is that process's own affair. To read only, the file need not be ours to write, and other readers are let in.
    """
    with warehouse.open("r+b" if to_write else "rb") as file:
        try:
            fcntl.lockf(file, (fcntl.LOCK_EX if to_write else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError:
            return None
        generation = generation_of(warehouse)
        is_damaged = _log_is_foreign(log_of(warehouse)) or has_lost_entries(warehouse, generation)
    return generation, "log" if is_damaged else None


def _log_is_foreign(log: Path) -> bool:
    """Whether there is a log that does not begin as one."""
    if not log.is_file():
        return False
    with log.open("rb") as beginning:
        found = beginning.read(len(_LOG_BEGINS))
    return len(found) == len(_LOG_BEGINS) and found != _LOG_BEGINS


def set_aside(settings: Settings) -> Path:
    """Moves warehouse and log into a folder of their own and returns it."""
    folder = settings.set_aside / f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True)
    for path in (settings.warehouse, *sorted(settings.home.glob(f"{settings.warehouse.name}.*"))):
        if path.is_file():
            path.replace(folder / path.name)
    logger.error("the damaged warehouse was set aside in %s", folder)
    return folder


def damaged_error(settings: Settings, damage: Damage, where: Path) -> VerificationError:
    """What to say of a damaged warehouse: what it is, where it is now, and what the last good backup would lack."""
    found = {
        "log": "the write-ahead log cannot be replayed: what was committed last, before a process was killed, cannot be read",
        "file": "the warehouse file is damaged",
    }
    return _error(settings, found[damage], "a warehouse that DuckDB can read", where)


def require_not_lost(settings: Settings) -> None:
    """A home that has worked before and has no warehouse has lost it: a new one would forget every decision without a word.

    Raises:
        VerificationError: with the traces that were found, and what the last good backup would lack.
    """
    traces = [
        path.name for path in (settings.models, settings.backups, settings.set_aside) if path.is_dir() and any(path.iterdir())
    ]
    traces += [path.name for path in (settings.snapshot, settings.home / SEEN_FILE) if path.exists()]
    if traces:
        expected = f"the file, since this home has {', '.join(traces)} already; to start anew, take another home"
        raise _error(settings, "the warehouse is gone", expected, settings.warehouse)


def warehouse_exists(settings: Settings) -> bool:
    """Whether the home has a warehouse. Raises VerificationError where it had one and has lost it."""
    if settings.warehouse.exists():
        return True
    require_not_lost(settings)
    return False


def days_since(settings: Settings, manifest: BackupManifest) -> list[date]:
    """Business dates that the landing place or the published snapshot know and the backup does not."""
    known = {*ready_folders(settings.landing), *_published_days(settings)}
    return sorted(known - {*manifest.received_on, *manifest.decided_on} | _undecided_there(settings, manifest))


def _undecided_there(settings: Settings, manifest: BackupManifest) -> set[date]:
    """Business dates that were decided and published after the backup, though it has their deliveries."""
    return set(_published_days(settings, only_decided=True)) - set(manifest.decided_on)


def _published_days(settings: Settings, *, only_decided: bool = False) -> list[date]:
    """From the snapshot; none where there is none that can be read."""
    try:
        connection = open_published(settings)
    except (duckdb.Error, UsageError):
        return []
    try:
        rows = connection.execute(sql("backup/published_days")).fetchall()
    except duckdb.Error:
        return []
    finally:
        connection.close()
    return [day for day, is_decided in rows if is_decided or not only_decided]


def _listed(days: list[date]) -> str:
    shown = ", ".join(str(day) for day in days[:_SHOWN_DAYS])
    return shown if len(days) <= _SHOWN_DAYS else f"{shown} and {len(days) - _SHOWN_DAYS} more"


def _lacking(settings: Settings, backup: Backup) -> str:
    try:
        days = days_since(settings, backup.manifest)
    except ResourceError:
        return "what came after it cannot be told, for the landing place cannot be read"
    since = f"and every act since {backup.manifest.made_at} UTC (promotions, policies, acknowledgements, drift runs)"
    return f"it lacks the business dates {_listed(days)}, {since}" if days else f"it lacks no business date; check {since[4:]}"


def _error(settings: Settings, found: str, expected: str, where: Path) -> VerificationError:
    backup = newest_whole_backup(settings)
    if backup is None:
        remedy = (
            "there is no whole backup in this home: look for one elsewhere, or start a new home (LOANWATCH_HOME) and deliver "
            "landing/ to it again; the damaged files were kept, nothing was deleted"
        )
    else:
        remedy = (
            f"loanwatch restore {backup.manifest.name} --into NEW_HOME; {_lacking(settings, backup)}; "
            "nights that are run again from the same deliveries decide the same"
        )
    return VerificationError(found, expected=expected, where=str(where), remedy=remedy)
