"""Curves of a set of rows, drawn coarsely: between two points lie no rows or at least ten, so that none betrays an applicant."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from schemas.training_record import Curves, Point, ScoreBin
from tasks.core.metrics import FALSE_NEGATIVE_COST, reliability
from tasks.core.vectors import Vector

MAX_POINTS = 200
#: Rows between two points of a curve, and in a bin.
MIN_ROWS = 10
_SCORE_BINS = 40
_RELIABILITY_BINS = 10
#: Grids end where the riskiest rows thin out.
_GRID_QUANTILE = 0.995

Counts = npt.NDArray[np.int64]


def _spaced(counts: Iterable[int]) -> list[int]:
    """Positions of rising cumulative counts at which no row, or at least MIN_ROWS of them, have come since the last one kept."""
    kept, last = [], 0
    for position, count in enumerate(counts):
        if count == last or count - last >= MIN_ROWS:
            kept.append(position)
            last = count
    return kept


def _cuts(ordered: Vector) -> Counts:
    """Rows from the riskiest on at each point: equal steps, moved to the end of rows of one PD; the last one is all rows."""
    n_rows = len(ordered)
    ends = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]) + 1, n_rows)
    goals = np.linspace(0, n_rows, min(MAX_POINTS, n_rows // MIN_ROWS + 1))[1:]
    cuts = np.unique(ends[np.searchsorted(ends, np.floor(goals))])
    kept = cuts[_spaced(cuts.tolist())]
    # all rows are a point in any case: a last one that is too near to them gives way
    return np.append(kept[kept <= n_rows - MIN_ROWS], n_rows)


def _points(x: Vector, y: Vector) -> list[Point]:
    return [Point(x=float(first), y=float(second)) for first, second in zip(x, y, strict=True)]


def _ranked_curves(target: Vector, pd: Vector) -> dict[str, list[Point]]:
    """ROC, precision-recall and lift, from the riskiest rows on; none where an outcome that they divide by is absent."""
    order = np.argsort(-pd, kind="stable")
    n_bad, n_rows = float(target.sum()), len(target)
    if not n_bad:
        return {"roc": [], "precision_recall": [], "lift": []}
    cuts = _cuts(pd[order])
    bad = np.cumsum(target[order])[cuts - 1]
    good = cuts - bad
    n_good = n_rows - n_bad
    roc = [Point(x=0.0, y=0.0), *_points(good / n_good, bad / n_bad)] if n_good else []
    return {
        "roc": roc,
        "precision_recall": _points(bad / n_bad, bad / cuts),
        "lift": _points(cuts / n_rows, (bad / cuts) / (n_bad / n_rows)),
    }


def _grid(pd: Vector, n_steps: int) -> Vector:
    """Multiples of a round step from 0 until above almost all PDs, at most `n_steps` steps."""
    most = float(np.quantile(pd, _GRID_QUANTILE))
    least_step = max(most / (n_steps - 1), 1e-6)
    size = 10.0 ** math.floor(math.log10(least_step))
    step = next(size * factor for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if size * factor >= least_step * (1.0 - 1e-9))
    grid = np.round(np.arange(math.floor(most / step) + 2) * step, 10)
    return grid[grid <= 1.0]


def _cost_curve(target: Vector, pd: Vector) -> list[Point]:
    """(10 FN + FP)/n where PDs below the threshold are granted, on a grid of thresholds from 0 (nobody is granted)."""
    order = np.argsort(pd, kind="stable")
    thresholds = _grid(pd, MAX_POINTS - 1)
    n_granted = np.searchsorted(pd[order], thresholds, side="left")
    granted_bad = np.concatenate(([0.0], np.cumsum(target[order])))[n_granted]
    refused_good = (len(target) - target.sum()) - (n_granted - granted_bad)
    kept = _spaced(n_granted.tolist())
    return _points(thresholds[kept], ((FALSE_NEGATIVE_COST * granted_bad + refused_good) / len(target))[kept])


def _score_bins(target: Vector, pd: Vector) -> list[ScoreBin]:
    """Rows by PD and outcome, in bins of equal width, wider where rows are few; the last one ends at 1."""
    grid = _grid(pd, _SCORE_BINS)
    edges = np.append(grid[grid < 1.0], 1.0)
    ordered = np.argsort(pd, kind="stable")
    ends = np.searchsorted(pd[ordered], edges[1:], side="left")
    ends[-1] = len(pd)
    kept = _spaced(ends.tolist())
    if kept[-1:] != [len(ends) - 1]:
        # what is left over joins the last bin that holds rows
        while kept and len(pd) - ends[kept[-1]] < MIN_ROWS:
            kept.pop()
        kept.append(len(ends) - 1)
    bounds, uppers = np.concatenate(([0], ends[kept])), edges[1:][kept]
    bad = np.concatenate(([0.0], np.cumsum(target[ordered])))[bounds]
    n_rows, n_bad = np.diff(bounds), np.diff(bad)
    return [
        ScoreBin(lower=float(low), upper=float(high), n_good=int(n - m), n_bad=int(m))
        for low, high, n, m in zip((0.0, *uppers[:-1]), uppers, n_rows, n_bad, strict=True)
    ]


def curves_of(target: Vector, pd: Vector) -> Curves:
    """The curves of a set of rows, at most 200 points each; curves of an absent outcome, or of no rows, are empty.

    ROC, precision-recall and lift are cut at shares of the rows, cost and score distribution on a grid of PDs, the calibration
    table at deciles; PDs of single applicants are no points.

    Args:
        target: 1 for a default, else 0.
        pd: PDs of the same rows, in (0, 1).
    """
    if not len(pd):
        return Curves(roc=[], precision_recall=[], cost=[], lift=[], reliability=[], scores=[])
    return Curves(
        **_ranked_curves(target, pd),
        cost=_cost_curve(target, pd),
        reliability=reliability(target, pd, max(1, min(_RELIABILITY_BINS, len(pd) // MIN_ROWS))),
        scores=_score_bins(target, pd),
    )
