from __future__ import annotations

import itertools

import numpy as np
import pytest

from tasks.core.metrics import (
    auc,
    auc_difference_interval,
    auc_interval,
    brier,
    cost_per_application,
    cost_rows,
    gini,
    ks,
    log_loss,
    mean_interval,
    metrics_of,
    policy_cost,
    reliability,
)
from tests.model_rows import policy

TARGET = np.array([0.0, 0.0, 1.0, 0.0, 1.0, 1.0])
PD = np.array([0.1, 0.2, 0.2, 0.3, 0.6, 0.9])


def test_figures_equal_a_count_by_hand() -> None:
    assert auc(TARGET, PD) == pytest.approx((0.5 + 1 + 3 + 3) / 9)  # of nine pairs: one tie, one lost
    assert ks(TARGET, PD) == pytest.approx(2 / 3)
    assert brier(TARGET, PD) == pytest.approx((0.01 + 0.04 + 0.64 + 0.09 + 0.16 + 0.01) / 6)
    assert cost_per_application(TARGET, PD < 0.25) == pytest.approx((10 * 1 + 1) / 6)


def test_hard_labels_are_no_substitute_for_probabilities() -> None:
    assert auc(TARGET, (PD >= 0.8).astype(float)) < auc(TARGET, PD)


def test_the_policy_cost_is_the_reference_cost_in_other_units() -> None:
    is_granted = PD < 0.25
    goods = float(np.mean(TARGET == 0))
    assert policy_cost(TARGET, is_granted, policy().cost) == pytest.approx(
        10 * cost_per_application(TARGET, is_granted) - 10 * goods + 1
    )


def test_approving_everyone_costs_ten_times_the_default_rate() -> None:
    assert cost_per_application(TARGET, np.ones(6, dtype=bool)) == pytest.approx(10 * 0.5)
    assert cost_per_application(TARGET, np.zeros(6, dtype=bool)) == pytest.approx(0.5)


def test_intervals_hold_their_figure_and_are_the_same_each_time() -> None:
    generator = np.random.default_rng(3)
    target = (generator.random(2000) < 0.1).astype(float)
    score = target + generator.normal(size=2000)
    lower, upper = auc_interval(target, score, n_draws=100)
    assert lower < auc(target, score) < upper
    assert (lower, upper) == auc_interval(target, score, n_draws=100)


def test_a_paired_interval_of_a_score_with_itself_is_nought() -> None:
    assert auc_difference_interval(TARGET, PD, PD, n_draws=20) == (0.0, 0.0)


def test_a_paired_interval_sees_a_difference_that_separate_intervals_hide() -> None:
    generator = np.random.default_rng(4)
    target = (generator.random(3000) < 0.2).astype(float)
    good = target + generator.normal(size=3000)
    worse = good + 0.4 * generator.normal(size=3000)
    difference = auc_difference_interval(target, good, worse, n_draws=100)
    assert difference[0] > 0
    assert auc_interval(target, worse, n_draws=100)[1] > auc_interval(target, good, n_draws=100)[0]


def test_a_mean_interval_agrees_with_the_normal_approximation() -> None:
    values = np.random.default_rng(5).normal(1.0, 2.0, 4000)
    lower, upper = mean_interval(values, n_draws=1000)
    half = 1.96 * 2.0 / np.sqrt(4000)
    assert lower == pytest.approx(values.mean() - half, abs=0.02)
    assert upper == pytest.approx(values.mean() + half, abs=0.02)


def test_reliability_bins_share_the_rows_out_and_add_up() -> None:
    generator = np.random.default_rng(6)
    pd = generator.random(1003)
    target = (generator.random(1003) < pd).astype(float)
    bins = reliability(target, pd)
    assert sum(item.n_rows for item in bins) == 1003
    assert sum(item.n_rows * item.mean_pd for item in bins) == pytest.approx(pd.sum())
    assert all(before.upper <= after.lower for before, after in itertools.pairwise(bins))


def test_the_figures_of_one_set_of_rows_fit_together() -> None:
    figures = metrics_of(TARGET, PD, 0.25)
    assert figures.gini == pytest.approx(2 * figures.auc - 1) == pytest.approx(gini(TARGET, PD))
    assert figures.cost == pytest.approx(float(np.mean(cost_rows(TARGET, PD < 0.25))))
    assert (figures.n_rows, figures.n_bad, figures.approval_rate) == (6, 3, 0.5)
    assert figures.log_loss == pytest.approx(log_loss(TARGET, PD))
