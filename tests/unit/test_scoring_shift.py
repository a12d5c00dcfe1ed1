from __future__ import annotations

import numpy as np
import pytest

from tasks.core.psi import SMOOTHING
from tasks.core.scoring_shift import score_psi


def _pds(n_rows: int, seed: int, shift: float = 0.0) -> np.ndarray:
    return 1 / (1 + np.exp(-np.random.default_rng(seed).normal(-2.5 + shift, 1.0, n_rows)))


def test_equal_scores_have_no_shift_and_drawn_ones_hardly_any() -> None:
    train = _pds(20_000, 1)
    assert score_psi(train, train) == 0.0
    assert score_psi(train, _pds(7_000, 2)) < 0.01


def test_a_shift_is_the_one_that_an_independent_count_over_deciles_gives() -> None:
    train, held = _pds(10_000, 1), _pds(3_000, 2, shift=0.5)
    edges = np.quantile(train, np.arange(1, 10) / 10, method="inverted_cdf")
    cells = [np.bincount(np.searchsorted(edges, side, side="left"), minlength=10) for side in (train, held)]
    # beyond the training's smallest and largest PD are bins of their own
    outside = int((held > train.max()).sum())
    assert (held < train.min()).sum() == 0
    cells[1][-1] -= outside
    if outside:
        cells = [np.append(cells[0], 0), np.append(cells[1], outside)]
    p, q = ((cell + SMOOTHING) / (cell + SMOOTHING).sum() for cell in cells)
    assert score_psi(train, held) == pytest.approx(np.sum((q - p) * np.log(q / p)))
    assert score_psi(train, held) > 0.15


def test_a_constant_score_is_no_fault() -> None:
    assert score_psi(np.full(50, 0.08), np.full(20, 0.08)) == 0.0


def test_no_hold_out_is_not_a_quiet_one() -> None:
    assert np.isnan(score_psi(_pds(50, 1), np.empty(0)))
