"""What drift means: importance, what moved the score, its PSI by input, and money, with figures worked out by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from schemas.policy import Cost
from tasks.core.calibration import sigmoid
from tasks.core.encoding import to_matrix
from tasks.core.meaning import (
    UNATTRIBUTED,
    Book,
    book_of,
    expected_cost,
    gain_importance,
    granted_cost,
    log_odds_shift,
    money_of_drift,
    psi_by_feature,
    reference_book,
    shap_importance,
    weighted_drift,
)
from tasks.core.metrics import policy_cost
from tasks.core.psi import psi
from tasks.core.reasons import contributions
from tasks.core.scoring import predict_pd
from tests import model_rows

COST = Cost(granted_default=100.0, granted_repaid=-10.0, refused=0.0, constant=1.0)
NAMES = ["A", "B", "C"]


def test_gain_is_shared_out_under_the_boosters_own_names() -> None:
    model = model_rows.model()
    found = gain_importance(model.booster)
    assert list(found) == model.manifest.input_names
    assert sum(found.values()) == pytest.approx(1.0)
    assert max(found, key=lambda name: found[name]) in {"EXT_SOURCE_1", "EXT_SOURCE_2", "BURO_AMT_CREDIT_SUM_DEBT_SUM"}


def test_mean_absolute_contributions_are_shared_out() -> None:
    found = shap_importance(np.array([[1.0, -3.0, 0.0], [-1.0, 3.0, 0.0]]), NAMES)
    assert found == {"A": 0.25, "B": 0.75, "C": 0.0}
    assert shap_importance(np.zeros((2, 3)), NAMES) == {"A": 0.0, "B": 0.0, "C": 0.0}


def test_drift_is_weighted_by_what_the_champion_makes_of_a_feature() -> None:
    rows = pl.DataFrame({"subject": ["A", "RAW", "B", "C"], "psi": [0.2, 3.0, 0.5, None]})
    found = weighted_drift(rows, {"A": 0.8, "B": 0.1, "C": 0.1})
    assert found.select("subject", "importance", "weighted_psi").rows() == [
        ("A", 0.8, pytest.approx(0.16)), ("B", 0.1, pytest.approx(0.05)), ("C", 0.1, 0.0), ("RAW", 0.0, 0.0),
    ]  # fmt: skip


def test_contributions_of_a_real_model_add_up_to_the_shift_of_its_log_odds() -> None:
    model = model_rows.model()
    reference = to_matrix(model_rows.training_frame(1000, seed=2), model.encoding)
    moved = model_rows.training_frame(800, seed=3).with_columns(pl.col("BURO_AMT_CREDIT_SUM_DEBT_SUM") + 1.0)
    current = to_matrix(moved, model.encoding)
    shift = log_odds_shift(contributions(model, reference), contributions(model, current), model.manifest.input_names)
    log_odds = [np.log(pd / (1 - pd)).mean() for pd in (predict_pd(model, current), predict_pd(model, reference))]
    assert shift["shift"].sum() == pytest.approx(log_odds[0] - log_odds[1], abs=1e-6)
    assert shift["feature"][0] == "BURO_AMT_CREDIT_SUM_DEBT_SUM"


def _binned(score: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return np.bincount(np.searchsorted(edges, score), minlength=len(edges) + 1).astype(np.float64)


def _decompose(reference: np.ndarray, current: np.ndarray) -> tuple[dict[str, float], float]:
    scores = reference.sum(axis=1), current.sum(axis=1)
    edges = np.quantile(scores[0], np.arange(0.1, 1.0, 0.1))
    counts = _binned(scores[0], edges), _binned(scores[1], edges)
    parts = psi_by_feature(*counts, reference, current, NAMES)
    return dict(parts.rows()), psi(*counts)  # type: ignore[arg-type]


def test_one_edge_is_divided_as_the_rows_that_crossed_it_moved() -> None:
    """Four rows a side, one edge at 0: one of the reference's rows crosses it, moved by A twice as far as by B."""
    reference = np.array([[-3.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [3.0, 0.0, 0.0]])
    current = np.array([[-3.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 0.0, 0.0], [3.0, 0.0, 0.0]])
    current = current[np.argsort(current.sum(axis=1), kind="stable")]
    counts = np.array([2.0, 2.0]), np.array([1.0, 3.0])
    parts = dict(psi_by_feature(*counts, reference, current, NAMES).rows())
    p, q = 2.5 / 5, 1.5 / 5
    expected = (q - p) * np.log(q / p) + (p - q) * np.log((1 - q) / (1 - p))
    # smoothed shares below the edge are 0.5 and 0.3: the ranks between them, a fifth of a row of each side
    assert sum(parts.values()) == pytest.approx(expected)
    assert parts[UNATTRIBUTED] == 0.0


def test_the_input_that_moved_the_score_has_its_psi() -> None:
    generator = np.random.default_rng(1)
    reference, current = generator.normal(size=(2000, 3)), generator.normal(size=(2000, 3))
    current[:, 1] += 1.2
    parts, whole = _decompose(reference, current)
    assert whole > 0.3
    assert parts["B"] > 0.8 * whole
    assert abs(parts["A"]) + abs(parts["C"]) < 0.25 * whole
    assert sum(parts.values()) == pytest.approx(whole)


def test_two_inputs_share_a_psi_in_the_ratio_of_what_they_moved() -> None:
    generator = np.random.default_rng(2)
    reference = generator.normal(size=(4000, 3))
    current = generator.normal(size=(4000, 3)) + np.array([0.8, 0.4, 0.0])
    parts, whole = _decompose(reference, current)
    assert parts["A"] / whole == pytest.approx(2 / 3, abs=0.08)
    assert parts["B"] / whole == pytest.approx(1 / 3, abs=0.08)


def test_an_input_that_works_against_the_drift_has_a_negative_part() -> None:
    generator = np.random.default_rng(3)
    reference = generator.normal(size=(4000, 3))
    current = generator.normal(size=(4000, 3)) + np.array([1.2, -0.5, 0.0])
    parts, whole = _decompose(reference, current)
    assert parts["B"] < 0
    assert parts["A"] > whole


def test_the_same_rows_have_nothing_to_attribute() -> None:
    reference = np.random.default_rng(4).normal(size=(500, 3))
    parts, whole = _decompose(reference, reference)
    assert whole == 0.0
    assert set(parts.values()) == {0.0}


def test_a_sample_without_movement_attributes_nothing() -> None:
    reference = np.random.default_rng(5).normal(size=(500, 3))
    parts = dict(psi_by_feature(np.array([50.0, 50.0]), np.array([30.0, 70.0]), reference, reference, NAMES).rows())
    assert parts[UNATTRIBUTED] == pytest.approx(psi([50, 50], [30, 70]))


def test_a_granted_loan_costs_what_its_pd_says() -> None:
    assert granted_cost(0.0, COST) == -10.0
    assert granted_cost(0.5, COST) == 45.0
    assert expected_cost(10, 4, 0.4, COST) == pytest.approx((0.4 * 100 - 3.6 * 10) / 10 + 1)


def test_expected_cost_is_the_policy_cost_where_pds_are_outcomes() -> None:
    target = np.array([1.0, 0.0, 0.0, 1.0, 0.0])
    granted = np.array([True, True, True, False, False])
    assert expected_cost(5, 3, float(target[granted].sum()), COST) == pytest.approx(policy_cost(target, granted, COST))


def test_fewer_approvals_cost_their_gain_and_riskier_ones_their_losses() -> None:
    reference = Book(n=1000, n_granted=800, sum_pd_granted=32.0, n_band=800, sum_pd_band=32.0)  # mean PD 4 %: -5.6 a loan
    current = Book(n=500, n_granted=300, sum_pd_granted=18.0, n_band=350, sum_pd_band=21.0)  # mean PD 6 %: -3.4 a loan
    money = money_of_drift(current, reference, COST)
    assert money is not None
    assert money.reference == pytest.approx(0.8 * -5.6 + 1)
    assert money.current == pytest.approx(0.6 * -3.4 + 1)
    assert money.by_approvals == pytest.approx((0.7 - 0.8) * -4.5)
    assert money.by_risk == pytest.approx(0.75 * 2.2)
    assert money.by_rules == pytest.approx((0.6 - 0.7) * -3.4)
    assert money.by_approvals + money.by_risk + money.by_rules == pytest.approx(money.change)
    assert money.total == pytest.approx(500 * (money.current - money.reference))
    assert (money.approval_rate_reference, money.approval_rate) == (0.8, 0.6)
    assert (money.mean_pd_granted_reference, money.mean_pd_granted) == (pytest.approx(0.04), pytest.approx(0.06))


def test_rules_that_took_out_as_many_before_cost_nothing_now() -> None:
    book = Book(n=1000, n_granted=700, sum_pd_granted=28.0, n_band=800, sum_pd_band=32.0)
    money = money_of_drift(book, book, COST)
    assert money is not None
    assert (money.change, money.by_rules, money.approval_rate_reference) == (0.0, 0.0, 0.7)


def test_a_night_that_approves_nobody_still_has_a_price() -> None:
    reference = Book(1000, 800, 32.0, 800, 32.0)
    money = money_of_drift(Book(100, 0, 0.0, 0, 0.0), reference, COST)
    assert money is not None
    assert money.change == pytest.approx(0.8 * 5.6)
    assert (money.by_approvals, money.by_risk, money.by_rules) == (pytest.approx(money.change), 0.0, 0.0)
    assert money.mean_pd_granted is None


def test_money_needs_both_sides() -> None:
    full, empty = Book(10, 5, 0.1, 5, 0.1), Book(0, 0, 0.0, 0, 0.0)
    assert money_of_drift(empty, full, COST) is None
    assert money_of_drift(full, empty, COST) is None


def test_the_same_applicants_cost_the_same() -> None:
    policy = model_rows.policy()
    pd = sigmoid(np.random.default_rng(6).normal(-2.5, 1, 5000))
    book = reference_book(pd, 0.1, policy)
    assert book == book_of(pd, pd < 0.1, 0.1, policy)
    money = money_of_drift(book, book, policy.cost)
    assert money is not None
    assert (money.change, money.by_approvals, money.by_risk, money.by_rules, money.total) == (0.0, 0.0, 0.0, 0.0, 0.0)
