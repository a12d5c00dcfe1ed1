"""Whose data were erased."""

from __future__ import annotations

from collections.abc import Iterable

from warehouse.connection import Connection


def erased_among(connection: Connection, application_ids: Iterable[int]) -> set[int]:
    """Those of the applicants whose personal data were erased; nothing of theirs can be recomputed."""
    known = connection.execute(
        "SELECT count(*) FROM duckdb_columns() "
        "WHERE schema_name = 'ops' AND table_name = 'erasures_v1' AND column_name = 'application_id'"
    ).fetchone()
    if known is None or known[0] == 0:
        return set()
    asked = sorted(set(application_ids))
    rows = connection.execute(
        "SELECT DISTINCT application_id FROM ops.erasures_v1 WHERE list_contains($asked, application_id)", {"asked": asked}
    ).fetchall()
    return {row[0] for row in rows}
