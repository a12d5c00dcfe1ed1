"""From the booster's raw score to a probability of default: Platt scaling on the log-odds, fitted on out-of-fold scores."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from schemas.errors import UsageError
from schemas.manifest import Calibration
from tasks.core.vectors import Vector

#: Decimals of a PD: fixed before points and decision, so that neither hangs on a last bit.
PD_DECIMALS = 12
_MAX_STEPS = 50
_MAX_HALVINGS = 40
_TOLERANCE = 1e-12
#: A likelihood that is lower by no more than this share of itself is lower by rounding.
_ROUNDING = 1e-9


def sigmoid(log_odds: Vector) -> Vector:
    """1 / (1 + exp(-x)), without overflow at either end."""
    decay = np.exp(-np.abs(log_odds))
    return np.where(log_odds >= 0, 1.0, decay) / (1.0 + decay)


def log_odds(pd: Vector) -> Vector:
    """ln(pd / (1 - pd)), kept off 0 and 1 as every PD is."""
    inside = np.clip(pd, 10.0**-PD_DECIMALS, 1.0 - 10.0**-PD_DECIMALS)
    return np.asarray(np.log(inside / (1.0 - inside)), dtype=np.float64)


def _log_likelihood(design: Vector, goal: Vector, weights: Vector) -> float:
    line = design @ weights
    return float(np.sum(goal * line - np.logaddexp(0.0, line)))


def _newton_step(design: Vector, goal: Vector, weights: Vector) -> Vector:
    expected = sigmoid(design @ weights)
    curvature = design.T @ (design * (expected * (1.0 - expected))[:, None])
    step = np.asarray(np.linalg.solve(curvature, design.T @ (goal - expected)), dtype=np.float64)
    least = _log_likelihood(design, goal, weights)
    least -= _ROUNDING * abs(least)
    for _ in range(_MAX_HALVINGS):  # a far outlier can throw the full step past the maximum
        if _log_likelihood(design, goal, weights + step) >= least:
            break
        step = step / 2.0
    return step


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
    return logistic_line(log_odds(pd), target)


def has_line(target: Vector, raw: Vector) -> bool:
    """Whether a line is determined: scores differ, and some default lies below some good row and some above some other."""
    bad, good = raw[target == 1], raw[target == 0]
    return bool(len(bad) and len(good) and bad.max() > good.min() and good.max() > bad.min())


class LineSums(NamedTuple):
    """A fitted line, and per row what one Newton step needs: columns r, r x, v, v x, v x^2 (r residual, v variance)."""

    intercept: float
    slope: float
    columns: Vector

    def of_sums(self, sums: Vector) -> tuple[float, float]:
        """The line of weighted rows, from the weighted sums of the columns; NaN where these determine none.

        One Newton step from the line of all rows: the one-step bootstrap of Schucany and Wang (JRSS B 53, 1991), which saves
        a fit per resample.
        """
        r, rx, v, vx, vxx = sums
        determinant = v * vxx - vx**2
        if not (np.isfinite(self.slope) and determinant > 0):
            return float("nan"), float("nan")
        return (
            float(self.intercept + (vxx * r - vx * rx) / determinant),
            float(self.slope + (v * rx - vx * r) / determinant),
        )


def line_sums(target: Vector, pd: Vector) -> LineSums:
    """The calibration line of these rows; NaN where one outcome is absent, the PD is constant or separates the outcomes."""
    raw = log_odds(pd)
    if not has_line(target, raw):
        return LineSums(float("nan"), float("nan"), np.zeros((len(pd), 5)))
    intercept, slope = logistic_line(raw, target)
    expected = sigmoid(intercept + slope * raw)
    residual, variance = target - expected, expected * (1.0 - expected)
    columns = (residual, residual * raw, variance, variance * raw, variance * raw**2)
    return LineSums(intercept, slope, np.column_stack(columns))
