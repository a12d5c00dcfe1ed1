"""Ingest: what has arrived is read, validated and written, one delivery in one transaction, each exactly once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from logging import getLogger
from pathlib import Path
from typing import get_args

from schemas.errors import DeliveryRefusedError, RefusalCode, ResourceError, UsageError
from schemas.policy import Policy
from schemas.printable import name_list
from schemas.references import FileCounts, IngestResult
from schemas.settings import Settings
from tasks.take_in import count_applications, refuse_files, take_in_files
from warehouse.connection import Connection, transaction
from warehouse.deliveries.folders import Delivery, read_delivery, ready_folders
from warehouse.deliveries.seen import SeenFolders, folder_signature
from warehouse.ingest_store import BatchWriter, check_home, latest_versions

logger = getLogger(__name__)

#: Told after each chunk: the delivery, the table, and the rows of that file read so far.
Progress = Callable[[Delivery, str, int], None]


def _check_sources(connection: Connection, pending: list[Delivery]) -> None:
    """Before anything is taken in: all of it is of one kind, and of the home's."""
    for delivery in pending:
        check_home(connection, delivery)
    if len({delivery.source for delivery in pending}) > 1:
        raise UsageError(
            "the landing place holds simulated and real deliveries",
            expected="one kind of rows in a home",
            where=str(pending[0].folder.parent),
            remedy="keep the folders of one kind, and take the others into another home (LOANWATCH_HOME)",
        )


def _read_if_new(seen: SeenFolders, received_on: date, folder: Path, known: str | None) -> Delivery | None:
    """The delivery in a folder; None if it was seen with the content known, or if it is being changed right now."""
    try:
        signature = folder_signature(folder)
        if known is not None and seen.content_sha256(received_on, signature) == known:
            return None
        delivery = read_delivery(received_on, folder)
        is_settled = folder_signature(folder) == signature
    except FileNotFoundError:
        is_settled = False
    if not is_settled:
        logger.warning("%s is being changed while it is read; it is not ready, and is left to the next run", folder.name)
        return None
    seen.remember(received_on, signature, delivery.content_sha256)
    return replace(delivery, signature=signature)


def pending_deliveries(settings: Settings, connection: Connection, as_of: date | None) -> list[Delivery]:
    """Ready deliveries up to `as_of` (None: all) whose content is not that of the latest version of their day, in date order.

    Raises:
        ResourceError: a folder may not be read.
        UsageError: they would mix simulated and real rows in one home; then none is to be taken in.
    """
    known = {day: version.content_sha256 for day, version in latest_versions(connection).items()}
    seen = SeenFolders(settings.home)
    pending = []
    for received_on, folder in ready_folders(settings.landing).items():
        if as_of is None or received_on <= as_of:
            delivery = _read_if_new(seen, received_on, folder, known.get(received_on))
            if delivery is not None and delivery.content_sha256 != known.get(received_on):
                pending.append(delivery)
    seen.save()
    _check_sources(connection, pending)
    return pending


def _result(
    writer: BatchWriter, files: dict[str, FileCounts], n_received: int, n_withdrawn: int, because: str | None
) -> IngestResult:
    names = [file.name for file in writer.delivery.files if file.table == "application"]
    applications = files.get(names[0], FileCounts()) if names else FileCounts()
    return IngestResult(
        batch_id=writer.batch_id,
        received_on=writer.delivery.received_on,
        origin=writer.delivery.origin,
        files=files,
        n_received=n_received,
        n_accepted=applications.n_accepted,
        n_quarantined=applications.n_bad,
        n_duplicates=applications.n_duplicates,
        n_withdrawn=n_withdrawn,
        is_refused=because is not None,
        refused_because=because,
    )


def _write(writer: BatchWriter, policy: Policy, on_progress: Progress | None) -> IngestResult:
    because, n_withdrawn = None, 0
    report = (lambda table, n_rows: on_progress(writer.delivery, table, n_rows)) if on_progress else None
    try:
        files, n_withdrawn = take_in_files(writer, policy, report)
        writer.settle_home()
    except DeliveryRefusedError as refusal:
        because = f"{refusal.code}: {refusal.found}"
        files = refuse_files(writer, refusal)
    n_received = count_applications(writer.delivery, files)
    writer.write_ledger(files, n_received, because)
    return _result(writer, files, n_received, n_withdrawn, because)


class _ChangedError(Exception):
    """The folder is no longer what was hashed: what was read of it may be half of one file and half of another."""


def _require_untouched(delivery: Delivery) -> None:
    """To be asked after the last row was read, whatever came of it, and before it is committed."""
    try:
        if folder_signature(delivery.folder) == delivery.signature:
            return
    except FileNotFoundError:
        pass  # gone, with what was in it
    raise _ChangedError


def ingest_delivery(
    connection: Connection, delivery: Delivery, policy: Policy, on_progress: Progress | None = None
) -> IngestResult | None:
    """Takes in one delivery, or records why it is refused; one transaction.

    None, and nothing recorded, where the folder was changed between hashing and the last row: the ledger would keep a hash of
    something else than its rows, and never look again. The next run finds what is there then.

    Raises:
        UsageError: it would mix simulated and real rows in one home.
        ResourceError: a file is gone, or may not be read.
    """
    try:
        return _ingest(connection, delivery, policy, on_progress)
    except _ChangedError:
        logger.warning("%s was changed while it was read; nothing of it is kept, the next run reads it", delivery.folder.name)
        return None


def _ingest(connection: Connection, delivery: Delivery, policy: Policy, on_progress: Progress | None) -> IngestResult:
    check_home(connection, delivery)
    if delivery.left_aside:
        logger.warning("%s: left aside, no delivered tables: %s", delivery.received_on, name_list(delivery.left_aside))
    with transaction(connection):
        writer = BatchWriter(connection, delivery)
        result = _write(writer, policy, on_progress)
        _require_untouched(delivery)
    if result.is_refused:
        logger.error("batch %d refused: %s", result.batch_id, result.refused_because)
    else:
        logger.info("batch %d: %d received, %d accepted", result.batch_id, result.n_received, result.n_accepted)
    return result


def ingest_again(connection: Connection, delivery: Delivery, policy: Policy) -> IngestResult:
    """Takes in a delivery that was refused, as the next version of its day; refused again, it leaves nothing.

    Raises:
        DeliveryRefusedError: it cannot be taken in under this policy either.
        ResourceError: the folder was changed while it was read.
    """
    try:
        return _ingest_again(connection, delivery, policy)
    except _ChangedError:
        raise ResourceError(
            "the delivery was changed while it was read",
            expected="a ready folder that stays as it is",
            where=str(delivery.folder),
            remedy="run the command again once nobody writes there; nothing was changed",
        ) from None


def _ingest_again(connection: Connection, delivery: Delivery, policy: Policy) -> IngestResult:
    check_home(connection, delivery)
    with transaction(connection):
        result = _write(BatchWriter(connection, delivery), policy, None)
        _require_untouched(delivery)
        if result.refused_because is not None:
            raise DeliveryRefusedError(
                _code_of(result.refused_because),
                f"the delivery is refused again: {result.refused_because}",
                where=str(delivery.folder),
                remedy="mend the source and deliver the day again; nothing was changed",
            )
    return result


def _code_of(refused_because: str) -> RefusalCode:
    code = refused_because.partition(":")[0]
    return next(known for known in get_args(RefusalCode) if known == code)


def ingest_all(
    settings: Settings, connection: Connection, policy: Policy, as_of: date | None = None, on_progress: Progress | None = None
) -> list[IngestResult]:
    """Takes in every pending delivery up to `as_of`, in date order; one that is refused or changed meanwhile stops no other.

    Raises:
        UsageError: one of them would mix simulated and real rows; then none is taken in.
    """
    pending = pending_deliveries(settings, connection, as_of)
    results = (ingest_delivery(connection, delivery, policy, on_progress) for delivery in pending)
    return [result for result in results if result is not None]
