"""The rules of the SQL files: one statement, a header, no final `select *`; every relation explained; migrations never edited."""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path

import duckdb
import pytest

from warehouse.migrations import migrate, shipped_migrations

_HEADER = ("-- grain:", "-- reads:", "-- params:", "-- why:")
RECORD = "sha256sum warehouse/sql/migrations/*.sql > tests/architecture/migration_hashes.txt"


@pytest.fixture(scope="module")
def migrated() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    migrate(connection)
    return connection


def _body(text: str) -> str:
    """The statement without comments and without what stands in parentheses, so that only its outermost level is left."""
    body = re.sub(r"--[^\n]*", "", text)
    while re.search(r"\([^()]*\)", body):
        body = re.sub(r"\([^()]*\)", " ", body)
    return body


def _head(text: str) -> list[str]:
    """The comment lines at the top of the file."""
    return list(takewhile(lambda line: line.startswith("--"), text.split("\n")))


def test_every_statement_says_its_grain_sources_parameters_and_reason(statements: dict[Path, str]) -> None:
    heads = {path: _head(text) for path, text in statements.items()}
    missing = [
        f"{path}: {part}" for path, head in heads.items() for part in _HEADER if not any(line.startswith(part) for line in head)
    ]
    assert missing == [], "each file starts with '-- grain: ...', '-- reads: ...', '-- params: ...', '-- why: ...'"


def test_every_file_holds_one_statement(statements: dict[Path, str]) -> None:
    counts = {str(path): len(duckdb.extract_statements(text)) for path, text in statements.items()}
    assert {path: count for path, count in counts.items() if count != 1} == {}


def test_the_header_names_the_parameters_that_the_statement_takes(statements: dict[Path, str]) -> None:
    wrong = []
    for path, text in statements.items():
        head = "\n".join(_head(text))
        taken = duckdb.extract_statements(text)[0].named_parameters
        named = taken if "-- params: one per column" in head else set(re.findall(r"\$(\w+)", head))
        wrong += [f"{path}: {sorted(named ^ taken)}"] if named != taken else []
    assert wrong == [], "'-- params:' names each $parameter, or says 'one per column of ...'"


def test_no_statement_ends_in_a_star(statements: dict[Path, str]) -> None:
    assert [
        str(path) for path, text in statements.items() if re.search(r"\bselect\s+(?:distinct\s+)?\*", _body(text), re.IGNORECASE)
    ] == []


def test_migrations_are_never_edited(project: Path) -> None:
    lines = (project / "tests" / "architecture" / "migration_hashes.txt").read_text(encoding="utf-8").splitlines()
    recorded = {Path(name).name: sha256 for sha256, name in (line.split() for line in lines)}
    shipped = {migration.name: migration.sha256 for migration in shipped_migrations()}
    assert shipped == recorded, f"a released migration is mended by a new one; a new one is recorded by: {RECORD}"


def test_migrations_are_numbered_without_gaps() -> None:
    assert [migration.version for migration in shipped_migrations()] == list(range(1, len(shipped_migrations()) + 1))


def test_every_table_view_and_column_has_a_comment(migrated: duckdb.DuckDBPyConnection) -> None:
    relations = migrated.sql(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE coalesce(comment, '') = '' "
        "UNION ALL SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal AND coalesce(comment, '') = ''"
    ).fetchall()
    columns = migrated.sql(
        "SELECT schema_name || '.' || table_name || '.' || column_name FROM duckdb_columns() "
        "WHERE NOT internal AND coalesce(comment, '') = ''"
    ).fetchall()
    assert sorted(relations + columns) == []
