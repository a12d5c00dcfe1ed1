"""What must hold for any rows: metrics, threshold, calibration, encoding, decisions."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from schemas.manifest import Calibration
from schemas.policy import Cost, ScoreScale
from tasks.core.calibration import calibrated_pd, calibration_line, fit_calibration, sigmoid
from tasks.core.decisions import decide
from tasks.core.encoding import Encoding, fit_codes, row_digests, to_matrix
from tasks.core.folds import assign_folds, is_held_out
from tasks.core.metrics import auc, cost_per_application, gini, ks, policy_cost
from tasks.core.scoring import score_points
from tasks.core.threshold import optimal_threshold
from tests.model_rows import policy

# few different PDs, so that ties are common
PDS = st.integers(1, 40).map(lambda k: k / 41)
ROWS = st.lists(st.tuples(st.booleans(), PDS), min_size=1, max_size=60)
COSTS = st.builds(
    Cost,
    granted_default=st.integers(1, 200).map(float),
    granted_repaid=st.integers(-50, -1).map(float),
    refused=st.just(0.0),
    constant=st.integers(0, 5).map(float),
)


def _arrays(rows: list[tuple[bool, float]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([float(bad) for bad, _ in rows]), np.array([pd for _, pd in rows])


@given(ROWS, COSTS)
def test_no_threshold_costs_less_than_the_one_chosen(rows: list[tuple[bool, float]], cost: Cost) -> None:
    target, pd = _arrays(rows)
    chosen = optimal_threshold(target, pd, cost)
    tried = [*np.unique(pd), *(np.unique(pd) + 0.004), 1e-6, 1 - 1e-6]
    least = min(policy_cost(target, pd < threshold, cost) for threshold in tried)
    assert policy_cost(target, pd < chosen, cost) <= least + 1e-9
    assert 0 < chosen < 1


@given(ROWS, COSTS)
def test_of_equally_cheap_thresholds_the_lowest_counts(rows: list[tuple[bool, float]], cost: Cost) -> None:
    target, pd = _arrays(rows)
    chosen = optimal_threshold(target, pd, cost)
    best = policy_cost(target, pd < chosen, cost)
    lower = [threshold for threshold in np.unique(pd) if threshold < chosen]
    assert all(policy_cost(target, pd < threshold, cost) > best + 1e-9 for threshold in lower)


@given(ROWS, COSTS, st.randoms(use_true_random=False))
def test_the_threshold_does_not_depend_on_the_order_of_rows(rows: list[tuple[bool, float]], cost: Cost, random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert optimal_threshold(*_arrays(rows), cost) == optimal_threshold(*_arrays(shuffled), cost)


@given(ROWS)
def test_the_chosen_threshold_never_costs_more_than_approving_or_refusing_everyone(rows: list[tuple[bool, float]]) -> None:
    target, pd = _arrays(rows)
    chosen = optimal_threshold(target, pd, policy().cost)
    served = policy_cost(target, pd < chosen, policy().cost)
    everyone, nobody = np.ones(len(pd), dtype=bool), np.zeros(len(pd), dtype=bool)
    assert served <= policy_cost(target, everyone, policy().cost) + 1e-9
    assert served <= policy_cost(target, nobody, policy().cost) + 1e-9
    assert cost_per_application(target, pd < chosen) <= cost_per_application(target, everyone) + 1e-9


@given(ROWS)
def test_auc_gini_and_ks_keep_their_identities(rows: list[tuple[bool, float]]) -> None:
    target, pd = _arrays(rows)
    assume(0 < target.sum() < len(target))
    bad, good = pd[target == 1], pd[target == 0]
    pairs = (bad[:, None] > good[None, :]) + 0.5 * (bad[:, None] == good[None, :])
    cuts = [abs(float(np.mean(bad <= cut) - np.mean(good <= cut))) for cut in pd]
    assert auc(target, pd) == pytest.approx(pairs.mean())
    assert auc(target, 1 - pd) == pytest.approx(1 - auc(target, pd))
    assert gini(target, pd) == pytest.approx(2 * pairs.mean() - 1)
    assert ks(target, pd) == pytest.approx(max(cuts))


@given(hnp.arrays(np.float64, st.integers(1, 30), elements=st.floats(-800, 800)), st.floats(-3, 3), st.floats(0.01, 5))
def test_a_calibrated_pd_is_a_probability_and_keeps_the_order(raw: np.ndarray, intercept: float, slope: float) -> None:
    pd = calibrated_pd(raw, Calibration(intercept=intercept, slope=slope))
    assert np.all((pd > 0) & (pd < 1))
    assert np.all(np.diff(pd[np.argsort(raw, kind="stable")]) >= 0)


@given(st.integers(0, 1000), st.floats(-3, -1), st.floats(0.3, 2))
def test_calibration_finds_the_line_that_made_the_defaults(seed: int, intercept: float, slope: float) -> None:
    generator = np.random.default_rng(seed)
    raw = generator.normal(size=20_000)
    target = (generator.random(20_000) < sigmoid(intercept + slope * raw)).astype(float)
    found = fit_calibration(target, raw)
    assert found.intercept == pytest.approx(intercept, abs=0.25)
    assert found.slope == pytest.approx(slope, abs=0.25)
    pd = calibrated_pd(raw, found)
    assert pd.mean() == pytest.approx(target.mean(), abs=1e-3)
    assert calibration_line(target, pd) == pytest.approx((0.0, 1.0), abs=0.02)


@given(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=2, max_size=40), st.text(max_size=3))
def test_no_two_kinds_of_text_share_a_code(levels: list[str | None], other: str) -> None:
    assume(other not in levels)
    frame = pl.DataFrame({"job": pl.Series(levels, dtype=pl.String)})
    target = pl.Series([index % 2 for index in range(len(levels))])
    encoding = Encoding(("job",), fit_codes(frame, target, ["job"]))
    seen = sorted({level for level in levels if level is not None})
    codes = to_matrix(pl.DataFrame({"job": pl.Series([*seen, None, other], dtype=pl.String)}), encoding)[:, 0]
    assert len(set(codes.tolist())) == len(seen) + 2


@given(hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=6)))
def test_equal_rows_have_equal_hashes_and_only_they(matrix: np.ndarray) -> None:
    hashes = row_digests(matrix)
    rows = [tuple("nan" if np.isnan(value) else value + 0.0 for value in row) for row in matrix]
    for first in range(len(rows)):
        for second in range(len(rows)):
            assert (hashes[first] == hashes[second]) == (rows[first] == rows[second])


@given(hnp.arrays(np.float64, 20, elements=st.floats(0, 1)), st.floats(0.01, 0.8), hnp.arrays(bool, 20), hnp.arrays(bool, 20))
def test_a_row_that_lacks_input_is_never_decided_silently(
    pd: np.ndarray, threshold: float, insufficient: np.ndarray, missing: np.ndarray
) -> None:
    inputs = pl.DataFrame(
        {"DAYS_BIRTH": [-9000.0] * 20, "ANNUITY_TO_INCOME": [None] * 20}, schema_overrides={"ANNUITY_TO_INCOME": pl.Float64}
    )
    decided = decide(pd, threshold, policy(), inputs, insufficient, missing)
    lacking = insufficient | missing
    assert set(decided.filter(pl.Series(lacking))["decision"]) <= {"review"}
    assert set(decided.filter(pl.Series(~lacking))["decided_by"]) <= {"score"}
    approved = (decided["decision"] == "approve").to_numpy()
    assert np.all(pd[approved] < threshold)
    assert np.all(pd[~approved & ~lacking] >= threshold)


@given(hnp.arrays(np.float64, 20, elements=st.floats(0, 1)), st.integers(0, 900), st.integers(1, 99), st.integers(1, 60))
def test_more_points_always_mean_less_risk(pd: np.ndarray, points: int, odds: int, double: int) -> None:
    scale = ScoreScale(points=float(points), odds=float(odds), double=float(double))
    scored = score_points(np.sort(pd), scale)
    assert np.all(np.isfinite(scored))
    assert np.all(np.diff(scored) <= 0)


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=80), st.integers(2, 5), st.integers(0, 99))
def test_an_applicant_is_in_one_fold_and_on_one_side_whatever_the_order(ids: list[int], n_folds: int, seed: int) -> None:
    numbers = np.array(ids, dtype=np.int64)
    target = (numbers % 3 == 0).astype(float)
    fold = assign_folds(numbers, target, n_folds, seed)
    reverse = assign_folds(numbers[::-1], target[::-1], n_folds, seed)[::-1]
    assert np.array_equal(fold, reverse)
    assert len({(one, int(number)) for one, number in zip(ids, fold, strict=True)}) == len(set(ids))
    assert np.array_equal(is_held_out(numbers), is_held_out(numbers[::-1])[::-1])
