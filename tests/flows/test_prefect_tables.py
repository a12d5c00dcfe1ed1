"""Prefect's tables in a new home, made at once."""

from __future__ import annotations

import sqlite3
from importlib.metadata import version
from pathlib import Path

import pytest

from flows import prefect_tables
from flows.prefect_tables import STATEMENTS, header, prepare_tables, statements_of
from schemas.settings import Settings


@pytest.fixture
def new_home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Without the database that the session's Prefect server has elsewhere."""
    monkeypatch.setattr(prefect_tables, "_ELSEWHERE", ("NOWHERE",))
    settings.prefect.mkdir(parents=True)
    return settings


def _columns(path: Path) -> list[tuple[object, ...]]:
    query = """
        SELECT m.type, m.name, m.tbl_name, c.name, c.type, c."notnull", c.dflt_value, c.pk
        FROM sqlite_master AS m LEFT JOIN pragma_table_xinfo(m.name) AS c ORDER BY m.type, m.name, c.cid
    """
    connection = sqlite3.connect(path)
    try:
        found = connection.execute(query).fetchall()
    finally:
        connection.close()
    return [tuple(" ".join(cell.split()) if isinstance(cell, str) else cell for cell in row) for row in found]


def _words(statements: list[str]) -> list[list[str]]:
    """Of each statement: a migration that makes a table anew writes its constraints in another order each time."""
    return sorted(sorted(statement.replace(",", " ").split()) for statement in statements)


def test_the_tables_of_a_new_home_are_those_that_prefects_own_migrations_make(prefect_server: None, new_home: Settings) -> None:
    from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL

    migrated = Path(str(PREFECT_API_DATABASE_CONNECTION_URL.value()).partition(":///")[2])
    assert prepare_tables(new_home), "the pin of Prefect has moved: run scripts/write_prefect_tables.py"
    made = new_home.prefect / "prefect.db"
    assert _columns(made) == _columns(migrated)
    assert _words(statements_of(made)) == _words(statements_of(migrated))


def test_a_database_that_is_there_stays(new_home: Settings) -> None:
    (new_home.prefect / "prefect.db").write_bytes(b"mine")
    assert not prepare_tables(new_home)
    assert (new_home.prefect / "prefect.db").read_bytes() == b"mine"


@pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal"])
def test_beside_what_a_database_that_is_gone_has_left_none_is_made(new_home: Settings, ending: str) -> None:
    (new_home.prefect / f"prefect.db{ending}").touch()
    assert not prepare_tables(new_home)
    assert not (new_home.prefect / "prefect.db").exists()


def test_one_that_another_command_makes_meanwhile_stays(new_home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def meanwhile(path: Path, _statements: str) -> None:
        path.write_bytes(b"ours")
        (new_home.prefect / "prefect.db").write_bytes(b"theirs")

    monkeypatch.setattr(prefect_tables, "_fill", meanwhile)
    assert not prepare_tables(new_home)
    assert [path.name for path in new_home.prefect.iterdir()] == ["prefect.db"]
    assert (new_home.prefect / "prefect.db").read_bytes() == b"theirs"


def test_where_they_cannot_be_written_it_is_left_to_prefect(new_home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path, _statements: str) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(prefect_tables, "_fill", full)
    assert not prepare_tables(new_home)
    assert not list(new_home.prefect.iterdir())


def test_another_version_of_prefect_makes_its_tables_itself(
    new_home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.sql"
    other.write_text(STATEMENTS.read_text(encoding="utf-8").replace(header(version("prefect")), header("0.1")), encoding="utf-8")
    monkeypatch.setattr(prefect_tables, "STATEMENTS", other)
    assert not prepare_tables(new_home)
    assert not list(new_home.prefect.iterdir())


def test_a_database_elsewhere_leaves_the_home_alone(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_SERVER_DATABASE_CONNECTION_URL", "postgresql+asyncpg://bank.example/prefect")
    settings.prefect.mkdir(parents=True)
    assert not prepare_tables(settings)
    assert not list(settings.prefect.iterdir())
