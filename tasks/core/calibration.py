"""From the booster's raw score to a probability of default: Platt scaling on the log-odds, fitted on out-of-fold scores."""

from __future__ import annotations

import numpy as np

from schemas.errors import UsageError
from schemas.manifest import Calibration
from tasks.core.metrics import Vector

#: Decimals of a PD: fixed before points and decision, so that neither hangs on a last bit.
PD_DECIMALS = 12
_MAX_STEPS = 50
_TOLERANCE = 1e-12


def sigmoid(log_odds: Vector) -> Vector:
    """1 / (1 + exp(-x)), without overflow at either end."""
    decay = np.exp(-np.abs(log_odds))
    return np.where(log_odds >= 0, 1.0, decay) / (1.0 + decay)


def _newton_step(design: Vector, goal: Vector, weights: Vector) -> Vector:
    expected = sigmoid(design @ weights)
    curvature = design.T @ (design * (expected * (1.0 - expected))[:, None])
    return np.asarray(np.linalg.solve(curvature, design.T @ (goal - expected)), dtype=np.float64)


def logistic_line(raw: Vector, goal: Vector) -> tuple[float, float]:
    """Intercept and slope of the maximum-likelihood logistic line through `goal` (in [0, 1]), by Newton's method.

    The slope is 0 where `raw` is constant.
    """
    design = np.column_stack([np.ones_like(raw), raw])
    rate = float(goal.mean())
    weights = np.array([np.log(rate / (1.0 - rate)), 0.0])
    if np.ptp(raw) == 0:
        return float(weights[0]), 0.0
    for _ in range(_MAX_STEPS):
        step = _newton_step(design, goal, weights)
        weights = weights + step
        if float(np.max(np.abs(step))) < _TOLERANCE:
            break
    return float(weights[0]), float(weights[1])


def fit_calibration(target: Vector, raw: Vector) -> Calibration:
    """Platt scaling on raw log-odds.

    Targets are drawn in to (N+ + 1)/(N+ + 2) and 1/(N- + 2), as in Platt, "Probabilistic outputs for support vector
    machines" (1999): keeps the line finite where the classes separate.

    Raises:
        UsageError: the slope is not positive: the scores do not order applicants.
    """
    n_bad = float(target.sum())
    n_good = len(target) - n_bad
    goal = np.where(target == 1, (n_bad + 1.0) / (n_bad + 2.0), 1.0 / (n_good + 2.0))
    intercept, slope = logistic_line(raw, goal)
    if not (np.isfinite(intercept) and np.isfinite(slope) and slope > 0):
        raise UsageError(
            f"the fitted scores do not order applicants by risk: calibration slope {slope:.3g}",
            expected="a slope above 0 on out-of-fold scores",
            where="the training rows",
            remedy="train on more matured outcomes, or check that outcomes belong to the applications",
        )
    return Calibration(intercept=intercept, slope=slope)


def calibrated_pd(raw: Vector, calibration: Calibration) -> Vector:
    """PD in (0, 1), rounded to 12 decimals and kept off 0 and 1 by 1e-12."""
    pd = np.round(sigmoid(calibration.intercept + calibration.slope * raw), PD_DECIMALS)
    return np.clip(pd, 10.0**-PD_DECIMALS, 1.0 - 10.0**-PD_DECIMALS)


def calibration_line(target: Vector, pd: Vector) -> tuple[float, float]:
    """Intercept and slope of default on the PD's log-odds: 0 and 1 where the PD is right (Cox, 1958)."""
    return logistic_line(np.log(pd / (1.0 - pd)), target)
