"""Rows of a query as a table, CSV or JSON text."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from schemas.printable import visible

#: What spreadsheets begin a formula with; some take the wide forms for the same.
_FORMULA_SIGNS = frozenset(
    "=+-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
)
_CELL_BREAKS = frozenset("\t\r\n")
_SPACES = " \N{NO-BREAK SPACE}\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}"
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)


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
    return visible(str(value))


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    columns = [visible(name) for name in columns]
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


def _harmless(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: text that begins like one gets an apostrophe in front."""
    if isinstance(value, list | tuple | dict):
        return json.dumps(plain(value))
    if isinstance(value, bytes):
        return value.hex()
    is_formula = isinstance(value, str) and value.lstrip(_SPACES)[:1] in _FORMULA_SIGNS and not _NUMBER.fullmatch(value)
    return f"'{value}" if is_formula or (isinstance(value, str) and value[:1] in _CELL_BREAKS) else value


def _csv(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Lists and structs stand as JSON within their cell; text that a spreadsheet would run is marked as text."""
    lines = []
    for row in [columns, *rows]:
        line = io.StringIO()
        # The line end decides what is quoted: with "\n" alone a carriage return within a cell would begin a row of its own.
        csv.writer(line, lineterminator="\r\n").writerow([_harmless(value) for value in row])
        lines.append(line.getvalue().removesuffix("\r\n") + "\n")
    return "".join(lines)


def _json(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    records = [dict(zip(columns, map(plain, row), strict=True)) for row in rows]
    return json.dumps(records, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
