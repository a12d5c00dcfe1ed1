"""Backups: the warehouse with its models and its policy, copied whole under the lock, read back, and kept by rule."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import duckdb

from schemas.backups import CHANNELS, MODELS, POLICY, WAREHOUSE, BackupManifest, BackupReason, FileRecord, TableContent
from schemas.errors import VerificationError
from schemas.private import PRIVATE_FOLDER
from schemas.settings import Settings
from warehouse.backup_store import (
    UNFINISHED,
    Backup,
    end_rewriting,
    free_name,
    list_backups,
    remove_unfinished,
    rotate,
    write_manifest,
)
from warehouse.file_copy import copying_apart, fsync, put_in_place, require_space, sha256_of
from warehouse.opening import log_of, open_file
from warehouse.sql_files import sql
from warehouse.table_contents import BOOKKEEPING, table_contents, table_rows


def make_backup(
    connection: duckdb.DuckDBPyConnection, settings: Settings, reason: BackupReason, *, only_if_changed: bool = False
) -> Backup | None:
    """Copies warehouse, models and policy beside the others, verified by reading back, and lets go of what the rule lets go.

    Args:
        connection: an open warehouse, no transaction begun; nobody else can write meanwhile.
        only_if_changed: None is returned, and nothing is written, where nothing but the record of runs has changed.

    Raises:
        ResourceError: no space or no permission.
        VerificationError: what was read back is not what was copied.
    """
    known = list_backups(settings)
    if only_if_changed and known and _is_same(known[-1], connection, settings):
        return None
    settings.backups.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    remove_unfinished(settings)
    require_space(settings.backups, settings.warehouse.stat().st_size + _size_of(settings.models), "a backup")
    made_at = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
    name = free_name(settings, made_at)
    unfinished = settings.backups / f"{UNFINISHED}{name}-{os.getpid()}"
    unfinished.mkdir(mode=PRIVATE_FOLDER)
    _empty_log(connection, settings)
    with copying_apart(settings.warehouse, unfinished / WAREHOUSE) as flushed:  # while its bytes go to disk and are read back
        contents = _read_back(settings, unfinished / WAREHOUSE, table_rows(connection))
        beside = _copy_beside(settings, unfinished)
        files = {WAREHOUSE: FileRecord(sha256=flushed(), n_bytes=(unfinished / WAREHOUSE).stat().st_size), **beside}
    number = 1 + max((backup.manifest.number for backup in known), default=0)
    manifest = _manifest(connection, contents, files, reason=reason, name=name, number=number, made_at=made_at)
    write_manifest(unfinished, manifest)
    put_in_place(unfinished, settings.backups / name)
    rotate(settings)
    return Backup(settings.backups / name, manifest)


def reseal_backup(backup: Backup, settings: Settings) -> Backup:
    """Writes the manifest anew after its warehouse was changed on purpose, as an erasure or another key does."""
    connection = open_file(settings, backup.folder / WAREHOUSE, read_only=True)
    try:
        contents = table_contents(connection)
        rows = connection.execute("SELECT name FROM ops.migrations_v1 ORDER BY version").fetchall()
    finally:
        connection.close()
    files = {name: _record(backup.folder / name) for name in backup.manifest.files}
    changes = {"tables": contents, "files": files, "migrations": tuple(name for (name,) in rows)}
    manifest = backup.manifest.model_copy(update=changes)
    write_manifest(backup.folder, manifest)
    end_rewriting(backup)
    return Backup(backup.folder, manifest)


def _is_same(newest: Backup, connection: duckdb.DuckDBPyConnection, settings: Settings) -> bool:
    """Whether the newest backup holds all that the home holds, the record of runs apart, and is still there in full."""
    held, rows = newest.manifest.tables, table_rows(connection)
    if newest.manifest.duckdb_version != duckdb.__version__ or held.keys() != rows.keys():
        return False
    watched = rows.keys() - BOOKKEEPING
    if any(held[name].n_rows != rows[name] for name in watched):
        return False  # told by the number of rows alone, as after every night that has decided anybody
    now = table_contents(connection)
    if any(held[name] != now[name] for name in watched):
        return False
    expected = {name: _record(path) for name, path in _files_beside(settings)}
    is_there = all((newest.folder / name).is_file() for name in newest.manifest.files)
    return is_there and expected == {name: record for name, record in newest.manifest.files.items() if name != WAREHOUSE}


def _files_beside(settings: Settings) -> Iterator[tuple[str, Path]]:
    """What is backed up beside the warehouse: models, the policy file that is named, channels."""
    for path in sorted(settings.models.rglob("*")):
        inside = path.relative_to(settings.models)
        if path.is_file() and not path.is_symlink() and not inside.parts[0].startswith("."):
            yield f"{MODELS}/{inside.as_posix()}", path
    if settings.policy_file is not None and settings.policy_file.is_file():
        yield POLICY, settings.policy_file
    if (settings.home / CHANNELS).is_file():
        yield CHANNELS, settings.home / CHANNELS


def _empty_log(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Brings everything into the one file that is copied."""
    connection.execute("CHECKPOINT")
    log = log_of(settings.warehouse)
    if log.exists() and log.stat().st_size > 0:
        raise VerificationError("the log was not empty after a checkpoint", where=str(log), remedy="run the backup again")


def _copy_beside(settings: Settings, folder: Path) -> dict[str, FileRecord]:
    files = {}
    for name, path in _files_beside(settings):
        target = folder / name
        target.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        fsync(target)
        files[name] = _record(target)
    return files


def _read_back(settings: Settings, copy: Path, rows: dict[str, int]) -> dict[str, TableContent]:
    """What the tables of a copy hold. Its bytes are those of the warehouse; here DuckDB reads every value of them.

    Raises:
        VerificationError: the copy cannot be read, or a table does not have as many rows as in the warehouse.
    """
    try:
        with closing(open_file(settings, copy, read_only=True)) as copied:
            found = table_contents(copied)
    except duckdb.Error as error:
        raise _bad_copy(copy, f"the copy cannot be read back: {type(error).__name__}") from None
    held = {name: content.n_rows for name, content in found.items()}
    different = sorted(name for name in held.keys() | rows.keys() if held.get(name) != rows.get(name))
    if different:
        raise _bad_copy(copy, f"{len(different)} table(s) of the copy differ from the warehouse: {', '.join(different[:5])}")
    return found


def _bad_copy(copy: Path, found: str) -> VerificationError:
    """Not to be taken for damage of the warehouse, which is as it was."""
    remedy = "check the disk, then make the backup again; the warehouse and former backups were not touched"
    return VerificationError(found, where=str(copy), remedy=remedy)


def _manifest(
    connection: duckdb.DuckDBPyConnection,
    contents: dict[str, TableContent],
    files: dict[str, FileRecord],
    *,
    reason: BackupReason,
    name: str,
    number: int,
    made_at: datetime,
) -> BackupManifest:
    def read(statement: str, table: str) -> list[str]:
        """The first column, or nothing where the schema is older than the table."""
        return [row[0] for row in connection.execute(sql(statement)).fetchall()] if table in contents else []

    migrations = connection.execute("SELECT name FROM ops.migrations_v1 ORDER BY version").fetchall()
    return BackupManifest.model_validate(
        {
            "name": name,
            "number": number,
            "made_at": made_at,
            "reason": reason,
            "code_version": version("loanwatch"),
            "duckdb_version": duckdb.__version__,
            "received_on": read("backup/received_on", "ops.batches_v1"),
            "decided_on": read("backup/decided_on", "score.decisions_v1"),
            "migrations": [row[0] for row in migrations],
            "policy_sha256": next(iter(read("registry/newest_policy", "registry.policies_v1")), None),
            "audit_head": next(iter(read("backup/audit_head", "ops.audit_v1")), None),
            "tables": contents,
            "files": files,
        }
    )


def _record(path: Path) -> FileRecord:
    return FileRecord(sha256=sha256_of(path), n_bytes=path.stat().st_size)


def _size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
