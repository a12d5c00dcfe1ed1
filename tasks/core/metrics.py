"""What a model is worth: one definition per figure, each from probabilities. Targets are 1 for a default, else 0.

The positive outcome is the default, what is predicted positive is refused: precision is the share of refused applicants who
default, recall the share of defaults that are refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from sklearn.metrics import log_loss as sklearn_log_loss
from sklearn.metrics import roc_auc_score, roc_curve

from schemas.manifest import Metrics, ReliabilityBin
from schemas.policy import Cost
from schemas.training_record import FIGURE_NAMES, Figure, FigureSet
from tasks.core.figure_rows import FigureRows, figure_rows, ratio
from tasks.core.resampling import (
    BOOTSTRAP_DRAWS,
    TWO_SIDED,
    bootstrap_weights,
    bounds_of,
    counted_auc,
    interval,
    rank_rows,
    weighted_sum,
)
from tasks.core.vectors import Mask, Vector

#: What a granted default counts in `cost_per_application`, against 1 for a refused good.
FALSE_NEGATIVE_COST = 10.0


def auc(target: Vector, score: Vector) -> float:
    """Area under the ROC curve: the chance that a default scores above a good one, ties as half."""
    return float(roc_auc_score(target, score))


def gini(target: Vector, score: Vector) -> float:
    """2 AUC - 1."""
    return 2.0 * auc(target, score) - 1.0


def ks(target: Vector, score: Vector) -> float:
    """Kolmogorov-Smirnov: the largest distance between the distribution functions of defaults and goods, 0 to 1."""
    false_positive, true_positive, _ = roc_curve(target, score)
    return float(np.max(np.abs(true_positive - false_positive)))


def brier(target: Vector, pd: Vector) -> float:
    """Mean squared error of the PD."""
    return float(np.mean((pd - target) ** 2))


def log_loss(target: Vector, pd: Vector) -> float:
    """Mean negative log-likelihood, in nats."""
    return float(sklearn_log_loss(target, pd, labels=[0, 1]))


def cost_rows(target: Vector, is_granted: Mask) -> Vector:
    """Per row: 10 for a granted default (FN), 1 for a refused good (FP), else 0."""
    return np.where(is_granted, FALSE_NEGATIVE_COST * target, 1.0 - target)


def cost_per_application(target: Vector, is_granted: Mask) -> float:
    """(10 FN + FP) / n, the figure by which models are compared; review counts as refusal."""
    return float(np.mean(cost_rows(target, is_granted)))


def policy_cost(target: Vector, is_granted: Mask, cost: Cost) -> float:
    """Mean cost per applicant in the policy's currency: what the threshold minimises."""
    granted = np.where(target == 1, cost.granted_default, cost.granted_repaid)
    return float(np.mean(np.where(is_granted, granted, cost.refused))) + cost.constant


def approval_rate(is_granted: Mask) -> float:
    """Share of granted applications."""
    return float(np.mean(is_granted))


def _cuts_between(ordered: Vector, n_bins: int) -> list[int]:
    """Where the bins start: as equal as can be, but rows of one PD stay together."""
    sizes = [len(part) for part in np.array_split(ordered, n_bins)]
    starts = np.cumsum([0, *sizes])[:-1]
    return sorted({int(np.searchsorted(ordered, ordered[start], side="left")) for start in starts if start < len(ordered)})


def reliability(target: Vector, pd: Vector, n_bins: int = 10) -> list[ReliabilityBin]:
    """Mean PD against default rate in bins of equal count, by rising PD; bounds are the extremes inside each bin.

    Rows of one PD stand in one bin, so a bin's rate does not hang on the order of rows; there are fewer bins where PDs repeat.
    """
    order = np.argsort(pd, kind="stable")
    return [
        ReliabilityBin(
            lower=float(pd[rows[0]]),
            upper=float(pd[rows[-1]]),
            n_rows=len(rows),
            mean_pd=float(np.mean(pd[rows])),
            default_rate=float(np.mean(target[rows])),
        )
        for rows in np.split(order, _cuts_between(pd[order], n_bins)[1:])
        if len(rows)
    ]


def auc_interval(target: Vector, score: Vector, *, n_draws: int = BOOTSTRAP_DRAWS, seed: int = 0) -> tuple[float, float]:
    """95 % percentile bootstrap bounds of the AUC."""
    ranked = rank_rows(target, score)
    return interval(lambda weight: counted_auc(ranked.counts(weight)), len(target), n_draws, seed)


def auc_difference_interval(
    target: Vector, score: Vector, other: Vector, *, n_draws: int = BOOTSTRAP_DRAWS, seed: int = 0
) -> tuple[float, float]:
    """95 % bounds of AUC(score) - AUC(other), both on the same resamples."""
    mine, others = rank_rows(target, score), rank_rows(target, other)
    return interval(
        lambda weight: counted_auc(mine.counts(weight)) - counted_auc(others.counts(weight)), len(target), n_draws, seed
    )


def mean_interval(
    values: Vector, *, n_draws: int = BOOTSTRAP_DRAWS, seed: int = 0, levels: tuple[float, float] = TWO_SIDED
) -> tuple[float, float]:
    """95 % bounds of a mean over rows: of a cost, or of the difference of two costs of the same rows.

    `levels` are the quantiles of the draws that bound it; from one side: ONE_SIDED.
    """
    return interval(lambda weight: weighted_sum(values, weight) / len(values), len(values), n_draws, seed, levels)


def metrics_of(target: Vector, pd: Vector, threshold: float, *, seed: int = 0) -> Metrics:
    """Every figure of one set of rows at a threshold: granted where PD < threshold."""
    is_granted = pd < threshold
    losses = cost_rows(target, is_granted)
    return Metrics(
        n_rows=len(target),
        n_bad=int(target.sum()),
        auc=auc(target, pd),
        auc_interval=auc_interval(target, pd, seed=seed),
        gini=gini(target, pd),
        ks=ks(target, pd),
        brier=brier(target, pd),
        log_loss=log_loss(target, pd),
        cost=cost_per_application(target, is_granted),
        cost_interval=mean_interval(losses, seed=seed),
        cost_approve_all=cost_per_application(target, np.ones(len(target), dtype=np.bool_)),
        approval_rate=approval_rate(is_granted),
    )


def _rows(target: Vector, pd: Vector, is_granted: Mask) -> FigureRows:
    return figure_rows(target, pd, is_granted, cost_rows(target, is_granted))


def _figure(value: float, bounds: tuple[float, float]) -> Figure:
    """What is not a number is null."""
    known = [item if np.isfinite(item) else None for item in (value, *bounds)]
    return Figure(value=known[0], lower=known[1], upper=known[2])


def bounded_figures(
    target: Vector, pd: Vector, is_granted: Mask, *, n_draws: int = BOOTSTRAP_DRAWS, seed: int = 0
) -> dict[str, Figure]:
    """Every figure of FIGURE_NAMES with 95 % percentile bootstrap bounds, all of them on the same resamples.

    A ratio with nothing to divide by is null, and so is what one outcome alone, or no row at all, cannot give. A resample that
    cannot give a figure does not count for it. The bounds of the calibration line come from one Newton step per resample
    (`calibration.LineSums`), not from a fit each.
    """
    rows = _rows(target, pd, is_granted)
    draws: Iterable[dict[str, float]] = (rows.figures(weight) for weight in bootstrap_weights(len(pd), n_draws, seed))
    drawn = np.array([list(figures.values()) for figures in draws]).reshape(-1, len(FIGURE_NAMES))
    values = rows.figures(np.ones(len(pd)))
    return {name: _figure(value, bounds_of(drawn[:, i])) for i, (name, value) in enumerate(values.items())}


def figure_set(target: Vector, pd: Vector, threshold: float, *, n_draws: int = BOOTSTRAP_DRAWS, seed: int = 0) -> FigureSet:
    """The figures of rows at a threshold, a loan granted where PD < threshold, with bounds: see `bounded_figures`."""
    figures = bounded_figures(target, pd, pd < threshold, n_draws=n_draws, seed=seed)
    return FigureSet(n_rows=len(pd), n_bad=int(target.sum()), threshold=threshold, figures=figures)


def fold_figures(target: Vector, pd: Vector, threshold: float) -> dict[str, float | None]:
    """The same figures without bounds, by name; null where the rows cannot give one."""
    values = _rows(target, pd, pd < threshold).figures(np.ones(len(pd)))
    return {name: value if np.isfinite(value) else None for name, value in values.items()}


class PairedDifference(NamedTuple):
    """One model minus another on the same rows and resamples."""

    auc: Figure
    cost: Figure


def paired_difference(
    target: Vector,
    pd: Vector,
    is_granted: Mask,
    other_pd: Vector,
    other_is_granted: Mask,
    *,
    n_draws: int = BOOTSTRAP_DRAWS,
    seed: int = 0,
    cost_levels: tuple[float, float] = TWO_SIDED,
) -> PairedDifference:
    """AUC and (10 FN + FP)/n of a model minus those of another, with percentile bounds; null where rows give no AUC.

    Both are drawn on the same resamples, so most of what the rows have in common cancels out.

    Args:
        target: 1 for a default, else 0.
        pd: PDs of the model; any score of the same order will do.
        is_granted: whom the model grants a loan.
        other_pd: PDs of the model that it is compared with, of the same rows.
        other_is_granted: whom that one grants a loan.
        n_draws: resamples.
        seed: of the resamples.
        cost_levels: the quantiles of the draws that bound the cost; the AUC's bounds are 95 % two-sided.
    """
    extra = cost_rows(target, is_granted) - cost_rows(target, other_is_granted)
    once = np.ones(len(target))
    area = counted_auc(rank_rows(target, pd).counts(once)) - counted_auc(rank_rows(target, other_pd).counts(once))
    return PairedDifference(
        auc=_figure(area, auc_difference_interval(target, pd, other_pd, n_draws=n_draws, seed=seed)),
        cost=_figure(ratio(float(extra.sum()), len(extra)), mean_interval(extra, n_draws=n_draws, seed=seed, levels=cost_levels)),
    )


def observed_over_expected(target: Vector, pd: Vector, *, n_draws: int = BOOTSTRAP_DRAWS, seed: int = 0) -> Figure:
    """Defaults that came over defaults that the PDs expect, with 95 % bounds: above 1 the PDs are too low; null without rows."""
    bounds = interval(lambda weight: ratio(weighted_sum(target, weight), weighted_sum(pd, weight)), len(pd), n_draws, seed)
    return _figure(ratio(float(target.sum()), float(pd.sum())), bounds)
