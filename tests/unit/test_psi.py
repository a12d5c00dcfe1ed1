"""The population stability index: its formula against others, its noise, and its significance on quiet and on loud nights."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from schemas.policy import DriftLimits
from tasks.core.binning import count_rows, freeze_subject
from tasks.core.drift import psi_status
from tasks.core.psi import contributions, measure_cells, p_values, psi
from tests.drift_support import RULES, incomes, psi_of, quiet_alerts

ONE = np.zeros(64, dtype=np.int64)


def _oracle(reference: list[int], current: list[int]) -> float:
    """The formula, written out bin by bin; a bin that nobody is in is left out."""
    bins = [(m, n) for m, n in zip(reference, current, strict=True) if m + n > 0]
    all_m, all_n = sum(m + 0.5 for m, _ in bins), sum(n + 0.5 for _, n in bins)
    total = 0.0
    for m, n in bins:
        p, q = (m + 0.5) / all_m, (n + 0.5) / all_n
        total += (q - p) * math.log(q / p)
    return total


@pytest.mark.parametrize(
    ("reference", "current"),
    [([50, 50], [50, 50]), ([900, 100, 0], [80, 10, 10]), ([10, 0, 0, 5], [0, 0, 7, 9]), ([1], [99]), ([4000, 1, 1], [3, 90, 0])],
)
def test_the_psi_is_that_of_the_formula_written_out(reference: list[int], current: list[int]) -> None:
    assert psi(reference, current) == pytest.approx(_oracle(reference, current), abs=1e-12)


def test_without_smoothing_the_psi_is_that_of_optbinning(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("optbinning.binning.metrics", reason="optbinning is a development dependency", exc_type=ImportError)
    from optbinning.binning.metrics import jeffrey

    monkeypatch.setattr("tasks.core.psi.SMOOTHING", 0.0)
    generator = np.random.default_rng(3)
    for k in (2, 5, 12, 58):
        m, n = generator.integers(1, 5000, k).astype(float), generator.integers(1, 300, k).astype(float)
        theirs = float(np.sum(jeffrey(m / m.sum(), n / n.sum(), return_sum=True)))
        assert float(contributions(m, n, ONE[:k]).sum()) == pytest.approx(theirs, abs=1e-9)


def test_contributions_of_several_subjects_do_not_touch_each_other() -> None:
    m, n = np.array([5.0, 95, 10, 20, 70]), np.array([20.0, 80, 15, 20, 65])
    together = measure_cells(m, n, np.array([0, 0, 1, 1, 1]))
    assert together.psi[0] == pytest.approx(psi(m[:2], n[:2]), abs=1e-15)
    assert together.psi[1] == pytest.approx(psi(m[2:], n[2:]), abs=1e-15)
    assert together.contribution.sum() == pytest.approx(together.psi.sum(), abs=1e-15)
    assert together.p_value[0] == pytest.approx(float(p_values(m[:2], n[:2], ONE[:2])[0]), rel=1e-12)


def test_the_same_rows_again_have_a_psi_of_nothing() -> None:
    values = incomes(50_000, 1)
    assert psi_of(values, values) == 0.0


def test_incomes_that_fall_by_a_third_are_seen_and_a_typing_error_beside_them_hides_nothing() -> None:
    reference, fallen = incomes(50_000, 1), incomes(5_000, 2, factor=0.7)
    with_typo = pl.concat([fallen.head(4_999), pl.Series(fallen.name, [5e9])])
    assert psi_of(reference, with_typo) == pytest.approx(0.50, abs=0.03)
    assert psi_of(reference, with_typo) == pytest.approx(psi_of(reference, fallen), abs=0.02)


def test_55_percent_missing_that_become_90_have_the_psi_that_the_shares_have() -> None:
    value = np.random.default_rng(1).normal(size=22_500)
    reference = pl.Series("x", [*value, *[None] * 27_500])
    current = pl.Series("x", [*value[:5_000], *[None] * 45_000])  # the rest has the same law, not the same rows
    exact = (0.90 - 0.55) * math.log(0.90 / 0.55) + (0.10 - 0.45) * math.log(0.10 / 0.45)
    subject = freeze_subject(reference, RULES.bins, kind="feature", source="input")
    moved = [
        round(n / 45 * 10) if bin_.role != "missing" else 0 for bin_, n in zip(subject.bins, subject.n_reference, strict=True)
    ]
    moved[-1] = 50_000 - sum(moved)
    assert exact == pytest.approx(0.699, abs=0.001)
    assert psi(subject.n_reference, moved) == pytest.approx(0.699, abs=0.01)
    assert psi(subject.n_reference, count_rows(current, subject)) == pytest.approx(0.699, abs=0.01)


def test_a_side_without_rows_has_no_psi() -> None:
    assert math.isnan(psi([1, 2], [0, 0]))
    found = measure_cells(np.array([3.0, 4]), np.array([0.0, 0]), ONE[:2])
    assert math.isnan(found.noise[0])
    assert found.p_value[0] == 1.0


def test_bins_that_nobody_is_in_change_nothing() -> None:
    assert psi([50, 40, 0, 0], [5, 9, 0, 0]) == psi([50, 40], [5, 9])


def test_two_hundred_quiet_nights_of_each_size_raise_hardly_an_alert() -> None:
    """90,000 tests at 1e-5: fewer than one alert is expected, three are allowed."""
    assert quiet_alerts((200, 500, 2_000), 200, seed=20260630) <= 3


@pytest.mark.parametrize("k", [5, 12, 58])
def test_a_true_psi_of_0_35_at_500_rows_alerts_in_95_of_100_nights(k: int) -> None:
    generator = np.random.default_rng(k)
    p = np.full(k, 1.0 / k)
    tilt = np.linspace(-1.0, 1.0, k)
    # Shares p exp(s tilt), s such that the PSI of the shares is 0.35.
    steps = [(p * np.exp(s * tilt)) / np.sum(p * np.exp(s * tilt)) for s in np.linspace(0.1, 3.0, 2_000)]
    q = min(steps, key=lambda one: abs(float(np.sum((one - p) * np.log(one / p))) - 0.35))
    m = generator.multinomial(50_000, p).astype(float)
    nights = generator.multinomial(500, q, size=400).astype(float)
    found = measure_cells(np.tile(m, 400), nights.ravel(), np.repeat(np.arange(400), k))
    statuses = [psi_status(a, b, 500, RULES.limits, RULES) for a, b in zip(found.psi, found.p_value, strict=True)]
    assert statuses.count("alert") >= 380


def test_the_noise_is_what_quiet_nights_have_on_average() -> None:
    generator = np.random.default_rng(1)
    p = np.full(10, 0.1)
    m = generator.multinomial(50_000, p).astype(float)
    nights = generator.multinomial(1_000, p, size=500).astype(float)
    found = measure_cells(np.tile(m, 500), nights.ravel(), np.repeat(np.arange(500), 10))
    assert found.noise[0] == pytest.approx(9 * (1 / 1_000 + 1 / 50_000))
    assert found.psi.mean() == pytest.approx(found.noise[0], rel=0.15)


@pytest.mark.parametrize(
    ("value", "p_value", "n_rows", "status"),
    [
        (0.0999, 0.0, 5_000, "ok"),
        (0.10, 1.0, 5_000, "watch"),
        (0.20, 1e-4, 5_000, "watch"),
        (0.1999, 0.0, 5_000, "watch"),
        (0.20, 1e-6, 5_000, "alert"),
        (9.0, 0.0, 199, "too_few"),
        (9.0, 0.0, 200, "alert"),
        (float("nan"), 1.0, 5_000, "ok"),
    ],
)
def test_a_status_follows_from_psi_significance_and_rows(value: float, p_value: float, n_rows: int, status: str) -> None:
    assert psi_status(value, p_value, n_rows, RULES.limits, RULES) == status


def test_the_policy_sets_limits_for_a_subject_of_its_own() -> None:
    strict = DriftLimits.model_validate(RULES.limits.model_dump() | {"alert": 0.12})
    assert psi_status(0.15, 0.0, 5_000, strict, RULES) == "alert"
    assert psi_status(0.15, 0.0, 5_000, RULES.limits, RULES) == "watch"
