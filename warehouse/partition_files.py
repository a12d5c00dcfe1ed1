"""Parquet files of partitions: private, encrypted where the home is, and read only if they have the hash that was promised."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

import duckdb
import polars as pl

from schemas.errors import VerificationError
from schemas.settings import Settings
from warehouse.opening import load_cipher
from warehouse.sql_files import quoted

_KEY_NAME = "loanwatch"
_ENCRYPTION = f"ENCRYPTION_CONFIG {{footer_key: '{_KEY_NAME}'}}"
_BLOCK = 1 << 20


def prepare(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Lets a connection read and write the home's partition files; spilled pages are encrypted with them."""
    if settings.key is None:
        return
    load_cipher(connection)
    derived = base64.b64encode(hashlib.sha256(f"partitions:{settings.key}".encode()).digest()).decode()
    connection.execute(f"PRAGMA add_parquet_key({quoted(_KEY_NAME)}, {quoted(derived)})")


def copy_options(settings: Settings) -> str:
    """What COPY ... TO needs for these files."""
    return "FORMAT parquet" if settings.key is None else f"FORMAT parquet, {_ENCRYPTION}"


def scan(settings: Settings, files: list[Path]) -> str:
    """A table function that reads these files as one table."""
    names = ", ".join(quoted(str(file)) for file in files)
    options = "" if settings.key is None else f", encryption_config = {{footer_key: '{_KEY_NAME}'}}"
    return f"read_parquet([{names}], hive_partitioning = false{options})"


def sha256_of(file: Path) -> str:
    """The hash of a file, read block by block. Raises OSError."""
    found = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def require_untouched(folder: Path, files: Mapping[str, str]) -> None:
    """Raises VerificationError where a file is missing or its bytes are not those of the hash."""
    for name, expected in files.items():
        file = folder / name
        found = sha256_of(file) if file.is_file() else "nothing"
        if found != expected:
            raise VerificationError(
                f"{file.name} of a partition was changed: its sha256 is {found[:16]}",
                expected=f"sha256 {expected[:16]}...",
                where=str(file),
                remedy="see who else writes to the shared folder; run the night again, which makes every partition anew",
            )


def write_frame(connection: duckdb.DuckDBPyConnection, settings: Settings, frame: pl.DataFrame, file: Path) -> None:
    """Writes a frame to a new file."""
    connection.register("partition_frame", frame)
    try:
        connection.execute(f"COPY (FROM partition_frame) TO {quoted(str(file))} ({copy_options(settings)})")
    finally:
        connection.unregister("partition_frame")


def read_frame(connection: duckdb.DuckDBPyConnection, settings: Settings, file: Path) -> pl.DataFrame:
    """The frame of a file."""
    return connection.sql(f"FROM {scan(settings, [file])}").pl()
