"""Everything held of one applicant."""

from __future__ import annotations

from schemas.errors import UsageError
from schemas.people import PersonRecord
from schemas.settings import Settings
from tasks.landing import search_landing
from tasks.progress import OnProgress
from warehouse.backup_store import list_backups
from warehouse.connection import open_warehouse
from warehouse.erasures import erased_among
from warehouse.people import read_person


def export_person(settings: Settings, application_id: int, on_progress: OnProgress | None = None) -> PersonRecord:
    """Rows of every table of the warehouse, and where copies of them lie. Reads only.

    Raises:
        UsageError: nothing is held of the applicant.
        WarehouseBusyError: another process writes for longer than `lock_wait_seconds`.
    """
    with open_warehouse(settings, read_only=True) as connection:
        tables = read_person(connection, application_id)
        is_erased = bool(erased_among(connection, [application_id]))
    known = [row["SK_ID_BUREAU"] for row in tables.get("raw.bureau_v1", [])]
    found = search_landing(settings, [application_id], known, on_progress=on_progress)
    if not tables and not found.files and not is_erased:
        raise UsageError(
            f"nothing is held of application {application_id}",
            expected="the key of an applicant that a delivery brought",
            where="warehouse and landing",
            remedy="check the number",
        )
    backups = [backup.manifest.name for backup in list_backups(settings)]
    return PersonRecord(application_id, tables, found.by_name(settings.landing), backups, is_erased)
