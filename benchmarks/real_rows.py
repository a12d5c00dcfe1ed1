"""The competition's labelled applications, with the product's own features, for benchmarks and tests."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from schemas.features import FeatureSet, feature_set
from schemas.tables import HISTORY_TABLES
from warehouse.connection import Connection
from warehouse.features import iter_features, observe_levels

#: Every row is taken as delivered on one day: these rows carry no calendar date.
BATCH_ID = 2026010101
CHUNK_ROWS = 20_000

_KEYED = """
INSERT INTO raw.{table}_v1 BY NAME
SELECT {batch} AS batch_id, row_number() OVER () AS row_number, 'history' AS origin, *
FROM read_parquet($file)
"""
_BALANCE = """
INSERT INTO raw.bureau_balance_v1 BY NAME
SELECT {batch} AS batch_id, row_number() OVER () AS row_number, 'history' AS origin, b.SK_ID_CURR, m.*
FROM read_parquet($file) AS m LEFT JOIN (SELECT DISTINCT SK_ID_BUREAU, SK_ID_CURR FROM raw.bureau_v1) AS b USING (SK_ID_BUREAU)
"""


def load_real_rows(connection: Connection, source: Path) -> None:
    """Puts the labelled applications and all histories of the competition's Parquet files into the raw tables."""
    load_rows(connection, source, application="application_train")


def load_rows(connection: Connection, source: Path, application: str = "application") -> None:
    """Puts the applications and all histories of a folder of Parquet files into the raw tables, in the order of the files."""
    names = {"application": application, **{table: table for table in HISTORY_TABLES}}
    for table, file in names.items():
        statement = _BALANCE if table == "bureau_balance" else _KEYED
        connection.execute(statement.format(table=table, batch=BATCH_ID), {"file": str(source / f"{file}.parquet")})


def labelled_versions(connection: Connection) -> pl.DataFrame:
    """application_id, batch_id and target of every labelled application."""
    return connection.sql(
        "SELECT SK_ID_CURR AS application_id, batch_id, TARGET AS target FROM raw.application_v1 "
        "WHERE TARGET IS NOT NULL ORDER BY SK_ID_CURR"
    ).pl()


def real_feature_set(connection: Connection, protected: list[str]) -> FeatureSet:
    """The product's features, with the levels that these rows show."""
    return feature_set(observe_levels(connection, BATCH_ID), protected)


def training_frame(connection: Connection, features: FeatureSet) -> pl.DataFrame:
    """application_id, batch_id, target, then the features."""
    versions = labelled_versions(connection)
    frames = list(iter_features(connection, features, versions, CHUNK_ROWS))
    return versions.join(pl.concat(frames), on=["application_id", "batch_id"], how="inner", maintain_order="left")
