"""What requeue reads and writes beside an ordinary ingest. Callers hold the transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from schemas.errors import UsageError
from warehouse.clock import now
from warehouse.connection import Connection
from warehouse.ingest_store import for_table, make_batch_id
from warehouse.sql_files import sql


@dataclass(frozen=True)
class RejectedFrom:
    """A delivery whose rejected rows may come back; `later_batch_id` is a later one of its day that no requeue made."""

    batch_id: int
    received_on: date
    origin: str
    is_refused: bool
    refused_because: str | None
    later_batch_id: int | None


def rejected_from(connection: Connection, batch_id: int) -> RejectedFrom:
    """The delivery of that number. Raises UsageError if there is none."""
    row = connection.execute(sql("requeue/batch"), {"batch_id": batch_id}).fetchone()
    if row is None:
        raise UsageError(
            f"there is no delivery {batch_id}",
            expected="the batch_id of a delivery that was taken in or refused",
            where="ops.batches",
            remedy='list those with bad rows: loanwatch sql "from marts.quarantine select distinct batch_id"',
        )
    return RejectedFrom(batch_id, *row)


def outstanding_rows(connection: Connection, batch_id: int) -> pl.DataFrame:
    """Rejected rows that were not taken in again: source_file, table_name, content_sha256, row_number, application_id."""
    return connection.execute(sql("requeue/outstanding"), {"batch_id": batch_id}).pl()


def held_in_batch(connection: Connection, batch_id: int) -> list[int]:
    """Applicants of whom the delivery holds an application that passed."""
    return [key for (key,) in connection.execute(sql("requeue/held_in_batch"), {"batch_id": batch_id}).fetchall()]


def version_of_same_file(connection: Connection, batch_id: int, content_sha256: str) -> int | None:
    """The version that a repaired file of that content became for the delivery; None if it did not come yet."""
    values = {"batch_id": batch_id, "content_sha256": content_sha256}
    row = connection.execute(sql("requeue/same_file"), values).fetchone()
    return None if row is None else int(row[0])


def keys_of_version(connection: Connection, table: str, batch_id: int, source_file: str) -> pl.DataFrame:
    """row_number, application_id of every row of a repaired file as it was just taken in."""
    values = {"batch_id": batch_id, "source_file": source_file}
    return connection.execute(for_table("requeue/keys_of_version", table), values).pl()


def carry_rows(connection: Connection, table: str, received_on: date, batch_id: int) -> None:
    """Takes the other rows of the day along, of each applicant of whom the version holds a row in a history."""
    statement = for_table("requeue/carry_rows", table)
    connection.execute(statement, {"batch_id": batch_id, "first_batch_id": make_batch_id(received_on, 1)})


def record_requeued(connection: Connection, batch_id: int, settled: pl.DataFrame, requeued_in: int) -> None:
    """Puts on record which rejected rows (source_file, row_number) came back in which version."""
    if settled.is_empty():
        return
    connection.register("settled", settled.select("source_file", "row_number"))
    values = {"batch_id": batch_id, "requeued_in_batch_id": requeued_in, "at": now()}
    connection.execute(sql("requeue/insert_requeued"), values)
    connection.unregister("settled")
