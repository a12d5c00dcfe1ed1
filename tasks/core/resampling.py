"""Resampled rows: one sort by the score, then how often each row counts. What depends on the order of scores is here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.core.vectors import Vector

BOOTSTRAP_DRAWS = 400
#: Quantiles of the draws that bound a figure by 95 %, two-sided and from one side.
TWO_SIDED = (0.025, 0.975)
ONE_SIDED = (0.05, 0.95)


class Counts(NamedTuple):
    """Defaults and good rows per group of equal score, in rising order of the score."""

    bad: Vector
    good: Vector


class Ranked(NamedTuple):
    """Rows in rising order of a score, where each group of equal scores starts, and which of the rows are defaults."""

    order: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    bad: Vector

    def counts(self, weight: Vector) -> Counts:
        """The groups where row i counts `weight[i]` times."""
        weight = weight[self.order]
        bad = np.add.reduceat(weight * self.bad, self.starts)
        return Counts(bad, np.add.reduceat(weight, self.starts) - bad)


def rank_rows(target: Vector, score: Vector) -> Ranked:
    """The rows sorted once. There may be none."""
    order = np.argsort(score)  # need not be stable: rows of one score are only ever summed
    ordered = score[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    return Ranked(order, starts[: len(score)], target[order])


def counted_auc(counts: Counts) -> float:
    """Mann-Whitney over groups of equal score, ties as half; NaN without a default or without a good row."""
    bad, good = counts
    below = np.cumsum(good) - good
    n_pairs = float(np.sum(bad) * np.sum(good))
    return float(np.sum(bad * (below + 0.5 * good)) / n_pairs) if n_pairs else float("nan")


def counted_ks(counts: Counts) -> float:
    """Largest distance between the distribution functions of defaults and goods; NaN without either."""
    n_bad, n_good = (float(np.sum(side)) for side in counts)
    if not n_bad * n_good:
        return float("nan")
    return float(np.max(np.abs(np.cumsum(counts.bad) / n_bad - np.cumsum(counts.good) / n_good)))


def counted_precision(counts: Counts) -> float:
    """Average precision: precision at each cut from the riskiest on, weighted with the defaults it adds; NaN without any."""
    bad, rows = counts.bad[::-1], (counts.bad + counts.good)[::-1]
    n_bad, n_rows = np.cumsum(bad), np.cumsum(rows)
    if not (len(bad) and n_bad[-1]):
        return float("nan")
    # groups that no resampled row is in count nothing
    return float(np.sum(bad * n_bad / np.maximum(n_rows, 1.0)) / n_bad[-1])


def bootstrap_weights(n_rows: int, n_draws: int, seed: int) -> Iterator[Vector]:
    """How often each row stands in each resample. Only resamples of the same seed may be paired."""
    generator = np.random.default_rng(seed)
    for _ in range(n_draws if n_rows else 0):
        drawn = generator.integers(0, n_rows, n_rows)
        yield np.bincount(drawn, minlength=n_rows).astype(np.float64)


def weighted_sum(values: Vector, weight: Vector) -> float:
    """The sum where row i counts `weight[i]` times; without BLAS, whose threads change the last digit and contend for cores."""
    return float(np.sum(values * weight))


def bounds_of(draws: Sequence[float] | Vector, levels: tuple[float, float] = TWO_SIDED) -> tuple[float, float]:
    """Percentile bounds of a figure's draws; NaN where there is none.

    Only a handful of rows can give a resample without both outcomes: it has no AUC, is NaN, and does not count.
    """
    values = np.asarray(draws, dtype=np.float64)
    values = values[np.isfinite(values)]
    if not len(values):
        return float("nan"), float("nan")
    lower, upper = np.quantile(values, levels)
    return float(lower), float(upper)


def interval(
    statistic: Callable[[Vector], float], n_rows: int, n_draws: int, seed: int, levels: tuple[float, float] = TWO_SIDED
) -> tuple[float, float]:
    """Percentile bootstrap bounds of a figure of weighted rows."""
    return bounds_of([statistic(weight) for weight in bootstrap_weights(n_rows, n_draws, seed)], levels)
