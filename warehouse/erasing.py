"""Taking people out of a warehouse, the home's own or that of a backup: one transaction, put on the audit's record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from schemas.people import ErasureRequest
from warehouse.audit import append_erasure
from warehouse.clock import now
from warehouse.connection import Connection, transaction
from warehouse.fingerprints import fingerprints_of
from warehouse.people import KEPT, RAW, REMOVED, count_held, feature_tables
from warehouse.pseudonyms import ensure_key, new_surrogates
from warehouse.sql_files import sql

_PEOPLE, _CREDITS, _ROWS = "erased_people", "erased_credits", "erased_rows"
_ROW_SCHEMA = {"batch_id": pl.Int32, "source_file": pl.String, "row_number": pl.Int64}
_KEEPING = {
    "score.decisions_v1": "erase/rekey_decisions",
    "score.reasons_v1": "erase/rekey_reasons",
    "score.quality_v1": "erase/rekey_quality",
}


@dataclass(frozen=True)
class Erased:
    """What was done in one warehouse: number of the erasure, rows by table, and what the same in a backup needs to know."""

    erasure_id: int
    rows: dict[str, int]
    credits: tuple[int, ...]
    key_hex: str


@contextmanager
def _registered(connection: Connection, frames: dict[str, pl.DataFrame]) -> Iterator[None]:
    for name, frame in frames.items():
        connection.register(name, frame)
    try:
        yield
    finally:
        for name in frames:
            connection.unregister(name)


def _people(application_ids: tuple[int, ...]) -> pl.DataFrame:
    surrogates = new_surrogates(len(application_ids))
    return pl.DataFrame(
        {"application_id": application_ids, "surrogate": surrogates}, schema={"application_id": pl.Int64, "surrogate": pl.Int64}
    )


def newest_received_on(connection: Connection) -> date | None:
    """The business date of the newest delivery; None before the first."""
    row = connection.execute(sql("erase/newest_received")).fetchone()
    return row[0] if row else None


def _through(connection: Connection, request: ErasureRequest) -> date:
    """Up to which business date deliveries are kept from bringing the person back.

    What a person has asked for holds for all that was delivered so far; retention ends on its own date.
    """
    newest = newest_received_on(connection) if request.kind == "request" else None
    return max((day for day in (newest, request.through_on) if day is not None), default=date.min)


def erase_people(
    connection: Connection, request: ErasureRequest, *, is_delivered: bool = False, key_hex: str | None = None
) -> Erased | None:
    """Removes what is held of these people and keeps what audit and counts need, about nobody; None where nothing is held.

    Raw rows, features, hold-out scores and texts of bad rows go. Decisions, reasons and quality records stay under a negative
    number drawn by chance, without hash of features, weights and columns. Rows without a decision count as quarantined by the
    rule `erased`, so that the books of every delivery balance.

    Args:
        connection: an open warehouse, no transaction begun.
        request: who, why and on whose word.
        is_delivered: landing holds rows of theirs that were not taken in yet: they are kept out even if nothing is held.
        key_hex: the secret of the home, for a backup that has none yet.
    """
    people = _people(request.application_ids)
    with _registered(connection, {_PEOPLE: people}), transaction(connection):
        found = tuple(row[0] for row in connection.execute(sql("erase/credits")).fetchall())
        frame = pl.DataFrame({"credit_id": found}, schema={"credit_id": pl.Int64})
        with _registered(connection, {_CREDITS: frame}):
            bad = connection.execute(sql("erase/bad_rows")).pl()
            held = count_held(connection, list(request.application_ids))
            if not held and bad.is_empty() and not is_delivered:
                return None
            key = ensure_key(connection, key_hex)
            erasure_id = _record(connection, request, found)
            before = _fingerprints(connection, people["application_id"])
            _remove(connection, bad)
            after = _fingerprints(connection, people["surrogate"])
            rows = held | ({"core.rejected_rows_v1": bad.height} if bad.height else {})
            detail = {"erasure_id": erasure_id, "kind": request.kind, "reason": request.reason, "n_people": people.height}
            append_erasure(connection, request.requested_by, f"erasure {erasure_id}", {**detail, "removed": rows}, before, after)
    return Erased(erasure_id, rows, found, key)


def _fingerprints(connection: Connection, keys: pl.Series) -> list[Any]:
    return [fingerprint for key in keys for fingerprint in fingerprints_of(connection, key)]


def _record(connection: Connection, request: ErasureRequest, found: tuple[int, ...]) -> int:
    """The erasure and what it keeps from coming back, on record."""
    values = {
        "kind": request.kind,
        "requested_by": request.requested_by,
        "reason": request.reason,
        "n_people": len(request.application_ids),
        "credits": list(found),
        "at": now(),
    }
    row = connection.execute(sql("erase/insert_erasure"), values).fetchone()
    if row is None:
        raise AssertionError("the statement returns its number")
    through_on = _through(connection, request)
    for kind, ids in (("applicant", list(request.application_ids)), ("credit", list(found))):
        keys = {"erasure_id": row[0], "kind": kind, "ids": ids, "through_on": through_on}
        connection.execute(sql("erase/suppress"), keys)
    return int(row[0])


def _remove(connection: Connection, bad: pl.DataFrame) -> None:
    undecided = connection.execute(sql("erase/undecided")).pl()
    quarantine_as_erased(connection, pl.concat([bad.cast(_ROW_SCHEMA), undecided.cast(_ROW_SCHEMA)]))  # type: ignore[arg-type]
    for table in RAW:
        connection.execute(sql("erase/delete_rows").replace("raw.application_v1", table))
    connection.execute(sql("erase/delete_orphans"))
    for table in (*REMOVED, *feature_tables(connection)):
        connection.execute(sql("erase/delete_scores").replace("registry.holdout_scores_v1", table))
    for table in KEPT:
        connection.execute(sql(_KEEPING.get(table, "erase/rekey")).replace("core.duplicates_v1", table))


def quarantine_as_erased(connection: Connection, rows: pl.DataFrame) -> None:
    """Bad rows (batch_id, source_file, row_number) lose key, text and rules; one line each says `erased`."""
    with _registered(connection, {_ROWS: rows.unique()}):
        for name in ("delete_quarantine", "delete_rejected", "insert_quarantine"):
            connection.execute(sql(f"erase/{name}"))
