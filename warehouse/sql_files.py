"""Named SQL: one statement per file under warehouse/sql, read once. A value enters by parameter, never by formatting."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def sql(name: str) -> str:
    """The statement of `warehouse/sql/<name>.sql`. Raises FileNotFoundError."""
    return resources.files("warehouse").joinpath("sql", *f"{name}.sql".split("/")).read_text(encoding="utf-8")


def quoted(text: str) -> str:
    """A text as an SQL literal, for the few statements that take no parameter: COMMENT and ATTACH."""
    return "'" + text.replace("'", "''") + "'"
