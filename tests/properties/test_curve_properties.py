"""Curves and figures of any rows: every point is a count of its own, and no step tells of a handful of rows."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tasks.core.curves import MAX_POINTS, MIN_ROWS, curves_of
from tasks.core.metrics import cost_per_application, figure_set, fold_figures

THRESHOLDS = st.integers(1, 99).map(lambda k: k / 100)


@st.composite
def _rows(draw: st.DrawFn, least: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Targets and PDs of few to some thousand rows, from all equal to all different, near 0 or anywhere."""
    n_rows = draw(st.sampled_from([1, 2, 9, 10, 11, 30, 400, 5000]).filter(lambda n: n >= least))
    decimals, shift, seed = draw(st.integers(1, 12)), draw(st.floats(-12, 4)), draw(st.integers(0, 10_000))
    generator = np.random.default_rng(seed)
    pd = np.clip(np.round(1 / (1 + np.exp(-generator.normal(shift, 1.5, n_rows))), decimals), 1e-12, 1 - 1e-12)
    share = draw(st.sampled_from([0.0, 0.08, 0.5, 1.0]))
    return (generator.random(n_rows) < share).astype(float), pd


def _spacing(counts: list[int]) -> list[int]:
    return [after - before for before, after in itertools.pairwise(counts)]


@given(_rows())
def test_points_of_the_ranked_curves_are_counts_of_the_riskiest_rows(rows: tuple[np.ndarray, np.ndarray]) -> None:
    target, pd = rows
    curves, n_bad = curves_of(target, pd), target.sum()
    assume(0 < n_bad < len(pd))
    assert (curves.roc[0].x, curves.roc[0].y, curves.roc[-1].x, curves.roc[-1].y) == (0, 0, 1, 1)
    assert (curves.lift[-1].x, curves.lift[-1].y) == pytest.approx((1, 1))
    sizes = [round(point.x * len(pd)) for point in curves.lift]
    assert all(size >= MIN_ROWS for size in _spacing([0, *sizes])) or len(sizes) == 1
    for size, roc, precision_recall, lift in zip(sizes, curves.roc[1:], curves.precision_recall, curves.lift, strict=True):
        riskiest = pd >= np.sort(pd)[::-1][size - 1]
        assert riskiest.sum() == size  # rows of one PD are never parted
        good_share = (riskiest & (target == 0)).sum() / (target == 0).sum()
        assert (roc.x, roc.y) == pytest.approx((good_share, target[riskiest].sum() / n_bad))
        assert (precision_recall.x, precision_recall.y) == pytest.approx((roc.y, target[riskiest].mean()))
        assert lift.y == pytest.approx(target[riskiest].mean() / target.mean())


@given(_rows())
def test_points_of_the_cost_curve_are_costs_at_their_threshold(rows: tuple[np.ndarray, np.ndarray]) -> None:
    target, pd = rows
    points = curves_of(target, pd).cost
    assert points[0].x == 0
    for point in points:
        assert point.y == pytest.approx(cost_per_application(target, pd < point.x), abs=1e-9)
    n_granted = [int((pd < point.x).sum()) for point in points]
    assert all(step == 0 or step >= MIN_ROWS for step in _spacing(n_granted))


@given(_rows())
def test_score_and_calibration_bins_count_every_row_once(rows: tuple[np.ndarray, np.ndarray]) -> None:
    target, pd = rows
    curves = curves_of(target, pd)
    assert (curves.scores[0].lower, curves.scores[-1].upper) == (0, 1)
    for item in curves.scores:
        inside = (pd >= item.lower) & (pd < item.upper)
        assert (item.n_bad, item.n_good) == (target[inside].sum(), (1 - target)[inside].sum())
        assert inside.sum() in {0, len(pd)} or inside.sum() >= MIN_ROWS
    assert sum(item.n_bad + item.n_good for item in curves.scores) == len(pd)
    assert sum(item.n_rows for item in curves.reliability) == len(pd)
    assert all(before.upper < after.lower for before, after in itertools.pairwise(curves.reliability))


@given(_rows())
def test_no_curve_has_more_points_than_a_page_can_show(rows: tuple[np.ndarray, np.ndarray]) -> None:
    curves = curves_of(*rows)
    for points in (curves.roc, curves.precision_recall, curves.cost, curves.lift):
        assert len(points) <= MAX_POINTS
        assert all(before.x <= after.x for before, after in itertools.pairwise(points))
    assert len(curves.scores) <= 50


@given(_rows(), st.integers(0, 99))
def test_curves_do_not_depend_on_the_order_of_rows(rows: tuple[np.ndarray, np.ndarray], seed: int) -> None:
    target, pd = rows
    order = np.random.default_rng(seed).permutation(len(pd))
    first, second = curves_of(target, pd), curves_of(target[order], pd[order])
    for name in ("roc", "precision_recall", "cost", "lift", "scores"):
        assert getattr(first, name) == getattr(second, name)
    assert [item.n_rows for item in first.reliability] == [item.n_rows for item in second.reliability]


@given(_rows(), THRESHOLDS)
def test_figures_of_any_rows_keep_their_identities(rows: tuple[np.ndarray, np.ndarray], threshold: float) -> None:
    target, pd = rows
    found = fold_figures(target, pd, threshold)
    n, n_bad = len(pd), target.sum()
    recall, accuracy, cost = (found[name] for name in ("recall", "accuracy", "cost"))
    refused = n * (1 - found["approval_rate"])
    false_negative = 0.0 if recall is None else n_bad * (1 - recall)
    false_positive = refused - (0.0 if recall is None else n_bad * recall)
    assert cost == pytest.approx((10 * false_negative + false_positive) / n, abs=1e-9)
    assert accuracy == pytest.approx(1 - (false_negative + false_positive) / n, abs=1e-9)
    assert (found["precision"] is None) == (not (pd >= threshold).any())
    assert (found["recall"] is None) == (n_bad == 0)
    assert (found["auc"] is None) == (n_bad in {0, n})
    if found["auc"] is not None:
        assert found["gini"] == pytest.approx(2 * found["auc"] - 1)
    if found["precision"] and recall:
        assert found["f1"] == pytest.approx(2 * found["precision"] * recall / (found["precision"] + recall))


@given(_rows(), THRESHOLDS)
def test_bounds_never_cross_and_never_stand_without_a_figure(rows: tuple[np.ndarray, np.ndarray], threshold: float) -> None:
    for figure in figure_set(*rows, threshold, n_draws=10).figures.values():
        assert (figure.lower is None) == (figure.upper is None)
        if figure.lower is not None:
            assert figure.value is not None
            assert figure.upper is not None
            assert figure.lower <= figure.upper
