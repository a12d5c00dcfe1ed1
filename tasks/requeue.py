"""Rejected rows that come back: read again under the present rules, or from a repaired file, as a version of their day.

The version holds the repaired rows only, says nothing about the other applicants of the day, and is known by the content that
the landing place holds, so that the next ingest has nothing to take in. Why so: docs/decisions/0007-requeue.md
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from schemas.errors import UsageError
from schemas.policy import load_policy
from schemas.settings import Settings
from schemas.tables import DELIVERED_TABLES
from tasks.ingest import ingest_again
from tasks.repaired import take_in_delivered, take_in_repaired
from warehouse.connection import Connection, open_warehouse, transaction
from warehouse.deliveries.folders import Delivery, TableFile, read_delivery, read_table_file, ready_folders
from warehouse.deliveries.seen import folder_signature
from warehouse.ingest_store import BatchWriter, home_source, latest_versions
from warehouse.registry import require_policy_in_force
from warehouse.requeue_store import (
    RejectedFrom,
    carry_rows,
    outstanding_rows,
    record_requeued,
    rejected_from,
    version_of_same_file,
)

#: Of these tables a repaired row stands for itself; of the others the applicant's rows of the day come along.
_ALONE = {"application", "outcomes"}


@dataclass(frozen=True)
class Requeued:
    """What a requeue did, in rows of all files. `requeued_in` is None where nothing was changed; `note` says why."""

    batch_id: int
    requeued_in: int | None = None
    n_outstanding: int = 0
    n_accepted: int = 0
    n_duplicates: int = 0
    n_bad: int = 0
    note: str = ""


def requeue(settings: Settings, batch_id: int, repaired: Path | None = None) -> Requeued:
    """Takes the rejected rows of a delivery in again, in one transaction. Run twice, it changes nothing the second time.

    Args:
        settings: the home.
        batch_id: the delivery that brought the rows.
        repaired: a file with the corrected rows and nothing else; without it, the rows are read again as they were delivered.

    Raises:
        UsageError: there is no such delivery; the file as delivered is gone; the repaired file holds others, or none that pass.
        DeliveryRefusedError: the delivery was refused as a whole, and is again; or its day has had too many versions.
    """
    with open_warehouse(settings) as connection:
        batch = rejected_from(connection, batch_id)
        if batch.is_refused:
            return _whole_again(settings, connection, batch, repaired)
        sha256 = read_table_file(repaired).content_sha256 if repaired else ""
        if sha256 and (known := version_of_same_file(connection, batch_id, sha256)):
            return Requeued(batch_id, note=f"that file was taken in before, as version {known}")
        outstanding = outstanding_rows(connection, batch_id)
        if outstanding.is_empty():
            return Requeued(batch_id, note="no row of it is left in quarantine")
        _require_newest(batch)
        with transaction(connection):
            return _rows_again(settings, connection, batch, outstanding, repaired)


def day_of(settings: Settings, batch_id: int) -> date:
    """The business date of a delivery. Raises UsageError if there is no such delivery."""
    with open_warehouse(settings) as connection:
        return rejected_from(connection, batch_id).received_on


def _require_newest(batch: RejectedFrom) -> None:
    if batch.later_batch_id is not None:
        raise UsageError(
            f"{batch.received_on} was delivered again after {batch.batch_id}: {batch.later_batch_id}",
            expected="the newest delivery of its day",
            where="ops.batches",
            remedy=f"loanwatch requeue --batch {batch.later_batch_id}, if rows are in quarantine there",
        )


def _rows_again(
    settings: Settings, connection: Connection, batch: RejectedFrom, outstanding: pl.DataFrame, repaired: Path | None
) -> Requeued:
    files = [_repaired_file(repaired, outstanding)] if repaired else _delivered_files(settings, batch, outstanding)
    writer = BatchWriter(connection, _version_of(settings, connection, batch, files))
    writer.check_version()
    take_in = take_in_repaired if repaired else take_in_delivered
    taken = {file.name: take_in(writer, batch.batch_id, file, outstanding) for file in files}
    settled = pl.concat([item.settled for item in taken.values()])
    if settled.is_empty():
        return Requeued(batch.batch_id, n_outstanding=outstanding.height, note="the rows break the rules still")
    counts = {name: item.counts for name, item in taken.items() if item.counts.n_received}
    writer.delivery = replace(writer.delivery, files=tuple(file for file in files if file.name in counts))
    for file in writer.delivery.files:
        if file.table not in _ALONE:
            carry_rows(connection, file.table, batch.received_on, writer.batch_id)
    n_received = sum(counts[file.name].n_received for file in writer.delivery.files if file.table == "application")
    writer.write_ledger(counts, n_received, None)
    record_requeued(connection, batch.batch_id, settled, writer.batch_id)
    return Requeued(
        batch.batch_id,
        writer.batch_id,
        outstanding.height - settled.height,
        sum(item.n_accepted for item in counts.values()),
        sum(item.n_duplicates for item in counts.values()),
        sum(item.n_bad for item in counts.values()),
    )


def _version_of(settings: Settings, connection: Connection, batch: RejectedFrom, files: list[TableFile]) -> Delivery:
    return Delivery(
        received_on=batch.received_on,
        folder=settings.landing / str(batch.received_on),
        is_history=batch.origin == "history",
        source=home_source(connection) or "",
        files=tuple(files),
        left_aside=(),
        content_sha256=latest_versions(connection)[batch.received_on].content_sha256,
    )


def _repaired_file(path: Path, outstanding: pl.DataFrame) -> TableFile:
    """The file with its table: the one it is named by, else the only one with rows in quarantine."""
    waiting = outstanding["table_name"].unique().sort().to_list()
    file = read_table_file(path)
    if file.table:
        return file
    if len(waiting) != 1:
        raise UsageError(
            f"rows of {len(waiting)} tables are in quarantine, and {path.name} names none",
            expected=f"a file named after one of {', '.join(waiting)}, as .parquet, .csv or .csv.gz",
            where=str(path),
            remedy="name the file after its table",
        )
    return read_table_file(path, waiting[0])


def _delivered_files(settings: Settings, batch: RejectedFrom, outstanding: pl.DataFrame) -> list[TableFile]:
    """The files that brought the rows, as they were delivered. Raises UsageError if one is gone or was changed."""
    folder = settings.landing / str(batch.received_on)
    found = []
    for name, table, content_sha256 in (
        outstanding.select("source_file", "table_name", "content_sha256").unique().sort(pl.all()).rows()
    ):
        path = folder / name
        file = read_table_file(path, table) if path.exists() else None
        if file is None or file.content_sha256 != content_sha256:
            raise UsageError(
                f"{name} of delivery {batch.batch_id} is {'gone' if file is None else 'not as it was delivered'}",
                expected="the file as it was delivered, to read its rejected rows again",
                where=str(path),
                remedy=f"write the corrected rows into a file: loanwatch requeue --batch {batch.batch_id} --file FIXED",
            )
        found.append(file)
    return sorted(found, key=lambda file: DELIVERED_TABLES.index(file.table))


def _whole_again(settings: Settings, connection: Connection, batch: RejectedFrom, repaired: Path | None) -> Requeued:
    """A delivery refused as a whole has no good rows to which bad ones could come back: all of it is taken in, or nothing."""
    if batch.later_batch_id is not None:
        return Requeued(batch.batch_id, note=f"its day was delivered again since, as {batch.later_batch_id}")
    folder = ready_folders(settings.landing).get(batch.received_on)
    if repaired or folder is None:
        raise UsageError(
            f"delivery {batch.batch_id} was refused as a whole: {batch.refused_because}",
            expected="the whole delivery, corrected",
            where=str(settings.landing / str(batch.received_on)),
            remedy="deliver the day again into that folder; the next night takes it in",
        )
    signature = folder_signature(folder)
    delivery = replace(read_delivery(batch.received_on, folder), signature=signature)
    if delivery.content_sha256 != latest_versions(connection)[batch.received_on].content_sha256:
        return Requeued(batch.batch_id, note="the day was delivered again and waits for the next night")
    policy = load_policy(settings.policy_file)
    with transaction(connection):
        require_policy_in_force(connection, policy)
    result = ingest_again(connection, delivery, policy)
    return Requeued(batch.batch_id, result.batch_id, 0, result.n_accepted, result.n_duplicates, result.n_quarantined)
