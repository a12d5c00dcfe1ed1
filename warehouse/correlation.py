"""Pearson correlation of every pair of numeric features, by DuckDB, over the rows where both are known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement

import duckdb
import polars as pl

from warehouse.connection import Connection
from warehouse.drift_sql import quoted
from warehouse.opening import ISOLATED

#: Registered frame with the features, one row per application version.
FEATURES = "correlated_features"
#: Features on each side of one statement: more make DuckDB's plan slow, fewer make more passes over the rows.
_BLOCK = 40

_SCHEMA = {"feature": pl.String, "other": pl.String, "correlation": pl.Float64}


def _blocks(names: Sequence[str]) -> Iterator[list[tuple[str, str]]]:
    """Every pair once, in blocks; the first of a pair stands before the second in `names`."""
    parts = [names[start : start + _BLOCK] for start in range(0, len(names), _BLOCK)]
    position = {name: number for number, name in enumerate(names)}
    for one, other in combinations_with_replacement(parts, 2):
        pairs = [(left, right) for left in one for right in other if position[left] < position[right]]
        if pairs:
            yield pairs


def pairs_statement(pairs: Sequence[tuple[str, str]]) -> str:
    """One row with one list: Pearson's correlation of each pair; a row counts for a pair where neither value is null."""
    each = ",\n  ".join(f"corr({quoted(one)}, {quoted(other)})" for one, other in pairs)
    return f"SELECT [\n  {each}\n] AS correlations\nFROM {FEATURES}"


def _defined(value: float | None) -> float | None:
    """Null where a feature is constant on the rows of the pair, or fewer than two are left."""
    return None if value is None or not math.isfinite(value) else value


def pairwise_correlations(connection: Connection, features: pl.DataFrame) -> pl.DataFrame:
    """One row per pair of columns, in the order of columns.

    Args:
        connection: any open connection; nothing is written.
        features: numeric columns; null and NaN count as missing.

    Returns:
        feature, other, correlation (-1 to 1; null where it is undefined).
    """
    known = features.select(pl.all().cast(pl.Float64).fill_nan(None))
    connection.register(FEATURES, known)
    try:
        rows = []
        for pairs in _blocks(known.columns):
            found = connection.sql(pairs_statement(pairs)).fetchall()[0][0]
            rows += [(one, other, _defined(value)) for (one, other), value in zip(pairs, found, strict=True)]
    finally:
        connection.unregister(FEATURES)
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def correlations(features: pl.DataFrame) -> pl.DataFrame:
    """The same in a database of its own, in memory: the warehouse is free while a model is fitted."""
    connection = duckdb.connect(":memory:", config=ISOLATED)
    try:
        return pairwise_correlations(connection, features)
    finally:
        connection.close()
