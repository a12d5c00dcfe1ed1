"""The comments of the warehouse, for the data dictionary."""

from __future__ import annotations

from itertools import groupby

import duckdb

from schemas.readings import DictionaryColumn, DictionaryRelation
from warehouse.migrations import migrate
from warehouse.opening import ISOLATED
from warehouse.sql_files import sql


def describe_warehouse() -> list[DictionaryRelation]:
    """Every table, and every relation of marts, of an empty warehouse of this version, with its comments."""
    connection = duckdb.connect(":memory:", config=ISOLATED)
    try:
        migrate(connection)
        rows = connection.execute(sql("read/dictionary")).fetchall()
    finally:
        connection.close()
    return [
        DictionaryRelation(schema, name, comment, [DictionaryColumn(*row[3:]) for row in columns])
        for (schema, name, comment), columns in groupby(rows, key=lambda row: row[:3])
    ]
