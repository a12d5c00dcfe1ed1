"""Figures with bounds: against scikit-learn, against counts by hand, and where rows cannot give them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    balanced_accuracy_score,
    brier_score_loss,
    f1_score,
    log_loss,
    precision_score,
    recall_score,
    roc_auc_score,
)

from schemas.training_record import FIGURE_NAMES
from tasks.core.calibration import calibration_line, line_sums, log_odds, sigmoid
from tasks.core.metrics import (
    auc_difference_interval,
    cost_rows,
    figure_set,
    fold_figures,
    mean_interval,
    metrics_of,
    observed_over_expected,
    paired_difference,
)
from tasks.core.resampling import ONE_SIDED, bootstrap_weights, rank_rows

THRESHOLD = 0.1


def _rows(n_rows: int = 3000, seed: int = 1, decimals: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Targets drawn from PDs that are a little too flat; few decimals make ties."""
    generator = np.random.default_rng(seed)
    raw = generator.normal(-2.5, 1.0, n_rows)
    target = (generator.random(n_rows) < sigmoid(1.3 * raw + 0.5)).astype(float)
    return target, np.clip(np.round(sigmoid(raw), decimals), 0.001, 0.999)


def test_every_figure_equals_that_of_scikit_learn() -> None:
    target, pd = _rows()
    refused = (pd >= THRESHOLD).astype(float)
    # without a penalty: the maximum-likelihood line
    line = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(log_odds(pd)[:, None], target)
    expected = {
        "auc": roc_auc_score(target, pd),
        "gini": 2 * roc_auc_score(target, pd) - 1,
        "pr_auc": average_precision_score(target, pd),
        "log_loss": log_loss(target, pd),
        "brier": brier_score_loss(target, pd),
        "calibration_intercept": line.intercept_[0],
        "calibration_slope": line.coef_[0, 0],
        "accuracy": accuracy_score(target, refused),
        "precision": precision_score(target, refused),
        "recall": recall_score(target, refused),
        "f1": f1_score(target, refused),
        "balanced_accuracy": balanced_accuracy_score(target, refused),
        "default_rate": target.mean(),
        "approval_rate": 1 - refused.mean(),
    }
    found = fold_figures(target, pd, THRESHOLD)
    assert tuple(found) == FIGURE_NAMES
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-6)


def test_figures_equal_those_of_the_manifest_and_its_bounds() -> None:
    target, pd = _rows()
    figures, manifest = figure_set(target, pd, THRESHOLD), metrics_of(target, pd, THRESHOLD)
    for name in ("auc", "gini", "ks", "brier", "log_loss", "cost", "approval_rate"):
        assert figures.figures[name].value == pytest.approx(getattr(manifest, name), abs=1e-12)
    assert (figures.figures["auc"].lower, figures.figures["auc"].upper) == manifest.auc_interval
    assert (figures.figures["cost"].lower, figures.figures["cost"].upper) == pytest.approx(manifest.cost_interval, abs=1e-12)
    assert (figures.n_rows, figures.n_bad, figures.threshold) == (3000, int(target.sum()), THRESHOLD)


def test_precision_and_recall_are_not_swapped() -> None:
    target = np.array([1.0, 1.0, 1.0, 1.0, 0.0, 0.0])
    pd = np.array([0.9, 0.2, 0.2, 0.2, 0.1, 0.05])
    found = fold_figures(target, pd, 0.5)  # one refused, and a default; three defaults are granted
    assert (found["precision"], found["recall"]) == (1.0, 0.25)


def test_auc_comes_from_probabilities_and_not_from_decisions() -> None:
    target, pd = _rows()
    decisions = np.where(pd >= THRESHOLD, 0.9, 0.01)
    found, hard = fold_figures(target, pd, THRESHOLD), fold_figures(target, decisions, THRESHOLD)
    assert hard["recall"] == found["recall"]
    assert hard["auc"] == pytest.approx(found["balanced_accuracy"])
    assert found["auc"] is not None
    assert hard["auc"] is not None
    assert found["auc"] > hard["auc"] + 0.02


def test_cost_is_ten_for_a_granted_default_and_one_for_a_refused_good() -> None:
    target = np.array([1.0, 1.0, 0.0, 0.0, 0.0])
    pd = np.array([0.05, 0.5, 0.5, 0.5, 0.05])
    found = fold_figures(target, pd, THRESHOLD)
    assert found["cost"] == pytest.approx((10 * 1 + 2) / 5)
    assert found["approval_rate"] == pytest.approx(2 / 5)


def test_every_bound_encloses_its_figure_and_repeats_exactly() -> None:
    target, pd = _rows()
    found = figure_set(target, pd, THRESHOLD, n_draws=100)
    for figure in found.figures.values():
        assert figure.lower is not None
        assert figure.value is not None
        assert figure.upper is not None
        assert figure.lower < figure.value < figure.upper
    assert found == figure_set(target, pd, THRESHOLD, n_draws=100)
    assert found != figure_set(target, pd, THRESHOLD, n_draws=100, seed=1)


def test_bounds_equal_those_of_figures_of_drawn_rows() -> None:
    target, pd = _rows(400)
    found = figure_set(target, pd, THRESHOLD, n_draws=60, seed=3)
    draws = []
    for weight in bootstrap_weights(400, 60, 3):
        drawn = np.repeat(np.arange(400), weight.astype(int))
        draws.append(fold_figures(target[drawn], pd[drawn], THRESHOLD))
    for name in FIGURE_NAMES:
        if not name.startswith("calibration"):
            bounds = np.quantile([draw[name] for draw in draws], [0.025, 0.975])
            assert (found.figures[name].lower, found.figures[name].upper) == pytest.approx(tuple(bounds), abs=1e-12)


def test_one_newton_step_per_resample_is_as_good_as_a_fit() -> None:
    target, pd = _rows(2000)
    lines = line_sums(target, pd)
    assert (lines.intercept, lines.slope) == calibration_line(target, pd)
    for weight in bootstrap_weights(2000, 20, 5):
        drawn = np.repeat(np.arange(2000), weight.astype(int))
        assert lines.of_sums(weight @ lines.columns) == pytest.approx(calibration_line(target[drawn], pd[drawn]), abs=0.03)


def test_the_bounds_of_the_slope_are_as_wide_as_its_standard_error_says() -> None:
    generator = np.random.default_rng(8)
    raw = generator.normal(-2.0, 1.0, 5000)
    pd = sigmoid(raw)
    slope = figure_set((generator.random(5000) < pd).astype(float), pd, THRESHOLD).figures["calibration_slope"]
    variance = pd * (1 - pd)
    design = np.column_stack([np.ones(5000), raw])
    error = np.sqrt(np.linalg.inv(design.T @ (design * variance[:, None]))[1, 1])  # Fisher information
    assert slope.lower is not None
    assert slope.upper is not None
    assert slope.upper - slope.lower == pytest.approx(2 * 1.96 * error, rel=0.15)
    assert slope.lower < 1.0 < slope.upper


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_one_outcome_alone_gives_no_ranking_and_no_calibration(outcome: float) -> None:
    found = figure_set(np.full(50, outcome), np.linspace(0.01, 0.5, 50), THRESHOLD, n_draws=10).figures
    for name in ("auc", "gini", "ks", "calibration_slope", "calibration_intercept", "balanced_accuracy"):
        assert (found[name].value, found[name].lower, found[name].upper) == (None, None, None)
    assert (found["recall"].value is None, found["pr_auc"].value is None) == (outcome == 0.0, outcome == 0.0)
    assert found["brier"].value is not None


def test_no_rows_give_no_figure_and_no_fault() -> None:
    found = figure_set(np.empty(0), np.empty(0), THRESHOLD)
    assert (found.n_rows, found.n_bad) == (0, 0)
    assert {figure.value for figure in found.figures.values()} == {None}


def test_precision_is_unknown_where_nobody_is_refused() -> None:
    target, pd = _rows(200)
    found = fold_figures(target, pd, 1.0)
    assert found["precision"] is None
    assert (found["recall"], found["f1"], found["approval_rate"]) == (0.0, 0.0, 1.0)


def test_a_constant_pd_orders_nobody_and_has_no_calibration_line() -> None:
    target, _ = _rows(500)
    found = fold_figures(target, np.full(500, target.mean()), THRESHOLD)
    assert (found["auc"], found["ks"], found["calibration_slope"]) == (0.5, 0.0, None)
    assert found["pr_auc"] == pytest.approx(target.mean())


def test_a_pd_that_separates_the_outcomes_has_no_calibration_line() -> None:
    target = np.array([0.0, 0.0, 0.0, 1.0, 1.0])
    found = fold_figures(target, np.array([0.1, 0.2, 0.3, 0.3, 0.4]), THRESHOLD)
    assert (found["calibration_slope"], found["calibration_intercept"]) == (None, None)


def test_a_far_outlier_does_not_throw_the_calibration_line_off() -> None:
    target, pd = _rows(1000)
    pd[0], target[0] = 1e-12, 1.0
    pd[1], target[1] = 1 - 1e-12, 0.0
    found = fold_figures(target, pd, THRESHOLD)
    oracle = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(log_odds(pd)[:, None], target)
    assert found["calibration_slope"] == pytest.approx(oracle.coef_[0, 0], abs=1e-5)


def test_a_paired_difference_is_that_of_the_figures_on_common_resamples() -> None:
    target, pd = _rows()
    other = np.clip(pd + np.random.default_rng(2).normal(0, 0.03, len(pd)), 0.001, 0.999)
    mine, others = pd < THRESHOLD, other < THRESHOLD
    found = paired_difference(target, pd, mine, other, others, n_draws=100, seed=4)
    assert found.auc.value == pytest.approx(roc_auc_score(target, pd) - roc_auc_score(target, other))
    assert (found.auc.lower, found.auc.upper) == auc_difference_interval(target, pd, other, n_draws=100, seed=4)
    extra = cost_rows(target, mine) - cost_rows(target, others)
    assert found.cost.value == pytest.approx(extra.mean())
    assert (found.cost.lower, found.cost.upper) == mean_interval(extra, n_draws=100, seed=4)
    one_sided = paired_difference(target, pd, mine, other, others, n_draws=100, seed=4, cost_levels=ONE_SIDED)
    assert one_sided.cost.upper is not None
    assert found.cost.upper is not None
    assert one_sided.cost.upper < found.cost.upper


def test_a_model_does_not_differ_from_itself() -> None:
    target, pd = _rows(300)
    found = paired_difference(target, pd, pd < THRESHOLD, pd, pd < THRESHOLD, n_draws=10)
    assert {found.auc.value, found.auc.upper, found.cost.lower, found.cost.value} == {0.0}


def test_observed_over_expected_defaults_says_how_far_the_pds_are_off() -> None:
    target, _ = _rows()
    found = observed_over_expected(target, np.full(len(target), target.mean() / 2))
    assert found.value == pytest.approx(2.0)
    assert found.lower is not None
    assert 1.7 < found.lower < 2.0
    assert observed_over_expected(np.empty(0), np.empty(0)).value is None


def test_rows_that_stand_twice_count_as_rows_of_weight_two() -> None:
    target, pd = _rows(100)
    counts = rank_rows(target, pd).counts(np.full(100, 2.0))
    twice = rank_rows(np.tile(target, 2), np.tile(pd, 2)).counts(np.ones(200))
    assert np.array_equal(counts.bad, twice.bad)
    assert np.array_equal(counts.good, twice.good)
