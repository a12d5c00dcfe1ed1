"""Prefect's tables, made at once in a home that has none: its hundred migrations, one after the other, take seconds.

The statements stand in prefect_tables.sql, as the migrations of the version named there leave them; with any other version
Prefect makes its tables itself, and it brings those of an older version forward as ever.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from importlib.metadata import version
from pathlib import Path

from schemas.settings import Settings

#: Written by scripts/write_prefect_tables.py.
STATEMENTS = Path(__file__).with_name("prefect_tables.sql")

_DATABASE = "prefect.db"
#: What SQLite keeps beside a database: of one that is gone, it would be played onto the new one.
_BESIDE = ("", "-wal", "-shm", "-journal")
_ELSEWHERE = ("PREFECT_API_DATABASE", "PREFECT_SERVER_DATABASE")


def header(prefect: str) -> str:
    """The first line of the statements that the migrations of this version leave."""
    return f"-- Tables of Prefect {prefect} (Apache-2.0) in SQLite, as its migrations leave them; do not edit"


def prepare_tables(settings: Settings) -> bool:
    """Makes Prefect's database in the home's state folder, whole or not at all; returns whether it did.

    Nothing is done where there is one, where the surroundings name a database elsewhere, or with another version of Prefect.
    """
    target = settings.prefect / _DATABASE
    if any(target.with_name(f"{_DATABASE}{ending}").exists() for ending in _BESIDE):
        return False
    if any(name.startswith(_ELSEWHERE) for name in os.environ):
        return False
    statements = STATEMENTS.read_text(encoding="utf-8")
    if not statements.startswith(header(version("prefect")) + "\n"):
        return False
    try:
        with tempfile.TemporaryDirectory(prefix=".tables-", dir=settings.prefect) as scratch:
            fresh = Path(scratch) / _DATABASE
            _fill(fresh, statements)
            os.link(fresh, target)  # not over one that another command has made meanwhile
    except (OSError, sqlite3.Error):
        return (
            False  # there is one now, or no space, or no links on this file system: Prefect sees to it, and tells what is wrong
        )
    return True


def _fill(path: Path, statements: str) -> None:
    connection = sqlite3.connect(path)
    try:
        connection.executescript(f"BEGIN;\n{statements}\nCOMMIT;")
    finally:
        connection.close()


def statements_of(path: Path) -> list[str]:
    """What makes a database like this one: its tables and indexes in their order, and which migration was its last."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        made = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type DESC, rowid").fetchall()
        (last,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    finally:
        connection.close()
    found = [" ".join(sql.split()) for (sql,) in made]  # no text in them holds more than one space
    return [*found, f"INSERT INTO alembic_version VALUES ('{last}')"]
