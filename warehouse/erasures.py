"""Whose data were erased."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.clock import now
from warehouse.sql_files import sql

if TYPE_CHECKING:
    from warehouse.connection import Connection


@dataclass(frozen=True)
class Unfinished:
    """An erasure that still has files to clean, and the keys of the credits it looks for in landing."""

    erasure_id: int
    credits: tuple[int, ...]


def _keeps_erasures(connection: Connection) -> bool:
    known = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'ops' AND table_name = 'suppressed_keys_v1'"
    ).fetchone()
    return known is not None and known[0] > 0


def has_erasures(connection: Connection) -> bool:
    """Whether anybody's data were ever erased here."""
    if not _keeps_erasures(connection):
        return False
    row = connection.execute("SELECT count(*) FROM ops.suppressed_keys_v1").fetchone()
    return row is not None and row[0] > 0


def erased_among(connection: Connection, application_ids: Iterable[int]) -> set[int]:
    """Those of the applicants whose personal data were erased, and every number that stands for one.

    An applicant who applies again later is named too: what was decided before is gone all the same.
    """
    asked = sorted(set(application_ids))
    standing_in = {number for number in asked if number < 0}
    if not has_erasures(connection):
        return standing_in
    rows = connection.execute(sql("erase/known"), {"application_ids": asked}).fetchall()
    return standing_in | {row[0] for row in rows}


def unfinished_erasures(connection: Connection, application_ids: list[int]) -> list[Unfinished]:
    """Erasures of these applicants that were stopped before their files were clean."""
    rows = connection.execute(sql("erase/unfinished"), {"application_ids": application_ids}).fetchall()
    return [Unfinished(erasure_id, tuple(pending or ())) for erasure_id, pending in rows]


def forget_credits(connection: Connection, erasure_id: int) -> None:
    """Landing is clean: the keys that were looked for there are not kept any longer."""
    connection.execute(sql("erase/forget_credits"), {"erasure_id": erasure_id})


def finish_erasure(connection: Connection, erasure_id: int) -> None:
    """Everything is clean."""
    connection.execute(sql("erase/finish"), {"erasure_id": erasure_id, "at": now()})
