"""Taking people out of the backups of a home: each is migrated, cleaned and written anew beside its place, then resealed."""

from __future__ import annotations

from contextlib import closing
from logging import getLogger

from schemas.backups import WAREHOUSE
from schemas.people import ErasureRequest
from schemas.settings import Settings
from warehouse.backup_store import Backup, is_rewriting, list_backups, mark_rewriting, may_be_rewritten
from warehouse.backups import reseal_backup
from warehouse.compaction import write_anew
from warehouse.connection import open_warehouse, transaction
from warehouse.erasing import erase_people
from warehouse.erasures import finish_erasure
from warehouse.file_copy import copy_apart, put_in_place
from warehouse.migrations import migrate
from warehouse.opening import log_of, open_file
from warehouse.pseudonyms import ensure_key

logger = getLogger(__name__)


def erase_in_backups(settings: Settings, request: ErasureRequest) -> tuple[list[str], list[str]]:
    """Cleans every whole backup; names of those that were written anew, and notes on those that cannot be cleaned.

    A backup of an older schema is migrated forward by it: it could not keep the person out otherwise.
    """
    with open_warehouse(settings) as connection, transaction(connection):
        key = ensure_key(connection)
    cleaned, notes = [], []
    for backup in list_backups(settings):
        if not may_be_rewritten(backup):
            notes.append(f"backup {backup.manifest.name} is not whole and was not cleaned: delete {backup.folder}")
            continue
        if _clean(settings, backup, request, key) or is_rewriting(backup):
            reseal_backup(backup, settings)
            cleaned.append(backup.manifest.name)
    return cleaned, notes


def _clean(settings: Settings, backup: Backup, request: ErasureRequest, key: str) -> bool:
    """Whether the backup held anything of them; then it no longer does."""
    held, fresh = backup.folder / WAREHOUSE, backup.folder / f".{WAREHOUSE}.new"
    work = backup.folder / f".{WAREHOUSE}.work"
    try:
        copy_apart(held, work)
        with closing(open_file(settings, work, read_only=False)) as connection:
            migrate(connection)
            erased = erase_people(connection, request, key_hex=key)
            if erased is None:
                return False
            with transaction(connection):
                finish_erasure(connection, erased.erasure_id)
            write_anew(connection, fresh, settings)
        mark_rewriting(backup)
        put_in_place(fresh, held)
        return True
    finally:
        for leftover in (work, log_of(work), fresh):
            leftover.unlink(missing_ok=True)
