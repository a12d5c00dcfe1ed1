"""What has to hold of the tests and decompositions for any numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.policy import Cost
from tasks.core.meaning import Book, log_odds_shift, money_of_drift, psi_by_feature
from tasks.core.psi import psi
from tasks.core.significance import discoveries, draw_together, mean_moved, two_shares
from tasks.core.volume import expect_rows

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)
COUNTS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=2, max_size=12).filter(
    lambda pairs: sum(a for a, _ in pairs) > 0 and sum(b for _, b in pairs) > 0
)
SEEDS = st.integers(0, 2**16)


@given(P_VALUES, st.floats(0.001, 0.5))
def test_benjamini_and_hochberg_reject_the_largest_set_that_their_rule_allows(p_values: list[float], rate: float) -> None:
    """By definition: with k the largest rank whose p-value is at most k q / N, the k smallest are rejected."""
    n = len(p_values)
    cuts = [0.0] + [k * rate / n for k in range(1, n + 1)]
    largest = max((k for k in range(1, n + 1) if sum(p <= cuts[k] for p in p_values) >= k), default=0)
    expected = [largest > 0 and p <= cuts[largest] for p in p_values]
    found = discoveries(np.array(p_values), rate)
    near = [abs(p * n / k - rate) < 1e-12 for p in p_values for k in range(1, n + 1)]
    assert found.tolist() == expected or any(near)  # a p-value on the rule's own edge may fall either way by rounding


@given(st.integers(0, 300), st.integers(1, 300), st.integers(0, 300), st.integers(1, 300))
def test_a_p_value_lies_between_0_and_1_and_does_not_mind_what_is_called_the_share(x: int, n: int, y: int, m: int) -> None:
    x, y = min(x, n), min(y, m)
    found = float(two_shares(x, n, y, m))
    assert 0.0 <= found <= 1.0
    assert float(two_shares(n - x, n, m - y, m)) == pytest.approx(found, rel=1e-6)
    assert float(two_shares(y, m, x, n)) == pytest.approx(found, rel=1e-6)


@given(SEEDS, st.integers(2, 400), st.floats(-0.2, 0.2))
def test_the_test_of_a_mean_does_not_mind_the_order_of_rows(seed: int, n: int, change: float) -> None:
    generator = np.random.default_rng(seed)
    values = generator.beta(1, 9, n)
    first, second = draw_together(values), draw_together(generator.permutation(values))
    mean = float(values.mean()) + change
    assert mean_moved(first, mean, 50) == mean_moved(second, mean, 50)


@given(SEEDS, st.integers(1, 8))
def test_shifts_of_inputs_add_up_to_the_shift_of_the_log_odds(seed: int, n_inputs: int) -> None:
    generator = np.random.default_rng(seed)
    reference, current = generator.normal(size=(50, n_inputs)), generator.normal(1, 2, size=(30, n_inputs))
    frame = log_odds_shift(reference, current, [f"F{i}" for i in range(n_inputs)])
    expected = current.sum(axis=1).mean() - reference.sum(axis=1).mean()
    assert frame["shift"].sum() == pytest.approx(expected, abs=1e-9)
    sizes = frame["shift"].abs().to_list()
    assert sizes == sorted(sizes, reverse=True)


@given(COUNTS, SEEDS, st.integers(1, 6))
def test_parts_of_a_psi_add_up_to_it_whatever_the_sample_says(counts: list[tuple[int, int]], seed: int, n_inputs: int) -> None:
    generator = np.random.default_rng(seed)
    reference, current = (np.array(side, dtype=np.float64) for side in zip(*counts, strict=True))
    samples = generator.normal(size=(40, n_inputs)), generator.normal(0.5, 1, size=(25, n_inputs))
    parts = psi_by_feature(reference, current, *samples, [f"F{i}" for i in range(n_inputs)])
    assert parts["psi"].sum() == pytest.approx(psi(reference, current), abs=1e-9)
    assert parts.height == n_inputs + 1


@given(SEEDS)
def test_parts_of_a_psi_do_not_mind_the_order_of_rows(seed: int) -> None:
    generator = np.random.default_rng(seed)
    counts = np.array([30.0, 40, 30]), np.array([10.0, 30, 60])
    reference, current = generator.normal(size=(60, 3)), generator.normal(0.7, 1, size=(50, 3))
    names = ["A", "B", "C"]
    one = psi_by_feature(*counts, reference, current, names)
    other = psi_by_feature(*counts, generator.permutation(reference), generator.permutation(current), names)
    assert one["feature"].to_list() == other["feature"].to_list()
    assert one["psi"].to_numpy() == pytest.approx(other["psi"].to_numpy(), abs=1e-9)


BOOKS = st.tuples(st.integers(1, 5000), st.floats(0, 1), st.floats(0, 0.5), st.floats(0, 1)).map(
    lambda t: Book(
        n=t[0],
        n_granted=int(t[0] * t[1] * t[3]),
        sum_pd_granted=int(t[0] * t[1] * t[3]) * t[2],
        n_band=int(t[0] * t[1]),
        sum_pd_band=int(t[0] * t[1]) * t[2],
    )
)


@given(BOOKS, BOOKS)
def test_parts_of_the_change_in_cost_add_up_to_it(current: Book, reference: Book) -> None:
    money = money_of_drift(current, reference, Cost(granted_default=100.0, granted_repaid=-10.0, refused=0.0, constant=1.0))
    assert money is not None
    assert money.by_approvals + money.by_risk + money.by_rules == pytest.approx(money.change, abs=1e-9)
    assert money.current - money.reference == pytest.approx(money.change)


@given(SEEDS, st.floats(10, 2000))
def test_what_is_expected_of_a_day_does_not_mind_the_order_of_past_days(seed: int, level: float) -> None:
    generator = np.random.default_rng(seed)
    days, rows = np.arange(42) % 7.0, generator.poisson(level, 42).astype(np.float64)
    shuffled = generator.permutation(42)
    one, other = (expect_rows(days[o], rows[o], np.array([3.0])) for o in (np.arange(42), shuffled))
    assert (one.rows, one.n_past_days) == (other.rows, other.n_past_days)
    assert one.sd == pytest.approx(other.sd)
    assert one.rows == np.median(rows[days == 3])
