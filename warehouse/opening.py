"""The one place that opens a warehouse file, the home's own or a copy of it: nothing is fetched from outside."""

from __future__ import annotations

from pathlib import Path

import duckdb

from schemas.settings import Settings

#: Nothing is fetched from outside.
ISOLATED: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


def _config(settings: Settings) -> dict[str, str | bool | int | float | list[str]]:
    return {
        **ISOLATED,
        "memory_limit": settings.memory_limit,
        "threads": settings.threads,
        "temp_directory": str(settings.scratch),
    }


def open_file(settings: Settings, path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """A connection to a warehouse file. Raises duckdb.Error where it is held, damaged or out of reach."""
    return duckdb.connect(str(path), read_only=read_only, config=_config(settings))


def log_of(path: Path) -> Path:
    """The write-ahead log of a database file: what was committed since its last checkpoint, if there is any."""
    return path.with_name(f"{path.name}.wal")
