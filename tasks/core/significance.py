"""How surprising a change of a share or of a mean would be without drift: tests that hold for small samples too.

Every p-value here is exact or an upper bound of the exact one, so that a limit of 1e-5 raises a false alarm at most that often.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, betaincinv, gammaln

from tasks.core.vectors import Mask, Vector

#: Quantile groups that a reference sample is drawn together to.
ATOM_GROUPS = 256
#: Multiples of the normal optimum at which the Chernoff bound is tried; each alone is valid, the least counts.
_TILTS = np.concatenate((np.linspace(0.02, 0.98, 33), np.linspace(1.0, 3.0, 9)))
#: A difference of means that small is one of rounding: PDs have 12 decimals.
_ROUNDING = 1e-12


class Atoms(NamedTuple):
    """A reference sample, drawn together: values in rising order, and weights that sum to 1; `n_rows` rows stand behind it."""

    values: Vector
    weights: Vector
    n_rows: int

    @property
    def mean(self) -> float:
        return float(self.values @ self.weights)


def _log_choose(n: Vector, k: Vector) -> Vector:
    return np.asarray(gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0))


def _geometric_tail(log_first: Vector, ratio: Vector) -> Vector:
    """first + first r + first r^2 + ...: no less than a tail whose ratios only fall; 1 where the terms still rise."""
    falls = ratio < 1.0
    bound = np.exp(np.minimum(log_first, 0.0)) / (1.0 - np.where(falls, ratio, 0.0))
    return np.where(falls, np.minimum(bound, 1.0), 1.0)


def two_shares(
    x_reference: npt.ArrayLike, n_reference: npt.ArrayLike, x_current: npt.ArrayLike, n_current: npt.ArrayLike
) -> Vector:
    """Two-sided p-value that x of n reference rows and x of m current rows come from one share, element by element.

    Fisher's exact test: given the total of x, the current x is hypergeometric. Each tail is bounded from its first term by a
    geometric series (the hypergeometric law is log-concave; for the binomial Feller, "An Introduction to Probability Theory",
    volume I, VI.3), which overstates it by a few parts in a hundred where it matters and costs the same for any n. The
    smaller tail counts twice. 1.0 where a side is empty.
    """
    x1, n, x2, m = (np.asarray(value, dtype=np.float64) for value in (x_reference, n_reference, x_current, n_current))
    total = x1 + x2
    log_p = _log_choose(m, x2) + _log_choose(n, x1) - _log_choose(n + m, total)
    upper = _geometric_tail(log_p, (m - x2) * x1 / ((x2 + 1.0) * (n - x1 + 1.0)))
    lower = _geometric_tail(log_p, x2 * (n - x1) / ((m - x2 + 1.0) * (x1 + 1.0)))
    return np.where((n > 0) & (m > 0), np.minimum(1.0, 2.0 * np.minimum(upper, lower)), 1.0)


def share_bound(x: npt.ArrayLike, n: npt.ArrayLike, level: float) -> Vector:
    """The upper bound of Clopper and Pearson (1934) on a share of which x of n rows were seen; it fails with chance `level`."""
    seen, rows = np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64)
    is_open = seen < rows
    bound = betaincinv(seen + 1.0, np.where(is_open, rows - seen, 1.0), 1.0 - level)
    return np.where(is_open, bound, 1.0)


def more_than_reference(
    x_reference: npt.ArrayLike, n_reference: npt.ArrayLike, x_current: npt.ArrayLike, n_current: npt.ArrayLike, level: float
) -> Vector:
    """p-value of at least x current rows where the reference holds x of n: exact binomial, at the largest share it allows.

    The reference share is a sample's, and mostly 0: the binomial tail is taken at its upper Clopper-Pearson bound at half of
    `level`, and that half is added (Berger and Boos, JASA 89, 1994). So the p-value is valid, and below `level` only where the
    tail is below half of it.
    """
    x, m = np.asarray(x_current, dtype=np.float64), np.asarray(n_current, dtype=np.float64)
    share = share_bound(x_reference, n_reference, level / 2.0)
    # the binomial tail P(X >= x) is a regularised incomplete beta function
    tail = np.where(x > 0, betainc(np.maximum(x, 1.0), np.maximum(m - x + 1.0, 1.0), share), 1.0)
    return np.minimum(1.0, tail + level / 2.0)


def draw_together(values: Vector, n_groups: int = ATOM_GROUPS) -> Atoms:
    """A sample as at most 2 x `n_groups` atoms: each quantile group becomes its two ends, weighted so that its mean stays.

    Of all laws on an interval with that mean, the one on its ends spreads most: every bound computed from the atoms holds for
    the sample itself.
    """
    ordered = np.sort(values)
    starts = np.unique(np.linspace(0, len(ordered), min(n_groups, len(ordered)), endpoint=False).astype(np.int64))
    sizes = np.diff(np.append(starts, len(ordered)))
    low, high = ordered[starts], ordered[starts + sizes - 1]
    mean = np.add.reduceat(ordered, starts) / sizes
    width = high - low
    to_high = np.clip(np.divide(mean - low, width, out=np.zeros_like(width), where=width > 0), 0.0, 1.0)
    share = sizes / len(ordered)
    return Atoms(
        np.column_stack((low, high)).ravel(), np.column_stack((share * (1.0 - to_high), share * to_high)).ravel(), len(values)
    )


def _cumulants(atoms: Atoms, tilt: Vector) -> Vector:
    """ln E exp(tilt (v - mean)) for each tilt."""
    exponent = tilt[:, None] * (atoms.values - atoms.mean)[None, :]
    largest = exponent.max(axis=1)
    return np.asarray(largest + np.log(np.exp(exponent - largest[:, None]) @ atoms.weights))


def mean_moved(reference: Atoms, mean_current: float, n_current: int) -> float:
    """Two-sided p-value that the mean of n current rows comes from the law of the reference sample.

    Chernoff's bound for the difference of two sample means: exp(-t d + m K(t / m) + n K(-t / n)), K the cumulant generating
    function of the reference, the least over some t, and twice that. It knows the skew of PDs, for which a t-test at 1e-5 would
    not hold at some hundred rows; it asks for about a tenth more than the t-test. Source: Boucheron, Lugosi and Massart,
    "Concentration Inequalities" (2013), 2.2. The reference's own law is taken as K's; a reference of some thousand rows.
    """
    change = mean_current - reference.mean
    spread = float(reference.weights @ (reference.values - reference.mean) ** 2) * (1.0 / n_current + 1.0 / reference.n_rows)
    if abs(change) <= _ROUNDING:
        return 1.0
    if np.ptp(reference.values) == 0.0:
        return 0.0
    tilt = _TILTS * (change / spread)
    exponent = (
        -tilt * change
        + n_current * _cumulants(reference, tilt / n_current)
        + reference.n_rows * _cumulants(reference, -tilt / reference.n_rows)
    )
    return float(min(1.0, 2.0 * np.exp(min(float(exponent.min()), 0.0))))


def adjusted(p_values: Vector) -> Vector:
    """p-values adjusted by Benjamini and Hochberg (JRSS B 57, 1995): min over j >= rank of p(j) N / j; NaN stays and counts not.

    Those at most q are the discoveries of which a share q at most is expected to be false, for independent tests and for those
    that depend on one another positively (Benjamini and Yekutieli, 2001).
    """
    result = np.full(len(p_values), np.nan)
    known = np.flatnonzero(~np.isnan(p_values))
    order = known[np.argsort(-p_values[known], kind="stable")]
    ranks = np.arange(len(order), 0, -1)
    result[order] = np.minimum(1.0, np.minimum.accumulate(p_values[order] * len(order) / ranks)) if len(order) else 0.0
    return result


def discoveries(p_values: Vector, rate: float) -> Mask:
    """Which tests Benjamini and Hochberg reject at the false-discovery rate."""
    with np.errstate(invalid="ignore"):
        return np.asarray(adjusted(p_values) <= rate)
