"""The population stability index (PSI): one formula, what it is worth without drift, and whether drift explains it.

Everything works on cells: one cell per subject and bin, with the rows of the reference and the current rows in it. `group`
numbers the subject of each cell from 0; cells of a subject need not stand together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy
from scipy.stats import binom, chi2

from tasks.core.vectors import Mask, Vector

Groups = npt.NDArray[np.int64]

#: Added to every bin on both sides before shares are taken, so that an empty bin neither hides nor explodes.
SMOOTHING = 0.5
#: Below this expected number of rows on the thinner side, a cell's share in the G statistic is no chi-square: it is summed out.
_THIN = 15.0


@dataclass(frozen=True)
class Measured:
    """Figures per subject, in the order of the groups; `contribution` is per cell and sums to `psi`.

    `n_bins` counts the bins that hold a row on either side; `noise` is the expected PSI without drift.
    """

    psi: Vector
    noise: Vector
    p_value: Vector
    n_bins: Vector
    n_reference: Vector
    n_current: Vector
    contribution: Vector


def _sum(values: Vector | Mask, group: Groups, n_groups: int) -> Vector:
    return np.bincount(group, weights=values.astype(np.float64), minlength=n_groups).astype(np.float64)


def _shares(count: Vector, is_held: Mask, group: Groups, n_groups: int) -> Vector:
    smoothed = np.where(is_held, count + SMOOTHING, 0.0)
    total = _sum(smoothed, group, n_groups)[group]
    return np.divide(smoothed, total, out=np.zeros_like(smoothed), where=total > 0)


def contributions(reference: Vector, current: Vector, group: Groups) -> Vector:
    """Each cell's part of the PSI: (q - p) ln(q / p), p and q the smoothed shares of reference and current rows.

    0.5 is added to every bin on both sides. A bin without a row on either side is none: it adds nothing.
    """
    n_groups = int(group.max(initial=-1)) + 1
    is_held = (reference + current) > 0
    p, q = (_shares(count, is_held, group, n_groups) for count in (reference, current))
    ratio = np.divide(q, p, out=np.ones_like(q), where=is_held)
    return np.asarray((q - p) * np.log(ratio))


def noise(n_bins: Vector, n_reference: Vector, n_current: Vector) -> Vector:
    """The PSI to expect without drift: (k - 1)(1/n + 1/m); NaN where a side is empty."""
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.maximum(n_bins - 1.0, 0.0) * (1.0 / n_current + 1.0 / n_reference)
    return np.where((n_reference > 0) & (n_current > 0), value, np.nan)


def _g(x: Vector, pooled: Vector, share: Vector) -> Vector:
    """A cell's part of the G statistic when x of its pooled rows lie on the side that holds `share` of all rows."""
    expected, rest = pooled * share, pooled * (1.0 - share)
    with np.errstate(divide="ignore", invalid="ignore"):
        both = xlogy(x, x / expected) + xlogy(pooled - x, (pooled - x) / rest)
    return np.where(pooled > 0, 2.0 * np.nan_to_num(both), 0.0)


def _thin_moments(pooled: Vector, share: Vector) -> tuple[Vector, Vector]:
    """Mean and variance of thin cells' parts of G without drift, summed over the binomial law of their counts."""
    expected = pooled * share
    width = int(np.ceil(np.max(expected + 10.0 * np.sqrt(expected) + 12.0, initial=1.0)))
    x = np.minimum(np.arange(width + 1.0)[None, :], pooled[:, None])
    chance = np.where(np.arange(width + 1.0)[None, :] <= pooled[:, None], binom.pmf(x, pooled[:, None], share[:, None]), 0.0)
    value = _g(x, pooled[:, None], share[:, None])
    mean = np.sum(chance * value, axis=1)
    return mean, np.sum(chance * value**2, axis=1) - mean**2


def _moments(pooled: Vector, share: Vector, of_all: Vector) -> tuple[Vector, Vector]:
    """Mean and variance of each cell's part of G without drift; `of_all` is the cell's share of the pooled rows."""
    mean, variance = np.ones_like(pooled), np.full_like(pooled, 2.0)
    thin = pooled * share < _THIN
    if thin.any():
        # Few different ones: the subjects of a window have their sides in common, and thin bins hold small whole numbers.
        cases, case_of = np.unique(np.stack((pooled[thin], share[thin])), axis=1, return_inverse=True)
        of_case = _thin_moments(cases[0], cases[1])
        mean[thin], variance[thin] = of_case[0][case_of], of_case[1][case_of]
    return mean * (1.0 - of_all), variance * (1.0 - of_all) ** 2


def p_values(reference: Vector, current: Vector, group: Groups) -> Vector:
    """Per subject, the chance without drift of differences as large as these: a G-test made safe for thinly filled bins.

    G = 2 sum x ln(x / expected) over the 2 x k table, margins given. Where every bin is well filled it is chi-square with
    k - 1 degrees of freedom. Bins that expect a handful of rows change its mean and its spread: the two are computed for the
    counts at hand, and the test takes the chi-square law with the larger of k - 1 and that mean, stretched where the spread asks
    for it. So it is never less strict than the plain test. 1.0 where nothing can differ.

    PSI times n m/(n + m), taken as chi-square, keeps the level too, but smoothing thin bins costs it power: a true
    PSI of 0.35 in 58 bins and 200 rows is found in 24 of 100 nights, here in 62 (benchmarks/drift_significance.py).
    Source: Sokal and Rohlf, "Biometry" (1995), chapter 17.
    """
    n_groups = int(group.max(initial=-1)) + 1
    m, n = _sum(reference, group, n_groups), _sum(current, group, n_groups)
    total = np.maximum(m + n, 1.0)
    is_current_thin = n <= m
    has_both = np.minimum(m, n) > 0
    share = np.where(has_both, np.minimum(m, n) / total, 0.5)  # without a side the test is void: any share will do
    pooled = reference + current
    thin_side = np.where(is_current_thin[group], current, reference)
    statistic = _sum(_g(thin_side, pooled, share[group]), group, n_groups)
    of_all = pooled / total[group]
    mean, variance = _moments(pooled, share[group], of_all)
    spread = _sum(variance, group, n_groups) + 2.0 * (1.0 - _sum(of_all**2, group, n_groups))
    n_bins = _sum(pooled > 0, group, n_groups)
    freedom = np.maximum(np.maximum(n_bins - 1.0, _sum(mean, group, n_groups)), 1e-9)
    stretch = np.maximum(spread / (2.0 * freedom), 1.0)
    return np.where(has_both & (n_bins > 1), chi2.sf(statistic / stretch, freedom / stretch), 1.0)


def measure_cells(reference: Vector, current: Vector, group: Groups) -> Measured:
    """PSI, its noise and its significance for every subject at once.

    Args:
        reference: rows of the reference in each cell (subject and bin).
        current: current rows in each cell.
        group: number of the cell's subject, from 0 without gaps.
    """
    n_groups = int(group.max(initial=-1)) + 1
    part = contributions(reference, current, group)
    m, n = _sum(reference, group, n_groups), _sum(current, group, n_groups)
    n_bins = _sum((reference + current) > 0, group, n_groups)
    return Measured(
        psi=_sum(part, group, n_groups),
        noise=noise(n_bins, m, n),
        p_value=p_values(reference, current, group),
        n_bins=n_bins,
        n_reference=m,
        n_current=n,
        contribution=part,
    )


def psi(reference: npt.ArrayLike, current: npt.ArrayLike) -> float:
    """The PSI of one subject from its two rows of bin counts. 0 where a side is empty would be a lie: NaN."""
    m, n = np.asarray(reference, dtype=np.float64), np.asarray(current, dtype=np.float64)
    if not (m.sum() > 0 and n.sum() > 0):
        return float("nan")
    return float(contributions(m, n, np.zeros(len(m), dtype=np.int64)).sum())
