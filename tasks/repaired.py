"""The rows of a requeue: rejected rows read again as they were delivered, or rows of a repaired file."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from schemas.errors import UsageError
from schemas.references import FileCounts
from tasks.core.validation import validate
from tasks.take_in import settle_applications, take_in_file
from warehouse.deliveries.chunks import APPLICANT, ROW_NUMBER
from warehouse.deliveries.folders import TableFile
from warehouse.deliveries.reading import read_chunks, read_header
from warehouse.ingest_store import BatchWriter
from warehouse.requeue_store import held_in_batch, keys_of_version

#: Tables of which one row per applicant counts: rows of one applicant have to agree.
_ONE_PER_APPLICANT = {"application", "outcomes"}

_SHOWN_KEYS = 5


@dataclass(frozen=True)
class TakenIn:
    """What became of one file, and which rejected rows are settled by it: source_file, row_number."""

    counts: FileCounts
    settled: pl.DataFrame


def _waiting_for(file: TableFile, outstanding: pl.DataFrame) -> pl.DataFrame:
    return outstanding.filter(pl.col("table_name") == file.table)


def _nothing(outstanding: pl.DataFrame) -> TakenIn:
    return TakenIn(FileCounts(), outstanding.clear().select("source_file", "row_number"))


def take_in_delivered(writer: BatchWriter, batch_id: int, file: TableFile, outstanding: pl.DataFrame) -> TakenIn:
    """The rejected rows of a delivered file that pass now; those that do not stay in quarantine where they are.

    Args:
        writer: writes the new version.
        batch_id: the delivery that brought the rows.
        file: the file as it was delivered.
        outstanding: rejected rows of the delivery, as `outstanding_rows` gives them.
    """
    waiting = outstanding.filter(pl.col("source_file") == file.name)
    header = read_header(file)
    numbers = waiting["row_number"].to_list()
    frames = [
        validate(file.table, rejected, writer.delivery.received_on).good
        for chunk in read_chunks(file, header)
        if (rejected := chunk.frame.filter(pl.col(ROW_NUMBER).is_in(numbers))).height
    ]
    good = pl.concat(frames) if frames else None
    if good is not None and file.table in _ONE_PER_APPLICANT:
        good = _without_contradiction(good, waiting, held_in_batch(writer.connection, batch_id))
    if good is None or good.is_empty():
        return _nothing(outstanding)
    with writer.ordering(file.table) as ordered:
        writer.add_rows(file.table, ordered(good))
    counts = FileCounts(good.height, good.height, extra_columns=header.extra_columns)
    if file.table == "application":
        counts = settle_applications(writer, file, header, counts)
    is_back = waiting["row_number"].is_in(good[ROW_NUMBER].to_list())
    return TakenIn(counts, waiting.filter(is_back).select("source_file", "row_number"))


def _without_contradiction(good: pl.DataFrame, waiting: pl.DataFrame, held: list[int]) -> pl.DataFrame:
    """Leaves out rows of applicants who stand in the delivery with another row: nobody knows which one counts."""
    still_bad = waiting.filter(~pl.col("row_number").is_in(good[ROW_NUMBER].to_list()))["application_id"]
    distinct = good.drop(ROW_NUMBER).unique()
    contradicting = distinct.filter(pl.col(APPLICANT).is_duplicated())[APPLICANT]
    unsettled = {*still_bad.drop_nulls().to_list(), *contradicting.to_list(), *held}
    return good.filter(~pl.col(APPLICANT).is_in(list(unsettled)))


def take_in_repaired(writer: BatchWriter, batch_id: int, file: TableFile, outstanding: pl.DataFrame) -> TakenIn:
    """The rows of a repaired file: good ones are accepted, bad ones are in quarantine under the new version.

    Raises:
        UsageError: the file holds rows that are not in quarantine; or none of its rows passes.
    """
    counts = take_in_file(writer, file, read_header(file))
    waiting = _waiting_for(file, outstanding)
    keys = keys_of_version(writer.connection, file.table, writer.batch_id, file.name)["application_id"].to_list()
    if file.table == "bureau_balance":  # its rows name credits, not applicants
        keys = [None] * len(keys)
    settled = _settled_by(file, keys, waiting, held_in_batch(writer.connection, batch_id))
    if counts.n_accepted + counts.n_duplicates == 0:
        raise UsageError(
            f"none of the {counts.n_received} rows of {file.name} passes",
            expected="rows that break no rule",
            where=str(file.path),
            remedy="marts.quarantine says which rules the delivered rows broke; nothing was changed",
        )
    return TakenIn(counts, settled.select("source_file", "row_number"))


def _settled_by(file: TableFile, keys: list[int | None], waiting: pl.DataFrame, held: list[int]) -> pl.DataFrame:
    """Which rejected rows a repaired file stands for: all those of its applicants.

    Of a rejected row without a readable key nobody knows whose it is, so rows of other applicants stand for all of these
    together or for none.
    """
    named = set(waiting["application_id"].drop_nulls().to_list())
    is_nameless = waiting["application_id"].is_null()
    others = [key for key in keys if key not in named]
    if len(others) not in {0, int(is_nameless.sum())} or (file.table in _ONE_PER_APPLICANT and set(others) & set(held)):
        shown = ", ".join(str(key) for key in others[:_SHOWN_KEYS] if key is not None) or "no key"
        raise UsageError(
            f"{len(others)} of {len(keys)} rows of {file.name} are of applicants who are not in quarantine ({shown}), "
            f"where {int(is_nameless.sum())} rejected rows have no readable key",
            expected="corrected rows of the quarantine and nothing else; those without a readable key all together",
            where=str(file.path),
            remedy="take the other rows out, or deliver the whole day again; nothing was changed",
        )
    is_back = waiting["application_id"].is_in([key for key in keys if key is not None])
    return waiting.filter(is_back | is_nameless if others else is_back)
