"""Named SQL: one statement per file under warehouse/sql, read once. A value enters by parameter, never by formatting."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def sql(name: str) -> str:
    """The statement of `warehouse/sql/<name>.sql`. Raises FileNotFoundError."""
    return resources.files("warehouse").joinpath("sql", *f"{name}.sql".split("/")).read_text(encoding="utf-8")
