"""Backups as steps: made by a command or after a night, and restored into a new home."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from logging import getLogger
from pathlib import Path

from schemas.backups import POLICY, BackupManifest
from schemas.errors import ResourceError, UsageError, VerificationError
from schemas.settings import Settings
from tasks.audit import keep_head
from warehouse.audit import append
from warehouse.backup_store import Backup, choose_backup, list_backups
from warehouse.backups import make_backup
from warehouse.connection import open_warehouse, transaction
from warehouse.damage import days_since, warehouse_exists
from warehouse.restore import restore_backup
from warehouse.runs import end_run, start_run

logger = getLogger(__name__)


@dataclass(frozen=True)
class NightBackup:
    """What became of the backup after a night: made, not needed or not wanted, or failed with a reason."""

    name: str = ""
    error: str = ""


@dataclass(frozen=True)
class RestoredHome:
    """A restored home, what it was restored from, the business dates that it lacks, and its policy file if one was named."""

    home: Path
    manifest: BackupManifest
    lacking: tuple[date, ...]
    policy_file: Path | None


def back_up(settings: Settings) -> Backup:
    """Makes a backup now.

    Raises:
        UsageError: the home has no warehouse yet.
        VerificationError: the home has lost its warehouse, or what was read back differs.
        ResourceError: no space or no permission.
    """
    if not warehouse_exists(settings):
        raise UsageError(
            "there is nothing to back up yet",
            expected="a home with a warehouse",
            where=str(settings.warehouse),
            remedy="name the home in LOANWATCH_HOME, or run `loanwatch nightly` first",
        )
    with open_warehouse(settings) as connection:
        made = make_backup(connection, settings, "command")
    if made is None:
        raise AssertionError("a backup that was asked for is made in any case")
    return made


def back_up_night(settings: Settings) -> NightBackup:
    """Makes the backup after a night where something has changed. A night that is decided stays so if its backup fails."""
    if settings.backups_kept == 0:
        return NightBackup()
    try:
        with open_warehouse(settings) as connection:
            made = make_backup(connection, settings, "night", only_if_changed=True)
    except (ResourceError, VerificationError, OSError) as error:
        told = (
            error.found if isinstance(error, ResourceError | VerificationError) else f"{type(error).__name__}: {error.strerror}"
        )
        logger.error("the night is done, its backup is not: %s", told)
        return NightBackup(error=told)
    return NightBackup(made.manifest.name if made else "")


def known_backups(settings: Settings) -> list[Backup]:
    """The backups of the home, oldest first."""
    return list_backups(settings)


def restore(settings: Settings, home: Path, *, name: str | None = None, until: date | None = None) -> RestoredHome:
    """Restores a backup into a new home and puts that on record there, after migrating it forward if it is older.

    Raises:
        UsageError: no such backup, or the place is taken.
        VerificationError: the backup is not whole.
        ResourceError: there is no space.
    """
    backup = choose_backup(settings, name, until)
    restored = restore_backup(settings, backup, home)
    as_of = backup.manifest.newest_on
    with open_warehouse(restored) as connection:
        if as_of is not None:
            run_id = start_run(connection, "restore", as_of)
            end_run(connection, run_id, "done", f"restored from backup {backup.manifest.name}")
        with transaction(connection):
            append(connection, "restore", "restore", backup.manifest.name, {"newest_on": as_of})
    keep_head(restored)
    lacking = tuple(days_since(settings, backup.manifest))
    policy = home / POLICY
    return RestoredHome(home, backup.manifest, lacking, policy if policy.is_file() else None)
