"""Numbered migrations: applied in order, each in one transaction, each recorded with its hash; an edited one is refused."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources

import duckdb

from schemas.errors import VerificationError
from warehouse.sql_files import sql


@dataclass(frozen=True)
class Migration:
    version: int
    name: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def shipped_migrations() -> list[Migration]:
    """The migrations that this version of Loanwatch brings, in order."""
    folder = resources.files("warehouse").joinpath("sql", "migrations")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [Migration(int(name[:4]), name, folder.joinpath(name).read_text(encoding="utf-8")) for name in names]


def _applied(connection: duckdb.DuckDBPyConnection) -> dict[int, tuple[str, str]]:
    exists = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'ops' AND table_name = 'migrations_v1'"
    ).fetchone()
    if exists is None or exists[0] == 0:
        return {}
    rows = connection.execute("SELECT version, name, sha256 FROM ops.migrations_v1").fetchall()
    return {version: (name, sha256) for version, name, sha256 in rows}


def missing_migrations(connection: duckdb.DuckDBPyConnection) -> list[Migration]:
    """The shipped migrations that were not applied yet, in order.

    Raises:
        VerificationError: a recorded migration differs from the shipped one, or the warehouse is newer than this version.
    """
    shipped = shipped_migrations()
    applied = _applied(connection)
    _verify(shipped, applied)
    return [migration for migration in shipped if migration.version not in applied]


def migrate(connection: duckdb.DuckDBPyConnection) -> int:
    """Applies what is missing, each in a transaction; returns how many. Raises VerificationError as `missing_migrations` does."""
    missing = missing_migrations(connection)
    for migration in missing:
        connection.execute("BEGIN")
        connection.execute(migration.text)
        values = {
            "version": migration.version,
            "name": migration.name,
            "sha256": migration.sha256,
            "applied_at": datetime.now(UTC).replace(tzinfo=None),
        }
        connection.execute(sql("runs/insert_migration"), values)
        connection.execute("COMMIT")
    return len(missing)


def _verify(shipped: list[Migration], applied: dict[int, tuple[str, str]]) -> None:
    known = {migration.version: migration for migration in shipped}
    for version, (name, sha256) in sorted(applied.items()):
        if version not in known:
            raise VerificationError(
                f"the warehouse holds migration {name}, which this version of Loanwatch does not bring",
                expected=f"at most migration {max(known):04d}",
                where="ops.migrations",
                remedy="run the version of Loanwatch that wrote this warehouse, or a newer one",
            )
        if known[version].sha256 != sha256:
            raise VerificationError(
                f"migration {name} was edited after it had been applied",
                expected=f"sha256 {sha256}",
                where=f"warehouse/sql/migrations/{known[version].name}",
                remedy="restore the file and write the change as a new migration",
            )
