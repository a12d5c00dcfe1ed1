"""What must hold for any rows at the gate: no fault, no pass without data, no group counted twice, no leak overlooked."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from schemas.model_rules import FairnessProfile
from tasks.core.fairness import fairness_rows, has_judged, passes
from tasks.core.gate import compare
from tasks.core.leakage import single_auc
from tests.model_rows import policy

LEVELS = st.sampled_from(["F", "M", "XNA", None])
PDS = st.integers(1, 40).map(lambda k: k / 41)
APPLICANTS = st.lists(st.tuples(st.booleans(), PDS, PDS, LEVELS), max_size=50)
PROFILES = st.builds(
    FairnessProfile,
    floor=st.sampled_from([0.5, 0.8, 1.0]),
    min_group=st.integers(1, 8),
    judged=st.just(["CODE_GENDER"]),
    reported=st.just(["AGE"]),
)


def _columns(applicants: list[tuple[bool, float, float, str | None]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    rows = pl.DataFrame(
        {
            "target": [int(bad) for bad, *_ in applicants],
            "pd_challenger": [pd for _, pd, _, _ in applicants],
            "pd_champion": [pd for _, _, pd, _ in applicants],
        },
        schema={"target": pl.Int8, "pd_challenger": pl.Float64, "pd_champion": pl.Float64},
    )
    granted = {f"granted_{name}": pl.col(f"pd_{name}") < 0.3 for name in ("challenger", "champion")}
    groups = pl.DataFrame({"CODE_GENDER": [level for *_, level in applicants]}, schema={"CODE_GENDER": pl.String})
    return rows.with_columns(**granted), groups


@given(APPLICANTS, st.integers(1, 60), st.integers(2, 10))
def test_the_gate_never_faults_and_never_passes_without_data(
    applicants: list[tuple[bool, float, float, str | None]], min_rows: int, min_bad: int
) -> None:
    rules = policy().model_copy(update={"gate": policy().gate.model_copy(update={"min_rows": min_rows, "min_bad": min_bad})})
    with patch("tasks.core.gate.DRAWS", 10):
        found = compare(*_columns(applicants), rules, seed=0)
    n_bad = sum(bad for bad, *_ in applicants)
    if len(applicants) < min_rows or min(n_bad, len(applicants) - n_bad) < min_bad:
        assert found.verdict != "pass"
    if found.verdict == "pass":
        assert found.auc_difference.value is not None
        assert found.auc_difference.value >= -0.003 - 1e-9
        assert found.cost_difference.upper is not None
        assert found.cost_difference.upper <= 0.01 + 1e-9
    assert len({item.rule for item in found.findings}) == 6


@given(APPLICANTS)
def test_turning_the_two_models_round_turns_the_differences_round(
    applicants: list[tuple[bool, float, float, str | None]],
) -> None:
    rows, groups = _columns(applicants)
    turned = rows.rename(
        {
            "pd_challenger": "pd_champion",
            "pd_champion": "pd_challenger",
            "granted_challenger": "granted_champion",
            "granted_champion": "granted_challenger",
        }
    )
    with patch("tasks.core.gate.DRAWS", 10):
        here, there = compare(rows, groups, policy(), seed=0), compare(turned, groups, policy(), seed=0)
    assert (here.auc_challenger, here.cost_challenger) == (there.auc_champion, there.cost_champion)
    for mine, theirs in ((here.auc_difference, there.auc_difference), (here.cost_difference, there.cost_difference)):
        if mine.value is not None:
            assert mine.value == pytest.approx(-theirs.value, abs=1e-12)
        if mine.lower is not None:
            assert mine.lower == pytest.approx(-theirs.upper, abs=1e-12)


@given(APPLICANTS, PROFILES)
def test_groups_count_everyone_once_and_ratios_stay_below_one(
    applicants: list[tuple[bool, float, float, str | None]], profile: FairnessProfile
) -> None:
    rows, groups = _columns(applicants)
    granted = rows["granted_challenger"].to_numpy()
    found = fairness_rows(groups, rows["target"].to_numpy(), rows["pd_challenger"].to_numpy(), granted, profile)
    assert sum(row.n_rows for row in found) == len(applicants)
    assert sum(row.n_bad for row in found) == rows["target"].sum()
    large = [row for row in found if row.n_rows >= profile.min_group]
    assert has_judged(found) == (len(large) > 1)
    rates = [row.approval_rate for row in large if row.approval_rate is not None]
    for row in found:
        is_large = row in large
        assert (row.approval_rate is not None) == is_large
        assert row.ratio is None or 0 <= row.ratio <= 1
        assert (row.ratio is not None) == (is_large and len(large) > 1 and max(rates) > 0)
    if len(large) > 1:
        assert passes(found) == (min(rates) >= profile.floor * max(rates) - 1e-9)


@given(st.lists(st.tuples(st.booleans(), st.one_of(st.none(), st.integers(-3, 3).map(float))), min_size=2, max_size=50))
def test_the_auc_of_a_feature_is_the_best_of_its_four_orders(rows: list[tuple[bool, float | None]]) -> None:
    bad = np.array([float(is_bad) for is_bad, _ in rows])
    column = pl.Series("a", [value for _, value in rows], dtype=pl.Float64)
    expected = 0.5
    if 0 < bad.sum() < len(bad):
        areas = [roc_auc_score(bad, column.fill_null(filling).to_numpy()) for filling in (-99.0, 99.0)]
        expected = max(max(area, 1 - area) for area in areas)
    assert single_auc(column.to_frame(), ["a"], bad)["a"] == pytest.approx(expected)
