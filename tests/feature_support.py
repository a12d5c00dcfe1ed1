"""Warehouses for tests of features: small ones from rows written out, and one from the real rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl

from schemas.features import FeatureSet
from schemas.tables import HISTORY_TABLES, table
from warehouse.connection import Connection
from warehouse.migrations import migrate

Rows = Sequence[Mapping[str, Any]]
TABLES = ("application", *HISTORY_TABLES)
REAL_BATCH = 2026010101

#: What a row has where a test does not say.
DEFAULTS: dict[str, dict[str, Any]] = {
    "application": {
        "SK_ID_CURR": 1,
        "NAME_CONTRACT_TYPE": "Cash loans",
        "AMT_INCOME_TOTAL": 100_000.0,
        "AMT_CREDIT": 400_000.0,
        "DAYS_BIRTH": -12_000,
    },
    "bureau": {"SK_ID_CURR": 1, "SK_ID_BUREAU": 1, "CREDIT_ACTIVE": "Active", "DAYS_CREDIT": -100},
    "bureau_balance": {"SK_ID_CURR": 1, "SK_ID_BUREAU": 1, "MONTHS_BALANCE": -1, "STATUS": "0"},
    "previous_application": {"SK_ID_CURR": 1, "SK_ID_PREV": 1, "NAME_CONTRACT_STATUS": "Approved", "DAYS_DECISION": -50},
    "POS_CASH_balance": {"SK_ID_CURR": 1, "SK_ID_PREV": 1, "MONTHS_BALANCE": -1},
    "installments_payments": {"SK_ID_CURR": 1, "SK_ID_PREV": 1, "DAYS_INSTALMENT": -30},
    "credit_card_balance": {"SK_ID_CURR": 1, "SK_ID_PREV": 1, "MONTHS_BALANCE": -1},
}


def connect(threads: int = 2) -> Connection:
    """An empty migrated warehouse in memory."""
    connection = duckdb.connect(config={"threads": threads, "autoinstall_known_extensions": False})
    migrate(connection)
    return connection


def frame_of(name: str, rows: Rows) -> pl.DataFrame:
    """Rows with every column of the table; what a row does not give is its default, else missing."""
    kinds = {"VARCHAR": pl.String, "DOUBLE": pl.Float64, "DATE": pl.Date}
    columns = {column.name: kinds.get(column.sql_type, pl.Int64) for column in table(name).columns}
    schema = {"batch_id": pl.Int64, "SK_ID_CURR": pl.Int64, **columns}
    filled = [{**dict.fromkeys(schema), "batch_id": REAL_BATCH, **DEFAULTS[name], **row} for row in rows]
    return pl.DataFrame(filled, schema=schema, orient="row")


def insert(connection: Connection, name: str, frame: pl.DataFrame) -> None:
    """Puts rows into a raw table as they are."""
    connection.register("rows_to_insert", frame.with_row_index("row_number", offset=1).to_arrow())
    connection.execute(f"INSERT INTO raw.{name}_v1 BY NAME SELECT *, 'nightly' AS origin FROM rows_to_insert")
    connection.unregister("rows_to_insert")


def warehouse_of(tables: Mapping[str, Rows], threads: int = 2) -> Connection:
    """A warehouse with these rows."""
    connection = connect(threads)
    for name, rows in tables.items():
        if rows:
            insert(connection, name, frame_of(name, rows))
    return connection


def versions_of(connection: Connection) -> pl.DataFrame:
    """Every application version in the warehouse."""
    return connection.sql("SELECT SK_ID_CURR AS application_id, batch_id FROM raw.application_v1 ORDER BY ALL").pl()


def load_real(connection: Connection, folder: Path, uncovered: int) -> None:
    """The real histories, the applications that have one, and as many of the others as asked for, as one delivery."""
    for name in HISTORY_TABLES:
        source = f"SELECT * FROM read_parquet('{folder}/{name}.parquet')"
        if name == "bureau_balance":
            source = f"""SELECT m.*, b.SK_ID_CURR FROM ({source}) AS m
                LEFT JOIN (SELECT DISTINCT SK_ID_BUREAU, SK_ID_CURR FROM raw.bureau_v1) AS b USING (SK_ID_BUREAU)"""
        _insert_delivery(connection, name, source)
    known = " UNION ".join(f"SELECT SK_ID_CURR FROM raw.{name}_v1" for name in HISTORY_TABLES)
    _insert_delivery(
        connection,
        "application",
        f"""SELECT * FROM (SELECT * FROM read_parquet('{folder}/application_train.parquet')
            UNION ALL BY NAME SELECT * FROM read_parquet('{folder}/application_test.parquet'))
            QUALIFY SK_ID_CURR IN ({known})
            OR row_number() OVER (PARTITION BY SK_ID_CURR IN ({known}) ORDER BY SK_ID_CURR) <= {uncovered}""",
    )


def _insert_delivery(connection: Connection, name: str, source: str) -> None:
    connection.execute(
        f"""INSERT INTO raw.{name}_v1 BY NAME
        SELECT *, {REAL_BATCH} AS batch_id, row_number() OVER () AS row_number, 'nightly' AS origin FROM ({source})"""
    )


def pandas_tables(connection: Connection) -> dict[str, pd.DataFrame]:
    """The raw tables as the oracle takes them: applications in the order of id and batch."""
    tables = {}
    for name in TABLES:
        frame = connection.sql(f"SELECT * EXCLUDE (row_number, origin) FROM raw.{name}_v1").df()
        frame = frame.astype(dict.fromkeys(frame.select_dtypes("category").columns, object))  # texts of a closed list
        kept = frame.dropna(subset=["SK_ID_CURR"])
        kept = kept.astype({column: float for column in kept.columns if column not in KEYS and kept[column].dtype != object})
        tables[name] = kept.sort_values(["SK_ID_CURR", "batch_id"], kind="stable").reset_index(drop=True)
    return tables


KEYS = {"SK_ID_CURR", "SK_ID_BUREAU", "SK_ID_PREV", "batch_id"}


def differing_columns(features: pl.DataFrame, expected: pd.DataFrame, wanted: FeatureSet, rel: float = 1e-9) -> list[str]:
    """The features in which the two differ: missing on one side only, or further apart than `rel` of their size."""
    assert set(expected.columns) == set(wanted.names)
    differing = []
    for feature in wanted.features:
        ours, theirs = features[feature.name], expected[feature.name]
        if feature.kind == "text":
            same = ours.to_list() == [value if isinstance(value, str) else None for value in theirs]
        else:
            assert not ours.is_nan().any()
            left, right = ours.to_numpy(), theirs.to_numpy(dtype=float)
            same = np.allclose(left, right, rtol=rel, atol=1e-12, equal_nan=True)
        differing += [] if same else [feature.name]
    return differing
