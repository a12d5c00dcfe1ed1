"""What the applications of a delivery need for their features, dealt out to partitions as Parquet files on shared storage."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from schemas.partitions import PartitionInput
from schemas.settings import Settings
from schemas.tables import HISTORY_TABLES
from warehouse.connection import Connection
from warehouse.partition_files import copy_options, prepare, sha256_of
from warehouse.sql_files import quoted

#: The registered frame of versions with their partition; the column that deals rows out, which no file holds.
_VERSIONS = "partition_versions"
_NUMBER = "partition_no"
#: What a partition is made of: its versions, their application rows, and the applicants' histories.
VERSIONS_TABLE = "versions"
RAW_TABLES = ("application", *HISTORY_TABLES)


def _statement(name: str) -> str:
    """The rows of a raw table that some version of a partition may see, with the partition's number.

    An applicant's versions share a partition, so one row goes to one place. Ordered by nothing: features do not ask.
    """
    if name == VERSIONS_TABLE:
        return f"SELECT application_id, batch_id, {_NUMBER} FROM {_VERSIONS}"
    return (
        f"SELECT r.*, v.{_NUMBER} FROM raw.{name}_v1 AS r\n"
        f"JOIN (\n  SELECT application_id, any_value({_NUMBER}) AS {_NUMBER}, max(batch_id) AS newest\n"
        f"  FROM {_VERSIONS} GROUP BY application_id\n"
        ") AS v ON v.application_id = r.SK_ID_CURR AND r.batch_id <= v.newest"
    )


def export_partitions(
    connection: Connection, settings: Settings, folder: Path, versions: pl.DataFrame
) -> tuple[PartitionInput, ...]:
    """Writes every partition's rows below `folder`: one pass over each raw table.

    Args:
        connection: an open warehouse.
        settings: of the home; with a key the files are encrypted.
        folder: a new folder on shared storage.
        versions: application_id, batch_id, partition_no; all versions of an applicant in one partition.

    Returns:
        The partitions that hold versions, by number, with the hash of each file.
    """
    prepare(connection, settings)
    connection.register(_VERSIONS, versions.to_arrow())
    try:
        for name in (VERSIONS_TABLE, *RAW_TABLES):
            target = quoted(str(folder / name))
            connection.execute(f"COPY ({_statement(name)}) TO {target} ({copy_options(settings)}, PARTITION_BY ({_NUMBER}))")
    finally:
        connection.unregister(_VERSIONS)
    numbers = versions[_NUMBER].unique().sort().to_list()
    return tuple(PartitionInput(number=number, files=_files(folder, number)) for number in numbers)


def _files(folder: Path, number: int) -> dict[str, str]:
    files = sorted(folder.glob(f"*/{_NUMBER}={number}/*.parquet"))
    return {str(file.relative_to(folder)): sha256_of(file) for file in files}
