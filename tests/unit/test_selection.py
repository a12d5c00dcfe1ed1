from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from schemas.errors import UsageError
from tasks.core.drift_reference import reference_decisions
from tasks.core.encoding import to_matrix
from tasks.core.leakage import single_auc
from tasks.core.matrices import TrainingRows
from tasks.core.scoring import predict_pd, verified_model
from tasks.core.selection import Limits, missing_shares, select_features
from tasks.core.training import deal_folds, fit_candidates
from tests.model_rows import plan, policy, training_frame

QUICK = {"learning_rate": 0.2, "max_trees": 20, "early_stopping_rounds": 5}


def _correlate(features: pl.DataFrame) -> pl.DataFrame:
    """The oracle: pandas, pair by pair."""
    table = features.to_pandas().corr()
    names = list(table.columns)
    pairs = [(one, other) for at, one in enumerate(names) for other in names[at + 1 :]]
    return pl.DataFrame(
        [(one, other, float(table.loc[one, other])) for one, other in pairs],
        schema={"feature": pl.String, "other": pl.String, "correlation": pl.Float64},
        orient="row",
    ).with_columns(pl.col("correlation").fill_nan(None))


def _rows(frame: pl.DataFrame) -> TrainingRows:
    return TrainingRows(frame.drop("application_id", "batch_id", "target"), frame["target"])


def _never(_: pl.DataFrame) -> pl.DataFrame:
    raise AssertionError("nothing was to be correlated")


def test_with_limits_off_nothing_is_left_out_and_nothing_is_computed() -> None:
    rows = _rows(training_frame(300))
    assert select_features(rows, Limits(), _never, seed=0).names == tuple(rows.features.columns)
    folds, dropped = deal_folds(training_frame(300), plan(correlate=_never), lambda _: None)
    assert dropped == []
    assert set(folds.names) == {folds.all_names}


def test_missing_counts_null_and_nan() -> None:
    frame = pl.DataFrame({"a": [1.0, None, float("nan"), 2.0], "b": ["x", None, None, None], "c": [1, 2, 3, 4]})
    assert missing_shares(frame) == {"a": 0.5, "b": 0.75, "c": 0.0}


def test_what_is_missing_too_often_is_left_out() -> None:
    selection = select_features(_rows(training_frame(500)), Limits(missing_share=0.1), None, seed=0)
    assert [item.name for item in selection.dropped] == ["EXT_SOURCE_1", "OCCUPATION_TYPE"]
    assert {item.because for item in selection.dropped} == {"missing_share"}
    assert "limit 10.0%" in selection.dropped[0].detail


def test_of_two_that_go_together_the_weaker_is_left_out_and_a_third_that_hung_on_it_stays() -> None:
    frame = training_frame(1500)
    noise = np.random.default_rng(0).normal(size=(2, 1500))
    strong = frame["EXT_SOURCE_2"].to_numpy()
    frame = frame.with_columns(weaker=pl.Series(strong + 0.6 * noise[0]), weakest=pl.Series(strong + 0.6 * noise[0] + noise[1]))
    rows = _rows(frame)
    alone = single_auc(rows.features, ["EXT_SOURCE_2", "weaker", "weakest"], rows.target)
    assert alone["EXT_SOURCE_2"] > alone["weaker"] > alone["weakest"]
    selection = select_features(rows, Limits(correlation=0.8), _correlate, seed=0)
    assert [item.name for item in selection.dropped] == ["weaker"]
    assert "with EXT_SOURCE_2" in selection.dropped[0].detail


def test_of_two_equal_features_the_first_by_name_stays_wherever_it_stands() -> None:
    frame = training_frame(400)
    twin = frame["DAYS_BIRTH"].alias("AGE_TWIN")
    for rows in (_rows(frame.with_columns(twin)), TrainingRows(_rows(frame).features.insert_column(0, twin), frame["target"])):
        selection = select_features(rows, Limits(correlation=0.99), _correlate, seed=0)
        assert [item.name for item in selection.dropped] == ["DAYS_BIRTH"]


def test_what_adds_next_to_nothing_is_left_out() -> None:
    frame = training_frame(2000).with_columns(CONSTANT=pl.lit(1.0))
    selection = select_features(_rows(frame), Limits(importance=0.02), None, seed=0)
    assert "CONSTANT" in {item.name for item in selection.dropped}
    assert {"EXT_SOURCE_1", "EXT_SOURCE_2"} <= set(selection.names)


def test_limits_that_leave_nothing_are_refused() -> None:
    frame = training_frame(300).select("application_id", "batch_id", "target", "EXT_SOURCE_1")
    with pytest.raises(UsageError, match="leave no feature"):
        select_features(_rows(frame), Limits(missing_share=0.0), None, seed=0)
    with pytest.raises(ValueError, match="computes correlations"):
        select_features(_rows(frame), Limits(correlation=0.9), None, seed=0)


def test_features_are_chosen_without_the_fold_that_they_are_measured_on() -> None:
    frame = training_frame(600).sort("application_id")
    limits = plan(limits=Limits(missing_share=0.3), n_folds=3)
    fold = deal_folds(frame, plan(n_folds=3), lambda _: None)[0].fold
    only_in_first = pl.when(pl.Series(fold == 0)).then(pl.col("DAYS_BIRTH")).otherwise(None).alias("DAYS_BIRTH")
    folds, dropped = deal_folds(frame.with_columns(only_in_first), limits, lambda _: None)
    assert ["DAYS_BIRTH" in names for names in folds.names] == [False, False, False]
    often = pl.when(pl.Series(fold == 0)).then(None).otherwise(pl.col("DAYS_BIRTH")).alias("DAYS_BIRTH")
    folds, dropped = deal_folds(frame.with_columns(often), limits, lambda _: None)
    assert ["DAYS_BIRTH" in names for names in folds.names] == [True, False, False]
    assert [item.name for item in dropped] == ["DAYS_BIRTH"]


def test_a_model_of_selected_features_scores_frames_with_all_of_them() -> None:
    frame = training_frame(1500)
    outcome = fit_candidates(
        frame, plan(limits=Limits(missing_share=0.1), n_folds=3, parameters=QUICK, monotone={"EXT_SOURCE_1": -1})
    )
    manifest = outcome.fitted.manifest
    assert [item.name for item in outcome.dropped] == ["EXT_SOURCE_1", "OCCUPATION_TYPE"]
    assert set(manifest.input_names) == set(frame.columns[3:]) - {"EXT_SOURCE_1", "OCCUPATION_TYPE"}
    assert [item.name for item in outcome.features if item.name not in manifest.input_names] == []
    assert "EXT_SOURCE_1" in outcome.warnings[0]
    model = verified_model(manifest, outcome.fitted.text)
    held = outcome.fitted.holdout.join(frame, on=["application_id", "batch_id"], maintain_order="left")
    assert predict_pd(model, to_matrix(held, model.encoding)).tolist() == outcome.fitted.holdout["pd"].to_list()


def test_hard_rules_read_features_that_the_model_does_not() -> None:
    birth = [-9000.0, -6000.0, -9000.0]
    frame = pl.DataFrame({"EXT_SOURCE_1": [0.5, 0.5, None], "DAYS_BIRTH": birth, "ANNUITY_TO_INCOME": [0.1] * 3})
    decisions = reference_decisions(pl.Series([0.01, 0.01, 0.01]), frame, ["EXT_SOURCE_1"], 0.1, policy())
    assert decisions.to_list() == ["approve", "decline", "review"]
