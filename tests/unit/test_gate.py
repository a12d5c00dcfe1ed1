"""Challenger against champion: what passes, what fails by which rule, and what few rows leave open."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from schemas.gate import GateComparison, GateFinding, Verdict
from schemas.policy import Policy
from tasks.core.calibration import sigmoid
from tasks.core.gate import compare, verdict_of
from tasks.core.metrics import auc, cost_rows
from tasks.core.resampling import bootstrap_weights
from tasks.core.threshold import granted
from tests.model_rows import policy

THRESHOLD = 0.1
DRAWS = 100


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.core.gate.DRAWS", DRAWS)


def _truth(n_rows: int = 2500, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Log-odds and the targets that they make."""
    generator = np.random.default_rng(seed)
    raw = generator.normal(-2.6, 1.0, n_rows)
    return raw, (generator.random(n_rows) < sigmoid(raw)).astype(float)


def _rows(target: np.ndarray, challenger: np.ndarray, champion: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "target": target.astype(np.int8),
            "pd_challenger": challenger,
            "granted_challenger": granted(challenger, THRESHOLD, policy()),
            "pd_champion": champion,
            "granted_champion": granted(champion, THRESHOLD, policy()),
        }
    )


def _groups(n_rows: int) -> pl.DataFrame:
    genders = np.array(["F", "M"])[np.arange(n_rows) % 2]
    return pl.DataFrame({"CODE_GENDER": genders, "AGE": ["25 to 34"] * n_rows})


def _with_rules(**rules: float) -> Policy:
    return policy().model_copy(update={"gate": policy().gate.model_copy(update=rules)})


def _compared(rows: pl.DataFrame, rules: Policy | None = None, groups: pl.DataFrame | None = None) -> GateComparison:
    return compare(rows, _groups(rows.height) if groups is None else groups, rules or policy(), seed=0)


def _finding(comparison: GateComparison, rule: str) -> GateFinding:
    return next(item for item in comparison.findings if item.rule == rule)


def _failed(comparison: GateComparison) -> set[str]:
    return {item.rule for item in comparison.findings if item.verdict == "fail"}


def test_a_challenger_that_equals_the_champion_passes() -> None:
    raw, target = _truth()
    found = _compared(_rows(target, sigmoid(raw), sigmoid(raw)))
    assert found.verdict == "pass"
    assert {item.verdict for item in found.findings} == {"pass"}
    assert (found.auc_difference.value, found.cost_difference.upper) == (0.0, 0.0)
    assert [item.rule for item in found.findings] == [
        "rows", "auc", "cost", "calibration_slope", "calibration_ratio", "fairness",
    ]  # fmt: skip


def test_figures_are_those_of_the_two_models() -> None:
    raw, target = _truth()
    noisy = raw + np.random.default_rng(2).normal(0, 0.3, len(raw))
    rows = _rows(target, sigmoid(noisy), sigmoid(raw))
    found = _compared(rows)
    assert (found.n_rows, found.n_bad) == (2500, target.sum())
    assert found.auc_challenger == pytest.approx(auc(target, noisy))
    assert found.auc_difference.value == pytest.approx(auc(target, noisy) - auc(target, raw))
    assert found.calibration_ratio.value == pytest.approx(target.sum() / sigmoid(noisy).sum())


def test_the_bound_of_the_cost_is_the_quantile_of_paired_draws() -> None:
    raw, target = _truth(2000)
    noisy = raw + np.random.default_rng(2).normal(0, 0.5, len(raw))
    rows = _rows(target, sigmoid(noisy), sigmoid(raw))
    extra = cost_rows(target, rows["granted_challenger"].to_numpy()) - cost_rows(target, rows["granted_champion"].to_numpy())
    draws = [(weight * extra).mean() for weight in bootstrap_weights(2000, DRAWS, 0)]
    found = _compared(rows).cost_difference
    assert (found.value, found.upper) == pytest.approx((extra.mean(), np.quantile(draws, 0.95)))


def test_a_challenger_that_orders_worse_and_costs_more_fails_by_both() -> None:
    raw, target = _truth()
    noisy = raw + np.random.default_rng(2).normal(0, 1.0, len(raw))
    found = _compared(_rows(target, sigmoid(noisy), sigmoid(raw)))
    assert found.verdict == "fail"
    assert {"auc", "cost"} <= _failed(found)
    assert _finding(found, "auc").found.startswith(f"{found.auc_challenger:.4f} against {found.auc_champion:.4f}")


def test_a_loss_within_the_policy_is_none() -> None:
    raw, target = _truth()
    noisy = raw + np.random.default_rng(2).normal(0, 0.3, len(raw))
    rows = _rows(target, sigmoid(noisy), sigmoid(raw))
    loss = -_compared(rows).auc_difference.value  # type: ignore[operator]
    assert loss > 0
    assert _finding(_compared(rows, _with_rules(auc_loss=loss)), "auc").verdict == "pass"
    assert _finding(_compared(rows, _with_rules(auc_loss=loss * 0.99)), "auc").verdict == "fail"


def test_the_upper_bound_of_the_cost_decides_and_not_the_cost() -> None:
    raw, target = _truth(2000)
    noisy = raw + np.random.default_rng(3).normal(0, 0.3, len(raw))
    rows = _rows(target, sigmoid(noisy), sigmoid(raw))
    difference = _compared(rows).cost_difference
    assert difference.value is not None
    assert difference.upper is not None
    between = max((difference.value + difference.upper) / 2, 0.0)
    assert _finding(_compared(rows, _with_rules(extra_cost=between)), "cost").verdict == "fail"
    assert _finding(_compared(rows, _with_rules(extra_cost=difference.upper)), "cost").verdict == "pass"


@pytest.mark.parametrize(("shift", "scale", "failed"), [(0.6, 1.0, "calibration_ratio"), (-2.6 * 0.6, 0.4, "calibration_slope")])
def test_an_uncalibrated_challenger_fails_though_it_orders_alike(shift: float, scale: float, failed: str) -> None:
    raw, target = _truth()
    found = _compared(_rows(target, sigmoid(shift + scale * raw), sigmoid(raw)))
    assert failed in _failed(found)
    assert "auc" not in _failed(found)


def test_a_group_below_the_floor_fails_and_is_named() -> None:
    raw, target = _truth()
    rows = _rows(target, sigmoid(raw), sigmoid(raw))
    # women are the better risks here, by construction of the groups
    groups = pl.DataFrame({"CODE_GENDER": np.where(raw < np.median(raw), "F", "M")})
    found = _compared(rows, groups=groups)
    assert _failed(found) == {"fairness"}
    assert "below the floor: CODE_GENDER M" in _finding(found, "fairness").found
    assert "not judged: NAME_FAMILY_STATUS" in _finding(found, "fairness").found


def test_a_home_without_the_attributes_is_not_blocked_but_told() -> None:
    raw, target = _truth()
    rows = _rows(target, sigmoid(raw), sigmoid(raw))
    found = _compared(rows, groups=pl.DataFrame({"other": ["x"] * rows.height}))
    assert found.verdict == "pass"
    assert _finding(found, "fairness").found.startswith("not judged: CODE_GENDER, NAME_FAMILY_STATUS")


def test_fairness_looks_at_whom_the_challenger_grants_a_loan() -> None:
    raw, target = _truth()
    rows = _rows(target, sigmoid(raw), sigmoid(raw))
    groups = pl.DataFrame({"CODE_GENDER": np.where(raw < np.median(raw), "F", "M")})
    everyone = rows.with_columns(granted_challenger=pl.lit(value=True))
    assert _finding(_compared(everyone, groups=groups), "fairness").verdict == "pass"


@pytest.mark.parametrize("n_rows", [0, 1, 2, 30, 999])
def test_too_few_rows_are_not_enough_data_and_no_fault(n_rows: int) -> None:
    raw, target = _truth(n_rows)
    found = _compared(_rows(target, sigmoid(raw), sigmoid(raw)))
    assert found.verdict == "not_enough_data"
    assert {item.rule for item in found.findings if item.verdict == "pass"} == {"fairness"}
    assert _finding(found, "rows").found == f"{n_rows} rows, {int(target.sum())} of them defaults"


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_one_outcome_alone_is_not_enough_data(outcome: float) -> None:
    raw, _ = _truth(2000)
    found = _compared(_rows(np.full(2000, outcome), sigmoid(raw), sigmoid(raw)))
    assert found.verdict == "not_enough_data"
    assert (found.auc_challenger, found.auc_difference.value, found.calibration_slope.value) == (None, None, None)
    assert "unknown" in _finding(found, "auc").found


def test_few_rows_say_nothing_against_a_challenger_but_show_their_figures() -> None:
    raw, target = _truth(900)
    found = _compared(_rows(target, sigmoid(-raw - 5.2), sigmoid(raw)))
    assert found.verdict == "not_enough_data"
    assert found.auc_difference.value is not None
    assert f"{found.auc_difference.value:.4f}" in _finding(found, "auc").found


def test_a_group_below_the_floor_fails_however_few_the_defaults() -> None:
    raw, target = _truth(900)
    rows = _rows(target, sigmoid(raw), sigmoid(raw))
    found = _compared(rows, groups=pl.DataFrame({"CODE_GENDER": np.where(raw < np.median(raw), "F", "M")}))
    assert (found.verdict, _failed(found)) == ("fail", {"fairness"})


def test_a_comparison_repeats_exactly_and_survives_json() -> None:
    raw, target = _truth(1500)
    rows = _rows(target, sigmoid(raw + 0.01 * np.sin(raw * 40)), sigmoid(raw))
    found = _compared(rows)
    assert found == _compared(rows)
    assert GateComparison.model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["pass", "pass"], "pass"),
        (["pass", "not_enough_data"], "not_enough_data"),
        (["not_enough_data", "fail"], "fail"),
    ],
)
def test_the_worst_finding_decides(verdicts: list[Verdict], expected: Verdict) -> None:
    assert verdict_of([GateFinding(rule="auc", verdict=verdict, expected="", found="") for verdict in verdicts]) == expected


def test_granted_follows_the_band_of_the_policy() -> None:
    stricter = policy().model_copy(update={"bands": policy().bands.model_copy(update={"review_from": 0.5})})
    pd = np.array([0.04, 0.05, 0.09, 0.1])
    assert granted(pd, THRESHOLD, policy()).tolist() == [True, True, True, False]
    assert granted(pd, THRESHOLD, stricter).tolist() == [True, False, False, False]
