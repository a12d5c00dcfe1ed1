"""A partition as a warehouse: the same schema in memory, raw tables read from the partition's files; so one SQL serves both."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import polars as pl

from schemas.partitions import PartitionInput
from schemas.settings import Settings
from warehouse.connection import Connection, told_plainly
from warehouse.migrations import migrate
from warehouse.opening import connect_in_memory
from warehouse.partition_export import RAW_TABLES, VERSIONS_TABLE
from warehouse.partition_files import prepare, read_frame, require_untouched, scan, write_frame

#: One empty warehouse per thread that computes: to make one takes a second or two, to point it at other files no time.
_empty = threading.local()


def _empty_warehouse(settings: Settings) -> Connection:
    held: tuple[Settings, Connection] | None = getattr(_empty, "held", None)
    if held is not None and held[0] == settings:
        return held[1]
    connection = connect_in_memory(settings)
    prepare(connection, settings)
    migrate(connection)
    for name in RAW_TABLES:
        connection.execute(f"ALTER TABLE raw.{name}_v1 RENAME TO {name}_empty")
    _empty.held = (settings, connection)
    return connection


def versions_files(partition: PartitionInput) -> dict[str, str]:
    """The files of the partition's versions, each with its hash."""
    return {file: sha256 for file, sha256 in partition.files.items() if file.split("/")[0] == VERSIONS_TABLE}


def _files_of(folder: Path, partition: PartitionInput, name: str) -> list[Path]:
    return [folder / file for file in partition.files if file.split("/")[0] == name]


@contextmanager
def open_partition(settings: Settings, folder: Path, partition: PartitionInput) -> Iterator[Connection]:
    """A connection that computes features as an open warehouse does, from the files of one partition alone.

    Raises:
        VerificationError: a file is not the one that was exported.
    """
    require_untouched(folder, partition.files)
    with told_plainly(settings):
        connection = _empty_warehouse(settings)
        for name in RAW_TABLES:
            files = _files_of(folder, partition, name)
            source = scan(settings, files) if files else f"raw.{name}_empty"
            connection.execute(f"CREATE OR REPLACE VIEW raw.{name}_v1 AS FROM {source}")
        yield connection


def read_versions(connection: Connection, settings: Settings, folder: Path, partition: PartitionInput) -> pl.DataFrame:
    """The application versions of a partition: application_id, batch_id, in order."""
    frames = [read_frame(connection, settings, file) for file in _files_of(folder, partition, VERSIONS_TABLE)]
    return pl.concat(frames).sort("application_id", "batch_id")


def write_part(settings: Settings, frame: pl.DataFrame, file: Path) -> None:
    """Writes a part of a larger frame to a file of its own, encrypted where the home is."""
    with told_plainly(settings), closing(connect_in_memory(settings)) as connection:
        prepare(connection, settings)
        write_frame(connection, settings, frame, file)


def read_part(settings: Settings, file: Path) -> pl.DataFrame:
    """The rows of such a file, in the order written."""
    with told_plainly(settings), closing(connect_in_memory(settings)) as connection:
        prepare(connection, settings)
        return read_frame(connection, settings, file)
