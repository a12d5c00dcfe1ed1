"""Rows as they are scored: part by part, and always what the whole matrix would give."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tasks.core.assessing import assess_rows, predict_rows
from tasks.core.encoding import PART_ROWS, hex_digests, row_digests, to_matrix
from tasks.core.quality import inputs_of, look_at, quality_of
from tasks.core.scoring import predict_pd
from tests.model_rows import model, training_frame

N_ROWS = 2 * PART_ROWS + 7


def _features(n_rows: int) -> pl.DataFrame:
    keys = [pl.int_range(pl.len(), dtype=pl.Int64).alias("application_id"), pl.lit(2026063001).cast(pl.Int32).alias("batch_id")]
    return training_frame(N_ROWS).head(n_rows).with_columns(keys)


@pytest.mark.parametrize("n_rows", [0, 1, N_ROWS])
def test_parts_give_what_the_whole_matrix_gives(n_rows: int) -> None:
    features = _features(n_rows)
    found = assess_rows(model(), features, ["bureau"], 0.9)
    matrix = to_matrix(features, model().encoding)
    inputs = inputs_of(model().manifest, frozenset(features.columns))
    expected = quality_of(features, inputs, [look_at(matrix, inputs)], ["bureau"], 0.9)
    assert found.pd.tolist() == predict_pd(model(), matrix).tolist()
    assert found.sha256.to_list() == hex_digests(row_digests(matrix)).to_list()
    assert found.quality.records.equals(expected.records)
    assert found.quality.is_insufficient.tolist() == expected.is_insufficient.tolist()


def test_a_challenger_is_given_the_same_pd_and_the_same_rows_without_input() -> None:
    features = _features(N_ROWS)
    share = float(np.median(assess_rows(model(), features, [], 0.0).quality.records["n_filled"])) / len(model().manifest.inputs)
    pd, insufficient = predict_rows(model(), features, share)
    assessed = assess_rows(model(), features, [], share)
    assert pd.tolist() == assessed.pd.tolist()
    assert insufficient.tolist() == assessed.quality.is_insufficient.tolist()
    assert 0 < insufficient.sum() < N_ROWS
