from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
import pytest

from schemas.errors import UsageError
from schemas.parameters import STANDARD_CANDIDATES, Candidate, RetrainParameters
from schemas.policy import Cost
from tasks.core.calibration import sigmoid
from tasks.core.candidates import fit_candidate, raw_scores, require_available, settings_of
from tasks.core.encoding import to_matrix
from tasks.core.folds import assign_folds
from tasks.core.imbalance import Sample
from tasks.core.matrices import Prepared, TrainingRows, plain_folds
from tasks.core.metrics import policy_cost
from tasks.core.scoring import predict_pd, verified_model
from tasks.core.scoring_shift import score_psi
from tasks.core.training import TrainingOutcome, fit_candidates, fit_model
from tasks.core.training_plan import plan_of
from tests.model_rows import plan, policy, training_frame

QUICK = {"learning_rate": 0.2, "max_trees": 25, "early_stopping_rounds": 5}
YARDSTICK = [name for name in STANDARD_CANDIDATES if name is not Candidate.LIGHTGBM]


@cache
def _outcome() -> TrainingOutcome:
    return fit_candidates(training_frame(2500), plan(candidates=STANDARD_CANDIDATES, n_folds=3, parameters=QUICK))


@cache
def _prepared() -> Prepared:
    frame = training_frame(900).with_columns(NEVER=pl.lit(None, pl.Float64), ALWAYS=pl.lit(7.0))
    rows = TrainingRows(frame.drop("application_id", "batch_id", "target"), frame["target"])
    return plain_folds(rows, assign_folds(frame["application_id"].to_numpy(), rows.y, 3, 0)).everything()


def test_all_candidates_are_measured_on_the_same_rows_in_the_order_asked() -> None:
    records = _outcome().candidates
    assert tuple(item.name for item in records) == STANDARD_CANDIDATES
    assert len({(item.holdout.n_rows, item.holdout.n_bad, item.out_of_fold.n_rows, item.train.n_rows) for item in records}) == 1
    assert {len(item.folds) for item in records} == {3}
    assert [item.name for item in records if item.may_become_champion] == ["lightgbm"]


def test_differences_are_the_candidate_minus_lightgbm_on_the_hold_out() -> None:
    records = {item.name: item for item in _outcome().candidates}
    champion = records["lightgbm"]
    assert (champion.auc_difference, champion.cost_difference) == (None, None)
    for item in (records["tree"], records["logistic"]):
        for name, found in (("auc", item.auc_difference), ("cost", item.cost_difference)):
            mine, others = item.holdout.figures[name].value, champion.holdout.figures[name].value
            assert mine is not None
            assert others is not None
            assert found is not None
            assert found.value == pytest.approx(mine - others)
            assert found.lower is not None
            assert found.upper is not None
            assert found.lower <= found.value <= found.upper


def test_the_dummy_gives_everyone_the_default_rate_and_is_not_calibrated() -> None:
    dummy = _outcome().candidates[0]
    assert dummy.calibration is None
    assert "default rate" in dummy.note
    assert dummy.holdout.figures["auc"].value == 0.5
    rate = dummy.out_of_fold.n_bad / dummy.out_of_fold.n_rows
    assert dummy.out_of_fold.figures["brier"].value == pytest.approx(rate * (1 - rate))


def test_every_other_candidate_orders_and_is_calibrated_out_of_fold() -> None:
    for item in _outcome().candidates[1:]:
        assert item.calibration is not None
        assert item.note == ""
        assert item.holdout.figures["auc"].value > 0.7  # type: ignore[operator]
        assert item.out_of_fold.figures["calibration_slope"].value == pytest.approx(1.0, abs=0.02)


def test_the_model_is_the_one_that_is_fitted_alone() -> None:
    alone = fit_model(training_frame(2500), plan(n_folds=3, parameters=QUICK))
    assert alone.text == _outcome().fitted.text
    assert alone.manifest == _outcome().fitted.manifest
    record = next(item for item in _outcome().candidates if item.name == "lightgbm")
    assert record.threshold == alone.manifest.threshold
    assert record.calibration == alone.manifest.calibration
    assert record.holdout.figures["auc"].value == pytest.approx(alone.manifest.holdout.auc)
    assert record.out_of_fold.figures["cost"].value == pytest.approx(alone.manifest.out_of_fold.cost)


def test_features_come_with_the_gain_of_the_booster_and_shap_with_a_direction() -> None:
    outcome = _outcome()
    assert [item.name for item in outcome.features][:2] == ["EXT_SOURCE_2", "EXT_SOURCE_1"]
    assert sum(item.gain_share for item in outcome.features) == pytest.approx(1.0)
    bars = {item.feature: item for item in outcome.shap}
    assert bars["EXT_SOURCE_2"].direction < -0.8  # type: ignore[operator]
    assert bars["BURO_AMT_CREDIT_SUM_DEBT_SUM"].direction > 0.8  # type: ignore[operator]
    assert bars["OCCUPATION_TYPE"].direction is None
    held, scored = outcome.fitted.holdout["pd"], outcome.fitted.out_of_fold["pd"]
    assert outcome.score_psi == score_psi(scored.to_numpy(), held.to_numpy())


@pytest.mark.parametrize("candidate", YARDSTICK)
def test_raw_scores_are_the_log_odds_of_the_library_and_repeat(candidate: Candidate) -> None:
    prepared = _prepared()
    pipeline = fit_candidate(candidate, prepared, seed=1)
    raw = raw_scores(pipeline, prepared.sample.matrix)
    expected = np.clip(pipeline.predict_proba(prepared.sample.matrix)[:, 1], 1e-6, 1 - 1e-6)
    assert np.clip(sigmoid(raw), 1e-6, 1 - 1e-6) == pytest.approx(expected, abs=1e-9)
    again = raw_scores(fit_candidate(candidate, prepared, seed=1), prepared.sample.matrix)
    assert again == pytest.approx(raw, abs=1e-9)


@pytest.mark.parametrize("candidate", [name for name in YARDSTICK if name is not Candidate.DUMMY])
def test_a_default_that_counts_more_raises_the_raw_scores(candidate: Candidate) -> None:
    plain = _prepared()
    weighted = Prepared(plain.encoding, Sample(plain.sample.matrix, plain.sample.target, 5.0))
    matrix = plain.sample.matrix
    means = [sigmoid(raw_scores(fit_candidate(candidate, item, seed=0), matrix)).mean() for item in (plain, weighted)]
    assert means[1] > means[0]


def test_a_level_that_was_not_in_training_and_a_typo_of_a_billion_are_scored() -> None:
    prepared = _prepared()
    frame = training_frame(5).with_columns(
        NEVER=pl.lit(1.0), ALWAYS=pl.lit(7.0), OCCUPATION_TYPE=pl.lit("Astronauts"), ANNUITY_TO_INCOME=pl.lit(1e9)
    )
    matrix = to_matrix(frame, prepared.encoding)
    for candidate in YARDSTICK:
        assert np.isfinite(raw_scores(fit_candidate(candidate, prepared, seed=0), matrix)).all()


def test_leaves_are_small_enough_for_few_rows() -> None:
    assert settings_of(Candidate.TREE, 30_000)["min_samples_leaf"] == 200
    assert settings_of(Candidate.TREE, 1000)["min_samples_leaf"] == 10


def test_a_candidate_that_is_not_installed_is_refused_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.core.candidates.find_spec", lambda _: None)
    require_available(STANDARD_CANDIDATES)
    said: list[str] = []
    with pytest.raises(UsageError, match=r"XGBoost is not installed") as caught:
        fit_candidates(training_frame(100), plan(candidates=(Candidate.LIGHTGBM, Candidate.XGBOOST)), said.append)
    assert "install the package xgboost" in caught.value.remedy
    assert said == []


@pytest.mark.parametrize("column", ["observed_on", "sk_id_curr", "Target", "code_gender"])
def test_what_may_never_be_a_feature_is_refused_in_whatever_case(column: str) -> None:
    with pytest.raises(UsageError, match=column):
        fit_candidates(training_frame(200).with_columns(pl.lit(1.0).alias(column)), plan())


def test_a_leaky_column_is_caught_before_anything_is_fitted() -> None:
    noise = pl.Series(np.random.default_rng(0).normal(size=400) * 0.1)
    said: list[str] = []
    with pytest.raises(UsageError, match="DAYS_LATE_LATER"):
        fit_candidates(training_frame(400).with_columns(DAYS_LATE_LATER=pl.col("target") + noise), plan(), said.append)
    assert said == []


@pytest.mark.parametrize("name", ["OCCUPATION_TYPE", "NO_SUCH_FEATURE", "target"])
def test_a_monotone_constraint_on_what_is_no_number_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=name):
        fit_model(training_frame(300), plan(monotone={name: 1}))


def test_a_monotone_constraint_holds_for_the_pd() -> None:
    frame = training_frame(1500)
    fitted = fit_model(frame, plan(n_folds=3, parameters=QUICK, monotone={"DAYS_BIRTH": 1, "EXT_SOURCE_2": -1}))
    ready = verified_model(fitted.manifest, fitted.text)
    assert fitted.manifest.parameters["monotone_constraints"] == "DAYS_BIRTH=+1,EXT_SOURCE_2=-1"
    for name, sign in (("DAYS_BIRTH", 1), ("EXT_SOURCE_2", -1)):
        grid = np.linspace(frame[name].min(), frame[name].max(), 40)  # type: ignore[arg-type]
        for row in range(5):
            varied = pl.concat([frame[row]] * len(grid)).with_columns(pl.Series(name, grid))
            steps = np.diff(predict_pd(ready, to_matrix(varied, ready.encoding)))
            assert (sign * steps >= 0).all()
    assert (steps != 0).any()


def test_the_threshold_minimises_the_cost_matrix_that_was_asked_for() -> None:
    dear = Cost(granted_default=300.0, granted_repaid=-10.0, refused=0.0, constant=1.0)
    asked = plan(n_folds=3, parameters=QUICK)
    usual = fit_model(training_frame(1500), asked)
    careful = fit_model(training_frame(1500), plan(n_folds=3, parameters=QUICK, cost=dear))
    assert careful.text == usual.text
    assert careful.manifest.threshold < usual.manifest.threshold
    target, pd = usual.out_of_fold["target"].cast(pl.Float64).to_numpy(), usual.out_of_fold["pd"].to_numpy()
    costs = [policy_cost(target, pd < item.manifest.threshold, dear) for item in (careful, usual)]
    assert costs[0] < costs[1]


def test_a_plan_carries_everything_that_a_retraining_asks_for() -> None:
    parameters = RetrainParameters.model_validate(
        {
            "holdout": "time", "holdout_share": 0.3, "n_folds": 3, "max_missing_share": 0.9, "max_correlation": 0.8,
            "min_importance": 0.01, "imbalance": "smote", "candidates": ["lightgbm", "tree"], "search_trials": 2,
            "search_minutes": 5, "search_metric": "cost", "cost": {"granted_default": 50}, "monotone": {"DAYS_BIRTH": 1},
            "seed": 7, "parameters": {"num_leaves": 9},
        }
    )  # fmt: skip
    made = plan_of(
        parameters,
        model_version="m-1",
        trained_as_of=plan().trained_as_of,
        feature_set_id="f",
        levels={},
        policy=policy(),
        descriptions={"DAYS_BIRTH": "Age"},
    )
    assert (made.holdout, made.holdout_share, made.n_folds, made.seed) == ("time", 0.3, 3, 7)
    assert (made.limits.missing_share, made.limits.correlation, made.limits.importance) == (0.9, 0.8, 0.01)
    assert (made.imbalance, made.candidates, dict(made.monotone)) == ("smote", ("lightgbm", "tree"), {"DAYS_BIRTH": 1})
    assert (made.search.trials, made.search.minutes, made.search.metric) == (2, 5, "cost")
    assert made.cost_in_force.granted_default == 50
    assert plan().cost_in_force == policy().cost
