"""The files of one delivery: read in chunks, validated, sorted into accepted, bad and duplicate rows.

The caller holds the transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from datetime import date
from logging import getLogger

import polars as pl

from schemas.errors import DeliveryRefusedError
from schemas.policy import Policy
from schemas.references import FileCounts
from tasks.ahead import made_ahead
from tasks.bad_rows import BadRows
from tasks.core.repeats import duplicates_of, repeated_in_file
from tasks.core.validation import Screened, screen
from warehouse.deliveries.chunks import APPLICANT, ROW_NUMBER, Chunk, Header
from warehouse.deliveries.faults import refusing_faults
from warehouse.deliveries.folders import Delivery, TableFile, check_files
from warehouse.deliveries.reading import count_rows, original_texts, read_chunks, read_header
from warehouse.erasures import has_erasures
from warehouse.ingest_store import BatchWriter

logger = getLogger(__name__)

Report = Callable[[str, int], None]

#: Refusals of a file of which nothing was received.
_UNREAD = {"unreadable_file", "empty_file", "unpacks_too_large"}


def _read_headers(delivery: Delivery) -> dict[str, Header]:
    """The headers by file name; every file that cannot be taken in is named in the refusal."""
    headers: dict[str, Header] = {}
    refusals = []
    for file in delivery.files:
        try:
            headers[file.name] = read_header(file)
        except DeliveryRefusedError as refusal:
            refusals.append(refusal)
    if refusals:
        first = refusals[0]
        found = "; also ".join(refusal.found for refusal in refusals)
        raise DeliveryRefusedError(first.code, found, expected=first.expected, where=first.where, remedy=first.remedy)
    return headers


def _screened(file: TableFile, chunk: Chunk, received_on: date) -> Screened:
    with refusing_faults(file):
        return screen(file.table, chunk.frame, received_on)


def _ready_chunks(
    file: TableFile, header: Header, received_on: date, ordered: Callable[[pl.DataFrame], pl.DataFrame]
) -> Generator[tuple[Chunk, Screened], None, None]:
    for chunk in read_chunks(file, header):
        screened = _screened(file, chunk, received_on)
        yield chunk, replace(screened, good=ordered(screened.good))


def _take_in_rows(writer: BatchWriter, file: TableFile, header: Header, report: Report | None) -> FileCounts:
    n_received = n_accepted = 0
    bad_rows = BadRows(writer, file)
    # The next chunk is read, screened and brought into order while this one is written.
    with (
        writer.ordering(file.table) as ordered,
        closing(made_ahead(_ready_chunks(file, header, writer.delivery.received_on, ordered))) as chunks,
    ):
        for chunk, screened in chunks:
            writer.add_rows(file.table, screened.good)
            bad_rows.add(chunk, screened)
            n_received += chunk.n_rows
            n_accepted += screened.good.height
            if report:
                report(file.table, n_received)
    bad_rows.write()
    return FileCounts(n_received, n_accepted, n_received - n_accepted, extra_columns=header.extra_columns)


def _quarantine_conflicts(writer: BatchWriter, file: TableFile, header: Header, conflicts: pl.DataFrame) -> None:
    """Rows of one applicant that contradict each other: nobody knows which one counts, so none does."""
    if conflicts.is_empty():
        return
    texts = original_texts(file, header, set(conflicts[ROW_NUMBER].to_list()))
    text = pl.Series("original_text", [texts[number] for number in conflicts[ROW_NUMBER]], dtype=pl.String)
    rules = [pl.lit("conflicting_duplicate").alias("rule"), pl.lit(APPLICANT).alias("column_name")]
    rows = conflicts.select(ROW_NUMBER, "application_id")
    writer.add_bad_rows(file.name, rows.with_columns(rules), rows.with_columns(text))
    writer.remove_rows(file.table, conflicts[ROW_NUMBER])


def _settle_outcomes(writer: BatchWriter, file: TableFile, header: Header, counts: FileCounts) -> FileCounts:
    """Takes outcomes that contradict each other out of the accepted ones."""
    conflicts = writer.find_outcome_conflicts()
    _quarantine_conflicts(writer, file, header, conflicts)
    n = conflicts.height
    return replace(counts, n_accepted=counts.n_accepted - n, n_bad=counts.n_bad + n)


def settle_applications(writer: BatchWriter, file: TableFile, header: Header, counts: FileCounts) -> FileCounts:
    """Takes repeated and unchanged applications out of the accepted ones."""
    repeats = repeated_in_file(writer.find_repeats(file.name), writer.batch_id)
    _quarantine_conflicts(writer, file, header, repeats.conflicts)
    writer.remove_rows(file.table, repeats.copies[ROW_NUMBER])
    unchanged = writer.find_unchanged() if writer.day_version > 1 else repeats.copies.clear()
    writer.remove_rows(file.table, unchanged[ROW_NUMBER])
    duplicates = duplicates_of(repeats.copies, unchanged)
    writer.add_duplicates(duplicates)
    n_bad = counts.n_bad + repeats.conflicts.height
    n_accepted = counts.n_received - n_bad - duplicates.height
    return replace(counts, n_accepted=n_accepted, n_bad=n_bad, n_duplicates=duplicates.height)


def _check_bad_share(file: TableFile, counts: FileCounts, policy: Policy) -> None:
    """One bad row never stops a delivery; more of them than the policy allows do."""
    share = policy.validation.max_bad_share
    n_bad = counts.n_bad - counts.n_erased
    if n_bad > 1 and n_bad > share * counts.n_received:
        raise DeliveryRefusedError(
            "too_many_bad_rows",
            f"{n_bad} of {counts.n_received} rows of {file.name} are bad",
            expected=f"at most {share:.1%} (validation.max_bad_share of the policy)",
            where=str(file.path),
            remedy="see marts.quarantine for the rules that they broke, mend the source, and deliver the day again",
        )


def _without_erased(writer: BatchWriter, file: TableFile, counts: FileCounts) -> FileCounts:
    """Keeps out the rows of people whose data were erased; they count as bad, and against nobody."""
    n_accepted, n_bad = writer.suppress_erased(file)
    if n_accepted + n_bad:
        found = (
            "batch %d: %d row(s) of %s belong to erased people and are kept out; take them out of the file with `loanwatch erase`"
        )
        logger.warning(found, writer.batch_id, n_accepted + n_bad, file.name)
    return replace(
        counts, n_accepted=counts.n_accepted - n_accepted, n_bad=counts.n_bad + n_accepted, n_erased=n_accepted + n_bad
    )


def take_in_file(writer: BatchWriter, file: TableFile, header: Header, report: Report | None = None) -> FileCounts:
    """Writes the rows of one file, good and bad, and settles what contradicts or repeats itself."""
    counts = _take_in_rows(writer, file, header, report)
    if (
        has_erasures(writer.connection) and file.table != "bureau"
    ):  # until the monthly balances are read, bureau says whose they are
        counts = _without_erased(writer, file, counts)
    if file.table == "application":
        return settle_applications(writer, file, header, counts)
    if file.table == "bureau_balance":
        return replace(counts, n_orphans=writer.count_orphans())
    return _settle_outcomes(writer, file, header, counts) if file.table == "outcomes" else counts


def take_in_files(writer: BatchWriter, policy: Policy, report: Report | None) -> tuple[dict[str, FileCounts], int]:
    """Writes the rows of every file; counts by file name, and how many versions of the day were withdrawn.

    Raises:
        DeliveryRefusedError: the delivery as a whole cannot be taken in; what was written so far is to be undone.
    """
    writer.check_version()
    check_files(writer.delivery)
    headers = _read_headers(writer.delivery)
    counts: dict[str, FileCounts] = {}
    for file in writer.delivery.files:
        counts[file.name] = take_in_file(writer, file, headers[file.name], report)
        _check_bad_share(file, counts[file.name], policy)
    if has_erasures(writer.connection):
        counts |= {f.name: _without_erased(writer, f, counts[f.name]) for f in writer.delivery.files if f.table == "bureau"}
    return counts, _withdraw_absent(writer)


def _withdraw_absent(writer: BatchWriter) -> int:
    """A folder without an application file says nothing about applications; one with 0 rows withdraws them all."""
    names = [file.name for file in writer.delivery.files if file.table == "application"]
    if not names or writer.day_version == 1:
        return 0
    n_nameless = writer.count_nameless(names[0])
    if n_nameless:  # any applicant who is not there any more could be one of them
        found = "batch %d: nobody is withdrawn, for %d of %d bad rows of %s have no readable key"
        logger.warning(found, writer.batch_id, n_nameless, writer.count_bad(names[0]), names[0])
        return 0
    return writer.withdraw_absent(names[0])


def _rows_in(file: TableFile, refusal: DeliveryRefusedError) -> int:
    """Data rows of a file of a refused delivery; 0 where it cannot be read."""
    is_culprit = refusal.code in _UNREAD and refusal.where == str(file.path)
    if is_culprit or not file.content_sha256:
        return 0
    try:
        read_header(file)
    except DeliveryRefusedError as own:
        if own.code in _UNREAD:
            return 0
    try:
        return count_rows(file)
    except DeliveryRefusedError:
        return 0


def refuse_files(writer: BatchWriter, refusal: DeliveryRefusedError) -> dict[str, FileCounts]:
    """Undoes what was written of a refused delivery, except the quarantine of the files that can be read; counts by file name."""
    writer.undo_accepted()
    counts = {}
    for file in writer.delivery.files:
        n_received = _rows_in(file, refusal)
        if n_received == 0:
            writer.undo_bad_rows(file.name)
        elif has_erasures(writer.connection):
            writer.suppress_erased(file)
        counts[file.name] = FileCounts(n_received, n_bad=writer.count_bad(file.name))
    return counts


def count_applications(delivery: Delivery, counts: dict[str, FileCounts]) -> int:
    """Application rows in the delivery."""
    return sum(counts[file.name].n_received for file in delivery.files if file.table == "application")
