"""Reading the published snapshot: read-only, nothing from outside, never waiting for the warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

from schemas.errors import ResourceError, UsageError
from schemas.readings import Explanation, Record, Status
from schemas.settings import Settings
from warehouse.connection import Connection
from warehouse.opening import key_error, key_fault, open_published
from warehouse.sql_files import sql


@contextmanager
def open_snapshot(settings: Settings) -> Iterator[Connection]:
    """A read-only connection to the published snapshot that can reach nothing else.

    Raises:
        UsageError: nothing was published yet.
        ResourceError: the file is no snapshot, or may not be read.
    """
    if not settings.snapshot.exists():
        raise UsageError(
            "nothing is published yet",
            expected="a snapshot of an earlier night",
            where=str(settings.snapshot),
            remedy="run `loanwatch nightly`, or name the home in LOANWATCH_HOME",
        )
    try:
        connection = open_published(settings)
    except duckdb.Error as error:
        fault = key_fault(error)
        if fault is not None:
            raise key_error(settings, settings.snapshot, fault) from None
        raise ResourceError(
            f"the snapshot cannot be opened: {type(error).__name__}",
            expected="a DuckDB file that a night has published",
            where=str(settings.snapshot),
            remedy="run `loanwatch nightly`: it replaces the snapshot",
        ) from None
    try:
        yield connection
    finally:
        connection.close()


def records(connection: Connection, name: str, parameters: Record | None = None) -> list[Record]:
    """The rows of the statement `read/<name>`, by column name."""
    cursor = connection.execute(sql(f"read/{name}"), parameters)
    names = [item[0] for item in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def query_snapshot(settings: Settings, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of a query on the snapshot.

    Raises:
        UsageError: nothing is published, or DuckDB refuses the query; its message follows.
    """
    with open_snapshot(settings) as connection:
        try:
            statements = connection.extract_statements(query)
            if len(statements) != 1:
                raise UsageError(
                    f"{len(statements)} statements were given",
                    expected="one query",
                    where="loanwatch sql",
                    remedy="run the queries one after the other",
                )
            cursor = connection.execute(statements[0])
            names = [item[0] for item in cursor.description or []]
            return names, cursor.fetchall()
        except duckdb.Error as error:
            raise UsageError(
                f"the query cannot be run: {error}",
                where=str(settings.snapshot),
                remedy='list the relations with: loanwatch sql "from duckdb_tables() select table_name, comment"',
            ) from None


def read_status(settings: Settings) -> Status:
    """The state of the home as published; empty before the first night."""
    if not settings.snapshot.exists():
        return Status(None, None, [], [])
    with open_snapshot(settings) as connection:
        return Status(
            freshness=next(iter(records(connection, "freshness")), None),
            champion=next(iter(records(connection, "champion")), None),
            batches=records(connection, "last_batches"),
            mix=records(connection, "decision_mix"),
        )


def read_explanation(settings: Settings, application_id: int) -> Explanation:
    """Everything about one decision in force. Raises UsageError if there is none, and says where the applicant is held."""
    with open_snapshot(settings) as connection:
        key: Record = {"application_id": application_id}
        decisions = records(connection, "decision", key)
        if not decisions:
            places = [record["place"] for record in records(connection, "held_elsewhere", key)]
            is_masked = any(record.get("profile") == "masked" for record in records(connection, "profile"))
            raise UsageError(
                f"application {application_id} has no decision in force",
                expected="the id of a scored application",
                where="; ".join(places)
                or ("not in the snapshot, which shows pseudonyms" if is_masked else "not in the snapshot"),
                remedy='list some: loanwatch sql "select application_id from marts.decisions limit 5"',
            )
        key_of_version = {**key, "batch_id": decisions[0]["batch_id"]}
        return Explanation(
            decision=decisions[0],
            reasons=records(connection, "reasons", key_of_version),
            quality=records(connection, "quality", key_of_version)[0],
            versions=records(connection, "versions", key),
        )
