from __future__ import annotations

import duckdb
import numpy as np
import polars as pl
import pytest

from warehouse import correlation
from warehouse.correlation import FEATURES, pairwise_correlations


@pytest.fixture
def features() -> pl.DataFrame:
    generator = np.random.default_rng(4)
    values = generator.normal(size=(300, 6)) @ generator.normal(size=(6, 6)) * 1e5
    values[generator.random((300, 6)) < 0.3] = np.nan
    frame = pl.DataFrame(values, schema=[f"feature {number}" for number in range(6)])
    return frame.with_columns(
        pl.col("feature 1").fill_nan(None), CONSTANT=pl.lit(3.0), WHOLE=pl.int_range(300), NOTHING=pl.lit(None, pl.Float64)
    )


@pytest.mark.parametrize("block", [2, 40])
def test_correlations_equal_those_of_pandas_on_the_rows_where_both_are_known(
    features: pl.DataFrame, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(correlation, "_BLOCK", block)
    found = pairwise_correlations(duckdb.connect(), features)
    assert found.height == 9 * 8 / 2
    table = features.fill_nan(None).to_pandas().astype(float).corr()
    for one, other, value in found.iter_rows():
        expected = table.loc[one, other]
        assert value is None if np.isnan(expected) else value == pytest.approx(expected, abs=1e-9)


def test_a_pair_stands_once_and_the_connection_is_left_as_it_was(features: pl.DataFrame) -> None:
    connection = duckdb.connect()
    found = pairwise_correlations(connection, features)
    pairs = {frozenset(pair) for pair in found.select("feature", "other").iter_rows()}
    assert len(pairs) == found.height
    assert {len(pair) for pair in pairs} == {2}
    with pytest.raises(duckdb.CatalogException):
        connection.sql(f"SELECT count(*) FROM {FEATURES}")


def test_one_feature_correlates_with_nothing() -> None:
    assert pairwise_correlations(duckdb.connect(), pl.DataFrame({"a": [1.0, 2.0]})).is_empty()
