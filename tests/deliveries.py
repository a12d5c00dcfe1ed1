"""Small deliveries for tests: rows that every rule accepts, and folders to put them in."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from schemas.policy import Policy, load_policy
from schemas.references import IngestResult
from schemas.settings import Settings
from schemas.tables import Column, table
from tasks.ingest import ingest_all
from warehouse.connection import Connection, open_warehouse

DAY = date(2026, 6, 1)
FIRST_ID = 100001

#: Values that differ from the default of their kind.
_VALUES: dict[str, Any] = {
    "NAME_CONTRACT_TYPE": "Cash loans",
    "CODE_GENDER": "F",
    "FLAG_OWN_CAR": "N",
    "FLAG_OWN_REALTY": "Y",
    "AMT_INCOME_TOTAL": 135000.0,
    "AMT_CREDIT": 513531.0,
    "AMT_ANNUITY": 24835.5,
    "AMT_GOODS_PRICE": 450000.0,
    "NAME_INCOME_TYPE": "Working",
    "NAME_EDUCATION_TYPE": "Secondary / secondary special",
    "NAME_FAMILY_STATUS": "Married",
    "NAME_HOUSING_TYPE": "House / apartment",
    "DAYS_BIRTH": -14000,
    "DAYS_EMPLOYED": -1500,
    "CNT_FAM_MEMBERS": 2,
    "REGION_RATING_CLIENT": 2,
    "REGION_RATING_CLIENT_W_CITY": 2,
    "WEEKDAY_APPR_PROCESS_START": "TUESDAY",
    "OWN_CAR_AGE": None,
    "EXT_SOURCE_1": None,
    "CREDIT_ACTIVE": "Active",
    "CREDIT_CURRENCY": "currency 1",
    "CREDIT_TYPE": "Consumer credit",
    "STATUS": "0",
    "NAME_CONTRACT_STATUS": "Approved",
    "DAYS_FIRST_DRAWING": 365243,
}
_BY_KIND: dict[str, Any] = {
    "key": 1,
    "amount": 1000.5,
    "days": -100,
    "count": 1,
    "number": 0.25,
    "flag": 0,
    "text": "XNA",
    "date": DAY,
}


def _default(column: Column) -> Any:
    if column.name in _VALUES:
        return _VALUES[column.name]
    return column.levels[0] if column.levels else _BY_KIND[column.kind]


def rows(name: str, n: int = 3, *, first_id: int = FIRST_ID, **columns: Any) -> pl.DataFrame:
    """`n` good rows of a table; keys count up from `first_id`. Keyword arguments replace columns: a value, or one per row.

    SK_ID_BUREAU and SK_ID_PREV are the applicant's key times 10, so that tables of the same `first_id` fit together.
    """
    keys = list(range(first_id, first_id + n))
    data: dict[str, Any] = {}
    for column in table(name).columns:
        value = columns.get(column.name, _default(column))
        if column.kind == "key" and column.name not in columns:
            value = keys if column.name == "SK_ID_CURR" else [key * 10 for key in keys]
        data[column.name] = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value] * n
    frame = pl.DataFrame(data, strict=False)
    return frame if name != "application" or "TARGET" in columns else frame.drop("TARGET")


def all_tables(n: int = 3, *, first_id: int = FIRST_ID) -> dict[str, pl.DataFrame]:
    """An application and one row of every history for each of `n` applicants."""
    names = ("application", "bureau", "bureau_balance", "previous_application", "POS_CASH_balance", "installments_payments")
    return {name: rows(name, n, first_id=first_id) for name in (*names, "credit_card_balance")}


def as_csv(frame: pl.DataFrame) -> str:
    """The frame as the competition's files have it: comma, header, nothing for a missing value."""
    return frame.write_csv()


def file_bytes(frame: pl.DataFrame, ending: str) -> bytes:
    """The frame as a file of that ending: parquet, csv or csv.gz."""
    if ending == "parquet":
        buffer = io.BytesIO()
        frame.write_parquet(buffer)
        return buffer.getvalue()
    text = as_csv(frame).encode()
    return gzip.compress(text, mtime=0) if ending == "csv.gz" else text


def deliver(
    landing: Path,
    contents: Mapping[str, pl.DataFrame | bytes | str],
    *,
    day: date = DAY,
    ending: str = "parquet",
    ready: str | None = "",
    is_history: bool = False,
) -> Path:
    """Writes a delivery folder, in place of one of that day. Keys are table names (frames), or file names (bytes, text)."""
    folder = landing / day.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, content in contents.items():
        if isinstance(content, pl.DataFrame):
            (folder / f"{name}.{ending}").write_bytes(file_bytes(content, ending))
        else:
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    if is_history:
        (folder / "_HISTORY").touch()
    if ready is not None:
        (folder / "_READY").write_text(ready)
    return folder


@contextmanager
def warehouse_with(settings: Settings) -> Iterator[Connection]:
    """The home's warehouse after everything ready was taken in."""
    with open_warehouse(settings) as connection:
        ingest_all(settings, connection, load_policy(None))
        yield connection


def take_in(settings: Settings, as_of: date | None = None, policy: Policy | None = None) -> list[IngestResult]:
    """Takes in everything ready, and closes the warehouse again."""
    with open_warehouse(settings) as connection:
        return ingest_all(settings, connection, policy or load_policy(None), as_of)


def query(settings: Settings, text: str) -> list[tuple[Any, ...]]:
    """The rows that a query on the home's warehouse gives."""
    with open_warehouse(settings) as connection:
        return connection.sql(text).fetchall()
