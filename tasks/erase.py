"""Erasing a person: warehouse, landing, backups and snapshot, in steps that go on where they were stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from logging import getLogger

from schemas.errors import UsageError
from schemas.people import Erasure, ErasureRequest
from schemas.settings import Settings
from tasks.audit import keep_head
from tasks.landing import Found, newest_folder, search_landing, settle_landing, strip_landing
from tasks.night import hold_warehouse, publish, recorded_run
from tasks.progress import OnProgress
from tasks.shared_storage import discard_leftovers
from warehouse.backup_erasing import erase_in_backups
from warehouse.compaction import compact_warehouse
from warehouse.connection import open_warehouse, transaction
from warehouse.erasing import Erased, erase_people, newest_received_on
from warehouse.erasures import Unfinished, erased_among, finish_erasure, forget_credits, unfinished_erasures
from warehouse.people import expired_people
from warehouse.registry import newest_business_date

logger = getLogger(__name__)


def erase(settings: Settings, request: ErasureRequest, on_progress: OnProgress | None = None) -> Erasure:
    """Removes the personal data of these applicants everywhere in the home.

    The warehouse comes first, in one transaction with its entry in the audit: from then on no delivery up to that day brings
    them back. What follows may be stopped and is done when the same is asked again. A second time changes nothing.

    Raises:
        UsageError: nothing is held of them, and nothing ever was erased.
        ResourceError: no space or no permission.
        WarehouseBusyError: another process holds the warehouse.
    """
    ids = list(request.application_ids)
    with open_warehouse(settings) as connection:
        former = unfinished_erasures(connection, ids)
        is_known = erased_among(connection, ids) >= set(ids)
    found = _search(settings, request, [key for item in former for key in item.credits], on_progress)
    erased = _erase_in_warehouse(settings, request, found)
    if erased is not None and not former:
        found = _with_credits(settings, request, erased, found, on_progress)
    result = Erasure(erased.erasure_id if erased else None, erased.rows if erased else {}, notes=found.notes)
    if erased is None and not former and not found.files:
        if not is_known:
            raise _nothing_held(ids)
        return result
    _clean_files(settings, found, result)
    _clean_copies(settings, request, erased, former, result)
    return result


def _search(settings: Settings, request: ErasureRequest, known: Sequence[int], on_progress: OnProgress | None) -> Found:
    """Where retention ends a business date, what came later is another application of the same person."""
    until = request.through_on if request.kind == "retention" else None
    return search_landing(settings, request.application_ids, known, until=until, on_progress=on_progress)


def _erase_in_warehouse(settings: Settings, request: ErasureRequest, found: Found) -> Erased | None:
    newest = newest_folder(settings) if request.kind == "request" else request.through_on
    with open_warehouse(settings) as connection:
        discard_leftovers(settings)  # what a stopped night dealt out may hold anyone's rows
        return erase_people(connection, replace(request, through_on=newest), is_delivered=bool(found.files))


def _with_credits(
    settings: Settings, request: ErasureRequest, erased: Erased, found: Found, on_progress: OnProgress | None
) -> Found:
    """Credits that only the warehouse knew may stand in monthly balances of other folders."""
    in_landing = {key for _, keys in found.deliveries for key in keys.credits}
    if set(erased.credits) <= in_landing:
        return found
    return _search(settings, request, erased.credits, on_progress)


def _clean_files(settings: Settings, found: Found, result: Erasure) -> None:
    pairs = strip_landing(found)
    result.files = found.by_name(settings.landing)
    with open_warehouse(settings) as connection:
        settle_landing(connection, pairs)


def _clean_copies(
    settings: Settings, request: ErasureRequest, erased: Erased | None, former: list[Unfinished], result: Erasure
) -> None:
    """Blocks of the file that held them, backups, snapshot; then it is on record that all is done."""
    numbers = [item.erasure_id for item in former] + ([erased.erasure_id] if erased else [])
    with open_warehouse(settings) as connection, transaction(connection):
        for number in numbers:
            forget_credits(connection, number)
    if numbers:
        compact_warehouse(settings)
        result.backups, notes = erase_in_backups(settings, request)
        result.notes += notes
        result.is_published = _publish(settings)
        with open_warehouse(settings) as connection, transaction(connection):
            for number in numbers:
                finish_erasure(connection, number)
    if settings.set_aside.exists():
        result.notes.append(
            f"{settings.set_aside} holds damaged warehouses that cannot be cleaned: delete them when no longer needed"
        )
    keep_head(settings)


def _publish(settings: Settings) -> bool:
    """The snapshot anew, if there is one."""
    if not settings.snapshot.exists():
        return False
    with hold_warehouse(settings):
        with open_warehouse(settings) as connection:
            day = newest_business_date(connection)
        if day is None:
            return False
        with recorded_run(settings, "erase", day) as run:
            publish(settings, run.run_id, day)
    return True


def _nothing_held(ids: Sequence[int]) -> UsageError:
    return UsageError(
        f"nothing is held of application {ids[0]}" if len(ids) == 1 else "nothing is held of these applications",
        expected="the key of an applicant that a delivery brought",
        where="warehouse and landing",
        remedy="check the number; nothing was changed",
    )


def expired(settings: Settings) -> tuple[list[int], date]:
    """Applicants of whom nothing came in the last `retention_days` before the newest delivery, and that day.

    Raises:
        UsageError: no retention is set, or there is no delivery.
    """
    with open_warehouse(settings) as connection:
        newest = newest_received_on(connection)
        if settings.retention_days == 0 or newest is None:
            raise UsageError(
                "nothing expires" if newest else "there is no delivery yet",
                expected="LOANWATCH_RETENTION_DAYS, a number of days",
                where="the environment",
                remedy="set it, or name one person: loanwatch erase ID --by NAME --reason TEXT",
            )
        through_on = newest - timedelta(days=settings.retention_days)
        return expired_people(connection, through_on), through_on
