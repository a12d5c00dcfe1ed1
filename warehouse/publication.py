"""The analysts' snapshot: what marts shows, in a file of its own, replaced atomically; readers are never blocked."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from schemas.private import GROUP_READABLE_FILE
from schemas.settings import Settings
from warehouse.clock import now
from warehouse.connection import Connection, transaction
from warehouse.file_copy import fsync, put_in_place
from warehouse.opening import attach_options
from warehouse.pseudonyms import ensure_key
from warehouse.registry import newest_policy_sha256, registered_policy
from warehouse.sql_files import quoted, sql

_ABANDONED_AFTER_SECONDS = 24 * 3600
#: Columns that say who it is. A masked snapshot has a pseudonym in their place: the same for a person throughout the home.
_KEYS = frozenset({"application_id"})
#: Rows here name their place in the sender's file, which says whose they are: no pseudonym, or decisions could be told with it.
_PLACED = frozenset({"quarantine"})


@dataclass(frozen=True)
class _Mask:
    """What a masked snapshot does not show of a row: the key of the applicant, and the columns of protected attributes.

    Nor does it keep the order of the rows: decisions are written by ascending key, so that the place would tell the key.
    """

    protected: frozenset[str]

    def select(self, name: str, source: str, columns: list[str]) -> str:
        shown = [column for column in columns if column not in self.protected]
        key = "NULL::BIGINT" if name in _PLACED else "ops.pseudonym({})"
        parts = [f"{key.format(column)} AS {column}" if column in _KEYS else f'"{column}"' for column in shown]
        return f"SELECT {', '.join(parts)} FROM {source} ORDER BY ALL"


def _mask(connection: Connection) -> _Mask | None:
    """As the policy applied last wants it; None where the snapshot shows everything."""
    newest = newest_policy_sha256(connection)
    policy = registered_policy(connection, newest) if newest else None
    if policy is None or policy.publish.profile == "full":
        return None
    with transaction(connection):
        ensure_key(connection)
    return _Mask(frozenset(policy.protected.columns))


def _copy_marts(connection: Connection, mask: _Mask | None) -> None:
    """Views become tables.

    The history is worked out once, by a statement for all decisions at once, and decisions in force are read off the copy.
    """
    relations = connection.execute(sql("publish/relations")).fetchall()
    columns = connection.execute(sql("publish/columns")).fetchall()
    connection.execute("CREATE SCHEMA snapshot.marts")
    if mask is not None:
        columns = [(table, column, comment) for table, column, comment in columns if column not in mask.protected]
    for name, comment in relations:
        source = f"({sql('publish/decision_history')})" if name == "decision_history" else f"marts.{name}"
        whole = f"FROM {source}" if mask is None else mask.select(name, source, [row[1] for row in columns if row[0] == name])
        shown = sql("publish/decisions") if name == "decisions" else whole
        connection.execute(f"CREATE TABLE snapshot.marts.{name} AS {shown}")
        connection.execute(f"COMMENT ON TABLE snapshot.marts.{name} IS {quoted(comment)}")
    for table, column, comment in columns:
        connection.execute(f"COMMENT ON COLUMN snapshot.marts.{table}.{column} IS {quoted(comment)}")


def _discard_spilled(target: Path) -> None:
    """Removes what queries of readers that were killed have left: no query runs for a day."""
    for folder in target.parent.glob(f"{target.name}.*.tmp"):
        if time.time() - folder.stat().st_mtime > _ABANDONED_AFTER_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def publish_snapshot(connection: Connection, settings: Settings, run_id: str, as_of: date) -> Path:
    """Writes the snapshot beside the published one, flushes it to disk and puts it in place in one step.

    Returns:
        The path of the published file.
    """
    target = settings.snapshot
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.{os.getpid()}.new")
    for leftover in target.parent.glob(f".{target.name}.*"):
        leftover.unlink()
    _discard_spilled(target)
    mask = _mask(connection)
    values = {"run_id": run_id, "as_of": as_of, "published_at": now(), "profile": "full" if mask is None else "masked"}
    with transaction(connection):
        connection.execute(sql("publish/insert_publication"), values)
    connection.execute(f"ATTACH {quoted(str(fresh))} AS snapshot {attach_options(settings)}")
    try:
        with transaction(connection):  # one for all: each statement alone would write its log to disk
            _copy_marts(connection, mask)
    finally:
        connection.execute("DETACH snapshot")
    fsync(fresh)
    _let_in(fresh, settings)
    put_in_place(fresh, target)
    return target


def _let_in(snapshot: Path, settings: Settings) -> None:
    """Who may read the snapshot; a group that may needs a way to it, and sees nothing else of the home."""
    snapshot.chmod(settings.snapshot_mode)
    if settings.snapshot_mode == GROUP_READABLE_FILE:
        settings.home.chmod(settings.home.stat().st_mode | 0o010)
        settings.snapshot.parent.chmod(settings.snapshot.parent.stat().st_mode | 0o050)
