"""Where a warehouse holds something about an applicant. A table that is not named here fails a test."""

from __future__ import annotations

from datetime import date
from typing import Any

from schemas.tables import DELIVERED_TABLES
from warehouse.connection import Connection
from warehouse.sql_files import sql

#: Rows as delivered; the applicant is SK_ID_CURR.
RAW = tuple(f"raw.{name}_v1" for name in DELIVERED_TABLES)
#: Bad rows; the applicant is application_id where it could be read.
BAD = ("core.quarantine_v1", "core.rejected_rows_v1")
#: Records that an audit or a count needs: an erasure leaves them, about nobody.
KEPT = (
    "score.decisions_v1",
    "score.reasons_v1",
    "score.quality_v1",
    "score.shadow_scores_v1",
    "monitor.reference_scores_v1",
    "core.duplicates_v1",
    "core.withdrawals_v1",
)
#: Rows that mean nothing without the person; tables of features (one per feature set) join them.
REMOVED = ("registry.holdout_scores_v1",)


def feature_tables(connection: Connection) -> tuple[str, ...]:
    """The tables of stored features, one for each feature set."""
    rows = connection.execute(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() "
        "WHERE schema_name = 'score' AND starts_with(table_name, 'features_') ORDER BY 1"
    ).fetchall()
    return tuple(name for (name,) in rows)


def person_tables(connection: Connection) -> dict[str, str]:
    """Every table with rows of applicants, and the column that names them."""
    others = (*BAD, *KEPT, *REMOVED, *feature_tables(connection))
    return dict.fromkeys(RAW, "SK_ID_CURR") | dict.fromkeys(others, "application_id")


def count_held(connection: Connection, application_ids: list[int]) -> dict[str, int]:
    """Rows of these applicants by table; tables without any are left out."""
    found = {}
    for name, key in person_tables(connection).items():
        statement = f"SELECT count(*) FROM {name} WHERE list_contains($ids::BIGINT[], {key})"
        row = connection.execute(statement, {"ids": application_ids}).fetchone()
        if row is not None and row[0]:
            found[name] = int(row[0])
    return found


def read_person(connection: Connection, application_id: int) -> dict[str, list[dict[str, Any]]]:
    """Every row of an applicant by table, values as stored, in the order of the tables and of their deliveries."""
    found = {}
    for name, key in person_tables(connection).items():
        cursor = connection.execute(f"SELECT * FROM {name} WHERE {key} = $id ORDER BY ALL", {"id": application_id})
        names = [item[0] for item in cursor.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        if rows:
            found[name] = rows
    return found


def expired_people(connection: Connection, through_on: date) -> list[int]:
    """Applicants of whom nothing came after that business date."""
    return [row[0] for row in connection.execute(sql("erase/expired"), {"through_on": through_on}).fetchall()]
