"""On any rows: SQL and the oracle agree, and who else is asked for makes no difference to a bit."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.features import feature_set
from schemas.tables import HISTORY_TABLES, Column, table
from tests.feature_oracle import oracle
from tests.feature_support import DEFAULTS, differing_columns, pandas_tables, versions_of, warehouse_of
from warehouse.features import compute_features, iter_features

BATCHES = [2026010101, 2026010102, 2026010301]
LEVELS = {
    "bureau.CREDIT_ACTIVE": ["Active", "Closed"],
    "bureau.CREDIT_CURRENCY": [],
    "bureau.CREDIT_TYPE": ["a"],
    "bureau_balance.STATUS": ["0", "C"],
    **{f"previous_application.{c.name}": [] for c in table("previous_application").columns if c.kind == "text"},
    "previous_application.NAME_CONTRACT_STATUS": ["Approved", "Refused"],
    "POS_CASH_balance.NAME_CONTRACT_STATUS": ["a"],
    "credit_card_balance.NAME_CONTRACT_STATUS": ["a", "b"],
}
TEXTS = {
    "CREDIT_ACTIVE": ["Active", "Closed", "Sold"],
    "STATUS": ["0", "C", "X"],
    "NAME_CONTRACT_STATUS": ["Approved", "Refused", "a", "b"],
}


def values_of(column: Column) -> st.SearchStrategy[Any]:
    """A few values of the column's own range, repeated often: missing, 0, the sentinel, amounts with cents."""
    if column.name.startswith("SK_ID"):
        return st.sampled_from([1, 2])
    if column.kind == "text":
        return st.sampled_from(TEXTS.get(column.name, ["a", "b"]))
    low, high = max(column.minimum or 0, -3000), min(column.maximum or 0, 3000)
    numbers: st.SearchStrategy[Any] = st.integers(int(low), int(high))
    if column.kind == "amount":
        numbers = st.sampled_from([0.0, 0.045, 12.5, 1000.005, 250_000.25, high * 1000.0])
    if column.sentinel is not None:
        numbers = st.one_of(numbers, st.just(column.sentinel))
    return numbers if not column.is_nullable else st.one_of(st.none(), numbers)


def rows_of(name: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    columns = {column.name: values_of(column) for column in table(name).columns}
    keys = {"batch_id": st.sampled_from(BATCHES), "SK_ID_CURR": st.sampled_from([1, 2])}
    used = {key: found for key, found in (columns | keys).items() if name != "application" or key in USED}
    unique = {"application": ("SK_ID_CURR", "batch_id"), "bureau": ("SK_ID_CURR", "batch_id", "SK_ID_BUREAU")}.get(name)
    one = st.fixed_dictionaries(used)
    low = 1 if name == "application" else 0
    if unique is None:
        return st.lists(one, min_size=low, max_size=6)
    return st.lists(one, min_size=low, max_size=4, unique_by=lambda row: tuple(row[key] for key in unique))


USED = {
    "SK_ID_CURR",
    "batch_id",
    "AMT_INCOME_TOTAL",
    "AMT_CREDIT",
    "AMT_ANNUITY",
    "AMT_GOODS_PRICE",
    "CNT_CHILDREN",
    "CNT_FAM_MEMBERS",
    "DAYS_EMPLOYED",
    "EXT_SOURCE_1",
    "EXT_SOURCE_2",
    "EXT_SOURCE_3",
    "FLAG_DOCUMENT_2",
    "FLAG_OWN_CAR",
}
TABLES = st.fixed_dictionaries({name: rows_of(name) for name in ("application", *HISTORY_TABLES)})


@settings(max_examples=15)
@given(tables=TABLES)
def test_sql_and_the_oracle_agree_on_any_rows(tables: dict[str, list[dict[str, Any]]]) -> None:
    wanted = feature_set(LEVELS, [])
    with warehouse_of(tables) as connection:
        features = compute_features(connection, wanted, versions_of(connection))
        expected = oracle(pandas_tables(connection), LEVELS)
    assert differing_columns(features, expected, wanted) == []


@settings(max_examples=8)
@given(tables=TABLES, chunk_rows=st.integers(1, 4))
def test_neither_chunks_nor_company_nor_threads_change_a_bit(tables: dict[str, list[dict[str, Any]]], chunk_rows: int) -> None:
    wanted = feature_set(LEVELS, [])
    with warehouse_of(tables) as connection:
        versions = versions_of(connection)
        whole = compute_features(connection, wanted, versions)
        pieces = pl.concat(iter_features(connection, wanted, versions, chunk_rows))
    assert whole.equals(pieces)
    for threads in (1, 4):
        with warehouse_of(tables, threads=threads) as connection:
            assert whole.equals(compute_features(connection, wanted, versions))


def test_defaults_name_columns_that_exist() -> None:
    assert all(set(row) - {"SK_ID_CURR"} <= set(table(name).column_names) for name, row in DEFAULTS.items())
