"""A backup put into a new place, verified on the way and by reading it there. What exists is never written over."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import duckdb

from schemas.backups import WAREHOUSE
from schemas.errors import UsageError, VerificationError
from schemas.private import PRIVATE_FOLDER
from schemas.settings import Settings
from warehouse.backup_store import Backup, changed_files
from warehouse.file_copy import fsync, put_in_place, require_space, sha256_of
from warehouse.opening import open_file
from warehouse.table_contents import table_contents


def _require_free(home: Path) -> None:
    if home.exists() and not (home.is_dir() and not any(home.iterdir())):
        raise UsageError(
            "the place exists already",
            expected="a folder that does not exist yet, or an empty one",
            where=str(home),
            remedy="name another one with --into: a restored home never replaces one that exists",
        )


def _require_whole(backup: Backup) -> None:
    changed = changed_files(backup)
    if changed:
        raise VerificationError(
            f"{len(changed)} file(s) of the backup are missing or were changed: {', '.join(changed[:5])}",
            expected="the files as its manifest describes them",
            where=str(backup.folder),
            remedy="restore an older backup: loanwatch restore NAME --into DIR; `loanwatch backup --list` shows them",
        )


def restore_backup(settings: Settings, backup: Backup, home: Path) -> Settings:
    """Copies the backup's files into the new home, which appears whole or not at all; returns the settings of that home.

    Landing, snapshot, reports and Prefect's history are no part of a backup.

    Raises:
        UsageError: the place is taken.
        VerificationError: a file of the backup was changed, or what was copied does not read as what was backed up.
        ResourceError: there is no space.
    """
    _require_free(home)
    _require_whole(backup)
    home.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    require_space(home.parent, sum(record.n_bytes for record in backup.manifest.files.values()), "the restored home")
    unfinished = home.with_name(f".{home.name}.restoring-{os.getpid()}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=PRIVATE_FOLDER)
    try:
        _copy(backup, unfinished)
        _require_same(settings, backup, unfinished / WAREHOUSE)
        put_in_place(unfinished, home)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return replace(settings, home=home)


def _copy(backup: Backup, folder: Path) -> None:
    for name, record in backup.manifest.files.items():
        target = folder / name
        target.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        shutil.copyfile(backup.folder / name, target)
        fsync(target)
        if sha256_of(target) != record.sha256:
            raise VerificationError(
                f"{name} was not copied as it is", where=str(target), remedy="check the disk and run it again"
            )


def _require_same(settings: Settings, backup: Backup, warehouse: Path) -> None:
    """Every value is read; rows are compared, and contents where the same version of DuckDB hashed them."""
    with closing(open_file(settings, warehouse, read_only=True)) as connection:
        found = table_contents(connection)
    held = backup.manifest.tables
    is_comparable = backup.manifest.duckdb_version == duckdb.__version__
    different = sorted(
        name
        for name in found.keys() | held.keys()
        if name not in found
        or name not in held
        or found[name].n_rows != held[name].n_rows
        or (is_comparable and found[name] != held[name])
    )
    if different:
        raise VerificationError(
            f"{len(different)} table(s) do not read as they were backed up: {', '.join(different[:5])}",
            where=str(backup.folder),
            remedy="restore an older backup with `loanwatch restore NAME --into DIR`",
        )
