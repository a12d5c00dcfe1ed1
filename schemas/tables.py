"""The delivered tables and their columns, read once from columns.csv: each column is defined there and nowhere else."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

Kind = Literal["key", "amount", "days", "count", "number", "flag", "text", "date"]

#: Missing dates are coded as this number of days (1,000 years) in five columns of `previous_application` and in DAYS_EMPLOYED.
DAYS_SENTINEL = 365243

SQL_TYPES: dict[str, str] = {
    "key": "BIGINT",
    "amount": "DOUBLE",
    "days": "INTEGER",
    "count": "INTEGER",
    "number": "DOUBLE",
    "flag": "TINYINT",
    "text": "VARCHAR",
    "date": "DATE",
}


@dataclass(frozen=True)
class Column:
    """One delivered column. `minimum` and `maximum` are inclusive and hold for every value but the sentinel."""

    name: str
    kind: Kind
    minimum: float | None
    maximum: float | None
    sentinel: int | None
    levels: tuple[str, ...]
    is_required: bool
    is_nullable: bool
    description: str

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.kind]

    @property
    def is_integer(self) -> bool:
        return self.kind in {"key", "days", "count", "flag"}

    @property
    def is_numeric(self) -> bool:
        return self.kind not in {"text", "date"}


@dataclass(frozen=True)
class Table:
    """One delivered table: its name in a delivery folder and its columns in order."""

    name: str
    columns: tuple[Column, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def required_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.is_required)

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError."""
        return {column.name: column for column in self.columns}[name]


HISTORY_TABLES = (
    "bureau",
    "bureau_balance",
    "previous_application",
    "POS_CASH_balance",
    "installments_payments",
    "credit_card_balance",
)
DELIVERED_TABLES = ("application", *HISTORY_TABLES, "outcomes")


def _number(text: str) -> float | None:
    return float(text) if text else None


def _column(row: dict[str, str]) -> Column:
    kind = row["kind"]
    if kind not in SQL_TYPES:
        raise ValueError(f"columns.csv: unknown kind {kind!r} of {row['table_name']}.{row['column_name']}")
    return Column(
        name=row["column_name"],
        kind=kind,  # type: ignore[arg-type]
        minimum=_number(row["minimum"]),
        maximum=_number(row["maximum"]),
        sentinel=int(row["sentinel"]) if row["sentinel"] else None,
        levels=tuple(row["levels"].split("|")) if row["levels"] else (),
        is_required=row["is_required"] == "1",
        is_nullable=row["is_nullable"] == "1",
        description=row["description"],
    )


@cache
def tables() -> dict[str, Table]:
    """Every delivered table by name, in the order in which a delivery is read."""
    columns: dict[str, list[Column]] = {name: [] for name in DELIVERED_TABLES}
    with resources.files("schemas").joinpath("columns.csv").open("r", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            columns[row["table_name"]].append(_column(row))
    return {name: Table(name, tuple(found)) for name, found in columns.items()}


def table(name: str) -> Table:
    """The table of that name. Raises KeyError."""
    return tables()[name]
