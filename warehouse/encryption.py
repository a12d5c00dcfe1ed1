"""Encrypting a home that is there already, or changing its key: each file is written anew and replaced in one step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb

from schemas.backups import WAREHOUSE
from schemas.errors import UsageError, VerificationError, WarehouseBusyError
from schemas.settings import Settings
from warehouse.backup_store import Backup, is_rewriting, list_backups, mark_rewriting, may_be_rewritten
from warehouse.backups import reseal_backup
from warehouse.compaction import write_anew
from warehouse.file_copy import put_in_place, require_space
from warehouse.opening import key_error, key_fault, open_file
from warehouse.upgrade import alone


def _has_key(settings: Settings, path: Path) -> bool:
    """Whether the file opens with the key of these settings (None: without one)."""
    try:
        open_file(settings, path, read_only=True).close()
    except duckdb.Error as error:
        if key_fault(error) is None:
            raise
        return False
    return True


@contextmanager
def _in_our_words(settings: Settings, path: Path) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        fault = key_fault(error)
        if fault is not None:
            raise key_error(settings, path, fault) from None
        if "Could not set lock" in str(error):
            remedy = "wait for that process to end, or stop it, and run the command again"
            raise WarehouseBusyError("the warehouse is held by another process", where=str(path), remedy=remedy) from None
        raise


def _write_with_key(
    settings: Settings, former: Settings, path: Path, before_replacing: Callable[[], None] = lambda: None
) -> bool:
    """Whether the file had to be written anew."""
    with _in_our_words(settings, path):
        if _has_key(settings, path):
            return False
    fresh = path.with_name(f".{path.name}.encrypting")
    fresh.unlink(missing_ok=True)
    require_space(path.parent, path.stat().st_size, "an encrypted copy")
    try:
        is_own = path == settings.warehouse
        with _in_our_words(former, path), closing(open_file(former, path, read_only=not is_own)) as connection:
            write_anew(connection, fresh, settings)
            fresh.chmod(path.stat().st_mode & 0o777)
            before_replacing()
            put_in_place(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    return True


def _encrypt_backup(settings: Settings, former: Settings, backup: Backup) -> bool:
    """Whether the backup was written anew, or its seal was still to be made."""
    is_written = _write_with_key(settings, former, backup.folder / WAREHOUSE, lambda: mark_rewriting(backup))
    if is_written or is_rewriting(backup):
        reseal_backup(backup, settings)
        return True
    return False


def _require_whole(backups: list[Backup]) -> None:
    """A new seal would hide that a backup was changed."""
    damaged = [backup.manifest.name for backup in backups if not may_be_rewritten(backup)]
    if damaged:
        raise VerificationError(
            f"{len(damaged)} backup(s) are not what they were: {', '.join(damaged)}",
            expected="every file as its manifest says",
            where=str(backups[0].folder.parent),
            remedy="delete these folders and run the command again; nothing was changed",
        )


def encrypt_home(settings: Settings, former_key: str | None) -> list[str]:
    """Warehouse, snapshot and backups under the key of the settings; the names of what was written anew. Twice changes nothing.

    Raises:
        UsageError: no key is set, or a file has another key than the former one.
        VerificationError: a backup is not whole.
        WarehouseBusyError: another process holds the warehouse.
        ResourceError: no space or no permission.
    """
    if settings.key is None:
        raise UsageError("no key is set", expected="LOANWATCH_KEY_FILE", where="the environment", remedy="name a key file in it")
    former = replace(settings, key=former_key)
    with alone(settings):
        backups = list_backups(settings)
        _require_whole(backups)
        own = [path for path in (settings.warehouse, settings.snapshot) if path.exists()]
        written = [str(path.relative_to(settings.home)) for path in own if _write_with_key(settings, former, path)]
        written += [f"backups/{backup.manifest.name}" for backup in backups if _encrypt_backup(settings, former, backup)]
    return written
