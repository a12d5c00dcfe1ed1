"""The backups of a home on disk: which there are, which are whole, and which are let go."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, datetime
from logging import getLogger
from pathlib import Path

from pydantic import ValidationError

from schemas.backups import MANIFEST, WAREHOUSE, BackupManifest
from schemas.errors import UsageError, VerificationError
from schemas.settings import Settings
from warehouse.file_copy import fsync, put_in_place, sha256_of

logger = getLogger(__name__)

#: Beside the newest ones, the last backup of each of this many months stays.
KEPT_MONTHS = 12

#: A folder of this name is not a backup yet, or not any more.
UNFINISHED = ".unfinished-"

#: In the folder of a backup while its warehouse and its manifest do not belong together.
_REWRITING = ".rewriting"


@dataclass(frozen=True)
class Backup:
    """A finished backup: its folder and what it says about itself."""

    folder: Path
    manifest: BackupManifest


def list_backups(settings: Settings) -> list[Backup]:
    """The finished backups of a home, oldest first; a folder whose manifest cannot be read is left out, with a warning."""
    found = []
    for folder in sorted(settings.backups.glob("*/")):
        if not folder.name.startswith("."):
            try:
                found.append(Backup(folder, read_manifest(folder)))
            except VerificationError as error:
                logger.warning("%s", error.found)
    return sorted(found, key=lambda backup: (backup.manifest.number, backup.manifest.name))


def read_manifest(folder: Path) -> BackupManifest:
    """The manifest of a backup. Raises VerificationError where there is none that can be read."""
    try:
        return BackupManifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError) as error:
        raise VerificationError(
            f"{folder.name} has no readable {MANIFEST}: {type(error).__name__}",
            expected="a folder that `loanwatch backup` has written",
            where=str(folder),
            remedy="take another backup; `loanwatch restore` without a name takes the newest that is whole",
        ) from None


def changed_files(backup: Backup) -> list[str]:
    """Files of a backup that are missing or no longer what they were, by name; none in one that is whole."""
    return [
        name
        for name, record in backup.manifest.files.items()
        if not (backup.folder / name).is_file() or sha256_of(backup.folder / name) != record.sha256
    ]


def may_be_rewritten(backup: Backup) -> bool:
    """Whether the backup is whole, but for a warehouse that was put in its place and not yet sealed."""
    changed = changed_files(backup)
    return not changed or (changed == [WAREHOUSE] and is_rewriting(backup))


def is_rewriting(backup: Backup) -> bool:
    """Whether its warehouse and its manifest do not belong together yet."""
    return (backup.folder / _REWRITING).exists()


def mark_rewriting(backup: Backup) -> None:
    """To be called before another warehouse is put in the place of its own; `reseal_backup` ends it."""
    (backup.folder / _REWRITING).touch()
    fsync(backup.folder)


def end_rewriting(backup: Backup) -> None:
    """Warehouse and manifest belong together again."""
    (backup.folder / _REWRITING).unlink(missing_ok=True)


def newest_whole_backup(settings: Settings) -> Backup | None:
    """The newest backup whose every file is what it was."""
    return next((backup for backup in reversed(list_backups(settings)) if not changed_files(backup)), None)


def choose_backup(settings: Settings, name: str | None, until: date | None) -> Backup:
    """The backup of that name, or the newest that has decided no business date after `until`, or the newest.

    Raises:
        UsageError: there is no such backup.
    """
    known = list_backups(settings)
    fitting = [
        backup
        for backup in known
        if (name is None or backup.manifest.name == name) and (until is None or (backup.manifest.newest_on or date.min) <= until)
    ]
    if not fitting:
        asked = f" named {name}" if name else f" of {until} or before" if until else ""
        raise UsageError(
            f"there is no backup{asked}",
            expected=", ".join(backup.manifest.name for backup in known[-5:]) or "a folder that `loanwatch backup` has written",
            where=str(settings.backups),
            remedy="name one of these, or another home in LOANWATCH_HOME",
        )
    return fitting[-1]


def free_name(settings: Settings, made_at: datetime) -> str:
    """The instant as a name, with a number where a backup of this second is there already."""
    stamp = f"{made_at:%Y%m%dT%H%M%SZ}"
    names = (stamp if n == 1 else f"{stamp}-{n}" for n in range(1, 10_000))
    return next(name for name in names if not (settings.backups / name).exists())


def write_manifest(folder: Path, manifest: BackupManifest) -> None:
    """Puts the manifest into the folder of a backup, in one step."""
    fresh = folder / f".{MANIFEST}.new"
    fresh.write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
    fsync(fresh)
    put_in_place(fresh, folder / MANIFEST)


def remove_unfinished(settings: Settings) -> None:
    """What a process that was killed has left; under the lock of the warehouse there is no other that still writes it."""
    for leftover in settings.backups.glob(f"{UNFINISHED}*"):
        shutil.rmtree(leftover, ignore_errors=True)  # its copying child may still be at work; then the next backup removes it


def kept_names(manifests: list[BackupManifest], n_newest: int, n_months: int = KEPT_MONTHS) -> set[str]:
    """Which backups stay: the newest ones, and the last of each of the newest months in which one was made."""
    ordered = sorted(manifests, key=lambda manifest: manifest.number)
    last_of_month = {f"{manifest.made_at:%Y-%m}": manifest.name for manifest in ordered}
    months = sorted(last_of_month)[-n_months:] if n_months else []
    newest = ordered[-n_newest:]
    return {manifest.name for manifest in newest} | {last_of_month[month] for month in months}


def rotate(settings: Settings) -> None:
    """Lets go of every backup that no rule keeps; where none are made by themselves, whoever asked for one keeps it."""
    if settings.backups_kept == 0:
        return
    backups = list_backups(settings)
    kept = kept_names([backup.manifest for backup in backups], settings.backups_kept)
    for backup in backups:
        if backup.manifest.name not in kept:
            gone = backup.folder.with_name(f"{UNFINISHED}{backup.folder.name}")
            backup.folder.replace(gone)  # no longer a backup before any of it is gone
            shutil.rmtree(gone)
