"""What ingest writes: accepted rows, quarantine, duplicates, withdrawals and the ledger of one delivery, under its own key.

Nothing here opens a transaction: `tasks.ingest` wraps one delivery in one, so that it is written whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import polars as pl

from schemas.errors import DeliveryRefusedError, UsageError
from schemas.references import FileCounts
from schemas.settings import ROW_GROUP_ROWS
from schemas.tables import DELIVERED_TABLES
from warehouse.clock import now
from warehouse.connection import Connection
from warehouse.credit_owners import credit_owners
from warehouse.deliveries.chunks import APPLICANT
from warehouse.deliveries.folders import Delivery, TableFile
from warehouse.erasing import quarantine_as_erased
from warehouse.frames import shown
from warehouse.sql_files import sql
from warehouse.threads import at_most_threads

#: Rows of a chunk from which several threads write it together: each writes whole row groups, and few are left unfilled.
_TOGETHER_FROM = 3 * ROW_GROUP_ROWS
#: The last version of a day is never taken in: it holds the refusal of whatever is delivered past the others, so that the
#: ledger knows that content again, and one day cannot fill it.
LAST_DAY_VERSION = 99

DUPLICATE_SCHEMA = {
    "application_id": pl.Int64,
    "row_number": pl.Int64,
    "duplicate_of_batch_id": pl.Int64,
    "duplicate_of_row_number": pl.Int64,
}


@dataclass(frozen=True)
class DayVersion:
    """The latest delivery of a day."""

    day_version: int
    content_sha256: str


def make_batch_id(received_on: date, day_version: int) -> int:
    """yyyymmddvv."""
    return int(f"{received_on:%Y%m%d}") * 100 + day_version


def latest_versions(connection: Connection) -> dict[date, DayVersion]:
    """The latest delivery of each day that was taken in or refused."""
    rows = connection.execute(sql("ingest/latest_versions")).fetchall()
    return {day: DayVersion(version, sha256) for day, version, sha256 in rows}


def home_source(connection: Connection) -> str | None:
    """`simulated` or `real`; None while nothing was taken in."""
    found = connection.execute(sql("ingest/read_home")).fetchone()
    return None if found is None else str(found[0])


def check_home(connection: Connection, delivery: Delivery) -> None:
    """A home holds one kind of rows.

    Raises:
        UsageError: the delivery brings the other kind.
    """
    held = home_source(connection)
    if held is not None and held != delivery.source:
        raise UsageError(
            f"this home holds {held} rows, and the delivery of {delivery.received_on} brings {delivery.source} ones",
            expected=f"{held} rows only",
            where=str(delivery.folder),
            remedy="take it into another home (LOANWATCH_HOME), or take the folder out of the landing place",
        )


def for_table(name: str, table: str) -> str:
    """A statement on raw.application_v1, on the raw table of another delivered file instead; names of the closed list only."""
    if table not in DELIVERED_TABLES:
        raise ValueError(f"no delivered table: {table!r}")
    return sql(name).replace("raw.application_v1", f"raw.{table}_v1")


def in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows by applicant, and those of one as they came."""
    return rows.sort(APPLICANT, maintain_order=True)


class BatchWriter:
    """Writes one delivery, as the next version of its day. The caller holds the transaction."""

    def __init__(self, connection: Connection, delivery: Delivery) -> None:
        known = latest_versions(connection).get(delivery.received_on)
        self.connection, self.delivery = connection, delivery
        self.day_version = min(known.day_version + 1, LAST_DAY_VERSION) if known else 1
        self.batch_id = make_batch_id(delivery.received_on, self.day_version)

    def check_version(self) -> None:
        """Raises DeliveryRefusedError, `too_many_versions`, where the day was delivered too often."""
        if self.day_version == LAST_DAY_VERSION:
            raise DeliveryRefusedError(
                "too_many_versions",
                f"{self.delivery.received_on} was delivered {LAST_DAY_VERSION - 1} times before, and is changed again",
                expected=f"at most {LAST_DAY_VERSION - 1} versions of a day",
                where=str(self.delivery.folder),
                remedy="deliver the rows under a later business date",
            )

    def _run(self, statement: str, frames: dict[str, pl.DataFrame], batch_rows: int | None = None, **params: object) -> None:
        with shown(self.connection, frames, batch_rows):
            self.connection.execute(statement, {"batch_id": self.batch_id, **params})

    def _frame(self, name: str, **params: object) -> pl.DataFrame:
        return self.connection.execute(sql(name), {"batch_id": self.batch_id, **params}).pl()

    def _number(self, name: str, **params: object) -> int:
        found = self.connection.execute(sql(name), {"batch_id": self.batch_id, **params}).fetchone()
        return 0 if found is None else int(found[0])

    @contextmanager
    def ordering(self, table: str) -> Iterator[Callable[[pl.DataFrame], pl.DataFrame]]:
        """What makes accepted rows of a table ready to be added, in a thread of its own if need be.

        A chunk is stored in the order of applicants: a night, a training or a look at one person then reads the blocks that hold
        them, and not a whole table in which everybody is everywhere. Monthly balances are given their applicant first.
        """
        if table == "bureau_balance":
            with credit_owners(self.connection, self.batch_id) as owners:
                yield lambda rows: in_order(owners.named(rows))
        else:
            yield in_order

    def add_rows(self, table: str, rows: pl.DataFrame) -> None:
        """Accepted rows: `row_number` and the table's columns, as `ordering` made them."""
        if rows.is_empty():
            return
        statement, origin = for_table("ingest/insert_rows", table), self.delivery.origin
        if rows.height < _TOGETHER_FROM:
            # Several threads would each build a table of their own first and leave row groups unfilled: twice the processor's
            # time and a file twice as large for applications, which come 50,000 at a time.
            with at_most_threads(self.connection, 1):
                self._run(statement, {"chunk": rows}, origin=origin)
        else:  # each of several threads writes row groups of its own
            self._run(statement, {"chunk": rows}, ROW_GROUP_ROWS, origin=origin)

    def add_bad_rows(self, source_file: str, failures: pl.DataFrame, rejected: pl.DataFrame) -> None:
        """`failures`: row_number, application_id, rule, column_name. `rejected`: row_number, application_id, original_text."""
        if rejected.is_empty():
            return
        self._run(sql("ingest/insert_quarantine"), {"failures": failures}, source_file=source_file)
        self._run(sql("ingest/insert_rejected"), {"rejected": rejected}, source_file=source_file)

    def find_repeats(self, source_file: str) -> pl.DataFrame:
        """application_id, row_number, n_different of the applicants that stand more than once in the application file."""
        return self._frame("ingest/find_repeats", source_file=source_file)

    def find_outcome_conflicts(self) -> pl.DataFrame:
        """application_id, row_number of the outcomes of this delivery that contradict each other."""
        return self._frame("ingest/find_outcome_conflicts")

    def find_unchanged(self) -> pl.DataFrame:
        """Rows that equal the live row of their day, as DUPLICATE_SCHEMA."""
        first = make_batch_id(self.delivery.received_on, 1)
        return self._frame("ingest/find_unchanged", first_batch_id=first).cast(DUPLICATE_SCHEMA)  # type: ignore[arg-type]

    def suppress_erased(self, file: TableFile) -> tuple[int, int]:
        """Takes out what would bring erased people back: rows so far accepted, and bad ones; how many of each.

        One line each in quarantine says `erased`, without key or text.
        """
        on = self.delivery.received_on
        accepted = self._run_on(file.table, "ingest/find_erased", received_on=on)
        if file.table == "bureau_balance":
            orphans = self._frame("ingest/find_erased_orphans", received_on=on)
            accepted = pl.concat([accepted, orphans]).unique().sort("row_number")
        kind = "credit" if file.table == "bureau_balance" else "applicant"
        bad = self._frame("ingest/find_erased_bad", source_file=file.name, kind=kind, received_on=on)
        self.remove_rows(file.table, accepted["row_number"])
        batch, source = pl.lit(self.batch_id, pl.Int32).alias("batch_id"), pl.lit(file.name).alias("source_file")
        quarantine_as_erased(self.connection, pl.concat([accepted, bad]).select(batch, source, "row_number"))
        return accepted.height, bad.height

    def _run_on(self, table: str, name: str, **params: object) -> pl.DataFrame:
        statement = for_table(name, table)
        return self.connection.execute(statement, {"batch_id": self.batch_id, **params}).pl()

    def remove_rows(self, table: str, row_numbers: pl.Series) -> None:
        """Takes rows of this delivery out of the accepted ones again."""
        if len(row_numbers):
            self._run(for_table("ingest/remove_rows", table), {"removed": row_numbers.to_frame("row_number")})

    def add_duplicates(self, duplicates: pl.DataFrame) -> None:
        """Rows as DUPLICATE_SCHEMA."""
        if not duplicates.is_empty():
            self._run(sql("ingest/insert_duplicates"), {"duplicates": duplicates})

    def withdraw_absent(self, source_file: str) -> int:
        """Withdraws the day's versions whose applicant this delivery does not hold, and says how many."""
        first = make_batch_id(self.delivery.received_on, 1)
        params = {"batch_id": self.batch_id, "first_batch_id": first, "source_file": source_file, "at": now()}
        found = self.connection.execute(sql("ingest/insert_withdrawals"), params).fetchone()
        return 0 if found is None else int(found[0])

    def count_orphans(self) -> int:
        """Rows of bureau_balance of this delivery that belong to no bureau row."""
        return self._number("ingest/count_orphans")

    def count_bad(self, source_file: str) -> int:
        """Rows of a file of this delivery in quarantine."""
        return self._number("ingest/count_quarantined", source_file=source_file)

    def count_nameless(self, source_file: str) -> int:
        """Rows of a file of this delivery in quarantine of which nobody knows whose they are."""
        return self._number("ingest/count_nameless", source_file=source_file)

    def undo_accepted(self) -> None:
        """Nothing of a refused delivery stays but its ledger and its quarantine."""
        for table in sorted({file.table for file in self.delivery.files}):
            self._run(for_table("ingest/delete_rows", table), {})
        self._run(sql("ingest/delete_duplicates"), {})

    def undo_bad_rows(self, source_file: str) -> None:
        """Forgets the quarantine of a file that turned out to be unreadable: nothing of it was received."""
        self._run(sql("ingest/delete_quarantine"), {}, source_file=source_file)
        self._run(sql("ingest/delete_rejected"), {}, source_file=source_file)

    def write_ledger(self, counts: dict[str, FileCounts], n_received: int, refused_because: str | None) -> None:
        """The delivery and its files (counts by file name) into the ledger, in place of what it says under this key."""
        self._run(sql("ingest/delete_batch"), {})
        self._run(sql("ingest/delete_batch_files"), {})
        for file in self.delivery.files:
            self._write_file(file, counts.get(file.name, FileCounts()))
        self._run(
            sql("ingest/insert_batch"),
            {},
            received_on=self.delivery.received_on,
            day_version=self.day_version,
            content_sha256=self.delivery.content_sha256,
            origin=self.delivery.origin,
            is_refused=refused_because is not None,
            refused_because=refused_because,
            n_received=n_received,
            at=now(),
        )

    def _write_file(self, file: TableFile, counts: FileCounts) -> None:
        self._run(
            sql("ingest/insert_batch_file"),
            {},
            source_file=file.name,
            table_name=file.table,
            content_sha256=file.content_sha256,
            n_bytes=file.n_bytes,
            n_received=counts.n_received,
            n_accepted=counts.n_accepted,
            n_bad=counts.n_bad,
            n_duplicates=counts.n_duplicates,
            n_orphans=counts.n_orphans,
            extra_columns=list(counts.extra_columns),
        )

    def settle_home(self) -> None:
        """Records the kind of rows that this home holds, the first time."""
        if home_source(self.connection) is None:
            self.connection.execute(sql("ingest/insert_home"), {"source": self.delivery.source, "at": now()})


def settle_stripped(connection: Connection, before: Delivery, after: Delivery) -> None:
    """A folder whose rows of erased people were taken out is the delivery that it was. The caller holds the transaction.

    Where the ledger's newest version of the day is not what lay there, the folder is still to be taken in, and nothing is said.
    """
    values = {
        "received_on": before.received_on,
        "former_sha256": before.content_sha256,
        "content_sha256": after.content_sha256,
    }
    row = connection.execute(sql("erase/settle_delivery"), values).fetchone()
    if row is None:
        return
    for file in after.files:
        facts = {"source_file": file.name, "content_sha256": file.content_sha256, "n_bytes": file.n_bytes}
        connection.execute(sql("erase/settle_file"), {"batch_id": row[0], **facts})
