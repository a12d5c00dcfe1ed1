"""Tests of shares and means, against exact enumeration and SciPy."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from scipy import stats

from tasks.core.significance import (
    adjusted,
    discoveries,
    draw_together,
    mean_moved,
    more_than_reference,
    share_bound,
    two_shares,
)


def _fisher(x_reference: int, n_reference: int, x_current: int, n_current: int) -> float:
    """Twice the smaller tail of the hypergeometric law, exactly, in whole numbers."""
    total, rows = x_reference + x_current, n_reference + n_current
    ways = {
        x: comb(n_current, x) * comb(n_reference, total - x)
        for x in range(max(0, total - n_reference), min(total, n_current) + 1)
    }
    tails = [sum(n for x, n in ways.items() if keep(x)) for keep in (lambda x: x >= x_current, lambda x: x <= x_current)]
    return min(1.0, 2 * min(tails) / comb(rows, total))


CASES = [(5, 50, 20, 40), (50, 500, 60, 200), (275, 500, 160, 200), (0, 200, 9, 60), (199, 200, 50, 60), (500, 5000, 90, 500)]


@pytest.mark.parametrize(("x_reference", "n_reference", "x_current", "n_current"), CASES)
def test_two_shares_is_fishers_test_and_never_below_it(
    x_reference: int, n_reference: int, x_current: int, n_current: int
) -> None:
    exact = _fisher(x_reference, n_reference, x_current, n_current)
    found = float(two_shares(x_reference, n_reference, x_current, n_current))
    assert exact * (1 - 1e-8) <= found <= exact * 1.15


def test_two_shares_agrees_with_scipy_at_the_size_of_a_portfolio() -> None:
    n, m, x_reference, x_current = 200_000, 20_000, 110_000, 11_500
    law = stats.hypergeom(n + m, x_reference + x_current, m)
    exact = 2 * min(law.sf(x_current - 1), law.cdf(x_current))
    assert exact <= float(two_shares(x_reference, n, x_current, m)) <= exact * 1.15


def test_equal_shares_and_empty_sides_say_nothing() -> None:
    assert two_shares([50, 0, 5, 0], [100, 100, 10, 0], [25, 0, 0, 3], [50, 50, 0, 10]).tolist() == [1.0, 1.0, 1.0, 1.0]


def test_a_share_that_grew_or_fell_by_as_much_is_as_surprising() -> None:
    assert float(two_shares(100, 1000, 60, 300)) == pytest.approx(float(two_shares(900, 1000, 240, 300)))


def test_the_bound_of_clopper_and_pearson_is_where_the_tail_has_its_level() -> None:
    for x, n in ((0, 200), (3, 500), (70, 100)):
        bound = float(share_bound(x, n, 1e-3))
        assert stats.binom.cdf(x, n, bound) == pytest.approx(1e-3)
    assert float(share_bound(10, 10, 1e-3)) == 1.0


def test_unseen_levels_are_tested_by_the_binomial_tail_at_the_largest_share_that_the_reference_allows() -> None:
    level = 1e-5
    share = 1 - (level / 2) ** (1 / 50_000)  # none of 50,000
    expected = stats.binom.sf(4, 500, share) + level / 2
    assert float(more_than_reference(0, 50_000, 5, 500, level)) == pytest.approx(expected)
    assert float(more_than_reference(0, 50_000, 40, 500, level)) < level
    assert float(more_than_reference(0, 50_000, 1, 500, level)) > 1e-3
    assert float(more_than_reference(0, 50_000, 0, 500, level)) == 1.0


def test_atoms_keep_the_mean_and_spread_no_less() -> None:
    values = np.random.default_rng(1).beta(1, 11, 20_000)
    atoms = draw_together(values)
    spread = float(atoms.weights @ (atoms.values - atoms.mean) ** 2)
    assert atoms.weights.sum() == pytest.approx(1.0)
    assert atoms.mean == pytest.approx(values.mean(), abs=1e-12)
    assert values.var() <= spread <= values.var() * 1.01
    assert draw_together(np.array([0.5])).values.tolist() == [0.5, 0.5]


def test_the_test_of_a_mean_asks_for_little_more_than_the_normal_law() -> None:
    reference = draw_together(np.random.default_rng(2).normal(size=50_000))
    for z in (4.5, 5.0, 6.0):
        p_value = mean_moved(reference, reference.mean + z * np.sqrt(1 / 500 + 1 / 50_000), 500)
        assert 2 * stats.norm.sf(z) < p_value < 25 * 2 * stats.norm.sf(z)


def test_the_test_of_a_mean_holds_where_pds_are_skewed() -> None:
    generator = np.random.default_rng(3)
    pds = generator.beta(0.3, 6, 20_000)
    reference = draw_together(pds)
    means = generator.choice(pds, (20_000, 50)).mean(axis=1)
    far = np.quantile(means, [0.0005, 0.9995])
    assert all(mean_moved(reference, float(mean), 50) >= 0.0005 for mean in far)
    assert mean_moved(reference, reference.mean, 50) == 1.0


def test_a_constant_reference_moves_only_if_it_moves() -> None:
    reference = draw_together(np.full(300, 0.25))
    assert mean_moved(reference, 0.25, 50) == 1.0
    assert mean_moved(reference, 0.26, 50) == 0.0


def test_adjusted_p_values_are_those_of_scipy_and_leave_out_what_was_not_tested() -> None:
    p_values = np.array([0.01, np.nan, 0.04, 0.001, 0.5, 0.04])
    known = ~np.isnan(p_values)
    expected = stats.false_discovery_control(p_values[known])
    assert adjusted(p_values)[known] == pytest.approx(expected)
    assert np.isnan(adjusted(p_values)[1])
    assert discoveries(p_values, 0.06).tolist() == [True, False, True, True, False, True]
    assert discoveries(p_values, 0.04).tolist() == [True, False, False, True, False, False]
    assert adjusted(np.array([])).tolist() == []
