"""Rows of a query as a table, CSV or JSON text."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any


def render(columns: Sequence[str], rows: Sequence[Sequence[Any]], form: str) -> str:
    """The rows as text, ending in a newline. `form` is table, csv or json."""
    renderers = {"table": _table, "csv": _csv, "json": _json}
    return renderers[form](columns, rows)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, list):
        return ", ".join(_cell(item) for item in value)
    return str(value)


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max([len(name), *(len(row[place]) for row in cells)]) for place, name in enumerate(columns)]
    is_number = [
        any(isinstance(row[place], int | float) for row in rows) and not any(isinstance(row[place], str | bool) for row in rows)
        for place in range(len(columns))
    ]

    def line(values: Sequence[str]) -> str:
        parts = [
            value.rjust(width) if right else value.ljust(width)
            for value, width, right in zip(values, widths, is_number, strict=True)
        ]
        return "  ".join(parts).rstrip()

    head = [line(columns), line(["-" * width for width in widths])]
    count = f"({len(rows)} row{'' if len(rows) == 1 else 's'})"
    return "\n".join([*head, *(line(row) for row in cells), count]) + "\n"


def plain(value: Any) -> Any:
    """A value as JSON has it: decimals are numbers, what is no number is null, dates and times are ISO text."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _csv(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Lists and structs stand as JSON within their cell."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([json.dumps(plain(value)) if isinstance(value, list | tuple | dict) else value for value in row])
    return buffer.getvalue()


def _json(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    records = [dict(zip(columns, map(plain, row), strict=True)) for row in rows]
    return json.dumps(records, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
