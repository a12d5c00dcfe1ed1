"""Any single cell of the decisions, their reasons and quality records, the registry and the audit that is edited is found."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.settings import Settings
from tests.conftest import settings_of
from warehouse.audit_check import verify_audit
from warehouse.connection import Connection, open_warehouse
from warehouse.gates import record_review

TABLES = [
    "score.decisions_v1",
    "score.reasons_v1",
    "score.quality_v1",
    "ops.audit_v1",
    "registry.models_v1",
    "registry.promotions_v1",
    "registry.policies_v1",
    "registry.reviews_v1",
]
#: By type: the smallest change that can be made to a value, or one that a person would make. NULL becomes a value.
EDITS = {
    "DOUBLE": ["nextafter(coalesce({0}, 0.5), 1e300)", "coalesce({0}, 0.5) - 0.1"],
    "INTEGER": ["coalesce({0}, 0) + 1000"],
    "BIGINT": ["coalesce({0}, 0) + 1000"],
    "DATE": ["{0} + 1"],
    "TIMESTAMP": ["{0} + INTERVAL 1 MICROSECOND"],
    "VARCHAR": ["coalesce({0}, '') || ' '", "coalesce(reverse({0}), '') || 'x'"],
    "VARCHAR[]": ["list_append({0}, 'x')", "list_append({0}, NULL)"],
    "JSON": ["(replace({0}::VARCHAR, ':', ': '))::JSON", "(replace({0}::VARCHAR, '1', '2') || ' ')::JSON"],
}


@pytest.fixture
def decided(decided_home: Path, home: Path) -> Settings:
    """A home with two decided nights, this test's own."""
    shutil.copytree(decided_home, home)
    return settings_of(home)


def _tamper(connection: Connection, table: str, pick: int, column: int, edit: int) -> str:
    """Edits one cell and returns what was done."""
    (n_rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)
    cells = connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE {table})").fetchall()
    name, kind = cells[column % len(cells)]
    expression = EDITS[kind][edit % len(EDITS[kind])].format(f'"{name}"')
    (rowid,) = connection.execute(f"SELECT rowid FROM {table} ORDER BY rowid LIMIT 1 OFFSET {pick % n_rows}").fetchone() or (0,)
    cell = f'SELECT "{name}" FROM {table} WHERE rowid = {rowid}'
    before = connection.execute(cell).fetchall()
    connection.execute(f'UPDATE {table} SET "{name}" = {expression} WHERE rowid = {rowid}')
    assert connection.execute(cell).fetchall() != before, f"{table}.{name} = {expression} edits nothing"
    return f"{table}.{name} = {expression}"


def test_any_single_edited_cell_is_found(decided: Settings) -> None:
    numbers = st.integers(0, 10_000)

    with open_warehouse(decided) as connection:
        record_review(connection, "2026-06-30.9", decision="reject", reviewed_by="Q", comment="no", gate_id=None)
        assert verify_audit(connection) == []

        @given(st.sampled_from(TABLES), numbers, numbers, numbers)
        def check(table: str, pick: int, column: int, edit: int) -> None:
            connection.execute("BEGIN")
            try:
                done = _tamper(connection, table, pick, column, edit)
                assert verify_audit(connection), done
            finally:
                connection.execute("ROLLBACK")

        check()
