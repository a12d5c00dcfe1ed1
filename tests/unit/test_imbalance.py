from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from schemas.parameters import Imbalance
from tasks.core.calibration import calibration_line
from tasks.core.folds import assign_folds
from tasks.core.imbalance import GOODS_PER_BAD, balanced, smote_rows, undersampled
from tasks.core.matrices import Folds, TrainingRows
from tasks.core.training import fit_model
from tests.model_rows import plan, training_frame

QUICK = {"learning_rate": 0.2, "max_trees": 25, "early_stopping_rounds": 5}


def _folds(frame: pl.DataFrame, imbalance: Imbalance) -> Folds:
    rows = TrainingRows(frame.drop("application_id", "batch_id", "target"), frame["target"])
    ids = frame["application_id"].to_numpy()
    names = tuple(rows.features.columns)
    return Folds(rows, ids, assign_folds(ids, rows.y, 3, seed=0), (names,) * 3, names, imbalance)


def test_undersampling_keeps_every_default_and_three_goods_each_whatever_the_order() -> None:
    generator = np.random.default_rng(3)
    ids, target = generator.permutation(2000).astype(np.int64), (generator.random(2000) < 0.1).astype(float)
    rows = generator.random(2000) < 0.8
    kept = undersampled(ids, target, rows)
    assert not (kept & ~rows).any()
    assert target[kept].sum() == target[rows].sum()
    assert (target[kept] == 0).sum() == GOODS_PER_BAD * target[rows].sum()
    back = undersampled(ids[::-1].copy(), target[::-1].copy(), rows[::-1].copy())[::-1]
    assert set(ids[kept]) == set(ids[back])


def test_weights_let_both_outcomes_weigh_the_same() -> None:
    target = np.array([1.0] * 5 + [0.0] * 45)
    sample = balanced(np.zeros((50, 1)), target, Imbalance.CLASS_WEIGHTS, seed=0)
    assert sample.weight[target == 1].sum() == pytest.approx(sample.weight[target == 0].sum())


def test_invented_defaults_lie_between_real_ones_and_the_real_rows_stay_as_they_are() -> None:
    generator = np.random.default_rng(1)
    matrix = np.column_stack([generator.normal(size=400) * 1e6, generator.integers(-1, 3, 400).astype(float)])
    matrix[generator.random(400) < 0.3, 0] = np.nan
    target = (np.arange(400) < 40).astype(float)
    sample = balanced(matrix, target, Imbalance.SMOTE, seed=0)
    made = sample.matrix[400:]
    assert np.array_equal(sample.matrix[:400], matrix, equal_nan=True)
    assert (sample.target[400:] == 1).all()
    assert sample.target.sum() * GOODS_PER_BAD == (sample.target == 0).sum()
    bads = matrix[target == 1]
    assert np.nanmin(made[:, 0]) >= np.nanmin(bads[:, 0])
    assert np.nanmax(made[:, 0]) <= np.nanmax(bads[:, 0])
    assert set(made[:, 1]) <= set(bads[:, 1])


def test_as_much_is_missing_in_invented_defaults_as_in_real_ones() -> None:
    generator = np.random.default_rng(2)
    bads = generator.normal(size=(300, 6))
    bads[np.ix_(generator.random(300) < 0.4, [0, 1, 2])] = np.nan  # a history that is missing is missing as a whole
    bads[:, 5] = np.nan
    made = smote_rows(bads, 600, seed=0)
    gaps = np.isnan(made)
    assert gaps[:, 0].mean() == pytest.approx(0.4, abs=0.08)
    assert np.array_equal(gaps[:, 0], gaps[:, 1])
    assert not gaps[:, 3].any()
    assert gaps[:, 5].all()


@pytest.mark.parametrize("imbalance", list(Imbalance))
def test_nothing_of_a_fold_reaches_what_it_is_scored_with(imbalance: Imbalance) -> None:
    frame = training_frame(400).sort("application_id")
    fold = _folds(frame, imbalance).fold
    here = pl.Series(fold == 0)
    spoilt = frame.with_columns(
        pl.when(here).then(pl.col("EXT_SOURCE_2") * 1e9).otherwise(pl.col("EXT_SOURCE_2")).alias("EXT_SOURCE_2"),
        pl.when(here).then(pl.lit("Nobody")).otherwise(pl.col("OCCUPATION_TYPE")).alias("OCCUPATION_TYPE"),
    )
    honest, other = _folds(frame, imbalance).without(0), _folds(spoilt, imbalance).without(0)
    assert honest.encoding == other.encoding
    assert np.array_equal(honest.sample.matrix, other.sample.matrix, equal_nan=True)
    assert np.array_equal(honest.sample.target, other.sample.target)
    assert (honest.held == (fold == 0)).all()


@pytest.mark.parametrize("imbalance", [Imbalance.CLASS_WEIGHTS, Imbalance.UNDERSAMPLING, Imbalance.SMOTE])
def test_the_pd_stays_calibrated_whatever_is_done_about_few_defaults(imbalance: Imbalance) -> None:
    fitted = fit_model(training_frame(5000), plan(imbalance=imbalance, n_folds=3, parameters=QUICK))
    for rows, tolerance in ((fitted.out_of_fold, 0.01), (fitted.holdout, 0.25)):
        target, pd = rows["target"].cast(pl.Float64).to_numpy(), rows["pd"].to_numpy()
        assert pd.mean() == pytest.approx(target.mean(), rel=0.12)
        assert calibration_line(target, pd)[1] == pytest.approx(1.0, abs=tolerance)
    assert fitted.out_of_fold["pd"].mean() == pytest.approx(fitted.out_of_fold["target"].mean(), abs=1e-3)
    assert fitted.manifest.holdout.auc > 0.75
