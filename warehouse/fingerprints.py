"""Fingerprints of decisions: one hash over everything stored about a decision, and one over each set that was written at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from schemas.audit import DecisionSet, Fingerprint
from warehouse.sql_files import sql

if TYPE_CHECKING:
    from warehouse.connection import Connection
from warehouse.frames import shown

_SCHEMA = pl.Schema({"batch_id": pl.Int32(), "decided_at": pl.Datetime("us"), "row_sha256": pl.String()})


#: Decisions whose fingerprints are worked out at once: some 3 KB of text each, which a list of them holds in memory.
_AT_ONCE = 50_000
_SET = ["batch_id", "decided_at"]


class _Sets(NamedTuple):
    """Sets of one delivery, those decided from one instant to another, both included."""

    batch_id: int
    decided_from: datetime
    decided_until: datetime


def _live(connection: Connection, sets: _Sets | None = None, application_id: int | None = None) -> pl.DataFrame:
    asked = dict.fromkeys(_Sets._fields) if sets is None else sets._asdict()
    values = {**asked, "application_id": application_id}
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
    (written,) = _sets(connection, _live(connection, _Sets(batch_id, decided_at, decided_at)), nothing, nothing)
    return written


def stored_sets(
    connection: Connection, replaced: Sequence[Fingerprint] = (), retired: Sequence[Fingerprint] = ()
) -> tuple[list[DecisionSet], int]:
    """Every set as the tables hold it now, in order, and how many of `replaced` are not among the rows.

    Some sets at a time: fingerprints of all decisions ever are more than memory holds.

    Args:
        connection: an open warehouse.
        replaced: rows as erasures left them, which do not count.
        retired: the same rows as they were before, which count in their place.
    """
    left, gone = _frame(replaced), _frame(retired)
    found, n_missing, known = [], 0, connection.execute(sql("audit/stored_sets")).pl().cast({"decided_at": pl.Datetime("us")})
    for sets in _groups(known):
        its = pl.col("batch_id").eq(sets.batch_id) & pl.col("decided_at").is_between(sets.decided_from, sets.decided_until)
        live, its_left = _live(connection, sets), left.filter(its)
        n_missing += its_left.join(live, on=list(_SCHEMA), how="anti").height
        found += _sets(connection, live, its_left, gone.filter(its))
    without = [frame.join(known, on=_SET, how="anti") for frame in (left, gone)]  # sets of which no decision is stored any more
    found += _sets(connection, _frame([]), *without)
    return sorted(found, key=lambda one: (one.batch_id, one.decided_at)), n_missing + without[0].height


def _groups(known: pl.DataFrame) -> Iterator[_Sets]:
    """The sets, neighbours of one delivery together until they are many decisions."""
    held: list[tuple[int, datetime, int]] = []
    for one in known.select(*_SET, "n_decisions").iter_rows():
        if held and (held[0][0] != one[0] or sum(n for _, _, n in held) >= _AT_ONCE):
            yield _Sets(held[0][0], held[0][1], held[-1][1])
            held = []
        held.append(one)
    if held:
        yield _Sets(held[0][0], held[0][1], held[-1][1])
