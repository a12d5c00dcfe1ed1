"""Fingerprints of decisions: one hash over everything stored about a decision, and one over each set that was written at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from schemas.audit import DecisionSet, Fingerprint
from warehouse.sql_files import sql

if TYPE_CHECKING:
    from warehouse.connection import Connection
from warehouse.frames import shown

_SCHEMA = pl.Schema({"batch_id": pl.Int32(), "decided_at": pl.Datetime("us"), "row_sha256": pl.String()})


def _live(
    connection: Connection, batch_id: int | None = None, decided_at: datetime | None = None, application_id: int | None = None
) -> pl.DataFrame:
    values = {"batch_id": batch_id, "decided_at": decided_at, "application_id": application_id}
    return connection.execute(sql("audit/fingerprints"), values).pl().cast(_SCHEMA)


def fingerprints_of(connection: Connection, application_id: int) -> list[Fingerprint]:
    """The fingerprints of every decision on one applicant, as the rows stand now."""
    return [Fingerprint(*row) for row in _live(connection, application_id=application_id).iter_rows()]


def _frame(fingerprints: Sequence[Fingerprint]) -> pl.DataFrame:
    rows = [(item.batch_id, item.decided_at, item.row_sha256) for item in fingerprints]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _sets(connection: Connection, live: pl.DataFrame, replaced: pl.DataFrame, retired: pl.DataFrame) -> list[DecisionSet]:
    frames = {"live_fingerprints": live, "replaced_fingerprints": replaced, "retired_fingerprints": retired}
    with shown(connection, frames):
        return [DecisionSet(*row) for row in connection.execute(sql("audit/sets")).fetchall()]


def set_just_written(connection: Connection, batch_id: int, decided_at: datetime) -> DecisionSet:
    """The set that the running transaction has written."""
    nothing = _frame([])
    (written,) = _sets(connection, _live(connection, batch_id, decided_at), nothing, nothing)
    return written


def stored_sets(
    connection: Connection, replaced: Sequence[Fingerprint] = (), retired: Sequence[Fingerprint] = ()
) -> tuple[list[DecisionSet], int]:
    """Every set as the tables hold it now, and how many of `replaced` are not among the rows.

    Args:
        connection: an open warehouse.
        replaced: rows as erasures left them, which do not count.
        retired: the same rows as they were before, which count in their place.
    """
    live, left = _live(connection), _frame(replaced)
    n_missing = left.join(live, on=list(_SCHEMA), how="anti").height
    return _sets(connection, live, left, _frame(retired)), n_missing
