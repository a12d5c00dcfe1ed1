"""Simulated columns beside the real ones: missing shares, distribution functions and level shares."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from schemas.tables import DELIVERED_TABLES, Column, table
from tests.simulated import simulated

N_APPLICANTS = 25_000
INPUT_TABLES = [name for name in DELIVERED_TABLES if name != "outcomes"]
#: Largest difference of shares. Applications are drawn from their marginals; in histories some follow from other columns.
TOLERANCES = {"application": 0.05}
HISTORY_TOLERANCE = 0.12
#: Real installments_payments are a sample of rows, so that the numbers of instalments are not to be compared.
NOT_COMPARABLE = {("installments_payments", "NUM_INSTALMENT_NUMBER"), ("installments_payments", "NUM_INSTALMENT_VERSION")}
#: Filled for less than 2 % of the rows: too few real values to compare.
LEAST_FILLED = 0.02


def distance(column: Column, simulated_values: pl.Series, real_values: pl.Series) -> float:
    """The largest difference of level shares, or of the distribution functions at seven real quantiles."""
    if column.kind == "text":
        ours, theirs = (dict(values.value_counts(normalize=True).rows()) for values in (simulated_values, real_values))
        return max(abs(ours.get(level, 0.0) - theirs.get(level, 0.0)) for level in ours | theirs)
    ours, theirs = (np.sort(values.cast(pl.Float64).to_numpy()) for values in (simulated_values, real_values))
    points = np.unique(np.quantile(theirs, [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98]))
    shares = [[np.searchsorted(values, points, side) / len(values) for side in ("left", "right")] for values in (ours, theirs)]
    return float(np.abs(np.array(shares[0]) - np.array(shares[1])).max())


@pytest.mark.parametrize("name", INPUT_TABLES)
def test_simulated_columns_are_distributed_like_real_ones(name: str, real_data: Path) -> None:
    real = pl.read_parquet(real_data / f"{'application_train' if name == 'application' else name}.parquet")
    ours = simulated(N_APPLICANTS).frames[name]
    tolerance = TOLERANCES.get(name, HISTORY_TOLERANCE)
    differing = {}
    for column in table(name).columns:
        if column.kind == "key" or column.name == "TARGET" or (name, column.name) in NOT_COMPARABLE:
            continue
        a, b = ours[column.name], real[column.name]
        missing = abs(a.null_count() / len(a) - b.null_count() / len(b))
        is_filled = b.count() > LEAST_FILLED * len(b)
        apart = max(missing, distance(column, a.drop_nulls(), b.drop_nulls()) if is_filled else 0.0)
        if apart > tolerance:
            differing[column.name] = round(apart, 3)
    assert differing == {}


def test_the_missing_pattern_is_the_real_one(real_data: Path) -> None:
    real = pl.read_parquet(real_data / "application_test.parquet")
    ours = simulated(N_APPLICANTS).frames["application"]
    assert ours["EXT_SOURCE_1"].null_count() / ours.height == pytest.approx(0.54, abs=0.02)
    pairs = [
        ("APARTMENTS_AVG", "FLOORSMAX_AVG"),
        ("EXT_SOURCE_3", "AMT_REQ_CREDIT_BUREAU_YEAR"),
        ("OCCUPATION_TYPE", "EXT_SOURCE_2"),
    ]
    for left, right in pairs:
        both = pl.col(left).is_null() & pl.col(right).is_null()
        shares = [frame.select(both.mean()).item() for frame in (ours, real)]
        assert shares[0] == pytest.approx(shares[1], abs=0.04), (left, right)


def test_columns_depend_on_each_other_as_in_the_real_rows(real_data: Path) -> None:
    real = pl.read_parquet(real_data / "application_train.parquet")
    ours = simulated(N_APPLICANTS).frames["application"]
    pairs = [
        ("AMT_CREDIT", "AMT_GOODS_PRICE"),
        ("AMT_CREDIT", "AMT_ANNUITY"),
        ("AMT_INCOME_TOTAL", "AMT_CREDIT"),
        ("AMT_INCOME_TOTAL", "REGION_RATING_CLIENT"),
        ("DAYS_BIRTH", "EXT_SOURCE_1"),
        ("DAYS_BIRTH", "CNT_CHILDREN"),
        ("CNT_CHILDREN", "CNT_FAM_MEMBERS"),
        ("EXT_SOURCE_2", "EXT_SOURCE_3"),
    ]
    rank = {
        (left, right): [
            frame.drop_nulls([left, right]).select(pl.corr(left, right, method="spearman")).item() for frame in (ours, real)
        ]
        for left, right in pairs
    }
    assert {pair: found for pair, found in rank.items() if abs(found[0] - found[1]) > 0.12} == {}
